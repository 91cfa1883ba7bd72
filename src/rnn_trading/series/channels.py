"""What a network sees of each day beside the value that it forecasts: signs beside sizes, ranges, closes, volumes.

A channel is one number a day, known at its close. Those in percent are divided by the size of the day of the forecast
before a network sees them; the others have no unit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from rnn_trading.parameters import parameters
from rnn_trading.series.series import PERCENT, RETURN

Array = NDArray[np.float64]
Channel = Literal["changes", "sizes", "ranges", "closes", "volumes"]
Known = Literal["level", "weekday", "pause"]
WITHOUT_UNIT = ("volumes",)
# Days of the mean that a volume is measured against.
MONTH = 22
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
# Each day's size in the mean counts .94 of that of the next, and none is below a tenth of the usual one, as in the
# statistic that decides over a level.
MEMORY, LEAST_SIZE = 0.94, 0.1


@parameters
class InputParameters:
    """What a network sees of each origin, and the simple forecast that it starts from.

    Parameters
    ----------
    channels
        Of each day of the window. ``changes``: from the day before, signed; ``sizes``: their absolute values;
        ``ranges``: the volatility by open, high, low and close (Garman and Klass, 1980), or, where there is no open, by
        high and low (Parkinson, 1980); ``closes``: the close against the value, of a
        mid-price; ``volumes``: the logarithm of the volume less its mean over 22 days. What the data have not is left
        out, and said; on a day that lacks it a channel is as on the day before, which is counted.
    known
        Of the day that is forecast. ``level``: the logarithm of the size; ``weekday``; ``pause``: calendar days since
        the session before.
    start
        Names of rivals. Their forecasts are what the network corrects; of several the best one on the validation rows.
    """

    channels: Annotated[tuple[Channel, ...], Field(min_length=1)]
    known: tuple[Known, ...]
    start: Annotated[tuple[str, ...], Field(min_length=1)]


@dataclass(frozen=True)
class Channels:
    """Channels of one series.

    Attributes
    ----------
    table
        float64, one column a channel, index and rows of the series; none missing.
    left_out
        By channel, why it is not there.
    filled
        By channel, on how many days it is that of the day before.
    """

    table: pd.DataFrame
    left_out: dict[str, str]
    filled: dict[str, int]


def channels_of(series: pd.DataFrame, prices: pd.DataFrame | None, wanted: tuple[Channel, ...]) -> Channels:
    """The channels of a series, as far as the data have them.

    Parameters
    ----------
    series
        ``value`` and, beside absolute returns, ``return``, the signed ones.
    prices
        The canonical table of the index; None: there is none.
    wanted
        Names of channels.

    Returns
    -------
    Channels
        Changes of values that are all positive are in percent, of others in their unit. The first value has no change
        before it: it counts as 0. A channel that is missing on the first day is left out; on a later day it has the
        value of the day before. One that is the same on all days stays. So what follows changes no earlier day.

    Raises
    ------
    ValueError
        If no channel is left.

    Examples
    --------
    >>> days = pd.date_range("2020-01-01", periods=3)
    >>> series = pd.DataFrame({"value": [100.0, 102.0, 96.9]}, index=days)
    >>> found = channels_of(series, None, ("changes", "sizes", "ranges"))
    >>> found.table["changes"].round(6).tolist(), found.table["sizes"].round(6).tolist(), found.left_out
    ([0.0, 2.0, -5.0], [0.0, 2.0, 5.0], {'ranges': 'the data have no high and low'})
    """
    made: dict[str, pd.Series] = {}
    left_out: dict[str, str] = {}
    there = None if prices is None else prices.reindex(series.index)
    for name in wanted:
        needed, make = _CHANNELS[name]
        if why := _lacking(there, needed):
            left_out[name] = why
        else:
            made[name] = make(series, there)
    if not made:
        raise ValueError(
            f"inputs.channels: expected a channel that the data have. Received: {', '.join(wanted)}; "
            f"{'; '.join(left_out.values())}. Add changes or sizes."
        )
    table = pd.DataFrame(made, index=series.index).astype(float)
    filled = {name: missing for name in table if (missing := int(table[name].isna().sum()))}
    return Channels(table.ffill(), left_out, filled)


def _lacking(prices: pd.DataFrame | None, needed: tuple[str, ...]) -> str:
    """What prices lack of the columns that are needed, in words; nothing where the first day has all of them."""
    if not needed:
        return ""
    names = " and ".join(needed)
    if prices is None or not set(needed) <= set(prices):
        return f"the data have no {names}"
    are = "is" if len(needed) == 1 else "are"
    return f"{names} {are} missing on the first day" if prices[list(needed)].iloc[0].isna().any() else ""


def changes_of(series: pd.DataFrame) -> pd.Series:
    """Signed changes of a series: in percent where all values are positive, else in their unit; the first is 0."""
    if RETURN in series:
        return series[RETURN]
    values = series["value"]
    changes = values.pct_change(fill_method=None) * PERCENT if (values > 0).all() else values.diff()
    return changes.fillna(0.0)


def _ranges(series: pd.DataFrame, prices: pd.DataFrame) -> pd.Series:
    between = np.log(prices["high"] / prices["low"]) ** 2
    variance = between / (4 * np.log(2))
    if {"open", "close"} <= set(prices):
        # Below zero only where open or close lies outside of high and low.
        by_four = between / 2 - (2 * np.log(2) - 1) * np.log(prices["close"] / prices["open"]) ** 2
        variance = by_four.clip(lower=0.0).fillna(variance)
    return PERCENT * np.sqrt(variance)


def _closes(series: pd.DataFrame, prices: pd.DataFrame) -> pd.Series:
    return PERCENT * (prices["close"] / series["value"] - 1)


def _volumes(series: pd.DataFrame, prices: pd.DataFrame) -> pd.Series:
    logarithm = np.log1p(prices["volume"])
    return logarithm - logarithm.rolling(MONTH, min_periods=1).mean()


_CHANNELS: dict[str, tuple[tuple[str, ...], Callable[..., pd.Series]]] = {
    "changes": ((), lambda series, _: changes_of(series)),
    "sizes": ((), lambda series, _: changes_of(series).abs()),
    "ranges": (("high", "low"), _ranges),
    "closes": (("close",), _closes),
    "volumes": (("volume",), _volumes),
}


def known_size(series: pd.DataFrame) -> pd.Series:
    """How far changes go at the time of each value, by those before it: in percent, or in the unit of the series.

    The exponentially weighted mean of the absolute changes until the value before (weight .94, RiskMetrics, 1996), and
    at least a tenth of the mean of all changes so far. Dated by the value that follows.

    Examples
    --------
    >>> series = pd.DataFrame({"value": [100.0, 102.0, 102.0]}, index=pd.date_range("2020-01-01", periods=3))
    >>> known_size(series).round(3).tolist()
    [nan, nan, 2.0]
    """
    sizes = changes_of(series).abs()
    if RETURN not in series:
        sizes.iloc[0] = np.nan
    smooth = sizes.ewm(alpha=1 - MEMORY).mean()
    return smooth.clip(lower=LEAST_SIZE * sizes.expanding().mean()).shift(1)


def known_of_days(
    dates: pd.DatetimeIndex, before: pd.DatetimeIndex, level: Array, wanted: tuple[Known, ...]
) -> pd.DataFrame:
    """What is known of the days that are forecast: float64, one column a feature, index: these days.

    Parameters
    ----------
    dates, before
        Of the days, and of the sessions before them.
    level
        ``(days,)``.
    wanted
        Names of features.

    Examples
    --------
    A Monday after a Friday: the first of five weekdays, three days later.

    >>> monday, friday = pd.DatetimeIndex(["2020-01-06"]), pd.DatetimeIndex(["2020-01-03"])
    >>> known_of_days(monday, friday, np.array([0.5]), ("level", "weekday", "pause")).iloc[0].round(3).to_dict()
    {'level': 0.5, 'monday': 1.0, 'tuesday': 0.0, 'wednesday': 0.0, 'thursday': 0.0, 'friday': 0.0, 'pause': 1.099}
    """
    parts = {
        "level": {"level": level},
        "weekday": {name: (dates.day_of_week == day).astype(float) for day, name in enumerate(WEEKDAYS)},
        "pause": {"pause": np.log((dates - before).days.to_numpy(dtype=float))},
    }
    return pd.DataFrame({name: values for each in wanted for name, values in parts[each].items()}, index=dates)
