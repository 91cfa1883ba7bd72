"""The pipelines as a user runs them, on the default prices in conf/test, and on files of the user's own."""

import json

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from kedro import KedroDeprecationWarning
from kedro.validation.exceptions import ParameterValidationError
from omegaconf.errors import OmegaConfBaseException

from rnn_trading.skill.rivals.panels import CLASSIFICATION, REGRESSION
from rnn_trading.tables.prices import PriceError
from tests.finished import newest_of
from tests.helpers import REAL_DATA, panel_to_prices, random_panel

WEEKLY = ("stacked_lstm.classification", "stacked_lstm.regression")
EXPERIMENTS = (*WEEKLY, "stacked_lstm.daily")
RIVALS = {name: {rival.__name__ for rival in REGRESSION} for name in EXPERIMENTS} | {
    "stacked_lstm.classification": {rival.__name__ for rival in CLASSIFICATION}
}


def skill(folder, protocol, experiment):
    return json.loads((folder / f"data/08_reporting/{protocol}/{experiment}/skill.json").read_text())


def without_seconds(record):
    del record["model"]["seconds"], record["made"]["time"]
    return record


@pytest.mark.trains
@pytest.mark.parametrize("protocol", ["corrected", "as_published"])
def test_stacked_lstm(project, run_notebooks, protocol):
    folder = project("stacked_lstm", protocol=protocol)
    data = folder / "data"
    table = pd.read_parquet(data / f"04_feature/{protocol}/returns_weekly.parquet")
    order = range(52, 0, -1) if protocol == "corrected" else range(1, 53)
    assert table.columns.tolist() == ["fwd_returns", *map(str, order), "label"]
    published = table.set_axis(["fwd_returns", *order, "label"], axis=1)
    assert pd.read_hdf(data / f"04_feature/{protocol}/data.h5", "returns_weekly").equals(published)
    for experiment in EXPERIMENTS:
        assert (data / f"06_models/{protocol}/{experiment}.keras").is_file()
        assert (data / f"06_models/{protocol}/{experiment}.summary.txt").read_text().startswith("StackedLSTM: ")
        predictions = pd.read_parquet(data / f"07_model_output/{protocol}/{experiment}.parquet")
        assert set(predictions) == {"fold", "ticker", "date", "prediction", "truth", *RIVALS[experiment]}
        store = pd.read_hdf(data / f"07_model_output/{protocol}/{experiment}/predictions.h5", "predictions")
        assert (store.index.names, store.columns.tolist()) == (["symbol", "date"], ["prediction"])
        np.testing.assert_array_equal(store["prediction"], predictions["prediction"])
        record = skill(folder, protocol, experiment)
        assert set(record["rivals"]) == RIVALS[experiment]
        assert record["data"]["test"]["rows"] == len(predictions)
        assert record["data"]["source"].startswith("20 S&P 500 stocks")
        assert max(pd.Series(record["model"]["epochs"])) <= 2
        drawn = {png.stem for png in (data / f"08_reporting/{protocol}/{experiment}").glob("*.png")}
        sure = "calibration" if experiment == "stacked_lstm.classification" else "intervals"
        assert drawn == {"learning_curves", "quintiles", "rolling_ic", "model_and_rivals", "folds_and_years", sure}
    assert newest_of(project, folder, "stacked_lstm", protocol=protocol).keys() == {*EXPERIMENTS}
    project("daily_weekly_sequences", protocol=protocol)
    run_notebooks(folder, protocol, "stacked_lstm", "stacked_lstm_regression", "sequences")
    if protocol == "corrected":
        first = [without_seconds(skill(folder, protocol, experiment)) for experiment in EXPERIMENTS]
        project("stacked_lstm", drawn=False, protocol=protocol)
        assert [without_seconds(skill(folder, protocol, experiment)) for experiment in EXPERIMENTS] == first


SMALL = {"walk_forward": {"folds": 1, "final_fit": False}, "seeds": 1} | {
    "model": {"lstm_units": [4]},
    "training": {"batch_size": 128, "epochs": 12, "optimizer": {"learning_rate": 0.01}},
}
FAST = {"classification": SMALL, "regression": SMALL}


@pytest.fixture
def run_file(project, tmp_path):
    """Run the stacked LSTM on the weekly returns of a panel through --env files; returns the folder."""

    def run(panel, volume=1.0, stacked_lstm=FAST, **runtime_params):
        path = tmp_path / "prices.csv"
        panel_to_prices(panel, volume).reset_index().to_csv(path, index=False)
        given = {"prices_file": str(path), "stacked_lstm": stacked_lstm, **runtime_params}
        return [project(name, env="files", drawn=False, **given) for name in WEEKLY][-1]

    return run


@pytest.mark.trains
def test_changing_later_prices_changes_no_earlier_prediction(run_file):
    """From the file to the prediction: whatever happens after a test date, what was predicted until then stays."""
    panel = random_panel(520, 6, seed=1)
    fast = {
        "classification": SMALL | {"training": {"epochs": 2}},
        "regression": SMALL | {"training": {"epochs": 2}},
    }

    def predictions(prices):
        folder = run_file(prices, stacked_lstm=fast)
        return {
            name: pd.read_parquet(folder / f"data/07_model_output/corrected/{name}.parquet").set_index(
                ["ticker", "date"]
            )
            for name in WEEKLY
        }

    before = predictions(panel)
    dates = before[WEEKLY[0]].index.unique("date").sort_values()
    day = dates[len(dates) // 2]
    altered = panel.copy()
    altered[panel.index > day] *= np.random.default_rng(2).uniform(0.5, 2, altered[panel.index > day].shape)
    after = predictions(altered)
    for name in WEEKLY:
        early = before[name].index.get_level_values("date") <= day
        columns = ["prediction", *RIVALS[name]]
        pd.testing.assert_frame_equal(after[name][early][columns], before[name][early][columns], check_exact=True)
        assert not after[name]["prediction"].equals(before[name]["prediction"])


def weekly_reversal(strength, tickers=14, weeks=420, seed=3):
    """Daily walks whose drift in a week is minus a share of the return of the week before."""
    generator = np.random.default_rng(seed)
    noise = generator.normal(0, 0.02, (weeks, 5, tickers))
    returns = np.empty_like(noise)
    last = np.zeros(tickers)
    for week in range(weeks):
        returns[week] = noise[week] - strength * last / 5
        last = returns[week].sum(axis=0)
    dates = pd.bdate_range("2001-01-01", periods=weeks * 5)  # a Monday
    values = 50 * np.exp(returns.reshape(-1, tickers).cumsum(axis=0))
    return pd.DataFrame(values, index=dates, columns=[f"T{number:02}" for number in range(tickers)])


@pytest.mark.trains
def test_a_planted_signal_is_found(run_file):
    """A reversal of 60 % of last week's return.

    The label runs from Monday to Monday, so that four of its days carry -.48 of it and the last one +.07. Last
    week's variance is 1 / (1 - .36) of a week's noise. The best forecast then correlates by .51 / sqrt(1 + .51 ** 2)
    = .46 with the label and has an AUC near .70. The model has to find two thirds of either.
    """
    folder = run_file(weekly_reversal(0.6))
    classification, regression = (skill(folder, "corrected", name) for name in WEEKLY)
    assert classification["model"]["metrics"]["auc"] > 0.5 + 2 / 3 * 0.2
    assert regression["model"]["metrics"]["ic_pooled"] > 2 / 3 * 0.46
    constant = classification["rivals"]["constant_share"]["log_loss"]
    assert classification["model"]["metrics"]["log_loss"] < constant


@pytest.mark.trains
def test_a_random_walk_shows_nothing(run_file):
    """AUC and IC on n independent rows have standard deviations near sqrt(1 / (3 n)) and 1 / sqrt(n): allow three."""
    folder = run_file(weekly_reversal(0.0, seed=5))
    classification, regression = (skill(folder, "corrected", name) for name in WEEKLY)
    rows = classification["data"]["test"]["rows"]
    assert abs(classification["model"]["metrics"]["auc"] - 0.5) < 3 * np.sqrt(1 / (3 * rows))
    assert abs(regression["model"]["metrics"]["ic_pooled"]) < 3 / np.sqrt(rows)
    assert {record["finding_kind"] for record in (classification, regression)} <= {"none", "worse"}


@pytest.mark.trains
def test_dead_tickers_make_the_published_score_and_not_the_corrected_one(run_file):
    """Coin flips of which a fifth have died: only the as-published protocol mistakes death for skill."""
    panel = random_panel(2_400, 30, seed=7, start="2008-01-01")
    for number, last in enumerate(range(900, 2_100, 200)):
        panel.iloc[last:, number] = np.nan
    published = run_file(panel, protocol="as_published", stacked_lstm=FAST)
    record = skill(published, "as_published", EXPERIMENTS[0])
    assert record["model"]["metrics"]["auc"] > 0.6
    stale = record["attribution"][0]
    assert stale["without"] == "rows that touch stale, missing or extreme prices"
    left = stale["rows"] - stale["rows_left_out"]
    assert abs(stale["value"] - 0.5) < 3 / np.sqrt(3 * left)  # three standard errors
    assert stale["removed"] == pytest.approx(record["headline"]["value"] - stale["value"])
    corrected = run_file(panel, stacked_lstm=FAST)
    assert abs(skill(corrected, "corrected", EXPERIMENTS[0])["model"]["metrics"]["auc"] - 0.5) < 0.05


@pytest.mark.parametrize(
    ("runtime_params", "error", "message"),
    [
        ({"protocol": "published"}, OmegaConfBaseException, "Unknown protocol 'published'. Expected one of: corrected"),
        ({"stacked_lstm": {"clasification": {"x": 1}}}, ValueError, "Unknown parameter 'stacked_lstm.clasification.x'"),
        (
            {"stacked_lstm": {"regression": {"experiment": {"changed": {}}}}},
            ValueError,
            "Unknown parameter 'stacked_lstm.regression.experiment.changed'",
        ),
        ({"_published": {"regression": {"name": "x"}}}, ValueError, "Unknown parameter '_published.regression.name'"),
        (
            {"data_ingestion": {"stale_after_sessions": 0}},
            ParameterValidationError,
            "(?s)stale_after_sessions.*greater than or equal to 1",
        ),
        (
            {"stacked_lstm": {"regression": {"training": {"optimizer": {"name": "rmsprop"}}}}},
            ParameterValidationError,
            "rmsprop needs rho",
        ),
        (
            {"daily_weekly_sequences": {"weekly": {"period": "daily"}}},
            ParameterValidationError,
            "(?s)period.*'weekly'.*'daily'",
        ),
        ({"prices_file": "x.csv"}, ValueError, "Unknown parameter 'prices_file' for the environment 'test'"),
        (
            {"stacked_lstm": {"classification": {"training": {"epochs": "many"}}}},
            ParameterValidationError,
            r"(?s)stacked_lstm.classification.training.*epochs.*valid integer.*'many'",
        ),
        (
            {"stacked_lstm": {"regression": {"training": {"batch_size": 0}}}},
            ParameterValidationError,
            "(?s)batch_size.*greater than or equal to 1",
        ),
        (
            {"daily_weekly_sequences": {"weekly": {"stale": {"policy": "ignore"}}}},
            ParameterValidationError,
            "(?s)stale.policy.*'drop', 'terminal_return' or 'keep'.*'ignore'",
        ),
        (
            {"stacked_lstm": {"classification": {"split": {"test_from": "2016-13-01"}}}},
            ParameterValidationError,
            "(?s)split.*test_from.*date.*2016-13-01",
        ),
    ],
)
def test_wrong_parameters_are_refused_before_anything_runs(project, tmp_path, runtime_params, error, message):
    with pytest.raises(error, match=message):
        project("stacked_lstm", **runtime_params)
    assert not (tmp_path / "project" / "data").exists()


@pytest.mark.trains
def test_an_output_that_does_not_fit_the_task_is_refused(project):
    with pytest.raises(
        ValueError, match="a regression needs model.output=linear and training.loss=mse. Received: sigmoid"
    ):
        project("stacked_lstm", stacked_lstm={"regression": {"model": {"output": "sigmoid"}}})


def test_the_command_line(project, monkeypatch):
    """`kedro run` with the singular option; an error is its message and exit code 1, without a traceback."""
    from rnn_trading.cli import run

    folder = project("data_ingestion.prices")
    (folder / "data/03_primary/prices.parquet").unlink()
    with pytest.warns(KedroDeprecationWarning, match="Option '--pipeline' is deprecated"):  # and still taken
        result = CliRunner().invoke(run, ["--pipeline", "data_ingestion.prices", "--env", "test"])
    assert result.exit_code == 0, result.output
    assert (folder / "data/03_primary/prices.parquet").is_file()
    wrong = CliRunner().invoke(run, ["--pipelines", "data_ingestion.prices", "--env", "files"])
    assert wrong.exit_code == 1
    assert "prices.parquet does not exist" in wrong.output
    assert "Traceback" not in wrong.output


def test_one_ticker_is_refused_before_anything_is_saved(run_file, tmp_path):
    with pytest.raises(PriceError, match=r"the file .*prices.csv: expected at least 2 tickers.*only 'T000'"):
        run_file(random_panel(300, 1, 0))
    assert not list((tmp_path / "project").glob("data/**/*.parquet"))


@pytest.mark.parametrize(
    ("panel", "options", "message"),
    [
        (random_panel(200, 3, 0), {}, "52 lags need prices in at least 55 periods. Received 4"),
        (random_panel(520, 3, 0) * 0 + 7.0, {}, "No weekly row is left: .*stale_price removed"),
        (
            random_panel(520, 3, 0),
            {"stacked_lstm": {"classification": {"split": {"test_from": "2016-01-01", "until": "2016-12-31"}}}},
            "leaves no date for test: the .* dates run from 2010-01-.* to 2010-12-",
        ),
        (
            random_panel(700, 3, 0, start="2013-01-01"),
            {"protocol": "as_published"},
            "leaves no date for test",
        ),
    ],
)
def test_unusable_data_is_refused_before_training(run_file, tmp_path, panel, options, message):
    with pytest.raises(ValueError, match=message):
        run_file(panel, **options)
    assert not list((tmp_path / "project").glob("data/0[678]*/**/*.*"))


def test_the_wiki_store_through_the_live_environment(project, tmp_path):
    store = tmp_path / "project/data/01_raw/assets.h5"
    store.parent.mkdir(parents=True)
    wiki = panel_to_prices(random_panel(40, 3, 0), volume=5.0).swaplevel().sort_index()  # index (date, ticker)
    wiki.assign(open=1.0, ex_dividend=0.0).to_hdf(store, key="quandl/wiki/prices")
    folder = project("data_ingestion.prices", env="live")
    prices = pd.read_parquet(folder / "data/03_primary/prices.parquet")
    assert prices.columns.tolist() == ["adj_close", "adj_volume"]
    assert prices.shape[0] == 120
    assert json.loads((folder / "data/03_primary/prices_report.json").read_text())["source"] == "live prices (wiki)"


@pytest.mark.skipif(not REAL_DATA.is_dir(), reason="the real price panel is not beside this checkout")
@pytest.mark.parametrize("protocol", ["corrected", "as_published"])
def test_sequences_of_a_real_panel(project, protocol):
    """1,506 US stocks with gaps, reused symbols, bad ticks and zero volumes."""
    folder = project(
        *("daily_weekly_sequences", "files", ["daily_weekly_sequences.build_weekly_sequences"]),
        prices_file=str(REAL_DATA / "us_stocks_daily_2007_2017.parquet"),
        protocol=protocol,
    )
    report = json.loads((folder / f"data/04_feature/{protocol}/returns_weekly_report.json").read_text())
    quality = json.loads((folder / "data/03_primary/prices_report.json").read_text())
    assert quality["tickers"] == 1506
    assert quality["probably_reused_symbols"] == ["BOMN", "FSB", "NVGS"]
    assert quality["zero_volume_rows"] == 3184
    if protocol == "as_published":
        assert (report["rows"], report["tickers"]) == (512_820, 1110)
    else:
        assert report["rows_removed"]["stale_price"] > 0
        assert report["thin_sessions"] == ["2011-02-17"]
        assert report["rows_flagged"]["stale_price"] == 0
