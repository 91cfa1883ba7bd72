"""What the parameters of a training become in Keras: loss, metrics, optimizer, and what ends or slows a training."""

from collections.abc import Sequence
from typing import Any

from rnn_trading.models.backend import keras
from rnn_trading.models.losses import SummedHalfMse
from rnn_trading.models.ordinal import OrdinalCrossentropy
from rnn_trading.models.parameters import TrainingParameters
from rnn_trading.models.training_state import KeepLast, Plateau, Stopping

# Losses that Keras does not have by name.
OWN_LOSSES: dict[str, type[keras.losses.Loss]] = {
    "summed_half_mse": SummedHalfMse,
    "ordinal_crossentropy": OrdinalCrossentropy,
}


def loss_of(training: TrainingParameters) -> Any:
    """The loss, by Keras' name or as an object."""
    return OWN_LOSSES[training.loss]() if training.loss in OWN_LOSSES else training.loss


def metrics_of(training: TrainingParameters, callbacks: Sequence[keras.callbacks.Callback]) -> tuple[list[Any], str]:
    """What is recorded beside the loss, and whether the best monitored value is the ``min`` or the ``max``.

    Callbacks say in ``measures`` which further quantities they record.

    Raises
    ------
    ValueError
        If what is to be monitored is not recorded.
    """
    if training.loss == "binary_crossentropy":
        if training.monitor in ("mae", "run_half_mse"):
            raise ValueError(
                f"training.monitor={training.monitor!r} needs loss=mse or mae. Received: loss=binary_crossentropy."
            )
        return ["accuracy", keras.metrics.AUC(name="auc")], "min" if training.monitor == "loss" else "max"
    if training.loss == "ordinal_crossentropy":
        if training.monitor != "loss":
            raise ValueError(
                f"training.monitor={training.monitor!r} does not exist for loss=ordinal_crossentropy. Expected: loss."
            )
        return [], "min"
    measured = [quantity for each in callbacks for quantity in getattr(each, "measures", [])]
    if training.monitor not in ("loss", "mae", *measured):
        needs = "runs of several steps" if training.monitor == "run_half_mse" else "loss=binary_crossentropy"
        raise ValueError(
            f"training.monitor={training.monitor!r} needs {needs}; with loss={training.loss} use "
            f"monitor={' or '.join(('loss', 'mae', *measured))}."
        )
    absolute = [keras.metrics.MeanAbsoluteError(name="mae")] if training.monitor == "mae" else []
    return [keras.metrics.RootMeanSquaredError(name="rmse"), *absolute], "min"


def stopping_of(training: TrainingParameters, best_is: str) -> Stopping | KeepLast:
    """What knows which epoch is kept, and ends a training."""
    if training.patience is None:
        return KeepLast()
    return Stopping(
        f"val_{training.monitor}",
        mode=best_is,
        patience=training.patience,
        min_delta=training.min_delta,
        start_from_epoch=training.start_from_epoch - 1,
        restore_best_weights=True,
    )


def plateau_of(training: TrainingParameters, best_is: str) -> list[Plateau]:
    """What lowers the learning rate, if anything does."""
    if training.reduce_on_plateau is None:
        return []
    settings = training.reduce_on_plateau
    return [
        Plateau(
            training.start_from_epoch,
            monitor=f"val_{training.monitor}",
            mode=best_is,
            factor=settings.factor,
            patience=settings.patience,
            min_lr=settings.smallest,
            min_delta=training.min_delta,
        )
    ]


def optimizer_of(training: TrainingParameters) -> keras.optimizers.Optimizer:
    """The optimizer, at its start."""
    settings = training.optimizer
    if settings.name == "rmsprop":
        return keras.optimizers.RMSprop(
            settings.learning_rate,
            rho=settings.rho,
            epsilon=settings.epsilon,
            global_clipnorm=settings.clip_norm,
        )
    return keras.optimizers.Adam(settings.learning_rate, epsilon=settings.epsilon, global_clipnorm=settings.clip_norm)
