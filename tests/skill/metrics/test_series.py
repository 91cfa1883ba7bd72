"""Metrics of one series, by hand."""

import numpy as np
import pandas as pd
import pytest

from rnn_trading.skill.metrics.series import QLIKE, evaluate_level, evaluate_runs, evaluate_volatility

LAST = np.array([100.0, 100.0, 100.0, 100.0])
TRUTH = np.array([101.0, 102.0, 99.0, 100.0])


def test_a_level_is_judged_as_a_return_too():
    metrics = evaluate_level(np.array([102.0, 101.0, 99.0, 103.0]), TRUTH, LAST)
    assert metrics["rmse"] == pytest.approx(np.sqrt((1 + 1 + 0 + 9) / 4))
    assert metrics["mae"] == 1.25
    assert metrics["return_hit_rate"] == 1.0  # the fourth day did not move
    # Ranks of the forecasts 3 2 1 4 and of the returns 3 4 1 2: squared differences 0 4 0 4.
    assert metrics["return_ic"] == pytest.approx(1 - 6 * 8 / (4 * 15))
    assert metrics["return_r2"] == pytest.approx(1 - 11 / 5)


def test_yesterday_has_no_return_to_rank():
    metrics = evaluate_level(LAST, TRUTH, LAST)
    assert np.isnan(metrics["return_ic"])
    assert np.isnan(metrics["return_hit_rate"])
    assert metrics["rmse"] == pytest.approx(np.sqrt(6 / 4))
    assert evaluate_level(LAST[:0], TRUTH[:0], LAST[:0]) == {"rows": 0}


def test_qlike_by_hand_and_where_it_does_not_exist():
    forecast, truth = np.array([1.0, 2.0]), np.array([0.0, 4.0])
    np.testing.assert_allclose(QLIKE.of(forecast, truth), [0, np.log(2) + 2])
    assert evaluate_volatility(forecast, truth)["qlike"] == pytest.approx((np.log(2) + 2) / 2)
    assert np.isnan(evaluate_volatility(np.array([1.0, 0.0]), truth)["qlike"])
    assert evaluate_volatility(forecast[:0], truth[:0]) == {"rows": 0}


def test_qlike_is_smallest_at_the_mean():
    truth = np.random.default_rng(0).exponential(2.0, 50_000)
    losses = {
        scale: QLIKE.of(np.full(50_000, truth.mean() * scale), truth).mean() for scale in (0.8, 0.95, 1, 1.05, 1.3)
    }
    assert min(losses, key=losses.__getitem__) == 1


def runs():
    days = pd.date_range("2020-01-01", periods=6)
    restarted = pd.DataFrame(
        {
            "run": "restarted",
            "date": [days[0]] * 2 + [days[2]] * 2,
            "step": [1, 2, 1, 2],
            "target_date": days[1:5],
            "truth": [1.0, 2, 3, 4],
            "prediction": [2.0, 2, 4, 7],
            "persistence": [0.0, 0, 2, 2],
        }
    )
    return pd.concat([restarted, restarted.head(1).assign(run="point_by_point", prediction=4.0)], ignore_index=True)


def test_runs_by_step():
    metrics = evaluate_runs(runs(), "prediction")
    assert metrics["rmse"] == pytest.approx(np.sqrt((1 + 0 + 1 + 9) / 4))
    assert metrics["rmse_by_step"] == pytest.approx([1, np.sqrt(4.5)])
    # Changes from the last value: forecast 2 2 2 5, truth 1 2 1 2.
    assert metrics["change_ic"] == pytest.approx(0.57735, abs=1e-4)
    assert metrics["point_by_point"] == {"rmse": 3.0, "mae": 3.0}
    assert "free_run" not in metrics
    assert metrics["rows"] == 4
    assert evaluate_runs(runs().tail(1), "prediction") == {"rows": 0}
