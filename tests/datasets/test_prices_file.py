import logging

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kedro.io import DatasetError

from rnn_trading.datasets.prices_file import PricesFileDataset
from tests.helpers import REAL_DATA, panel_to_prices, random_panel

CSV = "date,ticker,adj_close,adj_volume\n2020-01-07,NA,2.5,10\n2020-01-06,NA,2,\n2020-01-06,NULL,,5\n2020-01-06,1,7,0\n"


def read(path, **options):
    return PricesFileDataset(filepath=str(path), **options).load()


def load(path, **options):
    return read(path, **options)[0]


def write(tmp_path, text, name="prices.csv"):
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_csv_keeps_odd_tickers_and_drops_missing_prices(tmp_path):
    prices = load(write(tmp_path, CSV))
    assert [ticker for ticker, _ in prices.index] == ["1", "NA", "NA"]
    assert prices["adj_close"].tolist() == [7.0, 2.0, 2.5]
    assert prices["adj_volume"].isna().tolist() == [False, True, False]


@pytest.mark.parametrize("name", ["p.parquet", "p.csv", "p.csv.gz", "p.h5"])
def test_every_format_gives_the_same_table(tmp_path, name):
    expected = panel_to_prices(random_panel(30, 3, 0), volume=2.0)
    path = tmp_path / name
    if name.endswith("parquet"):
        expected.reset_index().sample(frac=1, random_state=0).to_parquet(path)
    elif name.endswith("h5"):
        expected.swaplevel().sort_index().to_hdf(path, key="quandl/wiki/prices")
    else:
        expected.reset_index().to_csv(path, index=False)
    prices = load(path, key="quandl/wiki/prices" if name.endswith("h5") else None)
    pd.testing.assert_frame_equal(prices, expected, check_index_type=False)


def test_blank_lines_and_times_of_day_are_no_trouble(tmp_path):
    text = CSV.replace("2020-01-06,1", "2020-01-06 16:00:00-05:00,1") + "\n\n"
    assert load(write(tmp_path, text)).loc["1"].index.tolist() == [pd.Timestamp("2020-01-06")]


def test_the_only_table_of_an_hdf5_file_needs_no_name(tmp_path):
    panel_to_prices(random_panel(9, 2, 0)).to_hdf(tmp_path / "p.h5", key="mine")
    assert len(load(tmp_path / "p.h5")) == 18
    (tmp_path / "no.h5").write_text("not HDF5")
    with pytest.raises(DatasetError, match="no.h5 cannot be read"):
        load(tmp_path / "no.h5")


def test_wide_layout(tmp_path):
    prices = load(write(tmp_path, "Date,A,B\n2020-01-06,1,\n2020-01-07,2,4\n"), layout="wide")
    assert prices["adj_close"].to_dict() == {
        ("A", pd.Timestamp("2020-01-06")): 1.0,
        ("A", pd.Timestamp("2020-01-07")): 2.0,
        ("B", pd.Timestamp("2020-01-07")): 4.0,
    }


ERRORS = [
    (CSV.replace("2.5", "abc"), {}, r"'adj_close', line 2 \(NA, 2020-01-07\): expected a number. Received: 'abc'"),
    (CSV.replace("2020-01-06,1", "06.01.2020,1"), {}, r"column 'date', line 5 \(1\): expected a date"),
    (CSV.replace("1,7,0", "1,0,9"), {}, "column 'adj_close', line 5 .*: expected a positive, finite price"),
    (CSV.replace("1,7,0", "1,inf,0"), {}, "column 'adj_close', line 5 .*: expected a positive, finite price"),
    (CSV + "2020-01-06,1,8,0\n", {}, "line 5 .*: expected one row for each ticker and date.*; also line 6"),
    (CSV.replace("adj_close", "worth"), {}, "'adj_close' is missing.*Received: 'date', 'ticker', 'worth'"),
    (CSV + "\n\n2020-01-09,X,0,1\n", {}, r"line 8 \(X, 2020-01-09\): expected a positive, finite price"),
    (CSV.replace("2020-01-07", "2020"), {}, "column 'date', line 2 .*: expected a date such as 2017-12-29"),
    ("Date,A\n2020-01-06,1\n2020-01-07,x\n", {"layout": "wide"}, r"line 3 \(A, 2020-01-07\): expected a number"),
    ("", {}, "is empty"),
    (CSV, {"layout": "folder"}, "expected a folder, or a ZIP archive, with one table a ticker"),
]


@pytest.mark.parametrize(("text", "options", "message"), ERRORS)
def test_errors_name_file_column_and_line(tmp_path, text, options, message):
    with pytest.raises(DatasetError, match=rf"prices.csv.*{message}"):
        load(write(tmp_path, text), **options)


def test_errors_for_files_that_are_not_there_or_not_tables(tmp_path):
    with pytest.raises(DatasetError, match=r"nowhere.csv does not exist.*--params prices_file=PATH"):
        load(tmp_path / "nowhere.csv")
    with pytest.raises(DatasetError, match="cannot be read"):
        load(write(tmp_path, "not parquet", "prices.parquet"))
    panel_to_prices(random_panel(9, 2, 0)).to_hdf(tmp_path / "p.h5", key="other")
    with pytest.raises(DatasetError, match=r"expected the table 'quandl/wiki/prices'. Received: .*other"):
        load(tmp_path / "p.h5", key="quandl/wiki/prices")
    with pytest.raises(ValueError, match="prices_columns: expected date, ticker, adj_close, adj_volume. Received: 'x'"):
        load(tmp_path / "p.h5", names={"x": "y"})


def test_a_comma_at_the_end_of_every_row_is_no_cell(tmp_path):
    path = write(tmp_path, "date,ticker,adj_close\n2016-01-04,AAA,50.1094,\n2016-01-05,AAA,50.6083,\n")
    assert load(path)["adj_close"].tolist() == [50.1094, 50.6083]


def test_a_wide_panel_is_recognised(tmp_path):
    table, reading = read(write(tmp_path, "date,AAA,BBB\n2016-01-04,50.1094,49.916\n2016-01-05,50.6083,\n"))
    assert table["adj_close"].tolist() == [50.1094, 50.6083, 49.916]
    assert reading.recognised == ("wide, 2 tickers",)
    assert reading.counts["missing_prices"] == 1


def test_a_download_of_yfinance_is_recognised(tmp_path):
    path = write(tmp_path, "Price,Close,Close\nTicker,AAPL,MSFT\nDate,,\n2020-01-02,72.5,153.5\n2020-01-03,71.75,x\n")
    with pytest.raises(DatasetError, match=r"column 'Close', line 5 \(MSFT, 2020-01-03\): expected a number"):
        load(path)
    table, reading = read(path, bad_rows=0.25)
    assert table["adj_close"].tolist() == [72.5, 71.75, 153.5]
    assert reading.recognised == ("yfinance, 2 tickers: adj_close='Close', adjusted by yfinance",)


def test_a_semicolon_file_with_decimal_commas_and_days_first(tmp_path):
    path = write(tmp_path, "Datum;Symbol;Schluss\n31.01.2020;A;1.234,50\n03.02.2020;A;7,5\n")
    names = {"date": "Datum", "adj_close": "Schluss"}
    table, reading = read(path, names=names)
    assert [(f"{date:%Y-%m-%d}", price) for (_, date), price in table["adj_close"].items()] == [
        ("2020-01-31", 1234.5),
        ("2020-02-03", 7.5),
    ]
    assert "dates as %d.%m.%Y" in reading.recognised
    assert len(load(path, names=names, date_format="%d.%m.%Y")) == 2
    with pytest.raises(
        DatasetError, match="'Datum': '03.02.2020' is 2 March or 3 February. Say .*prices_date_format='%m.%d.%Y'"
    ):
        load(write(tmp_path, "Datum;Symbol;Schluss\n03.02.2020;A;7,5\n"), names=names)


def test_prices_that_may_not_be_adjusted_are_warned_of(tmp_path, caplog):
    path = write(tmp_path, "Date,Symbol,Close\n2020-01-02,A,1\n")
    load(path)
    assert "prices are those of 'Close', which is not said to be adjusted" in caplog.text
    caplog.clear()
    load(path, names={"adj_close": "Close"})
    assert not caplog.records
    (tmp_path / "wide.csv").write_text("Date,A,B\n2020-01-02,1.5,2.5\n")
    PricesFileDataset(filepath=tmp_path / "wide.csv").load()
    assert "prices of tickers side by side are not said to be adjusted" in caplog.text
    assert "--params" not in caplog.text


PRICES = st.floats(1e-3, 1e6)
PANELS = st.integers(2, 4).flatmap(
    lambda tickers: st.lists(st.lists(PRICES | st.none(), min_size=tickers, max_size=tickers), min_size=13, max_size=15)
)


def in_long_form(panel):
    long = panel.stack().rename("adj_close").rename_axis(["Date", "Symbol"]).reset_index()
    return long.sample(frac=1, random_state=0)


def by_yfinance(panel):
    return pd.concat({"Close": panel, "Volume": panel * 0}, axis="columns", names=["Price", "Ticker"])


def with_decimal_commas(panel, path):
    panel.to_csv(path, sep=";", decimal=",", date_format="%d.%m.%Y")


FORMS = {
    "long": lambda panel, path: in_long_form(panel).to_csv(path, index=False),
    "wide": lambda panel, path: panel.to_csv(path),
    "decimal commas": with_decimal_commas,
    "yfinance": lambda panel, path: by_yfinance(panel).to_csv(path),
    "yfinance by ticker": lambda panel, path: by_yfinance(panel).swaplevel(axis="columns").to_csv(path),
    "yfinance in Parquet": lambda panel, path: by_yfinance(panel).to_parquet(path),
}


@pytest.mark.parametrize("form", FORMS)
@given(values=PANELS)
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_was_written_is_read_in_every_form(tmp_path, form, values):
    days = pd.date_range("2020-01-06", periods=len(values), name="Date")
    panel = pd.DataFrame(values, index=days, columns=["NA", "0005", "LOW", "^X"][: len(values[0])], dtype="float64")
    panel.iloc[0] = 1.5  # a ticker without a price, or a table without a decimal, says too little
    path = tmp_path / "prices.csv"
    FORMS[form](panel, path)
    expected = panel_to_prices(panel)
    pd.testing.assert_frame_equal(load(path)[["adj_close"]], expected, check_index_type=False, check_exact=True)


@pytest.mark.skipif(not REAL_DATA.is_dir(), reason="the real data is not beside the project")
def test_real_prices_survive_a_bad_end_and_are_those_of_the_file(tmp_path, caplog):
    """A download that ends in a price of zero and in exact repeats."""
    caplog.set_level(logging.WARNING)
    raw = pd.read_parquet(
        REAL_DATA / "us_stocks_daily_2007_2017.parquet", filters=[("ticker", "in", ["A", "ABT", "XOM"])]
    )
    expected = raw.set_index(["ticker", "date"]).sort_index().astype("float64")
    last = raw["date"].max() + pd.Timedelta(days=3)
    zero = pd.DataFrame({"date": [last], "ticker": ["ABT"], "adj_close": [0.0], "adj_volume": [0.0]})
    pd.concat([raw.astype({"adj_close": "float64"}), raw.tail(5), zero]).to_csv(tmp_path / "p.csv", index=False)
    table, reading = read(tmp_path / "p.csv")
    pd.testing.assert_frame_equal(table, expected, check_index_type=False)
    assert (reading.counts["prices_of_zero_at_the_end"], reading.counts["repeated_rows"]) == (1, 5)


IN_DOUBT = "column 'adj_close', line 2: '19,645' may be 19645 or 19.645, .*--params table_decimal=point or table_dec"


@pytest.mark.parametrize(
    ("header", "rows", "prices"),
    [
        # A column that is not used says nothing, and a point in one that is nothing of commas.
        ("date;ticker;adj_close;Version", ["2020-01-02;A;19,645;2.5", "2020-01-02;B;20,100;2.5"], IN_DOUBT),
        ("date;ticker;adj_close;Version", ["2020-01-02;A;19,645;2,5", "2020-01-02;B;20,100;2,5"], IN_DOUBT),
        ("date;ticker;adj_close;volume", ["2020-01-02;A;19,645;2.5", "2020-01-02;B;20,100;2.5"], IN_DOUBT),
        ("date,ticker,adj_close,volume", ['2020-01-02,A,"19,645",2.5', '2020-01-02,B,"20,100",2.5'], IN_DOUBT),
        ("date;ticker;adj_close;volume", ["2020-01-02;A;19,645;2,5", "2020-01-02;B;20,100;2,5"], [19.645, 20.1]),
        ("date;ticker;adj_close;volume", ["2020-01-02;A;19,645;1.234.567", "2020-01-02;B;20,1;7"], [19.645, 20.1]),
        ("date;ticker;adj_close;volume", ["2020-01-02;A;19,645;1,234,567", "2020-01-02;B;20,100;7"], [19645, 20100]),
        ("date;ticker;adj_close;Version", ["2020-01-02;A;19.645;2,5", "2020-01-02;B;20.100;2,5"], [19.645, 20.1]),
        ("date;ticker;adj_close;volume", ["2020-01-02;A;19.645;2,5", "2020-01-02;B;20.100;2,5"], [19645, 20100]),
        ("date;ticker;adj_close;Version", ["2020-01-02;A;19 645;2.5", "2020-01-02;B;20'100,5;2.5"], [19645, 20100.5]),
        # Of a wide table every column is one of its own; a header of yfinance stands above numbers.
        ("Date;A;B", ["2020-01-02;19,645;2.5"], "column 'A', line 2: '19,645' may be"),
        ("Date;A;B", ["2020-01-02;19,645;2,5"], [19.645, 2.5]),
        ("Price;Close;Close", ["Ticker;A;B", "Date;;", "2020-01-02;19,645;2,5"], [19.645, 2.5]),
        ("Price;Close;Close", ["Ticker;A;B", "Date;;", "2020-01-02;19,645;2.5"], "line 4: '19,645' may be"),
    ],
)
def test_a_sign_that_may_stand_for_two_things_is_asked_about(tmp_path, header, rows, prices):
    path = tmp_path / "prices.csv"
    path.write_text("\n".join([header, *rows]) + "\n")
    if isinstance(prices, str):
        with pytest.raises(DatasetError, match=prices):
            PricesFileDataset(filepath=path).load()
        table, _ = PricesFileDataset(filepath=path, decimal="comma").load()
        assert table["adj_close"].iloc[0] == 19.645
    else:
        table, _ = PricesFileDataset(filepath=path).load()
        assert table["adj_close"].tolist() == prices


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "Datum;Zuletzt;Eröffn.;Hoch;Tief;Vol.\n02.01.2020;1,5;1,4;1,6;1,3;7\n",
            "Is 'Datum' the date. Is 'Zuletzt' the adj_close. Name.*.adj_close=Zuletzt.*prices_layout=wide",
        ),
        ("Datum;Ticker;Schlusskurs\n13.01.2020;A;1,5\n", "Is 'Schlusskurs' the adj_close?"),
        ("date,ticker\n2020-01-02,A\n", "No column looks like a price: usual names are Adj Close, Close, Last and Pr"),
    ],
)
def test_names_that_are_not_known_are_asked_about(tmp_path, content, message):
    path = tmp_path / "prices.csv"
    path.write_text(content)
    with pytest.raises(DatasetError, match=message):
        PricesFileDataset(filepath=path).load()


def test_names_in_a_folder_that_are_not_known_are_asked_about(tmp_path):
    for ticker in "AB":
        (tmp_path / f"{ticker}.csv").write_text("Datum;Schluss\n13.01.2020;1,5\n")
    with pytest.raises(DatasetError, match="Is 'Datum' the date. Is 'Schluss' the adj_close"):
        PricesFileDataset(filepath=tmp_path).load()
    names = {"date": "Datum", "adj_close": "Schluss"}
    assert PricesFileDataset(filepath=tmp_path, names=names).load()[0]["adj_close"].tolist() == [1.5, 1.5]
