"""Notebooks of the project, run beside the data of a copy of it."""

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import nbformat

NOTEBOOKS = Path(__file__).parent.parent / "notebooks"
PATIENCE = 300  # seconds that a cell may take on a busy machine
NETWORK = "## The network"
CORRECTED = 'protocol = "corrected"'
# Each notebook begins anew: no names of the one before, its own folder, and networks that compute step by step, since
# tracing one takes longer than a few steps.
PRELUDE = """
%reset -f
import os, keras
os.chdir({folder!r})
keras.Model.run_eagerly = property(lambda model: True, lambda model, given: None)
del os, keras
"""
Run = Callable[..., None]


@contextlib.contextmanager
def started() -> Iterator[Run]:
    """A kernel that is started for the first notebook, and serves all: TensorFlow takes seconds to import.

    What is given takes the folder of a project, the protocol, and names of notebooks. The corrected protocol runs them
    whole; the published one, as far as the network, since its windows differ, and what follows them does not.
    """
    from jupyter_client import KernelManager

    manager = KernelManager()

    def run(folder: Path, protocol: str, *names: str) -> None:
        if not manager.has_kernel:
            manager.start_kernel(env={**os.environ, "KEDRO_ENV": "test"})
        for name in names:
            run_notebook(manager, notebook_of(name, protocol, None if protocol == "corrected" else NETWORK), folder)

    try:
        yield run
    finally:
        if manager.has_kernel:
            manager.shutdown_kernel(now=True)


def notebook_of(name: str, protocol: str = "corrected", until: str | None = None) -> Any:
    """A notebook with its protocol set, whole or until the cell that begins with some words."""
    notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    ends = [at for at, cell in enumerate(notebook.cells) if until and cell.source.startswith(until)]
    cells = notebook.cells[: ends[0]] if ends else notebook.cells
    setup = next(cell for cell in cells if cell.cell_type == "code")
    assert setup.source.count(CORRECTED) == 1, f"{name}: the first cell does not say {CORRECTED}"
    setup.source = setup.source.replace(CORRECTED, f'protocol = "{protocol}"')
    notebook.cells = cells
    return notebook


def run_notebook(manager: Any, notebook: Any, folder: Path) -> None:
    """Run all cells; an error in a cell is an error, and so is a warning, which a reader would see."""
    from nbclient import NotebookClient

    notebook.cells.insert(0, nbformat.v4.new_code_cell(PRELUDE.format(folder=str(folder))))
    NotebookClient(notebook, km=manager, timeout=PATIENCE).execute()
    warned = [
        output.text
        for cell in notebook.cells[1:]
        for output in cell.get("outputs", [])
        if output.get("name") == "stderr"
    ]
    assert warned == []
