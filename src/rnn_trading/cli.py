"""`kedro run` with errors that a user can read: the message, not the way to it."""

from typing import Any

import click
from kedro.framework.cli.project import run as kedro_run
from kedro.framework.cli.utils import KedroCliError
from kedro.io import DatasetError
from kedro.validation.exceptions import ParameterValidationError
from omegaconf.errors import OmegaConfBaseException

# What wrong input raises. Anything else is a fault of the project and keeps its traceback.
USER_ERRORS = (DatasetError, ParameterValidationError, OmegaConfBaseException, ValueError, ArithmeticError)


@click.group(name="rnn-trading")
def cli() -> None:
    """Commands of this project."""


def _run(**options: Any) -> Any:
    try:
        return kedro_run.callback(**options)
    except USER_ERRORS as error:
        raise KedroCliError(str(error)) from error


run = click.Command("run", params=kedro_run.params, callback=_run, help=kedro_run.help)
cli.add_command(run)
