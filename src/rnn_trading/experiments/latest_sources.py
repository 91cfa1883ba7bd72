"""Which kind of data an experiment has, by what its nodes take."""

from collections.abc import Iterable, Mapping
from typing import Any

from rnn_trading.experiments.latest_filings import OfFilings
from rnn_trading.experiments.latest_kinds import Kind, OfMonths, OfPanel, OfSeries
from rnn_trading.series.series import RunParameters

SEQUENCES, DOCS = "daily_weekly_sequences", ".documents"


def kind_of(hints: Mapping[str, Any], made: set[str]) -> Kind | None:
    """The kind of data of an experiment, by what its nodes take.

    Parameters
    ----------
    hints
        By the name of a dataset that no node makes, its type.
    made
        Names of the datasets that nodes make.

    Returns
    -------
    Kind or None
        None: it has no source that goes on, or its windows are made in a way of its own.
    """
    if "filing_sentences" in hints:
        return _of_filings(hints, made)
    if "prices" in hints:
        table = _ending(made, "_panel")
        return None if table is None else OfPanel(table, f"params:{SEQUENCES}.{table.removeprefix('returns_')}")
    if "macro" in hints:
        windows = _ending(hints, ".windows")
        return None if windows is None else OfMonths(f"{windows}.windows")
    source = next((name for name in ("index_prices", "index_ranges") if name in hints), None)
    series = _ending(hints, ".series")
    if source is None or series is None:
        return None
    runs = next((name for name, hint in hints.items() if hint is RunParameters), None)
    return OfSeries(source, f"{series}.series", runs)


def _of_filings(hints: Mapping[str, Any], made: set[str]) -> Kind | None:
    fold, name, documents = (
        _ending(names, end) for names, end in ((hints, ".parts"), (hints, ".returns"), (made, DOCS))
    )
    if fold is None or name is None or documents is None:
        return None
    return OfFilings(name, f"{fold}.parts", f"{name}.returns", f"{documents}{DOCS}", f"{fold}{DOCS}")


def _ending(names: Iterable[str], end: str) -> str | None:
    """What stands before an ending, in the first name that has it; None: none has."""
    return next((name.removesuffix(end) for name in sorted(names) if name.endswith(end)), None)
