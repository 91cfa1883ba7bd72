"""The published numbers of epochs: records of one protocol, on the windows of another, and the figure of all."""

import json

import pandas as pd
import pytest

from rnn_trading.pages.figures import CAPTIONS

INDEX = "univariate_regression.rolling_windows.index"
EPOCHS = {"epochs_50": 3, "epochs_400": 4}  # in conf/test, which is tiny


@pytest.mark.trains
def test_records_of_further_epochs_share_the_windows_of_the_first(project):
    folder = project("univariate_regression.rolling_windows.epochs", protocol="as_published")
    outputs, reports = folder / "data/07_model_output/as_published", folder / "data/08_reporting/as_published"
    tables = [pd.read_parquet(outputs / f"{name}.parquet") for name in (INDEX, *(f"{INDEX}.{each}" for each in EPOCHS))]
    same = ["run", "target_date", "truth", "drift", "autoregression"]
    for table in tables[1:]:
        pd.testing.assert_frame_equal(table[same], tables[0][same])
        assert not table["prediction"].equals(tables[0]["prediction"])
    for name, few in EPOCHS.items():
        record = json.loads((reports / f"{INDEX}.{name}/skill.json").read_text())
        assert (record["model"]["epochs"], record["model"]["best_epoch"]) == (few, few)
        assert record["model"]["watched"] == "5 % of the training rows"
        assert record["data"]["validation"]["rows"] == 0
        assert record["verdict"].endswith(f"All {few} epochs were run and the last was kept.")
        assert "test rows: the scores" not in record["verdict"]
        assert (reports / f"{INDEX}.{name}/by_epochs.png").is_file()
        assert CAPTIONS["by_epochs"] in (reports / f"{INDEX}.{name}/page.html").read_text()
