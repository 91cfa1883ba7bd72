"""Metrics of macro series, by hand."""

import numpy as np
import pandas as pd
import pytest

from rnn_trading.skill.metrics.macro import evaluate_macro


def macro_table():
    keys = {"series": "A", "date": pd.Timestamp("2000-01-01"), "target_date": pd.Timestamp("2000-02-01")}
    rows = [
        {"units": "network", "run": "one_step", "step": 1, "prediction": 1.0, "truth": 2.0},
        {"units": "network", "run": "one_step", "step": 1, "prediction": 5.0, "truth": 2.0},
        {"units": "network", "run": "path", "step": 1, "prediction": 0.0, "truth": 2.0},
        {"units": "network", "run": "path", "step": 2, "prediction": 0.0, "truth": 4.0},
        {"units": "original", "run": "one_step", "step": 1, "prediction": 100.0, "truth": 90.0},
        {"units": "original", "run": "path", "step": 1, "prediction": 100.0, "truth": 70.0},
    ]
    return pd.DataFrame([keys | row for row in rows])


def test_metrics_by_hand():
    metrics = evaluate_macro(macro_table(), "prediction")
    assert (metrics["mae"], metrics["rows"]) == (2, 2)
    assert metrics["rmse"] == pytest.approx(np.sqrt(5))
    assert metrics["path"]["mae"] == 3
    assert metrics["path"]["mae_by_step"] == [2, 4]
    assert metrics["by_series"]["A"]["original"]["one_step"] == {"rmse": 10, "mae": 10}
    assert metrics["by_series"]["A"]["original"]["path"] == {"rmse": 30, "mae": 30, "mae_by_step": [30]}
    assert metrics["by_series"]["A"]["network"]["path"]["mae_by_step"] == [2, 4]
    assert evaluate_macro(macro_table().tail(2), "prediction") == {"rows": 0}
