"""The skill record: every number of an experiment beside its rivals, in one plain dict."""

import math
from typing import Any

import numpy as np
import pandas as pd

from rnn_trading.parameters import parameters
from rnn_trading.skill.comparison import compare_information_coefficients, compare_losses
from rnn_trading.skill.metrics import Task, evaluate, losses

SIGNIFICANCE = 0.05
HEADLINES = {"classification": ("auc", "AUC"), "regression": ("ic_mean", "mean information coefficient by date")}
KEYS = ("ticker", "date")


@parameters
class Experiment:
    """What a record is about.

    Parameters
    ----------
    name
        As in file names: ``stacked_lstm.classification``.
    task
        Decides metrics and loss.
    published
        Published figures of this experiment, by the names of our metrics where they are the same; or null.
    """

    name: str
    task: Task
    published: dict[str, Any] | None


def skill_record(
    experiment: Experiment,
    protocol: str,
    predictions: pd.DataFrame,
    suspicious: pd.Series,
    data: dict[str, Any],
    model: dict[str, Any],
) -> dict[str, Any]:
    """Judge a model against its rivals.

    Parameters
    ----------
    experiment
        See :class:`Experiment`.
    protocol
        ``corrected`` or ``as_published``.
    predictions
        Test rows: ``ticker``, ``date``, ``prediction``, ``truth``, and one column a rival. No missing values.
    suspicious
        Boolean, ``(rows,)``: rows that touch a stale, missing or extreme price.
    data
        Source, rows and dates of each part, what was dropped and why.
    model
        Parameters, epochs, best epoch, seconds, and on which rows training was ``stopped_on``.

    Returns
    -------
    dict
        ``experiment``, ``protocol``, ``data``, ``model`` (with ``metrics``), ``rivals``, ``tests``,
        ``without_stale``, ``published``, ``verdict``; plain values only, None for a metric that does not
        exist.

    Raises
    ------
    ValueError
        If there is no rival, or a prediction is missing.
    """
    rivals = [column for column in predictions if column not in (*KEYS, "prediction", "truth")]
    if not rivals:
        raise ValueError(f"{experiment.name}: predictions have no rival column. Nothing is judged alone.")
    missing = predictions.columns[predictions.isna().any()]
    if len(missing):
        raise ValueError(f"{experiment.name}: predictions have missing values in {list(missing)}.")
    metrics = _metrics(experiment.task, predictions, rivals)
    clean = predictions[~np.asarray(suspicious)]
    clean_metrics = _metrics(experiment.task, clean, rivals)
    tests = _tests(experiment.task, predictions, metrics, rivals)
    clean_tests = _tests(experiment.task, clean, clean_metrics, rivals) if len(clean) else []
    record = {
        "experiment": experiment.name,
        "protocol": protocol,
        "data": data,
        "model": model | {"metrics": metrics["prediction"]},
        "rivals": {rival: metrics[rival] for rival in rivals},
        "tests": tests,
        "without_stale": {
            "rows_left_out": len(predictions) - len(clean),
            "model": clean_metrics["prediction"],
            "rivals": {rival: clean_metrics[rival] for rival in rivals},
            "tests": clean_tests,
        },
        "published": experiment.published,
        "verdict": _verdict(experiment, metrics, clean_metrics, tests, clean_tests)
        + _caveats(model.get("stopped_on"), len(clean)),
    }
    return _plain(record)


def _metrics(task: Task, predictions: pd.DataFrame, rivals: list[str]) -> dict[str, dict[str, Any]]:
    dates = pd.DatetimeIndex(predictions["date"])
    truth = predictions["truth"].to_numpy()
    return {name: evaluate(task, predictions[name].to_numpy(), truth, dates) for name in ("prediction", *rivals)}


def _tests(
    task: Task, predictions: pd.DataFrame, metrics: dict[str, dict[str, Any]], rivals: list[str]
) -> list[dict[str, Any]]:
    """The model against the rival with the smallest loss, and against the one that ranks best."""
    dates = pd.DatetimeIndex(predictions["date"])
    model, truth = predictions["prediction"].to_numpy(), predictions["truth"].to_numpy()
    mean_loss = {rival: losses(task, predictions[rival].to_numpy(), truth).mean() for rival in rivals}
    smallest_loss = min(mean_loss, key=mean_loss.__getitem__)
    by_loss = compare_losses(task, model, predictions[smallest_loss].to_numpy(), truth, dates)
    tests = [{"rival": smallest_loss} | by_loss]
    ranking = {rival: metrics[rival].get("ic_mean", float("nan")) for rival in rivals}
    ranking = {rival: value for rival, value in ranking.items() if not math.isnan(value)}
    if ranking:
        best = max(ranking, key=ranking.__getitem__)
        by_rank = compare_information_coefficients(model, predictions[best].to_numpy(), truth, dates)
        tests.append({"rival": best} | by_rank)
    return tests


def _verdict(
    experiment: Experiment,
    metrics: dict[str, dict[str, Any]],
    clean_metrics: dict[str, dict[str, Any]],
    tests: list[dict[str, Any]],
    clean_tests: list[dict[str, Any]],
) -> str:
    by_loss = tests[0]
    headline, name = HEADLINES[experiment.task]
    scores = {rival: values[headline] for rival, values in metrics.items() if rival != "prediction"}
    scores = {rival: score for rival, score in scores.items() if not math.isnan(score)}
    score = metrics["prediction"][headline]
    text = f"{_finding(by_loss, clean_tests)}: {name} {'does not exist' if math.isnan(score) else f'{score:.3f}'}"
    if scores:
        best = max(scores, key=scores.__getitem__)
        text += f" (best rival: {_words(best)}, {scores[best]:.3f})"
    text += f"; loss {'below' if by_loss['mean_difference'] < 0 else 'not below'} the smallest of a rival, "
    text += f"{_words(by_loss['rival'])} ("
    text += (
        f"no Diebold-Mariano test on {by_loss['dates']} dates of the same or constant differences)"
        if math.isnan(by_loss["p_value"])
        else f"Diebold-Mariano p = {by_loss['p_value']:.2g} over {by_loss['dates']} dates)"
    )
    clean = clean_metrics["prediction"].get(headline, float("nan"))
    if abs(clean - score) >= 0.01:
        text += f"; without rows that touch stale, missing or extreme prices it is {clean:.3f}"
    if experiment.published and headline in experiment.published:
        text += f"; published on other data: {experiment.published[headline]:.4g}"
    return text


def _caveats(stopped_on: str | None, clean_rows: int) -> str:
    text = ""
    if stopped_on == "test":
        text += "; training was stopped on the test rows, so that its scores are too good"
    if not clean_rows:
        text += "; every test row touches a stale, missing or extreme price"
    return text + "."


def _finding(by_loss: dict[str, Any], clean_tests: list[dict[str, Any]]) -> str:
    if not _better(by_loss):
        worse = by_loss["p_value"] < SIGNIFICANCE and by_loss["mean_difference"] > 0
        return "Worse than a naive rival" if worse else "No skill beyond the naive rivals"
    if not (clean_tests and _better(clean_tests[0])):
        return "No skill but on rows that touch stale, missing or extreme prices"
    return "Skill beyond the naive rivals"


def _better(by_loss: dict[str, Any]) -> bool:
    """A smaller loss, significantly; False where there is no test."""
    return by_loss["p_value"] < SIGNIFICANCE and by_loss["mean_difference"] < 0


def _words(name: str) -> str:
    return name.replace("_", " ")


def _plain(value: Any) -> Any:
    """Plain Python values, None for what is not a finite number."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
