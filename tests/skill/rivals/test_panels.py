import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_trading.panels.past_returns import PastReturns
from rnn_trading.skill.ranks import relative_ranks
from rnn_trading.skill.rivals import panels
from rnn_trading.skill.rivals.fitting import forecast_with
from rnn_trading.skill.rivals.panels import CLASSIFICATION, REGRESSION, KnownPanel, PanelRows
from tests.panels.cases import random_windows

MONTHS = np.eye(12)


def rows(last_return, returns=None, dates=None):
    """Rows of one date, or of the given dates."""
    last_return = np.asarray(last_return, dtype=float)
    returns = np.column_stack([last_return[::-1], last_return]) if returns is None else np.asarray(returns)
    dates = np.zeros(len(returns), dtype=np.int64) if dates is None else np.asarray(dates)
    return PanelRows(returns, MONTHS[np.arange(len(returns)) % 12], dates)


def none(train):
    """No validation rows."""
    return PanelRows(train.returns[:0], train.months[:0], train.dates[:0]), np.empty(0)


def known(train, target, validation=None, classes=False):
    return KnownPanel((train, np.asarray(target)), validation or none(train), classes, seed=0)


def forecasts(rivals, train, target, test, validation=None):
    panel = known(train, target, validation, classes=rivals is CLASSIFICATION)
    return forecast_with(rivals, panel, test, pd.RangeIndex(len(test.returns)))


def test_classification_rivals_by_hand():
    train = rows([0, 0, 0, 0, 0.1, 0.2, -0.1, -0.2])
    label = np.array([0.0, 0, 0, 1, 1, 0, 1, 1])
    rivals = forecasts(CLASSIFICATION, train, label, rows([0.0, 0.3, -0.3]))
    assert rivals["constant_share"].tolist() == [0.5] * 3
    assert rivals["zero_return_means_down"].tolist() == [0.25, 0.75, 0.75]
    assert rivals["sign_of_last_return"].tolist() == [0.25, 0.5, 1.0]
    assert rivals.notna().all(axis=None)


def test_an_unseen_group_takes_the_overall_share():
    train = rows([0.1, 0.2, 0.1, -0.2])
    rivals = forecasts(CLASSIFICATION, train, np.array([1.0, 1, 0, 0]), rows([0.0]))
    assert rivals["zero_return_means_down"].tolist() == [0.5]


def test_regression_rivals_by_hand():
    generator = np.random.default_rng(0)
    returns = generator.normal(size=(500, 2))
    train = rows(returns[:, 1], returns)
    target = 0.5 * returns[:, 1]
    rivals = forecasts(REGRESSION, train, target, rows([2.0], np.array([[1.0, 2.0]])))
    assert rivals["zero"].tolist() == [0.0]
    assert rivals["training_mean"].tolist() == [target.mean()]
    assert rivals["past_mean"].tolist() == [1.5]
    assert rivals["ridge"][0] == pytest.approx(1.0, abs=0.02)


# Six past returns of three rows of a date. The sums of the oldest two are .3, .1 and .2, the last returns .2, .6, .4;
# the first row varies least around its mean, the second most.
RETURNS = [
    [0.1, 0.2, 0.1, 0.2, 0.1, 0.2],
    [0.5, -0.4, 0.6, -0.6, -0.6, 0.6],
    [0.3, -0.1, 0.4, -0.4, -0.4, 0.4],
]


@pytest.mark.parametrize(
    ("rival", "ranks"),
    [("reversal", [1, -1, 0]), ("momentum_52_4", [1, -1, 0]), ("low_volatility", [1, -1, 0])],
)
def test_naive_rules_are_one_slope_on_a_rank_by_hand(rival, ranks):
    """With ranks of -1/3, 0 and 1/3 and returns .01, .03 and .02 the slope is (-.01 / 3 + .02 / 3) / (2 / 9) = .015.

    The mean return is .02. A test date of two rows has ranks of -1/4 and 1/4, one of a single row has 0.
    """
    train = rows(None, RETURNS)
    assert relative_ranks(np.array(ranks, dtype=float), train.dates).tolist() == [1 / 3, -1 / 3, 0]
    target = np.array([0.03, 0.02, 0.01])  # by rank 1/3, -1/3 and 0
    forecast = getattr(panels, rival)(known(train, target))
    np.testing.assert_allclose(forecast(train), 0.02 + 0.015 * np.array([1, -1, 0]) / 3)
    test = rows(None, [RETURNS[1], RETURNS[0], RETURNS[2]], [4, 4, 9])
    np.testing.assert_allclose(forecast(test), [0.02 - 0.015 / 4, 0.02 + 0.015 / 4, 0.02])


def test_of_labels_the_slope_is_logistic_by_hand():
    """Four dates of two rows: one in four of the lower ranks rises, three in four of the higher ones."""
    train = rows([-0.1, 0.1] * 4, dates=[0, 0, 1, 1, 2, 2, 3, 3])
    forecast = panels.reversal(known(train, [1.0, 0, 1, 0, 1, 0, 0, 1], classes=True))
    test = rows([0.3, 0.2, 0.7], dates=[0, 0, 1])
    np.testing.assert_allclose(forecast(test), [0.25, 0.75, 0.5], atol=1e-6)


def test_momentum_of_few_lags_is_a_constant():
    train = rows(None, np.array(RETURNS)[:, :4])
    np.testing.assert_allclose(panels.momentum_52_4(known(train, [0.1, 0.2, 0.3]))(train), 0.2)


def test_ridge_on_ranks_by_hand():
    """The rank of the return is that of the last return; weeks differ in size, and the forecast is in returns.

    One slope through ranks of -1/3, 0 and 1/3 and returns of -s, 0 and s has the mean of s as its step: here .02.
    """
    generator = np.random.default_rng(1)
    dates = np.repeat(np.arange(200), 3)
    last = np.concatenate([generator.permutation([-1.0, 0.0, 1.0]) for _ in range(200)])
    returns = np.column_stack([generator.normal(size=(600, 3)), last])
    target = np.where(dates % 2, 0.01, 0.03) * last
    forecast = panels.ridge_on_ranks(known(rows(None, returns, dates), target))
    test = rows(None, np.column_stack([returns[:3, :3], [5.0, 7.0, 6.0]]))
    np.testing.assert_allclose(forecast(test), [-0.02, 0.02, 0.0], atol=0.002)


def panel(seed, dates=40, tickers=10, lags=6):
    """Past returns by date and ticker, and an outcome that follows the rank of the last of them."""
    generator = np.random.default_rng(seed)
    of_row = np.repeat(np.arange(dates), tickers)
    made = rows(None, generator.normal(size=(dates * tickers, lags)), of_row)
    return made, 0.02 * made.ranks[:, lags - 1] + generator.normal(0, 0.001, dates * tickers)


@pytest.mark.parametrize("rival", ["ridge_on_ranks", "boosting_on_ranks"])
def test_rivals_on_ranks_find_what_ranks_tell(rival):
    (train, target), validation, (test, truth) = panel(0), panel(1), panel(2)
    forecast = getattr(panels, rival)(known(train, target, validation))(test)
    assert np.corrcoef(forecast, truth)[0, 1] > 0.95
    assert np.polyfit(forecast, truth, 1)[0] == pytest.approx(1, abs=0.1)  # in units of returns


def test_what_fits_noise_is_not_blown_up_in_returns():
    """Of returns that nothing tells, few boosted trees are chosen, and their forecasts stay near the mean."""
    train, validation, test = (panel(seed)[0] for seed in range(3))
    generator = np.random.default_rng(3)
    target, outcome, truth = (0.02 * generator.normal(size=400) for _ in range(3))
    forecast = panels.boosting_on_ranks(known(train, target, (validation, outcome)))(test)
    assert ((forecast - truth) ** 2).mean() < 1.05 * ((target.mean() - truth) ** 2).mean()


@pytest.mark.parametrize("rival", ["logistic_regression_on_ranks", "boosting_on_ranks"])
def test_of_labels_they_give_probabilities(rival):
    (train, target), (of_validation, outcome), (test, truth) = panel(0), panel(1), panel(2)
    panel_known = known(train, (target > 0) * 1.0, (of_validation, (outcome > 0) * 1.0), classes=True)
    forecast = getattr(panels, rival)(panel_known)(test)
    assert ((forecast > 0.5) == (truth > 0)).mean() > 0.9
    assert 0 <= forecast.min() < forecast.max() <= 1


CHOOSING = [(rivals, rival) for rivals in (CLASSIFICATION, REGRESSION) for rival in rivals.strong]


@pytest.mark.parametrize(("rivals", "rival"), CHOOSING)
def test_what_is_chosen_is_chosen_on_the_validation_rows(rivals, rival):
    """Where validation rows say the contrary of the training rows, the most timid candidate is the best."""
    train, target = panel(0)
    classes = rivals is CLASSIFICATION

    def loss(sign):
        outcomes = [(each > 0) * 1.0 if classes else each for each in (target, sign * target)]
        panel_known = known(train, outcomes[0], (train, outcomes[1]), classes=classes)
        return panel_known.loss.of(rival(panel_known)(train), outcomes[0]).mean()

    assert loss(-1) > 2 * loss(1)


def test_without_validation_rows_the_choice_is_made_on_the_training_rows():
    train, target = panel(0)
    same = known(train, target, (train, target))
    by_itself = known(train, target)
    for rival in REGRESSION.strong:
        np.testing.assert_allclose(rival(by_itself)(train), rival(same)(train), rtol=0.2, atol=0.001)


@pytest.mark.parametrize("rivals", [CLASSIFICATION, REGRESSION])
def test_forecasts_of_a_date_know_no_other_date(rivals):
    """Other dates among the test rows change no forecast, and neither does their order."""
    (train, target), validation, (test, _) = panel(0), panel(1), panel(2)
    if rivals is CLASSIFICATION:
        target, validation = (target > 0) * 1.0, (validation[0], (validation[1] > 0) * 1.0)
    every = forecasts(rivals, train, target, test, validation)
    some = np.flatnonzero(test.dates % 3 == 1)[::-1]
    part = PanelRows(test.returns[some], test.months[some], test.dates[some])
    few = forecasts(rivals, train, target, part, validation)
    np.testing.assert_allclose(few, every.iloc[some], rtol=1e-9, atol=1e-12)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-2, 2)), max_size=30))
def test_ranks_are_those_of_the_other_rows_of_the_date(pairs):
    dates, values = np.array([day for day, _ in pairs], dtype=np.int64), np.array([value for _, value in pairs], float)
    of_dates = pd.Series(values).groupby(dates)
    slow = of_dates.rank(method="average") - (of_dates.transform("size") + 1) / 2
    np.testing.assert_allclose(relative_ranks(values, dates), slow / of_dates.transform("size"), atol=1e-12)


def test_one_class_is_an_error():
    with pytest.raises(ValueError, match="Every training label is 1"):
        forecasts(CLASSIFICATION, rows([0.1, 0.2]), np.ones(2), rows([0.1]))


@pytest.mark.parametrize("order", ["oldest_first", "newest_first"])
def test_a_view_of_past_returns_gives_what_their_matrix_gives_to_the_bit(monkeypatch, order):
    """In pieces of a few rows; a matrix of the table has one lag after the other in memory."""
    panel = random_windows(periods=40, tickers=12, lags=8, order=order)
    matrix = panel.columns(panel.lag_columns, {"1": [-0.01, 0.01]})
    matrix = matrix if order == "oldest_first" else matrix[:, ::-1]
    months, dates = MONTHS[panel.dates.month - 1], panel.period.astype(np.int64)
    whole = PanelRows(matrix, months, dates)
    expected = [whole.features, whole.ranks, whole.volatility, whole.last_return, whole.returns]
    assert np.array_equal(expected[0], np.hstack([matrix, months]))
    assert np.array_equal(expected[2], matrix.std(axis=1))
    monkeypatch.setattr(panels, "MOST_ROWS", 50)
    view = PanelRows(PastReturns(panel, {"1": [-0.01, 0.01]}), months.astype(np.int8), dates)
    for values, same in zip(
        [view.features, view.ranks, view.volatility, view.last_return, view.returns], expected, strict=True
    ):
        np.testing.assert_array_equal(values, same)
    assert view.features.dtype == np.float64
    assert len(view) == len(panel)
