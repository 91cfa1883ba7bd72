"""Parameters of portfolios."""

from typing import Annotated, Literal

from pydantic import Field

from rnn_trading.parameters import parameters

AtLeastZero = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
SESSIONS_A_YEAR = 252
DatedBy = Literal["known", "week", "session"]
Sides = Literal["long_short", "long_only"]


class PortfolioError(ValueError):
    """Forecasts, prices or parameters of which no portfolio can be made."""


@parameters
class WeightParameters:
    """How forecasts of one date become weights.

    Parameters
    ----------
    by
        ``quantile``: the names of the highest forecasts in equal parts, against those of the lowest. ``forecast``: in
        proportion to the forecast less the mean of its date. ``given``: the column ``weight`` of the table.
    sides
        ``long_short``: long positions sum to 1, short ones to -1. ``long_only``: weights are not negative and sum to 1.
    quantiles
        In how many equal parts the names of a date are cut.
    """

    by: Literal["quantile", "forecast", "given"]
    sides: Sides
    quantiles: Annotated[int, Field(ge=2)]


@parameters
class CostParameters:
    """What trading and holding cost.

    Parameters
    ----------
    basis_points
        Of what is bought or sold, a side.
    shown
        Further costs of a side, in basis points, that the curve shows.
    borrow
        Fee for short positions, a fraction of them a year (365 days).
    impact
        Of a trade that is as large as the mean volume of a session, in standard deviations of a session's return: a
        trade moves the price by ``impact`` times these times the root of its share of the volume. Used where the
        prices have volumes; 0: there is no impact.
    capital
        Money that is invested, in the currency of the prices; impact depends on it.
    sessions
        Over how many sessions before a trade volume and standard deviation are taken.
    """

    basis_points: AtLeastZero
    shown: list[AtLeastZero]
    borrow: AtLeastZero
    impact: AtLeastZero
    capital: Positive
    sessions: Annotated[int, Field(ge=2)]


@parameters
class TimingParameters:
    """How a forecast of one series becomes a position in it.

    Parameters
    ----------
    by
        ``sign``: 1 where a rise is forecast, -1 where a fall is. ``variance``: the forecast return over the variance of
        the returns and the ``risk_aversion`` (Markowitz's share of one risky asset).
    sides
        ``long_only``: a position that would be short is 0.
    risk_aversion
        Of ``variance``.
    sessions
        Over how many sessions before a forecast the variance is taken.
    most
        Largest position, in either direction.
    """

    by: Literal["sign", "variance"]
    sides: Sides
    risk_aversion: Positive
    sessions: Annotated[int, Field(ge=2)]
    most: Positive


@parameters
class TargetingParameters:
    """How a volatility forecast becomes a position: the target over the forecast.

    Parameters
    ----------
    volatility
        The target, a fraction a year.
    most
        Largest position.
    sessions
        Over how many sessions volatility is measured that is held against the target.
    """

    volatility: Positive
    most: Positive
    sessions: Annotated[int, Field(ge=2)]


@parameters
class PortfolioParameters:
    """What is made of forecasts.

    Parameters
    ----------
    dated_by
        What the date of a row is. ``known``: the day after whose close the forecast was known. ``week``: the Sunday of
        the week whose return is forecast, known after the last session of the week before. ``session``: the session
        whose return is forecast, known after the session before. Null: what it is in the table of the experiment, and
        ``known`` in a file.
    weights, costs, timing, targeting
        See the classes of these names.
    lag
        Sessions between the last price that a forecast knew and the close at which it is traded. 0: at that very price,
        which can hardly be had.
    hold
        Sessions for which a book is held that no other one follows: the last, and one before a pause. Null: the median
        of the sessions between two, which a single date has not.
    tries
        How many portfolios, or other ways to trade, were looked at beside this one: the register of trials counts
        networks, and no settings of a portfolio. They are added to its number.
    """

    dated_by: DatedBy | None
    weights: WeightParameters
    lag: Annotated[int, Field(ge=0)]
    hold: Annotated[int, Field(ge=1)] | None
    costs: CostParameters
    tries: Annotated[int, Field(ge=0)]
    timing: TimingParameters
    targeting: TargetingParameters
