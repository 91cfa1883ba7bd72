"""The figure of one network after several numbers of epochs."""

import pandas as pd

from rnn_trading.figures.epochs import runs_by_epochs
from rnn_trading.series.series import FREE_RUN, POINT_BY_POINT, RESTARTED


def test_every_row_shows_three_kinds_of_forecasts_over_the_truth():
    days = pd.date_range("2020-01-01", periods=4)
    kinds = [POINT_BY_POINT] * 4 + [RESTARTED] * 4 + [FREE_RUN] * 4
    table = pd.DataFrame({"run": kinds, "target_date": [*days] * 3, "truth": [1.0, 2, 3, 4] * 3})
    table = table.assign(date=[*days, days[0], days[0], days[2], days[2], *[days[0]] * 4], prediction=range(12))
    errors = {POINT_BY_POINT: 1.0, RESTARTED: 83.25, FREE_RUN: 3.0}
    grid = runs_by_epochs([table, table], [1, 50], [errors, errors], "points", "Title").axes
    assert len(grid) == 6
    assert grid[1].get_title(loc="left") == "Restarted runs, 1 epoch: RMSE 83.2"
    assert grid[4].get_title(loc="left") == "Restarted runs, 50 epochs: RMSE 83.2"
    assert [line.get_ydata().tolist() for line in grid[4].lines] == [[1, 2, 3, 4], [4, 5], [6, 7]]
    assert [len(axes.lines) for axes in grid[:3]] == [2, 3, 2]
