"""Folds and seeds as a user sets them: what later folds may change, and what is refused before any fit."""

import numpy as np
import pandas as pd
import pytest
from kedro.validation.exceptions import ParameterValidationError

from tests.helpers import panel_to_prices, random_panel
from tests.pipelines.test_univariate_regression import NAME, SMALL, index_table


@pytest.fixture
def run_index(project, tmp_path):
    """Run experiments on an index through --env files, as far as some nodes; returns the folder."""

    def run(table, pipeline, to_nodes=None, **changes):
        path = tmp_path / "index.csv"
        table.reset_index().to_csv(path, index=False)
        return project(pipeline, "files", to_nodes, index_file=str(path), **{NAME: SMALL | changes})

    return run


@pytest.mark.trains
@pytest.mark.parametrize(("experiment", "folds"), [("level", 3), ("mid_price", 1)])
def test_changing_later_prices_changes_no_earlier_prediction(run_index, experiment, folds):
    """From the file to the forecast: whatever happens after a test day, what was forecast until then stays.

    Of one fold that day is its middle, of several the last of the last but one: all folds but the last stay whole.
    """
    name = f"{NAME}.{experiment}"
    walk = {"walk_forward": {"folds": folds, "final_fit": False}}

    def forecasts(table):
        folder = run_index(table, name, [f"{name}.collect_predictions"], **{experiment: SMALL[experiment] | walk})
        return pd.read_parquet(folder / f"data/07_model_output/corrected/{name}.parquet")

    table = index_table()
    before = forecasts(table)
    days = pd.DatetimeIndex(before["date"].unique()).sort_values()
    day = days[len(days) // 2] if folds == 1 else before.loc[before["fold"] < folds, "date"].max()
    altered = table.copy()
    later = table.index > day
    altered[later] = altered[later].mul(np.random.default_rng(2).uniform(0.97, 1.03, later.sum()), axis=0)
    after = forecasts(altered)
    # A level is dated by its target, known the day before; a run by the last value that it knows.
    early = before["date"] <= day
    known = before.columns.difference(["truth"])
    pd.testing.assert_frame_equal(after.loc[early, known], before.loc[early, known], check_exact=True)
    assert early[before["fold"] < folds].all()
    # What knows nothing after that day is forecast as before.
    assert (after["prediction"] != before["prediction"])[before["date"] > day].mean() > 0.9


@pytest.mark.parametrize(
    ("experiment", "changes", "error", "message"),
    [
        ("level", {"walk_forward": {"folds": 150}}, ValueError, "150 folds need 150 test dates(?s:.*)folds=1 is the"),
        (
            "level",
            {"walk_forward": {"folds": 3, "embargo": 60}},
            ValueError,
            r"fold 1 of 3 has no date to train on(?s:.*)purge 0, embargo 60(?s:.*)\.embargo",
        ),
        (
            "rolling_windows.index",
            {"walk_forward": {"folds": 2, "validation": 3}},
            ValueError,
            "validation of fold 1 is shorter than runs of 5 steps need: expected(?s:.*)Raise walk_forward.validation",
        ),
        ("level", {"seeds": 0}, ValueError, rf"{NAME}.level.seeds: expected a whole number of 1 or more. Received: 0"),
        ("level", {"seeds": "many"}, ValueError, r"level.seeds: expected a whole number .* Received: 'many'"),
        ("level", {"other_seeds": 3}, ValueError, r"level.other_seeds: expected a list of seeds, .* Received: 3"),
        (
            "level",
            {"walk_forward": {"folds": 0}},
            ValueError,
            r"level.walk_forward.folds: expected a whole number of 1 or more. Received: 0",
        ),
        (
            "level",
            {"walk_forward": {"train": "sideways"}},
            ParameterValidationError,
            r"(?s)walk_forward.*train.*'expanding' or 'rolling'.*'sideways'",
        ),
    ],
)
def test_folds_and_seeds_that_cannot_be_are_refused_before_training(
    run_index, tmp_path, experiment, changes, error, message
):
    values = changes
    for name in reversed(experiment.split(".")):
        values = {name: values}
    given = {name: _merged(SMALL[name], values[name]) for name in values}
    with pytest.raises(error, match=message):
        run_index(index_table(days=120), f"{NAME}.{experiment.partition('.')[0]}", **given)
    assert not list((tmp_path / "project").glob("data/0[678]*/**/*.*"))


def _merged(values, changes):
    both = {name for name in changes if isinstance(values.get(name), dict)}
    return values | changes | {name: _merged(values[name], changes[name]) for name in both}


def rising(sessions, after):
    """Prices that go up and down until a session, and then up alone; sessions x 1."""
    steps = np.random.default_rng(0).normal(0, 0.02, sessions)
    steps[after:] = np.abs(steps[after:]) + 0.001
    return 50 * np.exp(steps.cumsum())[:, None]


def test_a_fold_with_one_class_is_refused_before_training(project, tmp_path):
    """Every ticker rises in the last of three folds."""
    panel = random_panel(800, 3, 0) * 0 + rising(800, 685)
    panel_to_prices(panel, 1.0).reset_index().to_csv(tmp_path / "prices.csv", index=False)
    given = {"walk_forward": {"folds": 3, "final_fit": False}}
    with pytest.raises(ValueError, match="classification: the test of fold 3 has one class only: all"):
        project(
            *("stacked_lstm.classification", "files"),
            prices_file=str(tmp_path / "prices.csv"),
            stacked_lstm={"classification": given},
        )
    assert not list((tmp_path / "project").glob("data/0[678]*/**/*.*"))
