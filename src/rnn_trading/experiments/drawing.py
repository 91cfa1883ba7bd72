"""Figures that experiments on several kinds of data have in common.

Each function takes the datasets that its arguments are named after; see :mod:`rnn_trading.experiments.wiring`.
"""

import textwrap
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnn_trading import figures
from rnn_trading.experiments.gathering import fit_name
from rnn_trading.figures import Figure
from rnn_trading.plan import FOLD_PREFIX, SEED_PREFIX, fold_number
from rnn_trading.skill.formats import capital, format_score, format_share, words
from rnn_trading.skill.rows import FOLD, folds_in
from rnn_trading.skill.statistics import STATISTICS

# Of each headline metric, its name on an axis, and its value for a forecast without skill, where it has one.
METRICS: dict[str, tuple[str, float | None]] = {
    "auc": ("AUC", 0.5),
    "ic_mean": ("Mean IC by date", 0.0),
    "rank_correlation": ("Rank correlation", 0.0),
    "ic": ("Information coefficient", 0.0),
    "r2": ("R2", 0.0),
    "rmse": ("RMSE", None),
    "mae": ("MAE", None),
}
# Of each statistic that decides, its value for a forecast without skill, where it has one.
NO_SKILL = {each.name: each.luck for each in STATISTICS}
LABEL = 34  # letters in a line beside an axis
# What is said of an epoch, if it was recorded.
SCORES = {"auc": "AUC", "accuracy": "accuracy", "rmse": "RMSE"}
# Of losses that are neither squared errors nor log-losses, what they are called.
LOSSES = {
    "qlike": "QLIKE",
    "mae": "MAE ({unit})",
    "mae_of_known": "MAE ({unit})",
    "correlation_by_date": "1 less the correlation by date",
}
UNTRAINED = "No epoch was better than none"


def title(what: str, skill: dict[str, Any]) -> str:
    """What a figure finds, and below it the experiment, the protocol, and whether the data are simulated."""
    simulated = ", simulated data" if skill["data"].get("simulated") else ""
    return f"{what}\n{skill['experiment']}, {words(skill['protocol'])}{simulated}"


def watched(training: dict[str, Any]) -> tuple[int | None, str]:
    """The epoch that was chosen, None where the last was kept, and what the rows are called that were watched.

    Examples
    --------
    >>> watched({"best_epoch": 7, "stopped_on": "validation"})
    (7, 'validation')
    >>> watched({"best_epoch": 50, "stopped_on": None, "chosen_on": None, "watched": "5 % of the training rows"})
    (None, '5 % of the training rows')
    """
    chosen_on = training["stopped_on"] or training["chosen_on"]
    return (training["best_epoch"], chosen_on) if chosen_on else (None, training["watched"])


def against(name: str, value: float | None, rival: str | None, rival_value: float | None) -> str:
    """A score of the model beside that of its best rival; a forecast that ranks nothing may have none.

    Examples
    --------
    >>> against("RMSE", 22.147, "persistence", 22.444)
    'RMSE 22.15 against 22.44 of the best rival, persistence'
    >>> against("AUC", 0.5, None, None), against("AUC", None, "ridge", 0.52)
    ('AUC 0.500, and no rival has one', 'AUC: none against 0.520 of the best rival, ridge')
    """
    score = f"{name}: none" if value is None else f"{name} {format_score(value)}"
    if rival is None:
        return f"{score}, and no rival has one"
    return f"{score} against {format_score(rival_value)} of the best rival, {words(rival)}"


def headline_against(skill: dict[str, Any]) -> str:
    """The headline score of the model beside that of its best rival."""
    headline = skill["headline"]
    values = headline["value"], headline["best_rival"], headline["rival_value"]
    return against(METRICS[headline["metric"]][0], *values)


def kept(history: pd.DataFrame, best_epoch: int | None, held_out: str) -> str:
    """The epoch that was kept, and its scores on the rows that were watched; the loss if it has no other.

    Parameters
    ----------
    history, best_epoch, held_out
        As for :func:`rnn_trading.figures.panels.learning_curves`.

    Examples
    --------
    >>> scores = {"epoch": [1, 1, 2, 2], "quantity": ["loss", "auc"] * 2, "value": [0.7, 0.51, 0.69, 0.53]}
    >>> kept(pd.DataFrame(scores | {"rows": "validation"}), 2, "validation")
    'Epoch 2 of 2 was kept: validation AUC 0.53'
    """
    last = history["epoch"].max()
    rows = history[
        (history["rows"] == "validation") & (history["epoch"] == (last if best_epoch is None else best_epoch))
    ]
    scores = dict(zip(rows["quantity"], rows["value"], strict=True))
    shown = [f"{name} {scores[quantity]:.3g}" for quantity, name in SCORES.items() if quantity in scores]
    said = ", ".join(shown) or f"loss {scores['loss']:.3g}"
    chosen = f"The last of {last} epochs was kept" if best_epoch is None else f"Epoch {best_epoch} of {last} was kept"
    return f"{UNTRAINED if best_epoch == 0 else chosen}: {held_out} {said}"


def learning_curves(
    history: pd.DataFrame, training: dict[str, Any], skill: dict[str, Any], *, unit: str = "scaled units"
) -> Figure:
    """Every recorded quantity by epoch; of several fits, what decided of each. ``unit`` is that of the target."""
    loss = loss_in_words(history, training, unit)
    if isinstance(training["best_epoch"], dict):
        return losses_by_seed(history, training, skill, loss=loss)
    stopped = watched(training)
    return figures.panels.learning_curves(history, *stopped, unit, title(kept(history, *stopped), skill), loss)


def loss_in_words(history: pd.DataFrame, training: dict[str, Any], unit: str) -> str:
    """What the loss of a training is called on an axis.

    Examples
    --------
    >>> loss_in_words(pd.DataFrame({"quantity": ["loss", "rmse"]}), {"loss": "mse"}, "points")
    'Loss (squared points)'
    >>> loss_in_words(pd.DataFrame({"quantity": ["loss", "rmse"]}), {"loss": "qlike"}, "points")
    'QLIKE'
    """
    if (name := training.get("loss")) in LOSSES:  # of before 0.12 it is not known
        return LOSSES[name].format(unit=unit)
    return f"Loss (squared {unit})" if (history["quantity"] == "rmse").any() else "Loss (nats)"


# What decides which epoch is kept, where it is not the loss: its name on an axis.
DECIDING = {
    "mae": "MAE",
    "auc": "AUC",
    "run_half_mse": "Half MSE of the runs",
    "ic": "Information coefficient",
    "first_step": "MAE of the first step",
}


def losses_by_seed(history: pd.DataFrame, training: dict[str, Any], skill: dict[str, Any], *, loss: str) -> Figure:
    """What decided, of every fit; ``loss`` is what its loss is called. Of several folds, each has a panel."""
    name = training.get("monitor", "loss")  # of before 0.12 it is not known
    quantity, best_epochs = (name, DECIDING.get(name, loss)), by_fit(history, training)
    held_out = training["stopped_on"] or training["chosen_on"] or training.get("watched", "watched")
    found = title(_kept_by_fit(history, best_epochs, held_out, quantity), skill)
    if folds_in(history) == [1]:
        of_seeds = {fit.rpartition(SEED_PREFIX)[2]: epoch for fit, epoch in best_epochs.items()}
        return figures.panels.losses_by_seed(history, of_seeds, held_out, quantity, found)
    return figures.folds.curves_of_fits(history, best_epochs, held_out, quantity, found)


def by_fit(history: pd.DataFrame, training: dict[str, Any]) -> dict[str, int]:
    """The epoch that was kept, by the name of the fit.

    Examples
    --------
    >>> by_fit(pd.DataFrame({"fold": [1], "seed": [42]}), {"best_epoch": 7})
    {'fold_1.seed_42': 7}
    """
    best = training["best_epoch"]
    if isinstance(best, dict):
        return {fit if fit.startswith(FOLD_PREFIX) else fit_name(1, int(fit)): epoch for fit, epoch in best.items()}
    return {fit_name(history.get(FOLD, pd.Series([1])).iloc[0], history["seed"].iloc[0]): best}


def _kept_by_fit(history: pd.DataFrame, best_epochs: dict[str, int], held_out: str, quantity: tuple[str, str]) -> str:
    """Epochs that were kept, and what decided, from the smallest to the largest of all fits."""
    rows = history[(history["rows"] == "validation") & (history["quantity"] == quantity[0])]
    folds = rows[FOLD] if FOLD in rows else pd.Series(1, index=rows.index)
    fits = pd.Series([fit_name(*fit) for fit in zip(folds, rows["seed"], strict=True)], index=rows.index)
    best = rows["epoch"] == fits.map(best_epochs)
    name = quantity[1].partition(" (")[0]
    score = f"{held_out} {name if name.isupper() else name.lower()}"
    ends = [(each.min(), each.max()) for each in (rows.loc[best, "epoch"], rows.loc[best, "value"])]
    (first, last), (low, high) = ends
    if len(best_epochs) == 1:
        return f"Epoch {first} of {rows['epoch'].max()} was kept: {score} {low:.3g}"
    epochs = f"epoch {first}" if first == last else f"epochs {first} to {last}"
    several = folds.nunique()
    of_what = f"{len(best_epochs)} fits of {several} folds" if several > 1 else f"{len(best_epochs)} seeds"
    return f"{of_what} kept {epochs}: {score} {low:.3g} to {high:.3g}"


def last_fit(history: pd.DataFrame, training: dict[str, Any]) -> tuple[pd.DataFrame, dict[str, Any], str]:
    """History and training of one fit, where a figure shows no more: of the last fold, and of its first seed.

    The third value says which one it is; nothing of a single fit.

    Examples
    --------
    >>> history = pd.DataFrame({"fold": [1, 2], "seed": 42, "value": [0.5, 0.4]})
    >>> of_fit, training, which = last_fit(history, {"best_epoch": {"fold_1.seed_42": 3, "fold_2.seed_42": 5}})
    >>> of_fit["value"].tolist(), training, which
    ([0.4], {'best_epoch': 5}, 'fold 2, seed 42')
    """
    if not isinstance(training["best_epoch"], dict):
        return history, training, ""
    last = history[history[FOLD] == history[FOLD].max()] if FOLD in history else history
    one = last[last["seed"] == last["seed"].iloc[0]]
    fold, seed = folds_in(one)[0], one["seed"].iloc[0]
    kept_in = by_fit(history, training)[fit_name(fold, seed)]
    return one, training | {"best_epoch": kept_in}, f"fold {fold}, seed {seed}"


def of_last_fit(fact: Any) -> Any:
    """What is told by fit where there are several, of the last fold and its first seed.

    Examples
    --------
    >>> of_last_fit({"fold_9.seed_42": 3, "fold_10.seed_42": 5, "fold_10.seed_43": 7}), of_last_fit(4)
    (5, 4)
    """
    if not isinstance(fact, dict):
        return fact
    last = max(int(fold_number(fit.partition(".")[0])) for fit in fact)
    return next(value for fit, value in fact.items() if fit.startswith(f"{FOLD_PREFIX}{last}."))


def folds_and_years(skill: dict[str, Any]) -> Figure:
    """What decided by fold, by year and by seed, beside the best rival."""
    decision = skill["decision"]
    quantity = textwrap.fill(capital(decision["words"]), LABEL)
    return figures.folds.folds_and_years(skill, quantity, NO_SKILL[decision["statistic"]], title(ahead(skill), skill))


def ahead(skill: dict[str, Any]) -> str:
    """In how many folds and years the model is ahead of its best rival, and what the worst seed has.

    Examples
    --------
    >>> best = {"best": {"rival": "har"}}
    >>> folds = [{"ahead": True} | best, {"ahead": False} | best]
    >>> ahead({"by_fold": folds, "by_year": folds[:1], "model": {}})
    'Ahead of har in 1 of 2 folds and 1 of 1 years'
    """
    by_seed = skill["model"].get("by_seed") or {}
    in_time = {what: skill[f"by_{what}"] or [] for what in ("fold", "year")}
    counted = [
        f"{known.count(True)} of {len(known)} {what}s"
        for what, least in (("fold", 2), ("year", 1))
        if len(known := [each["ahead"] for each in in_time[what] if each["ahead"] is not None]) >= least
    ]
    rival = next((each["best"]["rival"] for each in (*in_time["fold"], *in_time["year"]) if each["best"]), None)
    parts = [f"Ahead of {words(rival)} in {' and '.join(counted)}"] if counted and rival else []
    if "worst" in by_seed:
        values = format_score(by_seed["worst"]["value"]), format_score(skill["decision"]["value"])
        count = len(by_seed["seeds"])
        judged = "their average" if skill["model"].get("networks") == count else "the model"
        name = by_seed["decided"]["words"]
        parts.append(f"{name} {values[0]} of the worst of {count} seeds, {values[1]} of {judged}")
    return capital("; ".join(parts)) or headline_against(skill)


def text_lengths(lengths: NDArray[np.int64], tokens: int, what: str, skill: dict[str, Any]) -> Figure:
    """How long texts are, and which share of them the network does not see to their end."""
    longer = format_share(float((lengths > tokens).mean()))
    found = f"{longer} of {len(lengths):,} {what} are longer than the {tokens:,} words that the network sees"
    return figures.text.text_lengths(lengths, tokens, what, title(found, skill))


def model_and_rivals(skill: dict[str, Any], *, measured: str = "on the test rows") -> Figure:
    """The headline score of the model beside that of its rivals; ``measured`` says on what, and in which unit."""
    metric = skill["headline"]["metric"]
    name, no_skill = METRICS[metric]
    return figures.panels.model_beside_rivals(
        skill, metric, f"{name} {measured}", no_skill, title(headline_against(skill), skill)
    )


def error_by_step(skill: dict[str, Any], *, unit: str) -> Figure:
    """Error of runs of several steps by step, of the model and of its rivals."""
    return errors_by_step(skill, ("steps", f"RMSE ({unit})"), lambda metrics: metrics["rmse_by_step"])


def errors_by_step(
    skill: dict[str, Any], labels: tuple[str, str], errors: Callable[[dict[str, Any]], list[float]]
) -> Figure:
    """Error by step, as a function takes it from metrics; ``labels`` are what steps are and what errors are."""
    network, rivals = errors(skill["model"]["metrics"]), {name: errors(of) for name, of in skill["rivals"].items()}
    best = min(rivals, key=lambda name: rivals[name][-1])
    (steps, label), last = labels, (network[-1], best, rivals[best][-1])
    near = f"{format_score(network[0])} and {format_score(rivals[best][0])} at the first"
    found = f"{len(network)} {steps} ahead: {against(label.partition(' (')[0], *last)}; {near}"
    axes = f"{steps.capitalize()} ahead", label
    return figures.panels.error_by_step(network, rivals, axes, title(found, skill))
