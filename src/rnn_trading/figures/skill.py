"""The picture of all models: what was published, what is left of it, what a careful network and the best rivals get."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from rnn_trading.figures.panels import GREY, legend_below, say, styled, titled
from rnn_trading.figures.styles import MODEL_COLOUR, TIER_COLOURS
from rnn_trading.skill.marks import mark_of
from rnn_trading.skill.protocols import COMPARED
from rnn_trading.skill.shown import in_a_sentence, with_record
from rnn_trading.skill.summary import no_finding

INK = "#1c2430"
PUBLISHED, AS_PUBLISHED = "published", "as published, here"
CORRECTED, CAREFUL = "corrected, with its 95 % interval", "careful, with its 95 % interval"
CORRECTED_COLOUR = "#7A2E00"
# Of each score of ours, and of a published one: what it is called and its mark; of ours, how wide its interval is.
OURS: dict[str, tuple[str, dict[str, Any], float]] = {
    "as_published": (AS_PUBLISHED, {"marker": "s", "color": GREY, "markersize": 7}, 1.1),
    "corrected": (CORRECTED, {"marker": "^", "color": CORRECTED_COLOUR, "markersize": 9}, 2.4),
    "careful": (CAREFUL, {"marker": "o", "color": MODEL_COLOUR, "markersize": 9}, 2.4),
}
THEIRS: tuple[str, dict[str, Any]] = (PUBLISHED, {"marker": "D", "color": INK, "fillstyle": "none"})
RIVALS: dict[str, tuple[str, dict[str, Any]]] = {
    "naive_value": (
        "best naive rival",
        {"marker": "|", "color": TIER_COLOURS["naive"], "markersize": 18, "markeredgewidth": 3},
    ),
    "strong_value": ("best strong rival", {"marker": "x", "color": TIER_COLOURS["strong"]}),
}
BEYOND = "lies beyond the axis"
# Of each kind of score: metrics, label, what luck gets, and the smallest value that is shown.
SCORES: tuple[tuple[tuple[str, ...], str, float, float], ...] = (
    (("auc",), "AUC", 0.5, 0.4),
    (("ic", "ic_mean"), "Information coefficient", 0.0, -1.0),
    (("r2",), "R2", 0.0, -0.5),
)
ERRORS = "Error as a multiple of the best naive rival's, log axis: less is better, to the right"
RATIOS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)
LARGEST_RATIO = 100.0  # of a rival without error, every model's would be infinite
ROW, HEAD = 0.58, 0.95  # inches of a row, and of what a panel has besides
# Where the lines of a row are, from its middle: published above, then corrected, then careful.
LINES = {"as_published": -0.27, "corrected": 0.0, "careful": 0.27}


@dataclass(frozen=True)
class Panel:
    """Models whose scores share an axis.

    Attributes
    ----------
    label
        Of the axis.
    rows
        See :func:`rnn_trading.skill.shown.with_record`.
    reference
        Of the vertical line, and what it is.
    smallest
        No smaller value is shown.
    of
        Value on the axis of a score of a row.
    relative
        Whether it is an error, relative to a rival's.
    """

    label: str
    rows: list[dict[str, Any]]
    reference: tuple[float, str]
    smallest: float
    of: Callable[[dict[str, Any], str], float]
    relative: bool = False


@styled
def all_models(table: pd.DataFrame) -> Figure:
    """One row a model, in panels by kind of score: published and as published here, corrected, careful, best rivals.

    The rivals are on the line of the record that is judged. Better is to the right in every panel. An error is divided
    by that of the best naive rival on the same rows; a published error has no such rival and is not drawn.

    Parameters
    ----------
    table
        See :func:`rnn_trading.skill.summary.skill_table`.
    """
    panels = panels_of(with_record(table))
    heights = [len(panel.rows) * ROW + HEAD for panel in panels]
    figure = Figure(figsize=(12, 1.6 + sum(heights)) if panels else (9, 2))
    if not panels:
        return say(figure, figure.subplots(), "There is no record yet. To make all: make report", in_a_sentence(table))
    drawn = figure.subplots(len(panels), 1, squeeze=False, height_ratios=heights)[:, 0]
    for axes, panel in zip(drawn, panels, strict=True):
        _draw(axes, panel)
    legend_below(figure, *_all_handles(drawn), columns=3, fontsize=12)
    return titled(figure, in_a_sentence(table))


def panels_of(rows: list[dict[str, Any]]) -> list[Panel]:
    """Panels by kind of score, those without rows left out; the last is that of errors.

    Examples
    --------
    >>> rows = [{"metric": "mae", "larger_is_better": False}, {"metric": "auc", "larger_is_better": True}]
    >>> [(panel.label, len(panel.rows), panel.relative) for panel in panels_of(rows)][0]
    ('AUC: more is better, to the right', 1, False)
    """
    panels = [
        Panel(
            f"{label}: more is better, to the right",
            [row for row in rows if row["metric"] in metrics],
            (chance, "chance"),
            smallest,
            _score,
        )
        for metrics, label, chance, smallest in SCORES
    ]
    errors = [row for row in rows if not row["larger_is_better"]]
    panels.append(Panel(ERRORS, errors, (1.0, "best naive rival"), 0.0, _relative, relative=True))
    return [panel for panel in panels if panel.rows]


def _score(row: dict[str, Any], name: str) -> float:
    return float(row[name])


def _relative(row: dict[str, Any], name: str) -> float:
    """An error divided by that of the best naive rival on the same rows; NaN where there is none."""
    if name == "published":
        return math.nan
    way = next((way for way in COMPARED if name.startswith(way)), None)
    rival = row[f"{way}_naive_value" if way else "naive_value"]
    return float(row[name]) / rival if rival > 0 else math.nan


def _draw(axes: Axes, panel: Panel) -> None:
    value, label = panel.reference
    axes.axvline(value, color=GREY, linewidth=1.2, linestyle="--")
    axes.annotate(label, (value, 1), (0, 3), xycoords=("data", "axes fraction"), **_AT, ha="center", va="bottom")
    low, high = _limits(panel)
    for number, row in enumerate(panel.rows):
        _draw_row(axes, panel, row, number, (low, high))
    axes.set(xlabel=panel.label, ylim=(len(panel.rows) - 0.5, -0.6), xlim=(low, high))
    axes.set_yticks(range(len(panel.rows)), [_name(row) for row in panel.rows], fontsize=11)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    if panel.relative:
        axes.set_xscale("log")
        axes.set_xlim(high, low)
        axes.xaxis.set_major_locator(FixedLocator([ratio for ratio in RATIOS if low <= ratio <= high]))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda ratio, _: f"{ratio:g}"))


_AT: dict[str, Any] = {"textcoords": "offset points", "fontsize": 11, "color": GREY}


def _name(row: dict[str, Any]) -> str:
    return f"{row['experiment']} (simulated)" if "simulated" in (row["remark"] or "") else str(row["experiment"])


def _limits(panel: Panel) -> tuple[float, float]:
    """Of the axis: all that is shown of models, and the reference; a rival may lie outside of it."""
    names = ["published", *COMPARED, *_ends("corrected"), *_ends("careful")]
    names += [] if panel.relative else [*RIVALS, *_ends("as_published")]
    values = [panel.of(row, name) for row in panel.rows for name in names]
    known = [panel.reference[0], *(value for value in values if not math.isnan(value))]
    if panel.relative:
        return max(min(known), 1 / LARGEST_RATIO) / 1.3, min(max(known), LARGEST_RATIO) * 1.3
    low, high = max(min(known), panel.smallest), max(known)
    margin = 0.04 * (high - low) or 0.1
    return low - margin, high + margin


def _draw_row(axes: Axes, panel: Panel, row: dict[str, Any], at: int, limits: tuple[float, float]) -> None:
    """Three lines: published, and as published here; corrected; careful. Rivals are on that of the judged record."""
    axes.axhline(at + 0.5, color="#EEEEEE", linewidth=0.8)
    for way, (_, style, width) in OURS.items():
        ends = [panel.of(row, end) for end in _ends(way)]
        if not math.isnan(ends[0]):
            y = [at + LINES[way]] * 2
            axes.plot(ends, y, color=style["color"], linewidth=width, solid_capstyle="butt", zorder=2)
    lines = {**LINES, "published": LINES["as_published"]}
    judged = lines[row["judged_by"] or "corrected"]
    for name, (label, style) in {PUBLISHED: THEIRS, **RIVALS, **{way: each[:2] for way, each in OURS.items()}}.items():
        # Rivals are thin, and the model must not hide them.
        own = {"zorder": 4 if name in RIVALS else 3, "label": label, "markersize": 8, "markeredgewidth": 2} | style
        _mark(axes, panel, panel.of(row, name), at + lines.get(name, judged), limits, **own)
    _say_finding(axes, row, at)


def _say_finding(axes: Axes, row: dict[str, Any], at: int) -> None:
    """At the end of a row: its mark, what that means, and of which record it is."""
    mark = mark_of(row["finding_kind"])
    beside: dict[str, Any] = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points", "va": "center"}
    axes.annotate(mark.character, (1, at), (10, 0), color=mark.colour, fontsize=15, **beside)
    says = mark.says if row["finding_kind"] else no_finding(row).lower()
    above = 7 if row["judged_by"] else 0
    axes.annotate(says, (1, at), (30, above), color=INK, fontsize=11, **beside)
    if row["judged_by"]:
        axes.annotate(f"by the {row['judged_by']} record", (1, at), (30, -8), color=GREY, fontsize=10, **beside)


def _ends(name: str) -> tuple[str, str]:
    return f"{name}_low", f"{name}_high"


def _mark(axes: Axes, panel: Panel, value: float, y: float, limits: tuple[float, float], **style: Any) -> None:
    """A score, if there is one; what lies beyond the axis is an arrow at its end."""
    low, high = limits
    if math.isnan(value):
        return
    if low <= value <= high:
        axes.plot([value], [y], linestyle="none", **style)
        return
    to_the_right = (value > high) != panel.relative
    arrow = {"marker": ">" if to_the_right else "<", "color": style["color"], "markersize": 8, "label": BEYOND}
    axes.plot([low if value < low else high], [y], linestyle="none", clip_on=False, zorder=4, **arrow)


def _all_handles(drawn: Any) -> tuple[list[Any], list[str]]:
    """What the legend names, each once."""
    found: dict[str, Any] = {}
    for axes in drawn:
        for handle, label in zip(*axes.get_legend_handles_labels(), strict=True):
            found.setdefault(label, handle)
    return list(found.values()), list(found)
