"""Small panels, and changes to parameter sets."""

import dataclasses
import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from rnn_trading.models.parameters import OptimizerParameters, TrainingParameters
from rnn_trading.splits.walk_forward import WalkForwardParameters

_SPEC = importlib.util.spec_from_file_location(
    "same_records", Path(__file__).parent.parent / "benchmarks/same_records.py"
)
same_records = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(same_records)
ONCE = WalkForwardParameters(folds=1)
REAL_DATA = Path(__file__).parent.parent.parent / "shared" / "data"

# A short training, for tests to change.
TRAINING = TrainingParameters(
    loss="mse",
    optimizer=OptimizerParameters(name="adam", learning_rate=0.01, epsilon=1e-7, rho=None, clip_norm=None),
    batch_size=16,
    epochs=2,
    monitor="loss",
    patience=4,
    min_delta=0.0,
    start_from_epoch=1,
    reduce_on_plateau=None,
    shuffle=True,
    seed=1,
    device="cpu",
)


def panel_to_prices(panel: pd.DataFrame, volume: float | pd.DataFrame | None = None) -> pd.DataFrame:
    """Dates x tickers to the canonical table; NaN becomes a missing row."""
    panel = panel.rename_axis(index="date", columns="ticker")
    prices = panel.stack().dropna().rename("adj_close").to_frame()
    if volume is not None:
        volumes = volume if isinstance(volume, pd.DataFrame) else panel * 0 + volume
        prices["adj_volume"] = volumes.rename_axis(index="date", columns="ticker").stack()
    return prices.swaplevel().sort_index()


def random_panel(sessions: int, tickers: int, seed: int, start: str = "2009-01-01", gaps: float = 0.0) -> pd.DataFrame:
    """Geometric random walks on business days, dates x tickers, with a share of prices missing."""
    generator = np.random.default_rng(seed)
    dates = pd.bdate_range(start, periods=sessions)
    values = 50 * np.exp(generator.normal(0, 0.02, (sessions, tickers)).cumsum(axis=0))
    values[generator.random(values.shape) < gaps] = np.nan
    return pd.DataFrame(values, index=dates, columns=[f"T{number:03}" for number in range(tickers)])


def changed(parameters: Any, **changes: Any) -> Any:
    """A parameter set with some values replaced."""
    return dataclasses.replace(parameters, **changes)
