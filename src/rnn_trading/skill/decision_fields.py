"""What is read of a record's headline and decision."""

from typing import Annotated, Any, Literal

from pydantic import Field

from rnn_trading.skill.record_fields import Count, Number, Probability, Strict, Text, WithInterval


class Headline(WithInterval):
    """The headline score, with its best rival."""

    metric: str
    words: Text
    larger_is_better: bool
    value: Number | None
    best_rival: Text | None
    rival_value: Number | None
    drawn: str
    too_narrow: bool


class Comparison(WithInterval):
    """The comparison with one rival."""

    rival: Text
    rival_value: Number | None
    difference: Number | None
    p_value: Probability | None
    p_holm: Probability | None
    detectable: Number | None
    doubtful: bool


class Tier(WithInterval):
    """The comparison with the best rival of a tier, and with each."""

    status: Literal["beaten", "level", "worse", "undecided"]
    rival: Text
    rival_value: Number | None
    difference: Number | None
    p_value: Probability | None
    detectable: Number | None
    doubtful: bool
    tests: Annotated[list[Comparison], Field(min_length=1)]


class Tiers(Strict):
    """The tiers of rivals; None: it has none."""

    chance: Tier | None
    naive: Tier | None
    strong: Tier | None


class Decision(WithInterval):
    """How a finding was decided."""

    words: Text
    why: Text
    larger_is_better: bool
    value: Number | None
    counted: Count
    units: Text
    networks: Count | None
    rival: Text | None
    difference: Number | None
    difference_interval: tuple[Number | None, Number | None]
    p_value: Probability | None
    doubtful: bool
    tiers: Tiers
    encompassing: dict[str, Any]
    task: str | None = None  # records of before 0.12 have neither
    overlap: Count | None = None
