"""Commands as a user would give them."""

import shlex
from collections.abc import Iterable, Mapping
from typing import Any

from rnn_trading.differences import leaves

# Options of `kedro run` that take a part of a pipeline, by the names that Kedro has for them in a run.
PARTS = {
    "tags": "--tags",
    "from_nodes": "--from-nodes",
    "to_nodes": "--to-nodes",
    "node_names": "--nodes",
    "from_inputs": "--from-inputs",
    "to_outputs": "--to-outputs",
    "namespaces": "--namespaces",
}
ENV_OF_NO_NAME = (None, "local", "base")


def command_of(run_params: Mapping[str, Any], given: Mapping[str, Any]) -> str:
    """The command of a run.

    Parameters
    ----------
    run_params
        What Kedro tells hooks of a run.
    given
        Its runtime parameters.

    Examples
    --------
    >>> run = {"env": "test", "pipeline_names": ["multivariate"], "from_nodes": ["multivariate.macro.judge"]}
    >>> command_of(run, {"protocol": "book"})
    'kedro run --env test --pipelines multivariate --from-nodes multivariate.macro.judge --params protocol=book'
    """
    chosen = [
        word for name, option in PARTS.items() if run_params.get(name) for word in (option, _listed(run_params[name]))
    ]
    chosen += ["--only-missing-outputs"] if run_params.get("only_missing_outputs") else []
    return run_command(run_params.get("env"), run_params.get("pipeline_names"), given, chosen)


def whole_command(run_params: Mapping[str, Any], given: Mapping[str, Any], pipelines: Iterable[str] | None) -> str:
    """The command that runs pipelines whole, with the environment and the parameters of a run.

    Examples
    --------
    >>> whole_command({"env": None}, {"a": {"b": "x y"}, "run": "small"}, ["multivariate"])
    "kedro run --pipelines multivariate --params 'a.b=x y,run=small'"
    """
    return run_command(run_params.get("env"), pipelines, given)


def run_command(
    env: str | None,
    pipelines: Iterable[str] | None,
    given: Mapping[str, Any],
    chosen: Iterable[str] = (),
    program: Iterable[str] = ("kedro", "run"),
) -> str:
    """A command that runs pipelines, as a shell takes it.

    Parameters
    ----------
    env, pipelines, given
        Environment, names and runtime parameters; nothing where there are none.
    chosen
        Further options, such as ``--nodes`` and their names.
    program
        What runs them.

    Examples
    --------
    >>> run_command(None, ["multivariate"], {"protocol": "book"}, program=["rnn-trading"])
    'rnn-trading --pipelines multivariate --params protocol=book'
    """
    words = [*program]
    words += ["--env", env] if env not in ENV_OF_NO_NAME and env is not None else []
    words += ["--pipelines", _listed(pipelines)] if pipelines else []
    words += chosen
    words += ["--params", ",".join(f"{name}={value}" for name, value in leaves(given))] if given else []
    return shlex.join(words)


def _listed(names: Iterable[str]) -> str:
    return ",".join(names)
