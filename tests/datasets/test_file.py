"""What datasets of files have in common."""

import os

import pytest
from kedro.io import AbstractDataset, DataCatalog, DatasetError

from rnn_trading.datasets.filings_file import FilingError, FilingPricesFileDataset, FilingsFileDataset
from rnn_trading.datasets.index_file import IndexFileDataset
from rnn_trading.datasets.keras_model import KerasModelDataset
from rnn_trading.datasets.macro_file import MacroFileDataset
from rnn_trading.datasets.prices_file import PricesFileDataset
from rnn_trading.datasets.reviews_file import ReviewError, ReviewsFileDataset
from rnn_trading.datasets.text_stream import TextsFileDataset
from rnn_trading.datasets.word_vectors import GloveTextDataset, NumpyDataset

SOURCES = [
    (IndexFileDataset, {"columns": {"Date": "date"}, "key": "table"}),
    (MacroFileDataset, {"series": ["a", "b"]}),
    (PricesFileDataset, {"layout": "wide"}),
    (ReviewsFileDataset, {"only": {"source": "imdb"}, "every": 2}),
    (FilingsFileDataset, {"index": "index.csv"}),
    (FilingPricesFileDataset, {"key": "table"}),
    (GloveTextDataset, {}),
]


@pytest.mark.parametrize(("dataset", "options"), [*SOURCES, (KerasModelDataset, {"made_by": "kedro run"})])
def test_a_dataset_can_be_made_again_from_its_configuration(dataset, options, tmp_path):
    metadata = {"kedro-viz": {"layer": "raw"}}
    made = dataset(filepath=str(tmp_path / "file"), metadata=metadata, **options)
    config = DataCatalog({"made": made}).to_config()[0]["made"]
    assert config["filepath"] == str(tmp_path / "file")
    assert {name: config[name] for name in options} == options
    assert not {"args", "kwargs", "file", "metadata"} & set(config)
    again = AbstractDataset.from_config("again", config)
    assert again._describe() == made._describe()
    assert made.metadata == metadata
    assert not made.exists()


@pytest.mark.parametrize(("dataset", "options"), SOURCES)
def test_a_source_is_only_read(dataset, options, tmp_path):
    source = dataset(filepath=str(tmp_path / "file"), **options)
    with pytest.raises(DatasetError, match="file is a source: it is only read") as raised:
        source.save("something")
    assert isinstance(raised.value.__cause__, dataset.error)


def test_a_missing_file_names_the_parameter_that_names_it(tmp_path):
    for dataset, error, parameter in (
        (FilingPricesFileDataset, FilingError, "filing_prices_file"),
        (ReviewsFileDataset, ReviewError, "reviews_file"),
    ):
        source = dataset(filepath=str(tmp_path / "gone.csv"))
        with pytest.raises(DatasetError, match=f"--params {parameter}=PATH") as raised:
            source.load()
        assert isinstance(raised.value.__cause__, error)


@pytest.mark.parametrize(
    ("dataset", "options"),
    [*SOURCES[:-3], (FilingsFileDataset, {}), *SOURCES[-2:], (TextsFileDataset, {}), (NumpyDataset, {})],
)
def test_a_pipe_a_device_and_an_address_are_refused_before_they_are_opened(dataset, options, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path, words in (
        (tmp_path / "pipe", "is a pipe or a device, not a file"),
        ("/dev/zero", "is a pipe or a device, not a file"),
        ("https://host/a.csv", "is an address. Addresses are not fetched"),
    ):
        with pytest.raises(DatasetError, match=words):
            dataset(filepath=str(path), **options).load()


def test_a_pipe_in_a_folder_of_reviews_is_no_review(tmp_path):
    for place in ("train/neg", "train/pos"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "1_1.txt").write_text("a text of its own " + place)
    os.mkfifo(tmp_path / "train/pos/2_9.txt")
    table, _ = ReviewsFileDataset(filepath=str(tmp_path)).load()
    assert len(table) == 2
