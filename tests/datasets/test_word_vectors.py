import numpy as np
import pandas as pd
import pytest
from kedro.io import DatasetError

from rnn_trading.datasets.word_vectors import GloveTextDataset, NumpyDataset, VectorArraysDataset
from rnn_trading.text.text import TokenSequences
from rnn_trading.text.word_vectors import VectorError, describe_coverage


@pytest.fixture
def glove(tmp_path):
    def write(lines):
        path = tmp_path / "vectors.txt"
        path.write_bytes(lines if isinstance(lines, bytes) else lines.encode())
        return GloveTextDataset(filepath=str(path)).load()

    return write


def many(lines, dimensions=2):
    """A file whose few odd lines are below one in a hundred."""
    return lines + "".join(f"w{number}{' 0.5' * dimensions}\n" for number in range(1000))


def test_vectors_of_any_dimension_and_words_that_look_like_missing_values(glove):
    found = glove('the 0.1 -0.2 3e-1\nnan 1 2 3\nnull 4 5 6\n" 7 8 9\n').look_up(["null", "nan", "film", '"'])
    np.testing.assert_array_equal(
        found.matrix, np.array([[4, 5, 6], [1, 2, 3], [0, 0, 0], [7, 8, 9]], dtype=np.float32)
    )
    assert found.matrix.dtype == np.float32
    assert found.found.tolist() == [True, True, False, True]
    assert found.report == {"vectors": 4, "dimensions": 3, "skipped_lines": 0}


def test_a_header_is_passed_over_and_a_word_may_hold_spaces(glove):
    found = glove("2 2\n. . . 0.1 0.2\nfilm 0.3 0.4\n").look_up([". . .", "film"])
    assert found.found.all()
    assert found.report["vectors"] == 2


def test_the_first_vector_of_a_word_counts(glove):
    assert glove("a 1 1\na 2 2\n").look_up(["a"]).matrix.tolist() == [[1, 1]]


@pytest.mark.parametrize(
    "line",
    ["film 0.1\n", "film 0.1 0.2 0.3\n", "film 0.1 x\n", "film nan 0.1\n", "film\n", "bad 0.1\n", "bad 0.1 0.2 0.3\n"],
)
def test_a_line_that_does_not_parse_is_skipped_and_counted(glove, line):
    found = glove(many("the 0.1 0.2\n" + line + "good 0.3 0.4\n")).look_up(["film", "good"])
    assert found.found.tolist() == [False, True]
    assert found.report == {"vectors": 1002, "dimensions": 2, "skipped_lines": 1}


@pytest.mark.parametrize("cut", ["last 0.", "last 0.1", "last 0.1 0.", "last 0.1 -", "last 0.1 2e-", "last 0.1 "])
def test_a_last_line_that_breaks_off_is_skipped(glove, cut):
    found = glove(many("the 0.1 0.2\n") + cut).look_up(["last", "the"])
    assert found.found.tolist() == [False, True]
    assert found.report["skipped_lines"] == 1


def test_a_last_line_without_an_end_is_a_vector(glove, caplog):
    found = glove("the 0.1 0.2\nlast 0.3 0.4").look_up(["last", "the"])
    assert found.matrix.tolist() == np.float32([[0.3, 0.4], [0.1, 0.2]]).tolist()
    assert found.report == {"vectors": 2, "dimensions": 2, "skipped_lines": 0}
    assert "the last line has no end. It is taken as it is" in caplog.text
    caplog.clear()
    assert glove("the 0.1 0.2\n").look_up(["the"]).found.all()
    assert "no end" not in caplog.text


@pytest.mark.parametrize("header", ["3 2\n", "3 2 \r\n", "\ufeff3\t2\n"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_headers_and_ends_of_lines(glove, header, end):
    """With a header a first word may hold numbers, too."""
    found = glove(header + end.join(["10 000 0.1 0.2", "film 0.3 0.4", "a 1 2"]) + end).look_up(["10 000", "film"])
    assert found.matrix.tolist() == np.float32([[0.1, 0.2], [0.3, 0.4]]).tolist()
    assert found.report["vectors"] == 3


def test_a_header_that_promises_other_vectors_and_lines_that_end_in_cr_alone(glove):
    with pytest.raises(DatasetError, match="expected a word and 3 numbers, as the header says, .* Line 2 begins with"):
        glove("1 3\nthe 0.1 0.2\n")
    with pytest.raises(DatasetError, match=r"an end of line \(LF\) behind it. Line 1 begins with 'the 0.1"):
        glove("the 0.1 0.2\rfilm 0.3 0.4\r")


def test_a_file_that_is_shorter_than_its_header_says(glove):
    with pytest.raises(VectorError, match="is cut off: its header promises 5,000 vectors. Received: 1,001"):
        glove("5000 2\n" + many("the 0.1 0.2\n")).look_up(["the"])


def test_bytes_that_are_no_utf8_and_a_byte_order_mark(glove):
    found = glove(b"\xef\xbb\xbfthe 0.1 0.2\n\xff\xfe 0.1 0.2\n").look_up(["the"])
    assert found.found.tolist() == [True]
    assert found.report["vectors"] == 2


def test_files_that_are_no_vectors_are_refused(glove, tmp_path):
    with pytest.raises(DatasetError, match="is empty: it has no bytes. Expected word vectors in GloVe's text format"):
        glove("")
    with pytest.raises(DatasetError, match="expected a word and its numbers.*Line 1 begins with 'A plain text"):
        glove("A plain text\nof two lines\n")
    with pytest.raises(VectorError, match="1 of 3 lines are otherwise, the first of them line 2"):
        glove("a 1 2\nb 1\nc 1 2\n").look_up(["a"])
    with pytest.raises(DatasetError, match="does not exist.*--params vectors_file=PATH"):
        GloveTextDataset(filepath=str(tmp_path / "no.txt")).load()


def test_arrays(tmp_path):
    np.save(tmp_path / "vectors.npy", np.arange(6, dtype=np.float32).reshape(3, 2))
    names = ["the", "nan", "film"]
    config = {
        "vectors": {"type": NumpyDataset, "filepath": str(tmp_path / "vectors.npy")},
        "words": {"type": "pandas.ParquetDataset", "filepath": str(tmp_path / "words.parquet")},
    }
    pd.DataFrame({"index": names}).to_parquet(tmp_path / "words.parquet")
    found = VectorArraysDataset(**config).load().look_up(["film", "x", "nan"])
    assert found.matrix.tolist() == [[4, 5], [0, 0], [2, 3]]
    pd.DataFrame({"index": names[:2]}).to_parquet(tmp_path / "words.parquet")
    with pytest.raises(DatasetError, match="Received: 3 vectors, 2 words, 2 of them different"):
        VectorArraysDataset(**config).load()


def test_coverage_by_hand():
    found = np.array([False, True, True, False])
    sequences = TokenSequences(np.array([1, 1, 2, 3], dtype=np.int32), np.array([0, 3, 4]))
    assert describe_coverage(found, sequences, slice(1, 2)) == {"vocabulary": 1.0, "tokens": 0.5}
    assert describe_coverage(found, sequences, slice(1, 4)) == {"vocabulary": 2 / 3, "tokens": 0.75}
