"""The project's own parameters, for benchmarks that must measure what users run."""

import logging
from pathlib import Path
from typing import Any

from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project

ROOT = Path(__file__).parent.parent


def parameters(protocol: str) -> dict[str, Any]:
    """Parameters of ``conf/base`` under a protocol."""
    session = _quiet_session(protocol=protocol)
    with session:
        return session.load_context().params


def load(name: str) -> Any:
    """Load a dataset of the default catalog."""
    session = _quiet_session()
    with session:
        return session.load_context().catalog.load(name)


def _quiet_session(**runtime_params: str) -> KedroSession:
    bootstrap_project(ROOT)
    for name in ("rnn_trading", "tensorflow"):
        logging.getLogger(name).setLevel(logging.ERROR)
    return KedroSession.create(ROOT, runtime_params=runtime_params)
