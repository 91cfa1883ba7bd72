"""Files of a reporting folder, with the fields that a report reads."""

import json
from pathlib import Path

from matplotlib.figure import Figure

from rnn_trading.skill.laws import CANARIES_VERSION, FUTURE, LABELS, LAWS, LUCK, SIGNAL, SMALL_SKILL
from rnn_trading.skill.record import RECORD_VERSION, SKILL
from rnn_trading.skill.record_files import read_records

EXPECTED = {"a.up": "a", "a.down": "a", "b": "b"}


def cause(without, value, removed):
    return {"without": without, "rows": 100, "rows_left_out": 5, "value": value, "removed": removed}


def record(name, protocol, value, rival, metric="auc", finding="No skill beyond the naive rivals", **changes):
    """A record with the fields that a report reads."""
    return {
        "version": RECORD_VERSION,
        "experiment": name,
        "protocol": protocol,
        "changed": {},
        "finding": finding,
        "headline": {
            "metric": metric,
            "words": metric.upper(),
            "larger_is_better": metric != "rmse",
            "value": value,
            "interval": [value - 0.02, value + 0.02],
            "best_rival": "last_value",
            "rival_value": rival,
            "rival_interval": [rival - 0.02, rival + 0.02],
            "difference": {"mean_difference": value - rival, "interval": [-0.01, 0.05], "p_value": 0.25},
            "drawn": "Intervals are from draws of 50 dates.",
            "too_narrow": False,
        },
        "attribution": [
            cause("stale rows", value - 0.05, 0.05),
            {"without": "silent rows", "why": "these data have no volumes"},
            cause("the three worst months", value + 0.01, -0.01),
            cause("the 10 most influential tickers", value - 0.09, 0.09) | {"hindsight": True, "names": ["A", 7]},
        ],
        "data": {"source": "x", "test": {"rows": 100}},
        "model": {"metrics": {metric: value}, "epochs": 7, "by_seed": {"seeds": {"seed_1": {}, "seed_2": {}}}},
        "rivals": {},
        "tests": [{"name": "Diebold-Mariano", "p_value": 0.04}],
        "published": {"auc": 0.68},
        "published_on": "other data",
        "verdict": "It is so.",
    } | changes


def files(*records):
    return {f"{one['protocol']}/{one['experiment']}/skill.json": json.dumps(one).encode() for one in records}


def read(found):
    return read_records(found, EXPECTED, ["a"])


THREE = (
    record("a.up", "as_published", 0.6, 0.55),
    record("a.up", "corrected", 0.52, 0.53),
    record("a.down", "corrected", 3.0, 4.0, metric="rmse", finding=SKILL, published=None, published_on=None),
)


def canaries(experiments=("a",), laws=LAWS, **changes):
    """Results as the pipeline writes them."""
    score = {"score": 0.1, "z": 1.0, "score_name": "AUC less .5"}
    future = {"rows": 20, "changed": 7}
    found = {"score": 0.1, "score_name": "AUC", "strength": 0.2, "finding": "Better than chance only"}
    of_law = {LUCK: score, LABELS: score, FUTURE: future, SIGNAL: found, SMALL_SKILL: found}
    results = {
        "version": CANARIES_VERSION,
        "protocol": "corrected",
        "experiments": [
            {"experiment": name, "false_alarm_rate": 0.001, "seeds": 3}
            | {"laws": [{"law": law, "held": True} | of_law[law] for law in laws]}
            for name in experiments
        ],
    }
    return {"corrected/canaries.json": json.dumps(results | changes).encode()}


def write_one(name, figures):
    """A record, its figures and its page, in the project that is the current folder."""
    folder = Path.cwd() / f"data/08_reporting/corrected/{name}"
    folder.mkdir(parents=True)
    (folder / "skill.json").write_text(json.dumps(record(name, "corrected", 0.6, 0.55)))
    for each in figures:
        figure = Figure()
        figure.subplots().plot([1, 2])
        figure.savefig(folder / f"{each}.png")
    (folder / "page.html").write_text("")
