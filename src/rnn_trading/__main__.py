"""The command ``rnn-trading``, which is also ``python -m rnn_trading``: what ``kedro run`` does, in any folder.

It brings its configuration along: see :mod:`rnn_trading.place`.
"""

import os
import sys
from typing import Any

from rnn_trading import place


def main(*args: Any, **kwargs: Any) -> Any:
    """Run the command line, or what is given in its place."""
    place.use_its_logging()
    os.environ.setdefault("KEDRO_DISABLE_TELEMETRY", "1")  # as .telemetry says inside of the project
    from kedro.framework.project import configure_project  # noqa: PLC0415  it reads both

    configure_project("rnn_trading")
    from rnn_trading.cli import program  # noqa: PLC0415

    kwargs.setdefault("standalone_mode", not hasattr(sys, "ps1"))
    return program(*args, prog_name="rnn-trading", **kwargs)


if __name__ == "__main__":
    main()
