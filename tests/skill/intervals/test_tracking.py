import numpy as np
import pandas as pd
import pytest
from crepes import ConformalPredictiveSystem

from rnn_trading.skill.intervals.rows import KINDS, errors_of, moments_of
from rnn_trading.skill.intervals.tracking import track
from rnn_trading.skill.rows import rows_of
from tests.skill.intervals import cases, reference


def of(errors, tested):
    """Errors of rows one day after the other."""
    days = pd.date_range("2020-01-01", periods=len(errors))
    rows = pd.DataFrame({"date": days, "truth": errors, "har": 0.0, "tested": np.arange(len(errors)) >= tested})
    return errors_of(KINDS["level"], rows, moments_of(rows), "har")


def test_five_rows_by_hand():
    """Validation errors of -1 and 1: usual size 1, and quantiles of 1 on either side. Then .5, -3 and 0 come."""
    tracked = track(of([-1.0, 1.0, 0.5, -3.0, 0.0], tested=2))
    of_80, of_95 = tracked.reach[:, 0], tracked.reach[:, 1]
    # Nothing was missed, and the second error was half as large as usual: .94 + .06 / 2 = .97.
    second = [0.97 * (1 - 0.05 * 0.1)] * 2, [0.97 * (1 - 0.05 * 0.025)] * 2
    # -3 lay below: that side grows by .05 less what may be missed; the scale is .94 * .97 + .06 * 3 = 1.0918.
    third = [1.0918 * (0.995 + 0.045), 1.0918 * 0.99], [1.0918 * (0.99875 + 0.04875), 1.0918 * 0.9975]
    np.testing.assert_allclose(of_80, [[1, 1], second[0], third[0]], rtol=1e-12)
    np.testing.assert_allclose(of_95, [[1, 1], second[1], third[1]], rtol=1e-12)
    assert tracked.scale == pytest.approx(0.94 * 1.0918)
    np.testing.assert_allclose(tracked.quantiles, [[1.035, 0.985], [1.04625, 0.99625]])


@pytest.mark.parametrize(
    ("name", "tables"),
    [("level", cases.level(12, 25)), ("regression", cases.panel((6, 12))), ("runs", cases.runs((20, 9)))],
)
def test_the_same_as_row_by_row(name, tables):
    if name == "runs":  # of usual sizes by step the reference knows nothing
        tables = [table[(table["run"] == "restarted")].assign(step=1) for table in tables]
    errors = cases.errors(name, *tables)
    moments = errors.moments
    columns = zip(errors.error, moments.made, moments.known, moments.tested, strict=True)
    rows = [dict(zip(("error", "made", "known", "tested"), row, strict=True)) for row in columns]
    np.testing.assert_allclose(track(errors).reach, reference.reach(rows), rtol=1e-10)


@pytest.mark.parametrize("memory", [1.0, 0.94])
def test_at_a_constant_level_the_same_as_crepes(memory):
    validation, test = cases.level(237, 60)
    errors = cases.errors("level", validation, test)
    forecast, reach = test["prediction"].to_numpy(), track(errors, memory=memory, step=0.0).reach
    sizes, scale = np.abs(errors.error) / errors.unit, [1.0]
    for size in sizes[:-1]:
        scale.append(memory * scale[-1] + (1 - memory) * size)
    scale = errors.unit * np.array(scale)
    theirs = ConformalPredictiveSystem().fit(errors.error[:237], sigmas=scale[:237])
    for place, level in enumerate((0.8, 0.95)):
        ours = np.stack([forecast - reach[:, place, 0], forecast + reach[:, place, 1]], axis=1)
        expected = theirs.predict_int(forecast, sigmas=scale[237:], confidence=level)
        np.testing.assert_allclose(ours, expected, rtol=1e-12)


@pytest.mark.parametrize(
    ("name", "tables"),
    [
        ("level", cases.level(60, 60)),
        ("regression", cases.panel((20, 30))),
        ("runs", cases.runs((30, 20), steps=7)),
        ("macro", cases.months(40, 30)),
    ],
)
def test_no_interval_knows_its_own_truth_or_a_later_one(name, tables):
    validation, test = (table[rows_of(table, KINDS[name].only)] for table in tables)
    before = track(cases.errors(name, validation, test)).reach
    made, known = (
        pd.to_datetime(test[column]) for column in ("date", "target_date" if "target_date" in test else "date")
    )
    for middle in made.unique()[[1, len(made.unique()) // 2]]:
        # What is known on the last date of which a run or a path knows the value may be known to it.
        later = known > middle if "target_date" in test else known >= middle
        changed = test.assign(truth=np.where(later, test["truth"] + 1e6, test["truth"]))
        after = track(cases.errors(name, validation, changed)).reach
        early = (made <= middle).to_numpy()
        assert early.any() and later.any()
        np.testing.assert_array_equal(after[early], before[early])
        assert (after[~early] != before[~early]).any()


def test_an_outcome_counts_once_it_is_known():
    """A miss of the last step of a run of 7 steps moves no interval of the 6 days before it is known."""
    validation, test = cases.runs((30, 20), steps=7, every=1)
    validation, test = (table[table["run"] == "restarted"].reset_index(drop=True) for table in (validation, test))
    before = track(cases.errors("runs", validation, test)).reach
    row = test.index[test["step"] == 7][0]
    test.loc[row, "truth"] += 1e3
    moved = (track(cases.errors("runs", validation, test)).reach != before).any(axis=(1, 2))
    assert test.loc[moved, "date"].min() == test.loc[row, "target_date"]


def test_errors_of_one_date_count_once_together():
    """Ten tickers that all miss move the quantile as far as one."""
    days = pd.bdate_range("2020-01-01", periods=42)
    truth = np.tile([-1.0, 1.0], 21) * np.where(np.arange(42) == 40, 9, 1)
    one = pd.DataFrame({"date": days, "truth": truth, "har": 0.0, "tested": np.arange(42) >= 40})
    one = one.assign(ticker="A")
    ten = one.loc[one.index.repeat(10)]
    tracked = [track(errors_of(KINDS["regression"], rows, moments_of(rows), "har")) for rows in (one, ten)]
    np.testing.assert_allclose(tracked[0].reach[1], tracked[1].reach[10])
    np.testing.assert_allclose(tracked[0].quantiles, tracked[1].quantiles)


def held(errors, memory=0.94):
    """Whether each test row lies in its interval, ``(rows, levels)``."""
    reach, error = track(errors, memory).reach, errors.error[errors.moments.tested][:, None]
    return (-reach[..., 0] <= error) & (error <= reach[..., 1])


@pytest.mark.parametrize("seed", range(3))
def test_exchangeable_noise_is_held_as_often_as_promised(seed):
    shares = held(cases.errors("level", *cases.level(250, 2000, seed))).mean(axis=0)
    promised = np.array([0.8, 0.95])
    assert (np.abs(shares - promised) < 2 * np.sqrt(promised * (1 - promised) / 2000)).all()


def test_a_doubling_of_errors_is_caught_up_with_in_thirty_rows():
    sizes = np.where(np.arange(250 + 200) < 250 + 100, 1.0, 2.0)
    of_series = [held(cases.errors("level", *cases.level(250, 200, seed, sizes))) for seed in range(40)]
    shares = np.mean(of_series, axis=0)
    before, at_once, after = shares[60:100].mean(axis=0), shares[100:105].mean(axis=0), shares[130:160].mean(axis=0)
    promised = np.array([0.8, 0.95])
    np.testing.assert_allclose(before, promised, atol=0.02)
    assert (at_once < promised - 0.1).all()
    np.testing.assert_allclose(after, promised, atol=0.02)
    # Without memory of sizes it takes longer than that.
    slow = np.mean(
        [held(cases.errors("level", *cases.level(250, 200, seed, sizes)), 1.0) for seed in range(20)], axis=0
    )
    assert (slow[130:160].mean(axis=0) < promised - 0.02).all()


def test_an_exact_model_has_no_width_and_no_error_divides_by_zero():
    assert track(of([0.0] * 60, tested=45)).reach.max() == 0
    late = track(of([0.0] * 50 + [1.0] * 10, tested=45)).reach
    assert np.isfinite(late).all()
    assert late[5].max() == 0 < late[-1].max()


def test_an_interval_of_a_higher_level_is_no_narrower_where_only_the_lower_one_missed():
    """After five exact forecasts the quantiles are .975 and .99375; .98 lies between, and lifts the first to 1.02."""
    errors = of([-1.0, 1.0] * 20 + [0.0] * 5 + [0.98, 0.0], tested=40)
    above = track(errors, memory=1.0).reach[-2:, :, 1]
    np.testing.assert_allclose(above, [[0.975, 0.99375], [1.02, 1.02]])
