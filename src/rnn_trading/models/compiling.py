"""What the parameters of a training become in Keras: loss, metrics, optimizer, and what ends or slows a training."""

from collections.abc import Sequence
from typing import Any

from rnn_trading.models.backend import keras
from rnn_trading.models.by_date import COEFFICIENT, CorrelationByDate
from rnn_trading.models.losses import FIRST_STEP, MaeOfKnown, Qlike, SummedHalfMse, first_step_mae
from rnn_trading.models.ordinal import OrdinalCrossentropy
from rnn_trading.models.parameters import TrainingParameters
from rnn_trading.models.training_state import KeepLast, Plateau, Stopping

# Losses that Keras does not have by name.
OWN_LOSSES: dict[str, type[keras.losses.Loss]] = {
    "summed_half_mse": SummedHalfMse,
    "ordinal_crossentropy": OrdinalCrossentropy,
    "qlike": Qlike,
    "mae_of_known": MaeOfKnown,
    "correlation_by_date": CorrelationByDate,
}

# Parts of the paths of weights that do not decay: towards zero is nowhere in particular for them.
NOT_DECAYED = ("bias", "gamma", "beta")


# What is watched by callbacks, and what there must be for that.
NEEDS = {"run_half_mse": "runs of several steps", COEFFICIENT: "a panel (protocol=careful) or annual reports"}


def takes_missing(training: TrainingParameters) -> bool:
    """Whether the loss leaves out targets that are missing."""
    return getattr(OWN_LOSSES.get(training.loss), "takes_missing", False)


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
    of_path = {FIRST_STEP: first_step_mae} if training.loss == "mae_of_known" else {}
    if training.loss in ("ordinal_crossentropy", "mae_of_known"):
        if training.monitor not in ("loss", *of_path):
            raise ValueError(
                f"training.monitor={training.monitor!r} does not exist for loss={training.loss}. Expected: "
                f"{' or '.join(('loss', *of_path))}."
            )
        return [keras.metrics.MeanMetricWrapper(each, name=name) for name, each in of_path.items()], "min"
    measured = [quantity for each in callbacks for quantity in getattr(each, "measures", [])]
    if training.monitor not in ("loss", "mae", *measured):
        needs = NEEDS.get(training.monitor, "loss=binary_crossentropy")
        raise ValueError(
            f"training.monitor={training.monitor!r} needs {needs}; with loss={training.loss} use "
            f"monitor={' or '.join(('loss', 'mae', *measured))}."
        )
    best_is = "max" if training.monitor == COEFFICIENT else "min"
    if training.loss == "correlation_by_date":
        return [], best_is
    absolute = [keras.metrics.MeanAbsoluteError(name="mae")] if training.monitor == "mae" else []
    return [keras.metrics.RootMeanSquaredError(name="rmse"), *absolute], best_is


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
    shared = {
        "epsilon": settings.epsilon,
        "global_clipnorm": settings.clip_norm,
        "weight_decay": settings.weight_decay,
    }
    if settings.name == "rmsprop":
        optimizer = keras.optimizers.RMSprop(settings.learning_rate, rho=settings.rho, **shared)
    else:
        optimizer = keras.optimizers.Adam(settings.learning_rate, **shared)
    if settings.weight_decay is not None:
        optimizer.exclude_from_weight_decay(var_names=[*NOT_DECAYED])
    return optimizer
