"""The skill record: every number of an experiment beside its rivals, in one plain dict."""

import math
from dataclasses import field
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnn_trading.parameters import parameters
from rnn_trading.skill.formats import format_published, format_score, words
from rnn_trading.skill.headline import attribution, headline, suspicious_rows
from rnn_trading.skill.inference.means import SIGNIFICANCE
from rnn_trading.skill.tasks import MODEL, TASKS, TRUTH, Metrics, Task, TaskName, rows_of

WORST_MONTHS = 3
SMALLEST_P_SHOWN = 0.001
# Of the form of a record: a report reads no other.
RECORD_VERSION = 1


@parameters
class Experiment:
    """What a record is about.

    Parameters
    ----------
    name
        As in file names: ``stacked_lstm.classification``.
    task
        Decides metrics and loss; see :mod:`rnn_trading.skill.tasks`.
    published
        Published figures of this experiment, by the names of our metrics where they are the same; or null.
    published_on
        The data of the published figures: ``other data``, or the years if ours are the same series.
    changed
        Parameters and sources that are not as in ``conf/base``, by name; filled in by
        :class:`rnn_trading.config.ConfigLoader`.

    Examples
    --------
    >>> experiment = Experiment(name="mine.level", task="level", published={"rmse": 17.7}, published_on="2010 to 2018")
    >>> experiment.task, experiment.changed
    ('level', {})
    """

    name: str
    task: TaskName
    published: dict[str, Any] | None
    published_on: str | None
    changed: dict[str, str] = field(default_factory=dict)


def skill_record(
    experiment: Experiment,
    protocol: str,
    predictions: pd.DataFrame,
    flags: pd.DataFrame,
    data: dict[str, Any],
    model: dict[str, Any],
    scale: float | None = None,
    overlap: int = 1,
) -> dict[str, Any]:
    """Judge a model against its rivals.

    Parameters
    ----------
    experiment
        See :class:`Experiment`.
    protocol
        ``corrected`` or ``as_published``.
    predictions
        Test rows: the keys of the task, ``prediction``, ``truth``, and one column a rival. No missing values.
    flags
        Boolean, rows x kinds: rows whose score may be an artefact; the task says in words what they are. A column
        ``zero_volume`` is a cause of its own and does not count for ``without_stale``.
    data
        Source, rows and dates of each part, what was dropped and why. ``caveat``: what the verdict must end with.
        ``simulated``: true of data that are made up, which the findings of a report do not count.
    model
        Parameters, epochs, best epoch, seconds, and on which rows training was ``stopped_on``.
    scale
        Units of the predictions in one unit of the network's; adds ``rmse_scaled`` and ``half_mse_scaled`` to
        metrics that have an ``rmse``.
    overlap
        Periods over which a truth reaches; see :func:`rnn_trading.skill.inference.comparison.compare_losses`. Blocks of
        the headline's interval are as long only where forecasts share outcomes (``shares_outcomes`` of the task).

    Returns
    -------
    dict
        ``version`` (of the form of the record), ``experiment``, ``protocol``, ``changed`` (see :class:`Experiment`),
        ``finding``, ``headline`` and ``attribution`` (see the functions of :mod:`rnn_trading.skill.headline` with
        these names), ``data``, ``model`` (with ``metrics``), ``rivals``, ``tests``, ``without_stale``,
        ``without_worst_months`` (the same without the three calendar months in which the rivals' mean loss was
        largest; None for documents, which have no date), ``published``, ``published_on``,
        ``verdict``; plain values only, None for a metric that does not exist.

    Raises
    ------
    ValueError
        If there is no rival, or a prediction is missing.

    Examples
    --------
    The rival is off by 1 point or by 2, the model by a tenth of that.

    >>> truth = 100.0 + np.arange(60)
    >>> off = 1.0 + np.arange(60) % 2
    >>> predictions = pd.DataFrame({"date": pd.bdate_range("2020-01-01", periods=60), "truth": truth})
    >>> predictions = predictions.assign(prediction=truth + off / 10, persistence=truth - off)
    >>> experiment = Experiment(name="mine.level", task="level", published=None, published_on=None)
    >>> flags = pd.DataFrame({"stale_price": [False] * 60})
    >>> record = skill_record(experiment, "corrected", predictions, flags, data={"source": "mine.csv"}, model={})
    >>> record["finding"]
    'Skill beyond the naive rivals'
    >>> round(record["headline"]["value"], 3), round(record["headline"]["rival_value"], 3)
    (0.158, 1.581)
    >>> record["tests"][0]["name"]
    'Diebold-Mariano, 11 lags, simulated critical values'
    """
    task = TASKS[experiment.task]
    rivals = [column for column in predictions if column not in (*task.keys, MODEL, TRUTH)]
    if not rivals:
        raise ValueError(f"{experiment.name}: predictions have no rival column. Nothing is judged alone.")
    missing = predictions.columns[predictions.isna().any()]
    if len(missing):
        raise ValueError(f"{experiment.name}: predictions have missing values in {list(missing)}.")

    judge = partial(_judge, task, predictions, rivals, overlap, scale)
    everything = judge(np.ones(len(predictions), dtype=bool))
    flags = flags.reset_index(drop=True).set_axis(predictions.index)
    suspicious = suspicious_rows(flags)
    clean = judge(~suspicious)
    calm = in_worst = None
    if task.dated:
        months = worst_months(task, predictions, rivals)
        in_worst = _months(predictions).isin(months).to_numpy()
        calm = {"months": months} | judge(~in_worst)
    best = task.headline.best(everything["rivals"])
    record = {
        "version": RECORD_VERSION,
        "experiment": experiment.name,
        "protocol": protocol,
        "changed": experiment.changed,
        "finding": _finding(task, everything, clean["tests"]),
        "headline": headline(task, predictions, everything["rivals"], overlap if task.shares_outcomes else 1),
        "attribution": attribution(task, predictions, flags, in_worst, best),
        "data": data,
        "model": model | {"metrics": everything["model"]},
        "rivals": everything["rivals"],
        "tests": everything["tests"],
        "without_stale": clean,
        "without_worst_months": calm,
        "published": experiment.published,
        "published_on": experiment.published_on,
        "verdict": _verdict(experiment, task, everything, clean, calm)
        + _caveats(task, model | data, len(predictions) - int(suspicious.sum())),
    }
    return plain(record)


def _judge(
    task: Task, predictions: pd.DataFrame, rivals: list[str], overlap: int, scale: float | None, keep: NDArray[np.bool_]
) -> dict[str, Any]:
    """Metrics and tests on the rows to keep; how many rows of the headline these are, and how many it lacks."""
    rows, of_headline = predictions[keep], rows_of(predictions, task.only).to_numpy()
    metrics = {name: task.evaluate(rows, name) for name in (MODEL, *rivals)}
    tests = [test for compare in task.comparisons if len(rows) for test in compare(rows, metrics, overlap)]
    if scale is not None:
        metrics = {name: _scaled(values, scale) for name, values in metrics.items()}
    return {
        "rows": int((of_headline & keep).sum()),
        "rows_left_out": int((of_headline & ~keep).sum()),
        "model": metrics[MODEL],
        "rivals": {rival: metrics[rival] for rival in rivals},
        "tests": tests,
    }


def worst_months(task: Task, predictions: pd.DataFrame, rivals: list[str]) -> list[str]:
    """The three calendar months with the largest mean loss of a row, averaged over the rivals, in order of time.

    The mean, not the sum: a month of five weeks is not worse for being longer. The model does not enter, so that models
    of one experiment are judged without the same months. No month is worse than others if there are no more than three.

    Parameters
    ----------
    task
        Says which loss, on which rows.
    predictions
        See :func:`skill_record`.
    rivals
        Names of their columns.

    Returns
    -------
    list of str
        Such as ``2020-03``; by ``target_date`` where the predictions have one.

    Examples
    --------
    Month by month, the rival is off by 1, 5, 2, 4 and 3:

    >>> from rnn_trading.skill.tasks import TASKS
    >>> months = pd.date_range("2020-01-01", periods=5, freq="MS")
    >>> predictions = pd.DataFrame({"date": months, "truth": 100.0, "persistence": [101.0, 105.0, 102.0, 104.0, 103.0]})
    >>> worst_months(TASKS["level"], predictions, ["persistence"])
    ['2020-02', '2020-04', '2020-05']
    """
    rows = predictions[rows_of(predictions, task.only)]
    truth = rows[TRUTH].to_numpy()
    loss = np.mean([task.loss.of(rows[rival].to_numpy(), truth) for rival in rivals], axis=0)
    by_month = pd.Series(loss).groupby(_months(rows).to_numpy()).mean()
    return sorted(by_month.nlargest(WORST_MONTHS).index) if len(by_month) > WORST_MONTHS else []


def _months(predictions: pd.DataFrame) -> pd.Series:
    column = "target_date" if "target_date" in predictions else "date"
    return pd.to_datetime(predictions[column]).dt.strftime("%Y-%m")


def _scaled(metrics: Metrics, scale: float) -> Metrics:
    if "rmse" not in metrics:
        return metrics
    scaled = metrics["rmse"] / scale
    return metrics | {"rmse_scaled": scaled, "half_mse_scaled": scaled**2 / 2}


def _verdict(
    experiment: Experiment,
    task: Task,
    everything: dict[str, Any],
    clean: dict[str, Any],
    calm: dict[str, Any] | None,
) -> str:
    decisive, wanted = everything["tests"][0], task.headline
    rivals = everything["rivals"]
    score = everything["model"][wanted.metric]
    finding = _finding(task, everything, clean["tests"])
    text = f"{finding}: {wanted.words} {'does not exist' if math.isnan(score) else format_score(score)}"
    best = wanted.best(rivals)
    if best:
        text += f" (best rival: {words(best)}, {format_score(rivals[best][wanted.metric])})"
    text += f"; {_comparison(task, decisive)}"
    without = clean["model"].get(wanted.metric, math.nan)
    if abs(without - score) >= 0.01 * max(1.0, abs(score)):
        text += f"; without {task.suspicious} it is {format_score(without)}"
    gone = calm and calm["tests"] and _tested(task, calm["tests"][0]) and not _better(task, calm["tests"][0])
    if finding == SKILL and gone:
        text += "; the difference is gone without the three worst months"
    remark = task.remark({MODEL: everything["model"], **rivals}, everything["tests"])
    text += f"; {remark}" if remark else ""
    if experiment.published and wanted.metric in experiment.published:
        text += f"; published on {experiment.published_on}: {format_published(experiment.published[wanted.metric])}"
    return text


def _comparison(task: Task, decisive: dict[str, Any]) -> str:
    """What the deciding test found, in words."""
    noun, beyond, best = ("loss", "below", "smallest")
    if task.decided_by == "headline":
        noun, beyond, best = (task.headline.words, "above", "largest")
    how = beyond if _better(task, decisive) else f"not significantly {beyond}"
    text = f"{noun} {how if _gain(task, decisive) > 0 else f'not {beyond}'} the {best} of a rival, "
    test, counted = decisive["name"].partition(",")[0], f"{decisive[task.units]:,} {task.units}"
    text += f"{words(decisive['rival'])} ("
    if math.isnan(decisive["p_value"]):
        return text + f"no {test} test on {counted}: too few, or differences that are constant)"
    return text + f"{test} p {_p_value(decisive['p_value'])} over {counted})"


def _caveats(task: Task, known: dict[str, Any], clean_rows: int) -> str:
    text = ""
    if known.get("stopped_on") == "test":
        chosen = " and the network chosen" if "chosen" in known else ""
        text += f"; training was stopped{chosen} on the test rows, so that its scores are too good"
    best = known.get("best_epoch")
    by_seed = list(best.values()) if isinstance(best, dict) else [best]
    if "epochs_allowed" in known and (last := by_seed.count(known["epochs_allowed"])):
        of = f" of {last} of {len(by_seed)} networks" if len(by_seed) > 1 else ""
        text += f"; the best epoch{of} was the last one allowed: longer training may change it"
    if not clean_rows:
        text += f"; all test rows are {task.suspicious}"
    text += f"; {known['caveat']}" if known.get("caveat") else ""
    return text + "."


SKILL = "Skill beyond the naive rivals"


def _finding(task: Task, everything: dict[str, Any], clean_tests: list[dict[str, Any]]) -> str:
    decisive = everything["tests"][0]
    if everything["rows"] < task.fewest_rows:
        return f"Too few rows for a verdict on skill ({everything['rows']:,}, of at least {task.fewest_rows:,})"
    if not _better(task, decisive):
        worse = decisive["p_value"] < SIGNIFICANCE and _gain(task, decisive) < 0
        return "Worse than a naive rival" if worse else "No skill beyond the naive rivals"
    if clean_tests and not _tested(task, clean_tests[0]):
        return f"Skill that cannot be tested without {task.suspicious}"
    if not (clean_tests and _better(task, clean_tests[0])):
        return f"No skill but on {task.suspicious}"
    return SKILL


def _gain(task: Task, test: dict[str, Any]) -> float:
    """By how much the model is better: a loss should be small, a headline metric that decides large."""
    return -test["mean_difference"] if task.decided_by == "loss" else test["mean_difference"]


def _better(task: Task, test: dict[str, Any]) -> bool:
    """The model is better, significantly; False where there is no test."""
    return test["p_value"] < SIGNIFICANCE and _gain(task, test) > 0


def _tested(task: Task, test: dict[str, Any]) -> bool:
    """There is a p-value, or no gain that would need one."""
    return not math.isnan(test["p_value"]) or _gain(task, test) <= 0


def _p_value(value: float) -> str:
    return f"= {value:.2g}" if value >= SMALLEST_P_SHOWN else f"< {SMALLEST_P_SHOWN}"


def plain(value: Any) -> Any:
    """Plain Python values, None for what is not a finite number.

    Examples
    --------
    >>> plain({"rmse": np.float64(0.5), "r2": float("nan"), "days": (np.int64(1), 2)})
    {'rmse': 0.5, 'r2': None, 'days': [1, 2]}
    """
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
