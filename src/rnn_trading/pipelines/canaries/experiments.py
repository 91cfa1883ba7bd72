"""What each experiment is fed with, and how its labels are shuffled."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated

import pandas as pd
from pydantic import Field

from rnn_trading.parameters import parameters
from rnn_trading.simulated import sources
from rnn_trading.simulated.filings import SimulationParameters
from rnn_trading.simulated.sources import Kind, Simulated
from rnn_trading.skill.tasks import TaskName

from .runs import MemoryRun


@parameters
class CanarySizes:
    """How much is simulated: tickers and weeks of a panel, sessions of an index, months, texts, filings."""

    tickers: Annotated[int, Field(ge=2)]
    weeks: Annotated[int, Field(ge=1)]
    sessions: Annotated[int, Field(ge=1)]
    months: Annotated[int, Field(ge=1)]
    texts: Annotated[int, Field(ge=1)]
    filings: SimulationParameters


@dataclass(frozen=True)
class Canary:
    """How an experiment is put to the test.

    Attributes
    ----------
    task
        Kind of forecast.
    simulate
        Sources by kind, seed and sizes.
    order
        Column of the predictions by which rows are early or late.
    keys
        Columns of the predictions that are the index of the oracle.
    labels
        Dataset in which labels are shuffled, and its columns; None: changes of the source are drawn anew.
    oracle_in
        Dataset and column that hold the best forecast, where the source does not.
    """

    task: TaskName
    simulate: Callable[[Kind, int, CanarySizes], Simulated]
    order: str
    keys: tuple[str, ...]
    labels: tuple[str, list[str]] | None = None
    oracle_in: tuple[str, str] | None = None

    def oracle(self, run: MemoryRun, simulated: Simulated, predictions: pd.DataFrame) -> pd.DataFrame:
        """The predictions with a column ``oracle``."""
        if self.oracle_in is not None:
            dataset, column = self.oracle_in
            best = run[dataset][column]
        elif simulated.oracle is not None:
            best = simulated.oracle
        else:
            raise ValueError("The simulated sources have no best forecast: expected planted ones.")
        keys = predictions[list(self.keys)]
        wanted = pd.Index(keys.iloc[:, 0]) if len(self.keys) == 1 else pd.MultiIndex.from_frame(keys)
        return predictions.assign(oracle=best.loc[wanted].to_numpy())


def _panel(kind: Kind, seed: int, sizes: CanarySizes) -> Simulated:
    return sources.prices(kind, seed, sizes.tickers, sizes.weeks)


def _index(name: str, kind: Kind, seed: int, sizes: CanarySizes) -> Simulated:
    return sources.index(name, kind, seed, sizes.sessions)


def _volatile(kind: Kind, seed: int, sizes: CanarySizes) -> Simulated:
    return sources.volatile_index("index_prices_source", kind, seed, sizes.sessions)


def _macro(kind: Kind, seed: int, sizes: CanarySizes) -> Simulated:
    return sources.macro(kind, seed, sizes.months)


def _reviews(kind: Kind, seed: int, sizes: CanarySizes) -> Simulated:
    return sources.reviews(kind, seed, sizes.texts)


def _filings(kind: Kind, seed: int, sizes: CanarySizes) -> Simulated:
    return sources.filings(kind, seed, sizes.filings)


def _of_panel(task: TaskName) -> Canary:
    return Canary(
        *(task, _panel, "date", ("ticker", "date")),
        labels=("returns_weekly", ["fwd_returns", "label"]),
        oracle_in=("returns_weekly", "1"),
    )


_close = partial(_index, "index_prices_source")
_of_level = Canary("level", _close, "date", ("date",))
_of_reviews = Canary("sentiment", _reviews, "id", ("id",), labels=("reviews", ["label"]))
CANARIES = {
    "stacked_lstm.classification": _of_panel("classification"),
    "stacked_lstm.regression": _of_panel("regression"),
    "univariate_regression.level": _of_level,
    "univariate_regression.level.returns": _of_level,
    "univariate_regression.volatility": Canary("volatility", _volatile, "date", ("date",)),
    "univariate_regression.rolling_windows.index": Canary("runs", _close, "date", ("target_date",)),
    "univariate_regression.mid_price": Canary("runs", partial(_index, "index_ranges_source"), "date", ("target_date",)),
    "multivariate.macro": Canary("macro", _macro, "date", ("series", "target_date")),
    "text_sentiment.learned_embeddings": _of_reviews,
    "text_sentiment.pretrained_embeddings": _of_reviews,
    "sec_filings.returns": Canary(
        "filings", _filings, "date", ("filing_id",), labels=("sec_filings.returns.returns", ["truth"])
    ),
}
