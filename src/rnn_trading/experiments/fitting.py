"""What every training node returns."""

from typing import Any

import numpy as np
import pandas as pd

from rnn_trading.models.parameters import TrainingParameters


def fitted(fit: Any, training: TrainingParameters, stopped_on: str, **further: Any) -> dict[str, Any]:
    """The model, and how it came about.

    Parameters
    ----------
    fit
        See :class:`rnn_trading.models.training.Fit`.
    training
        Its parameters.
    stopped_on
        Rows that training was stopped on: ``validation``, or ``test`` as published.
    further
        More to be said of the training.

    Returns
    -------
    dict
        ``model``: `keras.Model`. ``history``: columns ``epoch``, ``rows``, ``quantity``, ``value``. ``training``:
        ``networks`` (1), parameters, epochs, how many were allowed, best epoch, rows it was stopped on, seconds,
        device, and what is further.
    """
    return {
        "model": fit.model,
        "history": pd.DataFrame(fit.history),
        "training": {
            "networks": 1,
            "parameters": fit.model.count_params(),
            "epochs": fit.epochs,
            "epochs_allowed": training.epochs,
            "best_epoch": fit.best_epoch,
            "stopped_on": stopped_on,
            "seconds": round(fit.seconds, 1),
            "device": fit.device,
            **further,
        },
    }


def trained_parameters(model: Any) -> int:
    """Number of parameters that training changes."""
    return int(sum(np.prod(weight.shape) for weight in model.trainable_weights))


def fitted_average(fit: tuple[Any, list[dict[str, Any]], dict[str, Any]], stopped_on: str) -> dict[str, Any]:
    """The same of an average of networks.

    Parameters
    ----------
    fit
        Result of :func:`rnn_trading.models.ensemble.train_ensemble`.
    stopped_on
        As in :func:`fitted`.

    Returns
    -------
    dict
        ``model``: the average, `keras.Model`, with the networks as its layers ``seed_N``. ``history``: with a column
        ``seed``. ``training``: the ensemble's summary, with the number of its ``networks``, and ``stopped_on``.
    """
    model, history, summary = fit
    return {"model": model, "history": pd.DataFrame(history), "training": summary | {"stopped_on": stopped_on}}
