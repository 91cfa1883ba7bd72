"""What a figure of one series must show; how it looks is for eyes."""

import numpy as np
import pandas as pd
import pytest

from rnn_trading.figures import macro as macro_plots
from rnn_trading.figures import panels as plots
from rnn_trading.figures import series as series_plots


def history(**curves):
    rows = []
    for name, values in curves.items():
        part, quantity = name.split("_")
        rows += [{"epoch": e, "rows": part, "quantity": quantity, "value": v} for e, v in enumerate(values, start=1)]
    return pd.DataFrame(rows)


def test_the_rolling_rmse_is_a_mean_of_five_epochs_on_a_log_axis():
    curves = history(train_rmse=[6.0, 4, 2, 2, 1, 1], validation_rmse=[8.0, 4, 4, 4, 4, 4])
    (axes,) = series_plots.rolling_rmse(curves, 5, "test", "points", "Title").axes
    assert axes.get_yscale() == "log"
    assert axes.lines[0].get_ydata().tolist() == [6, 5, 4, 3.5, 3, 2]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["train", "test", "best epoch: 5"]


def runs():
    days = pd.date_range("2020-01-01", periods=9)
    table = {
        "run": ["point_by_point"] * 4 + ["restarted"] * 4 + ["free_run"] * 4,
        "date": [*days[:4], days[0], days[0], days[2], days[2], *[days[0]] * 4],
        "step": [1, 1, 1, 1, 1, 2, 1, 2, 1, 2, 3, 4],
        "target_date": [*days[1:5]] * 3,
        "truth": [1.0, 2, 3, 4] * 3,
    }
    return pd.DataFrame(table).assign(prediction=np.arange(12.0), persistence=0.0)


def test_every_restarted_run_is_a_line_of_its_own():
    point, restarted, free = series_plots.runs_over_truth(runs(), "points", None, "Title").axes
    assert len(point.lines) == 2  # the truth and one line through all forecasts
    assert len(free.lines) == 2
    assert [line.get_ydata().tolist() for line in restarted.lines[1:]] == [[4, 5], [6, 7]]


def test_the_truth_is_thick_and_black_below_the_forecast():
    for axes in series_plots.runs_over_truth(runs(), "points", None, "Title").axes:
        truth, forecast, *_ = axes.lines
        assert truth.get_color() == "black"
        assert truth.get_linewidth() > 1.5 * forecast.get_linewidth()
        assert truth.get_zorder() <= forecast.get_zorder()  # of two at one height the first is below


def test_the_level_panel_has_the_errors_of_both_parts_on_one_axis_and_an_ic_in_each_title():
    days = pd.date_range("2020-01-01", periods=10, name="date")
    parts = ["train"] * 6 + ["validation"] * 2 + ["test"] * 2
    rows = pd.DataFrame({"split": parts, "truth": np.arange(10.0), "prediction": np.arange(10.0) + 1}, index=days)
    metrics = {"train": {"ic_pooled": 0.99861, "rmse": 18.18}, "test": {"ic_pooled": 0.9817, "rmse": 22.15}}
    time, errors, train, test = series_plots.level_panel(rows, metrics, "points", "Title").axes
    outcome, of_train, of_test = time.lines
    assert outcome.get_ydata().tolist() == [6, 7, 8, 9]  # two test days, and as many before
    assert (outcome.get_color(), of_test.get_linestyle()) == ("black", "--")
    assert outcome.get_linewidth() > 2 * of_test.get_linewidth()
    assert (of_train.get_ydata().tolist(), of_test.get_ydata().tolist()) == ([], [9, 10])
    assert [axes.get_title(loc="left") for axes in (train, test)] == ["Train: IC 0.9986", "Test: IC 0.9817"]
    shown = [text.get_text() for text in errors.get_legend().get_texts()]
    assert shown == ["train: RMSE 18.18, mean 1.000", "test: RMSE 22.15, mean 1.000"]


def test_the_evolution_is_drawn_over_every_day_of_the_truth():
    """Two runs of two days each, three days apart; the truth of the days between them is no straight line."""
    days = pd.date_range("2020-01-01", periods=9)
    truth = pd.Series(np.arange(9.0) ** 2, index=days)
    kept = pd.DataFrame({"date": [days[1]] * 2 + [days[6]] * 2, "target_date": days[[2, 3, 7, 8]], "prediction": 1.0})
    after = [{"epoch": e, "start": s, "step": n, "forecast": float(e)} for e in (1, 5) for s in (0, 1) for n in (1, 2)]
    stages, best = series_plots.evolution_of_forecasts(truth, (kept, pd.DataFrame(after)), 5, "points", "Title").axes
    for axes in (stages, best):
        assert axes.lines[0].get_ydata().tolist() == truth.tolist()
    assert [line.get_ydata().tolist() for line in stages.lines[1:]] == [[1, 1]] * 2 + [[5, 5]] * 2
    assert [len(line.get_xdata()) for line in best.lines[1:]] == [2, 2]


def test_points_of_a_wave_are_counted_from_its_first():
    axes = series_plots.runs_over_truth(runs(), "amplitude", pd.Timestamp("2020-01-01"), "Title").axes[0]
    assert axes.lines[0].get_xdata().tolist() == [1, 2, 3, 4]
    assert axes.get_xlabel() == "Point of the wave"


def test_forecasts_outside_the_confidence_set_are_hollow():
    metrics = {"lstm": {"r2": 0.3, "qlike": 0.7}, "ewma": {"r2": 0.2, "qlike": None}}
    included = {"confidence_set": {"included": ["lstm"]}}
    comparison = {"networks": ["lstm"], "metrics": metrics, "squared error": included, "QLIKE": included}
    left, right = series_plots.networks_and_rivals(comparison, "Title").axes
    fills = {line.get_ydata()[0]: line.get_fillstyle() for line in left.lines if len(line.get_ydata())}
    assert [tick.get_text() for tick in left.get_yticklabels()] == ["ewma", "lstm"]
    assert fills == {0: "none", 1: "full"}
    assert [text.get_text() for text in right.texts] == ["does not exist"]


def test_the_error_by_step_has_the_network_and_every_rival():
    rivals = {"persistence": [3.0, 4.0], "drift": [5.0, 6.0]}
    (axes,) = plots.error_by_step([1.0, 2.0], rivals, ("Steps ahead", "RMSE"), "Title").axes
    lines = {line.get_label(): list(line.get_ydata()) for line in axes.lines}
    assert lines == {"persistence": [3, 4], "drift": [5, 6], "network": [1, 2]}


def test_the_epoch_that_each_seed_kept_is_marked():
    one = history(train_loss=[3.0, 2, 1], validation_loss=[3.0, 1, 2]).assign(seed=7)
    train, held_out = plots.losses_by_seed(one, {"7": 2}, "validation", ("loss", "MAE"), "Title").axes
    assert (train.lines[1].get_xdata()[0], train.lines[1].get_ydata()[0]) == (2, 2)
    assert (held_out.lines[1].get_xdata()[0], held_out.lines[1].get_ydata()[0]) == (2, 1)


@pytest.mark.parametrize(("run", "truths"), [("one_step", 2), ("path", 2)])
def test_forecasts_in_time_are_in_original_units(run, truths):
    months = pd.date_range("2000-01-01", periods=5, freq="MS", name="date")
    macro = pd.DataFrame({"A": [1.0, 2, 3, 4, 5], "B": [5.0, 4, 3, 2, 1]}, index=months)
    keys = {"run": run, "date": months[2], "step": 1}
    rows = [
        {
            **keys,
            "units": units,
            "series": name,
            "target_date": month,
            "truth": 0.0,
            "prediction": value,
            "persistence": 9.0,
        }
        for units, value in (("network", 0.1), ("original", 7.0))
        for name in macro
        for month in months[3:]
    ]
    errors, units = {"A": 0.25, "B": 1.5}, {"A": "points", "B": "percent"}
    forecasts = pd.DataFrame(rows), errors
    drawn = macro_plots.forecasts_in_time(macro, forecasts, run, units, "Title").axes
    for years, months in (drawn[:2], drawn[2:]):
        long, short = ({line.get_label(): line.get_ydata().tolist() for line in axes.lines} for axes in (years, months))
        assert long["network"] == short["network"] == [7.0] * truths
        assert (len(long["truth"]), len(short["truth"])) == (5, truths)
        assert short["persistence"] == [9.0] * truths
        assert "persistence" not in long
        (window,) = years.patches
        assert window.get_width() == 30  # days from the first test month to the last
    assert [axes.get_title(loc="left") for axes in drawn[::2]] == ["A: MAE 0.250 points", "B: MAE 1.500 percent"]
