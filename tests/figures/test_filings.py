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
    figure = filing_plots.forecasts_and_returns(table, "Title\nwhere")
    joint, above, beside = figure.axes
    points, means, _ = joint.lines
    np.testing.assert_array_equal(points.get_xdata(), table["prediction"])
    np.testing.assert_array_equal(points.get_ydata(), table["truth"])
    fifths = table.sort_values("truth")["truth"].to_numpy().reshape(5, 10).mean(axis=1)
    assert means.get_ydata() == pytest.approx(fifths)
    assert sum(bar.get_height() for bar in above.patches) == len(table)
    assert sum(bar.get_width() for bar in beside.patches) == len(table)
    assert "return" in joint.get_xlabel()
    assert figure.get_suptitle() == "Title\nwhere"


def test_seven_filings_have_no_fifths_worth_drawing():
    figure = filing_plots.forecasts_and_returns(predictions(7), "Title")
    assert len(figure.axes[0].lines) == 2
