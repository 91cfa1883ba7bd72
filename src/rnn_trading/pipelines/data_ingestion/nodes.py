"""From a checked source to the project's tables."""

from typing import Any

import pandas as pd

from rnn_trading.prices import price_quality


def ingest_prices(prices_source: pd.DataFrame, source: str, stale_after_sessions: int) -> dict[str, Any]:
    """Take over the prices of a source and report on their quality.

    Parameters
    ----------
    prices_source
        The canonical table; its dataset has checked it against the file.
    source
        Where the prices come from, in words.
    stale_after_sessions
        Unchanged sessions after which a price is stale.

    Returns
    -------
    dict
        ``prices``: the table. ``prices_report``: see :func:`rnn_trading.prices.price_quality`, and ``source``.
    """
    return {
        "prices": prices_source,
        "prices_report": {"source": source, **price_quality(prices_source, stale_after_sessions)},
    }
