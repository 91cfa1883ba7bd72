"""Several capacities of one architecture, of which the validation rows choose."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from rnn_trading.models.backend import keras
from rnn_trading.models.compiling import metrics_of
from rnn_trading.models.networks import Blueprint
from rnn_trading.models.parameters import TrainingParameters
from rnn_trading.models.states import NOTHING_KEPT, States
from rnn_trading.models.training import Fit, Rows, train

logger = logging.getLogger(__name__)


def train_best(
    build: Callable[[], keras.Model],
    training_rows: Rows,
    validation_rows: Rows | None,
    training: TrainingParameters,
    title: str,
    states: States = NOTHING_KEPT,
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> Fit:
    """Train every network of a grid, and take the best on the validation rows; without a grid, the one network.

    Parameters
    ----------
    build
        Of a :class:`rnn_trading.models.networks.Blueprint` whose architecture has a ``grid``, each entry is trained.
    training_rows, validation_rows, training, title, states, callbacks
        See :func:`rnn_trading.models.training.train`.

    Returns
    -------
    Fit
        Of the network whose kept epoch has the best ``training.monitor``; ``tried`` says what each has; ``seconds`` are
        those of all.

    Raises
    ------
    ValueError
        If there are no rows to choose on, or see :func:`rnn_trading.models.training.train`.
    """
    if not isinstance(build, Blueprint) or not (grid := build.architecture.grid):
        return train(build, training_rows, validation_rows, training, title, states, callbacks)
    if training.patience is None:
        raise ValueError(
            f"{title}: model.grid is chosen by training.monitor on the watched rows, of which an epoch is kept. "
            "Expected training.patience. Received: null."
        )
    fits = []
    for number, options in enumerate(grid, start=1):
        network = replace(build, architecture=replace(build.architecture, grid=(), **options))
        called = f"{title}, {number} of {len(grid)} ({_words(options)})"
        name = f"seed_{training.seed}.grid_{number}"
        fits.append(train(network, training_rows, validation_rows, training, called, states, callbacks, name))
    return _best(fits, grid, training, title)


def _best(fits: list[Fit], grid: Sequence[dict[str, Any]], training: TrainingParameters, title: str) -> Fit:
    _, best_is = metrics_of(training, ())
    values = [each.best_watched(training.monitor) for each in fits]
    place = values.index(min(values) if best_is == "min" else max(values))
    told = [options | {f"validation_{training.monitor}": value} for options, value in zip(grid, values, strict=True)]
    logger.info("%s: %s is taken, of a grid of %d", title, _words(grid[place]), len(grid))
    return replace(fits[place], seconds=sum(each.seconds for each in fits), tried=told)


def _words(options: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in options.items())
