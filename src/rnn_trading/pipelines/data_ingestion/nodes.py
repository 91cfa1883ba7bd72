"""From a checked source to the project's tables."""

import logging
from typing import Annotated, Any

import pandas as pd
from pydantic import Field

from rnn_trading.filings.filings import FilingError, FilingIngestionParameters, FilingSource, take_filings
from rnn_trading.filings.items import SentenceParameters
from rnn_trading.filings.reading import FilingReading
from rnn_trading.parameters import parameters
from rnn_trading.series.monthly import MacroParameters, align_months, macro_quality
from rnn_trading.simulated.filings import SimulationParameters, simulate_filings
from rnn_trading.tables.index_prices import IndexIngestionParameters, index_quality, refuse_missing_days
from rnn_trading.tables.prices import PriceError, price_quality
from rnn_trading.tables.reviews import ReviewIngestionParameters, review_quality

logger = logging.getLogger(__name__)
PUBLISHED_NAMES = {"adj_close": "close", "adj_volume": "volume"}


@parameters
class IngestionParameters:
    """What is said and counted about a source.

    Parameters
    ----------
    source
        Where the prices come from, in words; it stands in every skill record.
    stale_after_sessions
        Unchanged sessions after which the quality report calls a price stale.
    """

    source: Annotated[str, Field(min_length=1)]
    stale_after_sessions: Annotated[int, Field(ge=1)]


def ingest_prices(prices_source: pd.DataFrame, ingestion: IngestionParameters) -> dict[str, Any]:
    """Take over the prices of a source and report on their quality.

    Parameters
    ----------
    prices_source
        The canonical table; its dataset has checked it against the file.
    ingestion
        See :class:`IngestionParameters`.

    Returns
    -------
    dict
        ``prices``: the table. ``prices_report``: see :func:`rnn_trading.tables.prices.price_quality`, and ``source``.

    Raises
    ------
    PriceError
        If the source holds a single ticker.
    """
    tickers = prices_source.index.unique("ticker")
    if len(tickers) < 2:
        raise PriceError(
            f"{ingestion.source}: expected at least 2 tickers, because scores are ranked across tickers. Received: "
            f"only {tickers[0]!r}."
        )
    quality = price_quality(prices_source, ingestion.stale_after_sessions)
    return {"prices": prices_source, "prices_report": {"source": ingestion.source, **quality}}


def ingest_index(index_source: pd.DataFrame, ingestion: IndexIngestionParameters) -> dict[str, Any]:
    """Take over the prices of an index, if no day is missing, and report on their quality.

    Parameters
    ----------
    index_source
        The canonical table; its dataset has checked it against the source.
    ingestion
        See :class:`rnn_trading.tables.index_prices.IndexIngestionParameters`.

    Returns
    -------
    dict
        ``prices``: the table. ``report``: see :func:`rnn_trading.tables.index_prices.index_quality`, and
        ``source``.

    Raises
    ------
    PriceError
        If closes are missing beyond the limits.
    """
    refuse_missing_days(index_source, ingestion)
    quality = index_quality(index_source, ingestion.stale_after_sessions)
    return {"prices": index_source, "report": {"source": ingestion.source, **quality}}


def ingest_macro(macro_source: pd.DataFrame, series: MacroParameters) -> dict[str, Any]:
    """Take the series that are asked for, on one calendar of months.

    Parameters
    ----------
    macro_source
        Series as they came; see :func:`rnn_trading.series.monthly.parse_macro`.
    series
        See :class:`rnn_trading.series.monthly.MacroParameters`.

    Returns
    -------
    dict
        ``macro``: the canonical table of :mod:`rnn_trading.series.monthly`. ``macro_report``: ``source``, months and
        ranges, and the months that were left out because not all series have them.

    Raises
    ------
    MacroError
        If the series cannot be aligned.
    """
    macro = align_months(macro_source, series.names, series.source)
    with_any = macro_source[series.names].dropna(how="all")
    left_out = len(with_any.index.to_period("M").unique().difference(macro.index.to_period("M")))
    report = {"source": series.source, **macro_quality(macro), "dropped": {"months_that_a_series_lacks": left_out}}
    return {"macro": macro, "macro_report": report}


def ingest_filings(
    filings_source: FilingSource | None,
    filing_prices_source: tuple[pd.DataFrame, dict[str, int]] | None,
    simulation: SimulationParameters,
    ingestion: FilingIngestionParameters,
) -> dict[str, Any]:
    """Take over the filings of a source, or simulated ones where the environment has none, and report on them.

    Parameters
    ----------
    filings_source, filing_prices_source
        Of the environment; both None where it has none.
    simulation
        What is simulated then; see :func:`rnn_trading.simulated.filings.simulate_filings`.
    ingestion
        See :class:`rnn_trading.filings.filings.FilingIngestionParameters`.

    Returns
    -------
    dict
        ``filings``, ``filing_prices``: the canonical tables. ``filings_report``: see
        :func:`rnn_trading.filings.filings.take_filings`.

    Raises
    ------
    FilingError
        If no filing has a price, or there is a source for filings or prices alone.
    """
    if (filings_source is None) != (filing_prices_source is None):
        raise FilingError("Expected filings_source and filing_prices_source in the catalog, or neither. Received: one.")
    source = given_or_simulated(filings_source, simulation)
    prices = simulate_filings(simulation).prices if filing_prices_source is None else filing_prices_source
    if not len(source):
        raise FilingError("There are no filings: no source, and filings.simulation.firms=0. Change one of them.")
    windows, report = take_filings(source, prices, ingestion)
    left_out = ", ".join(f"{reason.replace('_', ' ')} {count:,}" for reason, count in source.dropped.items() if count)
    if left_out:
        logger.warning("Filings left out of the index: %s", left_out)
    lost_rows = sum(report["price_rows_left_out"].values())
    if lost_rows:
        logger.warning("Rows of prices left out: %s; see filings_report.json", f"{lost_rows:,}")
    logger.info(
        "%s filings of %s firms, %s with prices, %s with a time of day",
        *(f"{report[name]:,}" for name in ("filings", "firms", "with_prices", "with_a_time")),
    )
    return {"filings": source.index, "filing_prices": windows, "filings_report": report}


def store_filing_prices(filings: pd.DataFrame, filing_prices: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Prices around filings in the published layout.

    Returns
    -------
    dict
        ``data/yfinance``: index ``date``; ``filing``, ``ticker``, and of each session ``open``, ``high``, ``low``,
        ``close`` and ``volume``, missing where the project has none: of prices it keeps the adjusted close alone.
        ``data/quandl``: the same columns and no row, since there is one source of prices.
    """
    table = filing_prices.rename(columns=PUBLISHED_NAMES).reset_index().rename(columns={"filing_id": "filing"})
    table["ticker"] = filings["ticker"].reindex(table["filing"]).to_numpy()
    table = table.set_index("date").reindex(columns=["filing", "ticker", "open", "high", "low", "close", "volume"])
    return {"data/yfinance": table, "data/quandl": table.iloc[:0]}


def read_sentences(
    filings_source: FilingSource | None,
    filings: pd.DataFrame,
    simulation: SimulationParameters,
    sentences: SentenceParameters,
) -> FilingReading:
    """Sentences of the filings that were taken over; nothing is read before they are saved.

    Parameters
    ----------
    filings_source, simulation
        As :func:`ingest_filings` takes them.
    filings
        What it took over: a source may have more by now.
    sentences
        Which sentences are kept.
    """
    return FilingReading(given_or_simulated(filings_source, simulation).only(filings), sentences)


def given_or_simulated(filings_source: FilingSource | None, simulation: SimulationParameters) -> FilingSource:
    """The filings of the environment, or simulated ones where it has none: equal ones, whenever it is asked."""
    return simulate_filings(simulation).filings if filings_source is None else filings_source


def ingest_reviews(
    reviews_source: tuple[pd.DataFrame, dict[str, int]], ingestion: ReviewIngestionParameters
) -> dict[str, Any]:
    """Take over the reviews of a source and report on their quality.

    Parameters
    ----------
    reviews_source
        The canonical table and counts of what was left out; its dataset has checked it against the source.
    ingestion
        See :class:`rnn_trading.tables.reviews.ReviewIngestionParameters`.

    Returns
    -------
    dict
        ``reviews``: the table. ``reviews_report``: see :func:`rnn_trading.tables.reviews.review_quality`, ``source``,
        and ``dropped``.
    """
    reviews, counts = reviews_source
    if counts["empty_texts"]:
        logger.warning("%s reviews have no word and are left out", f"{counts['empty_texts']:,}")
    if counts["undecodable_texts"]:
        logger.warning(
            "%s of %s reviews hold bytes that are no UTF-8, which were replaced; save the file as UTF-8",
            *(f"{counts['undecodable_texts']:,}", f"{len(reviews):,}"),
        )
    return {
        "reviews": reviews,
        "reviews_report": {"source": ingestion.source, **review_quality(reviews), "dropped": counts},
    }
