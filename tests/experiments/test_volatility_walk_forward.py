"""The rivals of the volatility in every fold, against what other libraries make of the same closes.

Folds by skfolio, windows by pandas, regressions by statsmodels: of the project only the parameters.
"""

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from skfolio.model_selection import WalkForward

from rnn_trading.experiments.folds import split_of_fold
from rnn_trading.experiments.series import forecast_with_rivals, split_dates
from rnn_trading.series.series import RETURN, SeriesParameters, signed_returns, take_series, window_rows
from rnn_trading.skill.record import Experiment
from rnn_trading.skill.rivals.pretrained import PretrainedParameters
from rnn_trading.splits.chronological import SplitParameters
from rnn_trading.splits.walk_forward import WalkForwardParameters

FOLDS, TEST = 3, 900
NONE = PretrainedParameters(name="chronos_bolt", weights=None, trained_until=None)
EXPERIMENT = Experiment(name="mine.volatility", task="volatility", published=None, published_on=None)


@pytest.fixture(scope="module")
def prepared():
    folder = Path(importlib.util.find_spec("skfolio").origin).parent
    raw = pd.read_csv(folder / "datasets/data/sp500_index.csv.gz", index_col=0, parse_dates=True).iloc[:, 0]
    closes = raw.rename("close").rename_axis("date")
    series = SeriesParameters(form="absolute_return", start=None, until=None, lags=200)
    values = take_series(closes.to_frame(), series)
    table = values.to_frame().assign(**{RETURN: signed_returns(closes.to_frame(), values.index)})
    windows = window_rows(values, series.lags)
    split = SplitParameters(
        validation_from=None, test_from=None, until=None, held_out=None, purge=0, validate_on="validation"
    )
    dates = split_dates(windows, split, WalkForwardParameters(folds=FOLDS, refit_every=TEST))
    return table, windows, dates, closes


def har_by_statsmodels(closes, lags):
    """Absolute returns in percent, means known the day before, and negative ones: one row a day that has a window."""
    returns = 100 * closes.pct_change().dropna()
    size, falls = returns.abs(), returns.clip(upper=0)
    columns = {("size", days): size.rolling(days).mean().shift(1) for days in (1, 5, 22)}
    columns |= {("fall", days): falls.rolling(days).mean().shift(1) for days in (1, 5, 22)}
    return size.iloc[lags:], pd.DataFrame(columns).iloc[lags:]


def test_rivals_of_every_fold_are_those_of_other_libraries(prepared):
    series, windows, dates, closes = prepared
    truth, features = har_by_statsmodels(closes, windows.shape[1] - 1)
    np.testing.assert_allclose(windows["truth"], truth, rtol=1e-9)
    first = len(truth) - FOLDS * TEST
    folds = WalkForward(test_size=TEST, train_size=first, expand_train=True).split(truth.to_numpy())
    for number, (before, test) in enumerate(folds, start=1):
        train, validation = before[:-TEST], before[-TEST:]
        fold = split_of_fold(dates, f"fold_{number}")
        rivals = forecast_with_rivals(series, windows, fold, EXPERIMENT, NONE)
        assert rivals.index.equals(truth.index[np.concatenate([validation, test])])
        for name, columns in {"har": ["size"], "har_with_negative_returns": ["size", "fall"]}.items():
            known = sm.add_constant(features[columns].to_numpy())
            fitted = sm.OLS(truth.to_numpy()[train], known[train]).fit()
            np.testing.assert_allclose(rivals[name].loc[truth.index[test]], fitted.predict(known[test]), rtol=1e-8)
    assert number == FOLDS
