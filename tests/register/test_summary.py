"""The register as it is shown: tables, log, page and a file for spreadsheets."""

import logging

import pytest

from rnn_trading.pages.register import EMPTY, register_page
from rnn_trading.pipelines.register.nodes import show_register
from rnn_trading.register.entries import Register, as_table
from rnn_trading.register.summary import by_configuration, by_experiment, what_differs
from tests.register.entries_made_up import entry

ENTRIES = as_table(
    [
        entry("a", "d1", test=0.1),
        entry("aa", "d1", test=0.3, fold="2", validation=None),
        entry("aaa", "d2", test=0.1, parameters='{"units": [32]}'),
        entry("aaaa", "d1", experiment="mine.level", metric="rmse", larger_is_better=False, test=4.0),
        entry("aaaaa", "d3", experiment="mine.level", metric="rmse", larger_is_better=False, test=3.0),
    ]
)


def test_configurations_have_means_of_their_fits_and_what_differs():
    table = by_configuration(ENTRIES)
    assert table["configuration"].tolist() == ["d1", "d2", "d1", "d3"]
    assert table["fits"].tolist() == [2, 1, 1, 1]
    assert table["test_score"].tolist() == pytest.approx([0.2, 0.1, 4.0, 3.0])
    assert table["validation_score"].tolist() == pytest.approx([0.2] * 4)
    assert table["differs"].tolist() == ["", "units [32] ([16])", "", ""]
    assert table.loc[0, ["first", "last", "seconds"]].tolist() == ["2026-01-01T00:00:01Z", "2026-01-01T00:00:02Z", 3.0]


def test_experiments_have_the_best_of_their_configurations():
    table = by_experiment(by_configuration(ENTRIES))
    assert table[["experiment", "configurations", "fits"]].to_numpy().tolist() == [
        ["mine.volatility", 2, 3],
        ["mine.level", 2, 2],
    ]
    assert table["best_test_score"].tolist() == pytest.approx([0.2, 3.0])  # an error is best where it is smallest


def test_a_score_of_other_rows_is_not_the_best():
    entries = as_table([entry("a", "d1", test=0.9, dates=("2020-03-01", "2020-03-31")), entry("aa", "d2", test=0.1)])
    (row,) = by_experiment(by_configuration(entries)).to_dict("records")
    assert (row["configurations"], row["best_test_score"]) == (2, 0.1)
    assert row["tested"] == frozenset({("2020-01-01", "2020-12-31", "250")})


def test_scores_of_other_folds_of_a_configuration_are_not_mixed():
    halves = [entry("a", test=0.1), entry("aa", fold="2", dates=("2021-01-01", "2021-12-31"), test=0.3)]
    whole = entry("aaa", dates=("2020-01-01", "2021-12-31"), test=0.9, test_rows=500)
    final = entry("aaaa", fold="final", dates=(None, None), test=None, test_rows=0, validation=0.7)
    (row,) = by_configuration(as_table([*halves, whole, final])).to_dict("records")
    assert (row["fits"], row["test_score"], row["validation_score"]) == (4, 0.9, pytest.approx(0.2))
    assert row["tested"] == frozenset({("2020-01-01", "2021-12-31", "500")})
    (row,) = by_configuration(as_table([*halves, final])).to_dict("records")
    assert row["test_score"] == pytest.approx(0.2)


def test_few_differences_are_named():
    many = '{"a": {' + ", ".join(f'"{number}": 1' for number in range(10)) + "}}"
    assert what_differs(many, '{"a": {"x": 1}}').endswith(" and 3 more")
    assert what_differs("{}", '{"a": 1}') == "a gone (1)"


def test_the_log_the_page_and_the_file_tell_all_of_it(caplog):
    caplog.set_level(logging.INFO, "rnn_trading")
    entries = ENTRIES.assign(device="<b>=1+1</b>", commit="=1+1")
    shown = show_register(Register(entries, {"corrected/x.parquet": "cut or damaged"}))
    assert caplog.messages[0].startswith("mine.volatility (corrected): 2 configurations, 3 fits, 2026-01-01T00:00:01Z")
    assert (
        "rmse at best 0.200 on validation, 3.000 on the test of 2020-01-01 to 2020-12-31 (mine.csv)"
        in caplog.messages[1]
    )
    page = shown["register_page"]
    assert page.count("<tr>") == 3 + 2 + 4 + 5  # three heads; experiments, configurations, fits
    assert "&lt;b&gt;=1+1&lt;/b&gt;" in page
    assert "<b>" not in page
    assert "corrected/x.parquet: cut or damaged" in page
    assert shown["register_table"]["commit"].tolist() == ["'=1+1"] * 5  # a spreadsheet runs nothing
    assert len(shown["register_table"]) == 5


def test_no_register_is_said(caplog):
    caplog.set_level(logging.INFO, "rnn_trading")
    shown = show_register(Register(as_table([])))
    assert EMPTY in caplog.text
    assert EMPTY in shown["register_page"]
    assert shown["register_table"].empty
    assert register_page(Register(as_table([])), made="Made.") == register_page(Register(as_table([])), made="Made.")
