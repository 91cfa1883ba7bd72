"""Tables of forecasts of every kind, with noise for truths."""

import numpy as np
import pandas as pd

from rnn_trading.skill.intervals.rows import KINDS, errors_of, moments_of


def level(validation, test, seed=0, sizes=None):
    """One series: a forecast of 100 and normal noise about it; the validation rows and the test rows."""
    count = validation + test
    noise = np.random.default_rng(seed).normal(size=count) * (1 if sizes is None else sizes)
    days = pd.bdate_range("2018-01-01", periods=count)
    table = pd.DataFrame({"date": days, "prediction": 100.0, "persistence": 100.5, "truth": 100 + noise})
    return table[:validation], table[validation:].reset_index(drop=True)


def panel(dates, tickers=4, seed=0):
    """Weekly returns of some tickers on so many validation dates and test dates."""
    generator = np.random.default_rng(seed)
    weeks = pd.date_range("2018-01-05", periods=sum(dates), freq="W-FRI")
    table = pd.DataFrame({"date": weeks.repeat(tickers), "ticker": [f"T{k}" for k in range(tickers)] * len(weeks)})
    table = table.assign(prediction=0.0, zero=0.001, truth=generator.normal(size=len(table)) / 50)
    first = dates[0] * tickers
    return table[:first], table[first:].reset_index(drop=True)


def runs(counts, steps=3, every=2, seed=0):
    """Runs of several steps, one starting before the one before has ended; and other kinds of runs beside them."""
    walk = np.cumsum(np.random.default_rng(seed).normal(size=every * sum(counts) + steps + 1)) + 100
    days = pd.bdate_range("2018-01-01", periods=len(walk))
    rows = [
        {"run": kind, "date": days[start], "step": step, "target_date": days[start + step]}
        | {
            "prediction": walk[start],
            "persistence": walk[start],
            "drift": walk[start] + 0.1,
            "truth": walk[start + step],
        }
        for kind in ("restarted", "point_by_point")
        for start in range(0, every * sum(counts), every)
        for step in range(1, steps + 1)
    ]
    table = pd.DataFrame(rows)
    late = table["date"] >= days[every * counts[0]]
    # Runs whose truths reach into the test are no validation.
    early = table["target_date"] <= days[every * counts[0]]
    return table[early].reset_index(drop=True), table[late].reset_index(drop=True)


def months(validation, test, sizes=(1.0, 1000.0), seed=0):
    """Two series one month ahead, in the network's units and in original ones."""
    generator = np.random.default_rng(seed)
    index = pd.date_range("1990-01-01", periods=validation + test + 1, freq="MS")
    noise = generator.normal(size=(validation + test, len(sizes)))
    rows = [
        {"units": units, "run": "one_step", "series": f"series_{k}", "date": index[month], "step": 1}
        | {
            "target_date": index[month + 1],
            "prediction": 0.0,
            "persistence": 0.2 * size,
            "truth": noise[month, k] * size,
        }
        for month in range(validation + test)
        for units in ("network", "original")
        for k, size in enumerate(np.where(units == "network", 1.0, sizes))
    ]
    table = pd.DataFrame(rows)
    early = table["date"] < index[validation]
    return table[early].reset_index(drop=True), table[~early].reset_index(drop=True)


def errors(name, validation, test, column="prediction"):
    """Errors of one fold, for :func:`rnn_trading.skill.intervals.tracking.track`."""
    rows = pd.concat([validation.assign(tested=False), test.assign(tested=True)])
    return errors_of(KINDS[name], rows, moments_of(rows), column)
