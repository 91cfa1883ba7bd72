"""The book in the report: a table of its own, and no place in what the findings count."""

import math

import pytest

from rnn_trading.pages.book import markdown_cells, page_cells
from rnn_trading.pipelines.skill_report.markdown import render_markdown
from rnn_trading.skill.book import book_table
from rnn_trading.skill.record_files import read_records
from rnn_trading.skill.summary import findings, skill_table
from tests.made_up import table
from tests.records import CANARIES, EXPECTED, THREE, files, record

PUBLISHED = {"rmse_scaled": 0.015, "ic_pooled": 0.9585, "epochs": 136, "parameters": 1781}
OURS = {"rmse": 17.0, "rmse_scaled": 0.01512, "ic_pooled": 0.949}
RIVALS = {
    "sign_of_last_return": {"rmse": 16.9, "rmse_scaled": 0.01504, "ic_pooled": 0.9508},
    "ridge": {"rmse": 16.8, "rmse_scaled": 0.01501, "ic_pooled": None},
    "constant_share": {},
}
LEVEL = record("a.up", "book", 17.0, 16.9, "rmse", published=PUBLISHED, rivals=RIVALS, model={"metrics": OURS})


def read(*records):
    return read_records(files(*records), EXPECTED, CANARIES, {"a.up": ("as_published", "corrected", "book")})


def test_each_published_figure_stands_beside_ours_and_the_best_of_each_tier():
    error, correlation = book_table(read(*THREE, LEVEL))
    assert (error["experiment"], error["figure"], error["published"]) == ("a.up", "rmse_scaled", 0.015)
    assert (error["ours"], error["larger_is_better"]) == (0.01512, False)
    assert (error["naive"], error["naive_value"]) == ("sign_of_last_return", 0.01504)
    assert (error["strong"], error["strong_value"]) == ("ridge", 0.01501)
    assert (correlation["larger_is_better"], correlation["naive_value"]) == (True, 0.9508)
    assert correlation["strong"] is None
    assert math.isnan(correlation["strong_value"])


def test_what_is_read_aloud_of_it():
    error, correlation = book_table(read(LEVEL))
    assert markdown_cells(error)[2:6] == ["0.015", "0.01512", "sign of last return 0.01504", "ridge 0.01501"]
    assert markdown_cells(correlation)[2:6] == ["0.9585", "0.949", "sign of last return 0.951", "—"]
    assert [cell["text"] for cell in page_cells(error)][2:6] == ["0.015", "0.01512", "0.01504", "0.01501"]
    assert page_cells(error)[-1]["mark"].says == "cannot be told from chance"


@pytest.mark.parametrize("which", ["skill_table", "findings"])
def test_nothing_that_compares_the_two_ways_knows_of_the_book(which):
    without, both = read(*THREE), read(*THREE, LEVEL)
    tables = [skill_table(records, list(EXPECTED)) for records in (without, both)]
    if which == "skill_table":
        assert tables[0].equals(tables[1])
    else:
        assert findings(tables[0], without) == findings(tables[1], both)


def test_it_is_awaited_and_the_text_says_what_makes_it():
    awaited = [command for name, protocol, command in read(*THREE).missing if protocol == "book"]
    assert awaited == ["kedro run --pipelines a --params protocol=book"]
    text = render_markdown([], table(), read(*THREE), [])
    assert "## The book\n" in text
    assert "Nothing to show: `kedro run --pipelines book`" in text
    assert "| `a.up` | RMSE of the scaled level ↓ | 0.015 | 0.01512 |" in render_markdown(
        [], table(), read(*THREE, LEVEL), []
    )
