"""The macro experiment as a user runs it, on the default series in conf/test, and on tables."""

import json

import numpy as np
import pandas as pd
import pytest
from kedro.io import DatasetError

from rnn_trading.experiments.macro import WindowParameters, transform_series
from rnn_trading.series.monthly import MacroError, MacroParameters
from rnn_trading.skill.rivals.macro import MACRO
from rnn_trading.splits.chronological import SplitParameters, chronological_split
from rnn_trading.splits.windows import joint_windows
from tests.finished import newest_of

NAME = "multivariate.macro"
RIVALS = [rival.__name__ for rival in MACRO]
FIGURES = {
    *("raw_and_transformed", "learning_curves", "forecasts_in_time"),
    *("paths", "error_by_step", "model_and_rivals", "folds_and_years", "intervals"),
}


def skill(folder, protocol="corrected"):
    return json.loads((folder / f"data/08_reporting/{protocol}/{NAME}/skill.json").read_text())


def predictions(folder, protocol="corrected"):
    return pd.read_parquet(folder / f"data/07_model_output/{protocol}/{NAME}.parquet")


@pytest.mark.trains
@pytest.mark.xdist_group("multivariate")
@pytest.mark.parametrize("protocol", ["corrected", "as_published"])
def test_macro(project, finished, run_notebooks, protocol):
    folder = finished("multivariate", protocol=protocol)
    table = predictions(folder, protocol)
    keys = ["fold", "units", "run", "series", "date", "step", "target_date"]
    assert table.columns.tolist() == [*keys, "prediction", "truth", *RIVALS]
    folds = 2 if protocol == "corrected" else 1
    counts = table.groupby(["fold", "units", "run", "series"]).size()
    assert counts.xs("one_step", level="run").tolist() == [24] * 4 * folds
    assert counts.xs("path", level="run").tolist() == [6] * 4 * folds
    validation = pd.read_parquet(folder / f"data/07_model_output/{protocol}/{NAME}.validation.parquet")
    assert list(validation) == list(table)
    if protocol == "corrected":
        assert validation.groupby(["fold", "units", "run", "series"]).size().tolist() == [24] * 8
        assert set(validation["run"]) == {"one_step"}
        last, first = (each.groupby("fold")["target_date"] for each in (validation, table))
        assert (last.max() < first.min()).all()
    else:
        assert validation.empty
    record = skill(folder, protocol)
    assert record["model"]["networks"] == 2
    assert set(record["rivals"]) == set(RIVALS)
    assert set(record["model"]["metrics"]["by_series"]) == {"GACDFSA066MSFRBPHI", "INDPRO"}
    assert set(record["model"]["by_seed"]["seeds"]) == {"seed_42", "seed_43"}
    assert record["model"]["by_seed"]["spread"]["mae"] > 0
    assert record["decision"]["units"] == "months"
    assert record["verdict"].startswith(record["finding"])
    assert "stand-ins" in record["data"]["source"]
    assert ("published_comparison" in record["model"]) == (protocol == "as_published")
    assert {path.stem for path in (folder / f"data/08_reporting/{protocol}/{NAME}").glob("*.png")} == FIGURES
    assert (folder / f"data/06_models/{protocol}/{NAME}.keras").is_file()
    run_notebooks(folder, protocol, "macro")
    if protocol == "as_published":
        assert NAME in newest_of(project, folder, "multivariate", protocol=protocol)


@pytest.mark.trains
@pytest.mark.xdist_group("multivariate")
def test_the_average_is_that_of_the_seeds(finished):
    folder = finished("multivariate", protocol="corrected")
    by_seed = pd.read_parquet(folder / f"data/07_model_output/corrected/{NAME}.by_seed.parquet")
    table = predictions(folder)
    rows = (table["run"] == "one_step") & (table["units"] == "network")
    by_seed = by_seed[by_seed["split"] == "test"].reset_index(drop=True)
    np.testing.assert_allclose(table["prediction"][rows], by_seed[["seed_42", "seed_43"]][rows].mean(axis=1), atol=1e-6)


def monthly_table(months=480, seed=0, start="1980-01-01"):
    generator = np.random.default_rng(seed)
    dates = pd.date_range(start, periods=months, freq="MS", name="date")
    sentiment = 85 + generator.normal(size=months).cumsum()
    production = 100 * np.exp(0.01 * generator.normal(size=months).cumsum())
    return pd.DataFrame({"UMCSENT": sentiment, "IPGMFN": production}, index=dates)


SERIES = MacroParameters(
    source="x",
    series=(
        {"name": "UMCSENT", "method": "difference", "period": 12},
        {"name": "IPGMFN", "method": "log_difference", "period": 12},
    ),
)


@pytest.mark.parametrize(("protocol", "shape"), [("as_published", (450, 18, 2)), ("book", (420, 24, 2))])
def test_published_shapes(base_parameters, protocol, shape):
    values = base_parameters(protocol)["multivariate"]["macro"]
    parameters = WindowParameters(**values["windows"])
    # What is published after the last month changes nothing.
    transformed = transform_series(monthly_table(500), SERIES, parameters)
    windows, targets = joint_windows(transformed.to_numpy(), parameters.lags)
    assert (windows.shape, targets.shape) == (shape, (shape[0], 2))
    parts = chronological_split(transformed.index[parameters.lags :], SplitParameters(**values["split"]))
    assert parts.value_counts().to_dict() == {"train": shape[0] - 24, "test": 24, "validation": 0}


def test_gaps_before_the_first_month_that_is_used_are_no_matter(base_parameters, project, tmp_path):
    """As in FRED's file: one series every third month until 1977, the other in every month."""
    table = monthly_table(500, start="1972-01-01")
    early = table.index < "1978-01-01"
    table.loc[early & (table.index.month % 3 != 2), "UMCSENT"] = np.nan
    table.reset_index().to_csv(tmp_path / "macro.csv", index=False)
    run = {"env": "files", "to_nodes": [f"{NAME}.folds.fold_1.scale_series"], "macro_file": str(tmp_path / "macro.csv")}
    folder = project(NAME, protocol="as_published", **run)
    transformed = pd.read_parquet(folder / f"data/04_feature/as_published/{NAME}.transformed.parquet")
    windows = WindowParameters(**base_parameters("as_published")["multivariate"]["macro"]["windows"])
    pd.testing.assert_frame_equal(transformed, transform_series(table.loc["1980":], SERIES, windows), check_freq=False)
    report = json.loads((folder / "data/03_primary/macro_report.json").read_text())
    assert report["months_with_gaps"] == 47  # of 72 months to 1977; the first has none, so it is not taken
    with pytest.raises(MacroError, match="UMCSENT has no value in 47 of the months from 1972-02 to .* 1977-12"):
        project(NAME, **run)


SMALL = {
    "windows": {"lags": 6, "path_steps": 6},
    "split": {"held_out": 12},
    "walk_forward": {"folds": 1, "final_fit": False},
    "seeds": 1,
    "model": {"units": [3], "dense_units": []},
    "training": {"epochs": 2},
    "encoder_decoder": {"training": {"epochs": 2}},
}


@pytest.fixture
def run_file(project, tmp_path):
    """Run the experiment on a table through --env files; returns the folder."""

    def run(table, **changes):
        path = tmp_path / "macro.csv"
        table.reset_index().to_csv(path, index=False)
        given = {"macro_file": str(path), "multivariate": {"macro": SMALL | changes}}
        return project("multivariate", env="files", drawn=False, **given)

    return run


@pytest.mark.trains
def test_changing_later_months_changes_no_earlier_forecast(run_file):
    table = monthly_table(160)
    before = predictions(run_file(table))
    day = before["date"].drop_duplicates().sort_values().iloc[5]
    altered = table.copy()
    altered[table.index > day] *= np.random.default_rng(1).uniform(0.9, 1.1, altered[table.index > day].shape)
    after = predictions(run_file(altered))
    early = before["date"] <= day
    columns = ["prediction", *RIVALS]
    pd.testing.assert_frame_equal(after.loc[early, columns], before.loc[early, columns], check_exact=True)
    assert not after["prediction"].equals(before["prediction"])


@pytest.mark.trains
def test_original_units_are_the_inverse_of_scaled_ones(run_file):
    """Persistence of a 12-month difference, by hand."""
    table = monthly_table(160)
    rows = predictions(run_file(table)).query("units == 'original' and run == 'one_step' and series == 'UMCSENT'")
    sentiment = table["UMCSENT"]
    for row in rows.itertuples():
        year_before = row.target_date - pd.DateOffset(years=1)
        expected = sentiment[year_before] + sentiment[row.date] - sentiment[row.date - pd.DateOffset(years=1)]
        assert row.persistence == pytest.approx(expected)
        assert row.truth == sentiment[row.target_date]


@pytest.mark.trains
def test_a_random_walk_shows_no_skill(run_file):
    record = skill(run_file(monthly_table(300, seed=3), split={"held_out": 36}, training={"epochs": 10}))
    assert record["tests"][0]["p_value"] is not None
    assert record["finding_kind"] in ("none", "worse")


@pytest.mark.trains
def test_a_planted_signal_is_found(run_file):
    """The change of one series is that of the other two months before: only forecasts of both together see it."""
    table = monthly_table(400, seed=4)
    changes = np.random.default_rng(5).normal(size=402)
    table["UMCSENT"] = 85 + changes[2:].cumsum()
    table["IPGMFN"] = 100 * np.exp(0.01 * changes[:-2].cumsum())
    training = {"epochs": 80, "optimizer": {"learning_rate": 0.01}}
    record = skill(run_file(table, split={"held_out": 48}, model={"units": [12], "dense_units": []}, training=training))
    of_series = {
        name: metrics["by_series"]["IPGMFN"]["network"]["one_step"] for name, metrics in record["rivals"].items()
    }
    network = record["model"]["metrics"]["by_series"]["IPGMFN"]["network"]["one_step"]["mae"]
    assert of_series["vector_autoregression"]["mae"] < 0.2 * of_series["persistence"]["mae"]
    assert network < of_series["persistence"]["mae"]
    assert network < of_series["autoregression"]["mae"]


@pytest.mark.parametrize(
    ("table", "changes", "message"),
    [
        (
            monthly_table(24),
            {},
            "Windows of 6 months, a target and a path of 6 .* at least 13 .* Received: 12",
        ),
        (monthly_table(34), {}, "The split leaves no date for train: the 16 dates run from 1981-07-01"),
        (
            monthly_table(160),
            {"windows": {"lags": 6, "path_steps": 18}},
            "test of fold 1 is shorter than a path of 18 months(?s:.*)12 dates",
        ),
        (monthly_table(160)[["UMCSENT"]], {}, "at least 2 series beside the date. Received: 'UMCSENT'"),
        (
            monthly_table(160).rename(columns={"IPGMFN": "IP"}),
            {},
            "series 'IPGMFN' is missing. Received: 'UMCSENT', 'IP'",
        ),
        (monthly_table(160).assign(IPGMFN=9.0 - np.arange(160)), {}, "IPGMFN: 0 on 1980-10-01 has no logarithm"),
        (monthly_table(160).assign(IPGMFN=3.0), {}, "IPGMFN is 3 in all 160 months"),
        (
            monthly_table(160).drop(index=pd.Timestamp("1985-05-01")),
            {},
            "UMCSENT has no value in 1 of the months .* 1985-05",
        ),
    ],
)
def test_unusable_tables_are_refused_before_training(run_file, tmp_path, table, changes, message):
    with pytest.raises((ValueError, DatasetError), match=message):
        run_file(table, **changes)
    assert not list((tmp_path / "project").glob("data/0[678]*/**/*.*"))
