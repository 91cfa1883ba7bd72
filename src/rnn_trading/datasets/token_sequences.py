"""Sequences of ids, stored compactly."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from rnn_trading.datasets.file import FileDataset
from rnn_trading.datasets.whole import read_table, written_whole
from rnn_trading.text.text import TokenSequences


class TokenSequencesDataset(FileDataset[TokenSequences, TokenSequences]):
    """A Parquet file with one row a text and one column, ``ids``, a list of int32; written whole.

    Parameters
    ----------
    filepath
        Path of the file.
    metadata
        For Kedro plugins.
    """

    def load(self) -> TokenSequences:
        """Return the sequences."""
        lists = read_table(self._filepath)["ids"].combine_chunks()
        # flatten() leaves out what lies before the first and after the last offset.
        offsets = lists.offsets.to_numpy().astype(np.int64)
        return TokenSequences(lists.flatten().to_numpy(), offsets - offsets[0])

    def save(self, data: TokenSequences) -> None:
        """Save the sequences."""
        lists = pa.LargeListArray.from_arrays(pa.array(data.starts, pa.int64()), pa.array(data.ids, pa.int32()))
        with written_whole(self._filepath) as partial:
            pq.write_table(pa.table({"ids": lists}), partial)
