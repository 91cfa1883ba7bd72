"""Several networks on the same windows: the one that is chosen, and all of them against each other."""

from typing import Any

import numpy as np
import pandas as pd

from rnn_trading import figures
from rnn_trading.experiments import drawing
from rnn_trading.experiments.folds import BETWEEN, fit_called
from rnn_trading.experiments.gathering import Fit, gather_training
from rnn_trading.experiments.latest_table import how_good
from rnn_trading.figures import Figure
from rnn_trading.plan import FOLD_PREFIX
from rnn_trading.series.series import TRUTH
from rnn_trading.skill.elsewhere import trained_elsewhere, without
from rnn_trading.skill.formats import words
from rnn_trading.skill.inference.comparison import model_confidence_set, pairwise_comparisons
from rnn_trading.skill.losses import SQUARED_ERROR
from rnn_trading.skill.metrics.series import QLIKE
from rnn_trading.skill.record import plain
from rnn_trading.skill.rivals.pretrained import PretrainedParameters
from rnn_trading.skill.rows import MODEL
from rnn_trading.skill.tasks import TASKS

CONFIDENCE_SET_SIZE = 0.1
CONFIDENCE_SET_REPLICATIONS = 2000


def choose_network(**made: Any) -> dict[str, Any]:
    """Take in every fold the network with the smallest loss on the rows that stopped it: validation, or test.

    Parameters
    ----------
    made
        ``NAME_model_predictions``, ``NAME_rival_predictions``, ``NAME_forecasts_by_seed`` and ``NAME_history`` of each
        network, and of each of its fits the training, by names such as ``NAME__fold_1__seed_42``. Of several seeds, the
        mean of their losses counts.

    Returns
    -------
    dict
        ``model_predictions``, ``rival_predictions``, ``forecasts_by_seed``, ``history`` and ``training`` of that
        network; ``training`` says in ``chosen`` which it is, or, of several folds, by the name of the fold.
    """
    fits: dict[str, dict[Fit, dict[str, Any]]] = {}
    for name, facts in made.items():
        network, _, fit = name.partition(BETWEEN)
        if fit:
            fits.setdefault(network, {})[fit_called(fit)] = facts
    folds = dict.fromkeys(fold for fold, _ in next(iter(fits.values())))
    chosen = {fold: min(fits, key=lambda network: _loss(fits[network], fold)) for fold in folds}
    tables = {
        each: pd.concat([_of_fold(made[f"{network}_{each}"], fold) for fold, network in chosen.items()])
        for each in ("model_predictions", "rival_predictions", "forecasts_by_seed", "history")
    }
    training = gather_training(
        _of_one_kind(
            {fit: facts for fold, network in chosen.items() for fit, facts in fits[network].items() if fit[0] == fold}
        )
    )
    said = {f"{FOLD_PREFIX}{fold}": network for fold, network in chosen.items()}
    return tables | {"training": training | {"chosen": said if len(said) > 1 else next(iter(said.values()))}}


def choose_latest(skill: dict[str, Any], **made: Any) -> dict[str, pd.DataFrame]:
    """Of the newest forecasts of all networks those of one, which is chosen as :func:`choose_network` does.

    Parameters
    ----------
    skill
        Record of the network that is chosen in every fold.
    made
        ``NAME__latest`` of each network, and of each of its newest fits the training, by names such as
        ``NAME__fold_final__seed_42``.
    """
    fits: dict[str, dict[Fit, dict[str, Any]]] = {}
    for name, facts in made.items():
        network, _, fit = name.partition(BETWEEN)
        if fit != "latest":
            fits.setdefault(network, {})[fit_called(fit)] = facts
    fold = next(iter(next(iter(fits.values()))))[0]
    chosen = min(fits, key=lambda network: _loss(fits[network], fold))
    latest = made[f"{chosen}{BETWEEN}latest"].assign(out_of_sample=how_good(skill))
    return {"latest": latest, "latest_csv": latest}


def _of_one_kind(by_fit: dict[Fit, dict[str, Any]]) -> dict[Fit, dict[str, Any]]:
    """Facts that say of all fits the same: where some could not be stopped, the epoch of each was chosen all the same.

    A network that may train for one epoch alone cannot be stopped, and one of another fold can.
    """
    if len({facts.get("stopped_on") for facts in by_fit.values()}) == 1:
        return by_fit
    return {
        fit: facts | {"stopped_on": None, "chosen_on": facts["stopped_on"] or facts.get("chosen_on")}
        for fit, facts in by_fit.items()
    }


def _loss(fits: dict[Fit, dict[str, Any]], fold: int | str) -> float:
    """Mean over the seeds of a fold."""
    return float(np.mean([facts["best_validation_loss"] for fit, facts in fits.items() if fit[0] == fold]))


def _of_fold(table: pd.DataFrame, fold: int | str) -> pd.DataFrame:
    return table[table["fold"] == fold]


def count_networks(**trials: dict[str, Any]) -> dict[str, Any]:
    """What was tried of all networks together: of which of them a score is best, and not that of the chosen one.

    Parameters
    ----------
    trials
        Of each network, by name; see :func:`rnn_trading.register.counting.tried`.

    Returns
    -------
    dict
        The same, without what belongs to one configuration: ``validation_score``, ``test_score``, ``configuration``.
    """
    every = [*trials.values()]
    best = max if every[0]["larger_is_better"] else min
    bests = ("best_validation_score", "best_test_score")
    return {
        **{name: sum(each[name] for each in every) for name in ("configurations", "tries", "fits", "networks")},
        "since": min(each["since"] for each in every),
        "versions": max(each["versions"] for each in every),
        "new": all(each["new"] for each in every),
        "unreadable": sorted({part for each in every for part in each["unreadable"]}),
        **{name: every[0][name] for name in ("metric", "larger_is_better")},
        **{name: best((each[name] for each in every if each[name] is not None), default=None) for name in bests},
        "of": [counted for each in every for counted in each["of"]],
    }


def compare_networks(seed: int, pretrained: PretrainedParameters, **predictions: pd.DataFrame) -> dict[str, Any]:
    """Compare all networks and all rivals with each other on the test rows.

    A rival that may have seen the test is none of them; see :mod:`rnn_trading.skill.elsewhere`.

    Parameters
    ----------
    seed
        Of the bootstrap.
    pretrained
        A rival that was trained elsewhere.
    predictions
        Of each network, by name: test rows with ``date``, ``fold``, ``truth``, ``prediction`` and one column a rival.

    Returns
    -------
    dict
        ``metrics`` by name, ``networks``, and for squared error and QLIKE ``confidence_set`` (90 %) and
        ``pairs`` (Diebold-Mariano).
    """
    task, rows = TASKS["volatility"], next(iter(predictions.values()))
    elsewhere = trained_elsewhere(task, rows, None, {pretrained.name: pretrained.trained_until})
    rows = without(elsewhere, "test", rows)
    by_network = {name: each.set_index("date")[MODEL] for name, each in predictions.items()}
    keys = ["date", "fold", MODEL, TRUTH]
    table = pd.DataFrame(by_network).join(rows.set_index("date").drop(columns=keys[1:]))
    truth = rows[TRUTH].to_numpy()
    of_all = table.assign(**{TRUTH: truth}).rename_axis("date").reset_index()
    by_loss = {
        loss.name: {
            "confidence_set": model_confidence_set(
                *(loss, table, truth, table.index, CONFIDENCE_SET_SIZE, CONFIDENCE_SET_REPLICATIONS, seed)
            ),
            "pairs": pairwise_comparisons(loss, table, truth, table.index),
        }
        for loss in (SQUARED_ERROR, QLIKE)
    }
    metrics = {name: task.evaluate(of_all, name) for name in table}
    return plain({"networks": [*predictions], "metrics": metrics, **by_loss})


def networks_and_rivals(comparison: dict[str, Any], protocol: str) -> Figure:
    """All networks and rivals of the volatility, with the model confidence sets."""
    r2 = {name: metrics["r2"] for name, metrics in comparison["metrics"].items() if metrics["r2"] is not None}
    networks, rivals = set(comparison["networks"]) & set(r2), set(r2) - set(comparison["networks"])
    best, rival = (max(sorted(names), key=r2.__getitem__) for names in (networks, rivals))
    found = f"The best network, {words(best)}: {drawing.against('R2', r2[best], rival, r2[rival])}"
    return figures.series.networks_and_rivals(comparison, f"{found}\nnext-day volatility, {words(protocol)}")
