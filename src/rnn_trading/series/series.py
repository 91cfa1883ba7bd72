"""One series in time: where it comes from, and its windows.

A series has the index ``date``, ascending, and no missing value. The row of a window is dated by its target: columns
``"63"`` (oldest) to ``"1"`` (the value before the target), then ``truth``, the target itself.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field

from rnn_trading.parameters import parameters
from rnn_trading.splits.windows import any_in_window, sliding_windows
from rnn_trading.tables.prices import EXTREME_RETURN, PriceError, stale_prices
from rnn_trading.tables.wording import counted

TRUTH = "truth"
RETURN = "return"  # the column of signed returns, beside absolute ones
POINT_BY_POINT, RESTARTED, FREE_RUN = "point_by_point", "restarted", "free_run"
PERCENT = 100


@parameters
class SeriesParameters:
    """Which series is taken from an index.

    Parameters
    ----------
    form
        ``close`` in points; ``absolute_return``, the absolute daily return of the close in percent;
        ``mid_price``, the mean of the day's high and low in points.
    start, until
        First and last date of the prices; null: all there are.
    lags
        Values in a window, the target not counted.
    """

    form: Literal["close", "absolute_return", "mid_price"]
    start: date | None
    until: date | None
    lags: Annotated[int, Field(ge=1)]


@parameters
class SineParameters:
    """The sine wave ``round(sin(phase + 2 pi k / period), decimals)`` for k = 0 .. points - 1.

    Parameters
    ----------
    points, period, phase, decimals
        See the formula; ``phase`` in radians.
    start
        The points are dated one day apart from here, so that they pass through the same code as prices.
    lags
        Values in a window, the target not counted.
    """

    points: Annotated[int, Field(ge=1)]
    period: Annotated[float, Field(gt=0)]
    phase: float
    decimals: Annotated[int, Field(ge=0)]
    start: date
    lags: Annotated[int, Field(ge=1)]


def take_series(index_prices: pd.DataFrame, parameters_: SeriesParameters) -> pd.Series:
    """One series of an index.

    Parameters
    ----------
    index_prices
        The canonical table of :mod:`rnn_trading.tables.index_prices`.
    parameters_
        See :class:`SeriesParameters`.

    Returns
    -------
    pandas.Series
        Name ``value``, index ``date``, float64, in points or percent. The first day has no absolute return and is left
        out.

    Raises
    ------
    PriceError
        If high or low are missing for the mid-price, fewer than two days are left between the dates, or all values are
        equal.

    Examples
    --------
    >>> days = pd.DatetimeIndex(["2020-01-02", "2020-01-03", "2020-01-06"], name="date")
    >>> index_prices = pd.DataFrame({"close": [100.0, 110.0, 88.0]}, index=days)
    >>> form = SeriesParameters(form="absolute_return", start=None, until=None, lags=1)
    >>> take_series(index_prices, form).round(6).tolist()
    [10.0, 20.0]
    """
    start, until = (pd.Timestamp(day) if day else None for day in (parameters_.start, parameters_.until))
    prices = index_prices.loc[start:until]
    if len(prices) < 2:
        raise PriceError(
            f"Expected days from {parameters_.start} to {parameters_.until}. Received: prices from "
            f"{index_prices.index[0]:%Y-%m-%d} to {index_prices.index[-1]:%Y-%m-%d}. Move series.start or series.until."
        )
    if parameters_.form == "mid_price":
        values = _mid_price(prices)
    elif parameters_.form == "absolute_return":
        values = signed_returns(prices, prices.index[1:]).abs()
    else:
        values = prices["close"]
    if np.ptp(values) == 0:
        raise PriceError(
            f"All {len(values):,} values of {parameters_.form} from {values.index[0]:%Y-%m-%d} to "
            f"{values.index[-1]:%Y-%m-%d} are {values.iloc[0]:g}: there is nothing to learn, and nothing to scale by. "
            "Check the prices."
        )
    return values.rename("value")


def signed_returns(index_prices: pd.DataFrame, dates: pd.DatetimeIndex) -> pd.Series:
    """The daily returns of the close whose absolute values :func:`take_series` takes, in percent.

    Parameters
    ----------
    index_prices
        The canonical table.
    dates
        Of the absolute returns: a close stands before each.

    Returns
    -------
    pandas.Series
        Name ``return``, index ``dates``, float64; none missing.

    Examples
    --------
    >>> days = pd.DatetimeIndex(["2020-01-02", "2020-01-03", "2020-01-06"], name="date")
    >>> index_prices = pd.DataFrame({"close": [100.0, 110.0, 88.0]}, index=days)
    >>> signed_returns(index_prices, days[1:]).round(6).tolist()
    [10.0, -20.0]
    """
    return (index_prices["close"].pct_change(fill_method=None) * PERCENT).loc[dates].rename(RETURN)


def _mid_price(prices: pd.DataFrame) -> pd.Series:
    missing = [column for column in ("high", "low") if column not in prices.columns]
    if missing:
        raise PriceError(
            f"The mid-price is the mean of high and low, without {' and '.join(missing)} there is none. Received: the "
            f"columns {', '.join(prices.columns)}. Use prices with high and low, or run the other experiments by "
            "name: --pipelines univariate_regression.level,univariate_regression.volatility,"
            "univariate_regression.rolling_windows"
        )
    middle = (prices["high"] + prices["low"]) / 2
    if middle.isna().any():
        first = middle.index[middle.isna()][0]
        raise PriceError(
            f"The mid-price needs a high and a low on every day; {first:%Y-%m-%d} lacks one "
            f"({counted(int(middle.isna().sum()), 'such day')}). Complete or remove them."
        )
    return middle


def sine_wave(parameters_: SineParameters) -> pd.Series:
    """The wave of :class:`SineParameters`: name ``value``, index ``date``.

    Examples
    --------
    >>> wave = SineParameters(points=4, period=4, phase=0, decimals=3, start="2020-01-01", lags=1)
    >>> sine_wave(wave).tolist()
    [0.0, 1.0, 0.0, -1.0]
    """
    steps = np.arange(parameters_.points)
    values = np.sin(parameters_.phase + 2 * np.pi * steps / parameters_.period).round(parameters_.decimals)
    dates = pd.date_range(parameters_.start, periods=parameters_.points, name="date", unit="us")
    return pd.Series(values, index=dates, name="value")


def lag_names(lags: int) -> list[str]:
    """Names of the lag columns, oldest first.

    Examples
    --------
    >>> lag_names(3)
    ['3', '2', '1']
    """
    return [str(lag) for lag in range(lags, 0, -1)]


def window_rows(series: pd.Series, lags: int) -> pd.DataFrame:
    """All windows of a series with the value that follows each.

    Parameters
    ----------
    series
        Oldest value first. Missing values stay where they are.
    lags
        Values in a window.

    Returns
    -------
    pandas.DataFrame
        See the module: ``len(series) - lags`` rows.

    Raises
    ------
    PriceError
        If the series is shorter than one window and its target.

    Examples
    --------
    >>> series = pd.Series([10.0, 11.0, 12.0, 13.0], index=pd.date_range("2020-01-01", periods=4))
    >>> print(window_rows(series, 2).to_string())
                   2     1  truth
    2020-01-03  10.0  11.0   12.0
    2020-01-04  11.0  12.0   13.0
    """
    if len(series) < lags + 1:
        raise PriceError(
            f"Windows of {lags} values with a target need at least {lags + 1} values. Received: "
            f"{len(series)}. Use a longer history, or lower series.lags."
        )
    windows = sliding_windows(series.to_numpy()[:, None], lags + 1)[0]
    return pd.DataFrame(windows, index=series.index[lags:], columns=[*lag_names(lags), TRUTH])


def split_windows(rows: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lags ``(rows, lags)``, oldest first, and targets ``(rows,)``, both float64.

    Examples
    --------
    >>> series = pd.Series([10.0, 11.0, 12.0, 13.0], index=pd.date_range("2020-01-01", periods=4))
    >>> lags, targets = split_windows(window_rows(series, 2))
    >>> lags.tolist(), targets.tolist()
    ([[10.0, 11.0], [11.0, 12.0]], [12.0, 13.0])
    """
    return rows[lag_names(rows.shape[1] - 1)].to_numpy(dtype=np.float64), rows[TRUTH].to_numpy(dtype=np.float64)


def window_flags(index_prices: pd.DataFrame, rows: pd.DataFrame, stale_after_sessions: int) -> pd.DataFrame:
    """Mark windows whose values or target touch a stale or an extreme close, or a session without volume.

    Parameters
    ----------
    index_prices
        The canonical table.
    rows
        Result of :func:`window_rows` on a series of that table.
    stale_after_sessions
        Unchanged sessions after which a close is stale.

    Returns
    -------
    pandas.DataFrame
        Boolean columns ``stale_price``, ``extreme_return`` (a daily return above 300 %) and, for an index with volumes,
        ``zero_volume``; index of ``rows``.

    Examples
    --------
    The close of the 3rd has not moved for two sessions; from the 3rd to the 4th it is multiplied by five.

    >>> days = pd.date_range("2020-01-01", periods=5, name="date")
    >>> index_prices = pd.DataFrame({"close": [100.0, 100.0, 100.0, 500.0, 510.0]}, index=days)
    >>> flags = window_flags(index_prices, window_rows(index_prices["close"], 1), stale_after_sessions=2)
    >>> print(flags.to_string(index_names=False))
                stale_price  extreme_return
    2020-01-02        False           False
    2020-01-03         True           False
    2020-01-04         True            True
    2020-01-05        False            True
    """
    close = index_prices[["close"]]
    length = rows.shape[1]
    flags = {
        "stale_price": stale_prices(close, stale_after_sessions),
        "extreme_return": close.pct_change(fill_method=None).abs() > EXTREME_RETURN,
    }
    if "volume" in index_prices:
        flags["zero_volume"] = index_prices[["volume"]] == 0
    touched = {
        name: pd.Series(any_in_window(values.to_numpy(), length)[0], index=close.index[length - 1 :])
        for name, values in flags.items()
    }
    return pd.DataFrame(touched).reindex(rows.index)


@parameters
class RunParameters:
    """Runs of several steps over the rows of a part.

    Parameters
    ----------
    steps
        Steps of a run.
    starts
        Number of runs, spread evenly over the rows; null: one after the other, each from where the one
        before ended.
    every
        Rows from one start to the next, the first at the first row: so many runs as ``starts`` says, or as many as fit.
        Null: as ``starts`` says.
    """

    steps: Annotated[int, Field(ge=2)]
    starts: Annotated[int, Field(ge=2)] | None
    every: Annotated[int, Field(ge=1)] | None = None

    @property
    def fewest_rows(self) -> int:
        """Rows that a part must have."""
        return self.steps + (self.starts - 1 if self.starts and self.every is None else 0)

    def first_rows(self, rows: int) -> NDArray[np.int64]:
        """Position of the first row that each run forecasts, in a part of so many rows.

        Examples
        --------
        >>> RunParameters(steps=50, starts=20, every=50).first_rows(1_075)[[0, 1, -1]].tolist()
        [0, 50, 950]
        >>> RunParameters(steps=50, starts=20, every=50).first_rows(120).tolist()
        [0, 50]
        """
        last = rows - self.steps
        if self.starts is not None and self.every is None:
            return np.linspace(0, last, self.starts).astype(np.int64)
        return np.arange(0, last + 1, self.every or self.steps)[: self.starts]


@dataclass(frozen=True)
class Runs:
    """Runs of equal length from several origins.

    Attributes
    ----------
    kind
        Name of their kind.
    first_targets
        Position in the series of the first value that each run forecasts, ``(runs,)``.
    steps
        Steps of every run.

    Examples
    --------
    One run of two steps. Its first target is at position 2, so that the values at 0 and 1 are known.

    >>> series = pd.Series([10.0, 11.0, 12.0, 13.0], index=pd.date_range("2020-01-01", periods=4))
    >>> runs = Runs("restarted", first_targets=np.array([2]), steps=2)
    >>> runs.histories(series, length=2).tolist(), runs.truths(series).tolist()
    ([[10.0, 11.0]], [[12.0, 13.0]])
    >>> print(runs.table(series).to_string(index=False))
          run       date  step target_date  truth
    restarted 2020-01-02     1  2020-01-03   12.0
    restarted 2020-01-02     2  2020-01-04   13.0
    """

    kind: str
    first_targets: NDArray[np.int64]
    steps: int

    def histories(self, series: pd.Series, length: int) -> NDArray[np.float64]:
        """The last values before each run, oldest first, ``(runs, length)``.

        Raises
        ------
        PriceError
            If a run has fewer values before it.
        """
        if self.first_targets.min() < length:
            raise PriceError(
                f"A run that starts at value {int(self.first_targets.min())} has no {length} values before it. Start "
                "later (split.test_from) or lower series.lags or averages.mean_of."
            )
        windows = np.lib.stride_tricks.sliding_window_view(series.to_numpy(dtype=np.float64), length)
        return windows[self.first_targets - length]

    def truths(self, series: pd.Series) -> NDArray[np.float64]:
        """The values that the runs forecast, ``(runs, steps)``."""
        windows = np.lib.stride_tricks.sliding_window_view(series.to_numpy(dtype=np.float64), self.steps)
        return windows[self.first_targets]

    def table(self, series: pd.Series) -> pd.DataFrame:
        """One row a forecast: ``run``, ``date`` of the last known value, ``step``, ``target_date``, ``truth``."""
        steps = np.arange(1, self.steps + 1)
        targets = self.first_targets[:, None] + steps - 1
        return pd.DataFrame(
            {
                "run": self.kind,
                "date": series.index[np.repeat(self.first_targets - 1, self.steps)],
                "step": np.tile(steps, len(self.first_targets)),
                "target_date": series.index[targets.ravel()],
                TRUTH: self.truths(series).ravel(),
            }
        )


def runs_over(series: pd.Series, dates: pd.DatetimeIndex, runs: RunParameters) -> Runs:
    """Runs of several steps whose targets are all rows of one part, the test or the validation.

    Parameters
    ----------
    series
        Oldest value first.
    dates
        Of the part, ascending; all are in the index of the series.
    runs
        See :class:`RunParameters`.

    Returns
    -------
    Runs
        Of the kind ``restarted``. Values after the last whole run are not forecast if ``starts`` is null.

    Raises
    ------
    PriceError
        If the rows are fewer than a run has steps, or than ``starts`` different runs need.

    Examples
    --------
    The test begins at position 5: runs of two steps start there, and two values later.

    >>> series = pd.Series(np.arange(10.0), index=pd.date_range("2020-01-01", periods=10))
    >>> runs = runs_over(series, series.index[5:], RunParameters(steps=2, starts=None))
    >>> runs.truths(series).tolist()
    [[5.0, 6.0], [7.0, 8.0]]
    """
    positions, needed = series.index.get_indexer(dates), runs.fewest_rows
    if len(positions) < needed:
        raise PriceError(
            f"{'One run' if needed == runs.steps else f'{runs.starts} runs'} of {runs.steps} steps: expected at least "
            f"{needed} test rows. Received: {len(positions)}, from {dates[0]:%Y-%m-%d} to "
            f"{dates[-1]:%Y-%m-%d}. Lower runs.steps or runs.starts, or move split.test_from."
        )
    return Runs(RESTARTED, positions[runs.first_rows(len(positions))], runs.steps)


def overlapping_runs(table: pd.DataFrame) -> int:
    """Largest number of restarted runs that forecast the same day; 1 if none overlap.

    Parameters
    ----------
    table
        ``run``, ``date`` of the last known value, ``target_date``. Some of the runs are ``restarted``.

    Examples
    --------
    Both runs of two steps forecast the third day:

    >>> table = pd.DataFrame({"run": "restarted", "date": [1, 1, 2, 2], "target_date": [2, 3, 3, 4]})
    >>> overlapping_runs(table)
    2
    """
    restarted = table[table["run"] == RESTARTED]
    return int(restarted.groupby("target_date")["date"].nunique().max())


def block_min_max(values: NDArray[np.float64], block: int) -> tuple[NDArray[np.float64], tuple[float, float]]:
    """Scale a series block by block to 0 .. 1, as was published.

    Parameters
    ----------
    values
        Oldest first, float64, ``(values,)``, none missing.
    block
        Values in a block; the last one may be shorter.

    Returns
    -------
    tuple
        The scaled values, ``(values,)``, and smallest value and range of the last block.

    Raises
    ------
    PriceError
        If all values of a block are equal.

    Examples
    --------
    This looks ahead: the first value of a block is scaled by values that come after it.

    >>> scaled, last_block = block_min_max(np.array([0.0, 5.0, 10.0, 1.0, 2.0, 3.0]), block=3)
    >>> scaled.tolist(), last_block
    ([0.0, 0.5, 1.0, 0.0, 0.5, 1.0], (1.0, 2.0))
    """
    scaled = np.empty_like(values)
    for start in range(0, len(values), block):
        part = values[start : start + block]
        smallest, size = float(part.min()), float(np.ptp(part))
        if size == 0:
            raise PriceError(
                f"The {len(part)} values from position {start} are all {smallest:g}: a constant block cannot be "
                "scaled. Change the length of a block or the dates."
            )
        scaled[start : start + block] = (part - smallest) / size
    return scaled, (smallest, size)


def exponential_smoothing(values: NDArray[np.float64], weight: float) -> NDArray[np.float64]:
    """Running mean ``weight * value + (1 - weight) * mean before``, from a mean of 0, as was published.

    Parameters
    ----------
    values
        Oldest first, float64, ``(values,)``. After a missing value all are missing.
    weight
        Of the new value, from 0 to 1.

    Returns
    -------
    numpy.ndarray
        float64, ``(values,)``. The first means are too near to 0.

    Examples
    --------
    >>> exponential_smoothing(np.array([8.0, 8.0, 8.0]), weight=0.5).tolist()
    [4.0, 6.0, 7.0]
    """
    smoothed = np.empty_like(values)
    mean = 0.0
    for position, value in enumerate(values):
        mean = weight * value + (1 - weight) * mean
        smoothed[position] = mean
    return smoothed
