import gzip

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from kedro.io import DatasetError

from rnn_trading.datasets.text_stream import PIECE, ScoresFileDataset, TextsFileDataset


def load(path):
    return TextsFileDataset(filepath=str(path)).load()


@pytest.mark.parametrize("name", ["texts.csv", "texts.parquet"])
def test_texts_come_in_pieces_and_in_order(tmp_path, name):
    table = pd.DataFrame({"text": [f"text, {i}" for i in range(2 * PIECE + 5)], "x": 1.5, "id": range(2 * PIECE + 5)})
    table.loc[7, "text"] = None
    getattr(table, "to_csv" if name.endswith("csv") else "to_parquet")(tmp_path / name, index=False)
    texts = load(tmp_path / name)
    pieces, positions = zip(*texts, strict=True)
    assert [len(piece) for piece in pieces] == [PIECE, PIECE, 5]
    assert list(positions) == sorted(positions)
    assert positions[-1] == texts.size
    together = pd.concat(pieces)
    assert together["id"].tolist() == [str(i) for i in range(len(table))]
    assert together["text"].tolist()[5:9] == ["text, 5", "text, 6", "", "text, 8"]


def test_texts_that_say_null_and_bytes_that_are_no_utf8(tmp_path):
    (tmp_path / "texts.csv").write_bytes(b'id,text\nNA,null\n007,"Am\xe9lie\nis ""fun"""\n')
    ((piece, _),) = load(tmp_path / "texts.csv")
    assert piece.to_numpy().tolist() == [["NA", "null"], ["007", 'Am\ufffdlie\nis "fun"']]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("texts.csv", b"id,body\n1,a\n", "column 'text' is missing. Expected: id, text. Received: 'id', 'body'"),
        ("texts.csv", b"", "is empty: it has no bytes"),
        ("texts.parquet", b"PAR1 no", "cannot be read"),
        ("texts.txt", b"one line\n", "columns 'id' and 'text' are missing. Expected: id, text. Received: 'one line'"),
        ("texts.h5", b"\x89HDF\r\n\x1a\n", "expected a CSV, or a Parquet file that is not packed"),
        (None, b"", "does not exist. Expected a Parquet, CSV or HDF5 table with id, text. .*--params texts_file=PATH"),
    ],
)
def test_refused_before_anything_is_read(tmp_path, name, content, message):
    if name:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DatasetError, match=message):
        load(tmp_path / (name or "no.csv"))


def test_a_byte_order_mark_is_no_part_of_a_name(tmp_path):
    (tmp_path / "texts.csv").write_bytes(b"\xef\xbb\xbfid,text\n1,a\n")
    assert next(iter(load(tmp_path / "texts.csv")))[0].to_numpy().tolist() == [["1", "a"]]


@pytest.mark.parametrize("content", ["id;text\n1;a, b\n", "id\ttext\t\n1\ta, b\t\n", 'id,text,\n1,"a, b",\n'])
def test_other_separators_and_cells_at_the_end_of_rows(tmp_path, content):
    for packed in (content.encode(), content.encode("utf-16"), gzip.compress(content.encode())):
        (tmp_path / "texts.csv").write_bytes(packed)
        ((piece, done),) = load(tmp_path / "texts.csv")
        assert piece.to_numpy().tolist() == [["1", "a, b"]]
        assert done == len(packed)


def test_an_encoding_that_is_told(tmp_path):
    (tmp_path / "texts.csv").write_bytes("id,text\n1,Amélie\n".encode("cp1252"))
    ((piece, _),) = TextsFileDataset(filepath=str(tmp_path / "texts.csv"), encoding="cp1252").load()
    assert piece["text"].tolist() == ["Amélie"]


def test_commas_without_quotation_marks_and_quotation_marks_without_an_end(tmp_path):
    (tmp_path / "texts.csv").write_text("id,text\n1,I liked it, really\n2,b\n")
    with pytest.raises(ValueError, match="texts.csv: 1 row does not have .* 'id', 'text'. line 2 has 3: '1,I liked it"):
        list(load(tmp_path / "texts.csv"))
    (tmp_path / "texts.csv").write_text('id,text\n1,"never ends\n2,b\n')
    with pytest.raises(ValueError, match="texts.csv cannot be read: .*begins in line 2: .*end every quotation"):
        list(load(tmp_path / "texts.csv"))


def test_a_parquet_id_is_needed_and_of_any_type(tmp_path):
    table = pd.DataFrame({"id": [3, 4], "text": pd.Categorical(["a", None])})
    table.to_parquet(tmp_path / "texts.parquet")
    assert next(iter(load(tmp_path / "texts.parquet")))[0].to_numpy().tolist() == [["3", "a"], ["4", ""]]
    table.astype({"id": "Int64"}).assign(id=[3, None]).to_parquet(tmp_path / "texts.parquet")
    with pytest.raises(ValueError, match="column 'id', row 2: expected an id. Received: nothing"):
        list(load(tmp_path / "texts.parquet"))


@pytest.mark.parametrize("texts", [[["a"]], [b"\xff"], [{"a": 1}]])
def test_a_parquet_column_that_holds_no_texts(tmp_path, texts):
    pq.write_table(pa.table({"id": ["1"], "text": texts}), tmp_path / "texts.parquet")
    with pytest.raises(ValueError, match="texts.parquet: column 'text', after row 0: expected texts in UTF-8"):
        list(load(tmp_path / "texts.parquet"))


def test_a_column_that_stands_twice(tmp_path):
    (tmp_path / "texts.csv").write_text("id,id,text\n1,2,a\n")
    with pytest.raises(DatasetError, match="column 'id' stands twice"):
        load(tmp_path / "texts.csv")


def test_a_parquet_text_that_is_no_utf8(tmp_path):
    table = pd.DataFrame({"id": ["1"], "text": ["fine, in ASCII"]})
    (tmp_path / "texts.parquet").write_bytes(
        table.to_parquet(compression=None, index=False).replace(b"in ASCII", b"in \x80SCII")
    )
    with pytest.raises(ValueError, match="texts.parquet cannot be read after row 0: .*UTF8"):
        list(load(tmp_path / "texts.parquet"))


def test_a_file_of_one_row_group_is_not_held_in_memory(tmp_path):
    rows = 40 * PIECE
    table = pd.DataFrame({"id": range(rows), "text": [f"{number} " * 30 for number in range(rows)]})
    table.to_parquet(tmp_path / "texts.parquet", row_group_size=rows, compression=None)
    del table
    before = pa.total_allocated_bytes()
    most = max(pa.total_allocated_bytes() - before for _ in load(tmp_path / "texts.parquet"))
    assert most < 0.3 * (tmp_path / "texts.parquet").stat().st_size


def test_a_row_with_too_many_cells_is_named(tmp_path):
    (tmp_path / "texts.csv").write_text("id,text\n1,a\n2,b,c,d\n")
    with pytest.raises(
        ValueError, match="texts.csv: 1 row does not have .*line 3 has 4: '2,b,c,d'. Put cells that hold"
    ):
        list(load(tmp_path / "texts.csv"))


@pytest.mark.parametrize("name", ["scores.csv", "scores.parquet"])
def test_scores_are_written_whole(tmp_path, name):
    dataset = ScoresFileDataset(filepath=str(tmp_path / name), source="texts.csv")
    pieces = [
        pd.DataFrame({"id": ["NA", "2"], "probability": [0.25, np.nan]}),
        pd.DataFrame({"id": ["3"], "probability": [1.0]}),
    ]
    dataset.save(pieces)
    assert dataset.load()["id"].tolist() == ["NA", "2", "3"]
    np.testing.assert_array_equal(dataset.load()["probability"], [0.25, np.nan, 1.0])

    def broken():
        yield pieces[1]
        raise OSError("the disk is full")

    with pytest.raises(DatasetError, match="the disk is full"):
        dataset.save(broken())
    assert dataset.load()["id"].tolist() == ["NA", "2", "3"]
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_scores_of_another_ending_are_refused():
    with pytest.raises(ValueError, match="expected scores_file to end in .csv or .parquet"):
        ScoresFileDataset(filepath="scores.xlsx", source="texts.csv")
    with pytest.raises(ValueError, match="are both x.csv: the scores would replace the texts"):
        ScoresFileDataset(filepath="x.csv", source="./x.csv")
