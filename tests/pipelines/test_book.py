"""The book as a protocol of its own: its rows, what a rule without a parameter gets on them, and a run."""

import json

import numpy as np
import pandas as pd
import pytest

from rnn_trading.skill.metrics.series import evaluate_level
from tests.finished import newest_of

LEVEL = "univariate_regression.level"


def test_the_default_data_hold_the_closes_of_the_book_and_yesterday_does_what_its_network_does(project):
    folder = project("book.level", env="base", to_nodes=[f"{LEVEL}.folds.fold_1.forecast_with_rivals"], protocol="book")
    features = folder / "data/04_feature/book"
    series, windows = (pd.read_parquet(features / f"{LEVEL}.{name}.parquet") for name in ("series", "windows"))
    assert (len(series), len(windows)) == (2264, 2201)
    assert [f"{series.index[at]:%Y-%m-%d}" for at in (0, -1)] == ["2010-01-04", "2018-12-31"]
    rivals = pd.read_parquet(folder / f"data/07_model_output/book/{LEVEL}/fold_1.rival_predictions.parquet")
    assert len(rivals) == 251
    persistence = rivals["persistence"].to_numpy()
    test = windows.loc[rivals.index]
    assert np.array_equal(persistence, test["1"])
    metrics = evaluate_level(persistence, test["truth"].to_numpy(), test["1"].to_numpy())
    # The book prints .015 and .9585 of its network.
    scaled = metrics["rmse"] / (series["value"].max() - series["value"].min())
    assert (round(scaled, 5), round(metrics["ic_pooled"], 4)) == (0.01504, 0.9508)


@pytest.mark.trains
def test_the_level_of_the_book(project):
    folder = project("book.level", protocol="book")
    reports = folder / "data/08_reporting/book"
    assert [path.name for path in reports.iterdir()] == [LEVEL]
    record = json.loads((reports / LEVEL / "skill.json").read_text())
    assert (record["protocol"], record["published"]["rmse_scaled"]) == ("book", 0.015)
    assert record["model"]["metrics"]["rmse_scaled"] > 0
    assert "on the test rows: the scores are too good" in record["verdict"]
    assert [*newest_of(project, folder, "univariate_regression", protocol="book")] == [LEVEL]
    page = (reports / LEVEL / "page.html").read_text()
    for figure in ("rmse_scaled", "ic_pooled", "parameters"):
        assert f"<code>{figure}</code>" in page
