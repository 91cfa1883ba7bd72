"""Random texts in random dialects, whole and spoilt: reviews, an index of filings, texts to score, word vectors."""

import csv
import io
import os

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rnn_trading.cli import USER_ERRORS
from rnn_trading.datasets.filings_file import FilingsFileDataset
from rnn_trading.datasets.reviews_file import ReviewsFileDataset
from rnn_trading.datasets.text_stream import TextsFileDataset
from rnn_trading.datasets.word_vectors import GloveText

TIMES = int(os.environ.get("FUZZ", "1"))
SETTINGS = settings(
    max_examples=60 * TIMES,
    derandomize=TIMES == 1,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
LETTERS = st.sampled_from("abzÄß漢 ,;.\"'\n=1#|")
TEXTS = st.text(LETTERS, min_size=1, max_size=12).map(lambda text: f"a{text}z")


def reviews(path):
    table, reading = ReviewsFileDataset(filepath=str(path)).load()
    found = zip(table.index, table["label"].astype("str"), table["text"], strict=True)
    return {str(name): (label, text) for name, label, text in found}, sum(reading.counts.values())


def filings(path):
    source = FilingsFileDataset(filepath=str(path)).load()
    texts = {filing.filing_id: filing.items["item_1"] for filing in source.read() if filing.items}
    rows = source.index[["date_filed", "ticker"]].itertuples()
    found = {row.Index: (f"{row.date_filed:%Y-%m-%d}", row.ticker, texts.get(row.Index, "")) for row in rows}
    return found, sum(source.dropped.values()) + sum(source.kept.values())


def to_score(path):
    pieces = [piece for piece, _ in TextsFileDataset(filepath=str(path)).load()]
    return {name: (text,) for piece in pieces for name, text in zip(piece["id"], piece["text"], strict=True)}, 0


LABELS = st.sampled_from("01")
DAYS = st.dates().map(lambda day: f"{2000 + day.year % 25}-{day.month:02}-{min(day.day, 28):02}")
TICKERS = st.text("ABZ09.-", min_size=1, max_size=3).map(lambda text: f"T{text}X")
# How it is read; the header; the cells between id and text.
READERS = {
    "reviews": (reviews, ("id", "label", "text"), [LABELS]),
    "filings": (filings, ("filing_id", "date_filed", "ticker", "item_1"), [DAYS, TICKERS]),
    "texts to score": (to_score, ("id", "text"), []),
}


@st.composite
def files(draw, header, middle):
    """Rows, and a CSV that holds them."""
    ids = draw(st.lists(st.from_regex(r"[A-Z][0-9a-z]{0,3}", fullmatch=True), min_size=2, max_size=6, unique=True))
    rows = [(name, *map(draw, middle), draw(TEXTS)) for name in ids]
    separator, encoding = draw(st.sampled_from(",;\t|")), draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
    target = io.StringIO(newline="")
    writer = csv.writer(target, delimiter=separator, quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])))
    writer.writerows([header, *rows])
    return rows, separator, encoding, target.getvalue()


def load(read, path):
    """What is read, or None for a refusal; anything else is raised."""
    try:
        return read(path)
    except USER_ERRORS:
        return None


@pytest.mark.parametrize("name", READERS)
@SETTINGS
@given(data=st.data())
def test_texts_that_were_written_are_read_or_refused(name, data, tmp_path):
    read, header, middle = READERS[name]
    rows, _, encoding, text = data.draw(files(header, middle))
    path = tmp_path / "texts.csv"
    path.write_bytes(text.encode(encoding))
    found = load(read, path)
    assert found is None or found[0] == {row[0]: row[1:] for row in rows}


@pytest.mark.parametrize("name", READERS)
@SETTINGS
@given(data=st.data())
def test_of_spoilt_texts_none_changes_without_a_word(name, data, tmp_path):
    read, header, middle = READERS[name]
    _, separator, encoding, text = data.draw(files(header, middle))
    content = bytearray(text.encode(encoding))
    place = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans(), label="cut"):
        del content[place:]
    else:
        content[place] = data.draw(st.integers(0, 255))
    path = tmp_path / "texts.csv"
    path.write_bytes(content)
    found = load(read, path)
    if found is None:
        return
    # A zero byte is no character either.
    spoilt = content.decode(encoding, "replace").lstrip("\ufeff").replace("\0", "\ufffd")
    rows = list(csv.reader(io.StringIO(spoilt, newline=""), delimiter=separator))
    if tuple(rows[0]) != header:
        return
    known = {(row[0].strip(), *row[1:]) for row in rows if len(row) >= len(header)}
    for key, values in found[0].items():
        assert any(key == row[0] and values == row[1 : len(header)] for row in known), (key, values, known)


@SETTINGS
@given(data=st.data())
def test_vectors_that_were_written_are_read_and_spoilt_ones_are_not_invented(data, tmp_path):
    words = data.draw(st.lists(st.text("abzÄ漢.-1", min_size=1, max_size=4), min_size=2, max_size=6, unique=True))
    numbers = [[data.draw(st.floats(-9, 9, width=32)) for _ in range(3)] for _ in words]
    lines = [f"{word} {' '.join(map(repr, vector))}" for word, vector in zip(words, numbers, strict=True)]
    content = bytearray("\n".join(lines).encode() + b"\n")
    path = tmp_path / "vectors.txt"
    path.write_bytes(content)
    whole = GloveText(path).look_up(words)
    assert whole.found.all()
    assert np.array_equal(whole.matrix, np.array(numbers, dtype=np.float32))
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    found = load(lambda path: GloveText(path).look_up(words), path)
    if found is None:
        return
    spoilt = [line.split(b" ") for line in bytes(content).split(b"\n")]
    for position in np.flatnonzero(found.found):
        same = [cells for cells in spoilt if cells[0] == words[position].encode()]
        read = [np.array([float(cell) for cell in cells[-3:]], dtype=np.float32) for cells in same]
        assert any(np.array_equal(found.matrix[position], vector) for vector in read)
