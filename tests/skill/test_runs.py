import json

from rnn_trading.pages.runs import runs_markdown, runs_page
from rnn_trading.skill.record_files import Records
from rnn_trading.skill.runs import differences_of, found_in_runs, table_of_runs
from tests.records import record

NAME = "stacked_lstm.classification"
LEVEL = "univariate_regression.level"


def two_runs(**changes):
    one, other = (record(NAME, "corrected", value, 0.51) for value in (0.52, 0.56))
    first = Records({(NAME, "corrected"): one, (LEVEL, "corrected"): record(LEVEL, "corrected", 20.0, 21.0, "rmse")})
    return {"main": first, "wide": Records({(NAME, "corrected"): other | changes})}


def test_scores_stand_side_by_side():
    table = table_of_runs(two_runs(finding_kind="chance"))
    assert table[["experiment", "run", "value", "finding_kind"]].to_numpy().tolist() == [
        [NAME, "main", 0.52, "none"],
        [NAME, "wide", 0.56, "chance"],
        [LEVEL, "main", 20.0, "none"],
    ]
    assert table["made"].unique().tolist() == ["2026-01-31T12:05:00Z"]


def test_each_way_of_a_model_is_compared_with_its_own():
    runs = two_runs()
    for run, value in (("main", 0.55), ("wide", 0.57)):
        runs[run].found[NAME, "careful"] = record(NAME, "careful", value, 0.51)
    table = table_of_runs(runs)
    careful = table[table["protocol"] == "careful"]
    assert careful[["experiment", "run", "value"]].to_numpy().tolist() == [[NAME, "main", 0.55], [NAME, "wide", 0.57]]
    assert found_in_runs(runs, table).startswith("The runs main and wide share 2 records. The score differs in 2,")
    page = runs_page(runs, table, [])
    assert all(f"{NAME}, {way}" in page.replace("<wbr>", "") for way in ("corrected", "careful"))


def test_what_differs_in_parameters_data_and_code():
    made = {"time": "later", "commit": "fedcba987654", "clean": False, "seeds": {"training.seed": 43}}
    runs = two_runs(changed={"model.units": "50"}, data={"source": "y", "test": {"rows": 90}}, made=made)
    found = differences_of({run: records.found[NAME, "corrected"] for run, records in runs.items()})
    assert [(each.kind, each.name, *each.values.values()) for each in found] == [
        ("parameters", "model.units", "as in conf/base", "50"),
        ("data", "source", "x", "y"),
        ("data", "test.rows", "100", "90"),
        ("code", "commit", "0123456789ab", "fedcba987654"),
        ("code", "clean", "yes", "no"),
        ("code", "seeds.training.seed", "42", "43"),
    ]


def test_equal_records_differ_in_nothing_and_old_ones_say_little():
    same = record(NAME, "corrected", 0.52, 0.51)
    assert differences_of({"a": same, "b": json.loads(json.dumps(same))}) == []
    old = {name: value for name, value in same.items() if name != "made"}
    commit = next(each for each in differences_of({"a": same, "b": old}) if each.name == "commit")
    assert commit.values == {"a": "0123456789ab", "b": "not said"}


def test_the_sentence_counts_what_both_runs_have():
    runs = two_runs(finding_kind="chance")
    said = found_in_runs(runs, table_of_runs(runs))
    assert said.startswith("The runs main and wide share 1 record. The score differs in 1, the finding in 1.")
    alone = {"main": runs["main"], "wide": Records()}
    assert "No experiment has a record in more than one" in found_in_runs(alone, table_of_runs(alone))


def test_text_and_page_show_the_same():
    runs = two_runs(changed={"a|b": "<script>"})
    table = table_of_runs(runs)
    text, page = (
        runs_markdown(runs, table, ["wide: broken"]),
        runs_page(runs, table, ["wide: broken"], "Made in a test."),
    )
    assert "| 0.520 (0.500 to 0.540) |" in text
    assert "0.560" in text
    assert "| `a\\|b` | as in conf/base |" in text
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    for said in ("What differs", "no record", "wide: broken"):
        assert said in text
        assert said in page


def test_of_a_block_that_was_changed_only_what_differs_is_told():
    runs = [
        record(NAME, "corrected", 0.5, 0.5, changed={"s": f'{{"type": "T", "filepath": "{name}"}}'}) for name in "ab"
    ]
    found = differences_of({"main": runs[0], "wide": runs[1]})
    assert [(each.name, each.values) for each in found] == [("s.filepath", {"main": "a", "wide": "b"})]
