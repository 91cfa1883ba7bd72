"""How experiments are wired, once for all: split, train, forecast, fit rivals, collect, judge, draw, write a page.

**A node takes what its arguments are named after.** An argument whose type is a parameter set (a dataclass) takes the
parameters of its name, any other the dataset of its name. Where a name differs, the wiring says so.
"""

import inspect
import typing
from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from typing import Any, get_type_hints

import pandas as pd
from kedro.pipeline import Node, Pipeline
from pydantic.dataclasses import is_pydantic_dataclass

from rnn_trading.experiments import drawing, how_sure
from rnn_trading.experiments.registering import Judged
from rnn_trading.figures import Figure
from rnn_trading.pages.experiment import experiment_page
from rnn_trading.pages.index import index_page
from rnn_trading.progress import FIT
from rnn_trading.skill.rows import FOLD

# What the functions call otherwise than the parameters: `training` is also what a training came to.
NAMES = {"architecture": "params:model", "protocol": "params:protocol"}
PAGE_NODE = "write_page"
Drawn = dict[str, Callable[..., Figure]]
# The protocol, a rival from elsewhere, and what is said of the sources: blocks of no single experiment.
GLOBAL_PARAMETERS = tuple(
    f"params:{name}"
    for name in (
        *("protocol", "pretrained"),
        *("data_ingestion", "index_prices", "index_ranges", "macro", "reviews", "filings"),
    )
)


def by_name(*names: str) -> dict[str, str]:
    """Outputs of a node that returns a dict with the names of its datasets."""
    return {name: name for name in names}


def node(
    function: Callable[..., Any], *outputs: str, name: str | None = None, gpu: bool = False, **datasets: Any
) -> Node:
    """A node that takes what the arguments of its function are named after.

    Parameters
    ----------
    function
        Pure. Arguments with a default value are left to it, unless ``datasets`` names them.
    outputs
        One: what the function returns. Several: it returns a dict with these names. None: it returns nothing.
    name
        Of the node; None: that of the function.
    gpu
        Whether the node would use a GPU: it has the tag ``gpu``.
    datasets
        By argument, the dataset or ``params:`` block, where its name differs from the argument's.

    Examples
    --------
    >>> def scale(series, windows):
    ...     return series
    >>> made = node(scale, "scaled", series="index_prices")
    >>> made.inputs, made.outputs, made.name
    (['index_prices', 'windows'], ['scaled'], 'scale')
    """
    declared = outputs[0] if len(outputs) == 1 else (by_name(*outputs) or None)
    called = name or function.__name__
    return Node(function, arguments(function, **datasets), declared, name=called, tags=["gpu"] if gpu else [])


def given(function: Callable[..., Any], **values: Any) -> Callable[..., Any]:
    """A function of a node some of whose arguments are not datasets.

    Parameters
    ----------
    function
        Of a module, and not inside another: only then can a node be sent to another process.
    values
        Of keyword arguments.

    Examples
    --------
    >>> def power(base, *, exponent):
    ...     return base**exponent
    >>> made = node(given(power, exponent=2), "square")
    >>> made.inputs, made.name, made.func(3)
    (['base'], 'power', 9)
    """
    made = partial(function, **values)
    # Kedro reads the name for its log, and the types of parameter sets.
    made.__dict__.update(__name__=function.__name__, __annotations__=types_of(function))
    return made


def arguments(function: Callable[..., Any], **datasets: str) -> dict[str, str]:
    """Of each argument of a function, the dataset or the block of parameters that it takes; see :func:`node`.

    Raises
    ------
    ValueError
        If ``datasets`` names what is no argument, of a function that takes no ``**`` others.
    """
    signature, types = inspect.signature(function), types_of(function)
    several = inspect.Parameter.VAR_KEYWORD
    named = {name: argument for name, argument in signature.parameters.items() if argument.kind is not several}
    further = {name: dataset for name, dataset in datasets.items() if name not in named}
    if further and len(named) == len(signature.parameters):
        raise ValueError(f"{function.__name__} has no argument {next(iter(further))!r}. Received: {signature}.")
    taken = {}
    for name, argument in named.items():
        if name in datasets:
            taken[name] = datasets[name]
        elif argument.default is inspect.Parameter.empty:
            taken[name] = NAMES.get(name) or (f"params:{name}" if _is_parameter_set(types.get(name)) else name)
    return taken | further


def _is_parameter_set(annotation: Any) -> bool:
    """Whether a type is a parameter set, or one or None."""
    return any(
        isinstance(each, type) and is_pydantic_dataclass(each) for each in (annotation, *typing.get_args(annotation))
    )


def types_of(function: Callable[..., Any]) -> dict[str, Any]:
    """Types of the arguments of a node's function."""
    return _hints(function.func if isinstance(function, partial) else function)


@cache
def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    """Read once, and not for each of the nodes that repeat a function."""
    return get_type_hints(function)


def train(function: Callable[..., Any], *further: str, **datasets: Any) -> Node:
    """The node that trains: ``model``, ``history`` by epoch, what the ``training`` came to, and ``further`` outputs."""
    made = node(function, "history", "training", *further, "model", name="train", gpu=True, **datasets)
    return made.tag(FIT)


def forecast(function: Callable[..., Any], *further: str, **datasets: Any) -> Node:
    """The node that forecasts by the model: ``model_predictions``, and ``further`` outputs."""
    return node(function, "model_predictions", *further, name="forecast", gpu=True, **datasets)


def rivals(function: Callable[..., Any], **datasets: Any) -> Node:
    """The node that fits the rivals and forecasts the validation and test rows by them: ``rival_predictions``."""
    return node(function, "rival_predictions", name="forecast_with_rivals", **datasets)


def judge(
    function: Callable[..., Any], *, from_elsewhere: bool = False, explained: bool = False, **datasets: Any
) -> Node:
    """The node that writes the skill record from both tables of :func:`collect_predictions`, and more.

    Nothing is judged that was not counted; see :class:`rnn_trading.experiments.registering.Judged`. ``from_elsewhere``:
    whether there may be a rival that was trained elsewhere, which ``params:pretrained`` names. ``explained``: whether
    the record gets the ``explanation``.
    """
    judged = Judged(function, pretrained=from_elsewhere, explained=explained)
    return node(judged, "skill", name="judge", **datasets)


def collect_predictions(model_predictions: pd.DataFrame, rival_predictions: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Put the forecasts of the model and of its rivals side by side, the test rows and the validation rows apart.

    Parameters
    ----------
    model_predictions
        Keys (as index or as columns), ``prediction``, ``truth``. A column ``split`` (``train``, ``validation``,
        ``test``) where there are rows beside those of the test, and ``fold`` of an experiment with folds.
    rival_predictions
        One column a rival, with the same index, and ``fold`` where the model has it. Rivals forecast the test rows and
        the validation rows; they forecast no training rows.

    Returns
    -------
    dict
        ``predictions``: of the test rows, keys (with ``fold``), ``prediction``, ``truth``, one column a rival.
        ``validation_predictions``: the same columns of the validation rows; no rows where there are none.

    Raises
    ------
    ValueError
        If the model and the rivals do not forecast the same rows.

    Examples
    --------
    >>> days = pd.Index(["Monday", "Tuesday", "Wednesday"], name="date")
    >>> model = pd.DataFrame({"split": ["train", "validation", "test"], "prediction": 1.0, "truth": 2.0}, days)
    >>> rivals = pd.DataFrame({"zero": 0.0}, days[1:])
    >>> {name: table["date"].tolist() for name, table in collect_predictions(model, rivals).items()}
    {'predictions': ['Wednesday'], 'validation_predictions': ['Tuesday']}
    """
    parts = model_predictions.get("split", pd.Series("test", model_predictions.index))
    wanted = parts.isin(["validation", "test"])
    # A row of the validation of one fold may be a row of the test of another.
    model, rivals = (
        table.set_index(FOLD, append=True) if FOLD in table else table
        for table in (model_predictions[wanted].drop(columns="split", errors="ignore"), rival_predictions)
    )
    both = len(model.index.intersection(rivals.index)) if model.index.nlevels == rivals.index.nlevels else 0
    if not both == len(model) == len(rivals):
        raise ValueError(
            f"The model and its rivals must forecast the same rows, those of the test and of the validation. Received: "
            f"{len(model):,} rows of the model, {len(rivals):,} of the rivals, {both:,} in both."
        )
    table, of_row = model.join(rivals), parts[wanted].to_numpy()
    table = table.reset_index(FOLD) if FOLD in table.index.names else table
    unnamed = table.index.names == [None]
    names = {"predictions": "test", "validation_predictions": "validation"}
    return {name: table[of_row == part].reset_index(drop=unnamed) for name, part in names.items()}


class Figures:
    """Several figures as one function: it takes what they take together, and returns a dict by their names.

    Parameters
    ----------
    functions
        By the name of its dataset, the function that draws a figure.
    """

    __name__ = "draw_figures"

    def __init__(self, functions: Drawn) -> None:
        self.functions = dict(functions)
        self.taken = {name: [*arguments(function)] for name, function in self.functions.items()}
        hints: dict[str, Any] = {}
        for name, function in self.functions.items():
            for argument in self.taken[name]:
                hint = types_of(function).get(argument, Any)
                if hints.setdefault(argument, hint) != hint:
                    raise ValueError(
                        f"Figures of one node take {argument!r} as {hints[argument]} and, {name}, as {hint}: an "
                        "argument is one dataset. Give them two names."
                    )
        # Kedro reads here which arguments are parameter sets.
        self.__annotations__ = hints
        kind = inspect.Parameter.KEYWORD_ONLY
        self.__signature__ = inspect.Signature(
            [inspect.Parameter(name, kind, annotation=hint) for name, hint in hints.items()]
        )

    def __call__(self, **given: Any) -> dict[str, Figure]:
        """Draw all of them."""
        return {
            name: function(**{argument: given[argument] for argument in self.taken[name]})
            for name, function in self.functions.items()
        }


def draw(figures: Drawn, name: str = "draw_figures", **datasets: Any) -> Node:
    """A node that draws figures of an experiment.

    Parameters
    ----------
    figures
        By the name of its dataset, the function that draws a figure; its arguments are named after what it takes.
    name
        Of the node.
    datasets
        See :func:`node`.
    """
    drawn = Figures(figures)
    return Node(drawn, arguments(drawn, **datasets), by_name(*figures), name=name)


def page(figures: Iterable[str], network: bool) -> Node:
    """The node that writes the page of an experiment from its skill record and its figures.

    Parameters
    ----------
    figures
        Names of their datasets; they load as pictures.
    network
        Whether the page shows the ``summary`` of a network.
    """
    return Node(experiment_page, by_name("skill", *(["summary"] if network else []), *figures), "page", name=PAGE_NODE)


def figures_on_pages(pipeline: Pipeline) -> dict[str, list[str]]:
    """Of each experiment that has a page, the names of the figures on it, which are those of their files."""
    return {
        node.namespace: [
            taken.removeprefix(f"{node.namespace}.").removesuffix("_figure")
            for taken in node.inputs
            if not taken.endswith((".skill", ".summary"))
        ]
        for node in pipeline.nodes
        if node.namespace and node.name == f"{node.namespace}.{PAGE_NODE}"
    }


def experiment(
    name: str,
    nodes: Iterable[Node],
    shared: Iterable[str] | Mapping[str, str] = (),
    parameters: Mapping[str, str] | None = None,
) -> Pipeline:
    """Nodes under the namespace of an experiment.

    Parameters
    ----------
    name
        Of the experiment: datasets and parameters that are its own are ``NAME.dataset`` and ``params:NAME.block``.
    nodes
        What it does. If they need ``predictions``, :func:`collect_predictions` is added; if they judge, the
        figure of folds, years and seeds, that of intervals where none of probabilities is drawn, and the
        :func:`page` that shows the record, the ``summary`` if there is one, and every figure that they draw.
    shared
        Datasets from outside it; a mapping says which name they have there.
    parameters
        Parameters from outside it, by the name inside; those that all experiments share need not be named.
    """
    pieces = [*nodes]
    if "predictions" in {taken for piece in pieces for taken in piece.inputs}:
        pieces.append(node(collect_predictions, "predictions", "validation_predictions"))
    made = {output for piece in pieces for output in piece.outputs}
    if "skill" in made:
        pieces.append(draw({"folds_and_years": drawing.folds_and_years}, "draw_folds_and_years"))
        if not made.intersection(how_sure.OF_PROBABILITIES):
            pieces.append(draw({"intervals": how_sure.intervals}, "draw_intervals"))
        figures = [figure for piece in pieces if isinstance(piece.func, Figures) for figure in piece.outputs]
        pieces.append(page(figures, "summary" in made))
    used = {taken for piece in pieces for taken in piece.inputs}
    outside = dict(shared) if isinstance(shared, Mapping) else {each: each for each in shared}
    return Pipeline(
        pieces,
        namespace=name,
        inputs={inside: there for inside, there in outside.items() if inside in used},
        parameters={each: each for each in GLOBAL_PARAMETERS if each in used}
        | {inside: there for inside, there in (parameters or {}).items() if inside in used},
        prefix_datasets_with_namespace=True,
    )


def together(name: str, experiments: Iterable[Pipeline]) -> Pipeline:
    """Experiments of one folder, and, where it has several, the page that leads to theirs: ``NAME.index``.

    Parameters
    ----------
    name
        Of the folder, with which the names of its experiments begin.
    experiments
        Each with the pages of its records.
    """
    pipeline = union(experiments)
    records = figures_on_pages(pipeline)
    if len(records) < 2:
        return pipeline
    taken = by_name(*(f"{record}.{kind}" for record in records for kind in ("skill", "page")))
    index = Node(index_page, taken, f"{name}.index", name="write_index", namespace=name)
    return Pipeline([*pipeline.nodes, index])


def union(pipelines: Iterable[Pipeline]) -> Pipeline:
    """The nodes of several pipelines, each once: as their sum, which would check every sum on the way."""
    return Pipeline(dict.fromkeys(node for pipeline in pipelines for node in pipeline.nodes))
