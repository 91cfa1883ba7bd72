"""Rows that are watched while a network is trained on others."""

from collections.abc import Iterable
from typing import Any

from rnn_trading.models.backend import keras
from rnn_trading.models.batches import ArrayRows, Batched, Epoch, GatheredRows
from rnn_trading.models.parameters import TrainingParameters
from rnn_trading.models.predicting import prediction_batch


def watched_by_keras(rows: Batched, training: TrainingParameters) -> dict[str, Any]:
    """Arguments of Keras' ``fit`` for validation rows."""
    if isinstance(rows, ArrayRows):
        return {
            "validation_data": (rows.inputs, rows.targets),
            "validation_batch_size": prediction_batch(rows.inputs),
        }
    size = prediction_batch(rows.inputs) if isinstance(rows, GatheredRows) else training.batch_size
    return {"validation_data": rows.batches(size, training.seed, Epoch(), False)}


def before_training(
    model: keras.Model, watched: Batched, training: TrainingParameters, callbacks: Iterable[keras.callbacks.Callback]
) -> dict[str, float]:
    """What is watched after an epoch, of a network before the first one."""
    validation = watched_by_keras(watched, training)
    rows = validation["validation_data"]
    x, y = rows if isinstance(rows, tuple) else (rows, None)
    values = model.evaluate(x, y, validation.get("validation_batch_size"), verbose=0, return_dict=True)
    logs = {f"val_{name}": float(value) for name, value in values.items()}
    for callback in callbacks:
        if hasattr(callback, "measures"):
            callback.set_model(model)
            callback.on_epoch_end(-1, logs)
    return logs
