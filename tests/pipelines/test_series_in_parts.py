"""The rows of validation of the one-series experiments, and networks of other seeds."""

import pandas as pd
import pytest

from rnn_trading.pipelines.univariate_regression.level import add_training_metrics
from tests.pipelines.test_univariate_regression import NAME, RIVALS, WITHIN, skill


@pytest.mark.minutes
@pytest.mark.trains
@pytest.mark.xdist_group("univariate_regression")
def test_validation_rows_come_before_the_test_rows(finished):
    """Of every fold: each day of the validation, or runs by the rule of the test, none point by point or free."""
    folder = finished(NAME, protocol="corrected", **{NAME: {}})
    data = folder / "data/07_model_output/corrected"
    for experiment in RIVALS:
        assert skill(folder, "corrected", experiment)["model"]["networks"] == (2 if ".level" in experiment else 1)
        test, validation = (pd.read_parquet(data / f"{experiment}{kind}.parquet") for kind in ("", ".validation"))
        assert list(validation) == list(test)
        last = "target_date" if "run" in test else "date"
        assert (validation.groupby("fold")[last].max() < test.groupby("fold")[last].min()).all()
        if "run" not in test:
            assert len(validation) == len(test)
        else:
            assert set(validation["run"]) == {"restarted"}
            assert len(validation) == (test["run"] == "restarted").sum()


@pytest.mark.minutes
@pytest.mark.trains
@pytest.mark.xdist_group("univariate_regression")
def test_the_judged_seed_is_among_the_seeds(finished):
    folder = finished(NAME, protocol="as_published", **{NAME: WITHIN["as_published"]})
    model = skill(folder, "as_published", f"{NAME}.level")["model"]
    assert model["by_seed"]["seeds"]["seed_42"]["rmse"] == model["metrics"]["rmse"]
    assert len({seed["rmse"] for seed in model["by_seed"]["seeds"].values()}) == 4
    none = pd.read_parquet(folder / f"data/07_model_output/as_published/{NAME}.level.validation.parquet")
    assert none.empty
    one = skill(finished(NAME, protocol="corrected", **{NAME: {}}), "corrected", f"{NAME}.rolling_windows.index")
    assert "by_seed" not in one["model"]


def test_training_rows_are_those_of_the_last_fold():
    days = pd.date_range("2020-01-01", periods=6, name="date")
    truth = pd.Series([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], index=days)
    first = pd.DataFrame({"fold": 1, "split": ["train", "train", "validation", "test", None, None]}, index=days)
    last = pd.DataFrame({"fold": 2, "split": ["train", "train", "train", "validation", "test", "test"]}, index=days)
    forecasts = pd.concat(
        [parts.assign(prediction=truth + off, truth=truth).dropna() for parts, off in ((first, 9), (last, -2))]
    )
    windows = pd.DataFrame({"1": truth - 0.5, "truth": truth})
    made = add_training_metrics(forecasts, windows, {"epochs": 3})
    assert (made["training_rows"]["rmse"], made["training_rows"]["rows"], made["epochs"]) == (2, 3, 3)
