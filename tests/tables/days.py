"""Panels on days of all kinds, and what the check of their calendar says of them."""

import numpy as np
import pandas as pd
import pytest

from rnn_trading.tables.calendar import CalendarError, CalendarParameters, check_sessions
from rnn_trading.tables.reading import Reading
from tests.helpers import panel_to_prices

BLOCK = ("data_ingestion",)
WEEKS = pd.date_range("2016-01-04", "2016-12-30")  # all days, from a Monday to a Friday
NOTHING = {"dates_outside": 0, "lone_dates": 0} | dict.fromkeys(
    ("repeated_weekend_sessions", "weekend_sessions", "repeated_sessions"), 0
)


def panel(dates: pd.DatetimeIndex, tickers: int = 3, seed: int = 0) -> pd.DataFrame:
    walks = np.random.default_rng(seed).normal(0, 0.02, (len(dates), tickers)).cumsum(axis=0)
    return pd.DataFrame(50 * np.exp(walks), index=dates, columns=[f"T{n}" for n in range(tickers)])


def on(dates: pd.DatetimeIndex, *weekdays: int) -> pd.DatetimeIndex:
    return dates[dates.day_of_week.isin(weekdays)]


def check(prices: pd.DataFrame, **calendar) -> tuple[pd.DataFrame, Reading]:
    table = panel_to_prices(prices) if prices.index.name is None and prices.index.nlevels == 1 else prices
    return check_sessions(table, CalendarParameters(**calendar), "x.csv", BLOCK)


def refusal(prices: pd.DataFrame, **calendar) -> str:
    with pytest.raises(CalendarError) as error:
        check(prices, **calendar)
    return str(error.value)


def filled(prices: pd.DataFrame, step: str) -> pd.DataFrame:
    return prices.resample(step).ffill()
