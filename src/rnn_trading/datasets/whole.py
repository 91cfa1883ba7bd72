"""Standard file datasets that are written whole or not at all.

A plain save opens the target and fills it: a full disk or a kill leaves half a file where a good one was. These
write a sibling, flush it to the disk, and put it in the target's place in one step.
"""

import base64
import copy
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from kedro.io.core import get_filepath_str
from kedro_datasets._typing import ImagePreview
from kedro_datasets.json import JSONDataset as PlainJSONDataset
from kedro_datasets.pandas import HDFDataset as PlainHDFDataset
from kedro_datasets.pandas import ParquetDataset as PlainParquetDataset
from kedro_datasets.pillow import ImageDataset as PlainImageDataset
from kedro_datasets.text import TextDataset as PlainTextDataset

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@contextmanager
def written_whole(target: Path) -> Iterator[Path]:
    """Give a sibling to write to, and put it in the target's place when the block ends without an error.

    After an error the target is as it was and the sibling is gone. After a kill a hidden sibling
    ``.partial-NAME`` may remain; the next save overwrites it.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".partial-{target.name}")
    try:
        yield partial
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


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


class ParquetDataset(WholeFile, PlainParquetDataset):
    """`pandas.ParquetDataset`, written whole."""


class JSONDataset(WholeFile, PlainJSONDataset):
    """`json.JSONDataset`, written whole."""


class HDFDataset(WholeFile, PlainHDFDataset):
    """`pandas.HDFDataset`, written whole."""


class FigureDataset(PlainImageDataset):
    """A figure of Matplotlib, saved as PNG and loaded as a picture of Pillow.

    `matplotlib.MatplotlibDataset` would import ``matplotlib.pyplot`` at the start of every command.
    """

    def save(self, data: "Figure") -> None:
        """Save what Matplotlib draws."""
        with self._fs.open(get_filepath_str(self._get_save_path(), self._protocol), "wb") as file:
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
