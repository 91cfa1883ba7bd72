"""Titles say what a figure finds, with the number of the record in it."""

import numpy as np
import pandas as pd
import pytest

from rnn_trading.experiments import drawing, panel_drawing, runs, series
from rnn_trading.experiments.runs import AxesParameters

NAME = "\nmine.level, as published"
DAYS = pd.date_range("2020-01-01", periods=10, name="date")


def record(metric="rmse", value=22.147, rival="persistence", **further):
    headline = {"metric": metric, "value": value, "best_rival": rival, "rival_value": 22.444}
    return {"experiment": "mine.level", "protocol": "as_published", "data": {}, "headline": headline} | further


def history(rows, **quantities):
    """One line an epoch and quantity; quantities by name, a value an epoch."""
    table = [
        {"epoch": epoch, "rows": rows, "quantity": name, "value": value}
        for name, values in quantities.items()
        for epoch, value in enumerate(values, start=1)
    ]
    return pd.DataFrame(table)


@pytest.mark.parametrize(
    ("recorded", "said"),
    [
        ({"loss": [0.7, 0.6, 0.65], "accuracy": [0.5, 0.6, 0.7], "auc": [0.5, 0.6815, 0.6]}, "AUC 0.681, accuracy 0.6"),
        ({"loss": [0.4, 0.0121, 0.2], "rmse": [0.2, 0.11, 0.15]}, "RMSE 0.11"),
        ({"loss": [0.4, 0.0121, 0.2]}, "loss 0.0121"),
    ],
)
def test_learning_curves_are_titled_with_the_scores_of_the_epoch_that_was_kept(recorded, said):
    both = pd.concat([history("validation", **recorded), history("train", **recorded, learning_rate=[1.0, 1.0, 1.0])])
    drawn = drawing.learning_curves(both, {"best_epoch": 2, "stopped_on": "test"}, record())
    assert drawn.get_suptitle() == f"Epoch 2 of 3 was kept: test {said}{NAME}"


def test_networks_of_several_seeds_are_titled_with_the_range_of_what_was_kept():
    curves = {7: [0.5, 0.2, 0.4, 0.4], 8: [0.5, 0.4, 0.4, 0.1]}
    of_seeds = pd.concat(
        history(rows, loss=values).assign(seed=seed)
        for rows in ("train", "validation")
        for seed, values in curves.items()
    )
    training = {"best_epoch": {"7": 2, "8": 4}, "stopped_on": "validation"}
    drawn = drawing.losses_by_seed(of_seeds, training, record(), loss="Squared error")
    assert drawn.get_suptitle() == f"2 seeds kept epochs 2 to 4: validation squared error 0.1 to 0.2{NAME}"
    one = {"best_epoch": {"7": 2}, "stopped_on": "validation"}
    drawn = drawing.losses_by_seed(of_seeds[of_seeds["seed"] == 7], one, record(), loss="MAE")
    assert drawn.get_suptitle() == f"Epoch 2 of 4 was kept: validation MAE 0.2{NAME}"


def of_folds(**curves):
    """Validation losses of fits, by their names; a table of one line an epoch."""
    tables = [
        history(rows, loss=values).assign(fold=int(fit[5]), seed=int(fit[-2:]))
        for fit, values in curves.items()
        for rows in ("train", "validation")
    ]
    best = {fit.replace("__", "."): int(np.argmin(values)) + 1 for fit, values in curves.items()}
    return pd.concat(tables), {"best_epoch": best, "stopped_on": "validation"}


def test_learning_curves_of_several_folds_have_a_panel_each():
    curves = {
        "fold_1__seed_42": [0.5, 0.2, 0.4],
        "fold_2__seed_42": [0.5, 0.4, 0.1],
        "fold_2__seed_43": [0.3, 0.3, 0.2],
    }
    drawn = drawing.learning_curves(*of_folds(**curves), record())
    assert drawn.get_suptitle() == f"3 fits of 2 folds kept epochs 2 to 3: validation loss 0.1 to 0.2{NAME}"
    assert [axes.get_title(loc="left") for axes in drawn.axes] == ["Fold 1", "Fold 2"]
    # Two curves and the epoch that was kept, of one seed and of two.
    assert [len(axes.lines) for axes in drawn.axes] == [3, 6]
    assert drawn.axes[0].lines[2].get_xydata().tolist() == [[2, 0.2]]


def test_seeds_of_one_fold_are_drawn_as_before():
    fits, training = of_folds(fold_1__seed_42=[0.5, 0.2, 0.4], fold_1__seed_43=[0.5, 0.4, 0.1])
    drawn = drawing.learning_curves(fits, training, record())
    assert drawn.get_suptitle() == f"2 seeds kept epochs 2 to 3: validation loss 0.1 to 0.2{NAME}"
    assert drawn.axes[1].get_ylabel() == "Loss (nats), validation rows"
    one, training = of_folds(fold_1__seed_42=[0.5, 0.2, 0.4])
    drawn = drawing.learning_curves(one, training | {"best_epoch": 2}, record())
    assert drawn.get_suptitle() == f"Epoch 2 of 3 was kept: validation loss 0.2{NAME}"
    drawn = drawing.losses_by_seed(one, training | {"best_epoch": 2}, record(), loss="MAE")
    assert drawn.get_suptitle() == f"Epoch 2 of 3 was kept: validation MAE 0.2{NAME}"


def test_what_decided_is_drawn_of_several_fits():
    both = pd.concat(
        history(rows, loss=[0.7, 0.6], auc=[0.55, 0.52]).assign(fold=fold, seed=42)
        for rows in ("train", "validation")
        for fold in (1, 2)
    )
    training = {"best_epoch": {"fold_1.seed_42": 1, "fold_2.seed_42": 1}, "stopped_on": "validation"}
    by_loss, by_auc = (
        drawing.learning_curves(both, training | further, record())
        for further in ({"monitor": "loss"}, {"monitor": "auc"})
    )
    assert by_loss.axes[0].get_ylabel() == "Loss (nats)"
    assert by_auc.axes[0].get_ylabel() == "AUC"
    assert "validation AUC 0.55 to 0.55" in by_auc.get_suptitle()


def test_folds_and_years_are_titled_with_how_many_are_ahead():
    best = {"rival": "persistence", "value": 23.0}
    years = [
        {"year": year, "value": value, "best": best, "ahead": value < 23}
        for year, value in ((2018, 22.0), (2019, 24.0), (2020, 22.5))
    ]
    words = "squared error of the return over its known volatility"
    decision = {"words": words, "statistic": "standardised_squared_error", "value": 2.125, "larger_is_better": False}
    decision["tiers"] = {"naive": {"tests": [{"rival": "persistence", "rival_value": 2.25}]}}
    in_time = record(by_fold=years[:1], by_year=years, model={}, decision=decision)
    drawn = drawing.folds_and_years(in_time)
    assert drawn.axes[0].get_ylabel() == "Squared error of the return over\nits known volatility"
    assert drawn.get_suptitle() == f"Ahead of persistence in 2 of 3 years{NAME}"
    seeds = {"seeds": {"seed_1": {}, "seed_2": {}}, "worst": {"seed": "seed_2", "value": 2.25}}
    seeds["decided"] = {"words": "RMSE", "seeds": {"seed_1": 2.0, "seed_2": 2.25}}
    of_seeds = record(by_fold=None, by_year=None, model={"by_seed": seeds, "networks": 2}, decision=decision)
    drawn = drawing.folds_and_years(of_seeds)
    assert drawn.get_suptitle() == f"RMSE 2.250 of the worst of 2 seeds, 2.125 of their average{NAME}"
    assert [line.get_ydata()[0] for line in drawn.axes[0].lines] == [2.0, 2.125, 2.25]  # seeds, model, rival
    of_seeds["model"]["networks"] = 1
    assert drawing.ahead(of_seeds) == "RMSE 2.250 of the worst of 2 seeds, 2.125 of the model"


def test_the_error_by_step_is_titled_with_its_ends_and_the_best_rival_at_the_last():
    metrics = {"rmse_by_step": [1.0, 3.0]}
    rivals = {"persistence": {"rmse_by_step": [1.0, 2.5]}, "drift": {"rmse_by_step": [0.5, 4.0]}}
    drawn = drawing.error_by_step(record(model={"metrics": metrics}, rivals=rivals), unit="points")
    found = "2 steps ahead: RMSE 3.000 against 2.500 of the best rival, persistence; 1.000 and 1.000 at the first"
    assert drawn.get_suptitle() == f"{found}{NAME}"
    assert drawn.axes[0].get_xlabel() == "Steps ahead"


def test_lengths_are_titled_with_the_share_that_is_cut():
    drawn = drawing.text_lengths(np.array([50, 100, 101, 300]), 100, "reviews", record())
    assert drawn.get_suptitle() == f"50 % of 4 reviews are longer than the 100 words that the network sees{NAME}"


def rising(*means):
    """Two dates of ten tickers, of which each fifth has a mean return."""
    returns = np.repeat(means, 2)
    table = pd.DataFrame({"prediction": np.arange(10.0), "truth": returns})
    return pd.concat([table.assign(date=day) for day in DAYS[:2]])


@pytest.mark.parametrize(("middle", "said"), [(0.0, "monotone"), (0.03, "not monotone")])
def test_quintiles_are_titled_with_their_spread(middle, said):
    skill = record("ic_mean", model={"metrics": {"quintile_spread": 0.03}})
    drawn = panel_drawing.quintiles(rising(-0.01, -0.01, middle, 0.01, 0.02), skill)
    assert drawn.get_suptitle().startswith(f"Highest less lowest fifth: +3.000 percentage points, {said}{NAME}")


def test_the_rolling_coefficient_is_titled_with_the_weekly_and_the_overall_one():
    skill = record("ic_mean", model={"metrics": {"ic_mean": 0.0196, "ic_pooled": 0.0468}})
    drawn = panel_drawing.rolling_ic(rising(1, 2, 3, 4, 5), skill)
    assert drawn.get_suptitle() == f"Information coefficient: 0.020 by week, 0.047 over all rows{NAME}"


def test_the_scaled_series_is_that_of_the_network():
    values = pd.DataFrame({"value": np.arange(10.0)}, index=DAYS)
    parts = pd.DataFrame({"split": ["train"] * 6 + ["test"] * 2}, index=DAYS[2:])
    scaling = {"base": "none", "offset": 0.0, "size": 7.0}
    drawn = series.raw_and_scaled(values, parts, scaling, record(), unit="points")
    assert drawn.get_suptitle() == f"100 % of the 2 test values lie outside the range of the 8 training values{NAME}"
    assert drawn.axes[1].lines[0].get_ydata() == pytest.approx(np.arange(10.0) / 7)
    assert len(series.raw_and_scaled(values, parts, scaling | {"base": "last"}, record(), unit="points").axes) == 1
    of_folds = parts.assign(fold_1=parts["split"], fold_2="train")
    said = "of the 8 training values of fold 1"
    drawn = series.raw_and_scaled(values, of_folds, scaling, record(), unit="points")
    assert f"{said}, whose scaling is shown\n" in drawn.get_suptitle()
    drawn = series.raw_and_scaled(values, of_folds, scaling | {"base": "last"}, record(), unit="points")
    assert f"{said}\n" in drawn.get_suptitle()


@pytest.mark.parametrize(("base", "offset", "seen"), [("first", 1.0, [[0.0, 0.5], [1.0]]), ("none", 0.0, None)])
def test_the_window_that_is_shown_is_the_first_of_the_test(base, offset, seen):
    values = pd.DataFrame({"value": np.arange(10.0)}, index=DAYS)
    windows = series.window_rows(values["value"], 2)
    parts = pd.DataFrame({"split": ["train"] * 2 + ["test"] * 6}, index=DAYS[2:])
    skill = record(data={"train": {"rows": 2}, "test": {"rows": 6}})
    scaling = {"base": base, "offset": offset, "size": 1.0}
    drawn = runs.series_and_window(
        values, windows, parts, scaling, skill, AxesParameters(unit="points", first_point=None)
    )
    assert drawn.get_suptitle() == f"Windows of 2 values: 2 to train on, 6 in the test{NAME}"
    _, raw, *network = drawn.axes
    assert [line.get_ydata().tolist() for line in raw.lines] == [[2, 3], [4]]
    assert raw.lines[1].get_xdata()[0] == DAYS[4]
    assert [[line.get_ydata().tolist() for line in axes.lines] for axes in network] == ([] if seen is None else [seen])
