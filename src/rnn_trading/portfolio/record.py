"""The account of a portfolio of many names, and its record: what is left, beside what needs no forecast."""

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from rnn_trading.portfolio.accounting import account_of
from rnn_trading.portfolio.costs import break_even, capacity, curve, with_costs, without_volume
from rnn_trading.portfolio.forecasts import Scores
from rnn_trading.portfolio.holding import Market, holdings_of
from rnn_trading.portfolio.information import IC, IC_OF_TRUTH, coefficients, dates_with_truths, earned_returns
from rnn_trading.portfolio.measures import luck_of, mean_interval, measures_of, refuse_ruin
from rnn_trading.portfolio.parameters import SESSIONS_A_YEAR, PortfolioError, PortfolioParameters
from rnn_trading.portfolio.verdict import verdict
from rnn_trading.portfolio.weights import equal_weights, weights_of
from rnn_trading.skill.inference.means import mean_test

EQUAL, INDEX = "equal", "index"
RULES = (
    "Weights are of the wealth of the close at which they are entered, and drift until the next entry.",
    "Cash earns nothing, and financing is free.",
    "A name that vanishes is closed at the terminal return of daily_weekly_sequences.weekly.stale, without a cost.",
    "A name without a price at an entry is not traded: what is held of it is kept.",
)


@dataclass(frozen=True)
class Built:
    """A portfolio, and what it was made from.

    Attributes
    ----------
    returns
        Index ``date``: the columns of :func:`rnn_trading.portfolio.costs.with_costs`; ``equal_gross`` and
        ``equal_net`` of equal weights; ``index``, return of the index, if there is one, NaN where it has no close.
    trades
        See :class:`rnn_trading.portfolio.accounting.Account`.
    earned
        See :func:`rnn_trading.portfolio.information.earned_returns`.
    counts
        What was left out or not traded, by reason.
    """

    returns: pd.DataFrame
    trades: pd.DataFrame
    earned: pd.DataFrame
    counts: dict[str, int]


def build(scores: Scores, market: Market, index: pd.DataFrame | None, how: PortfolioParameters) -> Built:
    """Trade forecasts, and equal weights of the same names on the same dates.

    Parameters
    ----------
    scores, market
        See the classes.
    index
        ``close`` by session; None: there is no index.
    how
        See :class:`rnn_trading.portfolio.parameters.PortfolioParameters`.

    Raises
    ------
    PortfolioError
        If nothing can be traded, forecasts rank nothing, or more than all is lost.
    """
    table = scores.table
    weights = weights_of(table, how.weights)
    holdings = holdings_of(pd.DatetimeIndex(weights.index), market.sessions, how.lag, how.hold)
    account = account_of(weights, market, holdings)
    if not account.trades["money"].any():
        raise PortfolioError(
            "Nothing was traded: no name of the forecasts has a price at the sessions of the entries. Check the dates "
            "of forecasts and prices, and portfolio.dated_by."
        )
    returns = with_costs(account, how.costs, market)
    equal = with_costs(account_of(equal_weights(table), market, holdings), how.costs, market)
    returns = returns.assign(equal_gross=equal["gross"], equal_net=equal["net"])
    for name in ("gross", "net", "equal_net"):
        refuse_ruin(returns[name])
    if index is not None:
        returns[INDEX] = index_returns(index["close"], pd.DatetimeIndex(returns.index))
    counts = scores.counts | holdings.counts
    counts |= {
        "dates_without_ranking": int(weights.isna().any(axis="columns").sum()),
        "untraded": int(account.trades["untraded"].sum()),
        "without_volume": without_volume(account.trades, market, how.costs.sessions),
    }
    return Built(returns, account.trades, earned_returns(table, market, holdings), counts)


def index_returns(closes: pd.Series, sessions: pd.DatetimeIndex) -> pd.Series:
    """Returns of an index from session to session, 0 on the first; NaN outside of its closes.

    Examples
    --------
    >>> days = pd.bdate_range("2020-01-06", periods=3)
    >>> index_returns(pd.Series([100.0, 110.0], days[:2]), days).round(6).tolist()
    [0.0, 0.1, nan]
    """
    there = (sessions >= closes.index[0]) & (sessions <= closes.index[-1])
    on_sessions = closes.reindex(closes.index.union(sessions)).ffill().reindex(sessions).where(there)
    found = on_sessions.pct_change(fill_method=None)
    found.iloc[:1] = 0.0 if there[:1].any() else np.nan
    return found


def record_of(built: Built, how: PortfolioParameters, tries: int, facts: dict[str, Any]) -> dict[str, Any]:
    """The record of a portfolio.

    Parameters
    ----------
    built
        See :class:`Built`.
    how
        Its parameters.
    tries
        See :func:`rnn_trading.portfolio.measures.luck_of`.
    facts
        What stands at its head: ``of``, ``protocol``, and so on.

    Returns
    -------
    dict
        ``verdict``; ``gross`` and ``net``: measures, ``interval`` (95 %, of the mean), and of net ``luck``; ``equal``
        and ``index``: measures of what needs no forecast, net, and ``interval`` of the mean of the difference to them;
        ``costs``, a year: proportional, borrow, impact; ``turnover`` a year, ``break_even``, ``capacity``, ``curve``,
        ``exposure``; ``information``; ``counts``, ``parameters``, ``rules``. Plain values: what does not exist is None.
    """
    returns = built.returns
    gross, net = (
        {**measures_of(returns[name]), "interval": list(mean_interval(returns[name]))} for name in ("gross", "net")
    )
    net["luck"] = luck_of(returns["net"], tries)
    record = facts | {
        "verdict": verdict(net, how.costs.basis_points, len(returns)),
        "from": f"{returns.index[0]:%Y-%m-%d}",
        "until": f"{returns.index[-1]:%Y-%m-%d}",
        "sessions": len(returns),
        "books": int(built.earned["known"].nunique()),
        "gross": gross,
        "net": net,
        **{name: of for name in (EQUAL, INDEX) if (of := _beside(returns, name))},
        "costs": {name: float(returns[name].mean()) * SESSIONS_A_YEAR for name in ("cost", "borrow", "impact")},
        "turnover": float(returns["traded"].mean()) * SESSIONS_A_YEAR,
        "break_even": break_even(returns),
        "capacity": capacity(returns, how.costs.capital),
        "curve": [
            {"basis_points": at, "mean": mean * SESSIONS_A_YEAR} for at, mean in curve(returns, points(how)).items()
        ],
        "exposure": {name: float(returns[name].mean()) for name in ("long", "short", "names")},
        "information": _information(built.earned),
        "counts": built.counts,
        "parameters": asdict(how),
        "rules": list(RULES),
    }
    plain: dict[str, Any] = as_plain(record)
    return plain


def points(how: PortfolioParameters) -> list[float]:
    """Costs of a side, in basis points, that the curve shows."""
    return [*how.costs.shown, how.costs.basis_points]


def _beside(returns: pd.DataFrame, name: str) -> dict[str, Any] | None:
    """Measures of what needs no forecast, on the sessions that both have, and of the difference to it."""
    column = f"{name}_net" if name == EQUAL else name
    if column not in returns or returns[column].isna().all():
        return None
    there = returns.dropna(subset=[column])
    net, other = there["net"], there[column]
    spread = other.var()
    return measures_of(other) | {
        "sessions": len(there),
        "difference": float((net - other).mean()) * SESSIONS_A_YEAR,
        "difference_interval": list(mean_interval(net - other)),
        "beta": float(net.cov(other) / spread) if spread > 0 else math.nan,
    }


def _information(earned: pd.DataFrame) -> dict[str, Any]:
    """Mean information coefficient by date, of what was earned and, where there is one, of the truth, with its test."""
    found = coefficients(earned)
    tests = {name: mean_test(found[name]) for name in (IC, IC_OF_TRUTH) if name in found}
    judged = {
        name: {"mean": test.mean, "interval": list(test.interval), "p_value": test.p_value, "dates": test.count}
        for name, test in tests.items()
    }
    without = earned["date"].nunique() - len(dates_with_truths(earned))
    return judged | {"dates_without_truth": without}


def as_plain(value: Any) -> Any:
    """Plain values for JSON: what does not exist, or is infinite, is None.

    Examples
    --------
    >>> as_plain({"a": float("nan"), "b": (1.0, np.float64(2.0))})
    {'a': None, 'b': [1.0, 2.0]}
    """
    if isinstance(value, dict):
        return {str(name): as_plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [as_plain(each) for each in value]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return value
