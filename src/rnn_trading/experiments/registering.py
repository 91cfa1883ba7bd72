"""Every fit is entered in the register of trials, and counted before its experiment is judged."""

import hashlib
import inspect
import logging
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any, get_type_hints

import numpy as np
import pandas as pd

from rnn_trading.plan import FOLD_PREFIX, SEED_PREFIX
from rnn_trading.register.counting import tried, tries_now
from rnn_trading.register.entries import Entry, Register, Scores, Unit, trial
from rnn_trading.skill.elsewhere import TRAINED_UNTIL
from rnn_trading.skill.record import FORECASTS_BY_SEED, Experiment
from rnn_trading.skill.record_files import Records
from rnn_trading.skill.rivals.pretrained import PretrainedParameters
from rnn_trading.skill.rows import MODEL, rows_of
from rnn_trading.skill.statistics import TRUTH
from rnn_trading.skill.tasks import TASKS, Task
from rnn_trading.skill.tries import NO_OTHER, configurations, out_of_date

logger = logging.getLogger(__name__)

SPLIT, DIGITS = "split", 16


def register_fit(
    training: dict[str, Any],
    experiment: Experiment,
    protocol: str,
    fold: str,
    seed: int,
    model_predictions: pd.DataFrame | None = None,
) -> Entry:
    """The entry of one fit in the register of trials.

    Parameters
    ----------
    training
        What the fit came to; see :func:`rnn_trading.register.entries.trial`.
    experiment, protocol
        What it is a fit of.
    fold, seed
        Which of its fits it is: ``fold_1`` and so on, ``fold_final`` for the one on everything.
    model_predictions
        Its forecasts; see :func:`rnn_trading.experiments.wiring.collect_predictions`. None: it forecasts nothing that
        is judged.

    Returns
    -------
    dict
        See :data:`rnn_trading.register.entries.FIELDS`.
    """
    task = TASKS[experiment.task]
    scores = not_tested(task) if model_predictions is None else scores_of(task, model_predictions)
    unit = Unit(experiment.name, protocol, fold.removeprefix(FOLD_PREFIX), seed)
    return trial(unit, training, experiment.made, experiment.configuration, scores)


def not_tested(task: Task) -> Scores:
    """Of a fit that is not judged: there are no scores.

    Examples
    --------
    >>> not_tested(TASKS["level"]).test_rows
    0
    """
    return Scores(task.headline.metric, task.headline.larger_is_better, None, None, None, None, 0, "")


def count_trials(register: Register, experiment: Experiment, *, seeds: int = 1, **by_fit: Entry) -> dict[str, Any]:
    """What was tried of an experiment, these fits included; see :func:`rnn_trading.register.counting.tried`.

    Parameters
    ----------
    register
        What it has of the experiment and protocol, after these fits were entered.
    experiment
        Says how much was tried that no register has (``before``).
    seeds
        How many, the first of each fold, are judged together.
    by_fit
        Entries of all fits, those of other seeds among them.
    """
    trials = [*by_fit.values()]
    found, name = tried(register, trials, seeds), f"{trials[0]['experiment']} ({trials[0]['protocol']})"
    if before := experiment.tried_before:
        found |= {"before": before, **{each: found[each] + before for each in ("configurations", "tries")}}
    if found["new"] and not before:
        logger.info("%s: %s", name, NO_OTHER[0].lower() + NO_OTHER[1:])
    else:
        known = f", {before:,} of them before this register" if before else ""
        fits = f"{found['fits']:,} fit{'s' * (found['fits'] != 1)}"
        logger.info("%s: %s tried%s; %s since %s", name, configurations(found), known, fits, found["since"])
    return found


def counted_again(register: Register, records: Records) -> Records:
    """Records with ``tries_now`` in their ``trials``: how many tries there are by now.

    Parameters
    ----------
    register
        All of it.
    records
        Of before 0.11, or of what nobody counted, they stay as they are.
    """
    found = {}
    for key, record in records.found.items():
        trials = record.get("trials") or {}
        now = tries_now(register, trials["of"]) + trials.get("before", 0) if trials.get("of") else None
        again = {} if now is None else {"tries_now": now}
        found[key] = record | ({"trials": trials | again} if again else {})
        if again and (said := out_of_date(trials, now)):
            logger.warning("%s (%s): %s. Run it again.", *key, said)
    return replace(records, found=found)


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


class Judged:
    """A node function that judges an average of networks that were counted.

    Its ``training``, the facts of a model that the record is given, has two things more: ``trials``, what was tried,
    and ``forecasts_by_seed``, those of the single networks on the test rows. Where there may be a rival that was
    trained elsewhere, also ``trained_until``: by its name, until when it was.

    Parameters
    ----------
    judge
        Takes ``training`` by name.
    pretrained
        Whether there may be such a rival.
    explained
        Whether the record gets an ``explanation``; see :mod:`rnn_trading.experiments.explaining`.

    Examples
    --------
    >>> def judge(predictions, training):
    ...     return training["trials"]["configurations"], [*training["forecasts_by_seed"]]
    >>> from inspect import signature
    >>> judged = Judged(judge)
    >>> list(signature(judged).parameters)
    ['predictions', 'training', 'trials', 'forecasts_by_seed']
    >>> forecasts = pd.DataFrame({"split": ["validation", "test"], "seed_1": [0.0, 1.0]})
    >>> judged(training={}, trials={"configurations": 3}, forecasts_by_seed=forecasts, predictions=0)
    (3, ['seed_1'])

    >>> explained = Judged(lambda training: {"finding": "none"}, explained=True)
    >>> explained(training={}, trials={}, forecasts_by_seed=forecasts, explanation={"rows": 3})
    {'finding': 'none', 'explanation': {'rows': 3}}
    """

    def __init__(self, judge: Callable[..., Any], *, pretrained: bool = False, explained: bool = False) -> None:
        self.judge, signature = judge, inspect.signature(judge)
        more: dict[str, Any] = {"trials": dict[str, Any], FORECASTS_BY_SEED: pd.DataFrame}
        more |= {"pretrained": PretrainedParameters} if pretrained else {}
        more |= {"explanation": dict[str, Any]} if explained else {}
        kind = inspect.Parameter.KEYWORD_ONLY
        further = [inspect.Parameter(name, kind, annotation=hint) for name, hint in more.items()]
        # Kedro reads the name for its log, and the types of parameter sets.
        self.__name__ = judge.__name__
        self.__annotations__ = get_type_hints(getattr(judge, "func", judge)) | more
        self.__signature__ = signature.replace(parameters=[*signature.parameters.values(), *further])

    def __call__(
        self,
        *,
        training: dict[str, Any],
        trials: dict[str, Any],
        forecasts_by_seed: pd.DataFrame,
        pretrained: PretrainedParameters | None = None,
        explanation: dict[str, Any] | None = None,
        **given: Any,
    ) -> Any:
        """Judge."""
        test = forecasts_by_seed[forecasts_by_seed[SPLIT] == "test"]
        by_seed = test[[name for name in test if name.startswith(SEED_PREFIX)]].reset_index(drop=True)
        more: dict[str, Any] = {"trials": trials, FORECASTS_BY_SEED: by_seed}
        if pretrained is not None:
            more[TRAINED_UNTIL] = {pretrained.name: pretrained.trained_until}
        record = self.judge(training=training | more, **given)
        return record if explanation is None else record | {"explanation": explanation}
