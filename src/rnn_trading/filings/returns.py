"""The return that follows a filing, from a close that was still to be had.

Warning: a filing accepted after the close cannot be traded at that close. The published label starts at the close on or
before the filing date, and so contains the market's first reaction to half of all filings.
"""

from typing import Annotated, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field, model_validator

from rnn_trading.parameters import parameters

CLOSE = pd.Timedelta(hours=16)
OVERLAP = "overlaps_an_earlier_filing"
FEWEST_PRICED, SATURDAY = 0.25, 5
Entry = Literal["first_close_after_public", "close_on_or_before_filing"]


@parameters
class FilingReturnParameters:
    """What is forecast.

    Parameters
    ----------
    entry
        ``first_close_after_public``: the first close after the filing could be read; one accepted at 16:00 in New York
        or later, or on a day without a session, starts at the close of the next session. Where the time is
        unknown it may have been after the close, and the next session is taken. ``close_on_or_before_filing``: as
        published, whatever the time.
    sessions
        Sessions from the entry to the exit, at the close of both.
    above, below
        Returns outside of these bounds, or on them, are left out: mostly errors in the prices.
    overlapping
        Filings of a firm that are entered before an earlier one is left: ``leave_out``, or ``keep``, as published.
    stale_after_sessions
        A close that has not moved for so many sessions before the entry is stale; such filings are counted, and every
        score is given without them too.
    """

    entry: Entry
    sessions: Annotated[int, Field(ge=1)]
    above: float
    below: float
    overlapping: Literal["leave_out", "keep"]
    stale_after_sessions: Annotated[int, Field(ge=1)]

    @model_validator(mode="after")
    def _check_bounds(self) -> "FilingReturnParameters":
        if self.above >= self.below:
            raise ValueError(f"no return would be kept: expected above < below. Received: {self.above}, {self.below}")
        return self


def market_sessions(prices: pd.DataFrame) -> pd.DatetimeIndex:
    """Sessions of the market, ascending: weekdays on which a quarter of the filings that could have a price have one.

    A stray row, such as a price carried over a holiday, makes no session for everybody.

    Parameters
    ----------
    prices
        The canonical table ``filing_prices``; a filing could have a price from its first one to its last.
    """
    dates = prices.index.get_level_values("date")
    found = pd.Series(1, index=dates).groupby(level=0).sum()
    lives = dates.to_series().groupby(prices.index.get_level_values("filing_id").to_numpy()).agg(["min", "max"])
    begun = found.index.searchsorted(np.sort(lives["min"].to_numpy()))
    ended = found.index.searchsorted(np.sort(lives["max"].to_numpy()), side="right")
    changes = np.bincount(begun, minlength=len(found) + 1) - np.bincount(ended, minlength=len(found) + 1)
    alive = changes.cumsum()[: len(found)]
    is_session = (found.to_numpy() >= FEWEST_PRICED * alive) & (found.index.day_of_week < SATURDAY)
    return pd.DatetimeIndex(found.index[is_session])


def entry_positions(
    date_filed: pd.Series, accepted: pd.Series, sessions: pd.DatetimeIndex, entry: Entry
) -> NDArray[np.int64]:
    """Position of the session at whose close each filing is traded.

    Parameters
    ----------
    date_filed, accepted
        Of each filing; see :mod:`rnn_trading.filings.filings`.
    sessions
        Sessions of the market, ascending.
    entry
        See :class:`FilingReturnParameters`.

    Returns
    -------
    numpy.ndarray
        int64, ``(filings,)``; -1 before the first session, ``len(sessions)`` after the last.
    """
    if entry == "close_on_or_before_filing":
        return sessions.searchsorted(pd.DatetimeIndex(date_filed), side="right") - 1
    # A time that is unknown may have been after the close.
    public = accepted.fillna(date_filed + CLOSE)
    closes = sessions + CLOSE
    return closes.searchsorted(pd.DatetimeIndex(public), side="right")


def forward_returns(
    filings: pd.DataFrame, prices: pd.DataFrame, label: FilingReturnParameters, unusable: pd.Series | None = None
) -> pd.DataFrame:
    """Return of each filing, or why it has none.

    Parameters
    ----------
    filings, prices
        Canonical tables; see :mod:`rnn_trading.filings.filings`. Sessions are those of :func:`market_sessions`, so that
        a day which one firm lacks still counts. Days on which the market closes early are taken for whole ones.
    label
        See :class:`FilingReturnParameters`.
    unusable
        Why a filing cannot be used whatever its prices, by id; missing where it can.

    Returns
    -------
    pandas.DataFrame
        Index ``filing_id``, in the order of the filings. ``firm``, ``date_filed``; ``entry``, ``exit``: dates;
        ``truth``: adjusted close at the exit over that at the entry, less 1; ``early``: the filing may not have been
        public at the entry, or was not; ``stale``: the return is exactly 0, or the close had not moved before the
        entry; ``problem``: missing, or that of ``unusable``, or ``no_prices``, ``before_the_first_price`` and
        ``after_the_last_price`` (entry or exit outside of the filing's prices), ``no_close_at_entry``,
        ``no_close_at_exit`` (a gap within them), ``return_out_of_bounds``, ``overlaps_an_earlier_filing`` (of the firm,
        which has none of these problems: it was entered before that one was left). Where there is a problem, ``truth``
        is missing.
    """
    sessions = market_sessions(prices)
    entry = entry_positions(filings["date_filed"], filings["accepted"], sessions, label.entry)
    exit_ = entry + label.sessions
    table = pd.DataFrame(
        {
            "firm": filings["firm"],
            "date_filed": filings["date_filed"],
            "entry": _dates(sessions, entry),
            "exit": _dates(sessions, exit_),
        },
        index=filings.index,
    )
    closes = {side: _closes(prices, table[side]) for side in ("entry", "exit")}
    by_filing = prices.reset_index("date").groupby(level="filing_id")["date"].agg(["min", "max"])
    first, last = (by_filing[name].reindex(table.index) for name in ("min", "max"))
    truth = closes["exit"] / closes["entry"] - 1
    problems = {
        "no_prices": first.isna(),
        "before_the_first_price": (entry < 0) | (table["entry"] < first),
        "after_the_last_price": (exit_ >= len(sessions)) | (table["exit"] > last),
        "no_close_at_entry": closes["entry"].isna(),
        "no_close_at_exit": closes["exit"].isna(),
        "return_out_of_bounds": ~((truth > label.above) & (truth < label.below)),
    }
    problem = pd.Series(None, index=table.index, dtype="str") if unusable is None else unusable.reindex(table.index)
    for reason, mask in problems.items():
        problem = problem.mask(problem.isna() & mask, reason)
    if label.overlapping == "leave_out":
        problem = problem.mask(_overlapping(table[problem.isna()]).reindex(table.index, fill_value=False), OVERLAP)
    surely_public = entry_positions(filings["date_filed"], filings["accepted"], sessions, "first_close_after_public")
    earlier = [entry - back for back in range(1, label.stale_after_sessions + 1)]
    unmoved = [_closes(prices, pd.Series(_dates(sessions, at), table.index)) == closes["entry"] for at in earlier]
    return table.assign(
        truth=truth.where(problem.isna()),
        early=entry < surely_public,
        stale=(truth == 0) | np.logical_and.reduce(unmoved),
        problem=problem,
    )


def _dates(sessions: pd.DatetimeIndex, positions: NDArray[np.int64]) -> pd.DatetimeIndex:
    inside = (positions >= 0) & (positions < len(sessions))
    dates = pd.Series(pd.NaT, index=range(len(positions)), dtype=sessions.dtype)
    dates[inside] = sessions[positions[inside]]
    return pd.DatetimeIndex(dates)


def _closes(prices: pd.DataFrame, dates: pd.Series) -> pd.Series:
    wanted = pd.MultiIndex.from_arrays([dates.index, dates])
    return pd.Series(prices["adj_close"].reindex(wanted).to_numpy(), index=dates.index)


def _overlapping(table: pd.DataFrame) -> pd.Series:
    """Whether a filing is entered before an earlier one of the firm, which is kept, is left."""
    overlapping = pd.Series(False, index=table.index)
    left: dict[str, pd.Timestamp] = {}
    for filing in table.sort_values("entry", kind="stable").itertuples():
        if filing.firm in left and filing.entry < left[filing.firm]:
            overlapping[filing.Index] = True
        else:
            left[filing.firm] = filing.exit
    return overlapping
