"""The index of filings and prices around them: what is taken, what is left out, and what is an error."""

import numpy as np
import pandas as pd
import pytest

from rnn_trading.filings.filings import (
    FilingError,
    FilingIngestionParameters,
    new_york_times,
    parse_filing_index,
    parse_filing_prices,
    take_filings,
    validate_filings,
    windows_around_filings,
)
from rnn_trading.pipelines.data_ingestion.nodes import store_filing_prices
from rnn_trading.tables.names import Told
from rnn_trading.tables.reading import Reading

INGESTION = FilingIngestionParameters(source="tests", days_before=3, days_after=2)


def index_of(**columns):
    return pd.DataFrame({"filing_id": [1, 2], "date_filed": ["2016-02-26", "2016-03-01"], "cik": [7, 8]} | columns)


def test_the_canonical_index():
    raw = index_of(ticker=["AA", None], accepted=["2016-02-26T21:30:00Z", "2016-03-01 16:05"], company=["A, Inc.", "B"])
    source = parse_filing_index(raw, "x.csv")
    table, dropped, kept = source.index, source.dropped, source.kept
    validate_filings(table)
    assert table.index.tolist() == ["1", "2"]
    assert table["firm"].tolist() == ["7", "8"]
    assert table["ticker"].isna().tolist() == [False, True]
    # 21:30 in Greenwich is 16:30 in New York in winter.
    assert table["accepted"].tolist() == [pd.Timestamp("2016-02-26 16:30"), pd.Timestamp("2016-03-01 16:05")]
    assert table["known_signal"].isna().all()
    assert not any(dropped.values())
    assert kept == {"unreadable_times": 0, "implausible_times": 0, "unreadable_signals": 0, "without_a_ticker": 1}


def test_filings_with_something_wrong_are_left_out_and_counted():
    raw = pd.DataFrame(
        {
            "filing_id": [1, 1, None, 2, 3, 4, 5, 2],
            "date_filed": [
                *("2016-02-26", "2016-02-27", "2016-02-26", "26.2.2016"),
                *(None, "2016-02-26", "2016-02-28"),
                "2016-02-29",
            ],
            "cik": [7, 7, 7, 7, 7, None, None, 7],
            "ticker": ["A", "A", "A", "A", "A", " ", "B", "A"],
            "accepted": ["late", None, None, None, None, None, "2016-03-12 10:00", "2016-02-29"],
        }
    )
    source = parse_filing_index(raw, "x.csv")
    table, dropped, kept = source.index, source.dropped, source.kept
    # The second filing 2 is the first with a date.
    assert table.index.tolist() == ["1", "5", "2"]
    assert table["firm"].tolist() == ["7", "B", "7"]
    assert dropped == {
        "no_id": 1,
        "unusable_id": 0,
        "no_filing_date": 1,
        "unreadable_dates": 1,
        "no_firm": 1,
        "repeated_id": 1,
    }
    assert sum(dropped.values()) + len(table) == len(raw)
    # A time days away from the filing date, and a date alone, are no times.
    assert table["accepted"].isna().all()
    assert kept == {"unreadable_times": 2, "implausible_times": 1, "unreadable_signals": 0, "without_a_ticker": 0}


def test_nothing_left_is_an_error():
    with pytest.raises(
        FilingError,
        match=r"x.csv: no filing is left of 2 \(unreadable dates 2; the first date is 'soon'\)\. Expected .* quotation",
    ):
        parse_filing_index(index_of(date_filed=["soon", "later"]), "x.csv")
    with pytest.raises(FilingError, match=r"x.csv: column 'date_filed' is missing. Expected: filing_id, date_filed\["):
        parse_filing_index(pd.DataFrame({"filing_id": [1]}), "x.csv")


def test_times_in_summer_and_with_an_offset():
    written = [
        "2016-07-01T20:30:00+00:00",
        "2016-07-01 16:30:00-04",
        "2016-07-01T16:30",
        "2016-07-01T20:30:00z",
        "x",
        "2016-07-01",
    ]
    times = new_york_times(pd.Series(written))
    assert times.tolist()[:4] == [pd.Timestamp("2016-07-01 16:30")] * 4
    assert times[4:].isna().all()
    zoned = pd.Series(pd.DatetimeIndex(["2016-07-01 20:30", "2016-07-02"], tz="UTC"))
    assert new_york_times(zoned).tolist()[0] == pd.Timestamp("2016-07-01 16:30")
    assert pd.isna(new_york_times(zoned)[1])  # midnight is no time


def prices_of(by, rows):
    return parse_filing_prices(pd.DataFrame(rows, columns=[by, "date", "adj_close"]), "p.csv")[0]


def test_windows_are_cut_out_of_histories():
    table = parse_filing_index(index_of(ticker=["AA", "BB"]), "x.csv").index
    days = pd.date_range("2016-02-20", "2016-03-10")
    histories = prices_of("ticker", [("AA", day, 10.0 + number) for number, day in enumerate(days)])
    windows = windows_around_filings(table, histories, 3, 2)
    assert windows.index.unique("filing_id").tolist() == ["1"]
    dates = windows.index.get_level_values("date")
    assert (dates.min(), dates.max()) == (pd.Timestamp("2016-02-23"), pd.Timestamp("2016-02-28"))
    given = prices_of("filing_id", [(2, "2016-03-01", 1.0), (9, "2016-03-01", 1.0)])
    assert windows_around_filings(table, given, 3, 2).index.tolist() == [("2", pd.Timestamp("2016-03-01"))]


def test_rows_of_prices_that_cannot_be_used_are_left_out_and_counted():
    rows = [
        *((1, "2016-03-01", 0.0), (1, "2016-03-02", np.inf), (1, "2016-03-03", np.nan), (1, "2016-03-04", "n/a")),
        *((1, "March", 1.0), (None, "2016-03-01", 1.0), (1, "2016-03-07", 5.0), (1, "2016-03-07", 5.0)),
        *((1, None, 1.0), (1, "2016-03-05", "ten"), (1, "2016-03-08", 5.0), (1, "2016-03-08", 6.0)),
    ]
    raw = pd.DataFrame(rows, columns=["filing_id", "date", "adj_close"])
    table, reading = parse_filing_prices(raw, "p.csv", Told("filing_prices", bad_rows=0.75))
    assert table["adj_close"].to_dict() == {("1", pd.Timestamp("2016-03-07")): 5.0}
    assert reading.counts == {
        **{"without_a_key": 1, "without_a_date": 1, "unreadable_dates": 1, "unreadable_prices": 1},
        **{"prices_not_positive": 2, "without_a_price": 2, "prices_of_zero_at_the_end": 0},
        **{"repeated": 1, "contradicting": 2},
    }
    with pytest.raises(FilingError, match=r"p.csv: no row of 2 has a price \(without a price 2\)"):
        parse_filing_prices(raw.iloc[2:4], "p.csv")
    with pytest.raises(FilingError, match="p.csv: column 'adj_close' is missing"):
        parse_filing_prices(raw.drop(columns="adj_close"), "p.csv")


def prices_with_faults(bad, without_a_price=0, repeated=0, zeros=0):
    """A hundred days of prices, some of them negative, none, those of a day before, or zero at the end."""
    days = pd.date_range("2016-01-01", periods=100).strftime("%Y-%m-%d").to_numpy(copy=True)
    closes = np.arange(10.0, 110.0)
    closes[:bad] = -1
    closes[50 : 50 + without_a_price] = np.nan
    for row in range(60, 60 + repeated):
        days[row], closes[row] = days[59], closes[59]
    closes[100 - zeros :] = 0
    return pd.DataFrame({"filing_id": "1", "date": days, "adj_close": closes})


def test_more_bad_rows_of_prices_than_their_share_are_refused_with_all_faults():
    told = Told("filing_prices", bad_rows=0.05)
    table, _ = parse_filing_prices(prices_with_faults(bad=5, without_a_price=10, repeated=10, zeros=10), "p.csv", told)
    assert len(table) == 65
    raw = prices_with_faults(bad=4)
    raw.loc[21, "date"] = raw.loc[20, "date"]
    with pytest.raises(FilingError, match="row 20 .*: expected one price for each filing id and date"):
        parse_filing_prices(raw, "p.csv", told)
    raw.loc[20, "filing_id"] = None
    with pytest.raises(FilingError, match="p.csv: 5 of 100 rows cannot be used:\n- .*row 20 .*: expected a filing id"):
        parse_filing_prices(raw, "p.csv", Told("filing_prices", bad_rows=0.04))
    raw = prices_with_faults(bad=5)
    raw.loc[[7, 8], "date"] = "soon"
    with pytest.raises(FilingError) as error:
        parse_filing_prices(raw, "p.csv", told, "line {}".format)
    assert str(error.value) == (
        "p.csv: 7 of 100 rows cannot be used:\n"
        "- column 'date', line 7 (1): expected a date such as 2017-12-29. Received: 'soon' (2 such rows; also line 8 "
        "(1): 'soon').\n"
        "- column 'adj_close', line 0 (1, 2016-01-01): expected a positive, finite price. Received: -1.0 (5 such rows; "
        "also line 1 (1, 2016-01-02): -1.0; line 2 (1, 2016-01-03): -1.0).\n"
        "Correct or remove them, or leave them out: --params filing_prices_bad_rows=0.07."
    )


@pytest.mark.parametrize(
    "written",
    [
        ["2016-02-26T18:00:00Z", "2016-03-01"],
        ["20160226", "20160301"],
        [20160226.0, 20160301.0],
        ["02/26/2016", "03/01/2016"],
        ["26.02.2016", "01.03.2016"],
        ["Feb 26, 2016", "Mar 1, 2016"],
        pd.DatetimeIndex(["2016-02-26 18:00", "2016-03-01"], tz="America/New_York"),
    ],
)
def test_filing_dates_are_read_in_any_form_that_can_be_read_in_one_way(written):
    table = parse_filing_index(index_of(date_filed=written, cik=[7, 7]), "x.csv").index
    assert table["date_filed"].tolist() == [pd.Timestamp("2016-02-26"), pd.Timestamp("2016-03-01")]


def test_filing_dates_that_can_be_read_in_two_ways_are_asked_about():
    raw = index_of(date_filed=["02/03/2016", "04/05/2016"])
    way_out = """'02/03/2016' is 3 February or 2 March. .*--params "filing_index_date_format='%m/%d/%Y'\""""
    with pytest.raises(FilingError, match=f"x.csv: column 'date_filed': {way_out}"):
        parse_filing_index(raw, "x.csv")
    source = parse_filing_index(raw, "x.csv", "%d/%m/%Y")
    assert source.index["date_filed"].tolist() == [pd.Timestamp("2016-03-02"), pd.Timestamp("2016-05-04")]
    assert source.read_as == ("dates as %d/%m/%Y",)


def test_a_report_and_no_prices_at_all():
    source = parse_filing_index(index_of(ticker=["AA", "BB"]), "x.csv")
    _, report = take_filings(
        source, (prices_of("filing_id", [(2, "2016-03-01", 1.0)]), Reading(counts={"repeated": 3})), INGESTION
    )
    assert (report["filings"], report["with_prices"], report["with_a_time"], report["simulated"]) == (2, 1, 0, 0)
    assert report["price_rows_left_out"] == {"repeated": 3}
    assert (report["first_date"], report["last_date"]) == ("2016-02-26", "2016-03-01")
    with pytest.raises(FilingError, match=r"None of 2 filings has a price: no ticker of the prices \(ZZ\) is that of"):
        take_filings(source, (prices_of("ticker", [("ZZ", "2016-03-01", 1.0)]), Reading()), INGESTION)


def test_prices_of_two_sources_are_counted_by_filing_and_stored_apart():
    source = parse_filing_index(index_of(ticker=["AA", "BB"]), "x.csv")
    prices = prices_of("ticker", [("AA", "2016-02-26", 1.0), ("AA", "2016-02-25", 2.0), ("BB", "2016-03-01", 3.0)])
    prices["source"] = ["yahoo", "yahoo", "otherwise"]
    windows, report = take_filings(source, (prices, Reading()), INGESTION)
    assert report["prices_by_source"] == {"yahoo": 1, "otherwise": 1}
    stored = store_filing_prices(source.index, windows)
    assert stored["data/yfinance"]["filing"].tolist() == ["1", "1"]
    assert stored["data/quandl"].reset_index()[["filing", "ticker", "close"]].to_numpy().tolist() == [["2", "BB", 3.0]]


def test_the_canonical_table_is_checked():
    table = parse_filing_index(index_of(), "x.csv").index
    with pytest.raises(FilingError, match="expected the index filing_id and the columns firm"):
        validate_filings(table.drop(columns="firm"))
    with pytest.raises(FilingError, match="every id once"):
        validate_filings(pd.concat([table, table]))
