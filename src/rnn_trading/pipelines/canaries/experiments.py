"""What each experiment is fed with, and how its labels are shuffled."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

import pandas as pd
from pydantic import Field

from rnn_trading.parameters import parameters
from rnn_trading.series.series import overlapping_runs
from rnn_trading.simulated import lives, sources
from rnn_trading.simulated.filings import SimulationParameters
from rnn_trading.skill.decision import decide
from rnn_trading.skill.tasks import TaskName

# Macro series are forecast as changes over a year.
MONTHS_OF_A_CHANGE = 12


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
        Sources by strength of the signal, seed and sizes.
    order
        Column of the predictions by which rows are early or late.
    labels
        Dataset in which labels are shuffled, and what shuffles them by a seed; None: changes of the source are drawn
        anew.
    another_future
        The same sources with another future after a date, by a seed.
    experiment
        Name of the experiment; None: that of the canary.
    overlap
        Periods over which a truth reaches, from the predictions, as the experiment's judge has it.
    """

    task: TaskName
    simulate: Callable[[float, int, CanarySizes], dict[str, Any]]
    order: str
    labels: tuple[str, Callable[[Any, int], Any]] | None = None
    another_future: Callable[[dict[str, Any], Any, int], dict[str, Any]] = sources.another_future
    experiment: str | None = None
    overlap: Callable[[pd.DataFrame], int] = lambda _: 1

    def decide(self, predictions: pd.DataFrame) -> dict[str, Any]:
        """What the judge decides of predictions; see :func:`rnn_trading.skill.decision.decide`."""
        return decide(self.task, predictions, overlap=self.overlap(predictions))


def _panel(strength: float, seed: int, sizes: CanarySizes) -> dict[str, Any]:
    return sources.prices(strength, seed, sizes.tickers, sizes.weeks)


def _daily_panel(strength: float, seed: int, sizes: CanarySizes) -> dict[str, Any]:
    return sources.daily_prices(strength, seed, sizes.tickers, sizes.weeks)


def _dying(strength: float, seed: int, sizes: CanarySizes) -> dict[str, Any]:
    return lives.prices(strength, seed, sizes.tickers, sizes.weeks)


def _index(name: str, strength: float, seed: int, sizes: CanarySizes) -> dict[str, Any]:
    return sources.index(name, strength, seed, sizes.sessions)


def _volatile(strength: float, seed: int, sizes: CanarySizes) -> dict[str, Any]:
    return sources.volatile_index("index_prices_source", strength, seed, sizes.sessions)


def _macro(strength: float, seed: int, sizes: CanarySizes) -> dict[str, Any]:
    return sources.macro(strength, seed, sizes.months)


def _reviews(strength: float, seed: int, sizes: CanarySizes) -> dict[str, Any]:
    return sources.reviews(strength, seed, sizes.texts)


def _filings(strength: float, seed: int, sizes: CanarySizes) -> dict[str, Any]:
    return sources.filings(strength, seed, sizes.filings)


def _columns(*names: str) -> Callable[[pd.DataFrame, int], pd.DataFrame]:
    return lambda table, seed: sources.with_shuffled(table, [*names], seed)


_of_returns = ("returns_weekly_panel", sources.with_shuffled_future)
_close = partial(_index, "index_prices_source")
_of_level = Canary("level", _close, "date")
_of_runs = Canary("runs", _close, "date", overlap=overlapping_runs)
_of_reviews = Canary("sentiment", _reviews, "id", ("reviews", _columns("label")))
# The paths at once of the macro series have none: they would train two averages of networks for every sample. What is
# theirs alone, the rows that they are trained on and their network, is that of the paths of the index.
CANARIES = {
    "stacked_lstm.classification": Canary("classification", _panel, "date", _of_returns),
    "stacked_lstm.regression": Canary("regression", _panel, "date", _of_returns),
    "stacked_lstm.daily": Canary(
        "regression", _daily_panel, "date", ("returns_daily_panel", sources.with_shuffled_future)
    ),
    "stacked_lstm.classification.tickers_die": Canary(
        *("classification", _dying, "date", _of_returns),
        another_future=lives.another_future,
        experiment="stacked_lstm.classification",
    ),
    "univariate_regression.level": _of_level,
    "univariate_regression.level.returns": _of_level,
    "univariate_regression.volatility": Canary("volatility", _volatile, "date"),
    "univariate_regression.rolling_windows.index": _of_runs,
    "univariate_regression.rolling_windows.index.encoder_decoder": _of_runs,
    "univariate_regression.mid_price": Canary(
        "runs", partial(_index, "index_ranges_source"), "date", overlap=overlapping_runs
    ),
    "multivariate.macro": Canary("macro", _macro, "date", overlap=lambda _: MONTHS_OF_A_CHANGE),
    "text_sentiment.learned_embeddings": _of_reviews,
    "text_sentiment.pretrained_embeddings": _of_reviews,
    "sec_filings.returns": Canary("filings", _filings, "date", ("sec_filings.returns.returns", _columns("truth"))),
}


def experiment_of(canary: str) -> str:
    """Name of the experiment that a canary puts to the test.

    Examples
    --------
    >>> experiment_of("stacked_lstm.classification.tickers_die"), experiment_of("multivariate.macro")
    ('stacked_lstm.classification', 'multivariate.macro')
    """
    return CANARIES[canary].experiment or canary
