"""Which command makes a file: of what is not there, or cannot be read."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset, CatalogProtocol, DatasetError
from kedro.pipeline import Pipeline

from rnn_trading import place
from rnn_trading.pipeline_registry import DEFAULT, in_protocol
from rnn_trading.skill.protocols import EVERY
from rnn_trading.workspace.commands import run_command
from rnn_trading.workspace.lineage import is_read_as_made
from rnn_trading.workspace.origins import NOT_MADE

SHOWN_CHARACTERS, MOST = 300, 4  # of a cause; names in one message
NETWORK = ".keras"


@dataclass(frozen=True)
class Asked:
    """What a user asked for beside pipelines, so that a command makes the file that is looked for.

    Attributes
    ----------
    environment
        As in ``--env``; None: none was named.
    protocol
        Of the run.
    params
        As in ``--params``, nested.
    """

    environment: str | None = None
    protocol: str = "corrected"
    params: Mapping[str, Any] = field(default_factory=dict)


def command(dataset: str, pipelines: Mapping[str, Pipeline], asked: Asked) -> str | None:
    """The command that makes a dataset; None if no pipeline does.

    Parameters
    ----------
    dataset
        Its name in the catalog.
    pipelines
        All that are registered, by name.
    asked
        Environment and parameters of the run.

    Examples
    --------
    >>> from rnn_trading.pipeline_registry import register_pipelines
    >>> registered = register_pipelines()
    >>> command("skill_table", registered, Asked())
    'kedro run --pipelines skill_report'
    >>> command("univariate_regression.level.model", registered, Asked("files", "book", {"protocol": "book"}))
    'kedro run --env files --pipelines book.level --params protocol=book'
    >>> command("macro_source", registered, Asked())
    """
    makers = sorted(
        (len(pipeline.nodes), name) for name, pipeline in pipelines.items() if dataset in pipeline.all_outputs()
    )
    for protocol in dict.fromkeys([asked.protocol, *EVERY]):
        for _, name in makers:
            if exists(name, protocol):
                return _command(name, asked, protocol)
    return None


def exists(pipeline: str, protocol: str) -> bool:
    """Whether a pipeline of that name runs in a protocol."""
    try:
        return in_protocol([pipeline], protocol)[0] == pipeline
    except ValueError:
        return False


def _command(pipeline: str, asked: Asked, protocol: str) -> str:
    params = dict(asked.params) | ({"protocol": protocol} if protocol != asked.protocol else {})
    return run_command(asked.environment, [pipeline], params)


def maker(dataset: str, catalog: CatalogProtocol, pipelines: Mapping[str, Pipeline], asked: Asked) -> str | None:
    """The command that makes the file of a dataset, whose name may be another where it is made.

    Parameters as of :func:`command`; ``catalog`` says which names have the same file.
    """
    path = getattr(catalog.get(dataset), "_filepath", None)
    if path is None:
        return None
    outputs = set().union(*(pipeline.all_outputs() for pipeline in pipelines.values()))
    same = [dataset] if dataset in outputs else sorted(outputs)
    names = (name for name in same if str(getattr(catalog.get(name), "_filepath", "")) == str(path))
    return next((made_by for made_by in (command(name, pipelines, asked) for name in names) if made_by), None)


def refuse_unknown_dataset(name: str, pipelines: Mapping[str, Pipeline]) -> None:
    """Raise for a name that fits an entry of the catalog by its form, but is no dataset of any pipeline.

    Raises
    ------
    DatasetError
        Names close ones.

    Examples
    --------
    >>> from rnn_trading.pipeline_registry import register_pipelines
    >>> refuse_unknown_dataset("univariate_regression.levle.skill", register_pipelines())
    Traceback (most recent call last):
    kedro.io.core.DatasetError: No pipeline has a dataset univariate_regression.levle.skill. Did you mean \
univariate_regression.level.skill?
    """
    names = set().union(*(pipeline.datasets() for pipeline in pipelines.values()))
    near = difflib.get_close_matches(name, names, n=1)
    if name not in names and near:
        raise DatasetError(f"No pipeline has a dataset {name}. Did you mean {near[0]}?")


def refuse_unknown_file(name: str, dataset: AbstractDataset[Any, Any]) -> None:
    """Raise if a file that only a run could make is not there, and no pipeline makes it.

    Raises
    ------
    DatasetError
        Names the file.
    """
    if is_read_as_made(dataset) and not dataset.exists():
        raise DatasetError(
            f"{name}: {shown(getattr(dataset, '_filepath', None))} is not there, and no pipeline makes it. Check the "
            "names that the run was given; kedro registry list shows those of experiments."
        )


def refuse_other_protocol(names: Sequence[str], protocol: str) -> None:
    """Refuse pipelines that are none in a protocol, where a session runs them by their names.

    Raises
    ------
    ValueError
        Names what runs in their place.

    Examples
    --------
    >>> refuse_other_protocol(["multivariate"], "corrected")
    >>> refuse_other_protocol(["multivariate"], "book")
    Traceback (most recent call last):
    ValueError: In the protocol book, multivariate runs as book.macro. Run: pipeline_names=['book.macro']
    """
    runs = in_protocol(names, protocol)
    if not set(names or [DEFAULT]) <= set(runs):
        asked = ", ".join(names) or "what runs without a name"
        raise ValueError(f"In the protocol {protocol}, {asked} runs as {', '.join(runs)}. Run: pipeline_names={runs}")


def told(name: str, dataset: AbstractDataset[Any, Any], made_by: str, error: DatasetError) -> str:
    """Why a dataset that a pipeline makes cannot be loaded, and what to do.

    Parameters
    ----------
    name
        Of the dataset in the catalog.
    dataset
        The dataset.
    made_by
        The command that makes it.
    error
        What came of loading it.
    """
    path = shown(getattr(dataset, "_filepath", "its file"))
    if not dataset.exists():
        return f"{name}: {path} is not there. Make it: {made_by}{_others_beside(dataset)}"
    cause: BaseException = error
    while isinstance(cause, DatasetError) and cause.__cause__ is not None:
        cause = cause.__cause__
    lines = (str(cause) or type(cause).__name__).strip().splitlines()
    why = f"{type(cause).__name__}: {lines[0]}"[:SHOWN_CHARACTERS]
    return f"{name}: {path} cannot be read ({why}). If it was cut, or is of another version, make it anew: {made_by}"


def _others_beside(dataset: AbstractDataset[Any, Any]) -> str:
    """What may be meant where a network is missing, and others of its record are there."""
    path = Path(str(getattr(dataset, "_filepath", "")))
    if path.suffix != NETWORK or not any(path.parent.glob(f"fold_*{NETWORK}")):
        return ""
    return (
        ". Networks of other folds or seeds are there: if they were trained with other parameters (walk_forward.folds, "
        "walk_forward.final_fit, seeds), give the same ones here"
    )


def refuse_missing(
    pipeline: Pipeline, catalog: CatalogProtocol, pipelines: Mapping[str, Pipeline], asked: Asked
) -> None:
    """Refuse a part of a pipeline whose inputs another part has yet to make.

    Raises
    ------
    DatasetError
        Names each file that is not there, below the command that makes it.
    """
    missing: dict[str, list[str]] = {}
    for name in sorted(pipeline.inputs()):
        dataset: Any = catalog.get(name)
        path = getattr(dataset, "_filepath", None)
        # No pipeline makes a source, or the place for what a run keeps: to ask all of them would take long.
        there = path is None or isinstance(dataset, NOT_MADE) or Path(str(path)).exists() or dataset.exists()
        made_by = None if there else maker(name, catalog, pipelines, asked)
        if made_by:
            missing.setdefault(made_by, []).append(f"{name} ({shown(path)})")
    if missing:
        parts = [f"{_some(names)}. Make it: {made_by}" for made_by, names in missing.items()]
        raise DatasetError("This run begins with what is not there, and does not make it:\n" + "\n".join(parts))


def _some(names: list[str]) -> str:
    return ", ".join(names[:MOST]) + (f" and {len(names) - MOST} more" if len(names) > MOST else "")


def shown(path: Any) -> str:
    """A path as messages name it: from the folder of the project, if it lies there."""
    whole = Path(str(path))
    return str(whole.relative_to(place.root())) if whole.is_relative_to(place.root()) else str(whole)
