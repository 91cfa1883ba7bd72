"""Positions in one series by its forecasts: long where a rise is forecast, or as large as a forecast is sure.

A forecast is entered as a portfolio is: so many sessions after its last price, and held until the next one. Cash earns
nothing, and financing is free.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from rnn_trading.portfolio.accounting import account_of
from rnn_trading.portfolio.costs import break_even, with_costs
from rnn_trading.portfolio.forecasts import known_sessions
from rnn_trading.portfolio.holding import Holdings, Market, holdings_of
from rnn_trading.portfolio.measures import luck_of, mean_interval, measures_of
from rnn_trading.portfolio.parameters import (
    SESSIONS_A_YEAR,
    DatedBy,
    PortfolioError,
    PortfolioParameters,
    TimingParameters,
)
from rnn_trading.portfolio.verdict import verdict
from rnn_trading.skill.metrics.series import LAST_VALUE
from rnn_trading.skill.rows import FOLD, MODEL

NAME = "index"
HOLD = "buy_and_hold"
RUN, STEP, TARGET, TRUTH = "run", "step", "target_date", "truth"
RESTARTED = "restarted"
NO_FORECAST = (FOLD, RUN, STEP, TARGET, TRUTH, "date")


@dataclass(frozen=True)
class Signals:
    """Forecasts of one series, and when each was known.

    Attributes
    ----------
    forecasts
        Index: the session after which they were known, each once, ascending; one column a forecaster, ``prediction``
        among them.
    steps
        How many sessions ahead is forecast.
    """

    forecasts: pd.DataFrame
    steps: int


def signals_of(table: pd.DataFrame, sessions: pd.DatetimeIndex) -> Signals:
    """Forecasts of a table of one series.

    Parameters
    ----------
    table
        Of next values: ``date`` (the session that is forecast) and a column a forecaster. Of runs of several steps:
        ``date`` (the last session that was known), ``run``, ``step``, too, of which the last step of each run counts.
    sessions
        Of the prices.

    Examples
    --------
    >>> sessions = pd.bdate_range("2020-01-06", periods=3, name="date")
    >>> signals_of(pd.DataFrame({"date": sessions[1:], "prediction": [1.0, 2.0]}), sessions).forecasts.index[0]
    Timestamp('2020-01-06 00:00:00')
    """
    dated_by: DatedBy = "session"
    steps = 1
    if RUN in table:
        dated_by, rows = "known", table[table[RUN] == RESTARTED]
        steps = int(rows[STEP].max())
        table = rows[rows[STEP] == steps]
    known = known_sessions(pd.DatetimeIndex(table["date"]), sessions, dated_by)
    forecasts = table.drop(columns=[name for name in NO_FORECAST if name in table]).set_index(known)
    return Signals(forecasts[~forecasts.index.duplicated(keep="last")].sort_index(), steps)


def market_of_index(prices: pd.DataFrame) -> Market:
    """The market of one index, by its closes, which are traded as they are."""
    close = prices[["close"]].set_axis([NAME], axis="columns")
    return Market(close, close, pd.DataFrame(False, close.index, close.columns), None)


def positions_of(signals: Signals, name: str, closes: pd.Series, timing: TimingParameters) -> pd.Series:
    """Position that follows from each forecast, by the session after which it was known.

    Parameters
    ----------
    signals
        See the class.
    name
        Of the forecaster.
    closes
        Of the series, by session.
    timing
        See :class:`rnn_trading.portfolio.parameters.TimingParameters`.

    Returns
    -------
    pandas.Series
        Of wealth: 1 is all of it; 0 where no change is forecast. NaN, by ``variance``, where fewer than
        ``timing.sessions`` returns are known, or none of them differs.

    Examples
    --------
    >>> from rnn_trading.portfolio.parameters import TimingParameters
    >>> closes = pd.Series([100.0, 101.0], pd.bdate_range("2020-01-06", periods=2))
    >>> table = pd.DataFrame({"persistence": closes, "prediction": [101.0, 100.0]})
    >>> timing = TimingParameters(by="sign", sides="long_short", risk_aversion=3, sessions=2, most=1)
    >>> positions_of(Signals(table, 1), "prediction", closes, timing).tolist()
    [1.0, -1.0]
    """
    last = signals.forecasts.get(LAST_VALUE, closes.reindex(signals.forecasts.index))
    forecast = signals.forecasts[name] / last - 1
    if timing.by == "sign":
        positions = np.sign(forecast)
    else:
        variance = closes.pct_change(fill_method=None).rolling(timing.sessions).var().reindex(forecast.index)
        positions = forecast / (timing.risk_aversion * variance.where(variance > 0) * signals.steps)
    lowest = 0.0 if timing.sides == "long_only" else -timing.most
    return positions.clip(lowest, timing.most)


def _refuse_none(positions: pd.Series, timing: TimingParameters) -> None:
    """Say why no position is ever taken, if that is so."""
    number = f"{len(positions):,} forecasts"
    if positions.isna().all():
        raise PortfolioError(
            f"No position is ever taken: for none of the {number} the variance of the {timing.sessions} sessions "
            "before is known. Bring earlier prices, or set portfolio.timing.sessions lower."
        )
    if positions.fillna(0.0).any():
        return
    if timing.sides == "long_only":
        raise PortfolioError(
            f"No position is ever taken: none of the {number} is a rise, and portfolio.timing.sides=long_only takes no "
            "short position."
        )
    raise PortfolioError(
        f"No position is ever taken: all {number} are the last value. They say nothing of the direction."
    )


def account_with(positions: pd.Series, market: Market, holdings: Holdings, how: PortfolioParameters) -> pd.DataFrame:
    """Account of positions in the one name of a market, with costs; see :mod:`rnn_trading.portfolio.costs`."""
    weights = positions.to_frame(market.priced.columns[0])
    return with_costs(account_of(weights, market, holdings), how.costs)


def time_series(
    table: pd.DataFrame, prices: pd.DataFrame, how: PortfolioParameters, tries: int, best_rival: str | None
) -> tuple[dict[str, Any], pd.DataFrame]:
    """What positions by forecasts of one series earn, beside those of its rivals, and buying and holding it.

    Parameters
    ----------
    table
        See :func:`signals_of`.
    prices
        ``close`` by session.
    how, tries
        See :func:`rnn_trading.portfolio.measures.luck_of` for the tries.
    best_rival
        Name of the rival that the record calls best; None: it is not known.

    Returns
    -------
    tuple
        ``verdict``, ``net`` of the model (measures, ``interval``, ``luck``), ``gross_mean``, ``turnover`` a year,
        ``break_even``, ``long_share``, ``at_once``: the interval and mean if it were traded at the very price that the
        forecast knew; ``rivals``: measures of each, net, and ``buy_and_hold``; ``against``: interval of the mean
        difference to the best rival and to holding; ``counts``: those of
        :class:`rnn_trading.portfolio.holding.Holdings`, and ``without_variance``: forecasts that took no position, as
        the variance before them is not known. And net returns by session, a column each.

    Raises
    ------
    PortfolioError
        If no position is ever taken.
    """
    market = market_of_index(prices)
    signals = signals_of(table, market.sessions)
    holdings = holdings_of(pd.DatetimeIndex(signals.forecasts.index), market.sessions, how.lag, how.hold)
    positions = {name: positions_of(signals, name, prices["close"], how.timing) for name in signals.forecasts} | {
        HOLD: pd.Series(1.0, signals.forecasts.index)
    }
    _refuse_none(positions[MODEL], how.timing)
    without_variance = int(positions[MODEL].isna().sum())
    positions = {name: each.fillna(0.0) for name, each in positions.items()}
    accounts = {name: account_with(each, market, holdings, how) for name, each in positions.items()}
    returns = pd.DataFrame({name: account["net"] for name, account in accounts.items()})
    model, net = accounts[MODEL], returns[MODEL]
    found = measures_of(net) | {"interval": list(mean_interval(net)), "luck": luck_of(net, tries)}
    against = [name for name in (best_rival, HOLD) if name in returns]
    record = {
        "verdict": verdict(found, how.costs.basis_points, len(net)),
        "net": found,
        "gross_mean": float(model["gross"].mean()) * SESSIONS_A_YEAR,
        "turnover": float(model["traded"].mean()) * SESSIONS_A_YEAR,
        "break_even": break_even(model),
        "long_share": float((positions[MODEL] > 0).mean()),
        "at_once": _at_once(positions[MODEL], market, how),
        "rivals": {name: measures_of(returns[name]) for name in returns if name != MODEL},
        "best_rival": best_rival,
        "counts": {**holdings.counts, "without_variance": without_variance},
        "against": {name: list(mean_interval(net - returns[name])) for name in against},
        **_span(net),
    }
    return record, returns


def _at_once(positions: pd.Series, market: Market, how: PortfolioParameters) -> dict[str, Any]:
    """Mean and interval if positions were entered at the last price that their forecast knew."""
    holdings = holdings_of(pd.DatetimeIndex(positions.index), market.sessions, 0, how.hold)
    net = account_with(positions, market, holdings, how)["net"]
    return {"mean": measures_of(net)["mean"], "interval": list(mean_interval(net))}


def _span(returns: pd.Series) -> dict[str, Any]:
    return {
        "sessions": len(returns),
        "from": f"{returns.index[0]:%Y-%m-%d}",
        "until": f"{returns.index[-1]:%Y-%m-%d}",
    }
