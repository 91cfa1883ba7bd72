"""The simple forecast that a network starts from is a rival's, and knows no later day."""

import numpy as np
import pandas as pd
import pytest

from rnn_trading.experiments import residual, residual_macro
from rnn_trading.experiments.macro import WindowParameters
from rnn_trading.experiments.series import forecast_with_rivals as series_rivals
from rnn_trading.experiments.starts import start_from, truths_inside
from rnn_trading.series.channels import InputParameters
from rnn_trading.series.series import window_rows
from rnn_trading.skill.record import Experiment
from rnn_trading.skill.rivals.fitting import fit_rivals
from rnn_trading.skill.rivals.macro import MACRO, KnownMonths
from rnn_trading.skill.rivals.pretrained import PretrainedParameters

LAGS = 25
DAYS = pd.bdate_range("2020-01-01", periods=200, name="date")
RETURNS = np.random.default_rng(0).normal(0, 1, len(DAYS)) * np.exp(np.sin(np.arange(len(DAYS)) / 9))
VOLATILITY = pd.DataFrame({"value": np.abs(RETURNS), "return": RETURNS}, index=DAYS)
CLOSES = pd.DataFrame({"value": 100 * np.cumprod(1 + RETURNS / 100)}, index=DAYS)


NOTHING_PRETRAINED = PretrainedParameters(name="chronos_bolt", weights=None, trained_until=None)


def experiment(task):
    return Experiment(name=f"mine.{task}", task=task, published=None, published_on=None)


def parts(windows):
    names = np.repeat(["train", "validation", "test"], [len(windows) - 60, 30, 30])
    return pd.DataFrame({"split": names}, index=windows.index)


def inputs(*start, known=("level", "weekday", "pause")):
    return InputParameters(channels=("changes",), known=known, start=start)


def started(series, task, *start, steps=1):
    windows = window_rows(series["value"], LAGS)
    return start_from(series, windows, parts(windows), experiment(task), inputs(*start), steps=steps)


@pytest.mark.parametrize(
    ("series", "task", "names"),
    [
        (VOLATILITY, "volatility", ["ewma", "har", "har_with_negative_returns", "egarch"]),
        (CLOSES, "level", ["persistence", "drift", "momentum"]),
    ],
)
def test_the_start_is_the_rival(series, task, names):
    windows = window_rows(series["value"], LAGS)
    rivals = series_rivals(series, windows, parts(windows), experiment(task), NOTHING_PRETRAINED)
    for name in names:
        table = started(series, task, name)["start"]
        assert set(table["start"]) == {name}
        np.testing.assert_allclose(table.loc[rivals.index, "1"], rivals[name], rtol=1e-12)
        # What a network of zeros would make of it.
        np.testing.assert_allclose(
            residual.restored(residual.in_units(table[["1"]].to_numpy(), table), table)[:, 0], table["1"], rtol=1e-12
        )


def test_of_several_the_best_on_the_validation_rows_is_taken():
    made = started(VOLATILITY, "volatility", "training_mean", "ewma")
    losses = made["start_report"]["starts"]
    assert made["start_report"]["start"] == min(losses, key=losses.get) == "ewma"
    table, truth = made["start"].iloc[-60:-30], VOLATILITY["value"].iloc[-60:-30]
    assert losses["ewma"] == pytest.approx((np.log(table["1"]) + truth / table["1"]).mean())


def test_a_volatility_starts_at_a_tenth_of_the_training_mean_at_least():
    """After quiet weeks the exponential mean is nearly nothing; a network multiplies what it starts from."""
    quiet = VOLATILITY.copy()
    quiet.iloc[-100:-30, :] = 1e-9
    table = started(quiet, "volatility", "ewma")["start"]
    train = quiet["value"].loc[table.index[:-60]]
    assert table["1"].min() == pytest.approx(0.1 * train.mean(), rel=1e-6)
    assert (table["1"] > 0.1 * train.mean() * 1.001).any()


def test_macro_windows_that_are_shorter_than_the_order_of_the_start_are_refused():
    months = pd.date_range("2000-01-01", periods=120, freq="MS", name="date")
    season = np.sin(np.arange(120) * 2 * np.pi / 12) + np.random.default_rng(2).normal(0, 0.01, 120)
    scaled = pd.DataFrame({"a": season, "b": season[::-1]}, months)
    windows = WindowParameters(start=None, until=None, lags=6, path_steps=3, scaled_on="train")
    dates = pd.DataFrame({"split": np.repeat(["train", "validation", "test"], [82, 16, 16])}, index=months[6:])
    for start in ("seasonal_persistence", "autoregression"):
        inputs = residual_macro.MacroInputParameters(start=(start,))
        message = f"mine.macro: {start}, .* looks back on more months than a window has. Received: windows.lags=6"
        with pytest.raises(ValueError, match=message):
            residual_macro.start_from(scaled, dates, windows, inputs, experiment("macro"))


def test_paths_are_those_of_the_rival_that_feeds_on_itself():
    table = started(CLOSES, "level", "persistence", steps=3)["start"]
    assert (table[["1", "2", "3"]].to_numpy() == CLOSES["value"].to_numpy()[LAGS - 1 : -1, None]).all()
    growth = 1 + CLOSES["value"].iloc[: len(CLOSES) - 60].pct_change().mean()
    drift = started(CLOSES, "level", "drift", steps=3)["start"]
    np.testing.assert_allclose(drift["3"], CLOSES["value"].to_numpy()[LAGS - 1 : -1] * growth**3)


def test_the_unit_of_a_price_is_the_known_size_of_its_changes():
    table = started(CLOSES, "level", "persistence")["start"]
    changes = CLOSES["value"].pct_change().abs()
    day = table.index[50]
    size = changes[:day].iloc[1:-1].ewm(alpha=0.06).mean().iloc[-1]
    assert table.loc[day, "size"] == pytest.approx(size * table.loc[day, "offset"])
    assert table.loc[day, "unit"] == pytest.approx(100 * size)
    assert table.loc[day, "offset"] == CLOSES["value"].shift(1)[day]


def test_no_row_knows_a_later_day():
    later = VOLATILITY.copy()
    later.iloc[-10:] *= 3
    one, two = (started(each, "volatility", "ewma", "har")["start"] for each in (VOLATILITY, later))
    # The first row that sees one of the ten days is that of the day after it.
    pd.testing.assert_frame_equal(one.iloc[:-9], two.iloc[:-9])
    assert not one.iloc[-9:].equals(two.iloc[-9:])


def test_the_level_of_the_size_is_standardised_on_the_training_rows():
    table = started(VOLATILITY, "volatility", "ewma")["start"]
    train = table["known_level"].iloc[:-60]
    assert (abs(train.mean()) < 1e-12, train.std(ddof=0)) == (True, pytest.approx(1))


def test_the_level_of_a_price_is_that_of_its_changes_in_percent():
    """However high the price is: points grow with it."""
    rising = pd.DataFrame({"value": 100 * np.cumprod(1.01 + RETURNS / 100)}, index=DAYS)
    table = started(rising, "level", "persistence")["start"]
    assert rising["value"].iloc[-1] > 5 * rising["value"].iloc[0]
    size = 100 * rising["value"].pct_change().abs()[1:].ewm(alpha=0.06).mean().shift(1).reindex(table.index)
    logarithm = np.log(size)
    train = logarithm.iloc[:-60]
    np.testing.assert_allclose(table["known_level"], (logarithm - train.mean()) / train.std(ddof=0), atol=1e-9)


def test_what_is_no_rival_is_refused():
    with pytest.raises(ValueError, match=r"inputs\.start: expected rivals of mine\.level: persistence, drift, .*boost"):
        started(CLOSES, "level", "boost")


def test_macro_paths_are_those_of_the_rival():
    months = pd.date_range("2000-01-01", periods=120, freq="MS", name="date")
    values = np.random.default_rng(1).normal(size=(120, 2)).cumsum(axis=0)
    scaled = pd.DataFrame(values, months, ["a", "b"])
    windows = WindowParameters(start=None, until=None, lags=24, path_steps=3, scaled_on="train")
    names = np.repeat(["train", "validation", "test"], [64, 16, 16])
    dates = pd.DataFrame({"split": names}, index=months[24:])
    chosen = residual_macro.MacroInputParameters(start=("persistence", "training_mean"))
    made = residual_macro.start_from(scaled, dates, windows, chosen, experiment("macro"))
    table = made["start"]
    assert set(table["start"]) == {"persistence"}
    known = KnownMonths(scaled.iloc[: 24 + 64], 12, (values[None, :24], values[None, 24]))
    path = fit_rivals(MACRO, known)["persistence"](values[None, 10:40], 3)[0]
    assert table[["a.1", "a.2", "a.3", "b.1"]].iloc[16].tolist() == [*path[:, 0], path[0, 1]]
    assert table["b.unit"].iloc[0] == pytest.approx(scaled["b"].iloc[: 24 + 64].diff().std(ddof=0))
    with pytest.raises(
        ValueError, match=r"inputs\.start: expected rivals of mine.macro: training_mean, .*Received: luck"
    ):
        residual_macro.start_from(
            scaled, dates, windows, residual_macro.MacroInputParameters(start=("luck",)), experiment("macro")
        )


def test_targets_beyond_a_part_are_unknown():
    months = pd.date_range("2000-01-01", periods=8, freq="MS")
    scaled = pd.DataFrame({"a": np.arange(8.0)}, months)
    start = pd.DataFrame({"start": "zero", "a.1": 0.0, "a.2": 0.0, "a.unit": 2.0}, index=months[2:])
    rows = np.array([1, 2, 3])  # of which the last is the last of its part
    targets = residual_macro._targets(rows, scaled, start, steps=2)[:, :, 0]
    np.testing.assert_array_equal(targets, [[0.5, 1.0], [0.5, 1.0], [0.5, np.nan]])


def test_a_window_of_one_value_has_no_change_before_it():
    windows = window_rows(CLOSES["value"], 1)
    with pytest.raises(ValueError, match=r"mine\.level: .* at least 2 values\. Received: series\.lags=1\. Raise it"):
        start_from(CLOSES, windows, parts(windows), experiment("level"), inputs("persistence"))


def test_a_series_that_has_not_moved_has_no_unit():
    still = CLOSES.copy()
    still.iloc[: LAGS + 3] = 100.0
    with pytest.raises(ValueError, match=r"had not moved before 2020-02-05 \(4 such days\)\. Move series\.start"):
        started(still, "level", "persistence")


def test_after_a_halt_a_volatility_starts_above_zero():
    """A tenth of the mean training value, where nothing moved in the whole window."""
    still = CLOSES.copy()
    still["value"] = np.abs(np.random.default_rng(0).normal(1, 0.3, len(CLOSES)))
    still.iloc[30 : 30 + LAGS + 4, still.columns.get_loc("value")] = 0.0
    windows, table = window_rows(still["value"], LAGS), started(still, "volatility", "ewma")["start"]
    halted = (windows.iloc[:, :-1] == 0).all(axis=1)
    train = windows.loc[parts(windows)["split"] == "train", "truth"]
    assert halted.sum() == 5
    np.testing.assert_allclose(table.loc[halted, "1"], 0.1 * train.mean())


@pytest.mark.parametrize("steps", [1, 3, 40])
def test_whole_paths_are_those_that_lie_inside(steps):
    windows = window_rows(CLOSES["value"], LAGS)
    inside = (parts(windows)["split"] == "validation").to_numpy()
    slow = [row for row in range(len(inside)) if row + steps <= len(inside) and inside[row : row + steps].all()]
    rows, truths = truths_inside(CLOSES, windows.index, parts(windows), "validation", steps)
    assert rows.tolist() == slow
    for row, truth in zip(rows, truths, strict=True):
        np.testing.assert_array_equal(truth, CLOSES["value"].iloc[LAGS + row : LAGS + row + steps])
