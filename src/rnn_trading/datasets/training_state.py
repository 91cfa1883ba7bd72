"""Where a training stands, in a folder of files that are replaced while it runs; afterwards, what was fitted."""

import json
import logging
from pathlib import Path
from typing import Any

import numpy as np

from rnn_trading.datasets.file import SourceFileDataset
from rnn_trading.datasets.whole import written_whole
from rnn_trading.models.states import Arrays, State, StateError, digest_of

logger = logging.getLogger(__name__)

FACTS, DIGEST = "facts", "digest"


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
            with path.open("rb") as file:
                stored = dict(np.load(file, allow_pickle=False))
            text, digest = str(stored.pop(FACTS)), str(stored.pop(DIGEST))
        except Exception as error:  # a broken file can raise anything
            raise StateError(f"{path} cannot be read ({type(error).__name__}: {error})") from error
        if digest != _digest(text, stored):
            raise StateError(f"{path} is not as it was written")
        return State(json.loads(text), stored)

    def write(self, name: str, state: State) -> None:
        """Replace what is there of a network, whole or not at all; if that fails, say so and let the training go on."""
        text, arrays = json.dumps(state.facts), state.arrays
        everything: dict[str, Any] = {FACTS: np.array(text), DIGEST: np.array(_digest(text, arrays)), **arrays}
        try:
            with written_whole(self._path(name)) as partial, partial.open("wb") as file:
                np.savez(file, **everything)
        except OSError as error:
            # A state is no result: a full disk must not cost the training.
            logger.warning("The state of the training is not kept: %s", error)

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.npz"


class TrainingStateDataset(SourceFileDataset[StateFolder]):
    """Gives a training the place where it keeps its state while it runs.

    Nothing is saved through the catalog: the training writes after its epochs, and when it has ended. What
    it leaves is given back to the next one of the same rows, parameters and code, see
    :func:`rnn_trading.models.training.train`; any other replaces it.

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


def _digest(facts: str, arrays: Arrays) -> str:
    names = sorted(arrays)
    return digest_of([np.array(facts), np.array(names), *(arrays[name] for name in names)])
