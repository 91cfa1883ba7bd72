"""Of several simple forecasts, the one that a network starts from."""

import logging
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from kedro.pipeline import Node

from rnn_trading.skill.rivals.macro import MACRO
from rnn_trading.skill.rivals.panels import REGRESSION
from rnn_trading.skill.rivals.returns import SIGNED_RETURNS
from rnn_trading.skill.rivals.series import LEVEL, RUNS, VOLATILITY
from rnn_trading.splits.chronological import SplitName

logger = logging.getLogger(__name__)
# In tables and reports, the name of the forecast that was chosen.
STARTED = "start"
INPUTS = ".inputs"
# By what is forecast, the rivals that a network can start from. Those of signed returns need a series of returns.
STARTS: dict[str, Iterable[Callable[..., Any]]] = {
    "classification": REGRESSION,
    "regression": REGRESSION,
    "level": LEVEL,
    "volatility": (*VOLATILITY, *SIGNED_RETURNS),
    "runs": RUNS,
    "macro": MACRO,
}


def refuse_doubles(parameter: str, names: Sequence[str]) -> None:
    """Raise where a list names something twice.

    Examples
    --------
    >>> refuse_doubles("inputs.start", ["drift", "drift"])
    Traceback (most recent call last):
    ValueError: inputs.start: expected each name once. Received: drift, drift.
    """
    if len({*names}) < len(names):
        raise ValueError(f"{parameter}: expected each name once. Received: {', '.join(names)}.")


def rivals_called(
    names: Sequence[str], rivals: Iterable[Callable[..., Any]], name: str
) -> dict[str, Callable[..., Any]]:
    """Rivals by their names, in the order of the names.

    Raises
    ------
    ValueError
        If a name is no rival of the experiment ``name``.

    Examples
    --------
    >>> def drift(known):
    ...     return None
    >>> [*rivals_called(["drift"], [drift], "mine.level")]
    ['drift']
    >>> rivals_called(["trend"], [drift], "mine.level")
    Traceback (most recent call last):
    ValueError: inputs.start: expected rivals of mine.level: drift. Received: trend.
    """
    there = {each.__name__: each for each in rivals}
    refuse_doubles("inputs.start", names)
    if unknown := [each for each in names if each not in there]:
        raise ValueError(
            f"inputs.start: expected rivals of {name}: {', '.join(there)}. Received: {', '.join(unknown)}."
        )
    return {each: there[each] for each in names}


def chosen_on(parts: Iterable[object]) -> SplitName:
    """The part whose rows choose: ``validation``, or ``train`` where there is none.

    Examples
    --------
    >>> chosen_on(["train", "validation", "test"]), chosen_on(["train", "test"])
    ('validation', 'train')
    """
    return "validation" if "validation" in {*parts} else "train"


def choose_start(scores: Mapping[str, float], name: str, *, larger_is_better: bool = False) -> dict[str, Any]:
    """The best of several starts, the first of equals: ``start``, and ``starts``, what each scores.

    Examples
    --------
    >>> choose_start({"persistence": 2.0, "drift": 1.0}, "mine.level")
    {'start': 'drift', 'starts': {'persistence': 2.0, 'drift': 1.0}}

    Raises
    ------
    ValueError
        If one is no finite number.
    """
    if wrong := [each for each, score in scores.items() if not math.isfinite(score)]:
        raise ValueError(
            f"{name}: starts are chosen by their scores. Received: none that is finite of {', '.join(wrong)}. Leave "
            "them out of inputs.start, or check the data."
        )
    pick = max if larger_is_better else min
    chosen = pick(scores, key=scores.__getitem__)
    if len(scores) > 1:
        logger.info("%s: starts from %s, of %s", name, chosen, ", ".join(scores))
    return {STARTED: chosen, "starts": dict(scores)}


def refuse_starts(nodes: Iterable[Node], load: Callable[[str], Any]) -> None:
    """Raise if a network of some nodes would start from what is no rival of its experiment.

    Parameters
    ----------
    nodes
        Of a run.
    load
        Gives parameters by their name, such as ``params:mine.level.inputs``.

    Raises
    ------
    ValueError
        See :func:`rivals_called`; or if channels, or what is known, are named twice.
    """
    wanted = {name for node in nodes for name in node.inputs if name.endswith(INPUTS)}
    for block in sorted(wanted):
        experiment, inputs = load(f"{block.removesuffix(INPUTS)}.experiment"), load(block)
        rivals_called(inputs.start, STARTS[experiment.task], experiment.name)
        for name in ("channels", "known"):
            refuse_doubles(f"{experiment.name}.inputs.{name}", getattr(inputs, name, ()))
