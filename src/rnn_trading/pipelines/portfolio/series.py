"""Forecasts of one series to positions, their record, figures and page."""

import logging
from collections.abc import Callable, Collection
from dataclasses import asdict
from typing import Any

import pandas as pd

from rnn_trading import figures
from rnn_trading.figures import Figure
from rnn_trading.pages.portfolio import series_page
from rnn_trading.portfolio.parameters import PortfolioError, PortfolioParameters
from rnn_trading.portfolio.record import as_plain
from rnn_trading.portfolio.targeting import target_volatility
from rnn_trading.portfolio.timing import time_series
from rnn_trading.register.entries import Register
from rnn_trading.skill.protocols import command_for
from rnn_trading.tables.wording import reasons

from .nodes import OWN, pages_in, record_in, tries_of

logger = logging.getLogger(__name__)
OF_INDEX = ("univariate_regression.level", "univariate_regression.level.returns")
OF_RANGES = "univariate_regression.mid_price"
VOLATILITY = "univariate_regression.volatility"
ENDING = ".parquet"
Tables = dict[str, Callable[[], pd.DataFrame]]


def trade_series(
    series_forecasts: Tables,
    series_skill: dict[str, bytes],
    index_prices: pd.DataFrame,
    index_ranges: pd.DataFrame,
    register_of_trials: Register,
    portfolio: PortfolioParameters,
    portfolio_of: str,
    protocol: str,
) -> dict[str, Any]:
    """Trade each series whose forecasts are there.

    Parameters
    ----------
    series_forecasts
        What reads each table, by its file.
    series_skill
        Skill records, by their files.
    index_prices, index_ranges
        The index that the experiments forecast; the second that of the mid-price, whose closes are traded.
    register_of_trials, portfolio, portfolio_of, protocol
        As of the other nodes.

    Returns
    -------
    dict
        ``series_portfolio_record``: ``timing``, by experiment, see :func:`rnn_trading.portfolio.timing.time_series`,
        ``targeting``: see :func:`rnn_trading.portfolio.targeting.target_volatility`, None without forecasts, and
        ``made``: by experiment, what its record says it was made by; None without a record.
        ``series_returns``: ``experiment``, ``date``, ``forecaster``, ``return``.

    Raises
    ------
    PortfolioError
        If no forecasts are there; names the commands that make them. If a table of the user's is named, which is not
        traded here.
    """
    there = {name.removesuffix(ENDING): read for name, read in series_forecasts.items()}
    _refuse_nothing(portfolio_of, there, protocol)
    skills = {name: record_in(series_skill, name) for name in there}
    timed, returns = {}, []
    for name in (*OF_INDEX, OF_RANGES):
        if name in there:
            skill, prices = skills[name], index_ranges if name == OF_RANGES else index_prices
            tries = (tries_of(skill, register_of_trials) or 1) + portfolio.tries
            timed[name], made = time_series(there[name](), prices, portfolio, tries, _best_rival(skill))
            returns.append(_long(name, made))
            logger.info("%s (%s): %s", name, protocol, timed[name]["verdict"])
            if found := reasons(timed[name]["counts"]):
                logger.warning("%s: left out, or not traded: %s", name, found)
    targeting = None
    if VOLATILITY in there:
        best = _best_rival(skills[VOLATILITY])
        targeting, made = target_volatility(there[VOLATILITY](), index_prices, portfolio, best)
        returns.append(_long(VOLATILITY, made))
    record = {
        **{
            "protocol": protocol,
            "timing": timed,
            "targeting": targeting,
            "lag": portfolio.lag,
            "parameters": asdict(portfolio),
        },
        "made": {name: skill.get("made") if skill else None for name, skill in skills.items()},
    }
    return {"series_portfolio_record": as_plain(record), "series_returns": pd.concat(returns, ignore_index=True)}


def _refuse_nothing(portfolio_of: str, there: Collection[str], protocol: str) -> None:
    if portfolio_of == OWN:
        raise PortfolioError(
            "portfolio.series trades one series by the forecasts of this project's experiments, and reads no file: "
            "leave forecasts_file out. Forecasts of several names in a file: kedro run --pipelines portfolio"
        )
    if not there:
        ways = " or ".join(command_for(name, protocol) for name in (OF_INDEX[0], VOLATILITY, OF_RANGES))
        raise PortfolioError(f"No forecasts of one series are there ({protocol}). Make them: {ways}")


def _best_rival(skill: dict[str, Any] | None) -> str | None:
    return skill["headline"]["best_rival"] if skill else None


def _long(name: str, returns: pd.DataFrame) -> pd.DataFrame:
    long = returns.rename_axis(index="date", columns="forecaster").stack().rename("return").reset_index()
    return long.assign(experiment=name)[["experiment", "date", "forecaster", "return"]]


def timing_equity(series_returns: pd.DataFrame, series_portfolio_record: dict[str, Any]) -> Figure:
    """Wealth by positions in one series, net, beside buying and holding."""
    return figures.portfolio.timing(series_returns, series_portfolio_record["timing"])


def realised_volatility(
    series_returns: pd.DataFrame, series_portfolio_record: dict[str, Any], portfolio: PortfolioParameters
) -> Figure:
    """Volatility of positions that aim at a target."""
    made = series_returns[series_returns["experiment"] == VOLATILITY]
    by_forecaster = made.pivot(index="date", columns="forecaster", values="return")
    return figures.portfolio.volatility(
        by_forecaster, series_portfolio_record["targeting"], portfolio.targeting.sessions
    )


FIGURES = (timing_equity, realised_volatility)


def write_series_page(series_portfolio_record: dict[str, Any], series_skill: dict[str, bytes], **drawn: Any) -> str:
    """What is left of forecasts of one series; see :func:`rnn_trading.pages.portfolio.series_page`."""
    made_of = [name for name in pages_in(series_skill) if name in series_portfolio_record["made"]]
    return series_page(series_portfolio_record, drawn, made_of)
