"""What datasets of files have in common."""

import pytest
from kedro.io import AbstractDataset, DataCatalog, DatasetError

from rnn_trading.datasets.filings_file import FilingError, FilingPricesFileDataset, FilingsFileDataset
from rnn_trading.datasets.index_file import IndexFileDataset
from rnn_trading.datasets.keras_model import KerasModelDataset
from rnn_trading.datasets.macro_file import MacroFileDataset
from rnn_trading.datasets.prices_file import PricesFileDataset
from rnn_trading.datasets.reviews_file import ReviewError, ReviewsFileDataset
from rnn_trading.datasets.word_vectors import GloveTextDataset

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
