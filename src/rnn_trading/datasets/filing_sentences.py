"""Sentences of filings in a folder of Parquet files, which grows while filings are read."""

import hashlib
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from kedro.io import DatasetError

from rnn_trading.datasets.file import FileDataset
from rnn_trading.datasets.folder_lock import InUse, alone_in, in_use
from rnn_trading.datasets.whole import read_table, written_whole
from rnn_trading.filings.reading import WORDS, FilingReading

logger = logging.getLogger(__name__)

SCHEMA = pa.schema(
    [
        ("key", pa.string()),
        ("item", pa.string()),
        ("sentences", pa.list_(pa.string())),
        ("words", pa.int64()),
        ("problem", pa.string()),
        ("undecodable", pa.bool_()),
        ("form", pa.string()),
        *((name, pa.int64()) for name in WORDS),
    ]
)
MANIFEST = "filings.json"
FILINGS, PARTS = "filings", "parts"
# Parts are small; readers downstream share the work between cores in pieces of so many.
FILINGS_IN_A_BATCH = 200


class StoredSentences:
    """Sentences that were read; nothing but keys and counts is in memory.

    Parameters
    ----------
    parts
        Files with rows of :class:`rnn_trading.filings.reading.ReadFilings`.
    key_of
        Key of each filing, by ``filing_id``, in the order of the source.
    user
        What keeps others from removing the files.
    """

    def __init__(self, parts: list[Path], key_of: dict[str, str], user: InUse) -> None:
        self._parts, self._key_of, self._user = parts, key_of, user

    @property
    def items(self) -> pd.DataFrame:
        """See :class:`rnn_trading.filings.reading.Sentences`."""
        # Without a filing there is no part, and without a schema no table.
        nothing = pa.schema([field for field in SCHEMA if field.name != "sentences"]).empty_table()
        tables = [read_table(part, columns=nothing.column_names) for part in self._parts]
        rows = pa.concat_tables([nothing, *tables]).to_pandas()
        filings = pd.DataFrame({"filing_id": list(self._key_of), "key": list(self._key_of.values())}, dtype="str")
        return filings.merge(rows, on="key").drop(columns="key")

    def batches(self, items: pd.DataFrame) -> Iterator[pd.DataFrame]:
        """Columns ``filing_id``, ``item`` and ``sentences`` of the items given, in pieces with whole filings."""
        wanted = items[["filing_id", "item"]].assign(key=items["filing_id"].map(self._key_of))
        waiting: list[pd.DataFrame] = []
        for part in self._parts:
            rows = read_table(part, columns=["key", "item", "sentences"]).to_pandas()
            waiting.append(wanted.merge(rows, on=["key", "item"]).drop(columns="key"))
            if sum(rows["filing_id"].nunique() for rows in waiting) >= FILINGS_IN_A_BATCH:
                yield pd.concat(waiting, ignore_index=True)
                waiting = []
        if any(len(rows) for rows in waiting):
            yield pd.concat(waiting, ignore_index=True)


class FilingSentencesDataset(FileDataset[FilingReading, StoredSentences]):
    """A folder with one Parquet file for each piece that was read, and a list of the filings of the last run.

    Every file is written whole before the next piece is read: after a kill the filings in them are not read again.
    The list names the files of the last run, and is written after them; others are removed as soon as nobody reads or
    writes here, so that runs and readers at once do not take files from each other.

    Parameters
    ----------
    filepath
        The folder.
    metadata
        For Kedro plugins.
    """

    def load(self) -> StoredSentences:
        """Return the sentences of the last run.

        Raises
        ------
        DatasetError
            If they were read by an earlier version of this project.
        """
        user = InUse(self._filepath)
        key_of, parts = self._manifest()
        if any(pq.read_schema(part).names != SCHEMA.names for part in parts):
            raise DatasetError(
                f"{self._filepath} holds sentences that an earlier version read, which counted less. Run the "
                "experiment whole, and they are read again: kedro run --pipelines sec_filings"
            )
        return StoredSentences(parts, key_of, user)

    def save(self, data: FilingReading) -> None:
        """Read what is not there yet, and save it piece by piece."""
        self._filepath.mkdir(parents=True, exist_ok=True)
        with in_use(self._filepath):
            stored = self._stored()
            key_of: dict[str, str] = {}
            for piece in data.read(set().union(*stored.values())):
                key_of |= piece.key_of
                keys = set(piece.table["key"])
                if keys:
                    name = hashlib.sha256("".join(sorted(keys)).encode()).hexdigest()[:16]
                    part = self._filepath / f"part-{name}.parquet"
                    with written_whole(part) as partial:
                        pq.write_table(pa.Table.from_pandas(piece.table, SCHEMA, preserve_index=False), partial)
                    stored[part] = keys
            wanted = set(key_of.values())
            parts = sorted(part.name for part, keys in stored.items() if keys & wanted)
            with written_whole(self._filepath / MANIFEST) as partial:
                partial.write_text(json.dumps({FILINGS: key_of, PARTS: parts}), encoding="utf-8")
        self._remove_others()

    def _stored(self) -> dict[Path, set[str]]:
        """Keys in each file; of files that hold one filing twice, as several writers at once leave them, the first."""
        stored: dict[Path, set[str]] = {}
        known: set[str] = set()
        for part in self._parts():
            keys = set(read_table(part, columns=["key"])["key"].to_pylist())
            if keys.isdisjoint(known):
                stored[part] = keys
                known |= keys
        return stored

    def _remove_others(self) -> None:
        """Remove files that the list does not name, and what writers left that were killed."""
        with alone_in(self._filepath) as alone:
            if alone:
                named = {self._filepath / MANIFEST, *self._manifest()[1]}
                for path in {*self._filepath.iterdir()} - named:
                    path.unlink()

    def _manifest(self) -> tuple[dict[str, str], list[Path]]:
        """Keys of the last run's filings, and the files that hold them; an older list names no files: all of them."""
        listed = json.loads((self._filepath / MANIFEST).read_text(encoding="utf-8"))
        if not isinstance(listed.get(PARTS), list):
            return listed, self._parts()
        return listed[FILINGS], [self._filepath / name for name in listed[PARTS]]

    def _parts(self) -> list[Path]:
        return sorted(self._filepath.glob("part-*.parquet"))

    def _exists(self) -> bool:
        return (self._filepath / MANIFEST).is_file()
