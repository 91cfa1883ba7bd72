"""Saved Keras models, with the project's own layers."""

from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset, DatasetError

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
    made_by
        The command that makes it, for a model that a run may look for before it is there.
    metadata
        For Kedro plugins.
    """

    def __init__(self, *, filepath: str, made_by: str | None = None, metadata: dict[str, Any] | None = None) -> None:
        self._filepath, self._made_by = Path(filepath), made_by
        self.metadata = metadata

    def load(self) -> Any:
        """Return the `keras.Model`, ready to predict or to train on.

        Raises
        ------
        DatasetError
            If the file is missing.
        """
        if not self._filepath.is_file():
            remedy = f" Make it first: {self._made_by}" if self._made_by else ""
            raise DatasetError(f"There is no model {self._filepath}.{remedy}")
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
