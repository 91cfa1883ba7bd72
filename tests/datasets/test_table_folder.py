"""One file a ticker, in a folder or an archive."""

import gzip
import zipfile

import pytest
from kedro.io import DatasetError

from rnn_trading.datasets.prices_file import PricesFileDataset


def read(path, **options):
    return PricesFileDataset(filepath=str(path), **options).load()


def load(path, **options):
    return read(path, **options)[0]


def write(folder, text, name):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


LONG = "date,ticker,adj_close\n2020-01-07,A,2.5\n2020-01-06,A,2\n2020-01-06,B,1\n"
FILE = "Date,Open,High,Low,Close,Adj Close,Volume\n2020-01-02,1,1,1,9,{0}.5,10\n2020-01-03,1,1,1,9,{0}.75,10\n"
OF_FOLDER = {
    ("AAPL", "2020-01-02"): 1.5,
    ("AAPL", "2020-01-03"): 1.75,
    ("BRK-B", "2020-01-02"): 2.5,
    ("BRK-B", "2020-01-03"): 2.75,
}


def folder(tmp_path):
    """One file a ticker, and what lies beside them."""
    write(tmp_path, FILE.format(1), "stocks/AAPL.csv")
    path = write(tmp_path, "", "stocks/b/BRK-B.csv.gz")
    path.write_bytes(gzip.compress(FILE.format(2).encode()))
    write(tmp_path, "", "stocks/EMPTY.csv")
    write(tmp_path, "Date,Close\n", "stocks/HEADER.csv")
    write(tmp_path, "Symbol,Sector\nAAPL,IT\n", "stocks/symbols.csv")
    write(tmp_path, "Prices of stocks", "stocks/README.md")
    write(tmp_path, "x", "stocks/.hidden.csv")
    return tmp_path / "stocks"


def zipped(path):
    with zipfile.ZipFile(path.with_suffix(".zip"), "w") as archive:
        for file in sorted(path.rglob("*.*")):
            content = file.read_bytes()
            packed = file.suffix == ".gz"
            archive.writestr(
                file.relative_to(path).as_posix().removesuffix(".gz"), gzip.decompress(content) if packed else content
            )
        archive.writestr("__MACOSX/._AAPL.csv", b"\0")
    return path.with_suffix(".zip")


@pytest.mark.parametrize("place", [lambda path: path, zipped])
def test_one_file_a_ticker(tmp_path, place, caplog):
    folder(tmp_path)
    (tmp_path / "stocks/.hidden.csv").unlink()
    table, reading = read(place(tmp_path / "stocks"))
    assert {(ticker, f"{date:%Y-%m-%d}"): price for (ticker, date), price in table["adj_close"].items()} == OF_FOLDER
    assert table["adj_volume"].tolist() == [10] * 4
    assert "folder of 2 tables: " in reading.recognised[0]
    assert "one ticker: date='Date', adj_close='Adj Close', adj_volume='Volume'" in reading.recognised[0]
    left_out = {"files_that_are_no_tables": 1, "files_without_rows": 2, "files_without_prices": 1}
    assert {reason: reading.counts[reason] for reason in left_out} == left_out
    assert "files without prices: symbols.csv" in caplog.text


def test_hidden_files_of_a_folder_are_none_of_it(tmp_path):
    assert len(load(folder(tmp_path))) == 4


def test_lines_of_a_folder_are_told_with_their_file(tmp_path):
    path = folder(tmp_path)
    write(path, FILE.format(-3), "T.csv")
    with pytest.raises(
        DatasetError, match=r"column 'Adj Close', T.csv, line 2 \(T, 2020-01-02\): .* also T.csv, line 3"
    ):
        load(path)
    assert len(load(path, bad_rows=0.4)) == 4


def test_tables_of_a_folder_that_cannot_be_read_are_named(tmp_path):
    path = folder(tmp_path)
    (path / "CUT.csv.gz").write_bytes(gzip.compress(FILE.format(3).encode())[:40])
    write(path, FILE.format(1).replace("9,1.5,10", "9,1.5,10,11"), "WIDE.csv")
    with pytest.raises(
        DatasetError, match="2 of 4 tables cannot be read:\n- .*CUT.csv.gz cannot be read: .*\n- .*WIDE.csv: "
    ):
        load(path)


def test_a_folder_of_adjusted_and_other_prices_is_refused(tmp_path):
    path = folder(tmp_path)
    write(path, FILE.format(1).replace("Adj Close", "Other"), "PLAIN.csv")
    with pytest.raises(
        DatasetError, match="2 tables have adjusted prices, such as AAPL.csv, and 1 has not, such as PLAIN.csv"
    ):
        load(path)
    assert load(path, names={"adj_close": "Close"})["adj_close"].tolist() == [9] * 6


def test_a_folder_without_prices_is_refused(tmp_path):
    write(tmp_path, "Symbol,Sector\nAAPL,IT\n", "stocks/symbols.csv")
    with pytest.raises(DatasetError, match=r"no table with a date and a price \(files without prices 1\)"):
        load(tmp_path / "stocks")
    (tmp_path / "none").mkdir()
    with pytest.raises(DatasetError, match=r"no table with a date and a price \(no file\)"):
        load(tmp_path / "none")


def test_a_folder_of_long_tables_is_read_as_one(tmp_path):
    for year in (2019, 2020):
        write(tmp_path, f"date,ticker,adj_close\n{year}-01-06,A,1\n{year}-01-06,B,2\n", f"years/{year}.csv")
    assert [f"{ticker} {date:%Y}" for ticker, date in load(tmp_path / "years").index] == [
        "A 2019",
        "A 2020",
        "B 2019",
        "B 2020",
    ]


def test_one_file_of_an_archive_is_a_table_or_named(tmp_path):
    with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
        archive.writestr("prices.csv", LONG)
        archive.writestr("notes.md", "x")
        archive.writestr("AAPL.csv", FILE.format(1))
    assert len(load(tmp_path / "p.zip", key="prices.csv")) == 3
