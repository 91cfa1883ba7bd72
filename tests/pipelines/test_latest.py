"""What finished networks say of the period that comes is what the training said of the same date."""

import shutil

import pandas as pd
import pytest
from kedro.io import DatasetError

from rnn_trading.experiments.latest import INFERENCE
from rnn_trading.pipeline_registry import register_pipelines
from rnn_trading.plan import Plan
from rnn_trading.progress import FIT
from rnn_trading.skill.protocols import BOOK, CAREFUL, EVERY
from tests.finished import Finished, changes_of_fits, newest_of, next_values, same

PANEL, LEVEL, MACRO = "stacked_lstm.classification", "univariate_regression.level", "multivariate.macro"
# Judged folds alone: what they forecast in the training is known.
NO_FINAL_FIT = {"folds": 1, "final_fit": False}
WEEK = pd.Timedelta(days=7)


def changes(name, seeds=1):
    folder, _, rest = name.partition(".")
    return {folder: {rest: {"walk_forward": NO_FINAL_FIT, "seeds": seeds}}}


def trained(project, name, params):
    """The record of one experiment, and what it is made from; no figures, and no other record."""
    folder = project(name, to_nodes=[f"{name}.judge"], **params)
    return folder, Finished(folder, name, **params)


@pytest.mark.parametrize("protocol", EVERY)
def test_nothing_is_trained(protocol):
    registered = register_pipelines(Plan({"protocol": protocol}))
    asked = {name: each for name, each in registered.items() if INFERENCE in name and "text" not in name}
    folders = {"stacked_lstm", "univariate_regression", "multivariate"} | (
        {"sec_filings"} if protocol != BOOK else set()
    )
    assert {f"{folder}{INFERENCE}" for folder in folders} == {name for name in asked if "." not in name}
    for pipeline in asked.values():
        assert not {"gpu", FIT} & {tag for node in pipeline.nodes for tag in node.tags}
        forecasting = [node.func for node in pipeline.nodes if node.name.endswith("forecast_latest")]
        assert forecasting
        steps = {step.function.__name__ for each in forecasting for step in each.repeated.steps}
        assert not {name for name in steps if name.startswith(("train", "fit_", "split_", "scale_series"))}


@pytest.mark.trains
@pytest.mark.minutes
@pytest.mark.parametrize("protocol", ["corrected", CAREFUL])
def test_every_ticker_gets_what_the_training_said_of_the_date(project, protocol):
    params = {"protocol": protocol} | changes(PANEL, seeds=2)
    folder, finished = trained(project, PANEL, params)
    dates = pd.DatetimeIndex(finished.predictions["date"].unique()).sort_values()
    for date in dates[[0, len(dates) // 2, -1]]:
        table = finished.of(date - WEEK).set_index("ticker")
        there = finished.predictions[finished.predictions["date"] == date].set_index("ticker")
        same(table.loc[there.index], there)
        assert (table["period"] == date).all()
        assert sorted(table["rank"]) == [*range(1, len(table) + 1)]
    first, again = (_written(project, folder, PANEL, params) for _ in range(2))
    assert first == again
    prices = pd.read_parquet(folder / "data/03_primary/prices.parquet")
    newest = pd.read_parquet(folder / f"data/07_model_output/{protocol}/{PANEL}.latest.parquet")
    assert len(newest) == prices.index.get_level_values("ticker").nunique()
    assert (newest["last_price"] == pd.Timestamp("2017-12-29")).all()  # until of conf/test
    assert (newest["period"] == pd.Timestamp("2018-01-07")).all()
    assert newest["out_of_sample"].str.contains("AUC").all()
    with pytest.raises(DatasetError, match=f"seed_43.keras.*Make it: kedro run .*--pipelines {PANEL}"):
        _without_a_network(project, folder, params)


def _written(project, folder, name, params):
    """The bytes of the CSV file that a run writes."""
    of, _, rest = name.partition(".")
    project(f"{of}{INFERENCE}.{rest}", **params)
    return (folder / f"data/07_model_output/{params['protocol']}/{name}.latest.csv").read_bytes()


def _without_a_network(project, folder, params):
    shutil.move(
        folder / f"data/06_models/{params['protocol']}/{PANEL}/fold_1.seed_43.keras", folder / "elsewhere.keras"
    )
    project(f"stacked_lstm{INFERENCE}.classification", **params)


def paths(finished):
    """Compare restarted runs: the first, and the last."""
    runs = finished.predictions[finished.predictions["run"] == "restarted"]
    for last in runs["date"].unique()[[0, -1]]:
        of_run = runs[runs["date"] == last]
        table = finished.of(last)
        same(table, of_run)
        assert table["step"].tolist() == of_run["step"].tolist() == [*range(1, 11)]


def months(finished):
    """Compare what was said of months: one ahead, and of the first test month the path."""
    original = finished.predictions[finished.predictions["units"] == "original"]
    original = original[original["fold"] == original["fold"].max()]
    dates = pd.DatetimeIndex(original["date"].unique()).sort_values()
    for last in dates[[0, len(dates) // 2, -1]]:
        of_month = original[original["date"] == last]
        path = of_month[of_month["run"] == "path"]
        same(finished.of(last), path if len(path) else of_month)


@pytest.mark.trains
def test_the_next_value_is_what_the_careful_training_said_of_the_date(project):
    params = {"protocol": CAREFUL} | changes(LEVEL)
    next_values(trained(project, LEVEL, params)[1], [0, 7, -2, -1])


@pytest.mark.trains
def test_months_are_what_the_careful_training_said_of_them(project):
    params = {"protocol": CAREFUL} | changes(MACRO)
    months(trained(project, MACRO, params)[1])


@pytest.mark.trains
@pytest.mark.xdist_group("univariate_regression")
def test_every_network_of_one_series_says_what_comes(project, finished):
    run = {"protocol": "corrected", "univariate_regression": {}}
    folder = finished("univariate_regression", **run)
    index = "univariate_regression.rolling_windows.index"
    for name in (LEVEL, f"{LEVEL}.returns", "univariate_regression.volatility.lstm"):
        next_values(Finished(folder, name, protocol="corrected", **changes_of_fits(name)), [0, -1])
    for name in (index, f"{index}.encoder_decoder", "univariate_regression.mid_price"):
        paths(Finished(folder, name, **run))
    tables = newest_of(project, folder, "univariate_regression", **run)
    records = {path.parent.name for path in (folder / "data/08_reporting/corrected").rglob("skill.json")}
    assert tables.keys() == records - {"univariate_regression.rolling_windows.sine"}
    assert tables[LEVEL]["model"].item() == f"{LEVEL} (corrected), final fit, 2 networks"
    # Its errors lie all on one side: the interval begins at the forecast.
    assert (tables[LEVEL]["lower_95"] <= tables[LEVEL]["forecast"]).all()
    assert (tables[LEVEL]["upper_95"] > tables[LEVEL]["upper_80"]).all()
    assert tables["univariate_regression.volatility"]["model"].str.startswith("univariate_regression.volatility.").all()
    assert len(tables["univariate_regression.mid_price"]) == 10


@pytest.mark.trains
@pytest.mark.xdist_group("multivariate")
def test_the_path_of_months_that_come(project, finished):
    folder = finished("multivariate", protocol="corrected")
    for name in (MACRO, f"{MACRO}.encoder_decoder"):
        months(Finished(folder, name, protocol="corrected", **changes_of_fits(MACRO)))
    project(f"multivariate{INFERENCE}", protocol="corrected")
    table = pd.read_parquet(folder / f"data/07_model_output/corrected/{MACRO}.latest.parquet")
    assert table.groupby("series")["step"].max().tolist() == [6, 6]  # path_steps of conf/test
    assert (table["last_price"] == pd.Timestamp("2016-05-01")).all()
    assert table.loc[table["step"] == 1, "lower_95"].notna().all()
    assert table.loc[table["step"] > 1, "lower_95"].isna().all()
