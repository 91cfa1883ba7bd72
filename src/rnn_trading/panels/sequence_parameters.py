"""Parameters of the sequence tables."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from rnn_trading.parameters import parameters

Share = Annotated[float, Field(gt=0, lt=1)]
Positive = Annotated[int, Field(ge=1)]


@parameters
class UniverseParameters:
    """Which tickers take part.

    Parameters
    ----------
    rule
        ``all``; ``complete``: tickers with a return in every period of the sample (looks ahead);
        ``most_traded``: by mean rank of dollar volume over the sample (looks ahead); ``most_traded_to_date``:
        the same over the trailing sessions of each date.
    size
        Number of tickers that ``most_traded`` and ``most_traded_to_date`` keep.
    presence
        Share of the dates on which they ask for a price.
    sessions
        Trailing sessions of ``most_traded_to_date``.

    Examples
    --------
    >>> UniverseParameters(rule="most_traded_to_date", size=500, presence=0.98, sessions=252).size
    500
    """

    rule: Literal["all", "complete", "most_traded", "most_traded_to_date"]
    size: Positive
    presence: Share
    sessions: Positive


@parameters
class StaleParameters:
    """What happens to stale, dead and missing prices.

    Parameters
    ----------
    policy
        ``drop``: windows that touch a stale or missing price leave. ``terminal_return``: the same, but a
        delisted ticker gets one last return. ``keep``: the last price is carried on for ever, as published.
    after_sessions
        Unchanged sessions after which a price is stale; also how far before the end of the data a last price
        must lie to count as a delisting.
    terminal_return
        The last return of a delisted ticker, as a fraction, used by ``terminal_return`` alone.

    Examples
    --------
    >>> StaleParameters(policy="drop", after_sessions=5, terminal_return=-0.3).policy
    'drop'
    """

    policy: Literal["drop", "terminal_return", "keep"]
    after_sessions: Positive
    terminal_return: Annotated[float, Field(gt=-1)]


@parameters
class WinsoriseParameters:
    """Which columns are clipped, at which quantiles of which rows.

    Parameters
    ----------
    lower, upper
        Quantiles, column by column.
    first_lag, last_lag
        Lags to clip, both included; lag 0 is the label.
    fitted_on
        ``train``: quantiles of the training rows; ``all``: of every row, the test included, as published.

    Examples
    --------
    Clip the label and the two newest lags at quantiles of their training rows:

    >>> clip = WinsoriseParameters(lower=0.01, upper=0.99, first_lag=0, last_lag=2, fitted_on="train")
    >>> clip.upper
    0.99
    """

    lower: Share
    upper: Share
    first_lag: Annotated[int, Field(ge=0)]
    last_lag: Positive
    fitted_on: Literal["train", "all"]

    @model_validator(mode="after")
    def _check_order(self) -> "WinsoriseParameters":
        if not (self.lower < self.upper and self.first_lag <= self.last_lag):
            raise ValueError("expected lower < upper and first_lag <= last_lag")
        return self


@parameters
class SequenceParameters:
    """How prices become return sequences.

    Parameters
    ----------
    period
        ``daily`` (one session) or ``weekly`` (last price of each calendar week).
    lags
        Past returns in a row.
    order
        Order of the lag columns.
    session_presence
        A date counts as a session if this share of the tickers priced in the five dates before has a price; 0
        takes every date of the file. See :func:`rnn_trading.tables.prices.thin_sessions`.
    prices_from, returns_from, until
        First price, first return and last price that are used; null: what there is.
    entry_lag
        Sessions between the last price that a row has seen and the price at which its return is earned. 0 as
        published: bought at the very close that the inputs end with.
    universe, stale, winsorise
        See the classes of these names; ``winsorise: null`` clips nothing.

    See :func:`rnn_trading.panels.sequences.build_sequences` for an example.
    """

    period: Literal["daily", "weekly"]
    lags: Annotated[int, Field(ge=2)]
    order: Literal["oldest_first", "newest_first"]
    prices_from: date | None
    returns_from: date | None
    until: date | None
    session_presence: Annotated[float, Field(ge=0, lt=1)]
    entry_lag: Annotated[int, Field(ge=0)]
    universe: UniverseParameters
    stale: StaleParameters
    winsorise: WinsoriseParameters | None

    @model_validator(mode="after")
    def _check_lags(self) -> "SequenceParameters":
        if self.winsorise and self.winsorise.last_lag > self.lags:
            raise ValueError(f"winsorise.last_lag={self.winsorise.last_lag} exceeds lags={self.lags}")
        return self


@parameters
class DailyParameters(SequenceParameters):
    """:class:`SequenceParameters` of ``returns_daily``."""

    period: Literal["daily"]


@parameters
class WeeklyParameters(SequenceParameters):
    """:class:`SequenceParameters` of ``returns_weekly``."""

    period: Literal["weekly"]
