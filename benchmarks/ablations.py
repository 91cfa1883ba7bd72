"""What each principle of the careful networks brings: the network as it is, and without one principle at a time.

On data that end before the first date that any record tests, with folds of their own there: nothing of the test is
looked at, and nothing enters the register. ``ablations.py EXPERIMENT ...``; without a name, all that it knows.
"""

import argparse
import logging
import time
from dataclasses import dataclass
from typing import Any

import pandas as pd
from kedro.config import OmegaConfigLoader
from project import load

from rnn_trading.pipeline_registry import experiments
from rnn_trading.pipelines.canaries.experiments import CANARIES
from rnn_trading.pipelines.canaries.nodes import merge
from rnn_trading.pipelines.canaries.runs import memory_run
from rnn_trading.plan import Plan
from rnn_trading.settings import CONFIG_LOADER_ARGS
from rnn_trading.skill.formats import format_p_value
from rnn_trading.skill.protocols import CAREFUL

Values = dict[str, Any]
FOLDS = {"folds": 2, "refit_every": None, "final_fit": False}
SEEDS = {"seeds": 2}
NO_DECAY = {"training": {"optimizer": {"weight_decay": None}}}
NO_CLIPPING = {"training": {"optimizer": {"clip_norm": None}}}
NO_SCHEDULE = {"training": {"reduce_on_plateau": None}}
OF_ALL: dict[str, Values] = {
    "as it is": {},
    "one seed": {"seeds": 1},
    "last layer drawn, not zero": {"model": {"last_layer": "drawn"}},
    "no weight decay": NO_DECAY,
    "no clipping": NO_CLIPPING,
}


@dataclass(frozen=True)
class Study:
    """Variants of one experiment.

    Attributes
    ----------
    pipeline
        Which makes its record.
    sources
        Entries of the catalog that it begins with.
    before
        What ends the data before the first test date of the records.
    variants
        By what is left out, changes of the parameters of the experiment.
    """

    pipeline: str
    sources: tuple[str, ...]
    before: Values
    variants: dict[str, Values]


def of_series(name: str, until: str, variants: dict[str, Values], source: str = "index_prices_source") -> Study:
    """An experiment on one series until a date."""
    pipeline = name.removesuffix(".index")
    return Study(pipeline, (source,), {"series": {"until": until}, "walk_forward": FOLDS, **SEEDS}, OF_ALL | variants)


# The first test dates of the records are 2000-01-04 (volatility), 2003-05 (level, runs) and 2006-12 (mid-price).
STUDIES = {
    "univariate_regression.volatility": of_series(
        "univariate_regression.volatility",
        "1999-12-31",
        {
            "starts at the training mean": {"inputs": {"start": ["training_mean"]}},
            "starts at HAR with negative returns": {"inputs": {"start": ["har_with_negative_returns"]}},
            "sizes alone, no signs": {"inputs": {"channels": ["sizes"]}},
            "no level of the day": {"inputs": {"known": []}},
            "squared error, not QLIKE": {"training": {"loss": "mse"}},
            "one capacity (16 units)": {"model": {"grid": []}},
            "no schedule": NO_SCHEDULE,
        },
    ),
    "univariate_regression.level": of_series(
        "univariate_regression.level",
        "2002-12-31",
        {"no level, no weekday": {"inputs": {"known": []}}, "no schedule": NO_SCHEDULE},
    ),
    "univariate_regression.rolling_windows.index": of_series(
        "univariate_regression.rolling_windows.index", "2002-12-31", {"no schedule": NO_SCHEDULE}
    ),
    "univariate_regression.mid_price": of_series(
        "univariate_regression.mid_price",
        "2006-06-30",
        {
            "the mid-price alone": {"inputs": {"channels": ["changes"]}},
            "no schedule": NO_SCHEDULE,
        },
        "index_ranges_source",
    ),
    "multivariate.macro": Study(
        "multivariate.macro",
        ("macro_source",),
        {"windows": {"until": "2006-05-31"}, "walk_forward": FOLDS, **SEEDS},
        OF_ALL
        | {
            "starts at persistence": {"inputs": {"start": ["persistence"]}},
            "starts at the vector autoregression": {"inputs": {"start": ["vector_autoregression"]}},
            "no schedule": NO_SCHEDULE,
        },
    ),
    "stacked_lstm.regression": Study(
        "stacked_lstm.regression",
        ("prices_source",),
        {"walk_forward": FOLDS, **SEEDS},
        OF_ALL
        | {
            "correlation by date as the loss": {"training": {"loss": "correlation_by_date"}},
            "stops by the loss": {"training": {"monitor": "loss"}},
            "no volatility of the row": {"inputs": {"known": []}},
            "starts at nothing": {"inputs": {"start": ["zero"]}},
            "starts at nothing, as published two layers of 25 and 10 units": {
                "inputs": {"start": ["zero"]},
                "model": {"units": [25, 10]},
            },
            "starts at ridge on ranks": {"inputs": {"start": ["ridge_on_ranks"]}},
            "starts at ridge on ranks, correlation by date as the loss": {
                "inputs": {"start": ["ridge_on_ranks"]},
                "training": {"loss": "correlation_by_date"},
            },
            "one layer of 8 units": {"model": {"units": [8]}},
            "learning rate 0.003, patience 3": {"training": {"optimizer": {"learning_rate": 0.003}, "patience": 3}},
        },
    ),
}
# Of what is not ended by a block of the experiment itself.
ENDED_ELSEWHERE = {"stacked_lstm.regression": {"daily_weekly_sequences": {"weekly": {"until": "2002-12-31"}}}}


def nested(name: str, values: Values) -> Values:
    """Values under the dotted name of an experiment."""
    for part in reversed(name.split(".")):
        values = {part: values}
    return values


def main() -> None:
    """Print one line a variant: what decides, the best rival, and the test against it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("experiments", nargs="*", choices=[[], *STUDIES])
    wanted = parser.parse_args().experiments or [*STUDIES]
    logging.disable(logging.WARNING)
    given: dict[str, Any] = {"protocol": CAREFUL}
    settings: dict[str, Any] = CONFIG_LOADER_ARGS
    base = OmegaConfigLoader("conf", env="base", runtime_params=given, **settings)["parameters"]
    for name in wanted:
        study = STUDIES[name]
        sources = {source: load(source) for source in study.sources}
        print(f"{name}\nvariant | statistic | best naive | best strong | against it | seconds of CPU", flush=True)
        for left_out, changes in study.variants.items():
            values = merge(base, ENDED_ELSEWHERE.get(name, {}))
            values = merge(merge(values, nested(name, study.before)), nested(name, changes))
            pipeline = experiments(Plan.from_parameters(values))[study.pipeline]
            seconds = time.process_time()
            with memory_run(name, pipeline, values, sources) as run:
                line = told(name, run.predictions())
            print(f"{left_out} | {line} | {time.process_time() - seconds:.0f}", flush=True)


def told(name: str, predictions: pd.DataFrame) -> str:
    """What the judge decides of predictions, in one line."""
    decision = CANARIES[name].decide(predictions)
    best: dict[str, Any] = {}
    for tier in ("naive", "strong"):
        tests = (decision["tiers"].get(tier) or {"tests": []})["tests"]
        pick = max if decision["larger_is_better"] else min
        best[tier] = pick(tests, key=lambda test: test["rival_value"], default=None)
    cells = [f"{test['rival_value']:.4f} ({test['rival']})" if test else "" for test in best.values()]
    strong = best["strong"] or best["naive"]
    against = f"{strong['difference']:+.4f}, {format_p_value(strong['p_value'])}"
    return f"{decision['value']:.4f} | {' | '.join(cells)} | {against}"


if __name__ == "__main__":
    main()
