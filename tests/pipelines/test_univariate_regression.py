"""The one-series experiments as a user runs them, on the default data in conf/test, and on files."""

import json

import numpy as np
import pandas as pd
import pytest
from kedro.config import OmegaConfigLoader
from kedro.framework.session import KedroSession
from kedro.io import AbstractDataset, DatasetError

from rnn_trading.pipeline_registry import experiments, figures_of
from rnn_trading.settings import CONFIG_LOADER_ARGS
from rnn_trading.skill.rivals import returns, series
from tests.conftest import ROOT, WITHOUT_LOCAL
from tests.finished import newest_of

NAME = "univariate_regression"
NETWORKS = ("lstm", "gru", "two_lstm", "two_gru", "mlp", "linear", "lstm_by_gates", "rnn")
LEVEL = {rival.__name__ for rival in series.LEVEL}
VOLATILITY = {rival.__name__ for rival in (*series.VOLATILITY, *returns.SIGNED_RETURNS)}
RUNS = {rival.__name__ for rival in series.RUNS}
RIVALS = {
    f"{NAME}.level": LEVEL,
    f"{NAME}.level.returns": LEVEL,
    f"{NAME}.volatility": VOLATILITY,
    **{f"{NAME}.volatility.{network}": VOLATILITY for network in NETWORKS},
    f"{NAME}.rolling_windows.sine": RUNS,
    f"{NAME}.rolling_windows.index": RUNS,
    f"{NAME}.rolling_windows.index.encoder_decoder": RUNS | {"recursion"},
    f"{NAME}.mid_price": RUNS | {"mean_of_last_20", "ewma", "last_close"},
}


def skill(folder, protocol, experiment):
    return json.loads((folder / f"data/08_reporting/{protocol}/{experiment}/skill.json").read_text())


def records(folder, protocol):
    found = {name: skill(folder, protocol, name) for name in RIVALS}
    for record in found.values():
        del record["model"]["seconds"], record["made"]["time"]
    return found


# Dates of the published split that lie in the short series of the tests.
WITHIN = {
    "corrected": {},
    "as_published": {
        "volatility": {"split": {"test_from": "2018-01-01"}},
        "rolling_windows": {"sine": {"split": {"test_from": "2001-01-01"}}},
        "mid_price": {"preparation": {"block": 500}},
    },
}


@pytest.mark.minutes
@pytest.mark.trains
@pytest.mark.xdist_group("univariate_regression")
@pytest.mark.parametrize("protocol", ["corrected", "as_published"])
def test_all_experiments(project, finished, run_notebooks, protocol):
    folder = finished(NAME, protocol=protocol, **{NAME: WITHIN[protocol]})
    data = folder / "data"
    on_pages = figures_of(experiments())
    for experiment, rivals in RIVALS.items():
        predictions = pd.read_parquet(data / f"07_model_output/{protocol}/{experiment}.parquet")
        keys = {"run", "date", "step", "target_date"} if rivals >= RUNS and "level" not in experiment else {"date"}
        assert set(predictions) == {"fold", *keys, "prediction", "truth", *rivals}, experiment
        record = skill(folder, protocol, experiment)
        assert record["experiment"] == experiment
        assert set(record["rivals"]) == rivals
        assert record["model"]["metrics"]["rows"] > 0
        assert record["tests"][0]["rival"] in rivals
        assert "without_worst_months" in record
        figures = {path.stem for path in (data / f"08_reporting/{protocol}/{experiment}").glob("*.png")}
        assert figures == set(on_pages[experiment])
        if experiment != f"{NAME}.volatility":
            assert (data / f"06_models/{protocol}/{experiment}.keras").is_file()
    comparison = json.loads((data / f"08_reporting/{protocol}/{NAME}.volatility/comparison.json").read_text())
    assert set(comparison["metrics"]) == {*NETWORKS, *VOLATILITY}
    assert len(comparison["squared error"]["pairs"]) == 16 * 15 / 2
    assert comparison["squared error"]["confidence_set"]["included"]
    chosen = skill(folder, protocol, f"{NAME}.volatility")["model"]["chosen"]
    assert chosen in NETWORKS
    run_notebooks(folder, protocol, "level", "volatility", "rolling_windows", "mid_price")
    if protocol == "as_published":
        run = {"protocol": protocol, NAME: WITHIN[protocol]}
        judged = {path.parent.name for path in (data / "08_reporting/as_published").rglob("skill.json")}
        assert newest_of(project, folder, NAME, **run).keys() == judged - {f"{NAME}.rolling_windows.sine"}
    else:
        first = records(folder, protocol)
        project(f"{NAME}.mid_price", drawn=False, protocol=protocol)  # segments with random targets
        assert records(folder, protocol) == first


PUBLISHED_ROWS = {  # windows, lags, training rows: 90 % of the windows without the last, which the source leaves out
    "level": (2166, 63, 1914),
    "rolling_windows.index": (4143, 50, 3728),
    "rolling_windows.sine": (4951, 50, 4455),
}


@pytest.mark.parametrize("experiment", PUBLISHED_ROWS)
def test_published_shapes(base_parameters, experiment):
    """Windows and training rows of the default data: level by its years, rolling windows by their first 90 %."""
    from rnn_trading.series.series import SeriesParameters, SineParameters, sine_wave, take_series, window_rows
    from rnn_trading.splits.chronological import SplitParameters, chronological_split

    values = base_parameters("as_published")[NAME]
    for name in experiment.split("."):
        values = values[name]
    if experiment.endswith("sine"):
        series = sine_wave(SineParameters(**values["series"]))
    else:
        config = OmegaConfigLoader(str(ROOT / "conf"), **WITHOUT_LOCAL, **CONFIG_LOADER_ARGS)
        entry = config["catalog"]["index_prices_source"]
        prices, _ = AbstractDataset.from_config("index_prices_source", entry).load()
        series = take_series(prices, SeriesParameters(**values["series"]))
    windows = window_rows(series, values["series"]["lags"])
    parts = chronological_split(windows.index, SplitParameters(**values["split"]))
    assert (len(windows), windows.shape[1] - 1, (parts == "train").sum()) == PUBLISHED_ROWS[experiment]


@pytest.mark.trains
@pytest.mark.xdist_group("univariate_regression")
def test_a_level_is_judged_as_a_return(finished):
    record = skill(finished(NAME, protocol="corrected", **{NAME: {}}), "corrected", f"{NAME}.level")
    last = record["rivals"]["persistence"]
    assert last["return_ic"] is None
    assert last["ic_pooled"] > 0.9  # a level correlates with the one before it: that decides nothing
    assert record["decision"]["words"] == "squared error of the return over its known volatility"
    assert record["decision"]["tiers"]["naive"]["best"] in ("persistence", "drift", "momentum")
    assert record["model"]["training_rows"]["rmse"] > 0
    assert "rmse_scaled" not in record["model"]["metrics"]  # every fold has a scaling of its own


def index_table(days=900, seed=0, start="2015-01-01", ranges=True):
    generator = np.random.default_rng(seed)
    dates = pd.bdate_range(start, periods=days, name="date")
    close = 1000 * np.exp(generator.normal(0, 0.01, days).cumsum())
    table = pd.DataFrame({"close": close}, index=dates)
    return table.assign(high=close * 1.01, low=close * 0.99) if ranges else table


ONCE = {"walk_forward": {"folds": 1, "final_fit": False}, "seeds": 1}
SMALL = {
    "level": ONCE | {"series": {"lags": 5}, "training": {"epochs": 2}, "returns": {"training": {"epochs": 2}}},
    "rolling_windows": {
        "index": {"series": {"lags": 5}, "runs": {"steps": 5}, "encoder_decoder": {"training": {"epochs": 2}}}
        | {"training": {"epochs": 2}}
        | ONCE
    },
    "mid_price": ONCE
    | {
        "series": {"lags": 5},
        "runs": {"steps": 5, "starts": 4},
        "averages": {"mean_of": 10},
        "unrolling": {"readers": 8, "steps": 10, "segments": 3},
        "training": {"epochs": 2, "start_from_epoch": 1, "batch_size": 8},
    },
}


@pytest.fixture
def run_file(project, tmp_path):
    """Run one pipeline on an index through --env files; returns the folder."""

    def run(table, pipeline=f"{NAME}.level", **changes):
        path = tmp_path / "index.csv"
        table.reset_index().to_csv(path, index=False)
        return project(pipeline, env="files", drawn=False, index_file=str(path), **{NAME: SMALL | changes})

    return run


@pytest.mark.trains
def test_the_scaling_knows_the_training_rows_only(run_file):
    table = index_table()
    folder = run_file(table)
    scaling = json.loads((folder / f"data/06_models/corrected/{NAME}.level.scaling.json").read_text())
    dates = pd.read_parquet(folder / f"data/05_model_input/corrected/{NAME}.level.split_dates.parquet")
    known = table.loc[: dates.index[dates["split"] == "train"].max(), "close"]
    assert (scaling["offset"], scaling["offset"] + scaling["size"]) == pytest.approx((known.min(), known.max()))
    assert known.max() < table["close"].max() or known.min() > table["close"].min()


@pytest.mark.trains
def test_a_planted_pattern_is_found(run_file):
    """Returns that are minus a half of the return before: an R2 near .25 can be had, half of it must be found."""
    generator = np.random.default_rng(1)
    noise, returns = generator.normal(0, 0.01, 2000), np.zeros(2000)
    for day in range(1, 2000):
        returns[day] = noise[day] - 0.5 * returns[day - 1]
    dates = pd.bdate_range("2010-01-01", periods=2000, name="date")
    table = pd.DataFrame({"close": 1000 * np.exp(returns.cumsum())}, index=dates)
    level = SMALL["level"] | {
        "returns": {"training": {"epochs": 40, "optimizer": {"learning_rate": 0.01}}},
    }
    record = skill(run_file(table, level=level), "corrected", f"{NAME}.level.returns")
    assert record["model"]["metrics"]["return_r2"] > 0.12
    assert record["tests"][0]["statistic"] < 2  # not worse than the autoregression, which knows the form
    assert record["model"]["metrics"]["rmse"] < record["rivals"]["persistence"]["rmse"]


@pytest.mark.trains
def test_a_random_walk_shows_nothing(run_file):
    record = skill(run_file(index_table(seed=5)), "corrected", f"{NAME}.level.returns")
    rows = record["model"]["metrics"]["rows"]
    assert abs(record["model"]["metrics"]["return_ic"]) < 3 / np.sqrt(rows)
    assert record["finding_kind"] in ("none", "worse")


@pytest.mark.parametrize(
    ("table", "pipeline", "message"),
    [
        (index_table(days=6), f"{NAME}.level", "1 dates are to be held out, and there are 1, from 2015-01-08"),
        (index_table(days=4), f"{NAME}.level", "Windows of 5 values with a target need at least 6 values. Received: 4"),
        (
            index_table(ranges=False),
            f"{NAME}.mid_price",
            "without high and low there is none. Received: the columns close",
        ),
        (index_table().drop(index=index_table().index[300:320]), f"{NAME}.level", "no close between 2016-02-24 and"),
        (index_table().assign(close=5.0), f"{NAME}.level", "All 900 values of close from 2015-01-01 .* are 5"),
        (index_table() * -1, f"{NAME}.level", "(?s)index.csv: .*column 'close', line 2 .*: expected a positive"),
        (
            index_table() * np.where(np.arange(900) == 7, 0, 1)[:, None],
            f"{NAME}.level",
            "'close', line 9 .*: .*Received: '?0",
        ),
        (
            index_table(days=30),
            f"{NAME}.rolling_windows",
            "The test of fold 1 is shorter than runs of 5 steps need: expected at least 5 dates. Received: 4",
        ),
    ],
)
def test_unusable_data_is_refused_before_training(run_file, tmp_path, table, pipeline, message):
    with pytest.raises((ValueError, DatasetError), match=message):
        run_file(table, pipeline)
    written = [path for path in (tmp_path / "project").glob("data/0[678]*/**/*.*") if "sine" not in path.name]
    # The constants of a scaling at most: no network, no forecast, no figure.
    assert {path.name for path in written} <= {"fold_1.scaling.json"}


@pytest.mark.trains
def test_a_loss_that_is_no_number_saves_no_model(run_file, tmp_path):
    level = SMALL["level"] | {"training": {"epochs": 2, "optimizer": {"learning_rate": 1e38}}}
    with pytest.raises(ArithmeticError, match=f"{NAME}.level: .* is no longer a finite number .* No model was saved"):
        run_file(index_table(), level=level)
    folder = tmp_path / "project/data"
    assert not (folder / f"06_models/corrected/{NAME}.level.keras").exists()
    assert not list(folder.glob("08_reporting/**/*.*"))


@pytest.mark.trains
def test_readers_are_rows_of_the_batch(run_file):
    changes = {"mid_price": SMALL["mid_price"] | {"unrolling": {"readers": 4, "steps": 10, "segments": 3}}}
    with pytest.raises(ValueError, match="training.batch_size must equal unrolling.readers. Received: 8 and 4"):
        run_file(index_table(), f"{NAME}.mid_price", **changes)
    training = SMALL["mid_price"]["training"] | {"monitor": "run_half_mse"}
    changes = {"mid_price": SMALL["mid_price"] | {"training": training}}
    with pytest.raises(ValueError, match="error of the test runs.*Expected split.validate_on: test.*validation"):
        run_file(index_table(), f"{NAME}.mid_price", **changes)


def test_a_missing_file_is_named(project):
    with pytest.raises(
        DatasetError, match=r"nowhere.csv does not exist. Expected .* a date and a close.*index_file=PATH"
    ):
        project("data_ingestion.index", env="files", index_file="nowhere.csv")


@pytest.mark.parametrize(("index_from", "kind"), [("fred", "FredIndexDataset"), ("yahoo", "YahooIndexDataset")])
def test_the_live_sources(project, tmp_path, index_from, kind):
    with pytest.raises(ValueError, match="Unknown parameter 'index_form'.*Did you mean 'index_from'"):
        project(f"{NAME}.level", env="live", index_form="yahoo")
    runtime_params = {"index_from": index_from, "end": "2020-01-31"}
    with KedroSession.create(tmp_path / "project", env="live", runtime_params=runtime_params) as session:
        catalog = session.load_context().catalog
    assert type(catalog["index_prices_source"]).__name__ == kind
    assert type(catalog["index_ranges_source"]).__name__ == "YahooIndexDataset"
    assert catalog["macro_source"]._describe() == {
        "series": "UMCSENT IPGMFN",
        "start": "1980-01-01",
        "end": "2020-01-31",
    }
