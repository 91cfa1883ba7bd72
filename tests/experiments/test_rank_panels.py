"""What a careful panel network starts from, and how its output becomes a forecast."""

import numpy as np
import pandas as pd
import pytest

from rnn_trading.experiments import rank_panels
from rnn_trading.experiments.panels import fit_clipping, forecast_with_rivals
from rnn_trading.panels.ranks import with_whole_windows
from rnn_trading.skill.record import Experiment
from tests.helpers import TRAINING, changed
from tests.panels.cases import random_windows


def experiment(task):
    return Experiment(name=f"mine.{task}", task=task, published=None, published_on=None)


def panel_start(*start, known=("volatility",), panel=None):
    panel = random_windows(periods=60, tickers=6) if panel is None else panel
    periods = panel.periods[5:]
    names = np.repeat(["train", "validation", "test"], [35, 10, 10])
    dates = pd.DataFrame({"split": names}, index=periods)
    chosen = rank_panels.RankInputParameters(known=known, start=start)
    clipping = fit_clipping(panel, dates)
    return (
        panel,
        dates,
        clipping,
        rank_panels.start_from(panel, dates, clipping, chosen, TRAINING, experiment("regression")),
    )


def test_a_panel_starts_from_a_rival_on_ranks():
    panel, dates, clipping, made = panel_start("ridge_on_ranks", known=())
    rivals = forecast_with_rivals(panel, dates, clipping, experiment("regression"), TRAINING)
    forecasts = made["start"].loc[rivals.index, "value"]
    ranks = [each.groupby("date").rank() for each in (forecasts, rivals["ridge_on_ranks"])]
    pd.testing.assert_series_equal(*ranks, check_names=False)


def test_volatility_is_known_as_its_rank_within_the_date():
    panel, *_, made = panel_start("zero", known=("volatility", "momentum", "reversal"))
    table = made["start"]
    assert [*table] == ["start", "value", "known_volatility", "known_momentum", "known_reversal"]
    assert (table["value"] == 0).all()
    date = table.index.get_level_values("date")[0]
    everyone, _ = with_whole_windows(panel)
    could, had = (each.take(each.dates == date) for each in (everyone, panel))
    assert len(could) > len(had)  # some have no outcome
    deviations = pd.Series(could.windows({}).std(axis=1), could.index)
    expected = (deviations.rank() - deviations.rank().mean()) / len(deviations) * np.sqrt(12)
    found = table.loc[had.index, "known_volatility"].astype(float)
    pd.testing.assert_series_equal(found, expected[had.index], check_names=False, rtol=1e-6)


def test_which_tickers_have_an_outcome_changes_nothing_that_is_known_before():
    """Ticker 0 vanishes in the last test periods: what is seen of the others there stays as it was, to the bit."""
    panel = random_windows(periods=60, tickers=6)
    gone = (panel.ticker_code == 0) & (panel.period >= len(panel.periods) - 1)
    known = ("volatility", "momentum", "reversal")
    for start in ("reversal", "ridge_on_ranks"):
        whole, fewer = (panel_start(start, known=known, panel=each)[-1]["start"] for each in (panel, panel.take(~gone)))
        assert len(fewer) < len(whole)
        pd.testing.assert_frame_equal(whole.loc[fewer.index], fewer, check_exact=True)


def test_later_returns_change_no_earlier_row_of_a_panel():
    panel = random_windows(periods=60, tickers=6)
    changed = panel.past.copy()
    changed[-3:] *= -2
    late = panel.period >= len(panel.periods) - 3
    other = type(panel)(**{**vars(panel), "past": changed, "future": np.where(late, -panel.future, panel.future)})
    one, two = (panel_start("reversal", "zero", panel=each)[-1]["start"] for each in (panel, other))
    early = one.index.get_level_values("date") <= panel.periods[-4]
    pd.testing.assert_frame_equal(one[early], two[early])


def ranked_rows():
    panel = random_windows(periods=60, tickers=6)
    return panel.take(panel.period < 40), panel.take(panel.period >= 40)


@pytest.mark.parametrize("loss", ["mse", "correlation_by_date"])
@pytest.mark.parametrize("task", ["classification", "regression"])
def test_what_is_judged_has_the_order_of_the_forecasts(task, loss):
    """Also where the forecasts were the wrong way round on the watched rows."""
    known, watched = ranked_rows()
    forecasts = -watched.future
    training = changed(TRAINING, loss=loss)
    found = rank_panels.rescaling(forecasts, watched, known, experiment(task), training)
    dates = watched.period.astype(np.int64)
    judged = rank_panels.rescaled(forecasts, found, experiment(task), dates)
    if loss == "correlation_by_date":  # the mean of a date is free: within it the order is kept
        moved = forecasts + 5.0 * dates
        again = rank_panels.rescaling(moved, watched, known, experiment(task), training)
        np.testing.assert_allclose(rank_panels.rescaled(moved, again, experiment(task), dates), judged)
        for date in np.unique(dates):
            of_date = dates == date
            np.testing.assert_array_equal(np.argsort(judged[of_date]), np.argsort(forecasts[of_date]))
        return
    np.testing.assert_array_equal(np.argsort(judged), np.argsort(forecasts))
    assert task == "regression" or ((judged > 0) & (judged < 1)).all()


def test_a_forecast_of_nothing_is_the_share_or_the_mean():
    known, watched = ranked_rows()
    nothing = np.zeros(len(watched))
    for task, expected in (("classification", (known.future > 0).mean()), ("regression", known.future.mean())):
        found = rank_panels.rescaling(nothing, watched, known, experiment(task), TRAINING)
        judged = rank_panels.rescaled(nothing, found, experiment(task), watched.period.astype(np.int64))
        np.testing.assert_allclose(judged, expected, atol=1e-12)
