"""What the figure of forecasts and returns must show."""

import numpy as np
import pandas as pd
import pytest

from rnn_trading.figures import filings as filing_plots


def predictions(n=50):
    generator = np.random.default_rng(0)
    truth = generator.normal(0, 0.05, n)
    return pd.DataFrame({"prediction": truth / 2, "truth": truth})


def test_forecasts_and_returns():
    table = predictions()
    metrics = {"ic": 0.7, "ic_interval_by_date": [0.6, 0.8], "r2": 0.5}
    figure = filing_plots.forecasts_and_returns(table, metrics, "Title\nwhere")
    joint, above, beside = figure.axes
    points, means, _ = joint.lines
    np.testing.assert_array_equal(points.get_xdata(), table["prediction"])
    np.testing.assert_array_equal(points.get_ydata(), table["truth"])
    fifths = table.sort_values("truth")["truth"].to_numpy().reshape(5, 10).mean(axis=1)
    assert means.get_ydata() == pytest.approx(fifths)
    assert sum(bar.get_height() for bar in above.patches) == len(table)
    assert sum(bar.get_width() for bar in beside.patches) == len(table)
    assert "return" in joint.get_xlabel()
    assert figure.get_suptitle() == "Title\nwhere\ninformation coefficient 0.700 (95 %: 0.600 to 0.800)"


def test_a_forecast_that_ranks_nothing():
    metrics = {"ic": None, "ic_interval_by_date": [None, None], "r2": None}
    figure = filing_plots.forecasts_and_returns(predictions(7).assign(prediction=0.0), metrics, "Title")
    assert figure.get_suptitle() == "Title\nno information coefficient"
    assert len(figure.axes[0].lines) == 2  # seven filings have no fifths worth drawing
