"""The table of the newest forecasts, and what is said of them."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from rnn_trading.skill.decision import best_rival
from rnn_trading.skill.formats import MINUS, format_score, words
from rnn_trading.skill.intervals.newest import COLUMNS
from rnn_trading.skill.rivals.lists import tier_of
from rnn_trading.skill.rivals.tiers import Tier
from rnn_trading.tables.wording import counted

logger = logging.getLogger(__name__)
SHOWN = 8  # names in a message
MOST_SAID = 6  # forecasts in the log
DECIDING: tuple[Tier, ...] = ("naive", "strong")


@dataclass(frozen=True)
class Networks:
    """Whose forecasts they are.

    Attributes
    ----------
    name
        In words: the experiment, which fit, and how many networks.
    version
        Of the project that fitted them, and its commit.
    trained_from, trained_until
        First and last date of the rows that they were fitted, or stopped, on.
    """

    name: str
    version: str
    trained_from: pd.Timestamp
    trained_until: pd.Timestamp


def best_rivals(record: Mapping[str, Any], there: list[str]) -> dict[str, str | None]:
    """Of the tiers ``naive`` and ``strong``, the rival that the verdict of a record calls the best; None without one.

    Parameters
    ----------
    record
        A skill record.
    there
        Names of the rivals that forecast.

    Examples
    --------
    >>> naive = {"tests": [{"rival": "persistence", "rival_value": 2.0}, {"rival": "drift", "rival_value": 1.9}]}
    >>> decision = {"larger_is_better": False, "tiers": {"naive": naive, "strong": None}}
    >>> best_rivals({"decision": decision}, ["persistence", "drift", "autoregression"])
    {'naive': 'drift', 'strong': 'autoregression'}
    """
    decision = record["decision"]
    found: dict[str, str | None] = {}
    for tier in DECIDING:
        tests = (decision["tiers"].get(tier) or {"tests": []})["tests"]
        judged = {"tests": [test for test in tests if test["rival"] in there]}
        best, _ = best_rival({"larger_is_better": decision["larger_is_better"], "tiers": {tier: judged}})
        found[tier] = best or next((name for name in there if tier_of(name) == tier), None)
    return found


def latest_table(
    keys: pd.DataFrame,
    forecasts: np.ndarray[Any, np.dtype[np.float64]],
    rivals: pd.DataFrame,
    intervals: pd.DataFrame,
    record: Mapping[str, Any],
    networks: Networks,
) -> pd.DataFrame:
    """The table that is written.

    Parameters
    ----------
    keys
        What is forecast, one row each, and ``last_price``, ``tradeable_from`` and ``period``.
    forecasts
        Of the model, ``(rows,)``.
    rivals
        One column a rival, of the same rows.
    intervals
        ``lower_80`` and so on, of the same rows; NaN where there is none.
    record
        The skill record of the model.
    networks
        Whose forecasts they are.

    Returns
    -------
    pandas.DataFrame
        The keys, ``forecast``, the intervals, ``naive`` and ``strong`` (forecasts; NaN where there is no such rival)
        with the names of the rivals in ``naive_rival`` and ``strong_rival``; ``errors_until`` (last date of the errors
        that the intervals follow; missing without intervals); ``rank`` (1 is the largest forecast of
        those on which one could trade from one date; missing where there is one alone); ``model``, ``version``,
        ``trained_from``, ``trained_until``, and in ``out_of_sample`` what the record says of such forecasts.
    """
    table = keys.reset_index(drop=True).assign(forecast=forecasts)
    for name in COLUMNS:
        table[name] = intervals[name].to_numpy(dtype=np.float64)
    table["errors_until"] = pd.Timestamp(((record.get("intervals") or {}).get("newest") or {}).get("until"))
    for tier, best in best_rivals(record, [*rivals]).items():
        table[tier] = np.nan if best is None else rivals[best].to_numpy(dtype=np.float64)
        table[f"{tier}_rival"] = pd.Series(best, index=table.index, dtype="str")
    table["rank"] = _ranks(table) if "ticker" in table else pd.NA
    table["rank"] = table["rank"].astype("Int64")
    return table.assign(
        model=networks.name,
        version=networks.version,
        trained_from=networks.trained_from,
        trained_until=networks.trained_until,
        out_of_sample=how_good(record),
    )


def _ranks(table: pd.DataFrame) -> pd.Series:
    by_date = table.groupby("tradeable_from")["forecast"]
    return by_date.rank(ascending=False, method="min").where(by_date.transform("size") > 1)


def how_good(record: Mapping[str, Any]) -> str:
    """How good such forecasts were on rows that no network had seen: finding and headline score of a record.

    Examples
    --------
    >>> headline = {"words": "RMSE in index points", "value": 22.1, "interval": [20.0, 25.5], "best_rival": "drift"}
    >>> how_good({"finding": "No skill", "headline": headline | {"rival_value": 20.9}})
    'No skill. RMSE in index points 22.10 (95 %: 20.00 to 25.50); the best rival, drift, 20.90'
    >>> how_good({"finding": "No skill", "headline": headline | {"interval": [None, None], "best_rival": None}})
    'No skill. RMSE in index points 22.10'
    """
    of = record["headline"]
    lower, upper = of["interval"]
    within = "" if lower is None or upper is None else f" (95 %: {format_score(lower)} to {format_score(upper)})"
    rival = (
        f"; the best rival, {words(of['best_rival'])}, {format_score(of['rival_value'])}" if of["best_rival"] else ""
    )
    value = "unknown" if of["value"] is None else format_score(of["value"])
    return f"{record['finding']}. {of['words'][:1].upper()}{of['words'][1:]} {value}{within}{rival}"


def say_what_is_left_out(left: pd.Series, name: str) -> None:
    """Log what has newest values and no forecast, and why.

    Parameters
    ----------
    left
        Reasons, by the name of what is left out.
    name
        Of the experiment.
    """
    for reason, names in left.groupby(left).groups.items():
        shown = ", ".join(map(str, names[:SHOWN])) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
        logger.warning("%s: no forecast of %s (%s): %s", name, f"{len(names):,}", reason, shown)


def say(table: pd.DataFrame, name: str) -> None:
    """Log what was forecast, and how good such forecasts were: of many, the highest and the lowest."""
    first = table.iloc[0]
    unseen = int((~table["known_to_model"]).sum()) if "known_to_model" in table else 0
    logger.info(
        "%s: %s%s from values until %s, by networks trained on %s to %s. Out of sample: %s.",
        *(name, counted(len(table), "forecast"), f" ({unseen:,} of names that it never saw)" if unseen else ""),
        *(f"{first[each]:%Y-%m-%d}" for each in ("last_price", "trained_from", "trained_until")),
        first["out_of_sample"],
    )
    logger.info("%s: %s", name, "; ".join(_in_words(table)))


def _in_words(table: pd.DataFrame) -> list[str]:
    """Forecasts with their names and periods; of many, the highest and the lowest."""
    shown = table if len(table) <= MOST_SAID else table.sort_values("forecast", ascending=False)
    rows = [f"{_called(row)}{row['period']:%Y-%m-%d} {_number(row['forecast'])}" for _, row in shown.iterrows()]
    half = MOST_SAID // 2
    return rows if len(rows) <= MOST_SAID else [*rows[:half], "...", *rows[-half:]]


def _number(value: float) -> str:
    return f"{value:.4g}".replace("-", MINUS)


def _called(row: pd.Series) -> str:
    name = next((str(row[each]) for each in ("ticker", "series", "filing_id") if each in row), "")
    return f"{name} " if name else ""
