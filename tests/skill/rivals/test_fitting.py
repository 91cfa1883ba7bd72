"""The lists of rivals, and how they are fitted."""

import numpy as np
import pandas as pd
import pytest

from rnn_trading.skill.rivals import filings, macro, panels, series, stars, text
from rnn_trading.skill.rivals.fitting import best_of, fit_rivals, forecast_with, slope

# Those that results were published with: others may join them, none of these may go or change its name.
PUBLISHED = [
    (panels.CLASSIFICATION, "constant_share sign_of_last_return zero_return_means_down logistic_regression"),
    (panels.CLASSIFICATION, "histogram_gradient_boosting"),
    (panels.REGRESSION, "zero past_mean ridge histogram_gradient_boosting"),
    (series.LEVEL, "persistence drift autoregression ridge"),
    (series.VOLATILITY, "ewma har linear_regression training_mean"),
    (series.RUNS, "persistence drift autoregression"),
    (macro.MACRO, "vector_autoregression autoregression persistence seasonal_persistence training_mean"),
    (text.SENTIMENT, "majority tfidf_logistic_regression tfidf_of_the_words_seen mean_vector_logistic_regression"),
    (stars.STARS, "training_mean review_length tfidf_ridge tfidf_ridge_of_the_words_seen mean_vector_ridge"),
    (filings.FILINGS, "zero training_mean tfidf_ridge length_and_tone_ridge similarity_to_previous"),
]
ROWS = pd.RangeIndex(3)


@pytest.mark.parametrize(("rivals", "names"), PUBLISHED)
def test_no_rival_is_lost(rivals, names):
    assert set(names.split()) <= {rival.__name__ for rival in rivals}


def test_two_rivals_of_one_name_are_refused():
    with pytest.raises(ValueError, match="Received twice: zero"):
        fit_rivals((panels.zero, filings.zero), None)


def one_short(known):
    return lambda rows: rows[1:]


def nowhere(known):
    return lambda rows: np.where(rows > 1, np.nan, rows)


def test_a_rival_that_does_not_forecast_every_row_is_named():
    with pytest.raises(ValueError, match=r"The rival one_short must give one finite number for each of 3 rows.*\(2,\)"):
        forecast_with([one_short], None, np.arange(3.0), ROWS)
    with pytest.raises(ValueError, match=r"The rival nowhere .* the shape \(3,\), 1 of them not finite"):
        forecast_with([nowhere], None, np.arange(3.0), ROWS)


def test_a_loss_that_is_not_finite_is_an_error():
    with pytest.raises(ValueError, match="The decay 0.5 of a rival: expected a finite loss. Received: nan"):
        best_of([0.1, 0.5], lambda decay: 1.0 if decay < 0.3 else float("nan"), "decay")


def test_the_first_of_equal_settings_is_taken():
    assert best_of([3, 1, 2], lambda setting: 0.0 if setting < 3 else 1.0, "setting") == 1


def test_a_constant_signal_has_no_slope():
    forecast = slope(np.full(3, 0.1), np.array([1.0, 2.0, 6.0]))
    np.testing.assert_allclose(forecast(np.array([0.1, 9.0])), 3.0)
