"""What of an experiment is done once a fold, and what once a network; and how it comes together again.

A fit is one network of one fold and one seed. Its datasets are ``EXPERIMENT.fold_1.seed_42.model`` and so on, those of
a fold ``EXPERIMENT.fold_1.scaling`` and so on. In a drawing all of them lie in the group ``EXPERIMENT.folds``.
"""

import dataclasses
import inspect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from kedro.pipeline import Node, Pipeline

from rnn_trading.experiments import wiring
from rnn_trading.experiments.gathering import (
    Fit,
    average_forecasts,
    gather_history,
    gather_training,
    stack_folds,
)
from rnn_trading.experiments.registering import count_trials, register_fit
from rnn_trading.models.description import describe
from rnn_trading.models.parameters import TrainingParameters
from rnn_trading.models.states import States
from rnn_trading.plan import FINAL_FOLD, FOLD_PREFIX, SEED_PREFIX, Fits, fold_number

GROUP = "folds"
# Between the names of a fold and of its network, in arguments of functions.
BETWEEN = "__"
# Before the name of a dataset of the whole experiment, of which a fold has one of its own.
ALL = "all_"
# Before the name of a dataset of the first fold, where the whole experiment takes it.
FIRST = "first_"
# The same of the last fold that is judged, and of its first network.
LAST = "last_"
# What a fit needs beside what it makes, and has for itself.
OF_A_FIT = ("training_state",)
STACKED = ("model_predictions", "rival_predictions", "forecasts_by_seed")


@dataclass(frozen=True)
class FitOf:
    """Which network is fitted.

    Attributes
    ----------
    experiment
        Its name.
    seed
        Of all that is drawn; None: that of the training.
    fold
        Name of the fold; empty: there is one network.
    first
        Whether it is the one that says what is true of all: the first seed of the first fold.

    Examples
    --------
    >>> FitOf("mine.level", 43, "fold_1").title, FitOf("mine.level").title
    ('mine.level, fold 1, seed 43', 'mine.level')
    >>> FitOf("mine.level", 43, "fold_final").title
    'mine.level, final fit, seed 43'
    """

    experiment: str
    seed: int | None = None
    fold: str = ""
    first: bool = True

    @property
    def title(self) -> str:
        """What the network is called in messages."""
        if not self.fold:
            return self.experiment
        fold = "final fit" if self.fold == FINAL_FOLD else f"fold {fold_number(self.fold)}"
        return f"{self.experiment}, {fold}, seed {self.seed}"

    def train(
        self, build: Any, rows: Any, watched: Any, training: TrainingParameters, states: States, *callbacks: Any
    ) -> Any:
        """Train it by its seed; see :func:`rnn_trading.models.grid.train_best`."""
        from rnn_trading.models.grid import train_best  # noqa: PLC0415  TensorFlow takes seconds to import

        own = training if self.seed is None else dataclasses.replace(training, seed=self.seed)
        return train_best(build, rows, watched, own, self.title, states, callbacks)


def arguments_of_fits(folds: Iterable[str], seeds: Sequence[int]) -> dict[str, str]:
    """Names of fits in datasets, by those that they have as arguments of functions.

    Examples
    --------
    >>> arguments_of_fits(["fold_1"], [42, 43])
    {'fold_1__seed_42': 'fold_1.seed_42', 'fold_1__seed_43': 'fold_1.seed_43'}
    """
    return {f"{fold}{BETWEEN}{SEED_PREFIX}{seed}": f"{fold}.{SEED_PREFIX}{seed}" for fold in folds for seed in seeds}


def of_the_folds_of(name: str, *datasets: str, **renamed: str) -> dict[str, str]:
    """Datasets that a fold takes from the same fold of another experiment; see :class:`Folds`.

    Examples
    --------
    >>> of_the_folds_of("mine.level", "scaling", recursion="model_predictions")
    {'scaling': 'mine.level.{fold}.scaling', 'recursion': 'mine.level.{fold}.model_predictions'}
    """
    return {inside: f"{name}.{{fold}}.{there}" for inside, there in (wiring.by_name(*datasets) | renamed).items()}


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
        By the name of a dataset, the whole one of a fold of another experiment, with ``{fold}`` in it.
    newest
        Datasets of the last fold that the experiment has as its own, too, since they belong to its ``model``.
    needed_in_the_future
        What the fold of the final fit is there for, where it is not the ``model``: other experiments share it.
    """

    fits: Fits
    fold: tuple[Node, ...]
    fit: tuple[Node, ...]
    shared: Mapping[str, str] = field(default_factory=dict)
    newest: tuple[str, ...] = ()
    needed_in_the_future: tuple[str, ...] = ("model",)


def split_of_fold(split_dates: pd.DataFrame, fold: str) -> pd.DataFrame:
    """The split of one fold: column ``split``, by date; see :func:`rnn_trading.splits.walk_forward.walk_forward`."""
    return split_dates[[fold if fold in split_dates else fold.removeprefix(FOLD_PREFIX)]].set_axis(["split"], axis=1)


SPLIT_OF_FOLD = wiring.node(split_of_fold, "split_dates", split_dates=f"{ALL}split_dates")


# Every fit is counted: those that are judged with what they score, the others by what they are.
REGISTER = wiring.node(register_fit, "trial", model_predictions="model_predictions")
REGISTER_UNTESTED = wiring.node(register_fit, "trial")


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
        What is done once. To it comes the ``summary`` of the ``model``. A dataset ``first_NAME`` is that of the first
        fold, ``last_NAME`` that of the last one that is judged, or of its first seed.
    folds
        What is repeated. To it comes what brings it together: ``model_predictions``, ``rival_predictions``,
        ``forecasts_by_seed``, ``training``, ``history`` and ``model``.
    shared, parameters
        See :func:`rnn_trading.experiments.wiring.experiment`.
    """
    outside = dict(shared) if isinstance(shared, Mapping) else {each: each for each in shared}
    once = [*nodes, wiring.node(describe, "summary")]
    place = _Place(name, folds, outside, parameters or {})
    taken = {each for node in once for each in node.inputs} - outside.keys()
    of_folds = {each: place.of_first(each) for each in taken if each.startswith(FIRST)}
    of_folds |= {each: place.of_last(each) for each in taken if each.startswith(LAST)}
    return wiring.experiment(name, once, outside | of_folds, parameters) + place.pipeline()


def in_folds(name: str, folds: Folds, outside: Mapping[str, str], parameters: Mapping[str, str]) -> Pipeline:
    """The folds of an experiment, and what brings them together."""
    return _Place(name, folds, outside, parameters).pipeline()


class _Place:
    """Where the datasets of an experiment's folds are, and the nodes that make them."""

    def __init__(self, name: str, folds: Folds, outside: Mapping[str, str], parameters: Mapping[str, str]) -> None:
        self.name, self.folds, self.outside, self.parameters = name, folds, outside, parameters
        self.seeds = (*folds.fits.seeds, *folds.fits.others)
        self.of_fits = {*OF_A_FIT, "trial", *(output for node in folds.fit for output in node.outputs)}
        self.of_folds = {output for node in folds.fold for output in node.outputs}

    def pipeline(self) -> Pipeline:
        """All nodes."""
        judged = [node for fold in self.folds.fits.names for node in self.of_fold(fold)]
        final = self.of_final_fold() if self.folds.fits.final else []
        return Pipeline([*judged, *final, *self.together()])

    def of_first(self, name: str) -> str:
        """The whole name of a dataset of the first fold, called ``first_NAME``."""
        return self.dataset(name.removeprefix(FIRST), self.folds.fits.names[0])

    def of_last(self, name: str) -> str:
        """The whole name of a dataset of the last fold that is judged, or of its first seed, called ``last_NAME``."""
        fits = self.folds.fits
        return self.dataset(name.removeprefix(LAST), fits.names[-1], fits.seeds[0])

    def of_fold(self, fold: str) -> list[Node]:
        """Its nodes, those of its fits, and the average of their forecasts."""
        once = [self._put(node, fold) for node in self.folds.fold]
        if not self.folds.fit:
            return once
        fits = [self._put(node, fold, seed) for seed in self.seeds for node in (*self.folds.fit, REGISTER)]
        forecasts = {f"{SEED_PREFIX}{seed}": self.dataset("model_predictions", fold, seed) for seed in self.seeds}
        outputs = {each: f"{self.name}.{fold}.{each}" for each in ("model_predictions", "forecasts_by_seed")}
        taken = self._declared("seeds", "other_seeds") | forecasts
        return [*once, *fits, Node(average_seeds, taken, outputs, name="average_seeds", namespace=self._group(fold))]

    def of_final_fold(self) -> list[Node]:
        """What is needed of the final fit: it forecasts nothing that is judged, and is counted all the same."""
        needed = self.folds.needed_in_the_future
        outputs = {self.dataset(name, FINAL_FOLD, seed) for name in needed for seed in self.seeds}
        of_models = Pipeline(self.of_fold(FINAL_FOLD)).to_outputs(*outputs).nodes
        return [*of_models, *(self._put(REGISTER_UNTESTED, FINAL_FOLD, seed) for seed in self.seeds if self.folds.fit)]

    def together(self) -> list[Node]:
        """Nodes that make of the datasets of all folds those of the experiment."""
        if not self.folds.fit:
            return self._passed_on()
        names, group = self.folds.fits.names, self._group()
        stacked = [
            Node(
                stack if self.folds.fits.walks else the_only_fold,
                {fold: self._stacked(each, fold) for fold in names},
                f"{self.name}.{each}",
                name=f"stack_{each}",
                namespace=group,
            )
            for each in STACKED
        ]
        every = [*names, *([FINAL_FOLD] if self.folds.fits.final else [])]
        told = {
            f"{argument}{BETWEEN}{each}": f"{self.name}.{fit}.{each}"
            for argument, fit in arguments_of_fits(every, self.seeds).items()
            for each in ("training", "history")
        }
        outputs = {each: f"{self.name}.{each}" for each in ("training", "history")}
        taken = self._declared("seeds", "other_seeds") | told
        gather = Node(gather_fits, taken, outputs, name="gather_fits", namespace=group)
        return [*stacked, gather, self._count(), *self._newest()]

    def _count(self) -> Node:
        """The node that counts what was tried, once all fits that are judged are in the register."""
        fits = arguments_of_fits(self.folds.fits.names, self.seeds)
        trials = {argument: f"{self.name}.{fit}.trial" for argument, fit in fits.items()}
        of = {"register": f"{self.name}.register", "experiment": self.dataset("params:experiment", FINAL_FOLD)}
        taken = self._declared("seeds") | of | trials
        return Node(count_trials, taken, f"{self.name}.trials", name="count_trials", namespace=self._group())

    def _newest(self) -> list[Node]:
        """What forecasts the future."""
        last, group = self.folds.fits.last, self._group()
        models = {f"{SEED_PREFIX}{seed}": self.dataset("model", last, seed) for seed in self.folds.fits.seeds}
        average = Node(
            *(average_networks, self._declared("seeds") | models, f"{self.name}.model"),
            name="average_networks",
            namespace=group,
            tags=["gpu"],
        )
        return [average, *self._passed_on()]

    def _passed_on(self) -> list[Node]:
        """What belongs to the networks of the last fold."""
        fits = self.folds.fits
        newest = {each: self.dataset(each, fits.last, fits.seeds[0]) for each in self.folds.newest}
        outputs = {each: f"{self.name}.{each}" for each in newest}
        return [Node(pass_on, newest, outputs, name="pass_on", namespace=self._group())] if newest else []

    def _stacked(self, name: str, fold: str) -> str:
        """Where the fold has what is stacked: forecasts of the model are its own, those of rivals may be another's."""
        return self.dataset(name, fold) if name == "rival_predictions" else f"{self.name}.{fold}.{name}"

    def dataset(self, name: str, fold: str, seed: int | None = None) -> str:
        """The whole name of what a node of a fold, or of a fit, calls by this name."""
        if name.startswith("params:"):
            own = f"params:{self.name}.{name.removeprefix('params:')}"
            return name if name in wiring.GLOBAL_PARAMETERS else self.parameters.get(name, own)
        if seed is not None and name in self.of_fits:
            return f"{self.name}.{fold}.{SEED_PREFIX}{seed}.{name}"
        if name in self.of_folds:
            return f"{self.name}.{fold}.{name}"
        if name in self.folds.shared:
            return self.folds.shared[name].format(fold=fold)
        there = name.removeprefix(ALL)
        return self.outside.get(there, f"{self.name}.{there}")

    def _put(self, node: Node, fold: str, seed: int | None = None) -> Node:
        """A node of a fold or of a fit, with the whole names of its datasets."""
        fits = self.folds.fits
        first = (fold, seed) == (fits.names[0], fits.seeds[0])
        fit = FitOf(self.name, seed, "" if fits.single else fold, first)
        values: dict[str, Any] = {"fold": fold, "seed": seed, "fit": fit}
        taken: Any = node._inputs
        inside = inspect.signature(node.func).parameters
        known = {name: value for name, value in values.items() if name in inside}
        return node._copy(
            func=wiring.given(node.func, **known) if known else node.func,
            inputs={
                argument: self.dataset(name, fold, seed) for argument, name in taken.items() if argument not in known
            },
            outputs=self._outputs(node._outputs, fold, seed),
            namespace=self._group(fold) + ("" if seed is None else f".{SEED_PREFIX}{seed}"),
        )

    def _outputs(self, outputs: Any, fold: str, seed: int | None) -> str | dict[str, str]:
        """Of a node of :mod:`rnn_trading.experiments.wiring`: one name, or names by those of what it returns."""
        if isinstance(outputs, str):
            return self.dataset(outputs, fold, seed)
        return {name: self.dataset(each, fold, seed) for name, each in outputs.items()}

    def _declared(self, *names: str) -> dict[str, str]:
        """Parameters that say how many seeds there are, where they say it."""
        declared = self.folds.fits.declared
        return {name: declared[name] for name in names if name in declared}

    def _group(self, fold: str = "") -> str:
        return f"{self.name}.{GROUP}.{fold}".removesuffix(".")


def average_seeds(
    *, seeds: int = 1, other_seeds: Sequence[int] = (), **forecasts: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """The mean of the forecasts of the first networks of a fold, and the forecasts of all.

    Parameters
    ----------
    seeds
        How many are averaged.
    other_seeds
        Of networks beside them.
    forecasts
        ``model_predictions`` by ``seed_N``.

    Returns
    -------
    dict
        ``model_predictions`` and ``forecasts_by_seed``; see
        :func:`rnn_trading.experiments.gathering.average_forecasts`.

    Raises
    ------
    ValueError
        If there are no forecasts of one of the other seeds, or see there.
    """
    by_seed = {int(name.removeprefix(SEED_PREFIX)): table for name, table in forecasts.items()}
    if missing := sorted({*other_seeds} - by_seed.keys()):
        raise ValueError(f"Expected forecasts of all other_seeds. Missing: {missing}. Run their fits, too.")
    mean, single = average_forecasts(by_seed, seeds)
    return {"model_predictions": mean, "forecasts_by_seed": single}


def stack(**by_fold: pd.DataFrame) -> pd.DataFrame:
    """See :func:`rnn_trading.experiments.gathering.stack_folds`; arguments are tables by ``fold_N``."""
    return stack_folds({int(fold.removeprefix(FOLD_PREFIX)): table for fold, table in by_fold.items()})


def the_only_fold(fold_1: pd.DataFrame) -> pd.DataFrame:
    """The table of documents that have no date, and so no folds."""
    return fold_1


def gather_fits(*, seeds: int = 1, other_seeds: Sequence[int] = (), **told: Any) -> dict[str, Any]:
    """What the trainings of all fits came to.

    Parameters
    ----------
    seeds
        Of how many networks, the first of each fold, the average is judged.
    other_seeds
        Of networks beside them.
    told
        ``training`` and ``history`` of each fit, by names such as ``fold_1__seed_42__training``.

    Returns
    -------
    dict
        ``training`` and ``history``; see :mod:`rnn_trading.experiments.gathering`. Of other seeds there is the history.
    """
    by_kind: dict[str, dict[Fit, Any]] = {"training": {}, "history": {}}
    for name, value in told.items():
        fit, _, kind = name.rpartition(BETWEEN)
        by_kind[kind][fit_called(fit)] = value
    averaged = [*dict.fromkeys(seed for _, seed in by_kind["training"])][:seeds]
    judged = {fit: facts for fit, facts in by_kind["training"].items() if fit[1] in averaged}
    beside = [seed for seed in other_seeds if seed not in averaged]
    training = gather_training(judged) | ({"other_seeds": beside} if beside else {})
    return {"training": training, "history": gather_history(by_kind["history"])}


def fit_called(name: str) -> Fit:
    """Fold and seed of a fit in the name of an argument.

    Examples
    --------
    >>> fit_called("fold_1__seed_42"), fit_called("fold_final__seed_43")
    ((1, 42), ('final', 43))
    """
    fold, seed = name.split(BETWEEN)
    return fold_number(fold), int(seed.removeprefix(SEED_PREFIX))


def average_networks(*, seeds: int = 1, **networks: Any) -> Any:
    """The average of the first networks of one fold, `keras.Model`; one network stays as it is."""
    from rnn_trading.models.ensemble import build_ensemble  # noqa: PLC0415  TensorFlow takes seconds to import

    return build_ensemble([*networks.values()][:seeds])


def pass_on(**datasets: Any) -> dict[str, Any]:
    """What belongs to the networks of the last fold, under the names of the experiment."""
    return datasets
