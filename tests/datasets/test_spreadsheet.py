"""No cell of a CSV file is a formula of a spreadsheet, and every text comes back."""

import csv

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_trading.datasets.spreadsheet import as_they_were, without_formulas
from rnn_trading.datasets.text_stream import ScoresFileDataset
from tests.test_doctests import run_examples

FORMULAS = [
    *("=1+1", "+1+1", "-1+1", "@SUM(A1)", "=cmd|' /C calc'!A0", "\uff1d1", "-", "-inf", "'=1", "''@a"),
    *("\t=1", "\r=1", "\n=1"),
]
HARMLESS = ["-1.5", "+3", "1e-5", "-.5", "A", "a=b", "'a", "", " ", "BRK-B", "2020-01-06", "NA", "a\r=1", "a\n=1"]


@pytest.mark.parametrize("cell", FORMULAS)
def test_a_formula_becomes_text(cell):
    assert without_formulas(pd.Series([cell])).tolist() == [f"'{cell}"]


@pytest.mark.parametrize("cell", HARMLESS)
def test_numbers_and_other_text_stay(cell):
    assert without_formulas(pd.Series([cell])).tolist() == [cell]


@given(st.lists(st.text(st.sampled_from("'=+-@\t\r\n1.eA ")) | st.text(), max_size=5))
def test_every_text_comes_back_and_none_is_a_formula(texts):
    cells = without_formulas(pd.Series(texts, dtype="str"))
    assert as_they_were(cells).tolist() == texts
    assert [each for each in cells if each[:1] in set("=@\t\r\n")] == []


def test_scores_in_a_spreadsheet(tmp_path):
    file = tmp_path / "scores.csv"
    dataset = ScoresFileDataset(filepath=str(file), source="texts.csv")
    ids = [*FORMULAS, *HARMLESS]
    dataset.save([pd.DataFrame({"id": ids, "probability": -0.5})])
    with file.open(newline="", encoding="utf-8") as opened:
        rows = list(csv.reader(opened))[1:]
    assert [row[0] for row in rows] == [*(f"'{each}" for each in FORMULAS), *HARMLESS]
    assert {row[1] for row in rows} == {"-0.5"}
    assert dataset.load()["id"].tolist() == ids


def test_the_examples():
    assert run_examples("rnn_trading.datasets.spreadsheet").failed == 0
