import json
import math

import pytest

from rnn_trading.skill.record import RECORD_VERSION, SKILL
from rnn_trading.skill.record_files import read_records
from rnn_trading.skill.summary import findings, published_figures, skill_table

EXPECTED = {"a.up": "a", "a.down": "a", "b": "b"}


def record(name, protocol, value, rival, metric="auc", finding="No skill beyond the naive rivals", **changes):
    """A record with the fields that a report reads."""
    return {
        "version": RECORD_VERSION,
        "experiment": name,
        "protocol": protocol,
        "finding": finding,
        "headline": {
            "metric": metric,
            "words": metric.upper(),
            "larger_is_better": metric != "rmse",
            "value": value,
            "interval": [value - 0.02, value + 0.02],
            "best_rival": "last_value",
            "rival_value": rival,
            "rival_interval": [rival - 0.02, rival + 0.02],
            "difference": {"mean_difference": value - rival, "interval": [-0.01, 0.05], "p_value": 0.25},
            "drawn": "50 dates",
        },
        "attribution": [
            {"without": "stale rows", "rows_left_out": 5, "value": value - 0.05, "rival_value": rival, "removed": 0.05},
            {"without": "silent rows", "why": "these data have no volumes"},
        ],
        "data": {"source": "x", "test": {"rows": 100}},
        "model": {"metrics": {metric: value}, "epochs": 7, "by_seed": {"seeds": {"seed_1": {}, "seed_2": {}}}},
        "rivals": {},
        "tests": [],
        "published": {"auc": 0.68},
        "published_on": "other data",
        "verdict": "It is so.",
    } | changes


def files(*records):
    return {f"{one['protocol']}/{one['experiment']}/skill.json": json.dumps(one).encode() for one in records}


THREE = (
    record("a.up", "as_published", 0.6, 0.55),
    record("a.up", "corrected", 0.52, 0.53),
    record("a.down", "corrected", 3.0, 4.0, metric="rmse", finding=SKILL, published=None, published_on=None),
)


def test_the_table_by_hand():
    records = read_records(files(*THREE), EXPECTED)
    table = skill_table(records, list(EXPECTED)).set_index("experiment")
    assert table.index.tolist() == ["a.up", "a.down", "b"]
    up, down, missing = (table.loc[name] for name in EXPECTED)
    assert (up["published"], up["published_on"], up["metric"]) == (0.68, "other data", "auc")
    assert (up["as_published"], up["as_published_low"], up["as_published_high"]) == (0.6, 0.58, 0.62)
    assert (up["corrected"], up["rival"], up["best_rival"]) == (0.52, 0.53, "last_value")
    assert up["difference"] == pytest.approx(-0.01)
    assert (up["difference_low"], up["difference_high"], up["p_value"]) == (-0.01, 0.05, 0.25)
    assert (up["networks"], up["rows"]) == (2, 100)
    assert up["larger_is_better"]
    assert down["finding"] == SKILL
    assert math.isnan(down["published"])
    assert math.isnan(down["as_published"])
    assert not down["larger_is_better"]
    assert missing[["metric", "finding", "verdict"]].isna().all()
    assert math.isnan(missing["corrected"])


def test_what_is_missing_is_named_with_its_command():
    records = read_records(files(*THREE), EXPECTED)
    assert records.missing == [
        ("a.down", "as_published", "kedro run --pipelines a --params protocol=as_published"),
        ("b", "as_published", "kedro run --pipelines b --params protocol=as_published"),
        ("b", "corrected", "kedro run --pipelines b"),
    ]
    assert records.problems == []


def test_findings_come_from_the_numbers():
    records = read_records(files(*THREE), EXPECTED)
    skill, artefact, fall = findings(skill_table(records, list(EXPECTED)), records)
    assert skill == (
        "Of 2 models, judged the corrected way, 1 has skill beyond the naive rivals: a.down (no skill beyond the naive "
        "rivals: 1). For 1 of them a naive forecast has the better score."
    )
    # .05 of the .10 above chance; the corrected .52 is not above chance, its interval reaches down to it.
    assert artefact == (
        "a.up (as published) owes 50% of its distance from chance to stale rows: AUC 0.600 with them, 0.550 without."
    )
    assert fall == (
        "The published figure that falls most is that of a.up: AUC 0.68 published, 0.600 the published way on the "
        "data here, 0.520 corrected, where the best naive rival (last value) has 0.530."
    )


def test_findings_without_records_say_so():
    records = read_records({}, EXPECTED)
    assert len(records.missing) == 6
    nothing = findings(skill_table(records, list(EXPECTED)), records)
    assert nothing[0] == "No corrected record is there yet, so nothing can be said about skill."
    assert nothing[1].startswith("No score that lies above chance")
    assert nothing[2].startswith("No published figure falls")


def without(name):
    one = record("b", "corrected", 0.5, 0.5)
    del one[name]
    return json.dumps(one).encode()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b'{"version": 1', "corrected/b/skill.json: is not JSON"),
        (b"\xff\xfe", "corrected/b/skill.json: is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (json.dumps(record("b", "corrected", 0.5, 0.5, finding="")).encode(), "finding: String should have at least"),
        (json.dumps(record("b", "corrected", 0.5, 0.5, attribution=[{"without": "x"}])).encode(), "expected rows_left"),
        (b"[1, 2]", "is not a record but a list"),
        (without("version"), "has version None of the record; this report reads 1"),
        (json.dumps(record("b", "corrected", 0.5, 0.5, version=7)).encode(), "has version 7 of the record"),
        (without("headline"), "is not complete or not in form (headline: Field required)"),
        (without("attribution"), "attribution: Field required"),
        (json.dumps(record("b", "corrected", 0.5, 0.5, attribution=[3])).encode(), "attribution.0: Input should be"),
        (json.dumps(record("b", "corrected", 0.5, 0.5, data={"source": "x", "test": 3})).encode(), "data.test: Input"),
        (json.dumps(record("b", "corrected", 0.5, 0.5, published=[1])).encode(), "published: Input should be"),
        (json.dumps(record("b", "as_published", 0.5, 0.5)).encode(), "says protocol 'as_published', and lies in the"),
        (json.dumps(record("a.up", "corrected", 0.5, 0.5)).encode(), "says experiment 'a.up', and lies in the folder"),
        (json.dumps(record("b", "corrected", 0.5, 0.5, model=[])).encode(), "model: Input should be"),
        (
            json.dumps(record("b", "corrected", 0.5, 0.5, headline={"metric": "auc"})).encode(),
            "headline.words: Field required",
        ),
    ],
)
def test_a_bad_record_is_a_problem_and_missing_and_hides_no_other(content, problem):
    records = read_records(files(*THREE) | {"corrected/b/skill.json": content}, EXPECTED)
    assert len(records.problems) == 1
    assert problem in records.problems[0]
    assert ("b", "corrected", "kedro run --pipelines b") in records.missing
    assert len(records.found) == 3
    assert len(skill_table(records, list(EXPECTED))) == 3


def test_an_experiment_that_is_not_known_is_named():
    records = read_records({"corrected/mine/skill.json": b"{}", "other/b/skill.json": b"{}"}, EXPECTED)
    assert records.problems == [
        "corrected/mine/skill.json: no experiment or no protocol of this project; left out",
        "other/b/skill.json: no experiment or no protocol of this project; left out",
    ]


def test_published_figures_stand_beside_ours():
    many = {"auc": 0.68, "epochs": 11, "auc_of_the_book": 0.63, "ic_of_other_runs": [0.04, 0.06]}
    records = read_records(files(THREE[0], record("a.up", "corrected", 0.52, 0.53, published=many)), EXPECTED)
    figures = published_figures(records)["a.up"]
    assert [figure["name"] for figure in figures] == list(many)
    assert figures[0] == {"name": "auc", "published": 0.68, "as_published": 0.6, "corrected": 0.52}
    assert (figures[1]["published"], figures[1]["corrected"]) == (11, 7)
    assert math.isnan(figures[2]["corrected"])
    assert figures[3]["published"] == [0.04, 0.06]
    assert published_figures(read_records(files(THREE[2]), EXPECTED)) == {"a.down": []}
