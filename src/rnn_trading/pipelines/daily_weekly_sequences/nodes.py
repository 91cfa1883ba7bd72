"""From prices to the two tables of return sequences."""

from typing import Any

import pandas as pd

from rnn_trading.panels.sequence_parameters import DailyParameters, WeeklyParameters
from rnn_trading.panels.sequences import Sequences, build_sequences, lag_columns
from rnn_trading.splits.chronological import SplitParameters
from rnn_trading.splits.walk_forward import WalkForwardParameters


def daily_sequences(
    prices: pd.DataFrame, sequence: DailyParameters, split: SplitParameters, walk: WalkForwardParameters
) -> dict[str, Any]:
    """Sequences of daily returns.

    Returns
    -------
    dict
        ``returns_daily_panel``: what is trained on, see :class:`rnn_trading.panels.view.PanelWindows`.
        ``returns_daily``: the same for readers; index (ticker, date); ``label``, the return of the date, then the lags.
        ``returns_daily_flags``, ``returns_daily_report``: see :class:`rnn_trading.panels.sequences.Sequences`.
    """
    sequences = build_sequences(prices, sequence, [split], [walk])
    return _named("returns_daily", sequences, sequences.table.rename(columns={"0": "label"}))


def weekly_sequences(
    prices: pd.DataFrame,
    sequence: WeeklyParameters,
    classification_split: SplitParameters,
    classification_walk: WalkForwardParameters,
    regression_split: SplitParameters,
    regression_walk: WalkForwardParameters,
) -> dict[str, Any]:
    """Sequences of weekly returns.

    Splits are those of the experiments that train on the rows: quantiles of the table that are fitted on training rows
    use rows that are training rows in the first fold of both.

    Returns
    -------
    dict
        ``returns_weekly_panel``: what is trained on, see :class:`rnn_trading.panels.view.PanelWindows`.
        ``returns_weekly``: the same for readers; index (ticker, date); ``fwd_returns``, the return of the week, the
        lags, and ``label``, 1 where it is positive. ``returns_weekly_flags``, ``returns_weekly_report``: see
        :class:`rnn_trading.panels.sequences.Sequences`.
    """
    splits, walks = [classification_split, regression_split], [classification_walk, regression_walk]
    sequences = build_sequences(prices, sequence, splits, walks)
    table = sequences.table.rename(columns={"0": "fwd_returns"})
    table = table.assign(label=(table["fwd_returns"] > 0).astype("int64"))
    return _named("returns_weekly", sequences, table)


def store_sequences(returns_daily: pd.DataFrame, returns_weekly: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Both tables in the published layout.

    Returns
    -------
    dict
        ``returns_daily``, ``returns_weekly``: as they are, but for the lags, whose columns have whole numbers as names.
    """
    tables = {"returns_daily": returns_daily, "returns_weekly": returns_weekly}
    return {name: table.rename(columns={lag: int(lag) for lag in lag_columns(table)}) for name, table in tables.items()}


def _named(name: str, sequences: Sequences, table: pd.DataFrame) -> dict[str, Any]:
    report = {"columns_in_time_order": lag_columns(table), **sequences.report}
    return {f"{name}_panel": sequences.panel, name: table, f"{name}_flags": sequences.flags, f"{name}_report": report}
