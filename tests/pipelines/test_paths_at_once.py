"""Paths at once as a user runs them: beside the network that feeds on its own forecasts, on the same rows."""

import json

import numpy as np
import pandas as pd
import pytest

INDEX, MACRO = "univariate_regression.rolling_windows.index", "multivariate.macro"


def both(folder, protocol, recursion):
    """Forecasts of the network that feeds on its own, and of paths at once, which has it among its rivals."""
    outputs = folder / f"data/07_model_output/{protocol}"
    step_by_step, at_once = (pd.read_parquet(outputs / f"{name}.parquet") for name in names(recursion))
    step_by_step = step_by_step[step_by_step["run"] != "free_run"].reset_index(drop=True)
    same = [column for column in step_by_step if column != "prediction"]
    pd.testing.assert_frame_equal(at_once[same], step_by_step[same], check_exact=True)
    np.testing.assert_array_equal(at_once["recursion"], step_by_step["prediction"])
    assert not np.allclose(at_once["prediction"], at_once["recursion"])
    return at_once


def names(recursion):
    return recursion, f"{recursion}.encoder_decoder"


def records(folder, protocol, recursion):
    return (
        json.loads((folder / f"data/08_reporting/{protocol}/{name}/skill.json").read_text())
        for name in names(recursion)
    )


@pytest.mark.minutes
@pytest.mark.trains
@pytest.mark.xdist_group("univariate_regression")
def test_runs_of_one_series(finished):
    folder = finished("univariate_regression", protocol="corrected", univariate_regression={})
    table = both(folder, "corrected", INDEX)
    assert set(table["run"]) == {"point_by_point", "restarted"}
    # Where a run starts, its first step is that of the path which is forecast there point by point.
    first = table[(table["run"] == "restarted") & (table["step"] == 1)].set_index("target_date")["prediction"]
    alone = table[table["run"] == "point_by_point"].set_index("target_date")["prediction"]
    pd.testing.assert_series_equal(alone[first.index], first, rtol=1e-6)
    recursion, record = records(folder, "corrected", INDEX)
    assert record["rivals"]["recursion"]["rmse_by_step"] == recursion["model"]["metrics"]["rmse_by_step"]


@pytest.mark.trains
@pytest.mark.xdist_group("multivariate")
@pytest.mark.parametrize("protocol", ["corrected", "as_published"])
def test_the_path_of_several_series(finished, protocol):
    folder = finished("multivariate", protocol=protocol)
    table = both(folder, protocol, MACRO)
    # One month ahead is the first of a path. That from the first test month of a fold is in both kinds of forecasts.
    first = table[table["step"] == 1].groupby(["units", "series", "target_date"])["prediction"]
    folds = table["fold"].nunique()
    assert first.size().value_counts().to_dict() == {1: 92 * folds, 2: 4 * folds}
    assert first.agg(np.ptp).max() < 1e-4 * table["truth"].abs().max()
    recursion, record = records(folder, protocol, MACRO)
    assert record["rivals"]["recursion"]["path"] == recursion["model"]["metrics"]["path"]
    assert {*recursion["rivals"], "recursion"} == {*record["rivals"]}
    assert len(record["model"]["metrics"]["path"]["mae_by_step"]) == 6
    assert set(record["model"]["by_seed"]["seeds"]) == {"seed_42", "seed_43"}
    assert "published_comparison" not in record["model"]
    drawn = {path.stem for path in (folder / f"data/08_reporting/{protocol}/{MACRO}.encoder_decoder").glob("*.png")}
    assert drawn == {
        "learning_curves",
        "forecasts_in_time",
        "paths",
        "error_by_step",
        "model_and_rivals",
        "folds_and_years",
        "intervals",
    }
    assert (folder / f"data/06_models/{protocol}/{MACRO}.encoder_decoder.keras").is_file()
