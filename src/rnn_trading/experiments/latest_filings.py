"""The newest annual reports: those whose return is still to come, among all others, whose places they keep."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnn_trading.experiments.documents import label_filings, unreadable
from rnn_trading.experiments.latest_checks import refuse_lost
from rnn_trading.experiments.latest_kinds import Datasets, Setting
from rnn_trading.experiments.newest import KNOWN_PARTS, LatestError, Newest, taken
from rnn_trading.experiments.repeating import Adjust
from rnn_trading.filings.returns import Entry, FilingReturnParameters, entry_positions, market_sessions
from rnn_trading.tables.coming import coming_sessions, sessions_between

logger = logging.getLogger(__name__)
TRADEABLE: Entry = "first_close_after_public"
NOT_TRAINED_ON = "not_of_the_training"
UNFIT = "all_items_flagged_or_too_few_tokens"


@dataclass(frozen=True)
class OfFilings:
    """Annual reports: one row a report.

    Attributes
    ----------
    name
        Of the experiment.
    parts, returns
        Names of the datasets that are made here: the part of each report, and the return after it.
    documents
        Name of the table that steps make of all reports.
    split
        Name of the same table as the training wrote it.
    """

    name: str
    parts: str
    returns: str
    documents: str
    split: str
    source: str = "filings"
    rest_days: str | None = "params:filings.ingestion.calendar.rest_days"

    @property
    def given(self) -> frozenset[str]:
        """See :class:`Kind`."""
        return frozenset({self.parts, self.returns})

    @property
    def read(self) -> Mapping[str, Any]:
        """See :class:`Kind`."""
        tables = dict.fromkeys((self.source, "filing_prices", self.split), pd.DataFrame)
        return tables | {self._label: FilingReturnParameters}

    @property
    def _label(self) -> str:
        return f"params:{self.name}.label"

    def newest(self, datasets: Datasets, setting: Setting) -> Newest:
        """See :class:`Kind`: ``source`` has one row a report, and why it cannot be read, missing where it can."""
        filings, prices, documents = (datasets[each] for each in (self.source, "filing_prices", self.split))
        refuse_lost(filings.index, documents.index[documents["split"].notna()], self.name)
        every, until = market_sessions(prices), setting.latest.until
        sessions, filed = taken(every, until), taken(pd.DatetimeIndex(filings["date_filed"]).sort_values(), until)
        filings = filings[filings["date_filed"] <= filed[-1]]
        if until is not None:
            prices = prices[prices.index.get_level_values("date") <= sessions[-1]]
        label, sentences = datasets[self._label], datasets["filing_sentences"]
        returns = label_filings(filings, prices, sentences, label).assign(text=unreadable(filings, sentences))
        found = newest_filings(returns, documents["split"].reindex(returns.index), sessions[-1], self.name)
        asked = filings.loc[found.index]
        ahead = sessions_between(sessions[-1], asked["date_filed"].max(), setting.rest_days) + label.sessions + 2
        later = islice(coming_sessions(sessions, setting.rest_days, every[every > sessions[-1]]), ahead)
        days = sessions.append(pd.DatetimeIndex([*later]))
        ways: tuple[Entry, ...] = (TRADEABLE, label.entry)
        traded, entered = (entry_positions(asked["date_filed"], asked["accepted"], days, each) for each in ways)
        trained = documents.loc[documents["split"] == "train", "firm"]
        table = asked[["firm", "ticker", "date_filed"]].assign(
            known_to_model=asked["firm"].isin(trained),
            tradeable_from=days[traded],
            period=days[entered + label.sessions],
            problem=found["text"],
        )
        return Newest(table, sessions, *(sessions[-1],) * 2, *(days[len(sessions)],) * 2)

    def window(self, datasets: Datasets) -> int:
        """See :class:`Kind`: the sessions that a return takes."""
        return int(datasets[self._label].sessions) + 1

    def prepared(
        self, datasets: Datasets, newest: Newest, setting: Setting, split: str
    ) -> tuple[Datasets, dict[str, Adjust]]:
        """See :class:`Kind`: reports of the training have the parts and returns that they had there."""
        filings, documents = datasets[self.source], datasets[split]
        kept, asked = documents.reindex(filings.index), filings.index.isin(newest.source.index)
        readable = newest.source["problem"].reindex(filings.index).isna()
        part = kept["split"].astype("str").where(kept["split"].notna())
        part = part.mask(asked & readable & part.isna(), "test")
        new = pd.Series(~filings.index.isin(documents.index), index=filings.index)
        problem = kept["problem"].astype("str").where(kept["problem"].notna())
        problem = problem.mask(new, NOT_TRAINED_ON).mask(part.notna(), None)
        returns = filings[["firm", "date_filed"]].join(kept[["entry", "exit", "truth"]]).assign(problem=problem)
        parts = pd.DataFrame({"split": part, "problem": problem, "new": new})
        used = documents[documents["split"].notna()].sort_values(["entry", "sequence"]).index
        return datasets | {self.parts: parts, self.returns: returns}, {
            self.documents: lambda made: {self.documents: in_old_order(made, used)}
        }

    def keys(self, forecasts: pd.DataFrame, newest: Newest) -> tuple[NDArray[np.bool_], pd.DataFrame]:
        """See :class:`Kind`."""
        rows = forecasts.index.isin(newest.source.index)
        return rows, newest.source.drop(columns="problem").loc[forecasts.index[rows]].reset_index()

    def asked(self, datasets: Datasets, newest: Newest) -> pd.Series:
        """See :class:`Kind`."""
        return newest.source["problem"].fillna(UNFIT)


def newest_filings(returns: pd.DataFrame, part: pd.Series, last: pd.Timestamp, name: str) -> pd.DataFrame:
    """Reports whose return is not known yet; where all are known, those that were entered last.

    Parameters
    ----------
    returns
        See :func:`rnn_trading.filings.returns.forward_returns`; ``text``: why a report cannot be read.
    part
        Of each report in the training, missing where it was in none: those of training and validation are left out.
    last
        Date of the last price.
    name
        Of the experiment.

    Raises
    ------
    LatestError
        If there is none.

    Examples
    --------
    >>> day = pd.Timestamp("2020-03-02")
    >>> returns = pd.DataFrame(
    ...     {"entry": [day, day], "exit": [day, pd.NaT], "problem": [None, "after_the_last_price"], "text": None},
    ...     index=pd.Index(["a", "b"], name="filing_id"),
    ... )
    >>> newest_filings(returns, pd.Series(["test", None], index=returns.index), day, "mine").index.tolist()
    ['b']
    """
    unseen, pending = ~part.isin(KNOWN_PARTS), returns["exit"].isna()
    if pending.any():
        found = returns[pending & unseen]
        if found.empty:
            raise LatestError(
                f"{name}: its networks were fitted, or stopped, on all {int(pending.sum()):,} reports whose return was "
                f"not known on {last:%Y-%m-%d}: what they would say of them is no forecast. Bring newer reports, or "
                "leave latest.until null."
            )
        return found
    known = returns[unseen & returns["problem"].isna()]
    if known.empty:
        raise LatestError(
            f"{name}: the return after each of {len(returns):,} reports is known, and its networks were fitted, or "
            "stopped, on all that have one. Bring newer reports, or ask the networks of the last fold that is judged: "
            f"--params {name}.walk_forward.final_fit=false"
        )
    logger.warning(
        "%s: the return after every report is known until %s: what follows is of the last reports that its networks "
        "were neither fitted nor stopped on, which were entered on %s",
        *(name, f"{last:%Y-%m-%d}", f"{known['entry'].max():%Y-%m-%d}"),
    )
    return known[known["entry"] == known["entry"].max()]


def in_old_order(documents: pd.DataFrame, used: pd.Index) -> pd.DataFrame:
    """Reports with entries that put those of the training first, in the order that they had there.

    Examples
    --------
    >>> made = pd.DataFrame({"entry": pd.Timestamp("2020-03-02")}, index=["b", "new", "a"])
    >>> in_old_order(made, pd.Index(["a", "b"])).sort_values("entry").index.tolist()
    ['a', 'b', 'new']
    """
    place = used.get_indexer(documents.index)
    new = place < 0
    place[new] = len(used) + np.arange(new.sum())
    return documents.assign(entry=pd.Timestamp(0) + pd.to_timedelta(place, unit="D"))
