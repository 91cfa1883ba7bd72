"""The table of the newest forecasts, and what is said of them."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from rnn_trading.skill.formats import format_score, words
from rnn_trading.skill.intervals.newest import COLUMNS
from rnn_trading.skill.rivals.lists import tier_of
from rnn_trading.skill.rivals.tiers import Tier
from rnn_trading.skill.tasks import TASKS

logger = logging.getLogger(__name__)
SHOWN = 8  # names in a message
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


def best_rivals(record: Mapping[str, Any], there: list[str], task: str) -> dict[str, str | None]:
    """Of the tiers ``naive`` and ``strong``, the rival with the best headline score in a record; None: there is none.

    Parameters
    ----------
    record
        A skill record.
    there
        Names of the rivals that forecast.
    task
        Kind of forecast.

    Examples
    --------
    >>> record = {"rivals": {"persistence": {"rmse": 2.0}, "drift": {"rmse": 1.9}, "autoregression": {"rmse": 2.5}}}
    >>> best_rivals(record, ["persistence", "drift", "autoregression"], "level")
    {'naive': 'drift', 'strong': 'autoregression'}
    """
    headline = TASKS[task].headline
    # A record has None for a score that does not exist.
    metrics = {
        name: {} if scores.get(headline.metric) is None else scores
        for name, scores in record["rivals"].items()
        if name in there
    }
    found: dict[str, str | None] = {}
    for tier in DECIDING:
        of_tier = {name: scores for name, scores in metrics.items() if tier_of(name) == tier}
        found[tier] = headline.best(of_tier) or next(iter(of_tier), None)
    return found


def latest_table(
    keys: pd.DataFrame,
    forecasts: np.ndarray[Any, np.dtype[np.float64]],
    rivals: pd.DataFrame,
    intervals: pd.DataFrame,
    record: Mapping[str, Any],
    task: str,
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
    task
        Kind of forecast.
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
    for tier, best in best_rivals(record, [*rivals], task).items():
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
    'No skill. RMSE in index points 22.10 (95 %: 20.00 to 25.50); drift 20.90'
    >>> how_good({"finding": "No skill", "headline": headline | {"interval": [None, None], "best_rival": None}})
    'No skill. RMSE in index points 22.10'
    """
    of = record["headline"]
    lower, upper = of["interval"]
    within = "" if lower is None or upper is None else f" (95 %: {format_score(lower)} to {format_score(upper)})"
    rival = f"; {words(of['best_rival'])} {format_score(of['rival_value'])}" if of["best_rival"] else ""
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
    """Log what was forecast, and how good such forecasts were."""
    first = table.iloc[0]
    rows = f"{len(table):,} forecast{'s' * (len(table) != 1)}"
    logger.info(
        "%s: %s from values until %s, by networks trained on %s to %s. Out of sample: %s.",
        *(name, rows, f"{first['last_price']:%Y-%m-%d}"),
        *(f"{first['trained_from']:%Y-%m-%d}", f"{first['trained_until']:%Y-%m-%d}", first["out_of_sample"]),
    )
