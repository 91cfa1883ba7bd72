"""Saved Keras models, with the project's own layers."""

from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset

from rnn_trading.datasets.whole import written_whole


class KerasModelDataset(AbstractDataset[Any, Any]):
    """A ``.keras`` file, written whole.

    Unlike `tensorflow.TensorFlowModelDataset` it imports TensorFlow when a model is loaded or saved, not when the
    catalog is made. A run then fails on bad input before it waits for TensorFlow, and libraries that TensorFlow
    gets in the way of (curl_cffi, for Yahoo) are used before it.

    Parameters
    ----------
    filepath
        Path of the file, ending in ``.keras``.
    metadata
        For Kedro plugins.
    """

    def __init__(self, *, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        self._filepath = Path(filepath)
        self.metadata = metadata

    def load(self) -> Any:
        """Return the `keras.Model`, ready to predict or to train on."""
        import rnn_trading.models.sequence_network  # noqa: F401, PLC0415  registers the layers that saved models name
        from rnn_trading.models.backend import keras  # noqa: PLC0415

        return keras.saving.load_model(self._filepath)

    def save(self, data: Any) -> None:
        """Save a `keras.Model` with its optimizer."""
        with written_whole(self._filepath) as partial:
            data.save(partial)

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._filepath)}

    def _exists(self) -> bool:
        return self._filepath.is_file()
