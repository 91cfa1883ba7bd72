"""Commands as a user would give them."""

import json
import shlex
from collections.abc import Iterable, Mapping
from typing import Any

from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

from rnn_trading import place
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
OF_NO_NAME = ("local", "base")


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
    env: str | None, pipelines: Iterable[str] | None, given: Mapping[str, Any], chosen: Iterable[str] = ()
) -> str:
    r"""A command that runs pipelines, as a shell takes it: ``kedro run``, or ``rnn-trading`` outside of a project.

    Parameters
    ----------
    env, pipelines, given
        Environment, names and runtime parameters; nothing where there are none. A value that ``--params`` cannot give,
        such as a list, is named behind the command.
    chosen
        Further options, such as ``--nodes`` and their names.

    Examples
    --------
    >>> run_command(None, ["multivariate"], {"end": None, "a": {"form": "%Y"}})
    'kedro run --pipelines multivariate --params \'end=null,a.form="%Y"\''
    >>> run_command("files", ["multivariate"], {"tickers": ["A", "B"]})
    'kedro run --env files --pipelines multivariate    # and tickers, which --params cannot give'
    """
    words = ["kedro", "run"] if place.in_project() else ["rnn-trading"]
    words += ["--env", env] if env is not None and env not in OF_NO_NAME else []
    words += ["--pipelines", _listed(pipelines)] if pipelines else []
    words += chosen
    written = {name: as_assignment(name, value) for name, value in leaves(given)}
    params = ",".join(each for each in written.values() if each is not None)
    beyond = ", ".join(name for name, each in written.items() if each is None)
    words += ["--params", params] if params else []
    return shlex.join(words) + (f"    # and {beyond}, which --params cannot give" if beyond else "")


def in_run(command: str, run: str) -> str:
    """A command with the folders of another run.

    Examples
    --------
    >>> in_run("kedro run --pipelines multivariate --params 'a=x y,run=small'", "mine")
    "kedro run --pipelines multivariate --params 'a=x y,run=mine'"
    >>> in_run("kedro run --pipelines multivariate    # and tickers, which --params cannot give", "mine")
    'kedro run --pipelines multivariate --params run=mine    # and tickers, which --params cannot give'
    """
    given, sign, beyond = command.partition("    # and ")
    try:
        words = shlex.split(given)
    except ValueError:  # a secret that is not shown took a quotation mark with it
        return f"{command}    # and run={run}"
    if "--params" not in words:
        words += ["--params", ""]
    at = words.index("--params") + 1
    others = [each for each in words[at].split(",") if each and not each.startswith("run=")]
    words[at] = ",".join([*others, f"run={run}"])
    return shlex.join(words) + sign + beyond


def as_assignment(name: str, value: Any) -> str | None:
    """How ``--params`` takes a value, so that it is read as it is; None if it cannot.

    Examples
    --------
    >>> as_assignment("a.b", "x y"), as_assignment("a", "007"), as_assignment("a", 7), as_assignment("a", None)
    ('a.b=x y', 'a="007"', 'a=7', 'a=null')
    >>> as_assignment("tickers", "A,B")
    """
    plain = "null" if value is None else str(value)
    forms = (f"{name}={text}" for text in (plain, json.dumps(value, default=str, ensure_ascii=False)))
    return next((form for form in forms if "," not in form and _is_read_as(form, name, value)), None)


def _is_read_as(form: str, name: str, value: Any) -> bool:
    try:
        stripped = OmegaConf.from_dotlist([form.strip()])  # Kedro strips it
        read: Any = OmegaConf.to_container(stripped, resolve=False)
        for part in name.split("."):
            read = read[part]
    except (YAMLError, OmegaConfBaseException, KeyError, TypeError, ValueError):
        return False
    return type(read) is type(value) and bool(read == value)


def _listed(names: Iterable[str]) -> str:
    return ",".join(names)
