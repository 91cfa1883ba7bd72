"""Rivals that were trained elsewhere, and what they may have seen.

A finding says what forecasts are worth that know nothing of the test. Of a model whose training reaches into the test
nobody can say what its forecasts are worth there: to beat it is more than it looks like, to lose against it less. So it
stands in no tier, and all that is decided is what would be decided without it; beside that its scores and tests are
shown. Whoever knows not until when it was trained has to assume that it has seen the test.

A model that was trained before the first test date is a strong rival like any other. Where it may have seen validation
rows, it is not weighed with the model: weights are fitted there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import pandas as pd

from rnn_trading.skill.decision import rivals_in
from rnn_trading.skill.formats import capital, format_p_value, format_score, words
from rnn_trading.skill.rivals.pretrained import FAMILIES
from rnn_trading.skill.rows import MODEL, Metrics, rows_of
from rnn_trading.skill.standing import decisive, standing
from rnn_trading.skill.tasks import Task, statistic_for

# Of the facts of a model that a record is given: by rival, until when it was trained.
TRAINED_UNTIL = "trained_until"
Part = Literal["test", "validation"]


@dataclass(frozen=True)
class Elsewhere:
    """A rival that was trained elsewhere.

    Attributes
    ----------
    rival
        Name of its column.
    trained_until
        The last date of what it was trained on; None: nobody knows.
    tested_from, validated_from
        First dates of what is forecast, of all folds; None where there are no rows, or rows have no date.

    Examples
    --------
    >>> from datetime import date
    >>> one = Elsewhere("chronos_bolt", date(2014, 12, 31), date(2015, 1, 2), date(2014, 1, 2))
    >>> one.may_have_seen, one.apart
    (('validation',), False)
    >>> Elsewhere("chronos_bolt", date(2015, 1, 2), date(2015, 1, 2), None).apart
    True
    """

    rival: str
    trained_until: date | None
    tested_from: date | None
    validated_from: date | None

    @property
    def may_have_seen(self) -> tuple[Part, ...]:
        """Of which parts it may have seen rows."""
        if self.trained_until is None or self.tested_from is None:
            return "test", "validation"
        firsts: dict[Part, date | None] = {"test": self.tested_from, "validation": self.validated_from}
        return tuple(part for part, first in firsts.items() if first and self.trained_until >= first)

    @property
    def apart(self) -> bool:
        """Whether no finding may rest on it."""
        return "test" in self.may_have_seen

    def in_words(self) -> str:
        """What a reader must know of it, without the last point."""
        name, begins = capital(words(self.rival)), f"the test begins on {self.tested_from}"
        if self.trained_until is None or self.tested_from is None:
            until = f"until {self.trained_until}" if self.trained_until else "nobody knows until when"
            why = f"{name} was trained elsewhere, {until}"
        else:
            why = f"{name} was trained elsewhere until {self.trained_until}, and {begins}"
        if self.apart:
            return f"{why}: it may have seen the test, and no finding rests on it"
        unweighed = "; it may have seen validation rows, and is not weighed with the model"
        return f"{why}: it is a strong rival{unweighed if 'validation' in self.may_have_seen else ''}"


def trained_elsewhere(
    task: Task, predictions: pd.DataFrame, validation: pd.DataFrame | None, known: Mapping[str, date | None]
) -> list[Elsewhere]:
    """The rivals among the columns that were trained elsewhere.

    Parameters
    ----------
    task, predictions, validation
        See :func:`rnn_trading.skill.record.skill_record`.
    known
        By rival, until when it was trained; of one that is not named, that is not known.

    Examples
    --------
    >>> from datetime import date
    >>> from rnn_trading.skill.tasks import TASKS
    >>> table = pd.DataFrame({"date": pd.to_datetime(["2020-01-03", "2020-01-02"]), "chronos_bolt": 1.0, "drift": 1.0})
    >>> [one] = trained_elsewhere(TASKS["level"], table, None, {"chronos_bolt": date(2020, 1, 1)})
    >>> one.rival, one.tested_from.isoformat(), one.apart
    ('chronos_bolt', '2020-01-02', False)
    """
    first = _first_date(task, predictions), _first_date(task, validation)
    return [Elsewhere(rival, known.get(rival), *first) for rival in rivals_in(task, predictions) if rival in FAMILIES]


def without(rivals: list[Elsewhere], part: Part, table: pd.DataFrame) -> pd.DataFrame:
    """A table without the columns of rivals that may have seen the rows of a part.

    Examples
    --------
    >>> table = pd.DataFrame({"truth": [1.0], "chronos_bolt": [1.0]})
    >>> list(without([Elsewhere("chronos_bolt", None, None, None)], "test", table))
    ['truth']
    """
    return table.drop(columns=[each.rival for each in rivals if part in each.may_have_seen])


def shown(
    task: Task, elsewhere: list[Elsewhere], predictions: pd.DataFrame, overlap: int, tried: int
) -> list[dict[str, Any]]:
    """What a record says of rivals that were trained elsewhere.

    Parameters
    ----------
    task
        Kind of forecast.
    elsewhere
        See :func:`trained_elsewhere`.
    predictions
        With all rivals.
    overlap, tried
        See :func:`rnn_trading.skill.decision.decide`.

    Returns
    -------
    list of dict
        Of each ``rival``: ``trained_until``, ``tested_from`` (text or None), ``may_have_seen`` (``test``,
        ``validation``), ``apart``, ``forecast`` (``mean`` or ``median``), ``says``: a sentence. Of one that stands
        apart ``metrics``; ``test``, the comparison by the statistic that decides (see
        :func:`rnn_trading.skill.standing.standing`; None without rows); ``tests`` of losses.
    """
    return [_facts(each) | _beside(task, each, predictions, overlap, tried) for each in elsewhere]


def _facts(one: Elsewhere) -> dict[str, Any]:
    return {
        "rival": one.rival,
        "trained_until": one.trained_until and one.trained_until.isoformat(),
        "tested_from": one.tested_from and one.tested_from.isoformat(),
        "may_have_seen": list(one.may_have_seen),
        "apart": one.apart,
        "forecast": next(family.point for name, family in FAMILIES.items() if name == one.rival),
        "says": one.in_words(),
    }


def _beside(task: Task, one: Elsewhere, predictions: pd.DataFrame, overlap: int, tried: int) -> dict[str, Any]:
    """Scores and tests of a rival that stands apart."""
    if not one.apart:
        return {}
    metrics: dict[str, Metrics] = {name: task.evaluate(predictions, name) for name in (MODEL, one.rival)}
    tests = [
        test for compare in task.comparisons if len(predictions) for test in compare(predictions, metrics, overlap)
    ]
    rows = predictions[rows_of(predictions, task.only)].reset_index(drop=True)
    if rows.empty:
        return {"metrics": metrics[one.rival], "test": None, "tests": tests}
    statistic = statistic_for(task, rows, [MODEL, *rivals_in(task, rows)])
    compared = standing(statistic, {one.rival: statistic.of(rows, MODEL, one.rival, overlap)}, tried)
    [test] = compared["tests"]
    p_value = format_p_value(decisive(test))
    scores = f"{format_score(test['rival_value'])}, the model {format_score(test['value'])}"
    by = f"By the {statistic.in_words(rows)} it has {scores}{'; ' if p_value else ''}{p_value}"
    return {"metrics": metrics[one.rival], "test": test, "tests": tests, "says": f"{one.in_words()}. {by}"}


def _first_date(task: Task, table: pd.DataFrame | None) -> date | None:
    """The first date of an outcome."""
    if table is None or table.empty or not task.dated:
        return None
    first: pd.Timestamp = pd.to_datetime(table["target_date" if "target_date" in table else "date"]).min()
    return first.date()
