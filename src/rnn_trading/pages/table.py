"""The table of all models: what its cells say, on the page and in Markdown."""

import math
from typing import Any

from rnn_trading.skill.formats import (
    BETTER,
    NOTHING,
    TOO_NARROW,
    format_interval,
    format_p_value,
    format_published,
    format_range,
    format_score,
    format_signed,
    words,
)
from rnn_trading.skill.marks import MARKS, MISSING, mark_of, marked
from rnn_trading.skill.protocols import COMPARED
from rnn_trading.skill.summary import no_finding

from .parts import NO_BREAK, cell, with_interval
from .plain_markdown import code, escaped

# Head of a column, and what it says.
COLUMNS = {
    "Experiment": "Experiment, and model where it has several.",
    "Score": "The headline score of the experiment, and which way is better.",
    "Published": (
        "The figure that was published, on its own data; nothing where none was published in this score. All published "
        "figures stand below, beside the figures of each experiment; who published what stands in docs/sources.md."
    ),
    "As published here": (
        "The score of this project's rebuild of the published way, flaws included, on the test rows of the data here, "
        "with its 95 % interval: the middle of what it is when the test dates (months, weeks, runs, documents) are "
        "drawn again. † The dates are too few, or persist too long: the interval is too narrow."
    ),
    "Corrected": "The same network after the flaws are mended, on the corrected test rows.",
    "Careful": (
        "A recurrent network in the spirit of the source, as good as this project can make it under the rules of the "
        "corrected way; nothing where there is none, and the corrected record is the one that is judged."
    ),
    "Best naive": "The rule of one signal that does best by this score, on the test rows of the judged record.",
    "Best strong": "The fitted model that does best on these rows, by the same score.",
    "What decided": (
        "The comparison on which the finding rests: the model's value of the statistic named there, less that of the "
        "rival named there, with its 95 % interval and its p; and that p corrected for all rows, by Holm and by "
        "Benjamini and Hochberg (BH). † Doubtful: few dates, dates that depend on each other, or a few that carry it."
    ),
    "Finding": (
        "The finding of the record that is judged, on the test rows of all folds: the careful one where there is one, "
        "else the corrected one. Below it which it is; whether the careful network is better than the corrected one by "
        "what decided, where both have the same test rows, and with which p, where the forecasts of both are there; of "
        "several folds, in how many it is ahead of its best rival; and of several seeds, what the worst one has alone."
    ),
}
NUMBERS = ("Published", "As published here", "Corrected", "Careful", "Best naive", "Best strong", "What decided")
TIERS = ("naive", "strong")


def page_cells(row: dict[str, Any]) -> list[dict[str, Any]]:
    """Cells of a row: text, what they are sorted by, and a note below."""
    score = f"{row['score']}{NO_BREAK}{BETTER[row['larger_is_better']]}"
    return [
        cell(row["experiment"], row["experiment"], row["remark"]),
        cell(score, row["score"]),
        cell(format_published(row["published"]), row["published"], _published_where(row)),
        _with_interval(row, "as_published"),
        *(_with_interval(row, way) | {"label": f"{way.capitalize()}: {score}"} for way in ("corrected", "careful")),
        *(cell(format_score(row[f"{tier}_value"]), row[f"{tier}_value"], words(row[tier] or "")) for tier in TIERS),
        cell(_difference(row), row["difference"], _of_what(row)),
        finding_cell(row["finding_kind"], row["finding"] or no_finding(row), "; ".join(_beside(row)) or None),
    ]


def _published_where(row: dict[str, Any]) -> str | None:
    """On which data the figure was published, and by whom the system."""
    return "; ".join(each for each in (row["published_on"], row["published_in"]) if each) or None


def finding_cell(kind: str | None, finding: str, note: str | None = None) -> dict[str, Any]:
    """A cell with a finding after its mark, sorted by the kind."""
    order = f"{list(MARKS).index(kind or MISSING)} {finding}"
    return cell(finding, order, note) | {"mark": mark_of(kind)}


def _with_interval(row: dict[str, Any], name: str) -> dict[str, Any]:
    return with_interval(row[name], row[f"{name}_low"], row[f"{name}_high"], bool(row[f"{name}_too_narrow"]))


def _difference(row: dict[str, Any]) -> str:
    doubtful = TOO_NARROW if row["doubtful"] and not math.isnan(row["difference"]) else ""
    return f"{format_signed(row['difference'])}{doubtful}"


def _of_what(row: dict[str, Any]) -> str:
    """Interval and p of the difference that decided, and of what against whom."""
    interval = format_range(row["difference_low"], row["difference_high"]).replace(" ", NO_BREAK)
    p_value = _p_values(row).replace(" ", NO_BREAK)
    against = f"{row['statistic']}, against {words(row['against'])}" if row["against"] else row["statistic"] or ""
    return "; ".join(part for part in (interval, p_value, against) if part)


def _p_values(row: dict[str, Any]) -> str:
    """The p-value that decided, and by Holm and by Benjamini and Hochberg for all rows that count."""
    p_value = format_p_value(row["p_value"])
    holm, fdr = (format_p_value(row[name]).removeprefix("p ").removeprefix("= ") for name in ("p_holm", "p_fdr"))
    return f"{p_value} (Holm {holm}, BH {fdr})" if p_value and holm and fdr else p_value


def markdown_cells(row: dict[str, Any]) -> list[str]:
    """The same cells in Markdown, each in one line."""
    decided = f"{escaped(row['statistic'])}: " if row["statistic"] else ""
    decided += format_interval(row["difference"], row["difference_low"], row["difference_high"], signed=True)
    decided += f" against {escaped(words(row['against']))}, {_p_values(row)}" if row["against"] else ""
    return [
        code(row["experiment"]) + (f" ({escaped(row['remark'])})" if row["remark"] else ""),
        f"{escaped(row['score'])} {BETTER[row['larger_is_better']]}",
        format_published(row["published"]),
        *(_markdown_score(row, name) for name in COMPARED),
        *(
            f"{escaped(words(row[tier]))} {format_score(row[f'{tier}_value'])}" if row[tier] else NOTHING
            for tier in TIERS
        ),
        decided.removesuffix(", ") + (TOO_NARROW if row["doubtful"] and row["against"] else ""),
        marked(row["finding_kind"], escaped("; ".join([row["finding"] or no_finding(row), *_beside(row)]))),
    ]


def _beside(row: dict[str, Any]) -> list[str]:
    """Of which record a finding is, how careful and corrected compare, and in which folds and seeds it holds."""
    judged = f"by the {row['judged_by']} record" if row["judged_by"] else None
    return [each for each in (judged, row["careful_beside"], row["folds_and_seeds"]) if each]


def _markdown_score(row: dict[str, Any], name: str) -> str:
    text = format_interval(row[name], row[f"{name}_low"], row[f"{name}_high"])
    return text + TOO_NARROW if row[f"{name}_too_narrow"] else text
