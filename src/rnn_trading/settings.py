"""Project settings, read by Kedro."""

import logging

from rnn_trading.config import ConfigLoader
from rnn_trading.context import Context
from rnn_trading.hooks import ProgressHook, RefusalsHook, SecretsHook, WorkspaceHook
from rnn_trading.redaction import RedactedRecord
from rnn_trading.workspace.folders import and_run, run_folder

logging.setLogRecordFactory(RedactedRecord)


def one_of(name: str, value: str, *choices: str) -> str:
    """Return a value from the configuration, or refuse it if it is not one of the choices."""
    if value not in choices:
        raise ValueError(f"Unknown {name} {value!r}. Expected one of: {', '.join(choices)}.")
    return value


def if_given(value: str | None, then: str, otherwise: str) -> str:
    """Return ``then`` if a value is given, ``otherwise`` if it is null."""
    return otherwise if value is None else then


HOOKS = (RefusalsHook(), SecretsHook(), WorkspaceHook(), ProgressHook())
CONTEXT_CLASS = Context
CONFIG_LOADER_CLASS = ConfigLoader
CONFIG_LOADER_ARGS = {
    "base_env": "base",
    "default_run_env": "local",
    # An environment overrides single parameters, not whole blocks.
    "merge_strategy": {"parameters": "soft", "globals": "soft"},
    "custom_resolvers": {"one_of": one_of, "if_given": if_given, "run_folder": run_folder, "and_run": and_run},
}
