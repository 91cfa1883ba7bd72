"""The MLP of the volatility, as published, on fractions and on percent, seed by seed: the unit decides when it stops.

The published ``min_delta`` of 1e-5 is a loss in squared fractions; of squared percent it is next to nothing.

python benchmarks/volatility_units.py              # five seeds of each
python benchmarks/volatility_units.py --epochs 8   # shorter
"""

import argparse
import dataclasses

import numpy as np
import pandas as pd
import project

from rnn_trading.experiments.folds import FitOf
from rnn_trading.experiments.series import (
    fit_series_scaling,
    forecast_rows,
    split_dates,
    train_network,
    window_index,
)
from rnn_trading.models.states import NOTHING_KEPT
from rnn_trading.pipelines.data_ingestion.nodes import ingest_index
from rnn_trading.skill.rows import MODEL
from rnn_trading.skill.tasks import TASKS
from rnn_trading.splits.walk_forward import WalkForwardParameters

SEEDS = range(42, 47)
UNITS = {"fractions": "fraction", "percent": "none"}


def main() -> None:
    """Print the epochs and the test scores of every seed in both units, and their means."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, help="most epochs, in place of those of conf/base")
    table = compare(parser.parse_args().epochs)
    print("Next-day volatility by the MLP as published; QLIKE of volatilities in percent")
    print("           ", *(f"{unit:^42}" for unit in UNITS))
    print("seed       ", *("best epoch of run   test R2    test QLIKE   " for _ in UNITS))
    for seed, rows in table.groupby("seed"):
        print(f"{seed:<11}", *(_line(row) for row in rows.to_dict("records")))
    numbers = ["best_epoch", "epochs", "r2", "qlike"]
    means = table.groupby("unit", sort=False)[numbers].agg(lambda values: values.mean(skipna=False))
    print("mean       ", *(_line(row) for row in means.to_dict("records")))


def _line(row: dict[str, float]) -> str:
    # A forecast that is not positive has no QLIKE.
    qlike = "none" if np.isnan(row["qlike"]) else f"{row['qlike']:.4f}"
    return f"{row['best_epoch']:8.4g} of {row['epochs']:<8.4g} {row['r2']:8.4f} {qlike:>11}   "


def compare(epochs: int | None) -> pd.DataFrame:
    """One row a seed and unit: ``seed``, ``unit``, ``best_epoch``, ``epochs``, ``r2`` and ``qlike`` of the test rows.

    Parameters
    ----------
    epochs
        Most epochs; None: as in ``conf/base``.
    """
    values = project.parameters("as_published")
    experiment = values["univariate_regression"]["volatility"]
    mlp = experiment["mlp"]
    training = (
        mlp["training"]
        if epochs is None
        else dataclasses.replace(
            mlp["training"], epochs=epochs, start_from_epoch=min(epochs, mlp["training"].start_from_epoch)
        )
    )
    ingested = ingest_index(project.load("index_prices_source"), values["index_prices"])
    prepared = window_index(ingested["prices"], ingested["report"], experiment["series"], values["index_prices"])
    dates = split_dates(prepared["windows"], experiment["split"], WalkForwardParameters())
    rows = []
    for seed in SEEDS:
        for unit, method in UNITS.items():
            scaling = fit_series_scaling(
                prepared["series"],
                prepared["windows"],
                dates,
                dataclasses.replace(experiment["scaling"], method=method),
            )
            fit = train_network(
                *(prepared["windows"], dates, scaling, experiment["split"], mlp["model"]),
                *(training, NOTHING_KEPT, FitOf("benchmark", seed)),
            )
            forecasts = forecast_rows(fit["model"], prepared["windows"], dates, scaling)
            scores = TASKS["volatility"].evaluate(forecasts[forecasts["split"] == "test"], MODEL)
            ran = {name: fit["training"][name] for name in ("best_epoch", "epochs")}
            rows.append({"seed": seed, "unit": unit, **ran, "r2": scores["r2"], "qlike": scores.get("qlike", np.nan)})
    return pd.DataFrame(rows)


if __name__ == "__main__":
    main()
