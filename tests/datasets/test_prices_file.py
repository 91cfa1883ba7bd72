import pandas as pd
import pytest
from kedro.io import DatasetError

from rnn_trading.datasets.prices_file import PricesFileDataset
from tests.helpers import panel_to_prices, random_panel

CSV = "date,ticker,adj_close,adj_volume\n2020-01-07,NA,2.5,10\n2020-01-06,NA,2,\n2020-01-06,NULL,,5\n2020-01-06,1,7,0\n"


def load(path, **options):
    return PricesFileDataset(filepath=str(path), **options).load()


def write(tmp_path, text, name="prices.csv"):
    (tmp_path / name).write_text(text)
    return tmp_path / name


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


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        (
            CSV.replace("2.5", "abc"),
            {},
            r"prices.csv: column 'adj_close', line 2: expected a number. Received: 'abc'",
        ),
        (CSV.replace("2020-01-06,1", "06.01.2020,1"), {}, "column 'date', line 5: expected a date"),
        (CSV.replace("1,7,0", "1,0,0"), {}, "column 'adj_close', line 5: expected a positive, finite price"),
        (
            CSV.replace("1,7,0", "1,inf,0"),
            {},
            "column 'adj_close', line 5: expected a positive, finite price",
        ),
        (CSV + "2020-01-06,1,7,0\n", {}, "column 'date', line 6: expected one row for each ticker and date"),
        (
            CSV.replace("adj_close", "close"),
            {},
            "'adj_close' is missing.*Received: 'date', 'ticker', 'close', 'adj_volume'",
        ),
        (CSV.replace(",", ";"), {}, "'date', 'ticker', 'adj_close' is missing.*Received: 'date;ticker;adj_close"),
        (CSV + "\n\n2020-01-09,X,0,1\n", {}, "column 'adj_close', line 8: expected a positive, finite price"),
        (CSV.replace("2020-01-07", "2020"), {}, "column 'date', line 2: expected a date such as 2017-12-29"),
        ("Date,A\n2020-01-06,1\n2020-01-07,x\n", {"layout": "wide"}, "ticker A, line 3: expected a number"),
        ("", {}, "cannot be read"),
    ],
)
def test_errors_name_file_column_and_line(tmp_path, text, options, message):
    with pytest.raises(DatasetError, match=message):
        load(write(tmp_path, text), **options)


def test_errors_for_files_that_are_not_there_or_not_tables(tmp_path):
    with pytest.raises(DatasetError, match=r"nowhere.csv does not exist.*--params prices_file=PATH"):
        load(tmp_path / "nowhere.csv")
    with pytest.raises(DatasetError, match=r"expected a file ending in .parquet"):
        load(write(tmp_path, CSV, "prices.xlsx"))
    with pytest.raises(DatasetError, match="cannot be read"):
        load(write(tmp_path, "not parquet", "prices.parquet"))
    panel_to_prices(random_panel(9, 2, 0)).to_hdf(tmp_path / "p.h5", key="other")
    with pytest.raises(DatasetError, match=r"expected the table 'quandl/wiki/prices'. Received: other. Name"):
        load(tmp_path / "p.h5", key="quandl/wiki/prices")
