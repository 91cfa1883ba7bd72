"""Every fit is entered in the register of trials, and counted before its experiment is judged."""

import hashlib
import inspect
import logging
import math
from collections.abc import Callable
from typing import Any, get_type_hints

import numpy as np
import pandas as pd

from rnn_trading.register.counting import tried
from rnn_trading.register.entries import Entry, Register, Scores, Unit, trial
from rnn_trading.skill.record import Experiment
from rnn_trading.skill.rows import MODEL, rows_of
from rnn_trading.skill.statistics import TRUTH
from rnn_trading.skill.tasks import TASKS, Task

logger = logging.getLogger(__name__)

SPLIT, DIGITS = "split", 16


def register_fit(
    training: dict[str, Any],
    model_predictions: pd.DataFrame,
    experiment: Experiment,
    protocol: str,
    *,
    fold: int | str,
    seed: int,
) -> Entry:
    """The entry of one fit in the register of trials.

    Parameters
    ----------
    training
        What the fit came to; see :func:`rnn_trading.register.entries.trial`.
    model_predictions
        Its forecasts; see :func:`rnn_trading.experiments.wiring.collect_predictions`.
    experiment, protocol
        What it is a fit of.
    fold, seed
        Which of its fits it is; ``final`` for the one on everything.

    Returns
    -------
    dict
        See :data:`rnn_trading.register.entries.FIELDS`.
    """
    scores = scores_of(TASKS[experiment.task], model_predictions)
    unit = Unit(experiment.name, protocol, fold, seed)
    return trial(unit, training, experiment.made, experiment.configuration, scores)


def count_trials(register: Register, *trials: Entry) -> dict[str, Any]:
    """What was tried of an experiment, these fits included; see :func:`rnn_trading.register.counting.tried`.

    Parameters
    ----------
    register
        What it has of the experiment and protocol, after these fits were entered.
    trials
        Entries of all fits that are judged together.
    """
    found, name = tried(register, trials), f"{trials[0]['experiment']} ({trials[0]['protocol']})"
    counted = f"{found['configurations']:,} configuration{'s' * (found['configurations'] != 1)}"
    if found["new"]:
        logger.info("%s: the register of trials is new: these are the first fits that it holds", name)
    else:
        logger.info("%s: %s tried in %s fits since %s", name, counted, f"{found['fits']:,}", found["since"])
    return found


def scores_of(task: Task, forecasts: pd.DataFrame) -> Scores:
    """What forecasts score by the headline metric of their kind, on the validation rows and on the test rows.

    Parameters
    ----------
    task
        Kind of forecast.
    forecasts
        Keys (as index or as columns), ``prediction``, ``truth``, and ``split`` where there are rows beside those of the
        test.

    Examples
    --------
    >>> days = pd.Index(pd.to_datetime(["2020-01-01", "2020-01-02", "2020-01-03"]), name="date")
    >>> table = pd.DataFrame({"split": ["validation", "test", "test"], "truth": [1.0, 1.0, 3.0]}, days)
    >>> scores = scores_of(TASKS["volatility"], table.assign(prediction=[1.0, 1.0, 2.0]))
    >>> scores.metric, scores.test, scores.validation, scores.tested_from, scores.tested_until, scores.test_rows
    ('r2', 0.5, None, '2020-01-02', '2020-01-03', 2)
    """
    table = forecasts.reset_index(drop=forecasts.index.names == [None])
    part = table.get(SPLIT, pd.Series("test", table.index))
    wanted = rows_of(table, task.only)
    test, validation = (table[wanted & (part == name)].reset_index(drop=True) for name in ("test", "validation"))
    dates = [pd.to_datetime(test[name]) for name in ("date", "target_date") if name in test and len(test)]
    return Scores(
        metric=task.headline.metric,
        larger_is_better=task.headline.larger_is_better,
        validation=_score(task, validation),
        test=_score(task, test),
        tested_from=f"{min(each.min() for each in dates):%Y-%m-%d}" if dates else None,
        tested_until=f"{max(each.max() for each in dates):%Y-%m-%d}" if dates else None,
        test_rows=len(test),
        data=_hash(table[[name for name in (*task.keys, TRUTH, SPLIT) if name in table]]),
    )


def _score(task: Task, rows: pd.DataFrame) -> float | None:
    """The headline score; None where it does not exist."""
    if rows.empty:
        return None
    score = float(task.headline.score(rows, MODEL)(np.arange(len(rows))))
    return score if math.isfinite(score) else None


def _hash(rows: pd.DataFrame) -> str:
    found = hashlib.sha256("\n".join(rows.columns).encode())
    found.update(pd.util.hash_pandas_object(rows, index=False).to_numpy().tobytes())
    return found.hexdigest()[:DIGITS]


class Counted:
    """A node function that judges, with what was tried as one more argument: ``trials``, a part of its ``training``.

    Parameters
    ----------
    judge
        Takes ``training``, the facts of a model, which the record is given.

    Examples
    --------
    >>> def judge(predictions, training):
    ...     return training["trials"]["configurations"]
    >>> from inspect import signature
    >>> counted = Counted(judge)
    >>> list(signature(counted).parameters), counted(training={}, trials={"configurations": 3}, predictions=0)
    (['predictions', 'training', 'trials'], 3)
    """

    def __init__(self, judge: Callable[..., Any]) -> None:
        self.judge, signature = judge, inspect.signature(judge)
        trials = inspect.Parameter("trials", inspect.Parameter.KEYWORD_ONLY, annotation=dict[str, Any])
        # Kedro reads the name for its log, and the types of parameter sets.
        self.__name__ = judge.__name__
        self.__annotations__ = get_type_hints(getattr(judge, "func", judge)) | {"trials": dict[str, Any]}
        self.__signature__ = signature.replace(parameters=[*signature.parameters.values(), trials])

    def __call__(self, *, training: dict[str, Any], trials: dict[str, Any], **given: Any) -> Any:
        """Judge."""
        return self.judge(training=training | {"trials": trials}, **given)
