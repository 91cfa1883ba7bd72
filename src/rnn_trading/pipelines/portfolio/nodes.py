"""Forecasts of many names to a portfolio, its record, its figures and its page."""

import json
import logging
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from rnn_trading import figures
from rnn_trading.figures import Figure
from rnn_trading.pages.portfolio import portfolio_page
from rnn_trading.panels.sequence_parameters import WeeklyParameters
from rnn_trading.portfolio.forecasts import refuse_one_series, take_scores
from rnn_trading.portfolio.holding import market_of
from rnn_trading.portfolio.information import IC, by_month, coefficients, quantile_returns
from rnn_trading.portfolio.measures import drawdowns
from rnn_trading.portfolio.parameters import DatedBy, PortfolioError, PortfolioParameters
from rnn_trading.portfolio.record import Built, build, record_of
from rnn_trading.register.counting import tries_now
from rnn_trading.register.entries import Register
from rnn_trading.tables.reading import Reading
from rnn_trading.tables.wording import reasons

logger = logging.getLogger(__name__)
OWN = "forecasts_file"
PAGE = "/page.html"
# What the date of a row is in the tables of experiments.
DATES: dict[str, DatedBy] = {
    "stacked_lstm.classification": "week",
    "stacked_lstm.regression": "week",
    "stacked_lstm.daily": "session",
    OWN: "known",
}


def build_portfolio(
    portfolio_forecasts: Any,
    prices: pd.DataFrame,
    portfolio_index_source: Any,  # Kedro has no check for a union
    portfolio: PortfolioParameters,
    sequence: WeeklyParameters,
    portfolio_of: str,
    portfolio_file: str | None,
    source: str,
) -> dict[str, Any]:
    """Trade forecasts at prices that could still be had.

    Parameters
    ----------
    portfolio_forecasts
        Predictions of an experiment; or what :class:`rnn_trading.datasets.forecasts_file.ForecastsFileDataset` reads.
    prices
        The canonical table.
    portfolio_index_source
        An index and how it was read; None: there is none.
    portfolio
        See the class.
    sequence
        Its ``session_presence`` says what is a session, ``stale`` when a name has vanished and what is left of it.
    portfolio_of, portfolio_file
        Whose forecasts these are; the file of a table of the user's.
    source
        What the prices are, in words.

    Returns
    -------
    dict
        ``portfolio_scores``: see :class:`rnn_trading.portfolio.forecasts.Scores`; ``portfolio_returns``,
        ``portfolio_trades`` and ``portfolio_earned``: see :class:`rnn_trading.portfolio.record.Built`;
        ``portfolio_counts``: ``source``, ``file`` and ``dated_by``, how a table of the user's was read, and what was
        left out or not traded.
    """
    own = isinstance(portfolio_forecasts, tuple)
    forecasts, reading = portfolio_forecasts if own else (portfolio_forecasts, Reading())
    reading.log(portfolio_of)
    refuse_one_series(forecasts)
    stale = sequence.stale
    market = market_of(prices, sequence.session_presence, stale.after_sessions, stale.terminal_return)
    dated_by, given = _dated_by(portfolio, portfolio_of), portfolio.weights.by == "given"
    scores = take_scores(forecasts, market.sessions, market.priced.columns, dated_by, given=given)
    index = None if portfolio_index_source is None else portfolio_index_source[0]
    built = build(scores, market, index, portfolio)
    if found := reasons(built.counts):
        logger.warning("%s: left out, or not traded: %s", portfolio_of, found)
    return {
        "portfolio_scores": scores.table,
        "portfolio_returns": built.returns,
        "portfolio_trades": built.trades,
        "portfolio_earned": built.earned,
        "portfolio_counts": {
            "source": source,
            "file": None if portfolio_file is None else Path(portfolio_file).name,
            "dated_by": dated_by,
            **(reading | Reading(counts=built.counts)).report(),
        },
    }


def _dated_by(portfolio: PortfolioParameters, of: str) -> DatedBy:
    found = portfolio.dated_by or DATES.get(of)
    if found is None:
        raise PortfolioError(
            f"What the date of a row of {of} is, is not known. Say it: --params portfolio.dated_by=known, week "
            "or session."
        )
    return found


def judge_portfolio(
    portfolio_returns: pd.DataFrame,
    portfolio_trades: pd.DataFrame,
    portfolio_earned: pd.DataFrame,
    portfolio_counts: dict[str, Any],
    portfolio_skill: dict[str, bytes],
    register_of_trials: Register,
    portfolio: PortfolioParameters,
    portfolio_of: str,
    protocol: str,
) -> dict[str, Any]:
    """The record; see :func:`rnn_trading.portfolio.record.record_of`."""
    skill = record_in(portfolio_skill, portfolio_of)
    counted = tries_of(skill, register_of_trials)
    facts = {
        "of": portfolio_of,
        "protocol": protocol,
        "source": skill["data"].get("source") if skill else portfolio_counts["source"],
        "tries_by_the_register": counted,
        "made": skill.get("made") if skill else None,
        **{name: portfolio_counts[name] for name in ("file", "dated_by", "read_as")},
    }
    built = Built(portfolio_returns, portfolio_trades, portfolio_earned, portfolio_counts["left_out_or_mended"])
    record = record_of(built, portfolio, (counted or 1) + portfolio.tries, facts)
    logger.info("%s (%s): %s", portfolio_of, protocol, record["verdict"])
    return record


def record_in(files: dict[str, bytes], name: str) -> dict[str, Any] | None:
    """The skill record of an experiment among files; None if it is not there."""
    content = files.get(f"{name}/skill.json")
    return None if content is None else json.loads(content)


def tries_of(skill: dict[str, Any] | None, register: Register) -> int | None:
    """How many configurations the register has by now, counted as the judge counted; None where nobody counted."""
    trials = (skill or {}).get("trials") or {}
    return tries_now(register, trials["of"]) + (trials.get("before") or 0) if trials.get("of") else None


def portfolio_equity(portfolio_returns: pd.DataFrame, portfolio_record: dict[str, Any]) -> Figure:
    """Wealth, gross and net, beside equal weights and the index."""
    return figures.portfolio.equity(portfolio_returns, portfolio_record)


def portfolio_drawdown(portfolio_returns: pd.DataFrame, portfolio_record: dict[str, Any]) -> Figure:
    """How far below its peak wealth was, net."""
    return figures.portfolio.drawdown(drawdowns(portfolio_returns["net"]), portfolio_record)


def portfolio_quantiles(
    portfolio_earned: pd.DataFrame, portfolio_record: dict[str, Any], portfolio: PortfolioParameters
) -> Figure:
    """Mean return of each quantile of the forecasts."""
    return figures.portfolio.quantiles(
        quantile_returns(portfolio_earned, portfolio.weights.quantiles), portfolio_record
    )


def portfolio_years(portfolio_returns: pd.DataFrame, portfolio_record: dict[str, Any]) -> Figure:
    """Return of each year, gross and net."""
    return figures.portfolio.years(portfolio_returns, portfolio_record)


def portfolio_turnover(portfolio_returns: pd.DataFrame, portfolio_record: dict[str, Any]) -> Figure:
    """What is traded in each month."""
    return figures.portfolio.turnover(portfolio_returns, portfolio_record)


def portfolio_coefficients(portfolio_earned: pd.DataFrame, portfolio_record: dict[str, Any]) -> Figure:
    """Information coefficient by month."""
    return figures.portfolio.coefficients(by_month(coefficients(portfolio_earned)[IC]), portfolio_record)


def portfolio_costs(portfolio_record: dict[str, Any]) -> Figure:
    """Return a year by the cost of a side."""
    return figures.portfolio.costs(portfolio_record)


def portfolio_exposure(portfolio_returns: pd.DataFrame, portfolio_record: dict[str, Any]) -> Figure:
    """Long, short and net exposure."""
    return figures.portfolio.exposure(portfolio_returns, portfolio_record)


FIGURES = (
    portfolio_equity,
    portfolio_drawdown,
    portfolio_quantiles,
    portfolio_years,
    portfolio_turnover,
    portfolio_coefficients,
    portfolio_costs,
    portfolio_exposure,
)


def write_portfolio_page(portfolio_record: dict[str, Any], portfolio_skill: dict[str, bytes], **drawn: Any) -> str:
    """The tear sheet; see :func:`rnn_trading.pages.portfolio.portfolio_page`."""
    return portfolio_page(portfolio_record, drawn, pages_in(portfolio_skill))


def pages_in(files: Iterable[str]) -> list[str]:
    """Experiments of which a page lies among files."""
    return [file.removesuffix(PAGE) for file in files if file.endswith(PAGE)]
