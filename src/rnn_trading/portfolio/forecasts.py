"""Forecasts of many names as they are traded: which are there, and when each was known."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from rnn_trading.portfolio.parameters import DatedBy, PortfolioError
from rnn_trading.portfolio.weights import FORECAST, WEIGHT, check_given
from rnn_trading.tables.checks import some

KEYS = ("ticker", "date")
TRUTH = "truth"
WEEK = pd.Timedelta(days=7)
# The longest pause of an exchange, in days, between the last session and the day on which a forecast was known.
LONGEST_PAUSE = pd.Timedelta(days=15)
OF_ONE_SERIES = (
    "Forecasts of one series are traded if experiments here made them: kedro run --pipelines portfolio.series"
)


@dataclass(frozen=True)
class Scores:
    """Forecasts with the session after which each was known.

    Attributes
    ----------
    table
        ``ticker``, ``date`` (of the row, as it came), ``known`` (session), ``prediction``, and ``weight`` and ``truth``
        where they are there; sorted by ``known`` and ``ticker``.
    counts
        What was left out, by reason: ``without_prices`` (rows of names that the prices do not have), ``superseded``
        (rows of a date that was known after the same session as a later one).
    """

    table: pd.DataFrame
    counts: dict[str, int]


def take_scores(
    forecasts: pd.DataFrame, sessions: pd.DatetimeIndex, names: pd.Index, dated_by: DatedBy, *, given: bool = False
) -> Scores:
    """Check a table of forecasts, and find when each was known.

    Parameters
    ----------
    forecasts
        ``ticker``, ``date``, ``prediction``; ``truth`` and ``weight`` where they are there. Other columns are ignored.
        No truth is needed: what a portfolio earns follows from prices.
    sessions
        Of the prices, ascending.
    names
        That have prices.
    dated_by
        See :class:`rnn_trading.portfolio.parameters.PortfolioParameters`.
    given
        Whether the weights of the table are traded.

    Raises
    ------
    PortfolioError
        If a column is missing, a key stands twice, a forecast is no number, there is one name only, no name has a
        price, a date has no session near it, or weights that are traded cannot be; see
        :func:`rnn_trading.portfolio.weights.check_given`.

    Examples
    --------
    Of a week that ends on Sunday the 12th, the forecast was known after the last session of the week before.

    >>> sessions = pd.bdate_range("2020-01-01", "2020-01-10", name="date")
    >>> table = pd.DataFrame({"ticker": ["A", "B"], "date": pd.Timestamp("2020-01-12"), "prediction": [1.0, 2.0]})
    >>> take_scores(table, sessions, pd.Index(["A", "B"]), "week").table["known"].astype("str").tolist()
    ['2020-01-03', '2020-01-03']
    """
    table = _checked(forecasts)
    has_prices = table["ticker"].isin(names)
    if not has_prices.any():
        raise PortfolioError(
            f"No name of the forecasts has a price. Forecasts: {some(table['ticker'].unique().tolist())}; prices: "
            f"{some(names)}. Bring the prices of these names, or write names as the prices do."
        )
    if given:
        check_given(table, has_prices)
    table = table.assign(known=known_sessions(pd.DatetimeIndex(table["date"]), sessions, dated_by))[has_prices]
    latest = table.groupby("known")["date"].transform("max") == table["date"]
    counts = {"without_prices": int((~has_prices).sum()), "superseded": int((~latest).sum())}
    table = table[latest].sort_values(["known", "ticker"], kind="stable").reset_index(drop=True)
    return Scores(
        table[["ticker", "date", "known", *(name for name in table if name in (FORECAST, WEIGHT, TRUTH))]], counts
    )


def known_sessions(dates: pd.DatetimeIndex, sessions: pd.DatetimeIndex, dated_by: DatedBy) -> pd.DatetimeIndex:
    """The session after which the forecast of each date was known.

    Parameters
    ----------
    dates, sessions, dated_by
        See :func:`take_scores`.

    Raises
    ------
    PortfolioError
        If there is no session so near before it that it could be that one.
    """
    days = dates - WEEK if dated_by == "week" else dates
    places = sessions.searchsorted(days, side="left" if dated_by == "session" else "right") - 1
    found = sessions[np.maximum(places, 0)]
    bad = (places < 0) | (days - found > LONGEST_PAUSE)
    if bad.any():
        first = dates[bad].min()
        raise PortfolioError(
            f"Dates without prices: {dates[bad].nunique():,} of {dates.nunique():,} dates of forecasts, the first "
            f"{first:%Y-%m-%d}. Prices run from {sessions[0]:%Y-%m-%d} to {sessions[-1]:%Y-%m-%d}. Bring prices of "
            "these dates, or leave out their forecasts. What a date means is said by portfolio.dated_by."
        )
    return found


def refuse_one_series(forecasts: pd.DataFrame) -> None:
    """Raise for a table without names.

    Raises
    ------
    PortfolioError
        Says what trades one series.
    """
    if "ticker" not in forecasts and "date" in forecasts:
        raise PortfolioError(
            f"These forecasts are of one series: there is no column ticker ({some(forecasts.columns)}). A portfolio "
            f"ranks several names. {OF_ONE_SERIES}"
        )


def _checked(forecasts: pd.DataFrame) -> pd.DataFrame:
    refuse_one_series(forecasts)
    missing = [name for name in (*KEYS, FORECAST) if name not in forecasts]
    if missing:
        raise PortfolioError(
            f"Forecasts have no column {missing[0]}. Expected: {', '.join((*KEYS, FORECAST))}. Received: "
            f"{some(forecasts.columns)}."
        )
    table = forecasts.assign(date=pd.to_datetime(forecasts["date"]), ticker=forecasts["ticker"].astype("str"))
    twice = table.duplicated([*KEYS], keep=False)
    if twice.any():
        first = table[twice].iloc[0]
        raise PortfolioError(
            f"A ticker has one forecast a date. Received: {int(twice.sum()):,} rows that share theirs, the first of "
            f"{first['ticker']} on {first['date']:%Y-%m-%d}. Leave one row of each."
        )
    bad = ~np.isfinite(table[FORECAST].to_numpy(dtype=np.float64))
    if bad.any():
        first = table[bad].iloc[0]
        raise PortfolioError(
            f"{int(bad.sum()):,} of {len(table):,} forecasts are no finite number, the first of {first['ticker']} on "
            f"{first['date']:%Y-%m-%d}. Leave out these rows, or mend them."
        )
    if table["ticker"].nunique() < 2:
        raise PortfolioError(
            f"Forecasts of one name only, {', '.join(table['ticker'].unique()) or 'none'}: a portfolio ranks several. "
            f"{OF_ONE_SERIES}"
        )
    return table
