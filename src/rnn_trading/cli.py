"""`kedro run` with errors that a user can read: the message, not the way to it.

The traceback is in the log at level DEBUG; `conf/logging.yml` sets the level. Neither shows secrets.
"""

import difflib
import inspect
import logging
import multiprocessing
import traceback
from collections.abc import Callable
from typing import Any

import click
import kedro.runner
from kedro.config import MissingConfigException
from kedro.framework.cli.project import run as kedro_run
from kedro.framework.project import settings
from kedro.io import DatasetError
from kedro.utils import load_obj
from kedro.validation.exceptions import ParameterValidationError
from omegaconf.errors import OmegaConfBaseException

from rnn_trading import __version__, place
from rnn_trading.pipeline_registry import DEFAULT, in_protocol, is_of_the_book, register_pipelines, whole_names
from rnn_trading.plan import Plan
from rnn_trading.redaction import redacted
from rnn_trading.runners import GO_ON, WorkersError
from rnn_trading.skill.protocols import BOOK
from rnn_trading.tables.checks import TableError

logger = logging.getLogger(__name__)

# What wrong input raises. Anything else keeps its traceback.
USER_ERRORS = (
    DatasetError,
    MissingConfigException,
    ParameterValidationError,
    OmegaConfBaseException,
    ValueError,
    ArithmeticError,
    WorkersError,
)


# \b: what follows is kept in lines.
HELP = """Forecasts of recurrent neural networks, judged against rivals.

Data are read and written in the folder data of the current folder. The configuration is conf there, if it holds
conf/base; else the one that came with the package, with conf/local of the current folder on top.

\b
rnn-trading pipelines                    what can be run
rnn-trading --pipelines multivariate     run it
rnn-trading run --help                   all options of a run
"""

run_of_kedro: Callable[..., Any] = kedro_run.callback  # type: ignore[assignment]


@click.group(name="rnn-trading")
def cli() -> None:
    """Commands of this project."""


def _run(**options: Any) -> Any:
    _check_runner(options.get("runner"), options.get("runner_params") or {})
    if (options.get("runner") or "").endswith("ParallelRunner"):
        # A process that is forked while threads of TensorFlow run may wait for a lock of theirs for ever.
        multiprocessing.set_start_method("spawn", force=True)
    options["conf_source"] = options["conf_source"] or str(place.configuration())
    try:
        asked = options | _in_protocol(options)
        return run_of_kedro(**asked | _whole_names_of_nodes(asked))
    except USER_ERRORS as error:
        _refuse_unknown_pipelines(options)
        logger.debug("The way to the error", exc_info=True)
        raise click.ClickException(redacted(_message(error))) from error
    except (click.ClickException, click.exceptions.Exit, click.Abort):
        raise
    except KeyboardInterrupt:
        click.echo(f"Interrupted. {GO_ON}", err=True)
        raise
    except Exception:
        click.echo(redacted(traceback.format_exc()), err=True, nl=False)
        raise click.exceptions.Exit(1) from None


def _in_protocol(options: dict[str, Any]) -> dict[str, Any]:
    """Which pipelines run: those asked for, and what belongs to them in the protocol of this run alone."""
    asked = [*options["pipelines"], *([options["pipeline"]] if options["pipeline"] else [])]
    # Who asks for the book need not say so twice.
    given = options["params"] or {}
    params = given if "protocol" in given or not any(map(is_of_the_book, asked)) else given | {"protocol": BOOK}
    names = in_protocol(asked, _protocol(options | {"params": params}))
    # Kedro takes one of its two options; with neither it runs the default pipeline.
    pipelines = {"pipeline": None, "pipelines": names} if names not in (asked, [DEFAULT]) else {}
    return pipelines | {"params": params}


def _refuse_unknown_pipelines(options: dict[str, Any]) -> None:
    """Of a name that no pipeline has, say which comes close; Kedro speaks of its registry."""
    asked = [*(options.get("pipelines") or []), *filter(None, [options.get("pipeline")])]
    known = register_pipelines() if asked else {}
    for name in asked:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise click.ClickException(
                f"--pipelines: there is no {name}.{hint} All names: kedro registry list, or rnn-trading pipelines."
            )


def _whole_names_of_nodes(options: dict[str, Any]) -> dict[str, Any]:
    """Names of nodes with their namespace, also where they were given without it."""
    given = {option: options[option] for option in ("node_names", "from_nodes", "to_nodes") if options.get(option)}
    if not given:
        return {}
    # Which folds and seeds there are, the parameters of this run say.
    by_name = register_pipelines(Plan.from_parameters(_loader(options)["parameters"]))
    asked = options["pipelines"] or [options["pipeline"] or DEFAULT]
    nodes = {node.name for name in asked if name in by_name for node in by_name[name].nodes}
    return {option: whole_names(names, nodes) for option, names in given.items()}


def _protocol(options: dict[str, Any]) -> str:
    """The protocol of ``--params``, else that of the globals of the environment."""
    given = (options["params"] or {}).get("protocol")
    if given is not None:
        return str(given)
    return str(_loader(options | {"params": {}})["globals"]["protocol"])


def _loader(options: dict[str, Any]) -> Any:
    """What reads the configuration of this run."""
    given = options["params"] or {}
    return settings.CONFIG_LOADER_CLASS(options["conf_source"], options["env"], given, **settings.CONFIG_LOADER_ARGS)


def _check_runner(name: str | None, params: dict[str, Any]) -> None:
    """Refuse a runner that does not exist, and parameters that it does not take; one not of Kedro has a dotted name."""
    known = [each for each in kedro.runner.__all__ if each != "AbstractRunner" and each.endswith("Runner")]
    if name is not None and "." not in name and name not in known:
        raise click.ClickException(f"--runner: expected one of {', '.join(known)}. Received: {name!r}.")
    try:
        runner = load_obj(name or "SequentialRunner", "kedro.runner")
    except (ImportError, AttributeError, ValueError) as error:
        raise click.ClickException(f"--runner: there is no {name} ({error}).") from error
    takes = [each for each in inspect.signature(runner).parameters if each != "is_async"]
    for param in params:
        if param not in (*takes, "is_async"):
            near = difflib.get_close_matches(param, takes, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise click.ClickException(
                f"--runner-params: {runner.__name__} takes {', '.join(takes) or 'none'}. Received: {param!r}.{hint}"
            )


def _message(error: Exception) -> str:
    """The message of a user's error; of errors in the configuration or in a file, what was raised inside."""
    text = str(error)
    inside: BaseException | None = error
    while isinstance(inside, DatasetError):
        inside = inside.__cause__
    if isinstance(inside, TableError):
        return str(inside)  # names the file itself; Kedro puts the dataset's configuration in front
    if isinstance(error, OmegaConfBaseException):
        return text.splitlines()[0].rpartition("resolving interpolation: ")[2]
    return text


run = click.Command("run", params=kedro_run.params, callback=_run, help=kedro_run.help)
cli.add_command(run)


class Program(click.Group):
    """Runs pipelines where no command is named: ``rnn-trading --pipelines NAME``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put ``run`` in front of options that are not its own."""
        is_option = bool(args) and args[0].startswith("-") and args[0] not in (*ctx.help_option_names, "--version")
        return super().parse_args(ctx, ["run", *args] if is_option else args)


@click.group("rnn-trading", cls=Program, invoke_without_command=True, help=HELP)
@click.version_option(__version__, prog_name="rnn-trading")
@click.pass_context
def program(ctx: click.Context) -> None:
    """Tell what there is, if nothing is asked for."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


@program.command("pipelines")
def list_pipelines() -> None:
    """Names of all pipelines."""
    click.echo("\n".join(sorted(register_pipelines())))


@program.command("report", context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def report(arguments: tuple[str, ...]) -> None:
    """Run what has no record yet, then the skill report."""
    from rnn_trading.report import main  # noqa: PLC0415  only this command needs it

    raise SystemExit(main(list(arguments)))


program.add_command(run)
