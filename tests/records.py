"""Files of a reporting folder, with the fields that a report reads."""

import json
from pathlib import Path

from matplotlib.figure import Figure

from rnn_trading.skill.headline import WORST
from rnn_trading.skill.laws import CANARIES_VERSION, FUTURE, LABELS, LAWS, LUCK, SIGNAL, SMALL_SKILL
from rnn_trading.skill.record import RECORD_VERSION
from rnn_trading.skill.record_files import read_records

EXPECTED = {"a.up": "a", "a.down": "a", "b": "b"}


def cause(without, value, removed):
    return {"without": without, "rows": 100, "rows_left_out": 5, "value": value, "removed": removed}


def compared(rival, difference, p_value, **changes):
    """A comparison of the model with one rival, by the deciding statistic."""
    return {
        "rival": rival,
        "rival_value": 0.03 - difference,
        "difference": difference,
        "interval": [difference - 0.02, difference + 0.02],
        "p_value": p_value,
        "detectable": 0.028,
        "doubtful": False,
    } | changes


def tier(status, rival, difference, p_value, **changes):
    """A tier of a decision, with one rival."""
    one = compared(rival, difference, p_value, **changes)
    test = one | {"p_holm": p_value, "name": "Newey-West t of the mean", "counted": 250}
    return {"status": status, **one, "tests": [test]}


ENCOMPASSING = {
    "rival": "ridge",
    "weights": {"model": 0.25, "rival": 0.75},
    **{"value": 0.036, "rival_value": 0.031, "difference": 0.005, "interval": [-0.001, 0.011], "p_value": 0.08},
    **{"doubtful": False, "adds": False},
}


def decision(**changes):
    """How a finding was decided: by the statistic of its kind of forecast, against three tiers of rivals."""
    against = compared("constant_share", 0.03, 0.02)
    return {
        "statistic": "information_coefficient",
        "words": "information coefficient by date",
        "why": "It asks for the order of the tickers on a date.",
        **{"larger_is_better": True, "value": 0.03, "interval": [0.01, 0.05], "counted": 250, "units": "dates"},
        **{
            "matters": 0.02,
            "relative": False,
            "networks": 1,
            "rival": against["rival"],
            "difference": against["difference"],
        },
        **{"difference_interval": against["interval"], "p_value": against["p_value"], "doubtful": False},
        "tiers": {
            "chance": tier("beaten", "constant_share", 0.03, 0.02),
            "naive": tier("undecided", "sign_of_last_return", 0.01, 0.4),
            "strong": tier("level", "ridge", -0.001, 0.9),
        },
        "encompassing": ENCOMPASSING,
    } | changes


MADE = {"time": "2026-01-31T12:05:00Z", "commit": "0123456789ab", "clean": True, "seeds": {"training.seed": 42}}


def record(
    name, protocol, value, rival, metric="auc", finding="Cannot be told from chance", finding_kind="none", **changes
):
    """A record with the fields that a report reads."""
    return {
        "version": RECORD_VERSION,
        "experiment": name,
        "protocol": protocol,
        "changed": {},
        "made": MADE,
        "finding": finding,
        "finding_kind": finding_kind,
        "decision": decision(),
        "headline": {
            "metric": metric,
            "words": metric.upper(),
            "larger_is_better": metric != "rmse",
            "value": value,
            "interval": [value - 0.02, value + 0.02],
            "best_rival": "ridge",
            "rival_value": rival,
            "rival_interval": [rival - 0.02, rival + 0.02],
            "drawn": "Intervals are from draws of 50 dates.",
            "too_narrow": False,
        },
        "attribution": [
            cause("stale rows", value - 0.05, 0.05),
            {"without": "silent rows", "why": "these data have no volumes"},
            cause(WORST, value + 0.01, -0.01),
            cause("the 10 most influential tickers", value - 0.09, 0.09) | {"hindsight": True, "names": ["A", 7]},
        ],
        "data": {"source": "x", "test": {"rows": 100}},
        "model": {"metrics": {metric: value}, "epochs": 7, "by_seed": {"seeds": {"seed_1": {}, "seed_2": {}}}},
        "rivals": {"ridge": {metric: rival}, "sign_of_last_return": {metric: rival - 0.01}, "constant_share": {}},
        "tests": [{"name": "Diebold-Mariano", "p_value": 0.04}],
        "published": {"auc": 0.68},
        "published_on": "other data",
        "verdict": "It is so.",
    } | changes


def files(*records):
    return {f"{one['protocol']}/{one['experiment']}/skill.json": json.dumps(one).encode() for one in records}


CANARIES = {"as_published": ["a"], "corrected": ["a"]}  # by protocol


def read(found):
    return read_records(found, EXPECTED, CANARIES)


THREE = (
    record("a.up", "as_published", 0.6, 0.55),
    record("a.up", "corrected", 0.52, 0.53),
    record(
        "a.down", "corrected", 3.0, 4.0, "rmse", "Skill beyond every rival", "every", published=None, published_on=None
    ),
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


THREE_WAYS = {name: ("as_published", "corrected", "careful") for name in EXPECTED}
WITH_CAREFUL = CANARIES | {"careful": ["a"]}


def read_three_ways(*records, more=None):
    return read_records(files(*records) | (more or {}), EXPECTED, WITH_CAREFUL, THREE_WAYS)


def careful(name="a.up", value=0.58, **changes):
    """Of a network that beats naive rivals by .04 with a p of .001; its rivals are 0.02 better than the corrected."""
    won = tier("beaten", "sign_of_last_return", 0.04, 0.001)
    tiers = decision()["tiers"] | {"naive": won}
    decided = decision(value=0.05, rival="sign_of_last_return", difference=0.04, p_value=0.001, tiers=tiers)
    return record(
        name,
        "careful",
        value,
        0.55,
        finding="Skill beyond naive rivals, level with strong ones",
        finding_kind="naive",
        **{"decision": decided} | changes,
    )
