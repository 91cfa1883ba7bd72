"""The reader of every CSV: what was written is read as it was, or refused."""

import csv
import gzip
import io
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_trading.datasets.csv_dialect import SEPARATORS
from rnn_trading.datasets.csv_table import ROWS_AT_A_TIME, CsvOptions, CsvTable
from rnn_trading.datasets.packed import PackedFile

LETTERS = "ab1.,;|\t\"'\n\r #=-é€ 中"
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252")


def read(tmp_path, content, **options):
    path = tmp_path / "a.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    table = CsvTable(PackedFile(path, ValueError), CsvOptions(**options))
    return (*table.whole(), table)


def cells(tmp_path, content, **options):
    return read(tmp_path, content, **options)[0].to_numpy().tolist()


@st.composite
def tables(draw):
    width = draw(st.integers(2, 4))
    name = st.text("abc ;,#é", max_size=5).map(str.strip).filter(bool)
    names = draw(st.lists(name, min_size=width, max_size=width))
    rows = draw(st.lists(st.lists(st.text(LETTERS, max_size=6), min_size=width, max_size=width), max_size=6))
    return names, rows


@settings(max_examples=100, deadline=None)
@given(
    tables(),
    st.sampled_from(list(SEPARATORS)),
    st.sampled_from(ENCODINGS),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    st.booleans(),
)
def test_what_was_written_is_read_or_refused_and_never_changed(table, separator, encoding, line_end, quoting, said):
    names, rows = table
    if any(end in cell for row in rows for cell in row for end in "\r\n"):
        quoting = csv.QUOTE_ALL  # Python's writer leaves ends of lines bare that are not its own
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, lineterminator=line_end, quoting=quoting)
    writer.writerows([names, *rows])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_bytes(text.getvalue().encode(encoding, errors="replace"))
        written = [[cell.encode(encoding, "replace").decode(encoding) for cell in row] for row in rows if any(row)]
        try:
            file = CsvTable(PackedFile(path, ValueError), CsvOptions(encoding=encoding if said else None))
            read, lines = file.whole()
        except ValueError as error:
            assert str(path) in str(error)
            return
        assert file.columns == [name.encode(encoding, "replace").decode(encoding).strip() for name in names]
        assert read.to_numpy().tolist() == written
        assert file.empty == len(rows) - len(written)
        assert len(lines) == len(written)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text("ab ,;é", max_size=4), min_size=2, max_size=8))
def test_arrow_and_csv_parse_alike(parts):
    """A quotation mark in the last row sends the same rows through the other parser."""
    rows = [f"{part},{place}" for place, part in enumerate(parts)]
    with tempfile.TemporaryDirectory() as folder:

        def outcome(last):
            path = Path(folder) / "a.csv"
            path.write_text("\n".join(["x,y", *rows, last]) + "\n")
            try:
                table, lines = CsvTable(PackedFile(path, ValueError)).whole()
            except ValueError as error:
                return str(error)
            return table.to_numpy().tolist(), lines.tolist()

        assert outcome("z,1") == outcome('"z",1')


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("date,close\n2020,1,\n2021,,\n", [["2020", "1"], ["2021", ""]]),  # a comma after each row
        ("date,close,,\n2020,1,,\n2021,2,,\n", [["2020", "1"], ["2021", "2"]]),
        ("date,close,,\n2020,1\n", [["2020", "1"]]),
        ("sep=;\r\nDate;Close\r\n2020;1,5\r\n", [["2020", "1,5"]]),
        ("# of FRED\n\ndate,close\n2020,1\n", [["2020", "1"]]),
        ("date\tclose\n2020\t1,5\n", [["2020", "1,5"]]),
        ('"date"|"close"\n"2020"|"1"\n', [["2020", "1"]]),
        ("date,close\r2020,1\r2021,2\r", [["2020", "1"], ["2021", "2"]]),
        ("name\nx\n y\n", [["x"], [" y"]]),
        ('a,b\n"say ""yes""",2\n', [['say "yes"', "2"]]),
        ('a,b\nan inch is 1",2\n', [['an inch is 1"', "2"]]),
        ("<TICKER>,<DATE>\nX,2020\n", [["X", "2020"]]),
        (",a\n0,1\n", [["0", "1"]]),
        (" a ,b\n 1 ,2", [[" 1 ", "2"]]),
    ],
)
def test_forms_of_files(tmp_path, content, expected):
    assert cells(tmp_path, content) == expected


@pytest.mark.parametrize("encoding", ENCODINGS[1:-1])
def test_encodings_that_the_bytes_tell(tmp_path, encoding):
    _, _, table = read(tmp_path, "date;Währung\n2020;€\n".encode(encoding))
    assert table.columns == ["date", "Währung"]
    assert table.words[-1] == "semicolons"


def test_lines_are_counted_as_an_editor_counts_them(tmp_path):
    content = '# above\nid,text\n1,"a\nb\r\nc"\n\n2,x\n,\n"3","y"\n4,z\n'
    table, lines, file = read(tmp_path, content)
    assert table["id"].tolist() == ["1", "2", "3", "4"]
    assert lines.tolist() == [3, 7, 9, 10]
    assert (file.empty, file.broken) == (1, 0)
    many = "id,text\n" + "".join(f'{row},"a\nb"\n' for row in range(ROWS_AT_A_TIME + 5))
    np.testing.assert_array_equal(read(tmp_path, many)[1], 2 + 2 * np.arange(ROWS_AT_A_TIME + 5))


def test_all_rows_that_do_not_fit_are_named_at_once(tmp_path):
    rows = "date,close\n2020,1,234.50\n2021,2\n2022\n" + 3 * "Data from a vendor, with thanks, to all\n"
    with pytest.raises(ValueError, match=r"5 rows do not .* header, which has 2: 'date', 'close'. ") as error:
        read(tmp_path, rows)
    assert "line 2 has 3: '2020,1,234.50'; line 4 has 1: '2022'; line 5 has 3: 'Data from a vendor" in str(error.value)
    assert "; and 2 more. Put cells that hold the separator in quotation marks" in str(error.value)
    table, lines, file = read(tmp_path, rows, leave_out=True)
    assert (table.to_numpy().tolist(), lines.tolist(), file.broken) == ([["2021", "2"]], [3], 5)


def test_a_row_that_is_shown_is_shortened(tmp_path):
    with pytest.raises(ValueError, match=r"line 2 has 3: 'x{80}\.\.\.'\. Put"):
        read(tmp_path, f"a,b\n{'x' * 500},1,2\n")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b" \n\n", "holds no text. Expected a header"),
        ("<!DOCTYPE html><html>", "it is a web page or XML, not a table: the download failed"),
        ('{"error": 1}', "it is JSON, not a table"),
        ('a,b\n1,x\n2,"y\n3,z\n', "the row that begins in line 3: unexpected end of data. .*end every quotation"),
        ('a,b\n1,x\n2,"y" z\n', "the row that begins in line 3: ',' expected after '\"'"),
        ('"a,b\n1,2\n', "first line cannot be parsed, or names no column. End"),
        (
            "2020-01-06,1.5\n2020-01-07,2\n",
            "first line looks like data, .*: 2020-01-06, 1.5. Put a line with the names",
        ),
        ("KO,2020-01-06,1.5\n", "first line looks like data"),
        (
            "a;b,c\n1;2,3\n",
            r"by commas \(2 columns\) or semicolons \(2 columns\). Say which: --params table_separator=",
        ),
        ("#date,close\n2020,1\n", "'#date,close' may be the header or a comment|looks like data"),
        ("#date,close\nx,y\n2020,1\n", "'#date,close' may be the header or a comment. Remove the sign #"),
        ("a,Käse\n1,2\n".encode("cp1252"), r"as UTF-8: line 1 \(a,K.se.*--params table_encoding=cp1252"),
        (("a,b\n" + "1,2\n" * 99_999 + "1,é\n").encode("latin-1"), r"as UTF-8: line 100,001 \(1,"),
        ("a,b\n1,é\n".encode() + "2,é\n".encode("latin-1"), r"as UTF-8: line 3 \(2,"),
        (b"a,b\0\n1,2\n", r"line 1 .* holds NUL bytes"),
        (b"a,b\n1,\0\n", r"line 2 \(1,.* holds NUL bytes: it is damaged, or no text"),
        ("a,b\n1,é\n".encode("utf-16")[:-1], "as utf-16: .*truncated data. Save it as UTF-8"),
        (f'a,b\n"{"x" * 400_000}', "the row that begins in line 2: unexpected end of data"),
    ],
)
def test_what_is_refused(tmp_path, content, message):
    with pytest.raises(ValueError, match=f"(?s)a.csv cannot be read.*{message}"):
        read(tmp_path, content)


def test_what_the_user_says_is_taken(tmp_path):
    assert cells(tmp_path, "a;b,c\n1;2,3\n", separator=";") == [["1", "2,3"]]
    assert cells(tmp_path, "a,b\n1,é\n".encode("cp1252"), encoding="cp1252") == [["1", "é"]]
    assert cells(tmp_path, "a,b\n1,é\n".encode("utf-16"), encoding="cp1252") == [["1", "é"]]  # the mark is beyond doubt
    for name in ("klingon", "hex"):
        with pytest.raises(ValueError, match=f"no encoding of texts is called '{name}'"):
            cells(tmp_path, "a,b\n", encoding=name)
    with pytest.raises(ValueError, match="line 2 .* holds NUL bytes"):
        cells(tmp_path, b"a,b\n1,\0\n", encoding="cp1252")
    assert cells(tmp_path, b"\xef\xbb\xbfa,b\n1,2\n", encoding="UTF8") == [["1", "2"]]
    for encoding in ("utf-8", "cp1252"):
        assert cells(tmp_path, b"a,b\n1,\x81\n", replace=True, encoding=encoding) == [["1", "\ufffd"]]
    assert cells(tmp_path, b"a,b\n1,x\0y\n", replace=True) == [["1", "x\ufffdy"]]


def test_a_header_longer_than_what_is_looked_at_first(tmp_path):
    names = [f"{'T' * 200}{number}" for number in range(2000)]
    for quote in ("", '"'):
        header = ",".join(f"{quote}{name}{quote}" for name in names)
        table, _, file = read(tmp_path, f"{header}\n{'1,' * 1999}1\n")
        assert file.columns == names
        assert table.shape == (1, 2000)


def test_pieces_hold_some_columns_and_some_rows(tmp_path):
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(b"id,x,text\n" + b"".join(b"%d,,t\n" % row for row in range(5))))
    table = CsvTable(PackedFile(path, ValueError))
    pieces = list(table.pieces(["text", "id"], 2))
    assert [piece.to_numpy().tolist() for piece in pieces] == [
        [["t", "0"], ["t", "1"]],
        [["t", "2"], ["t", "3"]],
        [["t", "4"]],
    ]
    assert table.position == path.stat().st_size
