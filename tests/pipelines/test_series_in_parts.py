"""The rows of validation of the one-series experiments, and networks of other seeds."""

import pandas as pd
import pytest

from tests.pipelines.test_univariate_regression import NAME, RIVALS, WITHIN, skill


@pytest.mark.minutes
@pytest.mark.trains
@pytest.mark.xdist_group("univariate_regression")
def test_validation_rows_come_before_the_test_rows(finished):
    """Every day of the validation, or runs by the rule of the test: none point by point, and no free run."""
    folder = finished(NAME, protocol="corrected", **{NAME: {}})
    data = folder / "data/07_model_output/corrected"
    for experiment in RIVALS:
        assert skill(folder, "corrected", experiment)["model"]["networks"] == 1
        test, validation = (pd.read_parquet(data / f"{experiment}{kind}.parquet") for kind in ("", ".validation"))
        assert list(validation) == list(test)
        last = "target_date" if "run" in test else "date"
        assert validation[last].max() < test[last].min()
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
    one = skill(finished(NAME, protocol="corrected", **{NAME: {}}), "corrected", f"{NAME}.level")
    assert "by_seed" not in one["model"]
