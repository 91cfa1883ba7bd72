"""Run the notebooks on what lies in ``data``, and keep their outputs without what changes from run to run.

``python tools/run_notebooks.py`` runs all of them, each in a kernel of its own; names, such as ``level macro``, choose
some. A notebook is written when all its cells have run; one that fails stays as it is, and its cell is named. What is
kept has no times, no paths of this machine, and small pictures. A hash of the cells says which source the outputs
belong to.
"""

import base64
import hashlib
import io
import json
import os
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "notebooks"
PATIENCE = 600  # seconds that a cell may take
# Pictures: as wide as a page, and with more colours than figures have.
WIDTH, COLOURS = 900, 64
LARGEST = 500_000  # bytes of a notebook
# An absolute path of any machine, and an address in memory.
OF_A_MACHINE = re.compile(r"(?<![\w.:/-])/(?:home|root|Users|tmp|work|opt|usr|var|mnt)/|[A-Z]:\\|0x[0-9a-fA-F]{6,}")


class CellError(Exception):
    """A cell that did not run, or wrote what cannot be kept."""


def names() -> list[str]:
    """Of all notebooks, without the ending."""
    return sorted(path.stem for path in FOLDER.glob("*.ipynb"))


def read(name: str) -> Any:
    """One notebook."""
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


def source_hash(notebook: Any) -> str:
    """SHA-256 of the kinds and sources of all cells, in their order."""
    return hashlib.sha256(json.dumps([[cell.cell_type, cell.source] for cell in notebook.cells]).encode()).hexdigest()


def execute(notebook: Any, folder: Path = FOLDER) -> None:
    """Run all cells of a notebook as if it lay in a folder.

    Raises
    ------
    CellError
        If a cell raises, takes too long, or ends its kernel; the message names the cell by its number, from 1.
    """
    from nbclient import NotebookClient  # noqa: PLC0415  only what runs a notebook needs it
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError  # noqa: PLC0415

    client = NotebookClient(
        notebook, timeout=PATIENCE, record_timing=False, resources={"metadata": {"path": str(folder)}}
    )
    # On the CPU, whose outputs are the same elsewhere; else a driver that is not there is complained of in a cell.
    environment = {**os.environ, "CUDA_VISIBLE_DEVICES": "-1"}
    try:
        client.execute(env=environment)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        number = 1 + max((at for at, cell in enumerate(notebook.cells) if cell.get("execution_count")), default=0)
        why = f"{error.ename}: {error.evalue}" if isinstance(error, CellExecutionError) else str(error).splitlines()[0]
        raise CellError(f"cell {number}: {why}") from error


def strip(notebook: Any, root: Path = ROOT) -> None:
    """Take out what changes from run to run, make pictures small, and note which source the outputs belong to."""
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            "rnn_trading": {"source_sha256": source_hash(notebook)},
        }
    )
    for cell in notebook.cells:
        cell.metadata = nbformat.from_dict({})
        for output in cell.get("outputs", []):
            if "text" in output:
                output.text = output.text.replace(f"{root}/", "")
            if "image/png" in output.get("data", {}):
                output.data["text/plain"] = "<picture>"  # in the place of its address in memory
            for kind, content in output.get("data", {}).items():
                output.data[kind] = small(content) if kind == "image/png" else content.replace(f"{root}/", "")


def small(picture: str) -> str:
    """A PNG as base64, no wider than a page and with few colours."""
    from PIL import Image  # noqa: PLC0415  only what keeps a picture needs it

    with Image.open(io.BytesIO(base64.b64decode(picture))) as image:
        figure = image.convert("RGB")
    if figure.width > WIDTH:
        figure = figure.resize((WIDTH, round(figure.height * WIDTH / figure.width)), Image.Resampling.LANCZOS)
    written = io.BytesIO()
    # A median cut would give thin lines the colours of large areas.
    figure.quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(written, "PNG", optimize=True)
    return base64.b64encode(written.getvalue()).decode()


def problems(notebook: Any) -> Iterator[str]:
    """What is wrong with the outputs of a notebook that is kept; nothing if they can be shown."""
    kept = notebook.metadata.get("rnn_trading", {}).get("source_sha256")
    if kept is None:
        yield "it has no outputs"
    elif kept != source_hash(notebook):
        yield "its cells were changed after it was run"
    if len(nbformat.writes(notebook)) > LARGEST:
        yield f"it is larger than {LARGEST:,} bytes"
    for number, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type == "code" and cell.execution_count is None:
            yield f"cell {number} was not run"
        for output in cell.get("outputs", []):
            yield from (f"cell {number} {problem}" for problem in _problems_of(output))


def _problems_of(output: Any) -> Iterator[str]:
    """What is wrong with one output."""
    if output.output_type == "error":
        yield f"ends with {output.ename}: {output.evalue}"
    if output.get("name") == "stderr":
        yield f"writes a warning: {output.text.strip().splitlines()[0]}"
    for text in _texts(output):
        if found := OF_A_MACHINE.search(text):
            yield f"shows a path or an address of one machine: {text[found.start() :][:60]!r}"


def _texts(output: Any) -> Iterator[str]:
    """What an output shows in words."""
    if "text" in output:
        yield output.text
    yield from (content for kind, content in output.get("data", {}).items() if kind.startswith("text/"))


def run(name: str) -> str:
    """Run one notebook, keep its outputs, and say how long it took and how large it is.

    Raises
    ------
    CellError
        If a cell fails, or an output cannot be kept; the notebook then stays as it was.
    """
    started, notebook = time.monotonic(), read(name)
    execute(notebook)
    strip(notebook)
    if wrong := list(problems(notebook)):
        raise CellError("; ".join(wrong))
    text = nbformat.writes(notebook) + "\n"
    (FOLDER / f"{name}.ipynb").write_text(text, encoding="utf-8")
    return f"{time.monotonic() - started:.0f} s, {len(text) / 1000:.0f} kB"


def main(chosen: list[str]) -> int:
    """Run the notebooks that are named, or all; 1 if one of them failed."""
    unknown = sorted({*chosen} - {*names()})
    if unknown:
        sys.exit(f"There is no notebook {', '.join(unknown)}. Expected some of: {', '.join(names())}.")
    failed = []
    for name in chosen or names():
        try:
            said = run(name)
        except CellError as error:
            failed.append(name)
            said = f"FAILED, {error}"
        sys.stdout.write(f"notebooks/{name}.ipynb: {said}\n")
        sys.stdout.flush()
    if failed:
        sys.stdout.write(f"{len(failed)} of {len(chosen or names())} failed: {', '.join(failed)}\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
