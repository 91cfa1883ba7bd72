"""All tables of one HDF5 file, written whole, as pandas opens them."""

import pandas as pd
import pytest
from kedro.io import DatasetError

from rnn_trading.datasets.hdf_store import HDFStoreDataset
from rnn_trading.datasets.plain_hdf5 import ONE_THREAD
from tests.test_doctests import run_examples

ROWS = pd.MultiIndex.from_product([["A", "B"], pd.to_datetime(["2020-01-06", "2020-01-07"])], names=["ticker", "date"])
TABLES = {
    "returns_daily": pd.DataFrame([[0.1, 0.2, 0.3]] * 4, ROWS, ["label", 1, 2]),
    "returns_weekly": pd.DataFrame({"fwd_returns": [0.1, -0.1, 0.2, 0.0], 1: 0.5, "label": [1, 0, 1, 0]}, ROWS),
}


@pytest.fixture
def dataset(tmp_path):
    return HDFStoreDataset(filepath=str(tmp_path / "new/data.h5"))


def test_pandas_opens_each_table_by_its_key(dataset, tmp_path, monkeypatch):
    dataset.save(TABLES)
    monkeypatch.chdir(tmp_path / "new")
    pd.testing.assert_frame_equal(pd.read_hdf("data.h5", "returns_weekly"), TABLES["returns_weekly"])
    pd.testing.assert_frame_equal(pd.read_hdf("data.h5", "returns_daily"), TABLES["returns_daily"])
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["data.h5"]


def test_keys_in_folders_and_a_table_without_rows(dataset):
    index = pd.DatetimeIndex(["2020-01-06"], name="date")
    prices = pd.DataFrame({"filing": ["a"], "ticker": "A", "open": float("nan"), "close": 1.0}, index)
    dataset.save({"data/yfinance": prices, "data/quandl": prices.iloc[:0]})
    loaded = dataset.load()
    assert list(loaded) == ["data/quandl", "data/yfinance"]
    pd.testing.assert_frame_equal(loaded["data/yfinance"], prices)
    pd.testing.assert_frame_equal(loaded["data/quandl"], prices.iloc[:0], check_freq=False)


def test_a_save_replaces_the_whole_file(dataset):
    dataset.save(TABLES)
    dataset.save({"returns_daily": TABLES["returns_daily"]})
    assert list(dataset.load()) == ["returns_daily"]


def test_a_disk_that_is_full_at_the_second_table_keeps_the_former_file(dataset, tmp_path, monkeypatch):
    dataset.save(TABLES)
    put = pd.HDFStore.put

    def fill_the_disk(store, key, table, **options):
        if key == "returns_weekly":
            raise OSError(28, "No space left on device")
        put(store, key, table, **options)

    monkeypatch.setattr(pd.HDFStore, "put", fill_the_disk)
    with pytest.raises(DatasetError, match="No space left on device"):
        dataset.save({name: table * 2 for name, table in TABLES.items()})
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["data.h5"]
    pd.testing.assert_frame_equal(dataset.load()["returns_daily"], TABLES["returns_daily"])


def test_only_one_thread_writes_or_reads_at_a_time(dataset, monkeypatch):
    """Two at once may end the process, or may not: so what is asked is that the others are kept out."""
    put, get = pd.HDFStore.put, pd.HDFStore.get
    seen = []

    def put_alone(store, *given, **options):
        seen.append(ONE_THREAD.locked())
        put(store, *given, **options)

    def get_alone(store, key):
        seen.append(ONE_THREAD.locked())
        return get(store, key)

    monkeypatch.setattr(pd.HDFStore, "put", put_alone)
    monkeypatch.setattr(pd.HDFStore, "get", get_alone)
    dataset.save(TABLES)
    dataset.load()
    assert seen == [True] * 4
    assert not ONE_THREAD.locked()


def test_the_example():
    assert run_examples("rnn_trading.datasets.hdf_store").failed == 0
