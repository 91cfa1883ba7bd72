import gzip

import numpy as np
import pandas as pd
import pytest
from kedro.config import OmegaConfigLoader
from kedro.io import AbstractDataset, DatasetError

from rnn_trading.datasets.index_file import IndexFileDataset
from rnn_trading.settings import CONFIG_LOADER_ARGS
from tests.conftest import ROOT, WITHOUT_LOCAL

TABLE = pd.DataFrame(
    {
        "date": pd.to_datetime(["2020-01-06", "2020-01-07", "2020-01-08"]),
        "close": [10.0, 11.0, 12.0],
        "volume": [5.0, 6.0, 7.0],
    }
)


@pytest.mark.parametrize(
    ("entry", "rows", "first", "last", "columns"),
    [
        ("index_prices_source", 8313, ("1990-01-02", 359.69), ("2022-12-28", 3783.22), ["close"]),
        (
            *("index_ranges_source", 5031, ("1999-01-04", 1228.099976), ("2018-12-31", 2506.850098)),
            ["close", "open", "high", "low", "volume"],
        ),
    ],
)
def test_the_default_prices(entry, rows, first, last, columns):
    config = OmegaConfigLoader(str(ROOT / "conf"), **WITHOUT_LOCAL, **CONFIG_LOADER_ARGS)["catalog"][entry]
    prices = AbstractDataset.from_config(entry, config).load()[0]
    assert (len(prices), prices.columns.tolist()) == (rows, columns)
    for (day, close), row in zip((first, last), (0, -1), strict=True):
        assert (f"{prices.index[row]:%Y-%m-%d}", prices["close"].iloc[row]) == (day, close)


@pytest.mark.parametrize("name", ["index.csv", "index.csv.gz", "index.parquet", "index.h5"])
def test_every_kind_of_file(name, tmp_path):
    path = tmp_path / name
    if "csv" in name:
        TABLE.to_csv(path, index=False)
    elif name.endswith("h5"):
        TABLE.to_hdf(path, key="index")
    else:
        TABLE.to_parquet(path)
    prices, _ = IndexFileDataset(filepath=str(path)).load()
    assert prices["close"].tolist() == [10, 11, 12]
    assert prices.columns.tolist() == ["close", "volume"]
    assert prices.index.tolist() == TABLE["date"].tolist()


def test_a_csv_is_told_by_its_lines(tmp_path):
    path = tmp_path / "index.csv"
    path.write_text("date,close\n2020-01-06,10\n\n2020-01-07,-1\n")
    with pytest.raises(DatasetError, match=r"index.csv: column 'close', line 4 .*: expected a positive, finite price"):
        IndexFileDataset(filepath=str(path)).load()


def test_other_names_and_dates_are_read_when_told(tmp_path):
    path = tmp_path / "index.csv"
    path.write_text("Day,Last\n1/6/2020,10\n1/7/2020,.\n1/8/2020,12\n")
    options = {"columns": {"Day": "date", "Last": "close"}, "date_format": "%m/%d/%Y"}
    table, reading = IndexFileDataset(filepath=str(path), **options).load()
    assert table["close"].tolist() == [10, 12]
    assert reading.counts["missing_prices"] == 1
    with pytest.raises(DatasetError, match="'Day': '1/6/2020' is 6 January or 1 June. Say .*index_date_format"):
        IndexFileDataset(filepath=str(path)).load()


ADJUSTED = (
    "date,open,high,low,close,volume,adj_close\n2015-01-05,1,3,1,1031.4,8,825.12\n2015-01-06,1,3,1,992.9,6,794.32\n"
)


def test_a_column_that_is_named_is_taken_in_place_of_the_files_own(tmp_path):
    path = tmp_path / "index.csv"
    path.write_text(ADJUSTED)
    assert IndexFileDataset(filepath=str(path)).load()[0]["close"].tolist() == [1031.4, 992.9]
    for options in ({"columns": {"adj_close": "close"}}, {"names": {"close": "adj_close"}}):
        table, reading = IndexFileDataset(filepath=str(path), **options).load()
        assert table["close"].tolist() == [825.12, 794.32]
        assert "close='adj_close'" in reading.recognised[0]
    with pytest.raises(DatasetError, match="columns: two columns would be called 'close'"):
        IndexFileDataset.from_config(
            "x", {"type": IndexFileDataset, "filepath": str(path), "columns": {"Close": "close", "Adj Close": "close"}}
        )


def test_a_comma_at_the_end_of_every_row_is_no_cell(tmp_path):
    path = tmp_path / "index.csv"
    path.write_text("date,close,volume\n2015-01-05,1031.4,8776547,\n2015-01-06,992.9,6669151,\n")
    assert IndexFileDataset(filepath=str(path)).load()[0]["close"].tolist() == [1031.4, 992.9]


def test_what_fred_nasdaq_and_investing_give_is_read(tmp_path):
    texts = {
        "SP500.csv": "observation_date,SP500\n2020-01-02,3257.85\n2020-01-20,.\n2020-01-21,3320.79\n",
        "nasdaq.csv": 'Date,Close/Last,Volume,Open\n01/21/2020,"$3,320.79",--,$1\n01/02/2020,"$3,257.85",--,$1\n',
        "investing.csv": '"Date","Price","Vol."\n"01/21/2020","3,320.79","1.5M"\n"01/02/2020","3,257.85","-"\n',
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
        table, _ = IndexFileDataset(filepath=str(tmp_path / name)).load()
        assert {f"{day:%m-%d}": close for day, close in table["close"].items()} == {"01-02": 3257.85, "01-21": 3320.79}
    assert table["volume"].tolist()[1] == 1_500_000


def test_files_that_cannot_be_read_are_named(tmp_path):
    truncated = tmp_path / "index.csv.gz"
    truncated.write_bytes(gzip.compress(b"date,close\n2020-01-06,10\n" * 1000)[:60])
    with pytest.raises(DatasetError, match=r"index.csv.gz cannot be read: "):
        IndexFileDataset(filepath=str(truncated)).load()
    with pytest.raises(DatasetError, match=r"index.txt does not exist. Expected .* a date and a close"):
        IndexFileDataset(filepath=str(tmp_path / "index.txt")).load()
    two = tmp_path / "two.h5"
    for key in ("one", "other"):
        TABLE.to_hdf(two, key=key)
    with pytest.raises(DatasetError, match="expected one table. Received: .*one.*other"):
        IndexFileDataset(filepath=str(two)).load()
    assert len(IndexFileDataset(filepath=str(two), key="other").load()[0]) == 3


def test_a_source_is_only_read(tmp_path):
    with pytest.raises(Exception, match="only read"):
        IndexFileDataset(filepath=str(tmp_path / "index.csv")).save(np.nan)


def test_german_names_are_asked_about(tmp_path):
    path = tmp_path / "dax.csv"
    rows = "14.01.2020;13.456,5;1;2;1;7\n13.01.2020;13.451,5;1;2;1;7\n"
    path.write_text("Datum;Zuletzt;Eröffnung;Hoch;Tief;Vol.\n" + rows)
    with pytest.raises(DatasetError, match="Is 'Zuletzt' the close. Is 'Eröffnung' the open. Is 'Hoch' the high"):
        IndexFileDataset(filepath=path).load()
    table, _ = IndexFileDataset(filepath=path, names={"close": "Zuletzt", "high": "Hoch", "low": "Tief"}).load()
    assert table["close"].tolist() == [13451.5, 13456.5]
