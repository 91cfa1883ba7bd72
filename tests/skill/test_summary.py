import json
import math

import pytest

from rnn_trading.skill.headline import WORST
from rnn_trading.skill.laws import LAWS
from rnn_trading.skill.summary import (
    AGAIN,
    OTHER_DATA,
    SIMULATED,
    findings,
    rows_of_table,
    skill_table,
)
from tests.records import EXPECTED, THREE, canaries, files, read, record


def test_the_table_by_hand():
    records = read(files(*THREE))
    table = skill_table(records, list(EXPECTED)).set_index("experiment")
    assert table.index.tolist() == ["a.up", "a.down", "b"]
    up, down, missing = (table.loc[name] for name in EXPECTED)
    assert (up["published"], up["published_on"], up["metric"]) == (0.68, "other data", "auc")
    assert (up["as_published"], up["as_published_low"], up["as_published_high"]) == (0.6, 0.58, 0.62)
    assert up[["naive", "naive_value", "strong", "strong_value"]].tolist() == [
        *("sign_of_last_return", 0.53 - 0.01),
        *("ridge", 0.53),
    ]
    assert up[["statistic", "against", "difference", "p_value", "doubtful"]].tolist() == [
        *("information coefficient by date", "constant_share", 0.03, 0.02, False),
    ]
    assert up[["chance_status", "naive_status", "strong_status"]].tolist() == ["beaten", "undecided", "level"]
    # Two rows count: the smaller p-value is doubled by Holm, and both are .02.
    assert (up["p_holm"], up["p_fdr"]) == (0.04, 0.02)
    assert (up["corrected"], up["networks"], up["rows"], up["finding_kind"]) == (0.52, 1, 100, "none")
    assert up["larger_is_better"]
    assert down["finding"] == "Skill beyond every rival"
    assert math.isnan(down["published"])
    assert math.isnan(down["as_published"])
    assert not down["larger_is_better"]
    assert missing[["metric", "finding", "verdict"]].isna().all()
    assert math.isnan(missing["corrected"])
    assert math.isnan(missing["p_holm"])


def test_what_is_missing_is_named_with_its_command():
    records = read(files(*THREE))
    assert records.missing == [
        ("a.down", "as_published", "kedro run --pipelines a --params protocol=as_published"),
        ("b", "as_published", "kedro run --pipelines b --params protocol=as_published"),
        ("b", "corrected", "kedro run --pipelines b"),
        ("canaries", "corrected", "kedro run --pipelines canaries"),
    ]
    assert records.problems == []


def test_findings_come_from_the_numbers():
    records = read(files(*THREE))
    skill, artefact, fall = findings(skill_table(records, list(EXPECTED)), records)
    assert skill == (
        "Of 2 models on real data, judged the corrected way: skill beyond every rival: 1 (a.down); cannot be told "
        "from chance: 1. Findings of a difference: 1; left if none of all may be false (Holm): 1; if 5 % of them "
        "may be (Benjamini-Hochberg): 1."
    )
    # .05 of the .10 above chance; the corrected .52 is not above chance, its interval reaches down to it.
    assert artefact == (
        "Of the AUCs and information coefficients above chance, that of a.up (as published) owes most to an artefact, "
        "50 % of its distance from chance to stale rows: AUC 0.600 with them, 0.550 without."
    )
    assert fall == (
        "Of the published AUCs, information coefficients and R2, the one that falls furthest, relative to the "
        "uncertainty of the corrected score, is that of a.up: AUC 0.68 published, 0.600 the published way on the "
        "data here, 0.520 corrected, where the best naive rival (sign of last return) has 0.520."
    )


def test_findings_without_records_say_so():
    records = read({})
    assert len(records.missing) == 7
    nothing = findings(skill_table(records, list(EXPECTED)), records)
    assert nothing == [
        "No careful or corrected record on real data is there yet, so nothing can be said about skill.",
        "No record on real data is there yet, so nothing can be said about artefacts.",
        "No published AUC, information coefficient or R2 has a corrected record beside it yet.",
    ]


def artefact_of(*records):
    found = read(files(*records))
    return findings(skill_table(found, list(EXPECTED)), found)[1]


def test_what_has_no_distance_from_chance_owes_nothing():
    low = (
        "No headline AUC or information coefficient has its whole interval above chance, so that no part of one can be"
    )
    low += " owed to artefacts."
    assert artefact_of(record("a.up", "corrected", 0.5, 0.5)) == low
    at_chance = record("a.up", "corrected", 0.5, 0.5)
    at_chance["headline"]["interval"] = [0.51, 0.52]  # a value outside its own interval, at chance
    assert artefact_of(at_chance) == low
    assert artefact_of(record("a.up", "corrected", 0.6, 0.5, metric="r2")) == low
    better = record("a.up", "corrected", 0.6, 0.5)
    better["attribution"][0] |= {"value": 0.65, "removed": -0.05}
    assert artefact_of(better).endswith("gets worse without suspicious rows or silent sessions.")


def test_months_of_large_loss_are_no_artefact():
    months = record("a.up", "corrected", 0.6, 0.5)
    stale, _, worst, _ = months["attribution"]
    stale |= {"value": 0.59, "removed": 0.01}
    worst |= {"value": 0.51, "removed": 0.09}
    assert worst["without"] == WORST
    assert "10 % of its distance from chance to stale rows" in artefact_of(months)
    stale |= {"value": 0.61, "removed": -0.01}
    assert artefact_of(months).endswith("gets worse without suspicious rows or silent sessions.")


@pytest.mark.parametrize("network", ["gru", {"fold_1": "gru", "fold_2": "lstm"}])
def test_findings_count_real_data_and_every_network_once(network):
    simulated = record("a.down", "corrected", 0.7, 0.6, finding_kind="every", data={"source": "x", "simulated": True})
    chosen = record("b", "corrected", 0.7, 0.6, finding_kind="every", model={"metrics": {}, "chosen": network})
    records = read(files(THREE[0], record("a.up", "corrected", 0.52, 0.53, data={"source": "y"}), simulated, chosen))
    table = skill_table(records, list(EXPECTED)).set_index("experiment")
    assert table["remark"].to_dict() == {"a.up": OTHER_DATA, "a.down": SIMULATED, "b": AGAIN}
    assert table["counts"].to_dict() == {"a.up": True, "a.down": False, "b": False}
    assert table.loc["a.up", ["as_published_source", "corrected_source"]].tolist() == ["x", "y"]
    skill, artefact, _ = findings(table.reset_index(), records)
    assert skill.startswith(
        "Of 1 model on real data, judged the corrected way: cannot be told from chance: 1. No model has a finding of "
    )
    assert "that of a.up (as published) owes most" in artefact
    # What was simulated the published way alone does not hide what the corrected way found on real data.
    alone = record("b", "as_published", 0.7, 0.6, data={"source": "simulated", "simulated": True})
    both = read(files(alone, record("b", "corrected", 0.7, 0.6, finding_kind="every")))
    assert skill_table(both, ["b"])[["remark", "counts"]].to_numpy().tolist() == [[OTHER_DATA, True]]


def test_a_row_says_which_run_is_not_as_in_the_base_configuration():
    changed = {"a.up.training.epochs": "3"}
    as_published = record("a.up", "as_published", 0.6, 0.5, changed=changed, data={"source": "y"})
    corrected = record("a.up", "corrected", 0.6, 0.5, changed=changed)
    alone = record("b", "corrected", 0.6, 0.5, changed=changed)
    records = read(files(as_published, corrected, record("a.down", "corrected", 0.5, 0.5), alone))
    table = skill_table(records, list(EXPECTED))
    assert [row["remark"] for row in rows_of_table(table)] == [
        OTHER_DATA,
        None,
        None,
    ]
    assert table["counts"].all()
    assert [row["corrected_changed"] for row in rows_of_table(table)] == [
        "a.up.training.epochs = 3",
        None,
        "a.up.training.epochs = 3",
    ]
    assert findings(table, records)[0].endswith(
        "cannot be told from chance: 3. No model has a finding of skill, and none is found to be worse than its rivals."
        " Not run as in conf/base: 2."
    )


def without(name):
    one = record("b", "corrected", 0.5, 0.5)
    del one[name]
    return json.dumps(one).encode()


def bad(rows=100, causes=4, published=None, **headline):
    one = record("b", "corrected", 0.5, 0.5, data={"source": "x", "test": {"rows": rows}}, published=published)
    one["attribution"] = one["attribution"][:causes]
    one["headline"] |= headline
    return json.dumps(one).encode()


def decided(**changes):
    one = record("b", "corrected", 0.5, 0.5)
    return json.dumps(one | {"decision": one["decision"] | changes}).encode()


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b'{"version": 1', "corrected/b/skill.json: is not JSON"),
        (b"\xff\xfe", "corrected/b/skill.json: is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (json.dumps(record("b", "corrected", 0.5, 0.5, finding="")).encode(), "finding: String should have at least"),
        (
            json.dumps(record("b", "corrected", 0.5, 0.5, attribution=[{"without": "x"}])).encode(),
            "expected rows, rows_left",
        ),
        (b"[1, 2]", "is not a record but a list"),
        (without("version"), "has version None of its form, and this report reads 2: it must be made anew"),
        (json.dumps(record("b", "corrected", 0.5, 0.5, version=1)).encode(), "has version 1 of its form"),
        (json.dumps(record("b", "corrected", 0.5, 0.5, version=True)).encode(), "has version True of its form"),
        (bad(rows=10**30), "data.test.rows: Input should be less than"),
        (bad(value=math.inf), "headline.value: Input should be a finite number"),
        (bad(interval=[0.5, None]), "headline: Value error, expected both ends of the interval, or neither"),
        (bad(published={"auc": 10**400}), "published.auc"),
        (bad(interval=[0.6, 0.5]), "expected the lower end of the interval first. Received: 0.6 and 0.5"),
        (decided(p_value=5.0), "decision.p_value: Input should be less than or equal to 1"),
        (decided(tiers={"chance": None}), "decision.tiers.naive: Field required"),
        (decided(tiers={"chance": {"status": "won"}, "naive": None, "strong": None}), "decision.tiers.chance.status"),
        (without("decision"), "decision: Field required"),
        (
            json.dumps(record("b", "corrected", 0.5, 0.5, finding_kind="great")).encode(),
            "finding_kind: Input should be",
        ),
        (bad(causes=3), "attribution: List should have at least 4 items"),
        (without("headline"), "is not complete or not in form (headline: Field required)"),
        (without("attribution"), "attribution: Field required"),
        (without("changed"), "changed: Field required"),
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
    records = read(files(*THREE) | {"corrected/b/skill.json": content})
    assert len(records.problems) == 1
    assert problem in records.problems[0]
    assert ("b", "corrected", "kedro run --pipelines b") in records.missing
    assert len(records.found) == 3
    assert len(skill_table(records, list(EXPECTED))) == 3


def test_an_experiment_that_is_not_known_is_named():
    records = read({"corrected/mine/skill.json": b"{}", "other/b/skill.json": b"{}"})
    assert records.problems == [
        "corrected/mine/skill.json: no experiment or no protocol of this project; left out",
        "other/b/skill.json: no experiment or no protocol of this project; left out",
    ]


def without_field(law, name):
    results = json.loads(canaries()["corrected/canaries.json"])
    results["experiments"][0]["laws"][law][name] = None
    return {"corrected/canaries.json": json.dumps(results).encode()}


def with_seeds(seeds):
    results = json.loads(canaries()["corrected/canaries.json"])
    results["experiments"][0]["seeds"] = seeds
    return {"corrected/canaries.json": json.dumps(results).encode()}


def test_a_finding_of_too_few_rows_has_no_value_to_read():
    assert read(without_field(3, "score")).problems == []


def test_results_of_canaries_are_read():
    records = read(canaries())
    assert [law["law"] for law in records.canaries["corrected"]["experiments"][0]["laws"]] == list(LAWS)
    assert records.problems == []


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (
            canaries(experiments=()),
            "5 are missing, the first is 'a: luck is not skill'. Run: kedro run --pipelines canaries",
        ),
        (canaries(laws=LAWS[:3]), "2 are missing, the first is 'a: a signal that is there is found'"),
        (canaries(laws=LAWS[::-1]), "some are unknown or twice"),
        (canaries(experiments=("a", "mine")), "some are unknown or twice"),
        (canaries(version=0), "has version 0 of its form"),
        (canaries(protocol="as_published"), "says protocol 'as_published', and lies in the folder of 'corrected'"),
        (without_field(2, "rows"), "expected rows for the law that no forecast knows the future"),
        (without_field(3, "finding"), "expected finding for the law that a signal that is there is found"),
        (without_field(0, "z"), "expected z for the law that luck is not skill"),
        (with_seeds("three"), "seeds: Input should be a valid integer"),
    ],
)
def test_bad_results_of_canaries_are_a_problem(content, problem):
    records = read(content)
    assert records.canaries == {}
    assert len(records.problems) == 1
    assert problem in records.problems[0]
