"""What is new in a report against the firm's previous one, word by word."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnn_trading.text.text import TokenSequences

# A word stands in the previous report if it does so with its neighbours: in a run of so many words (Broder, 1997).
RUN = 3
# What is said of a word, 0 being padding; and how many ids that makes.
FIRST_REPORT, STOOD_THERE, NEW, IDS = 1, 2, 3, 4


def changes_of(sequences: TokenSequences, firms: pd.Series, dates: pd.Series) -> TokenSequences:
    """Say of every word of every report whether it stood in the firm's previous report.

    Much of a report is that of the year before; what was changed says more (Cohen, Malloy and Nguyen, 2020).

    Parameters
    ----------
    sequences
        Whole reports as ids, ``(reports,)``.
    firms, dates
        Of each report, ``(reports,)``. The previous report is the firm's last one of an earlier day: no later one is
        looked at.

    Returns
    -------
    TokenSequences
        As long as the reports. 1: the firm has no earlier report; 2: the word stood in the previous one, in one of the
        runs of three words that it is part of; 3: it is new.

    Examples
    --------
    The second report of the firm repeats four words and goes on with two new ones.

    >>> reports = TokenSequences(np.array([5, 6, 7, 8, 5, 6, 7, 8, 9, 5], dtype=np.int32), np.array([0, 4, 10]))
    >>> days = pd.Series(pd.to_datetime(["2020-02-01", "2021-02-01"]))
    >>> changes_of(reports, pd.Series(["A", "A"]), days).ids.tolist()
    [1, 1, 1, 1, 2, 2, 2, 2, 3, 3]
    """
    starts = sequences.starts
    said = np.full(len(sequences.ids), FIRST_REPORT, dtype=np.int32)
    for report, earlier in enumerate(previous_reports(firms, dates)):
        if earlier >= 0:
            now, before = (sequences.ids[starts[row] : starts[row + 1]] for row in (report, earlier))
            said[starts[report] : starts[report + 1]] = np.where(_stood_there(now, before), STOOD_THERE, NEW)
    return TokenSequences(said, starts)


def previous_reports(firms: pd.Series, dates: pd.Series) -> NDArray[np.int64]:
    """Position of each firm's last report of an earlier day, ``(reports,)``; -1 where there is none.

    Examples
    --------
    >>> days = pd.Series(pd.to_datetime(["2021-02-01", "2020-02-01", "2021-02-01", "2020-03-01"]))
    >>> previous_reports(pd.Series(["A", "A", "A", "B"]), days).tolist()
    [1, -1, 1, -1]
    """
    table = pd.DataFrame({"firm": firms.to_numpy(), "date": dates.to_numpy(), "row": np.arange(len(firms))})
    last_of_day = table.groupby(["firm", "date"], as_index=False)["row"].last().sort_values(["firm", "date"])
    last_of_day["previous"] = last_of_day.groupby("firm")["row"].shift(fill_value=-1)
    found = table.merge(last_of_day[["firm", "date", "previous"]], on=["firm", "date"], how="left")
    return found["previous"].to_numpy(dtype=np.int64)


def _stood_there(now: NDArray[np.int32], before: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Which words of a report are part of a run of words that stands in another."""
    size = int(max(now.max(initial=0), before.max(initial=0))) + 1
    known = np.isin(_runs(now, size), _runs(before, size))
    stood = np.zeros(len(now), dtype=bool)
    for offset in range(RUN):
        stood[offset : offset + len(known)] |= known
    return stood


def _runs(ids: NDArray[np.int32], size: int) -> NDArray[np.int64]:
    """A number for every run of neighbouring words, ``(words - RUN + 1,)``."""
    runs = max(0, len(ids) - RUN + 1)
    numbers = np.zeros(runs, dtype=np.int64)
    for offset in range(RUN):
        numbers = numbers * size + ids[offset : offset + runs]
    return numbers
