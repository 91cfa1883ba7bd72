"""The nodes of an experiment that forecast, run again on other rows: what forecasts the future is what was judged.

A forecast of the future goes the same road as those of the record, function by function: the nodes of the last fold,
less those that fit. What they fitted is read from the files of the training.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kedro.pipeline import Node, Pipeline

from rnn_trading.experiments import wiring
from rnn_trading.plan import Fits
from rnn_trading.progress import FIT

# What a fold fits before its networks, by the last part of a dataset's name: it is kept beside the networks, and read.
# Of filings these are the phrases; which part each was in, and the return after it, stand in its documents.
FITTED = frozenset({"clipping", "scaling", "split_dates", "phrases", "parts", "returns"})
SOURCES = "data_ingestion"
# Of a dataset that was made, what takes its place, and that of others, by their names.
Adjust = Callable[[Any], dict[str, Any]]


@dataclass(frozen=True)
class Step:
    """One node, as a function of datasets by their names.

    Attributes
    ----------
    function
        Of the node.
    inputs
        By argument, the name of a dataset.
    outputs
        One name, or names by those of what the function returns.
    """

    function: Callable[..., Any]
    inputs: Mapping[str, str]
    outputs: str | Mapping[str, str]

    def run(self, datasets: dict[str, Any]) -> dict[str, Any]:
        """What it makes of datasets by their names."""
        made = self.function(**{argument: datasets[name] for argument, name in self.inputs.items()})
        if isinstance(self.outputs, str):
            return {self.outputs: made}
        return {name: made[each] for each, name in self.outputs.items()}


@dataclass(frozen=True)
class Repeated:
    """Nodes of one fold that forecast, in their order.

    Attributes
    ----------
    steps
        The nodes.
    hints
        By the name of a dataset that no step makes, the type that a step expects.
    model, rivals
        Names of the forecasts of the averaged networks, and of their rivals.
    """

    steps: tuple[Step, ...]
    hints: Mapping[str, Any]
    model: str
    rivals: str

    def run(self, given: Mapping[str, Any], adjust: Mapping[str, Adjust]) -> tuple[Any, Any]:
        """Forecasts of the model and of its rivals.

        Parameters
        ----------
        given
            Datasets that no step makes, by name.
        adjust
            By the name of a dataset, what takes its place as soon as it is made.
        """
        datasets = dict(given)
        for step in self.steps:
            for name, made in step.run(datasets).items():
                datasets |= adjust[name](made) if name in adjust else {name: made}
        return datasets[self.model], datasets[self.rivals]

    @property
    def made(self) -> set[str]:
        """Names of the datasets that steps make."""
        return {name for step in self.steps for name in _names(step.outputs)}


def repeated(name: str, whole: Pipeline, fits: Fits, instead: Mapping[str, Node] | None = None) -> Repeated:
    """What forecasts, of the last fold that is judged; what it reads is that of the networks that know most.

    Parameters
    ----------
    name
        Of the record.
    whole
        The experiment from its source.
    fits
        Its folds and seeds.
    instead
        By the name of a function, the node that takes its place: one that does not fit.

    Examples
    --------
    >>> from rnn_trading.pipeline_registry import experiment
    >>> from rnn_trading.plan import Fits, ONE_EACH
    >>> of_level = repeated("univariate_regression.level", experiment("univariate_regression.level", ONE_EACH), Fits())
    >>> [step.function.__name__ for step in of_level.steps]
    ['window_index', 'forecast_with_rivals', 'forecast_rows', 'average_seeds']
    >>> sorted(each.removeprefix("univariate_regression.level.") for each in of_level.hints if "fold" in each)
    ['fold_1.scaling', 'fold_1.seed_0.model', 'fold_1.split_dates']
    """
    judged, last = fits.names[-1], fits.last
    model = f"{name}.{judged}.model_predictions"
    stack = next(node for node in whole.nodes if node.outputs == [f"{name}.rival_predictions"])
    rivals = _inputs(stack)[judged]
    nodes = [_replaced(node, instead or {}) for node in whole.to_outputs(model, rivals).nodes if not _fits(node)]
    nodes = _needed([node for node in nodes if not (node.namespace or "").startswith(SOURCES)], {model, rivals})
    made = {output for node in nodes for output in node.outputs}

    def renamed(dataset: str) -> str:
        return dataset if dataset in made else dataset.replace(f".{judged}.", f".{last}.")

    steps: list[Step] = []
    hints: dict[str, Any] = {}
    for node in nodes:
        inputs = {argument: renamed(dataset) for argument, dataset in _inputs(node).items()}
        types = wiring.types_of(node.func)
        hints |= {each: types.get(argument, Any) for argument, each in inputs.items() if each not in made}
        outputs: Any = node._outputs
        steps.append(Step(node.func, inputs, outputs))
    return Repeated(tuple(steps), hints, model, rivals)


def _fits(node: Node) -> bool:
    """Whether what a node makes was fitted, and is read instead."""
    return FIT in node.tags or all(output.rpartition(".")[2] in FITTED for output in node.outputs)


def _replaced(node: Node, instead: Mapping[str, Node]) -> Node:
    """A node, or the one in its place, with the same names of datasets."""
    other = instead.get(getattr(node.func, "__name__", ""))
    if other is None:
        return node
    outputs, inputs = _outputs(node), _inputs(node) | _outputs(node)
    taken = {argument: inputs[dataset.removeprefix("params:")] for argument, dataset in _inputs(other).items()}
    made = {each: outputs[each] for each in other.outputs}
    return node._copy(func=other.func, inputs=taken, outputs=made if len(made) > 1 else next(iter(made.values())))


def _needed(nodes: Iterable[Node], wanted: set[str]) -> list[Node]:
    """Nodes in their order that make what is wanted, or what one of them takes."""
    ordered, taken = [*nodes], {*wanted}
    kept = []
    for node in reversed(ordered):
        if taken.intersection(node.outputs):
            kept.append(node)
            taken |= {*node.inputs}
    return kept[::-1]


def _inputs(node: Node) -> dict[str, str]:
    inputs: Any = node._inputs
    return dict(inputs)


def _outputs(node: Node) -> dict[str, str]:
    outputs: Any = node._outputs
    return {outputs.rpartition(".")[2]: outputs} if isinstance(outputs, str) else dict(outputs)


def _names(outputs: str | Mapping[str, str]) -> list[str]:
    return [outputs] if isinstance(outputs, str) else [*outputs.values()]
