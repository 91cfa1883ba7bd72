"""What is read of a record: kinds of values, numbers, and scores of folds, years and seeds."""

import math
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Number = Annotated[float, Field(allow_inf_nan=False)]
Probability = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, lt=2**53)]  # a larger one is no count, and no column holds it
Whole = Annotated[int, Field(gt=-(2**53), lt=2**53)]
Text = Annotated[str, Field(min_length=1)]
FindingKind = Literal["every", "naive", "chance", "none", "worse", "few"]


class Strict(BaseModel):
    """What is read of a file, with nothing converted; further fields are ignored."""

    model_config = ConfigDict(strict=True)


class WithInterval(Strict):
    """What has an interval of 95 %, both ends or none."""

    interval: tuple[Number | None, Number | None]

    @model_validator(mode="after")
    def _check(self) -> "WithInterval":
        low, high = self.interval
        if (low is None) != (high is None):
            raise ValueError("expected both ends of the interval, or neither")
        if low is not None and high is not None and low > high:
            raise ValueError(f"expected the lower end of the interval first. Received: {low} and {high}")
        return self


class Beside(Strict):
    """A rival beside the model, on the rows of a fold or a year."""

    rival: Text
    value: Number | None


class InTime(Strict):
    """Scores of a fold or a year."""

    fold: Count | None = None
    year: Whole | None = None
    first_date: str
    last_date: str
    rows: Count
    value: Number | None
    score: Number | None
    best: Beside | None
    ahead: bool | None


class Ahead(Strict):
    """In how many folds the model is ahead."""

    count: Count
    of: Count


class Worst(Strict):
    """The seed that is worst by what decided."""

    seed: Text
    value: Number | None


class OfSeeds(Strict):
    """What decided, by seed."""

    words: Text
    seeds: dict[str, Number | None]
    mean: Number | None
    spread: Number | None


class Found(Strict):
    """What is found of that seed alone."""

    finding: Text
    finding_kind: FindingKind


class BySeed(Strict):
    """What is said of single networks; of before 0.11, no more than their metrics."""

    seeds: dict[str, dict[str, Any]] = {}
    decided: OfSeeds | None = None
    worst: Worst | None = None
    worst_finding: Found | None = None


class Counted(Strict):
    """What was counted of one experiment, so that it can be counted again."""

    experiment: str
    protocol: str
    source: str
    tested_from: str | None
    tested_until: str | None
    seeds: Annotated[Count, Field(ge=1)]


class Trials(Strict):
    """What was tried before."""

    configurations: Annotated[Count, Field(ge=1)]
    tries: Annotated[Count, Field(ge=1)] | None = None
    before: Count = 0
    of: list[Counted] = []


def finite(value: Any) -> float:
    """A finite number that a column holds, or NaN.

    Examples
    --------
    >>> finite(3), finite(None), finite(10**400)
    (3.0, nan, nan)
    """
    try:
        number = float(value) if isinstance(value, int | float) else math.nan
    except OverflowError:
        return math.nan
    return number if math.isfinite(number) else math.nan
