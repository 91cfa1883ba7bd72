import pandas as pd
import pytest
from kedro.io import DatasetError

from rnn_trading.datasets.reviews_file import ReviewsFileDataset
from rnn_trading.tables.reading import Reading


def load(path, **options):
    return ReviewsFileDataset(filepath=str(path), **options).load()


def test_a_table_of_any_kind(tmp_path):
    table = pd.DataFrame({"split": ["train", "test"], "label": [0, 1], "text": ["NULL", 'nan, "said" she\nand left']})
    table.to_csv(tmp_path / "reviews.csv", index=False)
    table.to_parquet(tmp_path / "reviews.parquet")
    for name in ("reviews.csv", "reviews.parquet"):
        read, reading = load(tmp_path / name)
        assert read["text"].tolist() == table["text"].tolist()
        assert read["split"].tolist() == ["train", "test"]
        assert read["label"].tolist() == [0, 1]
        assert reading == Reading((), {"empty_texts": 0, "undecodable_texts": 0})


def test_rows_of_one_kind_and_every_second_of_them(tmp_path):
    table = pd.DataFrame({"source": ["a", "b", "a", "a"], "label": [0, 7.5, 1, 0], "text": list("wxyz")})
    table.to_csv(tmp_path / "reviews.csv", index=False)
    assert load(tmp_path / "reviews.csv", only={"source": "a"})[0]["text"].tolist() == ["w", "y", "z"]
    assert load(tmp_path / "reviews.csv", only={"source": "a"}, every=2)[0]["text"].tolist() == ["w", "z"]
    with pytest.raises(DatasetError, match="review 2: expected 0"):
        load(tmp_path / "reviews.csv", only={"source": "b"})
    with pytest.raises(DatasetError, match="column 'from' is missing"):
        load(tmp_path / "reviews.csv", only={"from": "b"})


def test_bytes_that_are_no_utf8_are_replaced_and_counted(tmp_path):
    (tmp_path / "reviews.csv").write_bytes("label,text\n1,Amélie\n0,plain\n".encode("latin-1"))
    table, reading = load(tmp_path / "reviews.csv")
    assert table["text"].tolist() == ["Am\ufffdlie", "plain"]
    assert reading.counts["undecodable_texts"] == 1
    table, reading = load(tmp_path / "reviews.csv", encoding="cp1252")
    assert table["text"].tolist() == ["Amélie", "plain"]
    assert (reading.recognised, reading.counts["undecodable_texts"]) == (("CSV, CP1252",), 0)


def test_a_comma_in_a_text_needs_quotation_marks(tmp_path):
    (tmp_path / "reviews.csv").write_text("label,text\n1,I liked it, really\n0,b\n0,b, c\n")
    with pytest.raises(DatasetError, match="2 rows do not have as many cells as the header.*line 2 has 3: '1,I liked"):
        load(tmp_path / "reviews.csv")
    (tmp_path / "reviews.csv").write_text("")
    with pytest.raises(DatasetError, match="reviews.csv is empty: it has no bytes. Expected .* with label, text"):
        load(tmp_path / "reviews.csv")


def test_texts_with_numbers_and_separators_stay_as_they_are(tmp_path):
    (tmp_path / "reviews.csv").write_text('review;sentiment\n"1,5; yes";positive\n1.234,50;negative\n')
    table, reading = load(tmp_path / "reviews.csv")
    assert table["text"].tolist() == ["1,5; yes", "1.234,50"]
    assert table["label"].tolist() == [1, 0]
    assert reading.recognised[0] == "CSV, semicolons"


def test_stars_of_a_folder_with_thresholds(folder):
    table, reading = load(folder, labels="stars", positive_from=7, negative_to=1)
    assert table["label"].tolist() == [1, 0, 1]
    assert reading.counts["between_the_thresholds"] == 1


@pytest.fixture
def folder(tmp_path):
    """The layout of the unpacked Large Movie Review Dataset."""
    texts = {
        "train/neg/0_3.txt": b"Dull",
        "train/pos/0_9.txt": "Amélie is fun".encode(),
        "test/neg/0_1.txt": b"Bad",
        "test/pos/0_10.txt": b"Good",
        "train/unsup/0_0.txt": b"Not labelled",
        "train/urls_neg.txt": b"http://example.org",
        "train/labeledBow.feat": b"9 0:1",
        "README": b"About",
    }
    for name, content in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    return tmp_path


def test_a_folder(folder):
    table, reading = load(folder)
    assert reading.counts["undecodable_texts"] == 0
    assert table.index.tolist() == ["train/neg/0_3", "train/pos/0_9", "test/neg/0_1", "test/pos/0_10"]
    assert table["split"].tolist() == ["train", "train", "test", "test"]
    assert table["label"].tolist() == [0, 1, 0, 1]
    assert table["text"].tolist()[1] == "Amélie is fun"


def test_a_folder_of_training_texts_alone_is_split_here(folder):
    for path in (folder / "test").rglob("*.txt"):
        path.unlink()
    assert load(folder)[0]["split"].isna().all()


def test_nothing_to_read(tmp_path):
    with pytest.raises(DatasetError, match="expected texts in train/neg, train/pos, test/neg and test/pos. Found none"):
        load(tmp_path)
    with pytest.raises(DatasetError, match="does not exist. Expected .* --params reviews_file=PATH"):
        load(tmp_path / "no.csv")
