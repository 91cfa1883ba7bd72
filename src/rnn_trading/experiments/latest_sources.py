"""Which kind of data an experiment has, by what its nodes take."""

from collections.abc import Mapping
from typing import Any

from rnn_trading.experiments.latest_filings import OfFilings
from rnn_trading.experiments.latest_kinds import Kind, OfMonths, OfPanel, OfSeries
from rnn_trading.series.series import RunParameters


def kind_of(hints: Mapping[str, Any], made: set[str]) -> Kind | None:
    """The kind of data of an experiment, by what its nodes take; None: it has no source that goes on.

    Parameters
    ----------
    hints
        By the name of a dataset that no node makes, its type.
    made
        Names of the datasets that nodes make.
    """
    if "filing_sentences" in hints:
        parts, returns = (next(each for each in hints if each.endswith(f".{end}")) for end in ("parts", "returns"))
        documents = next(each for each in made if each.endswith(".documents"))
        split = f"{parts.removesuffix('.parts')}.documents"
        return OfFilings(returns.removesuffix(".returns"), parts, returns, documents, split)
    if "prices" in hints:
        table = next(name.removesuffix("_panel") for name in sorted(made) if name.endswith("_panel"))
        period = table.removeprefix("returns_")
        return OfPanel(table, f"params:daily_weekly_sequences.{period}")
    if "macro" in hints:
        return OfMonths(_last_named(hints, "windows"))
    source = next((name for name in ("index_prices", "index_ranges") if name in hints), None)
    if source is None:
        return None
    runs = next((name for name, hint in hints.items() if hint is RunParameters), None)
    return OfSeries(source, _last_named(hints, "series"), runs)


def _last_named(hints: Mapping[str, Any], block: str) -> str:
    """The parameters of an experiment whose name ends so."""
    return next(name for name in sorted(hints) if name.startswith("params:") and name.endswith(f".{block}"))
