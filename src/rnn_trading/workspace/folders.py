"""Folders of runs: ``data``, and ``data/runs/NAME`` of a run with a name."""

from pathlib import Path, PurePosixPath

from rnn_trading.datasets.runs import MAIN, NAME

DATA = "data"
RUNS = "runs"
# Of a name that is refused, so many are shown.
MOST_SIGNS = 80


def run_folder(run: str | int | None) -> str:
    """The folder in which a run writes, relative to the project.

    Parameters
    ----------
    run
        Name of the run; None: the run has none. A whole number is a name, too: that is how ``--params run=7`` arrives.

    Raises
    ------
    ValueError
        If it is no name.

    Examples
    --------
    >>> run_folder(None), run_folder("small-network"), run_folder(7)
    ('data', 'data/runs/small-network', 'data/runs/7')
    >>> run_folder("../elsewhere")
    Traceback (most recent call last):
    ...
    ValueError: run: expected a name of 1 to 64 letters (A to Z), digits, - _ and ., which begins with a letter, digit \
or _, and is not main. Received: '../elsewhere'. Name another with --params run=NAME, or leave it out.
    """
    if run is None:
        return DATA
    is_number = isinstance(run, int) and not isinstance(run, bool)
    if not (is_number or isinstance(run, str)) or not NAME.fullmatch(str(run)) or run == MAIN:
        shown = repr(run) if len(repr(run)) <= MOST_SIGNS else f"{repr(run)[:MOST_SIGNS]}... ({len(str(run)):,} signs)"
        raise ValueError(
            "run: expected a name of 1 to 64 letters (A to Z), digits, - _ and ., which begins with a letter, digit or "
            f"_, and is not {MAIN}. Received: {shown}. Name another with --params run=NAME, or leave it out."
        )
    return str(PurePosixPath(DATA, RUNS, str(run)))


def and_run(run: str | int | None) -> str:
    """What a command that has ``--params`` says further of a run with a name.

    Examples
    --------
    >>> "--params protocol=corrected" + and_run("small")
    '--params protocol=corrected,run=small'
    >>> and_run(None)
    ''
    """
    return "" if run is None else f",run={run}"


def folder_of(project: Path, run: str | int | None) -> Path:
    """The folder in which a run of a project writes; see :func:`run_folder`."""
    return project / run_folder(run)


def folder_that_holds(project: Path, path: Path) -> Path:
    """The folder of the run that a file belongs to; of a file that lies elsewhere, the ``data`` of the project.

    Examples
    --------
    >>> from pathlib import Path
    >>> project = Path("project")
    >>> folder_that_holds(project, Path("project/data/runs/small/03_primary/macro.parquet")).as_posix()
    'project/data/runs/small'
    >>> folder_that_holds(project, Path("elsewhere/scores.csv")).as_posix()
    'project/data'
    """
    data = project / DATA
    parts = path.relative_to(data).parts if path.is_relative_to(data) else ()
    return data / RUNS / parts[1] if len(parts) > 2 and parts[0] == RUNS else data
