"""Which strengths of a planted signal the finding sees in nineteen of twenty seeds, experiment by experiment.

Without arguments: every canary at the strength of ``conf/base/canaries/parameters.yml``. With arguments: ``CANARY``
alone, or ``CANARY=STRENGTH,STRENGTH,...``, the strongest first. A strength is given up after two seeds that miss it,
and weaker ones are not tried. ``--keep FOLDER`` keeps the predictions; those that lie there are not made again: use
another folder after a change of sizes or sources.
"""

import argparse
import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
from kedro.config import OmegaConfigLoader

from rnn_trading.pipeline_registry import experiments, records_made_by
from rnn_trading.pipelines.canaries import plan_of
from rnn_trading.pipelines.canaries.experiments import CANARIES, experiment_of
from rnn_trading.pipelines.canaries.nodes import CanaryParameters, merge
from rnn_trading.pipelines.canaries.runs import memory_run
from rnn_trading.plan import Plan
from rnn_trading.settings import CONFIG_LOADER_ARGS
from rnn_trading.skill.laws import SIGNAL, skill_is_found

SEEDS, MISSES_ALLOWED = 20, 1
FIRST = 101  # not the seeds of the canaries, nor those by which strengths were chosen


class Study:
    """Trainings on planted signals, with the parameters of the canaries."""

    def __init__(self, keep: Path | None) -> None:
        given: dict[str, Any] = {"protocol": "corrected"}
        settings: dict[str, Any] = CONFIG_LOADER_ARGS
        values = OmegaConfigLoader("conf", env="base", runtime_params=given, **settings)["parameters"]
        self.canaries = CanaryParameters(**values["canaries"])
        self._values = merge(values, self.canaries.overrides)
        self._pipelines = experiments(plan_of(Plan.from_parameters(values)))
        self._made_by = records_made_by(self._pipelines)
        self._keep = keep

    def found(self, name: str, strength: float, seeds: int) -> tuple[int, int, float]:
        """Seeds whose finding is better than chance, seeds tried, and seconds of processor time of one training."""
        found, tried, seconds = 0, 0, time.process_time()
        for seed in range(FIRST, FIRST + seeds):
            decision = CANARIES[name].decide(self._predictions(name, strength, seed))
            found += skill_is_found(SIGNAL, decision, strength)["held"]
            tried += 1
            if tried - found > MISSES_ALLOWED:
                break
        return found, tried, (time.process_time() - seconds) / tried

    def _predictions(self, name: str, strength: float, seed: int) -> pd.DataFrame:
        kept = self._keep / f"{name}-{strength:g}-{seed}.parquet" if self._keep else None
        if kept and kept.exists():
            return pd.read_parquet(kept)
        experiment = experiment_of(name)
        sources = CANARIES[name].simulate(strength, seed, self.canaries.sizes)
        with memory_run(experiment, self._pipelines[self._made_by[experiment]], self._values, sources) as run:
            predictions = run.predictions()
        if kept:
            predictions.to_parquet(kept)
        return predictions


def tries(study: Study, wanted: list[str]) -> Iterator[tuple[str, list[float]]]:
    """Names of canaries and the strengths to try."""
    for each in wanted or CANARIES:
        name, _, strengths = each.partition("=")
        yield name, [float(one) for one in strengths.split(",")] if strengths else [study.canaries.strengths[name]]


def main() -> None:
    """Print one line a canary and strength."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("canaries", nargs="*")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    arguments = parser.parse_args()
    logging.disable(logging.WARNING)
    study = Study(arguments.keep)
    print(f"{'canary':45} strength  found  seconds of one training", flush=True)
    for name, strengths in tries(study, arguments.canaries):
        for strength in strengths:
            found, tried, seconds = study.found(name, strength, arguments.seeds)
            print(f"{name:45} {strength:8g} {found:2d}/{tried:2d} {seconds:6.1f}", flush=True)
            if tried - found > MISSES_ALLOWED:
                break


if __name__ == "__main__":
    main()
