"""What kinds of forecasts there are: their keys, metrics, losses, tests of difference, and headline."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

import numpy as np
import pandas as pd

from rnn_trading.series.series import POINT_BY_POINT, RESTARTED
from rnn_trading.skill import statistics
from rnn_trading.skill.losses import LOG_LOSS, SQUARED_ERROR, Loss
from rnn_trading.skill.metrics import scores
from rnn_trading.skill.metrics.documents import evaluate_documents
from rnn_trading.skill.metrics.filings import BLOCKS, evaluate_filings, weeks
from rnn_trading.skill.metrics.macro import ABSOLUTE_ERROR, NETWORK, ONE_STEP, evaluate_macro
from rnn_trading.skill.metrics.panels import evaluate_panel
from rnn_trading.skill.metrics.scores import Score
from rnn_trading.skill.metrics.series import (
    LAST_VALUE,
    QLIKE,
    evaluate_level,
    evaluate_runs,
    evaluate_volatility,
)
from rnn_trading.skill.metrics.stars import evaluate_stars
from rnn_trading.skill.rows import FOLD, KNOWN, MODEL, Metrics, best, folds_in
from rnn_trading.skill.second_view import (
    Comparison,
    by_clark_west,
    by_document_loss,
    by_filing_loss,
    by_filing_rank,
    by_loss,
    by_loss_of_series,
)
from rnn_trading.skill.statistics import TRUTH, Statistic

TaskName = Literal[
    "classification", "regression", "level", "volatility", "runs", "macro", "sentiment", "stars", "filings"
]

ScoreOf = Callable[[pd.DataFrame, str], Score]

# Others of the keys only name the rows.
USED_KEYS = ("date", "run", "step", "series", "units", "id", "firm")


@dataclass(frozen=True)
class Headline:
    """The metric that a verdict speaks of, in words, which way is better, and how it is computed on chosen rows.

    Examples
    --------
    >>> TASKS["level"].headline.best({"persistence": {"rmse": 2.0}, "mean": {"rmse": 9.0}})
    'persistence'
    >>> TASKS["volatility"].headline.best({"persistence": {"rmse": 2.0}}) is None
    True
    """

    metric: str
    words: str
    larger_is_better: bool
    score: ScoreOf

    def best(self, metrics: dict[str, Metrics]) -> str | None:
        """Name of the best forecast that has the metric."""
        return best(metrics, self.metric, self.larger_is_better)


@dataclass(frozen=True)
class Task:
    """How forecasts of one kind are judged.

    Attributes
    ----------
    keys
        Columns of a table of predictions that are neither the prediction, the truth, nor a rival. Beside them may stand
        ``fold``, of which fold a row is.
    evaluate
        Metrics of one column of the table.
    loss
        Loss of a row.
    statistic
        What decides over forecasts, and why; see :mod:`rnn_trading.skill.statistics`.
    combined
        On which scale two forecasts are weighed; see :func:`rnn_trading.skill.encompassing.encompassing`.
    weighed_with
        Rivals with which the model is weighed, too, where another is the best.
    positive
        Whether forecasts must be positive.
    comparisons
        Further tests, which do not decide, from the table, the metrics, and the overlap of the truths.
    headline
        See :class:`Headline`.
    only
        Values of key columns: the rows that the headline is about, of a table that has several kinds.
    units
        What the statistic counts: ``dates``, ``weeks`` or ``documents``.
    suspicious
        What the rows are that every score is given without, too.
    fewest_rows
        With fewer test rows than these there is no verdict on skill.
    clusters
        To which cluster each row belongs: rows that are drawn together for an interval.
    block
        How many clusters that follow each other are drawn together; None: see
        :func:`rnn_trading.skill.headline.headline`.
    clustered
        What a cluster is called, where it is not one of the ``units``.
    shares_outcomes
        Whether clusters that follow each other share outcomes, where truths overlap. Forecasts one month ahead of
        12-month differences do not: what is new in each is one month.
    groups
        Column of what may carry a score alone: tickers, firms, authors; None, or not in a table: there is none.
    no_groups
        Why there is none.

    Examples
    --------
    >>> TASKS["filings"].headline.words, TASKS["filings"].units, TASKS["filings"].dated
    ('information coefficient', 'weeks', True)
    >>> TASKS["sentiment"].headline.words, TASKS["sentiment"].units, TASKS["sentiment"].dated
    ('AUC', 'documents', False)
    """

    keys: tuple[str, ...]
    evaluate: Callable[[pd.DataFrame, str], Metrics]
    loss: Loss
    statistic: Statistic
    comparisons: tuple[Comparison, ...]
    headline: Headline
    combined: Literal["logits", "ranks", "changes", "as they are"] = "as they are"
    weighed_with: tuple[str, ...] = ()
    positive: bool = False
    only: dict[str, str] = field(default_factory=dict)
    units: Literal["dates", "documents", "weeks"] = "dates"
    suspicious: str = "rows that touch stale, missing or extreme prices"
    fewest_rows: int = 0
    clusters: Callable[[pd.DataFrame], pd.Series] = lambda table: table["date"]
    block: int | None = None
    clustered: str = ""
    shares_outcomes: bool = False
    groups: str | None = None
    no_groups: str = "there is one series"

    @property
    def dated(self) -> bool:
        """Whether rows have a date, so that months can be left out."""
        return self.units != "documents"

    @property
    def required(self) -> tuple[str, ...]:
        """Columns without which predictions cannot be judged."""
        return (*(key for key in self.keys if key in USED_KEYS), *((LAST_VALUE,) if self.combined == "changes" else ()))

    @property
    def counted(self) -> str:
        """What the statistic counts, in words."""
        return self.clustered or self.units


def _panel(task: Literal["classification", "regression"], table: pd.DataFrame, column: str) -> Metrics:
    dates = pd.DatetimeIndex(table["date"])
    names = table["ticker"].to_numpy() if "ticker" in table else None
    metrics = evaluate_panel(task, table[column].to_numpy(), table[TRUTH].to_numpy(), dates, names)
    pooled = {"ic_pooled": scores.rank_correlation} | ({"auc": scores.auc} if task == "classification" else {})
    return metrics | _within_folds(table, {name: (of, table[column], table[TRUTH]) for name, of in pooled.items()})


def _level(table: pd.DataFrame, column: str) -> Metrics:
    forecast, truth, last = (table[name] for name in (column, TRUTH, LAST_VALUE))
    metrics = evaluate_level(forecast.to_numpy(), truth.to_numpy(), last.to_numpy())
    levels, returns = (forecast, truth), (forecast / last - 1, truth / last - 1)
    pooled = {"ic_pooled": levels, "return_ic": returns}
    return metrics | _within_folds(table, {name: (scores.rank_correlation, *both) for name, both in pooled.items()})


def _runs(table: pd.DataFrame, column: str) -> Metrics:
    rows = table[table["run"] == RESTARTED]
    changes = (scores.rank_correlation, rows[column] - rows[LAST_VALUE], rows[TRUTH] - rows[LAST_VALUE])
    return evaluate_runs(table, column) | _within_folds(rows, {"change_ic": changes})


def _within_folds(table: pd.DataFrame, pooled: dict[str, tuple[ScoreOf, pd.Series, pd.Series]]) -> Metrics:
    """Of several folds, scores by ranks of rows of many dates; see :mod:`rnn_trading.skill.metrics.scores`."""
    if not len(table) or len(folds_in(table)) == 1:
        return {}
    return {
        name: score(pd.DataFrame({FOLD: table[FOLD], MODEL: forecast, TRUTH: truth}), MODEL)(np.arange(len(table)))
        for name, (score, forecast, truth) in pooled.items()
    }


def _volatility(table: pd.DataFrame, column: str) -> Metrics:
    return evaluate_volatility(table[column].to_numpy(), table[TRUTH].to_numpy())


def _documents(table: pd.DataFrame, column: str) -> Metrics:
    return evaluate_documents(table[column].to_numpy(), table[TRUTH].to_numpy())


def _stars(table: pd.DataFrame, column: str) -> Metrics:
    return evaluate_stars(table[column].to_numpy(), table[TRUTH].to_numpy())


ONE_MONTH_AHEAD = {"units": NETWORK, "run": ONE_STEP}
# What is the same for reviews, whether their labels are two or stars.
_OF_REVIEWS: dict[str, Any] = {
    "keys": ("id", "author"),
    "units": "documents",
    "fewest_rows": 30,
    "suspicious": "reviews that state their rating in numbers",
    "clusters": lambda table: table["id"],
    "block": 1,
    "groups": "author",
    "no_groups": "the reviews do not say who wrote them",
}
TASKS: dict[str, Task] = {
    "classification": Task(
        keys=("ticker", "date"),
        evaluate=partial(_panel, "classification"),
        loss=LOG_LOSS,
        statistic=statistics.RANKS_BY_DATE,
        comparisons=(partial(by_loss, LOG_LOSS), by_clark_west),
        combined="ranks",
        headline=Headline("auc", "AUC", larger_is_better=True, score=scores.auc),
        groups="ticker",
    ),
    "regression": Task(
        keys=("ticker", "date"),
        evaluate=partial(_panel, "regression"),
        loss=SQUARED_ERROR,
        statistic=statistics.RANKS_BY_DATE,
        comparisons=(partial(by_loss, SQUARED_ERROR), by_clark_west),
        combined="ranks",
        headline=Headline("ic_mean", "mean information coefficient by date", True, scores.mean_information_coefficient),
        groups="ticker",
    ),
    "level": Task(
        keys=("date",),
        evaluate=_level,
        loss=SQUARED_ERROR,
        statistic=statistics.LEVEL,
        comparisons=(partial(by_loss, SQUARED_ERROR), by_clark_west),
        combined="changes",
        headline=Headline("rmse", "RMSE in index points", False, scores.root_mean_squared_error),
    ),
    "volatility": Task(
        keys=("date",),
        evaluate=_volatility,
        loss=SQUARED_ERROR,
        statistic=statistics.VOLATILITY,
        comparisons=(partial(by_loss, SQUARED_ERROR), partial(by_loss, QLIKE), by_clark_west),
        positive=True,
        headline=Headline("r2", "R2", True, scores.r_squared),
    ),
    "runs": Task(
        keys=("run", "date", "step", "target_date"),
        evaluate=_runs,
        loss=SQUARED_ERROR,
        statistic=statistics.RUNS,
        comparisons=(
            partial(by_loss, SQUARED_ERROR, only={"run": RESTARTED}),
            partial(by_loss, SQUARED_ERROR, only={"run": POINT_BY_POINT}),
            partial(by_clark_west, only={"run": RESTARTED}),
        ),
        combined="changes",
        headline=Headline("rmse", "RMSE over runs of several steps", False, scores.root_mean_squared_error),
        only={"run": RESTARTED},
        clustered="runs",
        shares_outcomes=True,
    ),
    "macro": Task(
        keys=("units", "run", "series", "date", "step", "target_date"),
        evaluate=evaluate_macro,
        loss=ABSOLUTE_ERROR,
        statistic=statistics.MACRO,
        comparisons=(
            partial(by_loss, ABSOLUTE_ERROR, only=ONE_MONTH_AHEAD),
            partial(by_clark_west, only=ONE_MONTH_AHEAD),
            partial(by_loss_of_series, ABSOLUTE_ERROR, only=ONE_MONTH_AHEAD),
        ),
        headline=Headline("mae", "MAE one month ahead, in the network's units", False, scores.mean_absolute_error),
        only=ONE_MONTH_AHEAD,
        clustered="months",
        no_groups="the series are judged one by one in the record",
    ),
    "sentiment": Task(
        **_OF_REVIEWS,
        evaluate=_documents,
        loss=LOG_LOSS,
        statistic=statistics.REVIEWS,
        comparisons=(partial(by_document_loss, LOG_LOSS, "log_loss"),),
        combined="logits",
        weighed_with=("tfidf_logistic_regression",),
        headline=Headline("auc", "AUC", True, scores.auc),
    ),
    "stars": Task(
        **_OF_REVIEWS,
        evaluate=_stars,
        loss=SQUARED_ERROR,
        statistic=statistics.STARS,
        comparisons=(partial(by_document_loss, SQUARED_ERROR, "rmse"),),
        combined="ranks",
        weighed_with=("tfidf_ridge",),
        headline=Headline("rank_correlation", "rank correlation", True, scores.rank_correlation),
    ),
    "filings": Task(
        keys=("filing_id", "firm", "date", KNOWN),
        evaluate=evaluate_filings,
        loss=SQUARED_ERROR,
        statistic=statistics.FILINGS,
        comparisons=(by_filing_loss, by_filing_rank),
        combined="ranks",
        headline=Headline("ic", "information coefficient", True, scores.rank_correlation),
        units="weeks",
        suspicious="filings entered before they were surely public, or whose price did not move",
        fewest_rows=100,
        clusters=lambda table: weeks(table["date"]),
        block=BLOCKS["date"],
        groups="firm",
    ),
}


def statistic_for(task: Task, rows: pd.DataFrame, forecasts: list[str]) -> Statistic:
    """What decides over these rows: the statistic of the task, or another one where it does not exist for a forecast.

    Examples
    --------
    >>> table = pd.DataFrame({"prediction": [0.5, -0.1], "har": [0.5, 0.4]})
    >>> statistic_for(TASKS["volatility"], table, ["prediction", "har"]).words
    'squared error'
    >>> statistic_for(TASKS["volatility"], table, ["har"]).words
    'QLIKE'
    """
    if task.statistic is statistics.VOLATILITY and not (rows[forecasts] > 0).all(axis=None):
        return statistics.VOLATILITY_NOT_POSITIVE
    return task.statistic
