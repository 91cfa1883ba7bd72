"""Names of columns: recognised where they are beyond doubt, asked about where not."""

import pytest

from rnn_trading.filings.columns import recognise
from rnn_trading.tables.checks import TableError

INDEX = ("filing_id", "date_filed", "cik", "ticker", "accepted", "sector", "exchange")


def test_the_published_names():
    columns = "CIK COMPANY_NAME FORM_TYPE DATE_FILED EDGAR_LINK QUARTER TICKER SIC EXCHANGE HITS YEAR".split()
    found, read_as = recognise(columns, INDEX, "x.csv", TableError)
    assert found == {
        "CIK": "cik",
        "DATE_FILED": "date_filed",
        "TICKER": "ticker",
        "SIC": "sector",
        "EXCHANGE": "exchange",
    }
    assert read_as[:2] == ("'DATE_FILED' as date_filed", "'CIK' as cik")


def test_names_that_are_as_they_should_be_need_no_word():
    assert recognise(["filing_id", "date_filed", "cik"], INDEX, "x.csv", TableError)[1] == ()


def test_an_exact_name_wins():
    found, _ = recognise(["filing_id", "accession", "Date Filed", "sector", "sic"], INDEX, "x.csv", TableError)
    assert found == {"filing_id": "filing_id", "Date Filed": "date_filed", "sector": "sector"}


@pytest.mark.parametrize(
    "columns", [["Date Filed", "Filing Date"], ["DATE_FILED", "Date Filed"], ["date_filed", "date_filed"]]
)
def test_two_columns_that_could_both_be_meant_are_asked_about(columns):
    message = f"x.csv: '{columns[0]}' and '{columns[1]}' could both be date_filed. Rename the right one to date_filed"
    with pytest.raises(TableError, match=message):
        recognise(columns, INDEX, "x.csv", TableError)


def test_texts():
    columns = ["filing_id", "Section_1", "section_1A", "Item 7", "ITEM_7A"]
    found, _ = recognise(columns, ("filing_id", "item_1", "item_1a", "item_7", "item_7a"), "x.csv", TableError)
    assert list(found.values()) == ["filing_id", "item_1", "item_1a", "item_7", "item_7a"]
