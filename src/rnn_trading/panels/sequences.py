"""Tables of return sequences: one row a ticker and period, its past returns and the return that followed.

A row of period ``d`` (a session, or a week dated by its Sunday) holds the returns of the periods before ``d``
in columns named by their lag (``"1"`` the newest) and, apart from them, the return of ``d`` itself: the label.
The order of the lag columns is the order of time in the network's input: oldest first in the corrected
protocol, newest first as published.
"""

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnn_trading.panels.clipping import fit_clipping
from rnn_trading.panels.sequence_parameters import SequenceParameters
from rnn_trading.panels.view import PanelWindows
from rnn_trading.splits.chronological import SplitParameters
from rnn_trading.splits.walk_forward import WalkForwardParameters, training_until
from rnn_trading.splits.windows import any_in_window
from rnn_trading.tables import prices as px

# Splits, each with its folds.
Walked: TypeAlias = list[tuple[SplitParameters, WalkForwardParameters]]


@dataclass(frozen=True)
class Sequences:
    """A table of sequences and what was left out on the way.

    Attributes
    ----------
    panel
        The rows, sorted by ticker and date, as a view; not clipped. This is what is trained on.
    table
        The same for readers, clipped: index (ticker, date), float64 columns ``"0"`` (the label return) and the lags, in
        the order asked for. No missing value.
    flags
        Same index. Boolean columns ``missing_price``, ``stale_price``, ``extreme_return``: a past return or
        the label touches one. All that ``drop`` would have removed, and a return above 300 %. With volumes also
        ``zero_volume``: the last session of a past period, or a session of the label's trades, had a price and a volume
        of zero.
    report
        Rows by the rule that removed them, thin sessions, the universe, the quantiles used for clipping.
    """

    panel: PanelWindows
    table: pd.DataFrame
    flags: pd.DataFrame
    report: dict[str, object]


def build_sequences(
    prices: pd.DataFrame,
    sequence: SequenceParameters,
    splits: list[SplitParameters],
    walks: list[WalkForwardParameters] | None = None,
) -> Sequences:
    """Turn prices into return sequences under one protocol.

    Parameters
    ----------
    prices
        The canonical table of :mod:`rnn_trading.tables.prices`.
    sequence
        See :class:`rnn_trading.panels.sequence_parameters.SequenceParameters`.
    splits
        Splits of those who will train on the rows. Quantiles at which the table is clipped, if they are those of
        training rows, use the rows that are training rows in all of them.
    walks
        Folds of each of these splits: training rows are then those of the first fold. None: single splits.

    Returns
    -------
    Sequences

    Raises
    ------
    ValueError
        If there are fewer periods than a window needs, or no row is left; the message says which rule removed
        how many.

    Examples
    --------
    The returns of five sessions are 10 %, -50 %, 100 % and 0 %. The window that would start with the first session has
    no return there and is left out.

    >>> from rnn_trading.panels.sequence_parameters import SequenceParameters, StaleParameters, UniverseParameters
    >>> from rnn_trading.tables.prices import parse_prices
    >>> sequence = SequenceParameters(
    ...     period="daily",
    ...     lags=2,
    ...     order="oldest_first",
    ...     prices_from=None,
    ...     returns_from=None,
    ...     until=None,
    ...     session_presence=0,
    ...     entry_lag=0,
    ...     universe=UniverseParameters(rule="all", size=1, presence=0.5, sessions=5),
    ...     stale=StaleParameters(policy="drop", after_sessions=5, terminal_return=-0.3),
    ...     winsorise=None,
    ... )
    >>> days = pd.bdate_range("2020-01-06", periods=5)
    >>> raw = pd.DataFrame({"ticker": "A", "date": days, "adj_close": [100, 110, 55, 110, 110]})
    >>> sequences = build_sequences(parse_prices(raw, "mine.csv")[0], sequence, splits=[])
    >>> print(sequences.table.droplevel("ticker").round(3).to_string(index_names=False))
                  0    2    1
    2020-01-09  1.0  0.1 -0.5
    2020-01-10  0.0 -0.5  1.0
    >>> sequences.report["rows_removed"]["before_first_price"]
    1
    """
    walked = list(zip(splits, walks or [WalkForwardParameters()] * len(splits), strict=True))
    _check_purge(sequence, walked)
    sessions, thin = _sessions(prices, sequence)
    past, future, touched = _returns(sessions, _volumes(prices, sessions), sequence)
    universe = _universe(prices, sessions, past, sequence)
    if not universe.to_numpy().any():
        raise ValueError(
            f"No ticker passes universe.rule={sequence.universe.rule!r} over {len(past):,} periods. Use a "
            "shorter sample (prices_from, returns_from, until), a smaller presence, or universe.rule=all."
        )
    removed, kept = _remove_rows(past, future, universe, touched, sequence)
    _check_rows(removed, kept, sequence)
    panel = _view(past, future, kept, sequence)
    flags = pd.DataFrame({name: touched[name][kept] for name in touched}, index=panel.index)
    bounds = _bounds_of_all(panel, walked)
    report: dict[str, object] = {
        "period": sequence.period,
        "tickers": len(panel.tickers),
        "periods": len(np.unique(panel.period)),
        "rows": len(panel),
        "thin_sessions": [f"{day:%Y-%m-%d}" for day in thin.index[thin]],
        "rows_removed": removed,
        "rows_flagged": {name: int(flags[name].sum()) for name in flags},
        "universe": _describe_universe(prices, len(panel.tickers), sequence),
        "clipped_at": bounds,
    }
    return Sequences(panel, panel.table(bounds), flags, report)


def _timestamp(day: date | None) -> pd.Timestamp | None:
    return None if day is None else pd.Timestamp(day)


def _sessions(prices: pd.DataFrame, sequence: SequenceParameters) -> tuple[pd.DataFrame, pd.Series]:
    """Prices that are used, sessions x tickers; and of every date whether it is a thin session, which is left out."""
    panel = px.price_panel(prices)
    available = f"{panel.index[0]:%Y-%m-%d} to {panel.index[-1]:%Y-%m-%d}"
    panel = panel.loc[_timestamp(sequence.prices_from) : _timestamp(sequence.until)]
    thin = px.thin_sessions(panel, sequence.session_presence)
    panel = panel[~thin]
    _check_history(panel, sequence, available)
    return panel, thin


def _check_history(panel: pd.DataFrame, sequence: SequenceParameters, available: str) -> None:
    needed = sequence.lags + 3
    periods = len(panel) if sequence.period == "daily" or panel.empty else len(px.weekly_last(panel))
    if periods < needed:
        raise ValueError(
            f"{sequence.period} sequences of {sequence.lags} lags need prices in at least {needed} periods. "
            f"Received {periods} between {sequence.prices_from or 'the start'} and "
            f"{sequence.until or 'the end'}; the prices run from {available}. Move prices_from, returns_from and "
            "until, bring a longer history, or shorten lags and winsorise.last_lag."
        )


def _check_rows(removed: dict[str, int], kept: NDArray[np.bool_], sequence: SequenceParameters) -> None:
    if not kept.any():
        raise ValueError(
            f"No {sequence.period} row is left: "
            + ", ".join(f"{rule} removed {count:,}" for rule, count in removed.items() if count)
            + ". Look at the prices, or choose another stale.policy (drop, terminal_return, keep)."
        )


def _check_purge(sequence: SequenceParameters, walked: Walked) -> None:
    """Refuse a purge that lets the labels of one part reach into the inputs of the next."""
    sessions = 1 if sequence.period == "daily" else 5
    needed = -(-sequence.entry_lag // sessions)
    for split, walk in walked:
        gap = walk.gap(split.purge)
        if gap < needed:
            raise ValueError(
                f"entry_lag={sequence.entry_lag} sessions lets {sequence.period} labels reach {needed} periods "
                f"further: expected split.purge, or walk_forward.purge and .embargo, of at least {needed}. Received: "
                f"{gap}."
            )


def _returns(
    panel: pd.DataFrame, volumes: pd.DataFrame | None, sequence: SequenceParameters
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, NDArray[np.bool_]]]:
    """Past returns and returns to be earned, periods x tickers; and what windows touch, tickers x windows."""
    stale = sequence.stale
    weekly = sequence.period == "weekly"
    carry = stale.policy == "keep"
    returns_from = _timestamp(sequence.returns_from)

    closes = px.weekly_last(panel) if weekly else panel
    observed = closes.pct_change(fill_method=None).loc[returns_from:]
    past = closes.ffill().pct_change(fill_method=None).loc[returns_from:] if carry else observed

    def traded(values: pd.DataFrame) -> pd.DataFrame:
        """Values of the session that follows each period's last one by the entry lag; NaN after the data."""
        later = values.shift(-sequence.entry_lag)
        return px.last_session_of_week(later, carry=carry) if weekly else later

    bought = sold = panel.ffill() if carry else panel
    if stale.policy == "terminal_return":
        sold = px.add_terminal_prices(panel, stale.terminal_return, stale.after_sessions)
    future = (traded(sold) / traded(bought).shift(1) - 1).loc[returns_from:]

    # A missing price is missing, not stale. A week of past returns counts by the state of its last session.
    def where(sessions: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Past periods, and labels, that touch marked sessions with a price."""
        marked = (sessions & panel.notna()).astype("float64")
        trade = traded(marked) == 1
        return (px.weekly_last(marked) if weekly else marked) == 1, trade | trade.shift(1, fill_value=False)

    missing_trade = traded(panel).isna()
    marks = {
        "missing_price": (observed.isna(), missing_trade | missing_trade.shift(1, fill_value=True)),
        "stale_price": where(px.stale_prices(panel, stale.after_sessions)),
        "extreme_return": (observed.abs() > px.EXTREME_RETURN, future.abs() > px.EXTREME_RETURN),
    }
    if volumes is not None:
        marks["zero_volume"] = where(volumes == 0)
    touched = {
        name: _touched(in_past.loc[returns_from:], in_label.loc[returns_from:], sequence.lags)
        for name, (in_past, in_label) in marks.items()
    }
    return past, future, touched


def _touched(in_past: pd.DataFrame, in_label: pd.DataFrame, lags: int) -> NDArray[np.bool_]:
    """Whether any past period, or the label, of each window is marked; shape ``(tickers, windows)``."""
    windows = any_in_window(in_past.to_numpy(), lags)[:, : len(in_past) - lags]
    return windows | in_label.to_numpy()[lags:].T


def _universe(
    prices: pd.DataFrame, panel: pd.DataFrame, past: pd.DataFrame, sequence: SequenceParameters
) -> pd.DataFrame:
    """Membership by period and ticker, as known before the period unless the rule looks ahead."""
    universe = sequence.universe
    members = pd.DataFrame(True, index=past.index, columns=past.columns)
    if universe.rule == "all":
        return members
    if universe.rule == "complete":
        # A panel that starts within the sample has no return in its first period, for any ticker.
        return members & past.dropna(how="all").notna().all()
    volumes = _volumes(prices, panel)
    activity = panel if volumes is None else panel * volumes
    # Without volumes there is nothing to rank by: presence alone decides.
    size = panel.shape[1] if volumes is None else universe.size
    if universe.rule == "most_traded":
        return members & past.columns.isin(px.most_traded(activity, universe.presence, size))
    as_of = px.most_traded_to_date(activity, universe.presence, size, universe.sessions)
    as_of = as_of if sequence.period == "daily" else px.weekly_last(as_of.astype("float64")) == 1
    return as_of.shift(1, fill_value=False).reindex(past.index, fill_value=False)


def _remove_rows(
    past: pd.DataFrame,
    future: pd.DataFrame,
    universe: pd.DataFrame,
    touched: dict[str, NDArray[np.bool_]],
    sequence: SequenceParameters,
) -> tuple[dict[str, int], NDArray[np.bool_]]:
    """Apply the rules in order; a row that several would remove counts for the first of them.

    ``before_first_price``: the window starts before the ticker's first return. ``after_last_price``: the sale
    would come after the ticker's, or the data's, last price. ``missing_price``: any other gap.

    Returns the rows removed by each rule, and the rows kept, shape ``(tickers, windows)``.
    """
    lags = sequence.lags
    windows = len(past) - lags
    no_past = past.isna().to_numpy()
    no_future = future.isna().to_numpy()
    first_priced = (~no_past).argmax(axis=0)
    first_priced[no_past.all(axis=0)] = len(past)
    last_priced = len(future) - 1 - (~no_future)[::-1].argmax(axis=0)
    starts = np.arange(windows)
    rules = {
        "before_first_price": starts < first_priced[:, None],
        "after_last_price": starts + lags > last_priced[:, None],
        "missing_price": any_in_window(no_past, lags)[:, :windows] | no_future[lags:].T,
        "outside_universe": ~universe.to_numpy()[lags:].T,
    }
    if sequence.stale.policy != "keep":
        rules["stale_price"] = touched["stale_price"]
    if sequence.order == "newest_first":
        # The published loop stops one window short of the oldest.
        rules["oldest_window"] = np.broadcast_to(starts == 0, (past.shape[1], windows))
    kept = np.ones((past.shape[1], windows), dtype=bool)
    removed = {}
    for name, applies in rules.items():
        removed[name] = int((kept & applies).sum())
        kept &= ~applies
    return removed, kept


def _view(
    past: pd.DataFrame, future: pd.DataFrame, kept: NDArray[np.bool_], sequence: SequenceParameters
) -> PanelWindows:
    """The windows that are kept, and of the tickers those that have one."""
    used = kept.any(axis=1)
    tickers, starts = np.nonzero(kept[used])
    return PanelWindows(
        past=past.to_numpy()[:, used],
        tickers=past.columns[used],
        periods=pd.DatetimeIndex(past.index),
        ticker_code=tickers.astype(np.int32),
        period=(starts + sequence.lags).astype(np.int32),
        future=future.to_numpy()[sequence.lags :].T[kept],
        lags=sequence.lags,
        order=sequence.order,
        winsorise=sequence.winsorise,
    )


def _bounds_of_all(panel: PanelWindows, walked: Walked) -> dict[str, list[float]]:
    """Bounds by lag, fitted on the rows that are training rows of all first folds: those of the table for readers."""
    clip, dates = panel.winsorise, panel.dates
    training = np.ones(len(panel), dtype=bool)
    if clip is not None and clip.fitted_on == "train":
        training = np.asarray(dates <= min(training_until(dates, split, walk) for split, walk in walked))
    return fit_clipping(panel, training, clip)


def _volumes(prices: pd.DataFrame, panel: pd.DataFrame) -> pd.DataFrame | None:
    """Volumes in the shape of the panel; None if the prices have none."""
    if not _has_volumes(prices):
        return None
    return px.price_panel(prices, "adj_volume").reindex_like(panel)


def _has_volumes(prices: pd.DataFrame) -> bool:
    return "adj_volume" in prices.columns and bool(prices["adj_volume"].notna().any())


def _describe_universe(prices: pd.DataFrame, tickers: int, sequence: SequenceParameters) -> str:
    """Say in words which tickers were used, and where the data held less than was asked for."""
    universe = sequence.universe
    text = f"{tickers:,} of {prices.index.unique('ticker').size:,} tickers by the rule {universe.rule!r}"
    if universe.rule in ("most_traded", "most_traded_to_date"):
        if not _has_volumes(prices):
            text += "; the prices have no volume, so presence alone decides"
        elif tickers < universe.size:
            text += f"; {universe.size:,} were asked for"
    return text


def lag_columns(table: pd.DataFrame) -> list[str]:
    """Names of the lag columns of a table, in the table's order, which is the order of time in the input.

    Every column with a whole number as its name counts. The label ``"0"`` of :func:`build_sequences` is one of them
    until it is renamed.

    Examples
    --------
    >>> lag_columns(pd.DataFrame(columns=["label", "2", "1"]))
    ['2', '1']
    >>> lag_columns(pd.DataFrame(columns=["0", "2", "1"]))
    ['0', '2', '1']
    """
    return [column for column in table.columns if column.isdigit()]
