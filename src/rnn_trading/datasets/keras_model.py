"""Saved Keras models, with the project's own layers."""

import contextlib
import importlib
import importlib.util
import json
import zipfile
import zlib
from collections.abc import Iterator
from importlib.machinery import PathFinder
from pathlib import Path
from typing import Any

from kedro.io import DatasetError

from rnn_trading.datasets.file import FileDataset
from rnn_trading.datasets.whole import written_whole


class KerasModelDataset(FileDataset[Any, Any]):
    """A ``.keras`` file, written whole.

    Unlike `tensorflow.TensorFlowModelDataset` it imports TensorFlow when a model is loaded or saved, not when the
    catalog is made. A run then fails on bad input before it waits for TensorFlow, and libraries that TensorFlow
    gets in the way of (curl_cffi, for Yahoo) are used before it.

    Parameters
    ----------
    filepath
        Path of the file, ending in ``.keras``.
    made_by
        The command that makes it, for a model that a run may look for before it is there.
    metadata
        For Kedro plugins.
    """

    def __init__(self, *, made_by: str | None = None, **file: Any) -> None:
        super().__init__(**file)
        self._made_by = made_by

    def load(self) -> Any:
        """Return the `keras.Model`, ready to predict or to train on.

        Raises
        ------
        DatasetError
            If the file is missing, or is no whole ``.keras`` file.
        """
        if not self._filepath.is_file():
            made_by = self._made_by or "run its experiment from the node that trains (--from-nodes EXPERIMENT.train)"
            raise DatasetError(f"There is no model {self._filepath}. Make it first: {made_by}")
        modules = _modules_of_layers(self._filepath)
        from rnn_trading.models.backend import keras  # noqa: PLC0415

        for module in modules:
            # A module that is not there, or is not one of layers, is Keras' to refuse: it names the layer.
            if _registers_layers(module):
                importlib.import_module(module)
        return keras.saving.load_model(self._filepath, safe_mode=True)

    def save(self, data: Any) -> None:
        """Save a `keras.Model` with its optimizer."""
        with written_whole(self._filepath) as partial:
            data.save(partial)


def _modules_of_layers(filepath: Path) -> set[str]:
    """Modules of the layers of a saved model that are not Keras' own: importing them registers the layers."""
    try:
        with zipfile.ZipFile(filepath) as stored:
            damaged = stored.testzip()
            config = json.loads(stored.read("config.json"))
    except (zipfile.BadZipFile, zlib.error, KeyError, ValueError) as error:
        raise DatasetError(f"{filepath} is no .keras file, or not a whole one ({error})") from error
    if damaged is not None:
        raise DatasetError(f"{filepath} is not as it was written: {damaged} in it is damaged")

    def registered(value: Any) -> Iterator[str]:
        inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        if isinstance(value, dict) and value.get("registered_name") and isinstance(value.get("module"), str):
            yield value["module"]
        for each in inside:
            yield from registered(each)

    return {module for module in registered(config) if module.partition(".")[0] != "keras"}


def _registers_layers(module: str) -> bool:
    """Whether a module, or a package that it is in, says in its source that it registers layers; nothing is imported.

    The file of a model may name any module, and importing one runs it.
    """
    package, *inside = module.split(".")
    spec, sources = None, ""
    with contextlib.suppress(ValueError):  # no name of a module
        spec = importlib.util.find_spec(package) if package else None
    for part in (*inside, None):
        if spec is None:
            return False
        if (spec.origin or "").endswith(".py"):
            sources += Path(spec.origin or "").read_text(encoding="utf-8", errors="replace")
        if part is not None:
            folders = spec.submodule_search_locations
            spec = PathFinder.find_spec(f"{spec.name}.{part}", folders) if folders else None
    return "register_keras_serializable" in sources
