"""Random tables in random dialects, whole and spoilt: what is read equals what is written, or is refused.

No reader ends in a traceback, and none changes a value without a word.
"""

import csv
import io
import os

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rnn_trading.cli import USER_ERRORS
from tests.field.panel import hdf
from tests.field.readers import READERS, frame, possible

# FUZZ=20 tries twenty times as many.
TIMES = int(os.environ.get("FUZZ", "1"))
SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
FORMS = ["2.0", "12.5", "1.234", "1234.5", "0.001", "123456", "1e-05", "12.345678901234567"]
NUMBERS = st.one_of(
    st.floats(1e-4, 1e7, allow_nan=False).map(repr),
    st.integers(1, 10**6).map(lambda number: f"{number / 1000:.3f}"),
    st.integers(1, 10**5).map(lambda number: f"{number / 100:.2f}"),
    st.sampled_from(FORMS),
)
TICKERS = st.text(st.sampled_from("ABNZ019.-^ÄΩ"), min_size=1, max_size=4).filter(lambda text: text.strip(".-") == text)


@st.composite
def tables(draw, reader):
    """Rows of cells, each with its day; numbers as Python writes them."""
    length = draw(st.integers(2, 8))
    days = [f"{day:%Y-%m-%d}" for day in pd.date_range("2020-01-01", periods=length, freq="MS")]
    if not reader.labelled:
        return [[day, *(draw(NUMBERS) for _ in reader.header[1:])] for day in days]
    tickers = draw(st.lists(TICKERS, min_size=2, max_size=3, unique_by=str.upper))
    return [[day, ticker, draw(NUMBERS)] for ticker in tickers for day in days]


@st.composite
def dialects(draw):
    """Separator, encoding, and how the rows are written."""
    return {
        "separator": draw(st.sampled_from(",;\t|")),
        "encoding": draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])),
        "end": draw(st.sampled_from(["\n", "\r\n"])),
        "quoting": draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])),
        "surplus": draw(st.sampled_from(["", "rows", "all"])),
        "commas": draw(st.booleans()),
    }


def written(header, rows, dialect):
    """The text of a CSV."""
    target = io.StringIO(newline="")
    writer = csv.writer(target, delimiter=dialect["separator"], lineterminator="\n", quoting=dialect["quoting"])
    writer.writerow([*header, *[""] * (dialect["surplus"] == "all")])
    for row in rows:
        first = len(row) - sum(name not in ("date", "ticker") for name in header)
        cells = [*row[:first], *(cell.replace(".", ",") if dialect["commas"] else cell for cell in row[first:])]
        writer.writerow([*cells, *[""] * (dialect["surplus"] != "")])
    return target.getvalue().replace("\n", dialect["end"])


def numbers_of(reader, rows):
    """What the rows say."""
    if reader.labelled:
        return {(ticker.upper(), day): float(value) for day, ticker, value in rows}
    return {
        (name.upper(), row[0]): float(value)
        for row in rows
        for name, value in zip(reader.header[1:], row[1:], strict=True)
    }


def load(reader, path):
    """What is read, or None for a refusal; anything else is raised."""
    try:
        return reader.load(path)
    except USER_ERRORS:
        return None


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=60 * TIMES, suppress_health_check=SHARED, derandomize=TIMES == 1)
@given(data=st.data())
def test_what_was_written_is_read_or_refused(name, data, tmp_path):
    reader = READERS[name]
    rows, dialect = data.draw(tables(reader)), data.draw(dialects())
    path = tmp_path / "table.csv"
    path.write_bytes(written(reader.header, rows, dialect).encode(dialect["encoding"]))
    read = load(reader, path)
    assert read is None or read == (numbers_of(reader, rows), 0)
    if not dialect["commas"] and dialect["encoding"] != "utf-16-le":
        assert read is not None


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=15 * TIMES, suppress_health_check=SHARED, derandomize=TIMES == 1)
@given(data=st.data())
def test_tables_of_numbers_are_read(name, data, tmp_path):
    reader = READERS[name]
    first = 2 if reader.labelled else 1
    rows = data.draw(tables(reader))
    table = frame(reader, [[*row[:first], *map(float, row[first:])] for row in rows])
    path = tmp_path / "table"
    if data.draw(st.booleans(), label="Parquet"):
        table.to_parquet(path)
    else:
        hdf(mine=table)(path)
    assert reader.load(path) == (numbers_of(reader, rows), 0)


CELLS = st.one_of(
    NUMBERS,
    st.text(max_size=6),
    st.sampled_from(
        ["", ".", "NA", "1,5", "1.5", "1,234", "1.234", "-1", "inf", "2020-01-06", "06/01/2020", '"', "=1"]
    ),
)


@st.composite
def spoilt(draw, text, dialect, header):
    """A text with one thing changed, as bytes."""
    lines = text.splitlines(keepends=True)
    one, other = draw(st.integers(0, len(lines) - 1)), draw(st.integers(0, len(lines) - 1))
    how = draw(st.sampled_from(["byte", "cut", "doubled", "cell", "cell", "swapped", "renamed", "lost"]))
    if how == "doubled":
        lines.insert(other, lines[one])
    elif how == "swapped":
        lines[one], lines[other] = lines[other], lines[one]
    elif how == "lost":
        del lines[one]
    elif how == "renamed":
        lines[0] = lines[0].replace(draw(st.sampled_from(header)), draw(st.text("abcdefg_ ", max_size=6)), 1)
    elif how == "cell":
        cells = lines[one].split(dialect["separator"])
        cells[draw(st.integers(0, len(cells) - 1))] = draw(CELLS)
        lines[one] = dialect["separator"].join(cells).rstrip("\r\n") + dialect["end"]
    content = bytearray("".join(lines).encode(dialect["encoding"], "surrogatepass"))
    place = draw(st.integers(0, max(0, len(content) - 1)))
    if how == "byte" and content:
        content[place] = draw(st.integers(0, 255))
    return bytes(content[:place] if how == "cut" else content)


@pytest.mark.parametrize("name", READERS)
@settings(max_examples=150 * TIMES, suppress_health_check=SHARED, derandomize=TIMES == 1)
@given(data=st.data())
def test_a_spoilt_file_changes_no_value_without_a_word(name, data, tmp_path):
    reader = READERS[name]
    rows, dialect = data.draw(tables(reader)), data.draw(dialects())
    content = data.draw(spoilt(written(reader.header, rows, dialect), dialect, reader.header))
    path = tmp_path / "table.csv"
    path.write_bytes(content)
    read = load(reader, path)
    if read is None:
        return
    numbers, counted = read
    try:
        expected = possible(reader, content.decode(dialect["encoding"]).lstrip("\ufeff"), dialect["separator"])
    except (UnicodeDecodeError, csv.Error):
        return
    if expected is None:
        return
    for key, value in numbers.items():
        assert value in expected.get(key, ()), (key, value, expected.get(key))
    assert len(expected) - len(numbers) <= counted
