"""What every training node returns."""

from typing import Any

import numpy as np
import pandas as pd

from rnn_trading.models.parameters import TrainingParameters


def fitted(fit: Any, training: TrainingParameters, watched: str | None, **further: Any) -> dict[str, Any]:
    """The model, and how it came about.

    Parameters
    ----------
    fit
        See :class:`rnn_trading.models.training.Fit`.
    training
        Its parameters.
    watched
        Rows that were watched: ``validation``, or ``test`` as published; None: a share of the training rows.
    further
        More to be said of the training.

    Returns
    -------
    dict
        ``model``: `keras.Model`. ``history``: columns ``epoch``, ``rows``, ``quantity``, ``value``. ``training``:
        ``networks`` (1), ``parameters`` and ``trained_parameters`` (how many of them training changes), epochs, how
        many were allowed, best epoch (the one that was kept; 0: the network as it began), what it was chosen by
        (``monitor``), the ``loss``, seconds, device, and what is further. ``key`` and ``ended``: see
        :class:`rnn_trading.models.training.Fit`.
        ``stopped_on``: rows that training was stopped on, or None where it could not stop
        before its last epoch; then ``chosen_on``, rows on which the epoch was chosen, or None: the last was kept.
        ``watched`` where none was chosen: which rows were watched, in words. ``grid``: of several networks of which
        one was chosen, what each has on the watched rows.
    """
    words = f"{100 * training.validation_split:g} % of the training rows" if training.validation_split else watched
    return {
        "model": fit.model,
        "history": pd.DataFrame(fit.history),
        "training": {
            "networks": 1,
            "parameters": fit.model.count_params(),
            "trained_parameters": trained_parameters(fit.model),
            "epochs": fit.epochs,
            "epochs_allowed": training.epochs,
            "best_epoch": fit.best_epoch,
            "loss": training.loss,
            "monitor": training.monitor,
            **_stopped_on(training, watched),
            **({} if training.patience is not None and watched else {"watched": words}),
            "seconds": round(fit.seconds, 1),
            "device": fit.device,
            "key": fit.key,
            "ended": fit.ended,
            **({"grid": fit.tried} if fit.tried else {}),
            **further,
        },
    }


def _stopped_on(training: TrainingParameters, watched: str | None) -> dict[str, str | None]:
    """Rows that could stop the training; of one that could not stop, rows on which the epoch was chosen."""
    if training.may_stop:
        return {"stopped_on": watched}
    return {"stopped_on": None, "chosen_on": None if training.patience is None else watched}


def trained_parameters(model: Any) -> int:
    """Number of parameters that training changes."""
    return int(sum(np.prod(weight.shape) for weight in model.trainable_weights))
