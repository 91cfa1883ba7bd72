"""Several tables in one HDF5 file, each under a key, for notebooks that open it with pandas."""

import contextlib
import warnings
from typing import Any

import pandas as pd

from rnn_trading.datasets.file import FileDataset
from rnn_trading.datasets.whole import written_whole

Tables = dict[str, pd.DataFrame]
# At reading a file that others replace.
ATTEMPTS = 10
# Every HDF5 library reads zlib. A higher level takes longer and saves next to nothing.
COMPRESSION: dict[str, Any] = {"complib": "zlib", "complevel": 4}


class HDFStoreDataset(FileDataset[Tables, Tables]):
    """All tables of one HDF5 file (`.h5`), by key, written whole.

    One catalog entry holds the whole file: `pandas.HDFDataset` begins the file anew for its one key, so that two
    entries in one file destroy each other.

    Column labels may be whole numbers and texts in one table, as in the published layout; a table without rows comes
    back as such. HDF5 notes the second at which each array is written: two files of the same tables differ in that.

    A file that holds more than numbers, text and dates is not loaded; see :mod:`rnn_trading.datasets.plain_hdf5`.

    Parameters
    ----------
    filepath
        Path of the file.
    metadata
        For Kedro plugins.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> dataset = HDFStoreDataset(filepath=f"{folder.name}/data.h5")
    >>> rows = pd.MultiIndex.from_tuples([("A", pd.Timestamp("2020-01-06"))], names=["ticker", "date"])
    >>> table = pd.DataFrame([[0.01, 0.02]], rows, ["label", 1])
    >>> dataset.save({"returns_daily": table, "a/b": pd.DataFrame({"c": [1]})})
    >>> list(dataset.load())
    ['a/b', 'returns_daily']
    >>> pd.read_hdf(f"{folder.name}/data.h5", "returns_daily").columns.tolist()
    ['label', 1]
    >>> folder.cleanup()
    """

    def load(self) -> Tables:
        """All tables by key, keys in alphabetical order; of a new file, if another run puts one in place meanwhile."""
        from rnn_trading.datasets.plain_hdf5 import ChangedError  # noqa: PLC0415  see save

        for _ in range(ATTEMPTS - 1):
            with contextlib.suppress(ChangedError):
                return self._read()
        return self._read()

    def _read(self) -> Tables:
        from rnn_trading.datasets.plain_hdf5 import plain_store  # noqa: PLC0415  see save

        with plain_store(self._filepath) as store:
            return {key.removeprefix("/"): store[key] for key in sorted(store.keys())}

    def save(self, data: Tables) -> None:
        """Write all tables to a new file, and put it in the place of the former."""
        # Only some runs need its libraries, and they take long to import.
        from rnn_trading.datasets.plain_hdf5 import ONE_THREAD  # noqa: PLC0415

        with ONE_THREAD, written_whole(self._filepath) as partial, warnings.catch_warnings():
            # Labels of two types are kept as a pickled list: slow only where there are many of them.
            warnings.simplefilter("ignore", pd.errors.PerformanceWarning)
            with pd.HDFStore(partial, mode="w", **COMPRESSION) as store:
                for key, table in data.items():
                    store.put(key, table, track_times=False)
