"""The register of trials, for a browser."""

from typing import Any

import pandas as pd

from rnn_trading.register.entries import Register
from rnn_trading.register.summary import by_configuration, by_experiment
from rnn_trading.register.tested import Rows, first_and_last
from rnn_trading.skill.formats import BETTER, format_score, words

from .html import render
from .parts import NO_BREAK, cell
from .stamp import stamp

EMPTY = "No fit has been entered yet, or the register was deleted: it begins with the next fit."
SCORES = ("On validation", "On the test")
COUNTS = ("Configurations", "Fits", "Seconds")
EXPERIMENTS = (
    "Experiment",
    "Source",
    "Configurations",
    "Fits",
    "First",
    "Last",
    "Seconds",
    "Metric",
    *SCORES,
    "Tested",
)
CONFIGURATIONS = ("Configuration", "Not as in the first", "Fits", "First", "Last", "Seconds", *SCORES, "Tested")
FITS = ("Fit", "Configuration", "Fold", "Seed", "When", "Commit", "Epochs", "Seconds", *SCORES, "Tested", "Device")
ABBREVIATIONS = ("auc", "ic", "mae", "r2", "rmse")
NUMBERS = (*COUNTS, *SCORES, "Seed", "Epochs")


def register_page(register: Register, made: str | None = None) -> str:
    """One HTML file: what was tried of each experiment, each configuration, and every fit.

    Parameters
    ----------
    register
        What could be read of it.
    made
        See :func:`rnn_trading.pages.stamp.stamp`; None: by this code, now.

    Returns
    -------
    str
        HTML that loads nothing.
    """
    configurations = by_configuration(register.entries)
    return render(
        "register.html",
        made=made or stamp(),
        empty=EMPTY,
        heads={"experiments": EXPERIMENTS, "configurations": CONFIGURATIONS, "fits": FITS},
        numbers=NUMBERS,
        experiments=[_experiment(row) for row in by_experiment(configurations).to_dict(orient="records")],
        configurations=[_configuration(row) for row in configurations.to_dict(orient="records")],
        fits=[_fit(row) for row in register.entries.to_dict(orient="records")],
        unreadable=[f"{name}: {why}" for name, why in register.unreadable.items()],
    )


def _experiment(row: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        _named(row["experiment"], words(row["protocol"])),
        cell(row["source"], row["source"]),
        _whole(row["configurations"]),
        *_times(row),
        _score_name(row),
        *(_score(row[name]) for name in ("best_validation_score", "best_test_score")),
        _tested(row["tested"]),
    ]


def _configuration(row: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        _named(row["configuration"], f"{row['experiment']}, {words(row['protocol'])}"),
        cell(row["differs"], row["differs"]),
        *_times(row),
        *(_score(row[name]) for name in ("validation_score", "test_score")),
        _tested(row["tested"]),
    ]


def _fit(row: dict[str, Any]) -> list[dict[str, Any]]:
    dates = "" if pd.isna(row["tested_from"]) else f"{row['tested_from']} to {row['tested_until']}"
    tested = f"{row['test_rows']:,} rows" if row["test_rows"] else "not tested"
    changed = "" if pd.isna(row["clean"]) or row["clean"] else "with changes"
    return [
        _named(row["experiment"], words(row["protocol"])),
        cell(row["configuration"], row["configuration"]),
        cell(row["fold"], row["fold"]),
        cell(str(row["seed"]), row["seed"]),
        _time(row["when"]),
        cell(row["commit"], row["commit"], changed),
        _whole(row["epochs"]),
        cell(f"{row['seconds']:,.0f}", row["seconds"]),
        *(_score(row[name]) for name in ("validation_score", "test_score")),
        cell(tested, dates, _unbroken(dates)),
        cell(row["device"], row["device"]),
    ]


def _tested(rows: Rows) -> dict[str, Any]:
    count, dates = sum(int(number) for *_, number in rows), first_and_last(rows)
    return cell(f"{count:,} rows" if count else "not tested", dates, _unbroken(dates))


def _unbroken(dates: str) -> str:
    """Dates that are broken between them alone."""
    return dates.replace("-", "\u2011")


def _named(name: str, note: str) -> dict[str, Any]:
    return cell(name, name, note)


def _times(row: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        _whole(row["fits"]),
        _time(row["first"]),
        _time(row["last"]),
        cell(f"{row['seconds']:,.0f}", row["seconds"]),
    ]


def _time(iso: str) -> dict[str, Any]:
    date, _, time = iso.partition("T")
    return cell(date, iso, time[:5])


def _whole(value: int) -> dict[str, Any]:
    return cell(f"{value:,}", value)


def _score(value: float) -> dict[str, Any]:
    return cell(format_score(value), value)


def _score_name(row: dict[str, Any]) -> dict[str, Any]:
    name = " ".join(part.upper() if part in ABBREVIATIONS else part for part in words(row["metric"]).split())
    return cell(f"{name}{NO_BREAK}{BETTER[row['larger_is_better']]}", row["metric"])
