"""What kinds of forecasts there are: their keys, metrics, losses, tests of difference, and headline."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal

import numpy as np
import pandas as pd

from rnn_trading.series.series import POINT_BY_POINT, RESTARTED, TRUTH
from rnn_trading.skill.inference.auc import compare_auc
from rnn_trading.skill.inference.comparison import compare_losses
from rnn_trading.skill.losses import LOG_LOSS, SQUARED_ERROR, Loss
from rnn_trading.skill.metrics import scores
from rnn_trading.skill.metrics.documents import compare_document_losses, evaluate_documents
from rnn_trading.skill.metrics.filings import (
    BLOCKS,
    compare_filing_losses,
    compare_filing_ranks,
    detectable_ic,
    evaluate_filings,
    weeks,
)
from rnn_trading.skill.metrics.macro import ABSOLUTE_ERROR, NETWORK, ONE_STEP, evaluate_macro
from rnn_trading.skill.metrics.panels import compare_information_coefficients, evaluate_panel
from rnn_trading.skill.metrics.scores import Score
from rnn_trading.skill.metrics.series import (
    LAST_VALUE,
    QLIKE,
    evaluate_level,
    evaluate_runs,
    evaluate_volatility,
)

TaskName = Literal["classification", "regression", "level", "volatility", "runs", "macro", "sentiment", "filings"]
Metrics = dict[str, Any]
Tests = list[dict[str, Any]]
Comparison = Callable[[pd.DataFrame, dict[str, Metrics], int], Tests]
MODEL = "prediction"
VAR = "vector_autoregression"


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
    score: Callable[[pd.DataFrame, str], Score]

    def best(self, metrics: dict[str, Metrics]) -> str | None:
        """Name of the best forecast that has the metric."""
        return best(metrics, self.metric, self.larger_is_better)


def best(metrics: dict[str, Metrics], metric: str, larger_is_better: bool) -> str | None:
    """Name of the forecast that is best by a metric; None if none has it.

    Examples
    --------
    >>> metrics = {"counts": {"auc": 0.8}, "mean": {"auc": float("nan")}, "coin": {}}
    >>> best(metrics, "auc", larger_is_better=True)
    'counts'
    """
    scores = {name: values.get(metric, math.nan) for name, values in metrics.items()}
    scores = {name: score for name, score in scores.items() if not math.isnan(score)}
    if not scores:
        return None
    return (max if larger_is_better else min)(scores, key=scores.__getitem__)


@dataclass(frozen=True)
class Task:
    """How forecasts of one kind are judged.

    Attributes
    ----------
    keys
        Columns of a table of predictions that are neither the prediction, the truth, nor a rival.
    evaluate
        Metrics of one column of the table.
    loss
        Loss of a row.
    comparisons
        Tests of the model against the rivals that each chooses, from the table, the metrics, and the overlap of the
        truths; the first test decides the verdict.
    headline
        See :class:`Headline`.
    only
        Values of key columns: the rows that the headline is about, of a table that has several kinds.
    remark
        What the verdict must add, from the metrics of the model and of the rivals and from the tests; empty for
        nothing.
    decided_by
        What the first test compares: the mean ``loss``, or the ``headline`` metric.
    units
        What the tests count.
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
        What a cluster is called, where it is not what the tests count.
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
    comparisons: tuple[Comparison, ...]
    headline: Headline
    only: dict[str, str] = field(default_factory=dict)
    remark: Callable[[dict[str, Metrics], Tests], str] = lambda _, __: ""
    decided_by: Literal["loss", "headline"] = "loss"
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


def by_loss(
    loss: Loss,
    table: pd.DataFrame,
    metrics: dict[str, Metrics],
    overlap: int,
    against: str | None = None,
    only: dict[str, str] | None = None,
) -> Tests:
    """Diebold-Mariano against the rival with the smallest mean loss, or a given one; nothing without rows.

    Parameters
    ----------
    loss
        Loss of a row.
    table
        Keys, ``prediction``, ``truth``, rivals.
    metrics
        Has the names of the rivals.
    overlap
        See :func:`rnn_trading.skill.inference.comparison.compare_losses`.
    against
        Name of the rival; None: the one with the smallest loss.
    only
        Values of key columns: the rows to compare on, of a table that has several kinds.

    Returns
    -------
    list of dict
        One test, or none: ``rival``, the values of ``only``, and what
        :func:`rnn_trading.skill.inference.comparison.compare_losses` gives. A rival whose mean loss is NaN does not
        count; without another there is no test.

    Examples
    --------
    The squared errors of the model are 1 and 0 in turn, those of the rivals 4 and 9.

    >>> from rnn_trading.skill.losses import SQUARED_ERROR
    >>> truth = pd.Series(np.arange(6.0))
    >>> table = pd.DataFrame({"date": pd.date_range("2020-01-01", periods=6), "truth": truth})
    >>> table = table.assign(prediction=truth + [1, 0, 1, 0, 1, 0], persistence=truth - 2, mean=truth + 3)
    >>> test = by_loss(SQUARED_ERROR, table, {"prediction": {}, "persistence": {}, "mean": {}}, overlap=1)[0]
    >>> test["rival"], test["mean_difference"], test["dates"]
    ('persistence', -3.5, 6)
    """
    rows = table[rows_of(table, only or {})]
    if rows.empty:
        return []
    truth = rows[TRUTH].to_numpy()
    rivals = [name for name in metrics if name != MODEL] if against is None else [against]
    mean_loss = {name: float(np.mean(loss.of(rows[name].to_numpy(), truth))) for name in rivals}
    defined = {name: value for name, value in mean_loss.items() if not math.isnan(value)}
    if not defined:
        return []
    rival = min(defined, key=defined.__getitem__)
    compared = compare_losses(
        *(loss, rows[MODEL].to_numpy(), rows[rival].to_numpy(), truth, pd.DatetimeIndex(rows["date"])), overlap
    )
    return [{"rival": rival, **(only or {})} | compared]


def by_loss_of_series(
    loss: Loss, table: pd.DataFrame, metrics: dict[str, Metrics], overlap: int, only: dict[str, str]
) -> Tests:
    """For every series by itself, :func:`by_loss` against its best rival and against the vector autoregression."""
    return [
        test
        for name in table["series"].unique()
        for against in (None, VAR)
        for test in by_loss(loss, table, metrics, overlap, against, only | {"series": name})
    ]


def rows_of(table: pd.DataFrame, only: dict[str, str]) -> pd.Series:
    """Mask of the rows whose key columns have the values given.

    Examples
    --------
    >>> table = pd.DataFrame({"run": ["one_step", "path", "one_step"], "series": ["cpi", "cpi", "rate"]})
    >>> rows_of(table, {"run": "one_step", "series": "cpi"}).tolist()
    [True, False, False]
    >>> rows_of(table, {}).tolist()
    [True, True, True]
    """
    mask = pd.Series(True, index=table.index)
    for key, value in only.items():
        mask &= table[key] == value
    return mask


def by_rank(table: pd.DataFrame, metrics: dict[str, Metrics], _: int) -> Tests:
    """Difference in information coefficient to the rival that ranks best; nothing if no rival ranks.

    Examples
    --------
    On the first date the model ranks rightly and the rival wrongly; on the second it is the other way round.

    >>> table = pd.DataFrame({"date": pd.to_datetime(["2020-01-05"] * 3 + ["2020-01-12"] * 3), "truth": [1, 2, 3] * 2})
    >>> table = table.assign(prediction=[1, 2, 3, 3, 2, 1], momentum=[3, 2, 1, 1, 2, 3])
    >>> test = by_rank(table, {"prediction": {}, "momentum": {"ic_mean": 0.0}}, 1)[0]
    >>> test["rival"], test["mean_difference"], test["dates"]
    ('momentum', 0.0, 2)
    """
    rival = best(_rivals(metrics), "ic_mean", larger_is_better=True)
    if rival is None:
        return []
    model, other, truth = (table[name].to_numpy() for name in (MODEL, rival, TRUTH))
    compared = compare_information_coefficients(model, other, truth, pd.DatetimeIndex(table["date"]))
    return [{"rival": rival} | compared]


def by_document_loss(table: pd.DataFrame, metrics: dict[str, Metrics], _: int) -> Tests:
    """Paired test of the log-loss against the rival with the smallest one.

    Examples
    --------
    >>> table = pd.DataFrame({"truth": [1.0, 0.0], "prediction": [0.5, 0.5], "counts": [0.5, 0.5]})
    >>> test = by_document_loss(table, {"counts": {"log_loss": 0.69}, "mean": {"log_loss": 0.9}}, 1)[0]
    >>> test["rival"], test["mean_difference"], test["p_value"]
    ('counts', 0.0, nan)
    """
    rival = best(_rivals(metrics), "log_loss", larger_is_better=False)
    if rival is None:
        return []
    forecasts = (table[name].to_numpy() for name in (MODEL, rival, TRUTH))
    return [{"rival": rival} | compare_document_losses(LOG_LOSS, *forecasts)]


def by_auc(table: pd.DataFrame, metrics: dict[str, Metrics], _: int) -> Tests:
    """Difference in AUC to every rival, the best first.

    Examples
    --------
    >>> table = pd.DataFrame({"truth": [0, 0, 1, 1], "prediction": [0.1, 0.2, 0.8, 0.9]})
    >>> table = table.assign(mean=0.5, counts=[0.1, 0.4, 0.35, 0.8])
    >>> tests = by_auc(table, {"mean": {"auc": 0.5}, "counts": {"auc": 0.75}}, 1)
    >>> [(test["rival"], test["mean_difference"]) for test in tests]
    [('counts', 0.25), ('mean', 0.5)]
    """
    rivals = _rivals(metrics)
    order = sorted(rivals, key=lambda name: -rivals[name]["auc"])
    truth = table[TRUTH].to_numpy()
    return [{"rival": name} | compare_auc(table[MODEL].to_numpy(), table[name].to_numpy(), truth) for name in order]


def by_filing_loss(table: pd.DataFrame, metrics: dict[str, Metrics], _: int) -> Tests:
    """Difference in squared error to the rival with the smallest one.

    Examples
    --------
    >>> table = pd.DataFrame({"date": ["2020-03-02", "2020-03-09"], "truth": [0.0, 0.0]})
    >>> table = table.assign(prediction=[1.0, 1.0], zero=[0.0, 2.0])
    >>> test = by_filing_loss(table, {"zero": {"rmse": 1.41}}, 1)[0]
    >>> test["rival"], test["mean_difference"], test["weeks"]
    ('zero', -1.0, 2)
    """
    rival = best(_rivals(metrics), "rmse", larger_is_better=False)
    return [] if rival is None else [{"rival": rival} | compare_filing_losses(table, MODEL, rival)]


def by_filing_rank(table: pd.DataFrame, metrics: dict[str, Metrics], _: int) -> Tests:
    """Difference in information coefficient to the rival that ranks best; nothing if no rival ranks.

    Examples
    --------
    >>> table = pd.DataFrame({"date": ["2020-03-02"] * 3, "firm": ["A", "B", "C"], "truth": [1, 2, 3]})
    >>> table = table.assign(prediction=[1, 2, 3], momentum=[3, 2, 1])
    >>> tests = by_filing_rank(table, {"momentum": {"ic": -1.0}}, 1)
    >>> [(test["rival"], round(test["mean_difference"], 6)) for test in tests]
    [('momentum', 2.0), ('momentum', 2.0)]
    """
    rival = best(_rivals(metrics), "ic", larger_is_better=True)
    if rival is None:
        return []
    return [{"rival": rival} | compared for compared in compare_filing_ranks(table, MODEL, rival)]


def _rivals(metrics: dict[str, Metrics]) -> dict[str, Metrics]:
    return {name: values for name, values in metrics.items() if name != MODEL}


def _panel(task: Literal["classification", "regression"], table: pd.DataFrame, column: str) -> Metrics:
    dates = pd.DatetimeIndex(table["date"])
    return evaluate_panel(task, table[column].to_numpy(), table[TRUTH].to_numpy(), dates)


def _level(table: pd.DataFrame, column: str) -> Metrics:
    return evaluate_level(*(table[name].to_numpy() for name in (column, TRUTH, LAST_VALUE)))


def _volatility(table: pd.DataFrame, column: str) -> Metrics:
    return evaluate_volatility(table[column].to_numpy(), table[TRUTH].to_numpy())


def _documents(table: pd.DataFrame, column: str) -> Metrics:
    return evaluate_documents(table[column].to_numpy(), table[TRUTH].to_numpy())


def _level_remark(metrics: dict[str, Metrics], _: Tests) -> str:
    model, last = metrics[MODEL], metrics[LAST_VALUE]
    return (
        f"a level IC of {model['ic_pooled']:.3f} says nothing, since yesterday's level has {last['ic_pooled']:.3f}; as "
        f"a return the forecast has an IC of {model['return_ic']:.3f} and an R2 of {model['return_r2']:.3f}"
    )


def _sentiment_remark(metrics: dict[str, Metrics], tests: Tests) -> str:
    """The interval of the deciding difference, and the losses, which may tell another story."""
    by_auc, by_loss = tests[0], next(test for test in tests if "loss" in test)
    low, high = by_auc["interval"]
    text = ""
    if not math.isnan(low):
        text += f"the difference is {by_auc['mean_difference']:+.3f} (95 % {low:+.3f} to {high:+.3f}); "
    losses = [metrics[name]["log_loss"] for name in (MODEL, by_loss["rival"])]
    return text + f"log-loss {losses[0]:.3f}, of {by_loss['rival'].replace('_', ' ')} {losses[1]:.3f}"


def _macro_remark(_: dict[str, Metrics], tests: Tests) -> str:
    by_loss = tests[0]
    if math.isnan(by_loss["detectable_difference"]):
        return f"on these {by_loss['dates']} months no difference could have been detected"
    return (
        f"on {by_loss['dates']} months a difference in mean absolute error of {by_loss['detectable_difference']:.3f} "
        f"could have been detected (at 5 %, four times out of five), and it was {by_loss['mean_difference']:.3f}"
    )


def _filings_remark(metrics: dict[str, Metrics], _: Tests) -> str:
    model = metrics[MODEL]
    filings = model["filings"]
    text = f"on {filings:,} filings an information coefficient of {detectable_ic(filings):.2f} could have been detected"
    low, high = model["ic_interval_by_date"]
    if not math.isnan(low):
        text += f", and it lies between {low:+.3f} and {high:+.3f} (95 %, pairs of weeks drawn as a whole)"
    return text


ONE_MONTH_AHEAD = {"units": NETWORK, "run": ONE_STEP}
TASKS: dict[str, Task] = {
    "classification": Task(
        keys=("ticker", "date"),
        evaluate=partial(_panel, "classification"),
        loss=LOG_LOSS,
        comparisons=(partial(by_loss, LOG_LOSS), by_rank),
        headline=Headline("auc", "AUC", larger_is_better=True, score=scores.auc),
        groups="ticker",
    ),
    "regression": Task(
        keys=("ticker", "date"),
        evaluate=partial(_panel, "regression"),
        loss=SQUARED_ERROR,
        comparisons=(partial(by_loss, SQUARED_ERROR), by_rank),
        headline=Headline("ic_mean", "mean information coefficient by date", True, scores.mean_information_coefficient),
        groups="ticker",
    ),
    "level": Task(
        keys=("date",),
        evaluate=_level,
        loss=SQUARED_ERROR,
        comparisons=(partial(by_loss, SQUARED_ERROR),),
        headline=Headline("rmse", "RMSE in index points", False, scores.root_mean_squared_error),
        remark=_level_remark,
    ),
    "volatility": Task(
        keys=("date",),
        evaluate=_volatility,
        loss=SQUARED_ERROR,
        comparisons=(partial(by_loss, SQUARED_ERROR), partial(by_loss, QLIKE)),
        headline=Headline("r2", "R2", True, scores.r_squared),
    ),
    "runs": Task(
        keys=("run", "date", "step", "target_date"),
        evaluate=evaluate_runs,
        loss=SQUARED_ERROR,
        comparisons=(
            partial(by_loss, SQUARED_ERROR, only={"run": RESTARTED}),
            partial(by_loss, SQUARED_ERROR, only={"run": POINT_BY_POINT}),
        ),
        headline=Headline("rmse", "RMSE over runs of several steps", False, scores.root_mean_squared_error),
        only={"run": RESTARTED},
        clustered="runs",
        shares_outcomes=True,
    ),
    "macro": Task(
        keys=("units", "run", "series", "date", "step", "target_date"),
        evaluate=evaluate_macro,
        loss=ABSOLUTE_ERROR,
        comparisons=(
            partial(by_loss, ABSOLUTE_ERROR, only=ONE_MONTH_AHEAD),
            partial(by_loss, ABSOLUTE_ERROR, against=VAR, only=ONE_MONTH_AHEAD),
            partial(by_loss_of_series, ABSOLUTE_ERROR, only=ONE_MONTH_AHEAD),
        ),
        headline=Headline("mae", "MAE one month ahead, in the network's units", False, scores.mean_absolute_error),
        only=ONE_MONTH_AHEAD,
        clustered="months",
        remark=_macro_remark,
        no_groups="the series are judged one by one in the record",
    ),
    "sentiment": Task(
        keys=("id", "author"),
        evaluate=_documents,
        loss=LOG_LOSS,
        comparisons=(by_auc, by_document_loss),
        headline=Headline("auc", "AUC", True, scores.auc),
        remark=_sentiment_remark,
        decided_by="headline",
        units="documents",
        suspicious="reviews that state their rating in numbers",
        clusters=lambda table: table["id"],
        block=1,
        groups="author",
        no_groups="the reviews do not say who wrote them",
    ),
    "filings": Task(
        keys=("filing_id", "firm", "date"),
        evaluate=evaluate_filings,
        loss=SQUARED_ERROR,
        comparisons=(by_filing_loss, by_filing_rank),
        headline=Headline("ic", "information coefficient", True, scores.rank_correlation),
        remark=_filings_remark,
        units="weeks",
        suspicious="filings entered before they were surely public, or whose price did not move",
        fewest_rows=100,
        clusters=lambda table: weeks(table["date"]),
        block=BLOCKS["date"],
        groups="firm",
    ),
}
