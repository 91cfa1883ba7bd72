"""Standard file datasets that are written whole or not at all.

A plain save opens the target and fills it: a full disk or a kill leaves half a file where a good one was. These
write a sibling, flush it to the disk, and put it in the target's place in one step.
"""

import copy
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from kedro.io.core import get_filepath_str
from kedro_datasets.json import JSONDataset as PlainJSONDataset
from kedro_datasets.matplotlib import MatplotlibDataset as PlainMatplotlibDataset
from kedro_datasets.pandas import HDFDataset as PlainHDFDataset
from kedro_datasets.pandas import ParquetDataset as PlainParquetDataset
from kedro_datasets.text import TextDataset as PlainTextDataset

if TYPE_CHECKING:
    from PIL.Image import Image


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


class MatplotlibDataset(WholeFile, PlainMatplotlibDataset):
    """`matplotlib.MatplotlibDataset` for a single figure as PNG, written whole.

    A figure is saved and a picture is loaded, which a notebook shows.
    """

    def load(self) -> "Image":
        """Load the PNG as a picture of Pillow."""
        # Few runs load a figure.
        from PIL import Image  # noqa: PLC0415

        with (
            self._fs.open(get_filepath_str(self._get_load_path(), self._protocol), mode="rb") as file,
            Image.open(file, formats=["PNG"]) as picture,
        ):
            return picture.copy()


class TextDataset(WholeFile, PlainTextDataset):
    """`text.TextDataset`, written whole."""
