"""The skill record: every number of an experiment beside its rivals, in one plain dict."""

import math
from collections.abc import Callable
from dataclasses import field
from functools import partial
from typing import Annotated, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from rnn_trading.parameters import parameters
from rnn_trading.skill.decision import SKILL, decide, rivals_in
from rnn_trading.skill.elsewhere import TRAINED_UNTIL, Elsewhere, shown, trained_elsewhere, without
from rnn_trading.skill.folds import folds_ahead, scores_by_fold, scores_by_year
from rnn_trading.skill.headline import attribution, headline, suspicious_rows
from rnn_trading.skill.how_sure import how_sure
from rnn_trading.skill.rows import MODEL, Metrics, rows_of
from rnn_trading.skill.seeds import judged_by_seed
from rnn_trading.skill.statistics import TRUTH
from rnn_trading.skill.tasks import TASKS, Task, TaskName, statistic_for
from rnn_trading.skill.tries import trials_of, tried_in
from rnn_trading.skill.verdict import small, verdict, without_months, worse

WORST_MONTHS = 3
# What of a model is judged, and told in other words.
FORECASTS_BY_SEED = "forecasts_by_seed"
# What the record is given with the facts of a model, and tells elsewhere.
NO_FACTS = ("trials", FORECASTS_BY_SEED, TRAINED_UNTIL)
# Of the form of a record: a report reads no other.
RECORD_VERSION = 2


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
    published_in
        Who published the system, in short, and the section or notebook; see ``docs/sources.md``. Null: nobody did.
    tried_before
        Configurations that were tested on the same rows, and are in no register: see ``docs/careful.md``. They are
        counted beside those of the register.
    changed
        Parameters and sources that are not as in ``conf/base``, by name; filled in by
        :class:`rnn_trading.config.ConfigLoader`.
    made
        When, by which code, packages and seeds; filled in by it, too.
    configuration
        The design, as trials are counted: ``hash``, ``parameters`` and ``source``; filled in by it, too.

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
    published_in: str | None = None
    tried_before: Annotated[int, Field(ge=0)] = 0
    changed: dict[str, str] = field(default_factory=dict)
    made: dict[str, Any] = field(default_factory=dict)
    configuration: dict[str, Any] = field(default_factory=dict)


def skill_record(
    experiment: Experiment,
    protocol: str,
    predictions: pd.DataFrame,
    flags: pd.DataFrame,
    data: dict[str, Any],
    model: dict[str, Any],
    scale: float | None = None,
    overlap: int = 1,
    validation: pd.DataFrame | None = None,
) -> dict[str, Any]:
    """Judge a model against its rivals.

    Parameters
    ----------
    experiment
        See :class:`Experiment`.
    protocol
        ``careful``, ``corrected``, ``as_published`` or ``book``.
    predictions
        Test rows, of all folds together: the keys of the task, ``prediction``, ``truth``, and one column a rival. In a
        walk-forward also ``fold``, from 1. No missing values.
    flags
        Boolean, rows x kinds: rows whose score may be an artefact; the task says in words what they are. A column
        ``zero_volume`` is a cause of its own and does not count for ``without_stale``.
    data
        Source, rows and dates of each part (``folds``: of each part of every fold), what was dropped and why.
        ``caveat``: what the verdict must end with. ``simulated``: true of data that are made up, which the findings of
        a report do not count.
    model
        Parameters, ``networks``, epochs, best epoch, seconds, and on which rows training was ``stopped_on``.
        ``trials``: what was tried, see :func:`rnn_trading.register.counting.tried`; None or absent: nobody counted.
        ``forecasts_by_seed``: forecasts of the single networks of an average, in the order of ``predictions``; see
        :func:`rnn_trading.skill.seeds.judged_by_seed`. ``trained_until``: of rivals that were trained elsewhere, by
        name, their last date or None; see :mod:`rnn_trading.skill.elsewhere`.
    scale
        Units of the predictions in one unit of the network's; adds ``rmse_scaled`` and ``half_mse_scaled`` to
        metrics that have an ``rmse``.
    overlap
        Periods over which a truth reaches; see :func:`rnn_trading.skill.inference.means.mean_test`. Blocks of the
        headline's interval are as long only where forecasts share outcomes (``shares_outcomes`` of the task).
    validation
        Validation rows with the columns of ``predictions``, on which the model and its best rival are weighed; None, or
        no rows: they are not. With the column ``fold``, where there are several. Intervals and calibration begin with
        them, and there is neither without.

    Returns
    -------
    dict
        ``version`` (of the form of the record), ``experiment``, ``protocol``, ``changed`` and ``made`` (see
        :class:`Experiment`), ``finding``, ``finding_kind``, ``decision`` (see
        :func:`rnn_trading.skill.decision.decide`; a claim of skill must hold without the suspicious rows, too),
        ``headline`` and ``attribution`` (see the functions of :mod:`rnn_trading.skill.headline` with these names),
        ``by_fold``, ``by_year`` and ``folds_ahead`` (see :mod:`rnn_trading.skill.folds`; None for documents),
        ``trials`` (see :func:`rnn_trading.skill.tries.trials_of`), ``data``, ``model`` (with ``metrics``), ``rivals``,
        ``tests`` (the second view: they do not decide), ``without_stale``, ``without_worst_months`` (both with metrics,
        tests and ``decision``; the second without the three calendar months in which the rivals' mean loss was largest;
        None for documents, which have no date), ``intervals`` (see
        :func:`rnn_trading.skill.intervals.judging.judge_intervals`), ``calibration`` (see
        :func:`rnn_trading.skill.calibration.judge_calibration`; one of the two is None; neither decides),
        ``elsewhere`` (see :func:`rnn_trading.skill.elsewhere.shown`: of these
        rivals, those that stand apart are nowhere else in the record), ``published``, ``published_on``,
        ``published_in``, ``verdict``; plain values only, None for a metric that does not exist.

    Raises
    ------
    ValueError
        If there is no rival that can decide, a column is missing, a prediction is missing or infinite, the validation
        predictions have other rivals, or a validation row of a fold does not lie before its test rows.

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
    'Skill beyond every rival'
    >>> round(record["headline"]["value"], 3), round(record["headline"]["rival_value"], 3)
    (0.158, 1.581)
    >>> record["decision"]["words"], record["decision"]["rival"]
    ('squared error of the return over its known volatility', 'persistence')
    """
    task = TASKS[experiment.task]
    everyone, tried = predictions, tried_in(model.get("trials"))
    predictions, validation, rivals, elsewhere = _deciding(experiment, task, predictions, validation, model)
    judge = partial(_judge, task, experiment.task, predictions, rivals, overlap, scale, tried)
    everything = judge(np.ones(len(predictions), dtype=bool), validation)
    flags = flags.reset_index(drop=True).set_axis(predictions.index)
    clean = judge(~suspicious_rows(flags))
    in_worst, calm = _without_worst_months(task, predictions, rivals, judge)
    by_seed = judged_by_seed(experiment.task, predictions, model.get(FORECASTS_BY_SEED), overlap, tried)
    decision = _decision(task, everything["decision"], clean["decision"], model)
    record = {
        "version": RECORD_VERSION,
        "experiment": experiment.name,
        "protocol": protocol,
        **{name: getattr(experiment, name) for name in ("changed", "made")},
        **{name: decision[name] for name in ("finding", "finding_kind")},
        "decision": decision,
        "headline": headline(task, predictions, everything["rivals"], overlap if task.shares_outcomes else 1),
        "attribution": attribution(task, predictions, flags, in_worst, task.headline.best(everything["rivals"])),
        **_in_time(task, predictions, rivals),
        "data": data,
        **_of_model(model, by_seed | {"metrics": everything["model"]}, decision),
        **{name: everything[name] for name in ("rivals", "tests")},
        "without_stale": clean,
        "without_worst_months": calm,
        **how_sure(experiment.task, predictions, validation, rivals, (calm or {"months": []})["months"], overlap),
        "elsewhere": shown(task, elsewhere, everyone, overlap, tried),
        **{name: getattr(experiment, name) for name in ("published", "published_on", "published_in")},
    }
    record["verdict"] = _verdict(task, record, everything, calm)
    return plain(record)


def _without_worst_months(
    task: Task, predictions: pd.DataFrame, rivals: list[str], judge: Callable[[NDArray[np.bool_]], dict[str, Any]]
) -> tuple[NDArray[np.bool_] | None, dict[str, Any] | None]:
    """Which rows are of the worst months, and what is judged without them; nothing where rows have no date."""
    if not task.dated:
        return None, None
    months = worst_months(task, predictions, rivals)
    in_worst = _months(predictions).isin(months).to_numpy()
    return in_worst, {"months": months} | judge(~in_worst)


def _verdict(task: Task, record: dict[str, Any], everything: dict[str, Any], calm: dict[str, Any] | None) -> str:
    figure = (record["published"] or {}).get(task.headline.metric), record["published_on"]
    score = everything["model"].get(task.headline.metric, np.nan)
    of_record = ("by_fold", "folds_ahead", "trials", "elsewhere")
    known = record["model"] | record["data"] | {name: record[name] for name in of_record}
    less = without_months(everything["decision"], calm and calm["decision"])
    return verdict(task, record["decision"], score, figure, less, known)


def _in_time(task: Task, predictions: pd.DataFrame, rivals: list[str]) -> dict[str, Any]:
    """Scores by fold and by year; undated rows have none."""
    if not task.dated or predictions.empty:
        return dict.fromkeys(("by_fold", "by_year", "folds_ahead"))
    statistic = statistic_for(task, predictions, [MODEL, *rivals])
    by_fold = scores_by_fold(task, statistic, predictions, rivals)
    by_year = scores_by_year(task, statistic, predictions, rivals)
    return {"by_fold": by_fold, "by_year": by_year, "folds_ahead": folds_ahead(by_fold)}


def _of_model(model: dict[str, Any], judged: dict[str, Any], decision: dict[str, Any]) -> dict[str, Any]:
    """``model`` with what was judged of it, and apart from it what was tried before it."""
    facts = {name: value for name, value in model.items() if name not in NO_FACTS}
    return {"trials": trials_of(decision, model.get("trials")), "model": facts | judged}


def _deciding(
    experiment: Experiment,
    task: Task,
    predictions: pd.DataFrame,
    validation: pd.DataFrame | None,
    model: dict[str, Any],
) -> tuple[pd.DataFrame, pd.DataFrame | None, list[str], list[Elsewhere]]:
    """Checked test and validation rows of whoever decides, names of the rivals, and those trained elsewhere."""
    _check(experiment, task, predictions, validation)
    elsewhere = trained_elsewhere(task, predictions, validation, model.get(TRAINED_UNTIL, {}))
    predictions = without(elsewhere, "test", predictions)
    if validation is not None:
        validation = without(elsewhere, "validation", validation)
    return predictions, validation, _rivals(experiment, task, predictions), elsewhere


def _check(experiment: Experiment, task: Task, predictions: pd.DataFrame, validation: pd.DataFrame | None) -> None:
    """Refuse predictions that cannot be judged."""
    needed = [*task.required, MODEL, TRUTH]
    absent = [name for name in needed if name not in predictions]
    if absent:
        raise ValueError(f"{experiment.name}: expected the columns {needed} in the predictions. Missing: {absent}.")
    _check_numbers(experiment, predictions, "predictions")
    if validation is not None:
        wanted = {*rivals_in(task, predictions), MODEL, TRUTH}
        differ = sorted(wanted ^ {*rivals_in(task, validation), *({MODEL, TRUTH} & set(validation))})
        if differ:
            raise ValueError(
                f"{experiment.name}: validation predictions need the model, the truth and the rivals of the "
                f"predictions. They differ in {differ}."
            )
        _check_numbers(experiment, validation, "validation predictions")


def _rivals(experiment: Experiment, task: Task, predictions: pd.DataFrame) -> list[str]:
    """Names of the rivals that decide."""
    rivals = rivals_in(task, predictions)
    if not rivals:
        raise ValueError(
            f"{experiment.name}: predictions have no rival column, or none but of models that may have seen the test. "
            "Nothing is judged alone."
        )
    return rivals


def _check_numbers(experiment: Experiment, table: pd.DataFrame, what: str) -> None:
    numbers = table.select_dtypes("number")
    wrong = [*table.columns[table.isna().any()], *numbers.columns[np.isinf(numbers).any()]]
    if wrong:
        raise ValueError(f"{experiment.name}: {what} have missing or infinite values in {wrong}. Look at them.")


def _decision(task: Task, everything: dict[str, Any], clean: dict[str, Any], model: dict[str, Any]) -> dict[str, Any]:
    """What is decided: on all rows, or, where a claim does not hold without the suspicious ones, without these."""
    networks = model.get("networks")
    decision = everything | {"networks": networks}
    if worse(clean, everything):
        found = f"{clean['finding']} without {task.suspicious}"
        decision = clean | {
            "networks": networks,
            "finding": found,
            "encompassing": everything["encompassing"],
            "on_all_rows": f"on all rows: {small(everything['finding'])}",
        }
    if networks == 1 and decision["finding_kind"] in (*SKILL, "worse"):
        decision["finding"] += f" ({'one network' if model.get('folds', 1) == 1 else 'one seed'})"
    return decision


def _judge(
    task: Task,
    name: TaskName,
    predictions: pd.DataFrame,
    rivals: list[str],
    overlap: int,
    scale: float | None,
    tried: int,
    keep: NDArray[np.bool_],
    validation: pd.DataFrame | None = None,
) -> dict[str, Any]:
    """Metrics, tests and decision on the rows to keep; how many rows of the headline these are, and it lacks."""
    rows, of_headline = predictions[keep], rows_of(predictions, task.only).to_numpy()
    metrics = {each: task.evaluate(rows, each) for each in (MODEL, *rivals)}
    tests = [test for compare in task.comparisons if len(rows) for test in compare(rows, metrics, overlap)]
    if scale is not None:
        metrics = {each: _scaled(values, scale) for each, values in metrics.items()}
    return {
        "rows": int((of_headline & keep).sum()),
        "rows_left_out": int((of_headline & ~keep).sum()),
        "model": metrics[MODEL],
        "rivals": {rival: metrics[rival] for rival in rivals},
        "tests": tests,
        "decision": decide(name, rows, validation, overlap, tried),
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
