import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from rnn_trading.skill.calibration import isotonic, judge_calibration, platt

DATES = pd.date_range("2018-01-05", periods=400, freq="W-FRI")


def table(slope, seed=0, tickers=20, dates=DATES):
    """Probabilities whose logits are too large by 1 / slope, of tickers on dates."""
    generator = np.random.default_rng(seed)
    said = generator.uniform(0.05, 0.95, tickers * len(dates))
    truth = (generator.random(len(said)) < expit(slope * logit(said))).astype(float)
    names = [f"T{k}" for k in range(tickers)] * len(dates)
    rows = {"date": dates.repeat(tickers), "ticker": names, "prediction": said, "truth": truth, "constant_share": 0.5}
    return pd.DataFrame(rows)


def test_platt_finds_the_curve_and_isotonic_regression_the_steps():
    known = table(0.5)
    forecast, truth = known["prediction"].to_numpy(), known["truth"].to_numpy()
    new = np.linspace(0.05, 0.95, 19)
    np.testing.assert_allclose(platt(forecast, truth)(new), expit(0.5 * logit(new)), atol=0.03)
    steps = isotonic(forecast, truth)(new)
    assert (np.diff(steps) >= 0).all()
    # The outermost steps are those of very few rows.
    np.testing.assert_allclose(steps[1:-1], expit(0.5 * logit(new[1:-1])), atol=0.08)


def test_pools_of_violators_by_hand():
    """1 before 0 is no order: both get a half. Beyond the ends there is the outermost step."""
    again = isotonic(np.array([0.2, 0.4, 0.6, 0.8]), np.array([0.0, 1.0, 0.0, 1.0]))
    assert again(np.array([0.0, 0.2, 0.4, 0.5, 0.6, 0.8, 1.0])).tolist() == [0, 0, 0.5, 0.5, 0.5, 1, 1]


def test_probabilities_that_promise_too_much_are_better_fitted_again():
    known = table(0.4)
    found = judge_calibration("classification", known[4000:].reset_index(drop=True), known[:4000], ["constant_share"])
    plain, again, steps = (found["ways"][way] for way in ("as_forecast", "platt", "isotonic"))
    assert plain["calibration_error"] > 0.1
    assert max(again["calibration_error"], steps["calibration_error"]) < 0.04
    assert max(again["log_loss"], steps["log_loss"]) < plain["log_loss"]
    assert max(again["brier"], steps["brier"]) < plain["brier"]
    assert (found["rows"], found["fitted_on"], found["rival"]["name"]) == (4000, 4000, "constant_share")
    assert found["rival"]["log_loss"] == pytest.approx(np.log(2))
    assert [len(plain["bins"][name]) for name in ("probability", "share", "error", "rows")] == [10] * 4


def test_probabilities_that_are_right_stay_as_they_are():
    known = table(1.0)
    found = judge_calibration("classification", known[4000:], known[:4000], ["constant_share"])
    losses = [each["log_loss"] for each in found["ways"].values()]
    assert max(losses) - min(losses) < 0.01
    assert found["ways"]["as_forecast"]["calibration_error"] < 0.03


def test_every_fold_is_fitted_on_its_own_validation_rows():
    half, double = (table(slope, dates=DATES[:200]) for slope in (0.5, 2.0))
    known = pd.concat([half.assign(fold=1), double.assign(fold=2)])
    test = pd.concat([table(0.5, 1, dates=DATES[200:]).assign(fold=1), table(2.0, 1, dates=DATES[200:]).assign(fold=2)])
    found = judge_calibration("classification", test, known, ["constant_share"])
    assert found["ways"]["platt"]["calibration_error"] < 0.02
    # In one curve for both, neither fold is right.
    one = judge_calibration("classification", test.drop(columns="fold"), known.drop(columns="fold"), ["constant_share"])
    assert one["ways"]["platt"]["log_loss"] > found["ways"]["platt"]["log_loss"] + 0.01


def test_no_later_truth_moves_what_was_fitted():
    known = table(0.5)
    test, validation = known[4000:].reset_index(drop=True), known[:4000]
    first, second = (
        judge_calibration("classification", each, validation, ["constant_share"])["ways"]["platt"]["bins"][
            "probability"
        ]
        for each in (test, test.assign(truth=1 - test["truth"]))
    )
    assert first == second


@pytest.mark.parametrize(
    ("validation", "why"),
    [
        (None, "there are no validation rows"),
        (table(1.0).assign(truth=1.0), "the validation rows of a fold have one label alone"),
    ],
)
def test_why_nothing_is_fitted_again(validation, why):
    found = judge_calibration("classification", table(1.0), validation, ["constant_share"])
    assert (found["why"], found["fitted_on"], [*found["ways"]]) == (why, 0, ["as_forecast"])
    assert found["words"].endswith(f"Not fitted again: {why}.")


def test_forecasts_of_a_linear_layer_count_as_the_nearest_probability():
    wild = table(1.0).assign(prediction=lambda rows: 3 * rows["prediction"] - 1)
    near = wild.assign(prediction=wild["prediction"].clip(0, 1))
    found, expected = (judge_calibration("classification", rows, rows, ["constant_share"]) for rows in (wild, near))
    assert not wild["prediction"].between(0, 1).all()
    assert found == expected
    assert np.isfinite([each["log_loss"] for each in found["ways"].values()]).all()


def test_returns_and_stars_are_no_probabilities():
    assert judge_calibration("regression", table(1.0), None, ["constant_share"]) is None
    assert judge_calibration("stars", table(1.0), None, ["constant_share"]) is None
