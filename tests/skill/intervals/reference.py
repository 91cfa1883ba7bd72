"""Intervals row by row, as their equations say, without any array: a slow reference."""

import math

import numpy as np

LEVELS, MEMORY, STEP = (80, 95), 0.94, 0.05
SIDES = (-1, 1)


def quantile(scores, tail):
    return sorted(scores)[min(math.ceil(round((len(scores) + 1) * (1 - tail), 9)), len(scores)) - 1]


def reach(rows):
    """Of each test row: by level and side, how far its interval reaches.

    ``rows``: dicts with ``error``, ``made``, ``known``, ``tested``. Those with a ``known`` below its ``made`` are known
    to a row.
    """
    for row in rows:
        alike = [each for each in rows if (each["made"], each["tested"]) == (row["made"], row["tested"])]
        row["weight"] = 1 / len(alike)
    first = min(row["made"] for row in rows if row["tested"])
    before = [row for row in rows if not row["tested"] and row["known"] < first]
    unit = sum(abs(row["error"]) for row in before) / len(before)
    for row in rows:
        scale = 1.0
        for date in sorted({each["known"] for each in rows if each["known"] < row["made"]}):
            now = [each for each in rows if each["known"] == date]
            total = sum(each["weight"] for each in now)
            mean = sum(each["weight"] * abs(each["error"]) / unit for each in now) / total
            scale = MEMORY**total * scale + (1 - MEMORY**total) * mean
        row["scale"] = unit * scale
        row["score"] = row["error"] / row["scale"]
    for row in sorted((row for row in rows if row["tested"]), key=lambda row: row["made"]):
        given = {}
        for level in LEVELS:
            tail = (1 - level / 100) / 2
            for side in SIDES:
                state = max(quantile([side * each["score"] for each in before], tail), 0)
                for date in sorted({each["known"] for each in rows if each["tested"] and each["known"] < row["made"]}):
                    now = [each for each in rows if each["tested"] and each["known"] == date]
                    state += STEP * sum(
                        each["weight"] * ((side * each["score"] > each["quantiles"][level, side]) - tail)
                        for each in now
                    )
                    state = max(state, 0)
                given[level, side] = max(state, given.get((LEVELS[0], side), 0))
        row["quantiles"] = given
    return np.array(
        [
            [[row["quantiles"][level, side] * row["scale"] for side in SIDES] for level in LEVELS]
            for row in rows
            if row["tested"]
        ]
    )
