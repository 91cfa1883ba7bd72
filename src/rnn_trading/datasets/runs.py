"""Files of several runs, each from the folder of its run."""

import re
from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset, DatasetError

from rnn_trading.datasets.folder import FolderDataset

# The run that has no folder of its own.
MAIN = "main"
BETWEEN = "+"
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")


class RunsDataset(AbstractDataset[None, dict[str, dict[str, bytes]]]):
    """By the name of each run, the contents of its files by their path inside its folder.

    Parameters
    ----------
    filepath
        Folder of the data; those of the runs lie in ``runs/NAME`` below it, that of the run ``main`` is itself.
    runs
        Names with a plus between them: ``main+wide``. None refuses to load.
    folder
        Inside that of each run: where the files lie.
    patterns
        Which files, as in ``Path.glob``.
    metadata
        For Kedro plugins.
    """

    def __init__(
        self,
        *,
        filepath: str,
        runs: str | None,
        folder: str,
        patterns: list[str],
        metadata: dict[str, Any] | None = None,
    ) -> None:
        self._filepath, self._runs, self._folder, self._patterns = Path(filepath), runs, folder, patterns
        self.metadata = metadata

    def load(self) -> dict[str, dict[str, bytes]]:
        """Return the files of every run, in the order of the names.

        Raises
        ------
        DatasetError
            If there are not two names or more, each once, or a run has none of the files; says which runs there are.
        """
        names = str(self._runs).split(BETWEEN) if self._runs is not None else []
        if len(names) < 2 or len({*names}) < len(names) or not all(map(NAME.fullmatch, names)):
            raise DatasetError(
                "runs: expected two names or more, each once, with a plus between them, such as --params "
                f"runs={MAIN}{BETWEEN}wide. Received: {self._runs!r}. {self._there()}"
            )
        files = {name: self._files_of(name) for name in names}
        empty = [name for name, found in files.items() if not found]
        if empty:
            raise DatasetError(f"runs: no skill record in {' and in '.join(empty)}. {self._there()}")
        return files

    def _files_of(self, name: str) -> dict[str, bytes]:
        return FolderDataset(str(self._place(name) / self._folder), self._patterns).load()

    def _place(self, name: str) -> Path:
        return self._filepath if name == MAIN else self._filepath / "runs" / name

    def _there(self) -> str:
        below = self._filepath / "runs"
        names = [MAIN, *(sorted(path.name for path in below.iterdir()) if below.is_dir() else [])]
        found = [name for name in names if NAME.fullmatch(name) and self._files_of(name)]
        runs = f"Runs with records: {', '.join(found)}." if found else "No run has a record yet."
        return f"{runs} A run gets a folder of its own with --params run=NAME."

    def save(self, data: None) -> None:
        """Refuse: each file has an entry of its own."""
        raise DatasetError("Files of runs are only read.")

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath), "runs": self._runs}

    def _exists(self) -> bool:
        return self._runs is not None
