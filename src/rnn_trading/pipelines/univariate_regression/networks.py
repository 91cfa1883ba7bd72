"""Several networks on the same windows: the one that is chosen, and all of them against each other."""

from typing import Any

import pandas as pd

from rnn_trading import figures
from rnn_trading.experiments import drawing
from rnn_trading.figures import Figure
from rnn_trading.series.series import TRUTH
from rnn_trading.skill.formats import words
from rnn_trading.skill.inference.comparison import model_confidence_set, pairwise_comparisons
from rnn_trading.skill.losses import SQUARED_ERROR
from rnn_trading.skill.metrics.series import QLIKE
from rnn_trading.skill.record import plain
from rnn_trading.skill.rows import MODEL
from rnn_trading.skill.tasks import TASKS

CONFIDENCE_SET_SIZE = 0.1
CONFIDENCE_SET_REPLICATIONS = 2000


def choose_network(**trained: Any) -> dict[str, Any]:
    """Take the network with the smallest loss on the rows that stopped it: validation, or, as published, test.

    Parameters
    ----------
    trained
        ``NAME_model_predictions``, ``NAME_history`` and ``NAME_training`` of each network.

    Returns
    -------
    dict
        ``model_predictions``, ``history`` and ``training`` of that network; ``training`` says which in ``chosen``.
    """
    losses = {
        name.removesuffix("_training"): summary["best_validation_loss"]
        for name, summary in trained.items()
        if name.endswith("_training")
    }
    chosen = min(losses, key=losses.__getitem__)
    return {
        "model_predictions": trained[f"{chosen}_model_predictions"],
        "history": trained[f"{chosen}_history"],
        "training": {**trained[f"{chosen}_training"], "chosen": chosen},
    }


def compare_networks(rival_predictions: pd.DataFrame, seed: int, **forecasts: pd.DataFrame) -> dict[str, Any]:
    """Compare all networks and all rivals with each other on the test rows.

    Parameters
    ----------
    rival_predictions
        One column a rival, index: dates of the test rows.
    seed
        Of the bootstrap.
    forecasts
        Result of :func:`rnn_trading.experiments.series.forecast_rows` of each network, by name.

    Returns
    -------
    dict
        ``metrics`` by name, ``networks``, and for squared error and QLIKE ``confidence_set`` (90 %) and
        ``pairs`` (Diebold-Mariano).
    """
    tests = {name: rows[rows["split"] == "test"] for name, rows in forecasts.items()}
    table = pd.DataFrame({name: rows[MODEL] for name, rows in tests.items()}).join(rival_predictions)
    truth = next(iter(tests.values()))[TRUTH].to_numpy()
    rows = table.assign(**{TRUTH: truth}).rename_axis("date").reset_index()
    by_loss = {
        loss.name: {
            "confidence_set": model_confidence_set(
                *(loss, table, truth, table.index, CONFIDENCE_SET_SIZE, CONFIDENCE_SET_REPLICATIONS, seed)
            ),
            "pairs": pairwise_comparisons(loss, table, truth, table.index),
        }
        for loss in (SQUARED_ERROR, QLIKE)
    }
    metrics = {name: TASKS["volatility"].evaluate(rows, name) for name in table}
    return plain({"networks": list(tests), "metrics": metrics, **by_loss})


def networks_and_rivals(comparison: dict[str, Any], protocol: str) -> Figure:
    """All networks and rivals of the volatility, with the model confidence sets."""
    r2 = {name: metrics["r2"] for name, metrics in comparison["metrics"].items() if metrics["r2"] is not None}
    networks, rivals = set(comparison["networks"]) & set(r2), set(r2) - set(comparison["networks"])
    best, rival = (max(sorted(names), key=r2.__getitem__) for names in (networks, rivals))
    found = f"The best network, {words(best)}: {drawing.against('R2', r2[best], rival, r2[rival])}"
    return figures.series.networks_and_rivals(comparison, f"{found}\nnext-day volatility, {words(protocol)}")
