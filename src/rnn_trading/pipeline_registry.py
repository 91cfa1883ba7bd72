"""Pipelines by name. Each contains what it needs upstream, so that it runs from a fresh clone.

The folders are named here: `kedro run` would import only the folder of the pipeline that it is asked for, and a
pipeline here is composed of several.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache, partial
from importlib import import_module
from typing import Any

from kedro.pipeline import Pipeline

from rnn_trading import plan
from rnn_trading.experiments import wiring
from rnn_trading.experiments.folds import GROUP
from rnn_trading.experiments.latest import latest_pipelines
from rnn_trading.pipelines import (
    canaries,
    compare_runs,
    daily_weekly_sequences,
    data_ingestion,
    portfolio,
    register,
    skill_report,
    text_sentiment,
    univariate_regression,
)
from rnn_trading.pipelines.canaries.experiments import CANARIES, experiment_of
from rnn_trading.pipelines.data_ingestion.pipeline import SOURCES
from rnn_trading.skill.protocols import BOOK, CAREFUL, COMPARED, PROTOCOLS, command_for

# Folders of pipelines/ that hold experiments. Their pipeline.py has EXPERIMENTS, the names of its experiments, and
# create_experiment(name, plan).
WITH_EXPERIMENTS = (
    "stacked_lstm",
    "univariate_regression",
    "multivariate",
    "text_sentiment",
    "sec_filings",
)

DEFAULT = "__default__"
SHOWN_NODES = 8
# They read whatever records or forecasts a folder, or entries the register, holds.
READERS = ("skill_report", "compare_runs", "register", "portfolio", "portfolio.series")
# Experiments that do not exist in every protocol, and the protocols in which they do.
ONLY_IN: dict[str, tuple[str, ...]] = {
    "univariate_regression.rolling_windows.epochs": ("as_published",),
}
# Experiments that the pipeline of their folder does not run: what they need is not in every source, or protocol.
BY_NAME_ALONE = ("text_sentiment.stars", *ONLY_IN)
# The experiments of the book, and the pipeline that runs each there, without what stands below it elsewhere.
OF_THE_BOOK = {
    "univariate_regression.level": "book.level",
    "multivariate.macro": "book.macro",
    **{
        name: name
        for name in (
            "stacked_lstm.classification",
            "text_sentiment.learned_embeddings",
            "text_sentiment.pretrained_embeddings",
        )
    },
}


def register_pipelines(in_use: plan.Plan | None = None) -> dict[str, Pipeline]:
    """Return every pipeline by its name, and every experiment by its own.

    ``__default__`` is all that goes from a source to skill records; ``canaries``, ``skill_report`` and
    ``compare_runs`` judge it, ``register`` shows what was tried, and ``portfolio`` what is left of forecasts after
    costs.

    Parameters
    ----------
    in_use
        Folds and seeds; None: those of the session.
    """
    in_use = in_use or plan.current()
    by_name = experiments(in_use)
    pipelines = {
        "data_ingestion": data_ingestion.create_pipeline(),
        "daily_weekly_sequences": with_upstream(daily_weekly_sequences.create_pipeline()),
        **{folder: _together(folder, by_name) for folder in WITH_EXPERIMENTS},
    }
    parts = {f"data_ingestion.{source}": create() for source, create in SOURCES.items()}
    # They read models that are there, and train none: another pipeline has to have run.
    parts |= {"text_sentiment_inference": text_sentiment.create_inference()} | latest_forecasts(by_name, in_use)
    # Records of every protocol, whatever that of the session is.
    usual = by_name if in_use.protocol != CAREFUL else experiments()
    made_by = records_made_by(usual)
    there = protocols_of(made_by)
    judges = {
        "canaries": canaries.create_pipeline(_for_canaries(in_use, records_made_by(by_name))),
        "skill_report": skill_report.create_pipeline(
            made_by, figures_by_protocol(usual, there), canaries_by_protocol(there), there, run_by_name_alone(usual)
        ),
        "compare_runs": compare_runs.create_pipeline(made_by, there),
        "register": register.create_pipeline(),
        # They read predictions that are there, and make none.
        "portfolio": with_upstream(portfolio.create_pipeline()),
        "portfolio.series": with_upstream(portfolio.create_of_series()),
    }
    whole = {DEFAULT: wiring.union(pipelines.values())}
    return {**whole, **pipelines, **judges, **parts, **by_name, **of_the_book(by_name)}


def latest_forecasts(experiments: Mapping[str, Pipeline], in_use: plan.Plan) -> dict[str, Pipeline]:
    """What finished networks say of the period that comes; see :func:`latest_pipelines`."""
    in_book = in_use.protocol == BOOK
    records = {
        record: experiments[name]
        for record, name in records_made_by(dict(experiments)).items()
        if name not in BY_NAME_ALONE and (record in OF_THE_BOOK or not in_book)
    }
    made = latest_pipelines(records, in_use, univariate_regression.LATEST_OF_CHOSEN)
    return {name: with_upstream(each) for name, each in made.items()}


def of_the_book(experiments: dict[str, Pipeline]) -> dict[str, Pipeline]:
    """The pipelines that exist in the book alone: all of its experiments, and those that are more elsewhere."""
    alone = {
        pipeline: Pipeline([node for node in experiments[name].nodes if not _is_of_another_below(name, node.namespace)])
        for name, pipeline in OF_THE_BOOK.items()
    }
    own = {name: pipeline for name, pipeline in alone.items() if name not in experiments}
    return {BOOK: wiring.union(alone.values()), **own}


def _is_of_another_below(name: str, namespace: str | None) -> bool:
    """Whether nodes are of an experiment whose name begins with that of one, and not of that one's folds."""
    inside = (namespace or "").removeprefix(f"{name}.")
    return inside != (namespace or "") and inside.partition(".")[0] != GROUP


def in_protocol(names: Sequence[str], protocol: str) -> list[str]:
    """Pipelines that run where some are asked for: these, and what belongs to them in the protocol alone.

    Parameters
    ----------
    names
        Of pipelines, as in ``kedro run --pipelines``; none: the default one.
    protocol
        Name of the protocol.

    Returns
    -------
    list of str
        Each name once. An experiment of :data:`ONLY_IN` follows every pipeline whose name its own begins with.

    Raises
    ------
    ValueError
        If an experiment is asked for by a name that does not exist in the protocol.

    Examples
    --------
    >>> in_protocol(["univariate_regression"], "book")
    ['book.level']
    >>> in_protocol(["univariate_regression.rolling_windows"], "as_published")
    ['univariate_regression.rolling_windows', 'univariate_regression.rolling_windows.epochs']
    >>> in_protocol(["univariate_regression.rolling_windows"], "corrected")
    ['univariate_regression.rolling_windows']
    """
    asked = list(names) or [DEFAULT]
    _refuse_readers_beside_makers(asked)
    if protocol == BOOK:
        return list(dict.fromkeys(run for name in asked for run in _in_the_book(name)))
    for name in asked:
        if is_of_the_book(name):
            raise ValueError(
                f"--pipelines: {name} exists in the protocol {BOOK} only. Received: the protocol {protocol}. Leave out "
                f"the protocol: kedro run --pipelines {name}"
            )
        there = ONLY_IN.get(name, (protocol,))
        if protocol not in there:
            ways = " or ".join(command_for(name, other) for other in there)
            raise ValueError(
                f"--pipelines: the experiment {name} exists in the protocol {' and '.join(there)} only. Received: "
                f"the protocol {protocol}. Run: {ways}"
            )
    here = [name for name, there in ONLY_IN.items() if protocol in there]
    further = [each for each in here for name in asked if name == DEFAULT or each.startswith(f"{name}.")]
    return list(dict.fromkeys([*asked, *further]))


def _refuse_readers_beside_makers(names: Sequence[str]) -> None:
    """Raise where a pipeline that reads the records of a folder is asked for together with others.

    It takes whatever lies there, so that Kedro might run it before the others write.
    """
    readers = [name for name in names if name in READERS]
    if readers and len(set(names)) > 1:
        raise ValueError(
            f"--pipelines: {readers[0]} reads the records and forecasts that are there, and would not wait for the "
            f"others. Run it after them: {command_for(readers[0], 'corrected')}"
        )


def whole_names(names: Iterable[str], nodes: Collection[str]) -> list[str]:
    """Names of nodes, in the place of those that are the last part of one node's name alone.

    Parameters
    ----------
    names
        As a user gives them.
    nodes
        Names of all nodes that may be meant.

    Returns
    -------
    list of str
        A name that no node has stays as it is: Kedro says so.

    Raises
    ------
    ValueError
        If several nodes end in a name.

    Examples
    --------
    >>> nodes = ["data_ingestion.ingest_prices", "mine.level.judge", "mine.macro.judge"]
    >>> whole_names(["ingest_prices", "level.judge"], nodes)
    ['data_ingestion.ingest_prices', 'mine.level.judge']
    >>> whole_names(["judge"], nodes)
    Traceback (most recent call last):
        ...
    ValueError: several nodes are called 'judge': mine.level.judge, mine.macro.judge. Name one of them.
    """
    return [_whole_name(name, nodes) for name in names]


def _whole_name(name: str, nodes: Collection[str]) -> str:
    ending = sorted(node for node in nodes if node.endswith(f".{name}"))
    if name in nodes or not ending:
        return name
    if len(ending) > 1:
        further = f" and {len(ending) - SHOWN_NODES} more" if len(ending) > SHOWN_NODES else ""
        raise ValueError(
            f"several nodes are called {name!r}: {', '.join(ending[:SHOWN_NODES])}{further}. Name one of them."
        )
    return ending[0]


def is_of_the_book(name: str) -> bool:
    """Whether a pipeline exists in the book alone, by its name."""
    return name.partition(".")[0] == BOOK


def _in_the_book(name: str) -> list[str]:
    """Pipelines that run in the book where one is asked for."""
    if name in (BOOK, DEFAULT):
        return [BOOK]
    if name.partition(".")[0] not in (*WITH_EXPERIMENTS, "canaries"):
        return [name]  # what neither trains nor judges
    runs = [run for experiment, run in OF_THE_BOOK.items() if f"{experiment}.".startswith(f"{name}.")]
    if not runs:
        raise ValueError(
            f"--pipelines: the book has no {name}. Expected: {BOOK} (all it has), or one of {', '.join(OF_THE_BOOK)}. "
            f"In another protocol: {command_for(name, ONLY_IN.get(name, PROTOCOLS)[-1])}"
        )
    return runs


def protocols_of(made_by: dict[str, str]) -> dict[str, tuple[str, ...]]:
    """Of each skill record, the protocols in which it exists.

    Parameters
    ----------
    made_by
        See :func:`records_made_by`; of another protocol than the careful one, which has fewer records.
    """
    careful = records_made_by(_careful_experiments())
    return {
        record: (
            *ONLY_IN.get(experiment, PROTOCOLS),
            *([CAREFUL] if record in careful and experiment not in ONLY_IN else []),
            *([BOOK] if record in OF_THE_BOOK else []),
        )
        for record, experiment in made_by.items()
    }


@cache
def _careful_experiments() -> dict[str, Pipeline]:
    """Every experiment by its name, as it is in the careful protocol."""
    return experiments(plan.Plan({"protocol": CAREFUL}))


def canaries_by_protocol(protocols: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Of each protocol that is compared, the canaries whose experiment has a record there.

    Parameters
    ----------
    protocols
        See :func:`protocols_of`.
    """
    return {way: [name for name in CANARIES if way in protocols[experiment_of(name)]] for way in COMPARED}


def figures_by_protocol(
    experiments: dict[str, Pipeline], protocols: Mapping[str, Sequence[str]]
) -> dict[tuple[str, str], list[str]]:
    """By (name, protocol) of a skill record, the names of the figures that lie beside it.

    Parameters
    ----------
    experiments
        Of another protocol than the careful one, whose experiments have other figures.
    protocols
        See :func:`protocols_of`.
    """
    usual, careful = figures_of(experiments), figures_of(_careful_experiments())
    return {
        (record, way): (careful if way == CAREFUL else usual)[record]
        for record, ways in protocols.items()
        for way in ways
    }


def _for_canaries(in_use: plan.Plan, made_by: dict[str, str]) -> dict[str, Callable[[], Pipeline]]:
    """By the name of a record, what creates the experiment that makes it, with the folds and seeds of canaries."""
    own = canaries.plan_of(in_use)
    return {record: partial(experiment, name, own) for record, name in made_by.items()}


def experiments(in_use: plan.Plan = plan.ONE_EACH) -> dict[str, Pipeline]:
    """Every experiment by its name, each from its source, with the folds and seeds of a plan.

    The careful protocol has nodes of its own: what exists elsewhere alone would be put together from them.
    """
    every = [name for folder in WITH_EXPERIMENTS for name in _folder(folder).EXPERIMENTS]
    elsewhere = ONLY_IN if in_use.protocol == CAREFUL else {}
    return {name: experiment(name, in_use) for name in every if name not in elsewhere}


def experiment(name: str, in_use: plan.Plan) -> Pipeline:
    """One experiment from its source."""
    return with_upstream(_folder(name.partition(".")[0]).create_experiment(name, in_use))


def _together(folder: str, by_name: Mapping[str, Pipeline]) -> Pipeline:
    """The experiments of a folder, the page that leads to theirs, and what is made of the tables of several."""
    single = [by_name[name] for name in _folder(folder).EXPERIMENTS if name not in BY_NAME_ALONE]
    whole = wiring.together(folder, single)
    beside = [node for node in _upstream().nodes if whole.all_outputs().issuperset(node.inputs)]
    return wiring.union([whole, Pipeline(beside)])


def with_upstream(pipeline: Pipeline) -> Pipeline:
    """A pipeline, before it what makes its inputs from their sources, and beside it what is made of these alone.

    What is made together with an input counts as one: the table for readers is made with the panel that is trained on.
    """
    needed = pipeline.inputs() & _upstream().all_outputs()
    made = {each for node in _upstream().nodes if needed.intersection(node.outputs) for each in node.outputs}
    beside = [node.name for node in _upstream().nodes if made.issuperset(node.inputs)]
    if not needed:
        return pipeline
    return wiring.union([_upstream().to_outputs(*needed), _upstream().only_nodes(*beside), pipeline])


@cache
def _upstream() -> Pipeline:
    """What the pipelines with experiments share: sources to tables, and tables to sequences."""
    return data_ingestion.create_pipeline() + daily_weekly_sequences.create_pipeline()


def shared_tables() -> set[str]:
    """Tables that many experiments begin with; each of them makes them anew."""
    return _upstream().all_outputs()


def _folder(name: str) -> Any:
    return import_module(f"rnn_trading.pipelines.{name}")


def figures_of(experiments: dict[str, Pipeline]) -> dict[str, list[str]]:
    """Of each skill record, the names of the figures that lie beside it."""
    return {
        record: figures
        for pipeline in experiments.values()
        for record, figures in wiring.figures_on_pages(pipeline).items()
    }


def _is_record(dataset: str) -> bool:
    return dataset.endswith(".skill")


def records_made_by(experiments: dict[str, Pipeline]) -> dict[str, str]:
    """Of each skill record, the name of the experiment that makes it; of several, the first.

    An experiment that needs the record of another contains what makes it.
    """
    made: dict[str, str] = {}
    for name, pipeline in experiments.items():
        outputs = filter(_is_record, pipeline.all_outputs())
        for record in sorted(output.removesuffix(".skill") for output in outputs):
            made.setdefault(record, name)
    return made


def run_by_name_alone(experiments: dict[str, Pipeline]) -> list[str]:
    """Skill records that no run of several experiments makes: a report does not miss them if they are not there."""
    return [
        record for record, name in records_made_by(experiments).items() if name in BY_NAME_ALONE and name not in ONLY_IN
    ]


def inputs_of_records(experiments: dict[str, Pipeline]) -> dict[str, set[str]]:
    """Of each skill record, the parameters and sources that it is made from."""
    return {
        record: experiments[name].to_outputs(f"{record}.skill").inputs()
        for record, name in records_made_by(experiments).items()
    }


def inputs_of_designs(experiments: dict[str, Pipeline]) -> dict[str, set[str]]:
    """Of each skill record, the parameters and sources that the forecasts of its model are made from.

    Of what fits nothing itself, all that its record is made from.
    """
    inputs = {}
    for record, name in records_made_by(experiments).items():
        forecasts = f"{record}.model_predictions"
        made = forecasts in experiments[name].all_outputs()
        inputs[record] = experiments[name].to_outputs(forecasts if made else f"{record}.skill").inputs()
    return inputs
