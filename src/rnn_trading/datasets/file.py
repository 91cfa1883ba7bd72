"""What datasets of one local file, or of one folder, have in common."""

from pathlib import Path
from typing import Any, ClassVar, TypeVar

from kedro.io import AbstractDataset, DatasetError

Saved = TypeVar("Saved")
Loaded = TypeVar("Loaded")


class FileDataset(AbstractDataset[Saved, Loaded]):
    """One file or folder; subclasses say how it is loaded and saved.

    Parameters
    ----------
    filepath
        Path of the file or folder.
    metadata
        For Kedro plugins.
    """

    def __init__(self, *, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        self._filepath = Path(filepath)
        self.metadata = metadata
        # What a subclass was told beside its file: shown where a dataset is described.
        self._options: dict[str, Any] = {}

    def _init_config(self) -> dict[str, Any]:
        """What Kedro tells of the entry that made this dataset.

        Kedro keeps the arguments of a constructor; those that it only hands on are nested under ``file``, and all of a
        class that has no constructor of its own under ``kwargs``.
        """
        config = super()._init_config()
        config.pop("args", None)
        for handed_on in ("kwargs", "file"):
            config |= config.pop(handed_on, {})
        config.pop("metadata", None)
        return config

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath), **self._options}

    def _exists(self) -> bool:
        return self._filepath.is_file()


class SourceFileDataset(FileDataset[None, Loaded]):
    """A file that is only read; ``error`` is what it raises."""

    error: ClassVar[type[Exception]] = DatasetError

    def save(self, data: None) -> None:
        """Refuse: a source is only read."""
        raise self.error(f"{self._filepath} is a source: it is only read.")
