"""How a model stands to the rivals of a tier: beaten, level, worse, or undecided."""

import math
from dataclasses import asdict, replace
from typing import Any, Literal

import numpy as np

from rnn_trading.skill.inference.luck import harder_to_see
from rnn_trading.skill.inference.means import SIGNIFICANCE
from rnn_trading.skill.inference.multiplicity import holm, sidak
from rnn_trading.skill.statistics import Compared, Statistic

Status = Literal["beaten", "level", "worse", "undecided"]
Tests = list[dict[str, Any]]


def standing(statistic: Statistic, compared: dict[str, Compared], tried: int = 1) -> dict[str, Any]:
    """What the comparisons with the rivals of a tier come to.

    Parameters
    ----------
    statistic
        By which they were compared.
    compared
        By the name of the rival; at least one.
    tried
        Configurations of which this may be the best one: see :func:`after_tries`.

    Returns
    -------
    dict
        ``status``, the name of the ``best`` rival, and the comparison that decided the status: ``rival`` and what
        :class:`rnn_trading.skill.statistics.Compared` has, with the p-value that decided: where the rival is the better
        one, that corrected for the number of rivals. All comparisons are in ``tests``, each with ``gain`` (positive:
        the model is better), ``p_holm`` and ``p_alone``, the p-value if nothing else had been tried.

    Examples
    --------
    >>> from rnn_trading.skill.statistics import REVIEWS, Compared
    >>> clear = Compared(0.9, 0.5, 0.4, (0.38, 0.42), 0.0001, 0.03, False, 1000, "DeLong")
    >>> close = Compared(0.9, 0.89, 0.01, (-0.005, 0.025), 0.2, 0.02, False, 1000, "DeLong")
    >>> tier = standing(REVIEWS, {"review_length": clear, "counts": close})
    >>> tier["status"], tier["best"], tier["rival"], tier["p_value"]
    ('undecided', 'counts', 'counts', 0.2)
    """
    corrected = holm(np.array([each.p_value for each in compared.values()]))
    tests = [
        {
            "rival": name,
            **asdict(after_tries(statistic, each, tried)),
            "gain": statistic.gain(each),
            "p_holm": float(p_holm),
            "p_alone": each.p_value,
        }
        for (name, each), p_holm in zip(compared.items(), corrected, strict=True)
    ]
    sign = 1 if statistic.larger_is_better else -1
    best = max(tests, key=lambda test: _or(sign * test["rival_value"], -math.inf))
    found = status(statistic, tests, best)
    test = _deciding(found, tests, best)
    return test | {"status": found, "best": best["rival"], "p_value": decisive(test), "tests": tests}


def after_tries(statistic: Statistic, compared: Compared, tried: int) -> Compared:
    """A comparison of the best of several configurations.

    Where the model is better, its p-value is that of so many tries (:func:`sidak
    <rnn_trading.skill.inference.multiplicity.sidak>`): none of them makes it look worse than it is. The difference that
    is found in 80 % of cases grows with them. Of one, nothing changes.

    Parameters
    ----------
    statistic
        By which they were compared.
    compared
        With one rival.
    tried
        Configurations, this one included.

    Examples
    --------
    >>> from rnn_trading.skill.statistics import REVIEWS, Compared
    >>> better = Compared(0.9, 0.5, 0.4, (0.38, 0.42), 0.03, 0.02, False, 1000, "DeLong")
    >>> found = after_tries(REVIEWS, better, 2)
    >>> round(found.p_value, 6), round(found.detectable, 4)
    (0.0591, 0.022)
    """
    if tried == 1:
        return compared
    p_value = sidak(compared.p_value, tried) if statistic.gain(compared) > 0 else compared.p_value
    return replace(compared, p_value=p_value, detectable=compared.detectable * harder_to_see(tried))


def status(statistic: Statistic, tests: Tests, best: dict[str, Any]) -> Status:
    """Where a model stands.

    Parameters
    ----------
    statistic
        Says which difference matters.
    tests
        ``gain``, ``p_value`` and ``p_holm`` of each.
    best
        That against the best rival: ``interval`` and ``rival_value``.

    Examples
    --------
    >>> from rnn_trading.skill.statistics import REVIEWS
    >>> test = {"gain": 0.004, "p_value": 0.1, "p_holm": 0.1, "interval": (-0.001, 0.009), "rival_value": 0.9}
    >>> status(REVIEWS, [test], test), status(REVIEWS, [test | {"p_value": 0.01}], test)
    ('level', 'beaten')
    """
    if all(_falls(test) for test in tests):
        return "beaten"
    if any(test["gain"] < 0 and test["p_holm"] < SIGNIFICANCE for test in tests):
        return "worse"
    margin = statistic.margin(best["rival_value"])
    low, high = best["interval"]
    return "level" if -margin <= low and high <= margin else "undecided"


def decisive(test: dict[str, Any]) -> float:
    """The p-value that decides: of a rival that is better, that corrected for the choice among several.

    Examples
    --------
    >>> decisive({"gain": -0.1, "p_value": 0.03, "p_holm": 0.09}), decisive({"gain": 0.1, "p_value": 0.03})
    (0.09, 0.03)
    """
    return test["p_holm"] if test["gain"] < 0 else test["p_value"]


def _falls(test: dict[str, Any]) -> bool:
    return test["gain"] > 0 and test["p_value"] < SIGNIFICANCE


def _deciding(found: Status, tests: Tests, best: dict[str, Any]) -> dict[str, Any]:
    """The comparison without which the status would be another one."""
    if found == "beaten":
        return max(tests, key=lambda test: test["p_value"])
    if found == "worse":
        return min(tests, key=lambda test: _or(test["p_holm"], math.inf) if test["gain"] < 0 else math.inf)
    # The rival that did not fall; the best one, if it is among them.
    standing_ones = [test for test in tests if not _falls(test)]
    return best if best in standing_ones else max(standing_ones, key=lambda test: _or(test["p_value"], math.inf))


def _or(value: float, other: float) -> float:
    return other if math.isnan(value) else value
