"""Saved Keras models. A module of its own, since it imports TensorFlow."""

import rnn_trading.models.lstm  # noqa: F401  registers the layer that saved models name
from kedro_datasets.tensorflow import TensorFlowModelDataset

from rnn_trading.datasets.whole import WholeFile


class KerasModelDataset(WholeFile, TensorFlowModelDataset):
    """`tensorflow.TensorFlowModelDataset` for ``.keras`` files, written whole, with the project's layers."""
