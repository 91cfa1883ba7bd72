"""Where a training stands, in a folder of files that are replaced while it runs."""

import contextlib
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from rnn_trading.datasets.file import SourceFileDataset
from rnn_trading.datasets.whole import written_whole
from rnn_trading.models.states import State, StateError

FACTS = "facts"
FORM = {"made_of", "epochs", "ended", "seconds", "recorded", "counters"}


class StateFolder:
    """One file for each network of a training; see :class:`rnn_trading.models.states.States`.

    Parameters
    ----------
    folder
        Made when a state is written.
    seconds_between
        Shortest time between two states; so much training at most is lost by a kill, and the epoch in which it came.
    """

    def __init__(self, folder: Path, seconds_between: float) -> None:
        self.folder, self.seconds_between = folder, seconds_between

    def read(self, name: str) -> State | None:
        """What is there of a network.

        Raises
        ------
        StateError
            If the file cannot be read.
        """
        path = self._path(name)
        if not path.is_file():
            return None
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                arrays = dict(stored)
            facts = json.loads(str(arrays.pop(FACTS)))
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise StateError(f"{path} cannot be read ({type(error).__name__}: {error})") from error
        if not isinstance(facts, dict) or not FORM <= facts.keys():
            raise StateError(f"{path} is no state of a training: expected {', '.join(sorted(FORM))} in its facts")
        return State(facts, arrays)

    def write(self, name: str, state: State) -> None:
        """Replace what is there of a network, whole or not at all."""
        # Another run of the same experiment that has ended may remove the folder meanwhile. This state is no result.
        with contextlib.suppress(FileNotFoundError):
            self._write(name, state)

    def _write(self, name: str, state: State) -> None:
        arrays: dict[str, Any] = {FACTS: np.array(json.dumps(state.facts)), **state.arrays}
        with written_whole(self._path(name)) as partial, partial.open("wb") as file:
            np.savez(file, **arrays)

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.npz"


class TrainingStateDataset(SourceFileDataset[StateFolder]):
    """Gives a training the place where it keeps its state while it runs.

    Nothing is saved through the catalog: the training writes when an epoch has ended. When its model is saved, the
    folder goes; see :class:`rnn_trading.datasets.keras_model.KerasModelDataset`.

    Parameters
    ----------
    seconds_between
        See :class:`StateFolder`.
    file
        ``filepath``: the folder. ``metadata``: for Kedro plugins.
    """

    def __init__(self, *, seconds_between: float = 5.0, **file: Any) -> None:
        super().__init__(**file)
        self._seconds_between = seconds_between
        self._options = {"seconds_between": seconds_between}

    def load(self) -> StateFolder:
        """Return the place; whether something is there or not."""
        return StateFolder(self._filepath, self._seconds_between)

    def _exists(self) -> bool:
        return self._filepath.is_dir()


def forget(folder: Path) -> None:
    """Remove the state of a training that has ended; what another run writes there meanwhile stays."""
    for path in folder.glob("*.npz"):
        path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # not there, or not empty
        folder.rmdir()
