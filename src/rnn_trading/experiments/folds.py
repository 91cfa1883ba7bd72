"""What of an experiment is done once a fold, and what once a network; and how it comes together again.

A fit is one network of one fold and one seed. Its datasets are ``EXPERIMENT.fold_1.seed_42.model`` and so on, those of a
fold ``EXPERIMENT.fold_1.scaling`` and so on. In a drawing all of them lie in the group ``EXPERIMENT.folds``.
"""

import dataclasses
import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from kedro.pipeline import Node, Pipeline

from rnn_trading.experiments import wiring
from rnn_trading.experiments.fitting import average_forecasts, collect_predictions, gather_history, gather_training
from rnn_trading.experiments.fitting import stack_folds as stack
from rnn_trading.models.description import describe
from rnn_trading.models.parameters import TrainingParameters
from rnn_trading.plan import FINAL, SEED, Fits

GROUP = "folds"
# Between the names of a fold and of its network, in arguments of functions.
BETWEEN = "__"
# What a fit needs beside what it makes, and has for itself.
OF_A_FIT = ("training_state",)
STACKED = ("predictions", "validation_predictions", "model_predictions", "forecasts_by_seed")


@dataclass(frozen=True)
class FitOf:
    """Which network is fitted.

    Attributes
    ----------
    fold
        Name of the fold; empty: there is one fold.
    seed
        Its seed; None: that of the training.

    Examples
    --------
    >>> FitOf("fold_1", 43).title("mine.level"), FitOf().title("mine.level")
    ('mine.level, fold 1, seed 43', 'mine.level')
    """

    fold: str = ""
    seed: int | None = None

    def title(self, experiment: str) -> str:
        """What the network is called in messages."""
        seed = "" if self.seed is None else f"seed {self.seed}"
        return ", ".join(filter(None, [experiment, self.fold.replace("_", " "), seed]))

    def training(self, training: TrainingParameters) -> TrainingParameters:
        """Its parameters."""
        return training if self.seed is None else dataclasses.replace(training, seed=self.seed)


THE_ONE = FitOf()


@dataclass(frozen=True)
class Folds:
    """The part of an experiment that is repeated.

    Attributes
    ----------
    fits
        How often.
    fold
        Nodes of every fold. A function with an argument ``fold`` is given its name.
    fit
        Nodes of every fit: train and forecast. A function with an argument ``fit`` is given a :class:`FitOf`.
    shared
        By the name of a dataset of a fold, the other experiment whose fold makes it.
    newest
        Datasets of the last fold that the experiment has as its own, too, since they belong to its ``model``.
    """

    fits: Fits
    fold: tuple[Node, ...]
    fit: tuple[Node, ...]
    shared: Mapping[str, str] = field(default_factory=dict)
    newest: tuple[str, ...] = ()


def split_of_fold(split_dates: pd.DataFrame, fold: str) -> pd.DataFrame:
    """The split of one fold: column ``split``, by date; see :func:`rnn_trading.splits.walk_forward.walk_forward`."""
    return split_dates[[fold]].set_axis(["split"], axis=1)


# The split of the experiment, whose fold has one of its own by the same name.
SPLIT_OF_FOLD = wiring.node(split_of_fold, "split_dates", split_dates="all_split_dates", fold="fold")


def experiment(
    name: str,
    nodes: Iterable[Node],
    folds: Folds,
    shared: Iterable[str] | Mapping[str, str] = (),
    parameters: Mapping[str, str] | None = None,
) -> Pipeline:
    """An experiment that fits networks: its nodes, and those of its folds; see :func:`wiring.experiment`.

    Parameters
    ----------
    nodes
        What is done once. To it comes the ``summary`` of the ``model``.
    folds
        What is repeated. To it comes what brings it together: ``predictions``, ``validation_predictions``,
        ``model_predictions``, ``forecasts_by_seed``, ``training``, ``history`` and ``model``.
    """
    outside = dict(shared) if isinstance(shared, Mapping) else {each: each for each in shared}
    once = [*nodes, wiring.node(describe, "summary")]
    return wiring.experiment(name, once, outside, parameters) + in_folds(name, folds, outside, parameters or {})


def in_folds(name: str, folds: Folds, outside: Mapping[str, str], parameters: Mapping[str, str]) -> Pipeline:
    """The folds of an experiment, and what brings them together."""
    place = _Place(name, folds, outside, parameters)
    judged = [node for fold in folds.fits.names for node in place.of_fold(fold)]
    final = Pipeline(place.of_fold(FINAL)).to_outputs(*place.models(FINAL)).nodes if folds.fits.final else []
    return Pipeline([*judged, *final, *place.together()])


class _Place:
    """Names of the datasets of an experiment's folds, and their nodes."""

    def __init__(
        self, name: str, folds: Folds, outside: Mapping[str, str], parameters: Mapping[str, str]
    ) -> None:
        self.name, self.folds, self.outside, self.parameters = name, folds, outside, parameters
        self.of_fits = {*OF_A_FIT, *(output for node in folds.fit for output in node.outputs)}
        self.seeds = (*folds.fits.seeds, *folds.fits.others)
        of_folds = (output for node in (*folds.fold, *self._brought_together("fold")) for output in node.outputs)
        self.made_in_folds = {*of_folds}

    def of_fold(self, fold: str) -> list[Node]:
        """Its nodes, and those of its fits."""
        once = [self._put(node, fold) for node in (*self.folds.fold, *self._brought_together(fold))]
        fits = [self._put(node, fold, seed) for seed in self.seeds for node in self.folds.fit]
        return [*once, *fits]

    def models(self, fold: str) -> list[str]:
        """Of the networks that are averaged."""
        return [self.dataset("model", fold, seed) for seed in self.folds.fits.seeds]

    def dataset(self, name: str, fold: str, seed: int | None = None) -> str:
        """The whole name of what a node of a fold, or of a fit, calls by this name."""
        if name.startswith("params:"):
            own = f"params:{self.name}.{name.removeprefix('params:')}"
            return name if name in wiring.GLOBAL_PARAMETERS else self.parameters.get(name, own)
        if seed is not None and name in self.of_fits:
            return f"{self.name}.{fold}.{SEED}{seed}.{name}"
        if name in self.made_in_folds:
            return f"{self.name}.{fold}.{name}"
        if name in self.folds.shared:
            return f"{self.folds.shared[name]}.{fold}.{name}"
        there = name.removeprefix("all_")
        return self.outside.get(there, f"{self.name}.{there}")

    def _put(self, node: Node, fold: str, seed: int | None = None) -> Node:
        """A node of a fold or of a fit, with the whole names of its datasets."""
        inside = inspect.signature(node.func).parameters
        alone = self.folds.fits.single
        values: dict[str, Any] = {}
        if "fold" in inside:
            values["fold"] = fold
        if "fit" in inside:
            values["fit"] = FitOf("" if alone else fold, seed)
        taken = {argument: each for argument, each in node._inputs.items() if argument not in values}
        named = {argument: self.dataset(each, fold, seed) for argument, each in taken.items()}
        made = node._outputs
        outputs = (
            {key: self.dataset(each, fold, seed) for key, each in made.items()}
            if isinstance(made, dict)
            else self.dataset(made, fold, seed)
        )
        return Node(
            wiring.given(node.func, **values) if values else node.func,
            named,
            outputs,
            name=node._name,
            tags=node.tags,
            namespace=f"{self.name}.{GROUP}.{fold}" + ("" if seed is None else f".{SEED}{seed}"),
        )
