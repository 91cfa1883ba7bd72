"""The page of one experiment: its skill record in tables, and its figures."""

import math
from collections.abc import Iterator
from typing import Any

from rnn_trading.skill.formats import BETTER, NOTHING, format_fact, format_p_value, format_score, format_signed, words
from rnn_trading.skill.marks import mark_of
from rnn_trading.skill.published_figures import published_figures
from rnn_trading.skill.record_files import Records
from rnn_trading.skill.summary import in_words
from rnn_trading.skill.tries import what_was_tried

from .decision import TIER_COLUMNS, TIER_NUMBERS, decided_by, encompassing, from_elsewhere, tests_apart, tier_rows
from .figures import Figure, in_order, small, title_of
from .folds import (
    FOLD_COLUMNS,
    TIME_NUMBERS,
    fold_rows,
    in_time,
    of_fits,
    seed_heads,
    seed_rows,
    seeds_say,
    time_heads,
)
from .html import render
from .parts import causes, cell, headline_in_words, number, published, with_interval
from .stamp import stamp

MODEL = "model"
TEST_COLUMNS = ("Test", "Of", "Rival", "Difference", "p", "On")
TEST_NUMBERS = ("Difference", "p")
# What of a record's model is no fact about its training: scores, which have tables of their own.
SCORES = ("metrics", "training_rows", "published_comparison", "by_seed")
PARTS = ("train", "validation", "test", "unused")
FOLDS = "folds"
# What a test was on, besides its rival: whichever of these it has.
KINDS = ("loss", "units", "run", "series")
COUNTED = ("dates", "runs", "weeks", "documents", "filings")


def experiment_page(
    skill: dict[str, Any], *, made: str | None = None, summary: str | None = None, **figures: Any
) -> str:
    """One HTML file that holds all of an experiment: verdict, decision, scores, figures, and what they rest on.

    Parameters
    ----------
    skill
        The skill record; see :func:`rnn_trading.skill.record.skill_record`.
    made
        See :func:`rnn_trading.pages.stamp.stamp`; None: by this code, now.
    summary
        Layer table of the network; see :func:`rnn_trading.models.description.describe`. None: there is no single one.
    figures
        Pictures (``PIL.Image.Image``), by the names of their datasets.

    Returns
    -------
    str
        HTML that loads nothing.

    Raises
    ------
    TypeError
        If a figure is no picture, since it has no entry in the catalog.
    """
    name, protocol = skill["experiment"], skill["protocol"]
    return render(
        "experiment.html",
        made=made or stamp(),
        name=name,
        protocol=words(protocol),
        verdict=skill["verdict"],
        mark=mark_of(skill["finding_kind"]),
        simulated=skill["data"].get("simulated", False),
        changed=in_words(skill["changed"]),
        network=summary,
        figures=[_picture(dataset, figures[dataset]) for dataset in in_order(figures)],
        **_decision(skill),
        **_all_scores(skill),
        how_sure=_how_sure(skill),
        **_in_time(skill),
        **_facts_of(skill),
    )


def _decision(skill: dict[str, Any]) -> dict[str, Any]:
    """What decided, and the second view."""
    return {
        "decided_by": decided_by(skill["decision"]),
        "why": skill["decision"]["why"],
        "tier_heads": TIER_COLUMNS,
        "tier_numbers": TIER_NUMBERS,
        "tiers": tier_rows(skill["decision"]),
        "encompassing": encompassing(skill["decision"]),
        "test_heads": TEST_COLUMNS,
        "test_numbers": TEST_NUMBERS,
        "tests": [_test(test) for test in skill["tests"]],
        "elsewhere": from_elsewhere(skill),
        "tests_apart": [_test(test) for test in tests_apart(skill)],
    }


def _all_scores(skill: dict[str, Any]) -> dict[str, Any]:
    """Scores of the model and its rivals, without artefacts, and as published."""
    name, protocol, headline = skill["experiment"], skill["protocol"], skill["headline"]
    compared = published_figures(Records(found={(name, protocol): skill}), (protocol,))[name]
    return {
        "score_heads": ["Forecast", f"{headline['words']} {BETTER[headline['larger_is_better']]}", *_metrics(skill)],
        "model": MODEL,
        "scores": _scores(skill),
        "drawn": headline["drawn"],
        "headline": headline_in_words(skill),
        "causes": [(of["without"], shown) for of, shown in zip(skill["attribution"], causes(skill), strict=True)],
        "published": [published(figure, (protocol,)) for figure in compared],
        "published_on": skill["published_on"],
        "published_in": skill.get("published_in"),
    }


def _how_sure(skill: dict[str, Any]) -> list[str]:
    """What intervals hold, or how far probabilities are off; a record of before 0.13 does not say it."""
    return [found["words"] for name in ("intervals", "calibration") if (found := skill.get(name))]


def _in_time(skill: dict[str, Any]) -> dict[str, Any]:
    """Scores by fold, by year and by seed; a record of before 0.11 has none."""
    tables = {which: in_time(skill.get(f"by_{which}"), which) for which in ("fold", "year")}
    return {
        "decided": skill["decision"]["words"],
        "better": "more" if skill["decision"]["larger_is_better"] else "less",
        "time_heads": time_heads(skill),
        "time_numbers": (*TIME_NUMBERS, skill["headline"]["words"]),
        "in_time": [(which, rows) for which, rows in tables.items() if rows],
        "seed_heads": seed_heads(skill),
        "seeds": seed_rows(skill),
        "seeds_say": seeds_say(skill),
    }


def _facts_of(skill: dict[str, Any]) -> dict[str, Any]:
    """How the network was trained, and on what."""
    folds = fold_rows(skill)
    # What a fold is trained on, and which rows are watched, stands in the table of folds.
    parts = [part for part in PARTS if part in skill["data"] and not (folds and part in ("train", "validation"))]
    return {
        "tried": what_was_tried(skill.get("trials")),
        "training": list(_facts(of_fits({key: value for key, value in skill[MODEL].items() if key not in SCORES}))),
        "fold_heads": FOLD_COLUMNS,
        "folds": folds,
        "parts_of_data": {part: skill["data"][part] for part in parts},
        "data": list(_facts({key: value for key, value in skill["data"].items() if key not in (*PARTS, FOLDS)})),
        "made_by": list(_facts(skill.get("made", {}))),  # records of before 0.10 do not say it
    }


def _picture(dataset: str, figure: Any) -> Figure:
    if not hasattr(figure, "convert"):
        raise TypeError(
            f"Figure {dataset!r}: expected a picture, as a file gives it. Received: {type(figure).__name__}. Give the "
            "dataset an entry of type rnn_trading.datasets.whole.MatplotlibDataset in the catalog."
        )
    return small(title_of(dataset), figure)


def _scores(skill: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """Cells of a row for the model, each rival, and the model with a rival, best first: headline, other metrics."""
    headline, metrics = skill["headline"], {MODEL: skill[MODEL]["metrics"], **skill["rivals"], **_together(skill)}
    sign, others = -1 if headline["larger_is_better"] else 1, list(_metrics(skill).values())
    value = {name: number(of.get(headline["metric"])) for name, of in metrics.items()}
    ranked = sorted(metrics, key=lambda name: (math.isnan(value[name]), sign * value[name]))
    return [
        [
            cell(words(name), name),
            _headline(headline, name, value[name]),
            *(cell(format_fact(metrics[name].get(metric)), 0.0) for metric in others),
        ]
        for name in ranked
    ]


def _together(skill: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Metrics of the model and a rival together, with weights from the validation rows; not of ranks."""
    found = skill["decision"]["encompassing"]
    together = [found, *found.get("further", {}).values()]
    return {f"{MODEL} and {each['rival']}": each["metrics"] for each in together if "metrics" in each}


def _metrics(skill: dict[str, Any]) -> dict[str, str]:
    """By their names in words, the other metrics that are single numbers."""
    values = [skill[MODEL]["metrics"], *skill["rivals"].values()]
    names = dict.fromkeys(name for of in values for name, value in of.items() if isinstance(value, int | float))
    return {words(name): name for name in names if name != skill["headline"]["metric"]}


def _headline(headline: dict[str, Any], name: str, value: float) -> dict[str, Any]:
    """The score, with an interval for the two that have one: the model and its best rival."""
    if name not in (MODEL, headline["best_rival"]):
        return cell(format_score(value), value)
    low, high = headline["interval" if name == MODEL else "rival_interval"]
    return with_interval(value, number(low), number(high), headline["too_narrow"])


def _test(test: dict[str, Any]) -> list[dict[str, Any]]:
    """Cells of a test: what it is, of what, against which rival, on how much."""
    of = ", ".join(words(str(test[kind])) for kind in KINDS if test.get(kind))
    counted = ", ".join(f"{test[units]:,} {units}" for units in COUNTED if test.get(units))
    difference, p_value = number(test["mean_difference"]), number(test["p_value"])
    return [
        cell(test["name"], test["name"]),
        cell(of, of),
        cell(words(test["rival"]), test["rival"]),
        cell(format_signed(difference), difference),
        cell(format_p_value(p_value) or NOTHING, p_value),
        cell(counted, counted),
    ]


def _facts(values: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Names and values in words; what is nested deeper than once is a fact of its own.

    Examples
    --------
    >>> list(_facts({"best_epoch": {"42": 3, "43": 1}, "source": "prices.csv", "dropped": []}))
    [('best epoch', '42: 3; 43: 1'), ('source', 'prices.csv'), ('dropped', 'none')]
    >>> list(_facts({"reviews": {"duplicates": 2, "characters": {"most": 6110}}}))
    [('reviews', 'duplicates: 2'), ('reviews: characters', 'most: 6,110')]
    """
    for name, value in values.items():
        nested = {key: each for key, each in value.items() if isinstance(each, dict)} if isinstance(value, dict) else {}
        single = {key: each for key, each in value.items() if key not in nested} if nested else value
        if single or not nested:
            yield words(name), format_fact(single)
        for below, said in _facts(nested):
            yield f"{words(name)}: {below}", said
