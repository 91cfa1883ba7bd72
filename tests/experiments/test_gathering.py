"""Many fits as one table, one history and one summary."""

import pandas as pd
import pytest

from rnn_trading.experiments.gathering import average_forecasts, gather_history, gather_training, stack_folds
from rnn_trading.plan import FINAL

FACTS = {
    **{"networks": 1, "parameters": 17, "epochs": 9, "epochs_allowed": 40, "best_epoch": 5, "stopped_on": "validation"},
    **{"seconds": 1.2, "device": "CPU", "best_validation_loss": 0.5, "key": "a1", "ended": "2026-01-01T00:00:00Z"},
}
DAYS = pd.Index(pd.bdate_range("2020-01-01", periods=4), name="date")
FORECASTS = pd.DataFrame({"split": ["train", "validation", "test", "test"], "prediction": 1.0, "truth": 2.0}, DAYS)


def test_the_summary_of_one_fit_is_what_was_said_of_it():
    said = {name: value for name, value in FACTS.items() if name not in ("key", "ended")}
    assert gather_training({(1, 42): FACTS}) == said | {"folds": 1, "fits": 1}


def test_numbers_of_fits_are_told_by_fit_and_seconds_are_summed():
    second = FACTS | {"epochs": 9, "best_epoch": 9, "parameters": 19, "seconds": 2.0}
    final = FACTS | {"best_epoch": 8}
    summary = gather_training({(1, 42): FACTS, (1, 43): FACTS, (2, 42): second, (2, 43): second, (FINAL, 42): final})
    assert (summary["networks"], summary["folds"], summary["fits"], summary["seconds"]) == (2, 2, 4, 6.4)
    assert summary["best_epoch"] == {
        f"fold_{fold}.seed_{seed}": 5 + 4 * (fold - 1) for fold in (1, 2) for seed in (42, 43)
    }
    # Equal in all fits, but a number of each.
    assert [*summary["epochs"].values()] == [9] * 4
    assert summary["parameters"] == {"fold_1": 17, "fold_2": 19}
    assert summary["device"] == "CPU"
    assert (summary["final_fit"]["fits"], summary["final_fit"]["best_epoch"]) == (1, 8)


@pytest.mark.parametrize(
    ("fits", "message"),
    [
        ({(FINAL, 42): FACTS}, "at least one fold. Received: fold_final.seed_42"),
        ({(1, 42): FACTS, (1, 43): FACTS, (2, 42): FACTS}, "Missing: fold_2.seed_43"),
        ({(1, 42): FACTS, (2, 42): FACTS | {"stopped_on": "test"}}, "one 'stopped_on'"),
    ],
)
def test_fits_that_are_no_experiment_are_refused(fits: dict, message: str):
    with pytest.raises(ValueError, match=message):
        gather_training(fits)


def test_histories_say_of_which_fit_they_are():
    history = pd.DataFrame({"epoch": [1, 2], "rows": "train", "quantity": "loss", "value": [0.7, 0.6]})
    gathered = gather_history({(1, 42): history, (2, 42): history.assign(seed=42), (FINAL, 42): history})
    assert list(gathered) == ["fold", "seed", "epoch", "rows", "quantity", "value"]
    assert gathered[["fold", "seed", "epoch"]].to_numpy().tolist() == [[1, 42, 1], [1, 42, 2], [2, 42, 1], [2, 42, 2]]
    with pytest.raises(ValueError, match="at least one fold"):
        gather_history({(FINAL, 42): history})


def test_forecasts_are_averaged_and_kept_by_seed():
    other = FORECASTS.assign(prediction=[2.0, 2.0, 4.0, 1.0])
    average, single = average_forecasts({42: FORECASTS, 43: other})
    assert average["prediction"].tolist() == [1.5, 1.5, 2.5, 1.0]
    assert single.equals(FORECASTS.drop(columns="prediction").assign(seed_42=1.0, seed_43=[2.0, 2.0, 4.0, 1.0]))


def test_one_network_is_its_own_average_to_the_bit():
    forecasts = FORECASTS.assign(prediction=[0.1, 1 / 3, 1e-17, 1e300])
    assert average_forecasts({7: forecasts})[0].equals(forecasts)


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (FORECASTS.iloc[1:], r"seed_43 and seed_42 differ in their rows: 3 and 4"),
        (FORECASTS.assign(truth=3.0), r"differ in the columns \['truth'\]"),
        (FORECASTS.drop(columns="split"), "differ in their columns"),
    ],
)
def test_networks_that_forecast_other_rows_are_named(other: pd.DataFrame, message: str):
    with pytest.raises(ValueError, match=message):
        average_forecasts({42: FORECASTS, 43: other})


def test_folds_are_stacked_in_order():
    later = FORECASTS.set_axis(DAYS + pd.offsets.BDay(2))
    stacked = stack_folds({1: FORECASTS, 2: later[["truth", "split", "prediction"]]})
    assert list(stacked) == ["fold", "split", "prediction", "truth"]
    assert stacked["fold"].tolist() == [1] * 4 + [2] * 4
    assert stacked.index.equals(DAYS.append(later.index))


def test_rows_without_a_named_index_are_told_apart_by_their_keys():
    path = pd.DataFrame(
        {"run": ["path", "path"], "step": [1, 2], "prediction": [1.0, 2.0], "truth": 0.0, "split": "test"}
    )
    assert stack_folds({1: path, 2: path.assign(step=[3, 4])}).index.tolist() == [0, 1, 2, 3]
    with pytest.raises(ValueError, match=r"2 rows .* \(run path, step 2\) in the folds \[1, 2\]"):
        stack_folds({1: path, 2: path.assign(step=[2, 3], prediction=9.0)})


def test_a_test_row_of_two_folds_is_refused():
    with pytest.raises(ValueError, match=r"first \(date 2020-01-06 00:00:00\) in the folds \[1, 2\]"):
        stack_folds({1: FORECASTS, 2: FORECASTS.set_axis(DAYS + pd.offsets.BDay(1))})


def test_folds_with_other_rivals_are_refused():
    rivals = pd.DataFrame({"zero": 0.0, "har": 1.0}, DAYS)
    with pytest.raises(ValueError, match=r"Fold 2 and fold 1 differ in \['har'\]"):
        stack_folds({1: rivals, 2: rivals[["zero"]]})
