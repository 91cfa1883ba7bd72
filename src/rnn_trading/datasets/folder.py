"""Files of a folder as they are, for a node that judges what can be read of them."""

import contextlib
from pathlib import Path
from typing import Any, NoReturn

from kedro.io import AbstractDataset, DatasetError


class FolderDataset(AbstractDataset[NoReturn, dict[str, bytes]]):
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

    def __init__(self, filepath: str, patterns: list[str], metadata: dict[str, Any] | None = None) -> None:
        self._filepath, self._patterns, self.metadata = Path(filepath), patterns, metadata

    def load(self) -> dict[str, bytes]:
        """Read the files, in the order of their paths.

        Hidden files are none of them: somebody may be writing there, and they are gone in a moment. A file that is
        moved away meanwhile is not there.
        """
        matching = {path for pattern in self._patterns for path in self._filepath.glob(pattern)}
        found = {path for path in matching if path.is_file() and not path.name.startswith(".")}
        contents: dict[str, bytes] = {}
        for path in sorted(found):
            with contextlib.suppress(FileNotFoundError):
                contents[path.relative_to(self._filepath).as_posix()] = path.read_bytes()
        return contents

    def save(self, data: NoReturn) -> None:
        """Refuse: each file has an entry of its own."""
        raise DatasetError(f"{self._filepath} is only read as a whole: save its files through their own entries.")

    def _exists(self) -> bool:
        return self._filepath.is_dir()

    def _describe(self) -> dict[str, Any]:
        return {"filepath": self._filepath, "patterns": self._patterns}
