"""Notebooks of the project, run beside the data of a copy of it."""

import contextlib
import functools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
PATIENCE = 300  # seconds that a cell may take on a busy machine
CORRECTED, NETWORK = 'protocol = "corrected"', "## The network"
# A folder of its own, and networks that compute step by step, since tracing one takes longer than a few steps.
PRELUDE = """
%reset -f
import os
from rnn_trading.models.backend import keras
os.chdir({folder!r})
keras.Model.run_eagerly = property(lambda model: True, lambda model, given: None)
"""
# A notebook finds no names of the one before, but for what its first cell, the same in all, would make.
FORGET = """
for _name in [name for name in globals() if not name.startswith("_")]:
    if _name not in ("catalog", "protocol", "get_ipython", "In", "Out", "open", "exit", "quit"):
        del globals()[_name]
"""
Run = Callable[..., None]


@contextlib.contextmanager
def started() -> Iterator[Run]:
    """A kernel that is started for the first notebook, and serves all: TensorFlow takes seconds to import.

    What is given takes the folder of a project, the protocol, and names of notebooks. The corrected protocol runs them
    whole; the published one, as far as the network, since its windows differ, and what follows them does not.
    """
    from jupyter_client.manager import run_kernel

    with contextlib.ExitStack() as stack:

        @functools.cache
        def kernel() -> Any:
            return stack.enter_context(run_kernel(env={**os.environ, "KEDRO_ENV": "test"}))

        def run(folder: Path, protocol: str, *names: str) -> None:
            for source in [PRELUDE.format(folder=str(folder)), *sources(protocol, *names)]:
                run_cell(kernel(), source)

        yield run


def sources(protocol: str, *names: str) -> Iterator[str]:
    """Cells of several notebooks, one after the other; the first cell, which loads the catalog, once."""
    for number, name in enumerate(names):
        cells = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4).cells
        ends = [at for at, cell in enumerate(cells) if cell.source.startswith(NETWORK)]
        if protocol != "corrected" and ends:
            cells = cells[: ends[0]]
        setup, *further = [cell.source for cell in cells if cell.cell_type == "code"]
        yield FORGET if number else setup.replace(CORRECTED, f'protocol = "{protocol}"')
        yield from further


def run_cell(kernel: Any, source: str) -> None:
    """Run one cell; an error is an error, and so is a warning, which a reader would see."""
    warned: list[str] = []

    def listen(message: dict[str, Any]) -> None:
        if message["msg_type"] == "stream" and message["content"]["name"] == "stderr":
            warned.append(message["content"]["text"])

    reply = kernel.execute_interactive(source, timeout=PATIENCE, output_hook=listen, allow_stdin=False)["content"]
    assert reply["status"] == "ok", f"{source}\n\n" + "\n".join(reply["traceback"])
    assert not warned, f"{source}\n\n" + "".join(warned)
