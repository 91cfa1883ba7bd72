"""From a checked source to the project's tables."""

import logging
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import Field

from rnn_trading.filings.filings import (
    FilingError,
    FilingIngestionParameters,
    FilingSource,
    check_filing_dates,
    take_filings,
)
from rnn_trading.filings.items import SentenceParameters
from rnn_trading.filings.reading import FilingReading, Sentences, describe_texts
from rnn_trading.parameters import parameters
from rnn_trading.series.monthly import MacroParameters, align_months, macro_quality
from rnn_trading.simulated.filings import SimulationParameters, simulate_filings
from rnn_trading.tables.calendar import CalendarParameters, check_dates, check_sessions
from rnn_trading.tables.index_prices import IndexIngestionParameters, index_quality, refuse_missing_days
from rnn_trading.tables.prices import PriceError, price_quality
from rnn_trading.tables.reading import Reading, fingerprint
from rnn_trading.tables.reviews import ReviewIngestionParameters, review_quality
from rnn_trading.tables.wording import counted, reasons

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
    calendar
        Which dates are believed to be sessions.
    """

    source: Annotated[str, Field(min_length=1)]
    stale_after_sessions: Annotated[int, Field(ge=1)]
    calendar: CalendarParameters = CalendarParameters()


def ingest_prices(prices_source: tuple[pd.DataFrame, Reading], ingestion: IngestionParameters) -> dict[str, Any]:
    """Take over the prices of a source and report on their quality.

    Parameters
    ----------
    prices_source
        The canonical table, which its dataset has checked against the file, and how it was read.
    ingestion
        See :class:`IngestionParameters`.

    Returns
    -------
    dict
        ``prices``: the table. ``prices_report``: see :func:`rnn_trading.tables.prices.price_quality`; ``source``, and
        the table's ``sha256``.

    Raises
    ------
    PriceError
        If the source holds a single ticker.
    CalendarError
        If its dates cannot be right; see :func:`rnn_trading.tables.calendar.check_sessions`.
    """
    table, calendar = check_sessions(
        prices_source[0], ingestion.calendar, ingestion.source, ("data_ingestion",), prices_source[1].recognised
    )
    reading = prices_source[1] | calendar
    reading.log(ingestion.source)
    tickers = table.index.unique("ticker")
    if len(tickers) < 2:
        raise PriceError(
            f"{ingestion.source}: expected at least 2 tickers, because scores are ranked across tickers. Received: "
            f"only {tickers[0]!r}.{''.join(chr(10) + said for said in reading.recognised)}"
        )
    quality = price_quality(table, ingestion.stale_after_sessions)
    return {
        "prices": table,
        "prices_report": {"source": ingestion.source, "sha256": fingerprint(table), **quality, **reading.report()},
    }


def ingest_index(index_source: tuple[pd.DataFrame, Reading], ingestion: IndexIngestionParameters) -> dict[str, Any]:
    """Take over the prices of an index, if no day is missing, and report on their quality.

    Parameters
    ----------
    index_source
        The canonical table, which its dataset has checked against the source, and how it was read.
    ingestion
        See :class:`rnn_trading.tables.index_prices.IndexIngestionParameters`.

    Returns
    -------
    dict
        ``prices``: the table. ``report``: see :func:`rnn_trading.tables.index_prices.index_quality`, and
        ``source``, and the table's ``sha256``.

    Raises
    ------
    PriceError
        If closes are missing beyond the limits.
    CalendarError
        If its dates cannot be right; see :func:`rnn_trading.tables.calendar.check_sessions`.
    """
    blocks = ("index_prices", "index_ranges")
    table, calendar = check_sessions(
        index_source[0], ingestion.calendar, ingestion.source, blocks, index_source[1].recognised
    )
    reading = index_source[1] | calendar
    reading.log(ingestion.source)
    refuse_missing_days(table, ingestion)
    quality = index_quality(table, ingestion.stale_after_sessions, ingestion.calendar.working)
    if outside := quality["opens_outside_the_range"]:
        logger.warning(
            "%s: the open is below the low or above the high of its day on %s of %s days: it may be of another series "
            "or unit. It is not used.",
            *(ingestion.source, f"{outside:,}", f"{len(table):,}"),
        )
    return {
        "prices": table,
        "report": {"source": ingestion.source, "sha256": fingerprint(table), **quality, **reading.report()},
    }


def ingest_macro(macro_source: tuple[pd.DataFrame, Reading], series: MacroParameters) -> dict[str, Any]:
    """Take the series that are asked for, on one calendar of months.

    Parameters
    ----------
    macro_source
        Series as they came, see :func:`rnn_trading.series.monthly.parse_macro`; and how they were read.
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
    CalendarError
        If its dates cannot be right; see :func:`rnn_trading.tables.calendar.check_dates`.
    """
    table, calendar = check_dates(
        macro_source[0], series.calendar, series.source, ("macro",), macro_source[1].recognised
    )
    reading = macro_source[1] | calendar
    reading.log(series.source)
    macro = align_months(table, series.names, series.source)
    with_any = table[series.names].dropna(how="all")
    left_out = len(with_any.index.to_period("M").unique().difference(macro.index.to_period("M")))
    report = {
        "source": series.source,
        "sha256": fingerprint(macro),
        **macro_quality(macro),
        "dropped": {"months_that_a_series_lacks": left_out},
    }
    report |= reading.report()
    return {"macro": macro, "macro_report": report}


def ingest_filings(
    filings_source: FilingSource | None,
    filing_prices_source: tuple[pd.DataFrame, Reading] | None,
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
        ``filings``, ``filing_prices``: the canonical tables. ``filing_tables_report``: see
        :func:`rnn_trading.filings.filings.take_filings`, and what was found of the ``price_sessions``.

    Raises
    ------
    FilingError
        If no filing has a price, or there is a source for filings or prices alone.
    CalendarError
        If dates cannot be right; see :mod:`rnn_trading.tables.calendar`.
    """
    if (filings_source is None) != (filing_prices_source is None):
        raise FilingError("Expected filings_source and filing_prices_source in the catalog, or neither. Received: one.")
    source = given_or_simulated(filings_source, simulation)
    prices = simulate_filings(simulation).prices if filing_prices_source is None else filing_prices_source
    if not len(source):
        raise FilingError("There are no filings: no source, and filings.simulation.firms=0. Change one of them.")
    source = check_filing_dates(source, ingestion)
    origin = f"{ingestion.source}: prices"
    table, calendar = check_sessions(
        prices[0], ingestion.calendar, origin, ("filings.ingestion",), prices[1].recognised
    )
    calendar.log(origin)
    windows, report = take_filings(source, (table, prices[1]), ingestion)
    if source.read_as:
        logger.info("Filings: read %s", "; ".join(source.read_as))
    if left_out := reasons(source.dropped):
        logger.warning("Filings left out of the index: %s", left_out)
    if lost := reasons(report["price_rows_left_out"]):
        logger.warning("Prices around filings, rows or tickers left out: %s", lost)
    logger.info(
        "%s of %s, %s with prices, %s with a time of day",
        *(counted(report["filings"], "filing"), counted(report["firms"], "firm")),
        *(f"{report[name]:,}" for name in ("with_prices", "with_a_time")),
    )
    report |= {"price_sessions": calendar.report()}
    return {"filings": source.index, "filing_prices": windows, "filing_tables_report": report}


def report_filings(filing_tables_report: dict[str, Any], filing_sentences: Sentences) -> dict[str, Any]:
    """What was counted of index and prices, and, as ``texts``, of texts.

    See :func:`rnn_trading.filings.filings.take_filings` and :func:`rnn_trading.filings.reading.describe_texts`.
    """
    texts = describe_texts(filing_sentences.items)
    found = ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in texts.items())
    logger.info("Texts of filings: %s", found)
    if texts["words_of_shorter_segments"]:
        logger.warning(
            "%s words were left out: an item of their name stands at another place, and is longer",
            f"{texts['words_of_shorter_segments']:,}",
        )
    return filing_tables_report | {"texts": texts}


def store_filing_prices(filings: pd.DataFrame, filing_prices: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Prices around filings in the published layout.

    Returns
    -------
    dict
        ``data/yfinance``: index ``date``; ``filing``, ``ticker``, and of each session ``open``, ``high``, ``low``,
        ``close`` and ``volume``, missing where the project has none: of prices it keeps the adjusted close alone.
        ``data/quandl``: the same columns, and the rows that are of the second source; none where there is one source.
    """
    table = filing_prices.rename(columns=PUBLISHED_NAMES).reset_index().rename(columns={"filing_id": "filing"})
    table["ticker"] = filings["ticker"].reindex(table["filing"]).to_numpy()
    of_second = table["source"].eq("otherwise").to_numpy() if "source" in table else np.zeros(len(table), bool)
    table = table.set_index("date").reindex(columns=["filing", "ticker", "open", "high", "low", "close", "volume"])
    return {"data/yfinance": table[~of_second], "data/quandl": table[of_second]}


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
    reviews_source: tuple[pd.DataFrame, Reading], ingestion: ReviewIngestionParameters
) -> dict[str, Any]:
    """Take over the reviews of a source and report on their quality.

    Parameters
    ----------
    reviews_source
        The canonical table, which its dataset has checked against the source, and how it was read.
    ingestion
        See :class:`rnn_trading.tables.reviews.ReviewIngestionParameters`.

    Returns
    -------
    dict
        ``reviews``: the table. ``reviews_report``: see :func:`rnn_trading.tables.reviews.review_quality`, ``source``,
        ``read_as`` and ``dropped``.
    """
    reviews, reading = reviews_source
    reading.log(ingestion.source)
    return {
        "reviews": reviews,
        "reviews_report": {
            "source": ingestion.source,
            "sha256": fingerprint(reviews),
            **review_quality(reviews),
            "read_as": list(reading.recognised),
            "dropped": reading.counts,
        },
    }
