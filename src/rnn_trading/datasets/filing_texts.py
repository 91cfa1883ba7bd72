"""Texts of annual reports as they come: files of a folder, and cells that hold text, bytes or lists of these."""

import codecs
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from rnn_trading.filings.filings import FilingError
from rnn_trading.filings.items import RawFiling
from rnn_trading.tables.ids import plain_ids

logger = logging.getLogger(__name__)

ENDING = ".txt"
# UTF-32 first: its mark begins as that of UTF-16 does.
MARKED = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def decoded(content: bytes) -> str:
    r"""Text of bytes: UTF-8, or what the mark at their beginning says.

    Bytes that are none are replaced by U+FFFD, and every line ends in ``\n``.

    Examples
    --------
    >>> decoded("Item 7.\r\nSales".encode()), decoded("Café".encode("utf-16")), decoded("Café".encode("latin-1"))
    ('Item 7.\nSales', 'Café', 'Caf�')
    """
    encoding = next((name for mark, name in MARKED.items() if content.startswith(mark)), "utf-8")
    return content.decode(encoding, errors="replace").replace("\r\n", "\n").replace("\r", "\n")


def text_of(cell: Any) -> str:
    r"""Text of a cell of a table: text, bytes, or a list of these, which blank lines part then; nothing is no text.

    Examples
    --------
    >>> text_of([b"Sales rose.", None, "Costs fell."])
    'Sales rose.\n\nCosts fell.'
    >>> text_of(None), text_of(float("nan"))
    ('', '')
    """
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bytes):
        return decoded(cell)
    if isinstance(cell, list | tuple | np.ndarray):
        return "\n\n".join(filter(None, map(text_of, cell)))
    return ""


def holds_text(kind: pa.DataType) -> bool:
    """Whether the cells of a Parquet column are what :func:`text_of` takes.

    Examples
    --------
    >>> import pyarrow as pa
    >>> holds_text(pa.list_(pa.binary())), holds_text(pa.int64()), holds_text(pa.list_(pa.list_(pa.string())))
    (True, False, False)
    """
    if pa.types.is_dictionary(kind):
        return holds_text(kind.value_type)
    is_list = pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    cell = kind.value_type if is_list else kind
    return any(
        is_kind(cell)
        for is_kind in (
            *(pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view, pa.types.is_null),
            *(pa.types.is_binary, pa.types.is_large_binary, pa.types.is_binary_view, pa.types.is_fixed_size_binary),
        )
    )


class TextFolder:
    """A folder of ``FILING_ID.txt``.

    An id never becomes a path: the names in the folder are listed, and ids are looked up among them, so that no id
    leads out of the folder and none is too long. Hidden files, and links to places outside, are left out.

    Attributes
    ----------
    ids
        Of all files, in the order of their names; one may stand twice.
    outside
        How many links lead out of the folder.
    """

    def __init__(self, folder: Path) -> None:
        home = folder.resolve()
        named = (path for path in sorted(folder.iterdir()) if path.suffix.lower() == ENDING)
        files = [path for path in named if not path.name.startswith(".") and path.is_file()]
        inside = [path for path in files if not path.is_symlink() or path.resolve().is_relative_to(home)]
        self.outside = len(files) - len(inside)
        self.ids = plain_ids(
            pd.Series([path.stem for path in inside], dtype="str", name="file"), str(folder), FilingError
        )
        self._files: dict[str, Path] = {}
        for filing_id, path in zip(self.ids, inside, strict=True):
            self._files.setdefault(filing_id, path)

    def read(self, filing_id: str) -> str | None:
        """Text of a filing; None if it has no file, or none that can be read, which the log says."""
        path = self._files.get(filing_id)
        if path is None:
            return None
        try:
            return decoded(path.read_bytes())
        except OSError as error:
            logger.warning("%s cannot be read, and its filing has no text: %s", path, error)
            return None


def folder_reader(folder: Path, index: pd.Index) -> Callable[[], Iterator[RawFiling]]:
    """What reads ``{filing_id}.txt`` of each filing that has one, in the order of the index."""

    def read() -> Iterator[RawFiling]:
        texts = TextFolder(folder)
        for filing_id in index:
            text = texts.read(filing_id)
            if text is not None:
                yield RawFiling(filing_id, text, {})

    return read
