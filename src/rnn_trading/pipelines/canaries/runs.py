"""An experiment from its source to its predictions: the nodes and checks of a `kedro run`, with the data in memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline
from kedro.runner import SequentialRunner
from kedro.validation.parameter_validator import ParameterValidator

from rnn_trading.datasets.filing_sentences import FilingSentencesDataset
from rnn_trading.datasets.kept import KeptDataset
from rnn_trading.models.states import NOTHING_KEPT
from rnn_trading.tables.reading import Reading


class MemoryRun:
    """One run of an experiment whose sources are replaced; nothing is read from the catalog or written to it.

    Parameters
    ----------
    name
        Of the experiment.
    pipeline
        From sources to skill record; what only serves record and figures is left out.
    parameters
        All parameters, as plain values; they are checked against the types that nodes declare.
    sources
        Values of catalog entries that have no node above them; a table alone was read as it is.
    folder
        For what can only be held in files.
    """

    def __init__(
        self, name: str, pipeline: Pipeline, parameters: dict[str, Any], sources: dict[str, Any], folder: Path
    ) -> None:
        self._predictions = f"{name}.predictions"
        self._pipeline = pipeline.to_outputs(self._predictions)
        validated = ParameterValidator({name: self._pipeline}).validate_raw_params(parameters)
        self._catalog = DataCatalog()
        states = {entry: NOTHING_KEPT for entry in self._pipeline.inputs() if entry.endswith(".training_state")}
        read = {entry: _as_read(value) for entry, value in sources.items()}
        given = _flatten("params:", validated) | states | read
        for entry in self._pipeline.datasets():
            if entry == "filing_sentences":
                self._catalog[entry] = FilingSentencesDataset(filepath=str(folder / entry))
            else:
                self._catalog[entry] = KeptDataset()
                if entry in given:
                    self._catalog.save(entry, given[entry])

    def predictions(self) -> pd.DataFrame:
        """Run everything and give the table of predictions."""
        return self._run(self._pipeline)

    def predictions_with(self, name: str, value: Any) -> pd.DataFrame:
        """After a run: put another value in the place of a dataset, and run again what depends on it."""
        self._catalog.save(name, value)
        return self._run(self._pipeline.from_inputs(name))

    def __getitem__(self, name: str) -> Any:
        """A dataset of the run."""
        return self._catalog[name].load()

    def _run(self, pipeline: Pipeline) -> pd.DataFrame:
        SequentialRunner().run(pipeline, self._catalog)
        return self[self._predictions]


@contextmanager
def memory_run(
    name: str, pipeline: Pipeline, parameters: dict[str, Any], sources: dict[str, Any]
) -> Iterator[MemoryRun]:
    """A :class:`MemoryRun` with a folder of its own, gone afterwards."""
    with TemporaryDirectory() as folder:
        yield MemoryRun(name, pipeline, parameters, sources, Path(folder))


def _as_read(value: Any) -> Any:
    """A simulated table as datasets give theirs: with how it was read."""
    return (value, Reading()) if isinstance(value, pd.DataFrame) else value


def _flatten(prefix: str, values: dict[str, Any]) -> dict[str, Any]:
    """Every parameter and every block of them by its dotted name."""
    flat = {}
    for key, value in values.items():
        flat[f"{prefix}{key}"] = value
        if isinstance(value, dict):
            flat |= _flatten(f"{prefix}{key}.", value)
    return flat
