"""Standard file datasets that are written whole or not at all.

A plain save opens the target and fills it: a full disk or a kill leaves half a file where a good one was. These
write a sibling, flush it to the disk, and put it in the target's place in one step.
"""

import base64
import copy
import html
import os
import platform
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from kedro.io.core import get_filepath_str
from kedro_datasets._typing import HTMLPreview, ImagePreview
from kedro_datasets.json import JSONDataset as PlainJSONDataset
from kedro_datasets.pandas import CSVDataset as PlainCSVDataset
from kedro_datasets.pandas import ParquetDataset as PlainParquetDataset
from kedro_datasets.pillow import ImageDataset as PlainImageDataset
from kedro_datasets.text import TextDataset as PlainTextDataset

from rnn_trading.datasets.folder_lock import alone_in, in_use
from rnn_trading.matplotlib_lock import MATPLOTLIB

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@contextmanager
def written_whole(target: Path) -> Iterator[Path]:
    """Give a sibling to write to, and put it in the target's place when the block ends without an error.

    After an error the target is as it was and the sibling is gone. Every writer has a sibling of its own,
    ``.partial-HOST-NUMBER-NAME``, so that several may write one file at once: the last one to end stays. After a kill a
    sibling may remain; the next save of the same name on this host removes it, if nobody else writes in the folder.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    _remove_leftovers(target)
    partial = target.with_name(f"{_prefix()}{uuid.uuid4().hex[:16]}-{target.name}")
    with in_use(target.parent):
        try:
            yield partial
            with partial.open("rb") as written:
                os.fsync(written.fileno())
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)


def _prefix() -> str:
    return f".partial-{platform.node()}-"


def _remove_leftovers(target: Path) -> None:
    """Remove what writers of this file left behind that were killed: nobody else would.

    Every writer uses the folder while it writes. Locks of other hosts may not be seen here: their siblings stay.
    """
    form = re.compile(rf"{re.escape(_prefix())}([0-9a-f]+|\d+-\d+)-{re.escape(target.name)}")
    leftovers = [sibling for sibling in target.parent.iterdir() if form.fullmatch(sibling.name)]
    if leftovers:
        with alone_in(target.parent) as alone:
            for sibling in leftovers if alone else []:
                sibling.unlink(missing_ok=True)


class WholeFile:
    """Mixin for datasets of one local file: the former file stays until the new one is complete.

    Other file systems than the local one are left to the plain dataset.
    """

    _filepath: PurePosixPath
    _protocol: str

    def save(self, data: Any) -> None:
        """Save to a sibling, then rename it."""
        if self._protocol != "file":
            super().save(data)  # type: ignore[misc]
            return
        writer = copy.copy(self)
        with written_whole(Path(str(self._get_save_path()))) as partial:  # type: ignore[attr-defined]
            writer._filepath, writer._version = PurePosixPath(partial), None  # type: ignore[attr-defined]
            super(WholeFile, writer).save(data)  # type: ignore[misc]
        self._invalidate_cache()  # type: ignore[attr-defined]


def read_table(path: Path, columns: list[str] | None = None) -> pa.Table:
    """A Parquet table, from one opening of its file.

    Given a path, PyArrow opens the file several times: if another takes its place in between, what is read is made up
    from both.
    """
    with path.open("rb") as file:
        return pq.read_table(file, columns=columns)


class ParquetDataset(WholeFile, PlainParquetDataset):
    """`pandas.ParquetDataset`, written whole, and read from one opening of the file: see :func:`read_table`."""

    def load(self) -> pd.DataFrame:
        """Load the table."""
        path = Path(str(self._get_load_path()))
        if self._protocol != "file" or path.is_dir():
            return super().load()
        with path.open("rb") as file:
            return pd.read_parquet(file, **self._load_args)


class CSVDataset(WholeFile, PlainCSVDataset):
    """`pandas.CSVDataset`, written whole."""


class JSONDataset(WholeFile, PlainJSONDataset):
    """`json.JSONDataset`, written whole."""


class FigureDataset(PlainImageDataset):
    """A figure of Matplotlib, saved as PNG and loaded as a picture of Pillow, which a notebook shows.

    `matplotlib.MatplotlibDataset` would import ``matplotlib.pyplot`` at the start of every command.
    """

    def save(self, data: "Figure") -> None:
        """Save while nobody else draws; see :mod:`rnn_trading.matplotlib_lock`."""
        with MATPLOTLIB, self._fs.open(get_filepath_str(self._get_save_path(), self._protocol), "wb") as file:
            data.savefig(file, format="png", **self._save_args)
        self._invalidate_cache()

    def preview(self) -> ImagePreview:
        """The file as Kedro-Viz shows it."""
        with self._fs.open(get_filepath_str(self._get_load_path(), self._protocol), "rb") as file:
            return ImagePreview(base64.b64encode(file.read()).decode())


class MatplotlibDataset(WholeFile, FigureDataset):
    """A figure, written whole."""


class TextDataset(WholeFile, PlainTextDataset):
    """`text.TextDataset`, written whole."""


class PreviewedTextDataset(TextDataset):
    """A short text, written whole, that Kedro-Viz shows as it stands."""

    def preview(self) -> HTMLPreview:
        """The text as Kedro-Viz shows it."""
        return HTMLPreview(f"<pre>{html.escape(self.load())}</pre>")
