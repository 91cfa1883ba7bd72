"""What is said of a training while it runs, and what ends it when its numbers are none."""

import logging
import math
import time

import numpy as np

from rnn_trading.models.backend import keras
from rnn_trading.models.parameters import TrainingParameters
from rnn_trading.progress import SECONDS_BETWEEN_REPORTS

logger = logging.getLogger(__name__)


class TrainingDivergedError(ArithmeticError):
    """The loss is no longer a number."""


class Progress(keras.callbacks.Callback):
    """Log where training stands every few seconds, and stop it when the loss is not a number."""

    def __init__(self, title: str, training: TrainingParameters, rows: int, device: str, first: int) -> None:
        super().__init__()
        self.title, self.training, self.rows, self.device, self.first = title, training, rows, device, first
        self.epoch = 0
        self.started = self.reported = time.perf_counter()

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:
        """Say what is trained, and for how long."""
        logger.info(
            "%s: training on the %s, %s rows, batch %d, %s%d epochs%s",
            *(self.title, self.device, f"{self.rows:,}", self.training.batch_size),
            *("" if self.training.patience is None else "up to ", self.training.epochs),
            f", taken up after epoch {self.first}" if self.first else "",
        )

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Count on."""
        self.epoch = epoch + 1

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Say how far the epoch is, if it is time."""
        now = time.perf_counter()
        if now - self.reported >= SECONDS_BETWEEN_REPORTS:
            self.reported = now
            done = min((batch + 1) * self.training.batch_size, self.rows)
            self._check(logs or {})
            logger.info(
                "%s: epoch %d, %.0f %% of it, %s, %s rows a second",
                *(self.title, self.epoch, 100 * done / self.rows, _show({"loss": (logs or {})["loss"]})),
                f"{((self.epoch - 1 - self.first) * self.rows + done) / (now - self.started):,.0f}",
            )

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Say what the epoch brought, if it is time; refuse numbers that are none."""
        self._check(logs or {})
        if time.perf_counter() - self.reported >= SECONDS_BETWEEN_REPORTS or epoch == 0:
            self.reported = time.perf_counter()
            logger.info("%s: epoch %d done, %s", self.title, epoch + 1, _show(logs or {}))

    def _check(self, logs: dict[str, float]) -> None:
        bad = [name for name in ("loss", "val_loss") if not math.isfinite(logs.get(name, 0.0))]
        # Keras clips probabilities, so that a log-loss can stay finite while weights are not.
        bad += [weight.path for weight in self.model.weights if not np.isfinite(weight.numpy()).all()]
        if bad:
            raise TrainingDivergedError(
                f"{self.title}: {bad[0]} is no longer a finite number in epoch {self.epoch}. No model was saved. Lower "
                f"training.optimizer.learning_rate ({self.training.optimizer.learning_rate}) or look for "
                "extreme values in the inputs."
            )


def _show(logs: dict[str, float]) -> str:
    return ", ".join(f"{name.replace('val_', 'watched ')} {value:.4f}" for name, value in logs.items())
