"""Forecasts of several series as a table, by hand: in the network's units and in those of the series."""

import numpy as np
import pandas as pd

from rnn_trading.experiments.paths import forecast_table
from rnn_trading.series.monthly import MacroParameters
from rnn_trading.series.transformations import TransformationParameters

MONTHS = pd.date_range("2020-01-01", periods=6, freq="MS")
SERIES = MacroParameters(
    source="made up",
    series=(
        TransformationParameters(name="index", method="difference", period=2),
        TransformationParameters(name="rate", method="none", period=1),
    ),
)
MACRO = pd.DataFrame({"rate": [1.0, 2, 3, 4, 5, 6], "index": [10.0, 11, 13, 16, 20, 25]}, index=MONTHS)
SCALING = {"index": {"size": 2.0, "offset": 1.0}, "rate": {"size": 0.5, "offset": 0.0}}
SCALED = pd.DataFrame({"index": [1.0, 2.0, 3.0, 4.0], "rate": [6.0, 8.0, 10.0, 12.0]}, index=MONTHS[2:])
DATES = pd.DataFrame({"split": ["train", "validation", "test", "test"]}, index=SCALED.index)


def steps_ahead(histories, steps):
    """Of every series the number of the step."""
    return np.broadcast_to(np.arange(1.0, steps + 1)[None, :, None], (len(histories), steps, 2))


def test_every_forecast_is_told_in_both_units():
    table = forecast_table(steps_ahead, MACRO, SCALED, SCALING, DATES, SERIES, path_steps=2)
    assert len(table) == 2 * 2 * (2 + 2 + 1)  # units x series x (two test months, a path of two, one of validation)
    path = table[(table["run"] == "path") & (table["units"] == "original")].set_index(["series", "step"])
    # Two months before the first of the path, 2020-05-01, the index was 13, then 16; a difference of 3, then of 5.
    assert path.loc["index", "prediction"].tolist() == [13 + 3, 16 + 5]
    assert path.loc["rate", "prediction"].tolist() == [0.5, 1.0]
    assert path.loc["index", "truth"].tolist() == [20.0, 25.0]
    assert path["date"].unique().tolist() == [MONTHS[3]]
    assert path.loc["index", "target_date"].tolist() == [*MONTHS[4:]]
    network = table[(table["split"] == "validation") & (table["units"] == "network")].set_index("series")
    assert network["truth"].to_dict() == {"index": 2.0, "rate": 8.0}
    assert network["prediction"].tolist() == [1.0, 1.0]
    assert network["target_date"].tolist() == [MONTHS[3]] * 2


def test_without_validation_months_there_are_no_forecasts_of_them():
    dates = DATES.replace("validation", "train")
    table = forecast_table(steps_ahead, MACRO, SCALED, SCALING, dates, SERIES, path_steps=1)
    assert table["split"].unique().tolist() == ["test"]
    assert len(table) == 2 * 2 * (2 + 1)
