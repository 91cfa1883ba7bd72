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
from rnn_trading.datasets.whole import written_whole
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
    """

    def __init__(self, parts: list[Path], key_of: dict[str, str]) -> None:
        self._parts, self._key_of = parts, key_of

    @property
    def items(self) -> pd.DataFrame:
        """See :class:`rnn_trading.filings.reading.Sentences`."""
        # Without a filing there is no part, and without a schema no table.
        nothing = pa.schema([field for field in SCHEMA if field.name != "sentences"]).empty_table()
        tables = [pq.read_table(part, columns=nothing.column_names) for part in self._parts]
        rows = pa.concat_tables([nothing, *tables]).to_pandas()
        filings = pd.DataFrame({"filing_id": list(self._key_of), "key": list(self._key_of.values())}, dtype="str")
        return filings.merge(rows, on="key").drop(columns="key")

    def batches(self, items: pd.DataFrame) -> Iterator[pd.DataFrame]:
        """Columns ``filing_id``, ``item`` and ``sentences`` of the items given, in pieces with whole filings."""
        wanted = items[["filing_id", "item"]].assign(key=items["filing_id"].map(self._key_of))
        waiting: list[pd.DataFrame] = []
        for part in self._parts:
            rows = pq.read_table(part, columns=["key", "item", "sentences"]).to_pandas()
            waiting.append(wanted.merge(rows, on=["key", "item"]).drop(columns="key"))
            if sum(rows["filing_id"].nunique() for rows in waiting) >= FILINGS_IN_A_BATCH:
                yield pd.concat(waiting, ignore_index=True)
                waiting = []
        if any(len(rows) for rows in waiting):
            yield pd.concat(waiting, ignore_index=True)


class FilingSentencesDataset(FileDataset[FilingReading, StoredSentences]):
    """A folder with one Parquet file for each piece that was read, and a list of the filings of the last run.

    Every file is written whole before the next piece is read: after a kill the filings in them are not read again.
    Files with no filing of the last run are removed when it has ended.

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
        if any(pq.read_schema(part).names != SCHEMA.names for part in self._parts()):
            raise DatasetError(
                f"{self._filepath} holds sentences that an earlier version read, which counted less. Run the "
                "experiment whole, and they are read again: kedro run --pipelines sec_filings"
            )
        key_of = json.loads((self._filepath / MANIFEST).read_text(encoding="utf-8"))
        return StoredSentences(self._parts(), key_of)

    def save(self, data: FilingReading) -> None:
        """Read what is not there yet, and save it piece by piece."""
        stored = {part: set(pq.read_table(part, columns=["key"])["key"].to_pylist()) for part in self._parts()}
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
        with written_whole(self._filepath / MANIFEST) as partial:
            partial.write_text(json.dumps(key_of), encoding="utf-8")
        wanted = set(key_of.values())
        for part, keys in stored.items():
            if not keys & wanted:
                part.unlink()

    def _parts(self) -> list[Path]:
        return sorted(self._filepath.glob("part-*.parquet"))

    def _exists(self) -> bool:
        return (self._filepath / MANIFEST).is_file()
