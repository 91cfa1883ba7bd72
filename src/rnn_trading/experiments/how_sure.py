"""Figures of how sure forecasts are: their intervals, or what their probabilities promise."""

from collections.abc import Callable
from typing import Any

from rnn_trading import figures
from rnn_trading.experiments.drawing import title
from rnn_trading.figures import Figure
from rnn_trading.skill.calibration import AS_FORECAST
from rnn_trading.skill.formats import format_score
from rnn_trading.skill.intervals.judging import WIDE

UNKNOWN = "The record does not say it: it is of another kind of forecast, or of before 0.13."


def intervals(skill: dict[str, Any]) -> Figure:
    """How often intervals hold the truth, and how wide they are."""
    found = skill.get("intervals")
    if not found or "why" in found:
        return figures.how_sure.nothing(found["words"] if found else UNKNOWN, title("No intervals", skill))
    held = f"{100 * found['levels'][WIDE]['coverage']:.1f} %"
    what = f"Intervals of {WIDE} % held {held} of {found['rows']:,} truths"
    return figures.how_sure.intervals(found, title(what, skill))


def calibration(skill: dict[str, Any]) -> Figure:
    """How often what got a probability happened."""
    found = skill.get("calibration")
    if not found:
        return figures.how_sure.nothing(UNKNOWN, title("No calibration", skill))
    off, luck = (found["ways"][AS_FORECAST][name] for name in ("calibration_error", "error_by_luck"))
    of_right_ones = "" if luck is None else f", right ones by {format_score(luck)}"
    what = f"Probabilities of {found['rows']:,} test rows are off by {format_score(off)}{of_right_ones}"
    return figures.how_sure.calibration(found, title(what, skill))


# What an experiment draws whose forecasts are probabilities; wiring adds the figure of intervals to all others.
OF_PROBABILITIES: dict[str, Callable[..., Figure]] = {"calibration": calibration}
