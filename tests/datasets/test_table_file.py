"""Tables of any kind of file: told by content, as they stand there, or refused with a reason."""

import bz2
import gzip
import io
import zipfile

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_trading.datasets import table_file
from rnn_trading.datasets.table_file import TableFile, TableOptions
from rnn_trading.tables.checks import TableError

CSV = b"date,close\n2020-01-06,1.5\n2020-01-07,2\n"
TABLE = pd.DataFrame({"date": ["2020-01-06", "2020-01-07"], "close": [1.5, 2.0]})


def read(path, *, several_headers=False, texts=False, leave_out=False, **options):
    file = TableFile(path, "a date and a close", "index_file", TableError, TableOptions(**options))
    return file.read(several_headers=several_headers, texts=texts, leave_out=leave_out)


def write(tmp_path, content, name="a.csv"):
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return tmp_path / name


def zipped(**files):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


def parquet(table=TABLE):
    return table.to_parquet()


OTHER_NAME = "by its content, whatever its name says"


@pytest.mark.parametrize(
    ("name", "content", "recognised"),
    [
        ("a.csv", CSV, ()),
        ("a.CSV", CSV, ()),
        ("a.txt", CSV, ()),
        ("a.tsv", CSV.replace(b",", b"\t"), ("CSV, tabs",)),
        ("a.csv.gz", gzip.compress(CSV, mtime=0), ("CSV, gzip",)),
        ("a.csv", gzip.compress(CSV, mtime=0), ("CSV, gzip",)),
        ("a.csv.bz2", bz2.compress(CSV), ("CSV, bzip2",)),
        ("a.csv.zip", zipped(**{"a.csv": CSV}), ("CSV, zip",)),
        ("prices", CSV, (f"CSV, {OTHER_NAME}",)),
        ("a.parquet", CSV, (f"CSV, {OTHER_NAME}",)),
        ("a.PARQUET", parquet(), ()),
        ("a.pq", parquet(), ()),
        ("a.csv", parquet(), (f"Parquet, {OTHER_NAME}",)),
        ("a.parquet.gz", gzip.compress(parquet(), mtime=0), ("Parquet, gzip",)),
        ("a.csv", CSV.decode().replace(",", ";").encode("utf-16"), ("CSV, UTF-16, semicolons",)),
    ],
)
def test_the_content_says_what_a_file_is(tmp_path, name, content, recognised):
    raw = read(write(tmp_path, content, name))
    assert raw.table.columns.tolist() == ["date", "close"]
    assert raw.table["close"].astype("float64").tolist() == [1.5, 2.0]
    assert raw.reading.recognised == recognised
    assert raw.reading.counts == {}


def test_hdf5_of_any_name_and_with_several_tables(tmp_path):
    path = tmp_path / "a.csv"
    TABLE.to_hdf(path, key="one")
    assert read(path).reading.recognised == (f"HDF5, {OTHER_NAME}, table 'one'",)
    TABLE.assign(close=7.0).to_hdf(path, key="group/other")
    with pytest.raises(TableError, match="expected one table. Received: .*'group/other'.*--params table_key=NAME"):
        read(path)
    assert read(path, key="group/other").table["close"].tolist() == [7.0, 7.0]
    with pytest.raises(TableError, match="expected the table 'x'"):
        read(path, key="x")
    packed = write(tmp_path, gzip.compress(path.read_bytes()), "b.h5.gz")
    with pytest.raises(TableError, match="is a packed HDF5 file. Unpack it"):
        read(packed)


def test_categories_beside_a_table_in_hdf5_are_no_table(tmp_path):
    table = TABLE.assign(kind=pd.Categorical(["a", "b"]))
    table.to_hdf(tmp_path / "a.h5", key="x", format="table")
    assert read(tmp_path / "a.h5").table["kind"].tolist() == ["a", "b"]


def test_a_series_in_hdf5_is_a_table(tmp_path):
    pd.Series([1.5, 2.0], index=pd.Index(["a", "b"], name="date"), name="close").to_hdf(tmp_path / "a.h5", key="s")
    assert read(tmp_path / "a.h5").table.columns.tolist() == ["close"]
    pd.Series([1.5, 2.0], name="close").to_hdf(tmp_path / "b.h5", key="s")
    message = (
        "b.h5 holds a Series with row numbers as its index, not a table with a date and a close. Save .reset_index"
    )
    with pytest.raises(TableError, match=message):
        read(tmp_path / "b.h5")


def test_rows_are_named_as_a_user_counts_them(tmp_path):
    assert read(write(tmp_path, b"# above\ndate,close\n\n2020-01-06,1\n")).describe_row(0) == "line 4"
    assert read(write(tmp_path, parquet(), "a.parquet")).describe_row(1) == "row 1"


def test_what_parquet_holds_comes_as_it_is(tmp_path):
    table = pd.DataFrame(
        {
            ("Close", "A"): pd.Categorical(["x", "y"]),
            ("Close", "B"): [[1], [2, 3]],
        },
        index=pd.date_range("2020-01-06", periods=2, tz="Asia/Tokyo", name="Date"),
    )
    raw = read(write(tmp_path, table.to_parquet(), "a.parquet"))
    assert raw.table.columns.tolist() == [("Close", "A"), ("Close", "B")]
    assert str(raw.table.index.tz) == "Asia/Tokyo"
    nested = pa.table({"a": pa.array([{"b": 1}])})
    pq.write_table(nested, tmp_path / "b.parquet")
    assert read(tmp_path / "b.parquet").table["a"].tolist() == [{"b": 1}]


def test_numbers_are_left_as_they_are_written(tmp_path):
    path = write(tmp_path, "Datum;Schluss;Menge\n06.01.2020;1.234,50;1.234\n07.01.2020;7,25;\n\n")
    raw = read(path)
    assert raw.table.to_numpy().tolist() == [["06.01.2020", "1.234,50", "1.234"], ["07.01.2020", "7,25", ""]]
    assert raw.reading.recognised == ("CSV, semicolons",)
    with pytest.raises(TableError, match="1 row does not .*line 2 has 3: '2020-01-06,1,234.50'"):
        read(write(tmp_path, "date,close\n2020-01-06,1,234.50\n"))


def test_options_as_a_command_line_gives_them(tmp_path):
    path = write(tmp_path, "date;close\n2020-01-06;1,5 \x80\n".encode("cp1252", errors="replace"))
    assert read(path, encoding=1252, separator="semicolon").table["close"].tolist() == ["1,5 ?"]
    for separator in ("::", "", "\n", "semi"):
        with pytest.raises(TableError, match="table_separator: expected comma, semicolon, tab, bar, or one character"):
            TableOptions(separator=separator)


def test_a_column_that_counts_the_rows_is_left_out(tmp_path):
    TABLE.to_csv(tmp_path / "a.csv")
    raw = read(tmp_path / "a.csv")
    assert raw.table.columns.tolist() == ["date", "close"]
    assert raw.reading.recognised == ("CSV, a first column that counts the rows left out",)
    TABLE.set_index("date").rename_axis(None).to_csv(tmp_path / "a.csv")
    assert read(tmp_path / "a.csv").table.columns.tolist() == ["", "close"]


def test_names_that_stand_twice(tmp_path):
    path = write(tmp_path, "date,close,close\n2020-01-06,1,2\n")
    with pytest.raises(TableError, match="'close': more than one column is called so. Expected each name once"):
        read(path)
    assert read(path, several_headers=True).table.columns.tolist() == ["date", "close", "close"]


def test_a_name_over_two_columns_of_parquet(tmp_path):
    pq.write_table(pa.table([pa.array([1.0]), pa.array([2.0])], names=["a", "a"]), tmp_path / "a.parquet")
    with pytest.raises(TableError, match="a.parquet: the name 'a' stands over two columns. Rename or remove one"):
        read(tmp_path / "a.parquet", several_headers=True)


def test_rows_that_do_not_fit_may_be_left_out_and_counted(tmp_path):
    path = write(tmp_path, "date,close\n2020-01-06,1,234\n2020-01-07,2\n,\n")
    raw = read(path, leave_out=True)
    assert raw.table["close"].tolist() == ["2"]
    assert raw.describe_row(0) == "line 3"
    assert raw.reading.counts == {"empty_rows": 1, "broken_lines": 1}
    with pytest.raises(TableError, match="none of 1 lines has as many cells as the header, 2"):
        read(write(tmp_path, "date,close\n2020-01-06,1,234\n"), leave_out=True)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"", "is empty: it has no bytes. Expected a Parquet, CSV or HDF5 table with a date and a close"),
        ("a.csv", b"date,close\n", "it holds names of columns .'date', 'close'., and no row"),
        ("a.parquet", parquet(TABLE.iloc[:0]), "and no row"),
        ("a.parquet", parquet()[:-20], "a.parquet cannot be read: .*[^.]. It is damaged.*fetch it again"),
        ("a.parquet", parquet()[:4] + bytes(300) + parquet()[304:], "a.parquet cannot be read: .*fetch it again"),
        ("a.parquet", b"not Parquet", "neither Parquet, as its name says, nor a CSV"),
        (
            "a.h5",
            b"\x89HDF\r\n\x1a\n" + bytes(100),
            r"a.h5 cannot be read: it is damaged, .*\. Get it anew, or as Parquet\.$",
        ),
        ("a.h5", bytes(range(256)), "neither HDF5, as its name says, nor a CSV"),
        ("a.csv", bytes(range(1, 256)), "cannot be read"),
        ("a.xls", b"\xd0\xcf\x11\xe0....", "is a workbook of Excel"),
        ("a.xlsx", zipped(**{"xl/workbook.xml": b"x", "b": b"y"}), "is a workbook of Excel. Save the sheet as CSV"),
        ("a.pkl", b"\x80\x05....", "is a pickle, which can run code when it is opened"),
        ("a.feather", b"ARROW1....", "is an Arrow or Feather file. Write it as Parquet"),
        ("a.csv", gzip.compress(gzip.compress(CSV, mtime=0), mtime=0), "is packed twice"),
        ("a.csv", b"version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 9\n", "a pointer of Git LFS"),
        ("a.csv", b"<html><body>404</body></html>", "a web page or XML"),
    ],
)
def test_what_is_no_table_is_refused_with_its_reason(tmp_path, name, content, message):
    with pytest.raises(TableError, match=message) as error:
        read(write(tmp_path, content, name))
    assert str(tmp_path / name) in str(error.value)


def test_texts_of_parquet_that_are_no_utf8(tmp_path):
    content = TABLE.assign(date="a date, in ASCII").to_parquet(compression=None).replace(b"in ASCII", b"in \x80SCII")
    with pytest.raises(TableError, match="a.parquet cannot be read: .*UTF8.*fetch it again"):
        read(write(tmp_path, content, "a.parquet"))


def test_a_parquet_file_that_would_fill_the_memory_is_refused_before_it_is_read(tmp_path, monkeypatch):
    pq.write_table(pa.table({"a": np.zeros(100_000)}), tmp_path / "a.parquet")
    monkeypatch.setattr(table_file, "MOST_BYTES", 2**19)
    with pytest.raises(TableError, match=r"would take 800,000 bytes of memory \(100,000 rows, 1 columns\)"):
        read(tmp_path / "a.parquet")


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["parquet", "csv.gz", "zip"]), st.integers(0, 2**31), st.integers(0, 255))
def test_a_byte_that_changed_gives_the_same_table_or_an_error(tmp_path_factory, kind, place, value):
    """No traceback of a parser, and what is read has the columns of the file. Checksums find the rest in archives."""
    content = {"parquet": parquet(), "csv.gz": gzip.compress(CSV, mtime=0), "zip": zipped(**{"a.csv": CSV})}[kind]
    broken = bytearray(content)
    broken[place % len(content)] = value
    path = write(tmp_path_factory.mktemp("changed"), bytes(broken), f"a.{kind}")
    try:
        raw = read(path)
    except TableError as error:
        assert str(path) in str(error)
        return
    if kind != "parquet":
        assert raw.table["close"].tolist() == ["1.5", "2"]
