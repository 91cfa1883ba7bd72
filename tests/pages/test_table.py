"""What stands in the table of all models, on the page and in Markdown."""

import math
import re

import pytest

from rnn_trading.pages.table import COLUMNS, markdown_cells, page_cells
from rnn_trading.pipelines.skill_report.markdown import markdown_table, render_markdown
from rnn_trading.skill.marks import MARKS
from rnn_trading.skill.record_files import Records
from rnn_trading.skill.shown import changed_runs, in_a_sentence, with_record, without_record
from tests.made_up import FINDINGS, model, table

ROWS = {row["experiment"]: row for row in with_record(table())}


def texts(row):
    return [
        (each["text"].replace("\u00a0", " "), (each["note"] or "").replace("\u00a0", " ")) for each in page_cells(row)
    ]


def test_cells_of_a_page_by_hand():
    assert texts(ROWS["stacked_lstm.classification"]) == [
        ("stacked_lstm.classification", ""),
        ("AUC ↑", ""),
        ("0.6815", "other data; a book of 2020"),
        ("0.574", "0.544 to 0.604"),
        ("0.523", "0.493 to 0.553"),
        ("—", ""),
        ("0.505", "persistence"),
        ("0.523", "ridge"),
        (
            "+0.031",
            "0.011 to 0.051; p = 0.004 (Holm 0.030, BH 0.010); information coefficient by date, against persistence",
        ),
        ("Better than chance only", "by the corrected record"),
    ]
    assert len(page_cells(ROWS["multivariate.macro"])) == len(COLUMNS)


def test_the_same_cells_in_markdown():
    row = ROWS["univariate_regression.level.returns"] | {"remark": "simulated data"}
    assert markdown_cells(row) == [
        "`univariate_regression.level.returns` (simulated data)",
        "RMSE in index points ↓",
        "—",
        "22.21 (20.85 to 23.57)",
        "45.21 (43.85 to 46.57)",
        "—",
        "persistence 45.22",
        "ridge 46.00",
        "information coefficient by date: −0.031 (−0.051 to −0.011) against persistence, "
        "p = 0.004 (Holm 0.030, BH 0.010)†",
        "○ Cannot be told from chance (less than 0.031 would go unseen); by the corrected record",
    ]
    lines = markdown_table(table()).splitlines()
    assert len(lines) == 2 + len(ROWS)
    assert len({line.count("|") for line in lines}) == 1


def test_no_test_and_no_rival_leave_no_words_behind():
    none = {"statistic": None, "against": None, "difference": math.nan, "difference_low": math.nan, "p_value": math.nan}
    row = model("a", "auc", (math.nan, 0.5, math.nan, math.nan), None) | none | {"doubtful": True}
    assert texts(row)[3] == ("—", "")
    assert texts(row)[5:] == [("—", ""), ("—", ""), ("—", ""), ("—", ""), ("No careful or corrected record", "")]
    assert markdown_cells(row)[5:] == ["—", "—", "—", "—", "· No careful or corrected record"]
    assert page_cells(row)[-1]["mark"] == MARKS["missing"]


def test_folds_and_seeds_stand_with_the_finding():
    said = "ahead in 5 of 6 folds; the worst of 5 seeds alone: better than chance only"
    row = ROWS["stacked_lstm.classification"] | {"folds_and_seeds": said}
    assert texts(row)[-1] == ("Better than chance only", f"by the corrected record; {said}")
    assert markdown_cells(row)[-1] == f"◔ Better than chance only; by the corrected record; {said}"


def test_a_careful_record_has_a_column_and_the_finding_says_so():
    row = ROWS["multivariate.macro"]
    assert texts(row)[4:6] == [("0.042", "0.041 to 0.043"), ("0.040", "0.039 to 0.041")]
    beside = "better than the corrected network by 0.010 of what decided, not tested"
    finding = "Skill beyond naive rivals, not told from strong ones"
    assert texts(row)[-1] == (finding, f"by the careful record; {beside}")
    assert markdown_cells(row)[5] == "0.040 (0.039 to 0.041)"
    assert markdown_cells(row)[-1] == f"◐ {finding}; by the careful record; {beside}"
    labels = [each["label"] for each in page_cells(row)[4:6]]
    assert [label.partition(":")[0] for label in labels] == ["Corrected", "Careful"]
    assert list(COLUMNS)[3:6] == ["As published here", "Corrected", "Careful"]


@pytest.mark.parametrize("kind", [kind for kind in FINDINGS if kind])
def test_a_kind_of_finding_has_one_mark_everywhere(kind):
    row = model("a", "auc", (0.5, 0.5, 0.5, 0.5), kind)
    assert page_cells(row)[-1]["mark"] == MARKS[kind]
    assert markdown_cells(row)[-1] == f"{MARKS[kind].character} {FINDINGS[kind]}; by the corrected record"


def test_models_without_a_record_are_one_line():
    assert without_record(table()) == "3 models have no record yet. To make them: "
    assert without_record(table().iloc[:-2]) == "1 model has no record yet. To make it: "
    assert without_record(table().iloc[:-3]) == ""
    text = render_markdown(["One."], table(), Records(), [])
    assert "3 models have no record yet. To make them: `make report`\n" in text
    assert "mine.experiment" not in text


def test_runs_that_are_not_as_in_conf_base_are_said_once():
    changed = table()
    changed.loc[[0, 1], "corrected_changed"] = "split.purge = 0"
    changed.loc[0, "as_published_changed"] = "epochs = 2"
    changed.loc[1, "careful_changed"] = "units = 4"
    runs = ["stacked_lstm.classification (as published)", "stacked_lstm.classification (corrected)"]
    runs += ["stacked_lstm.regression (corrected)", "stacked_lstm.regression (careful)"]
    assert [run for run, _ in changed_runs(changed)] == runs
    text = render_markdown([], changed, Records(), [])
    assert text.count("Not as in conf/base") == 1
    assert f"Not as in conf/base: {', '.join(runs)}." in text
    assert "Not as in conf/base" not in render_markdown([], table(), Records(), [])


def test_what_the_table_shows_is_one_sentence():
    assert in_a_sentence(table()) == "1 of 14 models on real data beats every rival, 2 naive ones only, 1 chance only"
    assert in_a_sentence(table().iloc[-3:]) == "No model on real data is judged yet"
    text = render_markdown([], table(), Records(), [])
    assert re.search(r"^!\[1 of 14 models [^\]]*\]\(skill_report.png\)$", text, flags=re.MULTILINE)
