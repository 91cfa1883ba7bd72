"""A careful record is the one that a model is judged by; what is said of it beside the corrected one."""

import json
import math

import pytest

from rnn_trading.skill.published_figures import published_figures
from rnn_trading.skill.record_files import read_records
from rnn_trading.skill.shown import changed_runs, in_a_sentence
from rnn_trading.skill.summary import AGAIN, findings, no_finding, rows_of_table, skill_table
from tests.records import (
    EXPECTED,
    THREE,
    THREE_WAYS,
    WITH_CAREFUL,
    canaries,
    careful,
    files,
    read_three_ways,
    record,
)


def row_of(records, name="a.up"):
    return next(row for row in rows_of_table(skill_table(records, list(EXPECTED))) if row["experiment"] == name)


def test_all_that_belongs_to_a_finding_is_of_the_careful_record():
    row = row_of(read_three_ways(*THREE, careful(data={"source": "x", "test": {"rows": 90}})))
    assert row["judged_by"] == "careful"
    assert (row["finding"], row["finding_kind"]) == ("Skill beyond naive rivals, level with strong ones", "naive")
    assert [row[name] for name in ("against", "difference", "p_value", "naive_status", "rows")] == [
        *("sign_of_last_return", 0.04, 0.001, "beaten", 90),
    ]
    assert (row["naive"], row["naive_value"], row["strong_value"]) == ("sign_of_last_return", 0.55 - 0.01, 0.55)
    assert [row[f"careful{end}"] for end in ("", "_low", "_high")] == pytest.approx([0.58, 0.56, 0.6])
    # The other records keep what they have, on their own rows.
    assert [row[f"corrected{end}"] for end in ("", "_low", "_high")] == pytest.approx([0.52, 0.5, 0.54])
    assert (row["corrected_naive"], row["corrected_naive_value"]) == ("sign_of_last_return", 0.53 - 0.01)
    assert row["corrected_finding_kind"] == row["as_published_finding_kind"] == "none"
    assert (row["as_published_naive_value"], row["careful_naive_value"]) == (0.55 - 0.01, 0.55 - 0.01)


def test_without_a_careful_record_all_is_of_the_corrected_one():
    records = read_three_ways(*THREE)
    row = row_of(records)
    assert (row["judged_by"], row["finding"]) == ("corrected", "Cannot be told from chance")
    assert math.isnan(row["careful"])
    assert row["careful_finding"] is row["careful_beside"] is row["careful_changed"] is None
    assert ("a.up", "careful", "kedro run --pipelines a --params protocol=careful") in records.missing
    alone = row_of(read_three_ways(careful()))
    assert (alone["judged_by"], alone["remark"], alone["careful_beside"]) == ("careful", None, None)
    assert math.isnan(alone["corrected"])


def test_a_record_that_is_still_to_come_is_no_reason_to_say_published_only():
    ways = {"a.up": ("as_published", "careful")}
    awaited = read_records(files(THREE[0]), EXPECTED, WITH_CAREFUL, ways)
    assert no_finding(row_of(awaited)) == "No careful or corrected record"
    only = read_records(files(THREE[0]), EXPECTED, WITH_CAREFUL, {"a.up": ("as_published",)})
    assert no_finding(row_of(only)) == "Run as published only"


def test_what_does_not_exist_the_careful_way_is_neither_missed_nor_read():
    ways = THREE_WAYS | {"a.up": ("as_published", "corrected")}
    records = read_records(files(*THREE, careful()), EXPECTED, WITH_CAREFUL, ways)
    assert ("a.up", "careful") not in records.found
    assert not any(name == "a.up" for name, _, _ in records.missing)
    assert records.problems == ["careful/a.up/skill.json: no experiment or no protocol of this project; left out"]


def test_p_values_are_corrected_over_the_records_that_models_are_judged_by():
    """a.up .001 and a.down .02: Holm doubles the smaller; Benjamini and Hochberg, too."""
    table = skill_table(read_three_ways(*THREE, careful()), list(EXPECTED)).set_index("experiment")
    assert table["p_holm"].tolist()[:2] == pytest.approx([0.002, 0.02])
    assert table["p_fdr"].tolist()[:2] == pytest.approx([0.002, 0.02])


def test_a_network_of_its_own_counts_where_the_corrected_one_is_another_once_more():
    chosen = record("a.up", "corrected", 0.52, 0.53, model={"metrics": {}, "chosen": "gru"})
    assert (row_of(read_three_ways(chosen))["remark"], row_of(read_three_ways(chosen))["counts"]) == (AGAIN, False)
    both = row_of(read_three_ways(chosen, careful()))
    assert (both["remark"], both["counts"]) == (None, True)


def test_findings_say_by_which_records_models_are_judged():
    records = read_three_ways(*THREE, careful())
    table = skill_table(records, list(EXPECTED))
    skill, artefact, fall = findings(table, records)
    assert skill == (
        "Of 2 models on real data, 1 judged the careful way and 1 the corrected way: skill beyond every rival: 1 "
        "(a.down); skill beyond naive rivals: 1 (a.up). Findings of a difference: 2; left if none of all may be false "
        "(Holm): 2; if 5 % of them may be (Benjamini-Hochberg): 2. The careful network is better than the corrected "
        "one in 1 of 1 with the same test rows, by what decided; this was not tested."
    )
    # .05 of the .08 above chance is more than .05 of the .10.
    assert "that of a.up (careful) owes most to an artefact, 63 % of its distance" in artefact
    # What falls is the published network: the corrected score, and the rival on its rows.
    assert fall.endswith(
        "0.600 the published way on the data here, 0.520 corrected, where the best naive rival (sign of last return) "
        "has 0.520."
    )
    assert in_a_sentence(table) == "1 of 2 models on real data beats every rival, 1 naive ones only, 0 chance only"
    alone = read_three_ways(careful())
    assert findings(skill_table(alone, list(EXPECTED)), alone)[0].startswith(
        "Of 1 model on real data, judged the careful way: skill beyond naive rivals: 1 (a.up)."
    )


def test_what_was_changed_counts_in_the_record_that_judges():
    changed = {"a.up.training.epochs": "3"}
    corrected = record("a.up", "corrected", 0.52, 0.53, changed=changed)
    by_careful, by_corrected = read_three_ways(corrected, careful()), read_three_ways(corrected)
    for records, count in ((by_careful, ""), (by_corrected, " Not run as in conf/base: 1.")):
        assert findings(skill_table(records, list(EXPECTED)), records)[0].endswith(f".{count}")
        assert ("Not run" in findings(skill_table(records, list(EXPECTED)), records)[0]) == bool(count)
    both = read_three_ways(corrected, careful(changed=changed))
    runs = [run for run, _ in changed_runs(skill_table(both, list(EXPECTED)))]
    assert runs == ["a.up (corrected)", "a.up (careful)"]


def test_a_published_figure_stands_beside_all_of_ours():
    (figure,) = published_figures(read_three_ways(*THREE, careful()))["a.up"]
    assert figure == {"name": "auc", "published": 0.68, "as_published": 0.6, "corrected": 0.52, "careful": 0.58}


def released(protocol, held=True):
    results = json.loads(canaries(protocol=protocol)["corrected/canaries.json"])
    results["experiments"][0]["laws"][0]["held"] = held
    return {f"{protocol}/canaries.json": json.dumps(results).encode()}


def test_careful_canaries_must_hold_as_corrected_ones():
    dead = read_three_ways(more=released("as_published", held=False) | released("corrected", held=False))
    (law, again), *others = dead.broken
    assert others == []
    assert law.startswith("a breaks the law that luck is not skill: ")
    assert again == "kedro run --pipelines canaries"
    assert ("canaries", "careful", "kedro run --pipelines canaries --params protocol=careful") in dead.missing
    both = read_three_ways(more=released("corrected", held=False) | released("careful", held=False))
    assert both.broken == [
        (law, again),
        (f"careful: {law}", "kedro run --pipelines canaries --params protocol=careful"),
    ]
    assert not any(name == "canaries" for name, _, _ in both.missing)


def test_careful_canaries_are_those_whose_experiment_has_a_careful_record():
    assert read_records(released("careful"), EXPECTED, {"careful": ["a"]}).problems == []
    (problem,) = read_records(released("careful"), EXPECTED, {"careful": ["a", "b"]}).problems
    assert problem.startswith("careful/canaries.json: expected 5 laws for each of 2 experiments")
