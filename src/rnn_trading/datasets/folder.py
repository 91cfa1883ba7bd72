"""Files of a folder as they are, for a node that judges what can be read of them; and its tables."""

import contextlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Generic, NoReturn, TypeVar

import pandas as pd
from kedro.io import AbstractDataset, DatasetError

Read = TypeVar("Read")


class FilesDataset(AbstractDataset[NoReturn, dict[str, Read]], Generic[Read]):
    """Files of a folder, by their path inside it; see :class:`FolderDataset`."""

    def __init__(self, filepath: str, patterns: list[str], metadata: dict[str, Any] | None = None) -> None:
        self._filepath, self._patterns, self.metadata = Path(filepath), patterns, metadata

    def _paths(self) -> dict[str, Path]:
        """Paths by their names inside the folder, in order.

        Hidden files are none of them: somebody may be writing there, and they are gone in a moment.
        """
        matching = {path for pattern in self._patterns for path in self._filepath.glob(pattern)}
        found = sorted(path for path in matching if path.is_file() and not path.name.startswith("."))
        return {path.relative_to(self._filepath).as_posix(): path for path in found}

    def save(self, data: NoReturn) -> None:
        """Refuse: each file has an entry of its own."""
        raise DatasetError(f"{self._filepath} is only read as a whole: save its files through their own entries.")

    def _exists(self) -> bool:
        return self._filepath.is_dir()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._filepath, "patterns": self._patterns}


class FolderDataset(FilesDataset[bytes]):
    """Contents of the files of a folder, by their path inside it.

    A folder that is not there holds no files. Nothing is parsed, so that one broken file does not hide the others.

    Parameters
    ----------
    filepath
        The folder.
    patterns
        Which files, as in ``Path.glob``: ``*/*/skill.json``.
    metadata
        Not used by the dataset.
    """

    def load(self) -> dict[str, bytes]:
        """Read the files, in the order of their paths, none hidden; one that is moved away meanwhile is not there."""
        contents: dict[str, bytes] = {}
        for name, path in self._paths().items():
            with contextlib.suppress(FileNotFoundError):
                contents[name] = path.read_bytes()
        return contents


class TablesDataset(FilesDataset[Callable[[], pd.DataFrame]]):
    """What reads each Parquet table of a folder, by its path inside it: nothing is read before it is asked for.

    A folder that is not there holds no tables.

    Parameters
    ----------
    filepath, patterns, metadata
        See :class:`FolderDataset`.
    """

    def load(self) -> dict[str, Callable[[], pd.DataFrame]]:
        """By the path of a table, in order, what reads it; hidden files are no tables."""
        return {name: partial(pd.read_parquet, path) for name, path in self._paths().items()}
