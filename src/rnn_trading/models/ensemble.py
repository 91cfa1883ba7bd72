"""Networks that differ in their seed alone, and their average."""

import dataclasses
from collections.abc import Callable
from functools import partial
from typing import Any

from rnn_trading.models.backend import keras
from rnn_trading.models.networks import Blueprint
from rnn_trading.models.parameters import TrainingParameters
from rnn_trading.models.states import NOTHING_KEPT, States
from rnn_trading.models.training import Rows, train

SEED = "seed_"


def train_ensemble(
    build: Blueprint | Callable[[str], keras.Model],
    training_rows: Rows,
    validation_rows: Rows,
    training: TrainingParameters,
    networks: int,
    title: str,
    states: States = NOTHING_KEPT,
) -> tuple[keras.Model, list[dict[str, Any]], dict[str, Any]]:
    """Fit one network for each seed, and average them.

    Parameters
    ----------
    build
        Makes an untrained network of a given name, or says what it is built from.
    training_rows, validation_rows
        See :func:`rnn_trading.models.training.train`.
    training
        The seeds count up from its own.
    networks
        How many.
    title
        Name in progress messages.
    states
        See :func:`rnn_trading.models.training.train`.

    Returns
    -------
    tuple
        The average, with the networks as its layers ``seed_N``; the histories, each row with its ``seed``; and a
        summary: ``parameters`` and ``trained_parameters`` of one network, ``networks``, ``epochs`` and ``best_epoch``
        by seed, ``epochs_allowed`` for each, ``seconds``, ``device``.
    """

    def named(name: str) -> Callable[[], keras.Model]:
        return dataclasses.replace(build, name=name) if isinstance(build, Blueprint) else partial(build, name)

    fits = {
        seed: train(
            named(f"{SEED}{seed}"),
            *(
                training_rows,
                validation_rows,
                dataclasses.replace(training, seed=seed),
                f"{title}, seed {seed}",
                states,
            ),
        )
        for seed in range(training.seed, training.seed + networks)
    }
    model = next(iter(fits.values())).model
    summary = {
        "parameters": model.count_params(),
        "trained_parameters": sum(int(weight.numpy().size) for weight in model.trainable_weights),
        "networks": networks,
        "epochs": {str(seed): fit.epochs for seed, fit in fits.items()},
        "best_epoch": {str(seed): fit.best_epoch for seed, fit in fits.items()},
        "epochs_allowed": training.epochs,
        "seconds": round(sum(fit.seconds for fit in fits.values()), 1),
        "device": next(iter(fits.values())).device,
    }
    history = [row | {"seed": seed} for seed, fit in fits.items() for row in fit.history]
    return build_ensemble([fit.model for fit in fits.values()]), history, summary


def build_ensemble(networks: list[keras.Model]) -> keras.Model:
    """Average the forecasts of networks of one shape: one model, whose layers are the networks, by their names."""
    like = networks[0].inputs[0]
    values = keras.Input(like.shape[1:], name=like.name, dtype=like.dtype)
    forecasts = [network([values]) for network in networks]
    # Keras averages two or more.
    mean = keras.layers.Average(name="Mean")(forecasts) if len(forecasts) > 1 else forecasts[0]
    return keras.Model([values], mean, name="Ensemble")


def members(model: keras.Model) -> dict[str, keras.Model]:
    """The networks of an ensemble, by their names."""
    return {layer.name: layer for layer in model.layers if layer.name.startswith(SEED)}
