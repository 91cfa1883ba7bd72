"""How the newest rows are made, of each kind of data, and found again among the forecasts."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnn_trading.experiments.latest_checks import LatestParameters
from rnn_trading.experiments.newest import (
    Newest,
    in_old_places,
    newest_index,
    newest_months,
    newest_prices,
    newest_rows,
    newest_split,
)
from rnn_trading.experiments.repeating import Adjust
from rnn_trading.panels.view import PanelWindows
from rnn_trading.series.series import RESTARTED, RunParameters, SeriesParameters
from rnn_trading.skill.metrics.macro import ONE_STEP, ORIGINAL, PATH
from rnn_trading.tables.coming import weeks_of

WORKING_WEEK = 5
# Why a ticker with newest prices has no forecast.
GAP, OUTSIDE = "a_gap_in_the_newest_window", "not_in_the_universe_or_stale"
Datasets = dict[str, Any]


@dataclass(frozen=True)
class Setting:
    """What all kinds are told.

    Attributes
    ----------
    latest
        Parameters.
    rest_days
        Weekdays without sessions, 0 for Monday.
    today
        Date of the run.
    split
        Of the fold whose networks forecast.
    trained
        What they forecast in the training, as it was written; None: nothing that is judged.
    """

    latest: LatestParameters
    rest_days: tuple[int, ...]
    today: pd.Timestamp
    split: pd.DataFrame
    trained: pd.DataFrame | None

    @property
    def planned(self) -> pd.DatetimeIndex:
        """Dates of the rows of the training."""
        return pd.DatetimeIndex(self.split.index[self.split["split"].notna()])

    def knows(self, keys: Mapping[str, Any]) -> bool:
        """Whether rows with these keys were forecast in the training."""
        return self.trained is not None and bool(newest_rows(self.trained, keys).any())


class Kind(Protocol):
    """One kind of data."""

    @property
    def source(self) -> str:
        """Name of the table that goes on."""

    @property
    def rest_days(self) -> str | None:
        """Name of the parameter with the days of rest; None: there are no sessions."""

    @property
    def given(self) -> frozenset[str]:
        """Names of datasets that nodes take and the kind makes, of what :attr:`read` names: they are not loaded."""

    @property
    def read(self) -> Mapping[str, Any]:
        """By the name of a dataset that is loaded although no node takes it, its type."""

    def newest(self, datasets: Datasets, setting: Setting) -> Newest:
        """The source with what comes."""

    def window(self, datasets: Datasets) -> int:
        """Prices that the newest window is made of; 0 where there are no sessions."""

    def prepared(
        self, datasets: Datasets, newest: Newest, setting: Setting, split: str
    ) -> tuple[Datasets, dict[str, Adjust]]:
        """Datasets that forecast the newest rows, and what is done to those that are made of them."""

    def keys(self, forecasts: pd.DataFrame, newest: Newest) -> tuple[NDArray[np.bool_], pd.DataFrame]:
        """Which forecasts are of the newest rows, and what names each of these, the name first."""

    def asked(self, datasets: Datasets, newest: Newest) -> pd.Series | None:
        """By its name, why what has newest values might have no forecast all the same; None: it is refused then."""


@dataclass(frozen=True)
class OfPanel:
    """Many tickers: one row a ticker.

    Attributes
    ----------
    table
        ``returns_weekly`` or ``returns_daily``.
    sequence
        Name of the parameters that say how sequences are made.
    """

    table: str
    sequence: str
    source: str = "prices"
    rest_days: str | None = "params:data_ingestion.calendar.rest_days"
    given: frozenset[str] = frozenset()
    read: Mapping[str, Any] = field(default_factory=dict)

    def newest(self, datasets: Datasets, setting: Setting) -> Newest:
        """See :class:`Kind`."""
        sequence, latest = datasets[self.sequence], setting.latest
        return newest_prices(datasets[self.source], sequence, setting.rest_days, setting.today, latest.until)

    def window(self, datasets: Datasets) -> int:
        """See :class:`Kind`."""
        sequence = datasets[self.sequence]
        return int(sequence.lags) * (WORKING_WEEK if sequence.period == "weekly" else 1) + 1

    def prepared(
        self, datasets: Datasets, newest: Newest, setting: Setting, split: str
    ) -> tuple[Datasets, dict[str, Adjust]]:
        """See :class:`Kind`."""
        parts = newest_split(setting.split, [newest.coming])
        # The years between are made up already: what would cut them off has been obeyed.
        whole = dataclasses.replace(datasets[self.sequence], until=None)
        given = datasets | {self.source: newest.source, self.sequence: whole, split: parts}
        if setting.trained is None:
            return given, {}
        panel, trained = f"{self.table}_panel", setting.trained.index

        def placed(rows: PanelWindows) -> Datasets:
            in_places, with_made_up = in_old_places(rows, parts, newest.coming, trained)
            return {panel: in_places, split: with_made_up}

        return given, {panel: placed}

    def keys(self, forecasts: pd.DataFrame, newest: Newest) -> tuple[NDArray[np.bool_], pd.DataFrame]:
        """See :class:`Kind`."""
        rows = newest_rows(forecasts, {"date": newest.coming})
        return rows, pd.DataFrame({"ticker": forecasts.index.get_level_values("ticker")[rows]})

    def asked(self, datasets: Datasets, newest: Newest) -> pd.Series:
        """See :class:`Kind`: tickers whose prices go on; of weeks, those without a price in one of them have a gap."""
        sequence = datasets[self.sequence]
        asked = newest.source.xs(newest.tradeable, level="date").index
        rows = datasets[self.source].index
        rows = rows[rows.get_level_values("date").isin(newest.sessions)]
        dates = pd.DatetimeIndex(rows.get_level_values("date"))
        of_rows, all_of_them = (
            weeks_of(days) if sequence.period == "weekly" else days for days in (dates, newest.sessions)
        )
        seen = all_of_them.unique()[-sequence.lags - 1 :]
        periods = pd.Series(of_rows, rows.get_level_values("ticker"))
        counts = periods[periods.isin(seen)].groupby(level=0).nunique().reindex(asked, fill_value=0)
        return pd.Series(np.where(counts < len(seen), GAP, OUTSIDE), index=asked, dtype="str")


def _steps(forecasts: pd.DataFrame, *names: str) -> pd.DataFrame:
    """Keys of rows of a path: each step is of a period of its own."""
    return forecasts[[*names, "step"]].assign(period=forecasts["target_date"]).reset_index(drop=True)


@dataclass(frozen=True)
class OfSeries:
    """One series: its next value, or a path of several.

    Attributes
    ----------
    source
        ``index_prices`` or ``index_ranges``.
    series
        Name of the parameters of the series.
    runs
        Name of the parameters of runs; None: the next value is forecast.
    """

    source: str
    series: str
    runs: str | None
    given: frozenset[str] = frozenset()
    read: Mapping[str, Any] = field(default_factory=dict)

    @property
    def rest_days(self) -> str | None:
        """Name of the parameter with the days of rest."""
        return f"params:{self.source}.calendar.rest_days"

    def newest(self, datasets: Datasets, setting: Setting) -> Newest:
        """See :class:`Kind`."""
        series: SeriesParameters = datasets[self.series]
        limits = (series.until, setting.latest.until)
        return newest_index(datasets[self.source], setting.rest_days, limits, self._periods(datasets), setting.planned)

    def _periods(self, datasets: Datasets) -> int:
        """How many sessions come at least."""
        if self.runs is None:
            return 1
        runs: RunParameters = datasets[self.runs]
        return runs.fewest_rows

    def window(self, datasets: Datasets) -> int:
        """See :class:`Kind`: a return takes one price more than the window has returns."""
        series: SeriesParameters = datasets[self.series]
        return series.lags + (series.form == "absolute_return")

    def prepared(
        self, datasets: Datasets, newest: Newest, setting: Setting, split: str
    ) -> tuple[Datasets, dict[str, Adjust]]:
        """See :class:`Kind`."""
        whole = dataclasses.replace(datasets[self.series], until=None)
        parts = setting.split
        if not setting.knows(self._names(newest)):
            later = newest.source.index[newest.source.index >= newest.coming]
            parts = newest_split(setting.split, [*later[: self._periods(datasets)]])
        return datasets | {self.source: newest.source, self.series: whole, split: parts}, {}

    def _names(self, newest: Newest) -> dict[str, Any]:
        return {"date": newest.coming} if self.runs is None else {"run": RESTARTED, "date": newest.last}

    def keys(self, forecasts: pd.DataFrame, newest: Newest) -> tuple[NDArray[np.bool_], pd.DataFrame]:
        """See :class:`Kind`."""
        rows = newest_rows(forecasts, self._names(newest))
        if self.runs is None:
            return rows, pd.DataFrame({"step": np.ones(1, dtype=np.int64)})
        return rows, _steps(forecasts[rows])

    def asked(self, datasets: Datasets, newest: Newest) -> None:
        """See :class:`Kind`."""


@dataclass(frozen=True)
class OfMonths:
    """Several monthly series: the path of each.

    Attributes
    ----------
    windows
        Name of the parameters of windows and paths.
    """

    windows: str
    source: str = "macro"
    rest_days: str | None = None
    given: frozenset[str] = frozenset()
    read: Mapping[str, Any] = field(default_factory=dict)

    def newest(self, datasets: Datasets, setting: Setting) -> Newest:
        """See :class:`Kind`."""
        windows = datasets[self.windows]
        limits = (windows.until, setting.latest.until)
        return newest_months(datasets[self.source], limits, windows.path_steps, setting.planned)

    def window(self, datasets: Datasets) -> int:
        """See :class:`Kind`."""
        return 0

    def prepared(
        self, datasets: Datasets, newest: Newest, setting: Setting, split: str
    ) -> tuple[Datasets, dict[str, Adjust]]:
        """See :class:`Kind`."""
        whole, parts = dataclasses.replace(datasets[self.windows], until=None), setting.split
        if not setting.knows({"date": newest.last}):
            later = newest.source.index[newest.source.index >= newest.coming]
            parts = newest_split(setting.split, [*later[: whole.path_steps]])
        return datasets | {self.source: newest.source, self.windows: whole, split: parts}, {}

    def keys(self, forecasts: pd.DataFrame, newest: Newest) -> tuple[NDArray[np.bool_], pd.DataFrame]:
        """See :class:`Kind`."""
        of_path, one_step = (
            newest_rows(forecasts, {"units": ORIGINAL, "run": run, "date": newest.last}) for run in (PATH, ONE_STEP)
        )
        rows = of_path if of_path.any() else one_step
        return rows, _steps(forecasts[rows], "series")

    def asked(self, datasets: Datasets, newest: Newest) -> None:
        """See :class:`Kind`."""
