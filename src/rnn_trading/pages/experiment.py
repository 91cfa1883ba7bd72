"""The page of one experiment: its skill record in tables, and its figures."""

import math
from collections.abc import Iterator
from typing import Any

from rnn_trading.skill.formats import NOTHING, TOO_NARROW, format_p_value, format_score, format_signed, words
from rnn_trading.skill.record_files import Records
from rnn_trading.skill.summary import in_words, published_figures

from .figures import Figure, in_order, small
from .html import render
from .parts import causes, cell, headline_in_words, number, published, with_interval

MODEL, DIFFERENCE = "model", ("Difference", "p of the difference")
# What of a record's model is no fact about its training: scores, which have tables of their own.
SCORES = ("metrics", "training_rows", "published_comparison")
PARTS = ("train", "validation", "test", "unused")
# What a test was on, besides its rival: whichever of these it has.
KINDS = ("loss", "units", "run", "series")
COUNTED = ("dates", "weeks", "documents", "filings")


def experiment_page(skill: dict[str, Any], **figures: Any) -> str:
    """One HTML file that holds all of an experiment: verdict, scores, figures, and what they rest on.

    Parameters
    ----------
    skill
        The skill record; see :func:`rnn_trading.skill.record.skill_record`.
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
    compared = published_figures(Records(found={(name, protocol): skill}))[name]
    return render(
        "experiment.html",
        name=name,
        protocol=words(protocol),
        verdict=skill["verdict"],
        simulated=skill["data"].get("simulated", False),
        changed=in_words(skill["changed"]),
        heads=[
            "Forecast",
            skill["headline"]["words"],
            "Difference",
            "p of the difference",
            *map(words, _metrics(skill)),
        ],
        larger_is_better=skill["headline"]["larger_is_better"],
        model=MODEL,
        scores=_scores(skill),
        drawn=skill["headline"]["drawn"],
        tests=[_test(test) for test in skill["tests"]],
        figures=[_picture(name, figures[name]) for name in in_order(figures)],
        headline=headline_in_words(skill),
        causes=[(cause["without"], shown) for cause, shown in zip(skill["attribution"], causes(skill), strict=True)],
        published=[published(figure, (protocol,)) for figure in compared],
        published_on=skill["published_on"],
        training=list(_facts({key: value for key, value in skill[MODEL].items() if key not in SCORES})),
        parts_of_data={part: skill["data"][part] for part in PARTS if part in skill["data"]},
        data=list(_facts({key: value for key, value in skill["data"].items() if key not in PARTS})),
    )


def _picture(dataset: str, figure: Any) -> Figure:
    if not hasattr(figure, "convert"):
        raise TypeError(
            f"Figure {dataset!r}: expected a picture, as a file gives it. Received: {type(figure).__name__}. Give the "
            "dataset an entry of type rnn_trading.datasets.whole.MatplotlibDataset in the catalog."
        )
    return small(dataset.removesuffix("_figure"), figure)


def _scores(skill: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """Cells of a row for the model and for each rival, the best first: headline, difference, p, other metrics."""
    headline, metrics = skill["headline"], {MODEL: skill[MODEL]["metrics"], **skill["rivals"]}
    sign = -1 if headline["larger_is_better"] else 1
    value = {name: number(of.get(headline["metric"])) for name, of in metrics.items()}
    ranked = sorted(metrics, key=lambda name: (math.isnan(value[name]), sign * value[name]))
    return [
        [
            cell(words(name), name),
            _headline(headline, name, value[name]),
            *_difference(headline, name),
            *(cell(_in_words(metrics[name].get(metric)), 0.0) for metric in _metrics(skill)),
        ]
        for name in ranked
    ]


def _metrics(skill: dict[str, Any]) -> list[str]:
    """Names of the other metrics that are single numbers."""
    values = [skill[MODEL]["metrics"], *skill["rivals"].values()]
    names = dict.fromkeys(name for of in values for name, value in of.items() if isinstance(value, int | float))
    return [name for name in names if name != skill["headline"]["metric"]]


def _headline(headline: dict[str, Any], name: str, value: float) -> dict[str, Any]:
    """The score, with an interval for the two that have one: the model and its best rival."""
    if name not in (MODEL, headline["best_rival"]):
        return cell(format_score(value), value)
    low, high = headline["interval" if name == MODEL else "rival_interval"]
    return with_interval(value, number(low), number(high), headline["too_narrow"])


def _difference(headline: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Score of the model less that of its best rival, and its p, in the row of that rival."""
    difference = headline["difference"]
    if name != headline["best_rival"] or difference is None:
        return [cell("", 0.0), cell("", 0.0)]
    low, high = difference["interval"]
    p_value = format_p_value(number(difference["p_value"])) + (TOO_NARROW if headline["too_narrow"] else "")
    shown = with_interval(
        number(difference["mean_difference"]), number(low), number(high), headline["too_narrow"], signed=True
    )
    return [shown, cell(p_value, 0.0)]


def _test(test: dict[str, Any]) -> dict[str, str]:
    """A test in words: what it is, of what, against which rival, on how much."""
    return {
        "name": test["name"],
        "of": ", ".join(words(str(test[kind])) for kind in KINDS if test.get(kind)),
        "rival": words(test["rival"]),
        "difference": format_signed(number(test["mean_difference"])),
        "p": format_p_value(number(test["p_value"])),
        "on": ", ".join(f"{test[units]:,} {units}" for units in COUNTED if test.get(units)),
    }


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
            yield words(name), _in_words(single)
        for below, said in _facts(nested):
            yield f"{words(name)}: {below}", said


def _in_words(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{words(str(name))}: {_in_words(each)}" for name, each in value.items()) or "none"
    if isinstance(value, list):
        return ", ".join(map(_in_words, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return format_score(value)
    return NOTHING if value is None else str(value)
