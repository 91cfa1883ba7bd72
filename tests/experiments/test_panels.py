"""What a panel must have before anything is trained."""

import numpy as np
import pandas as pd
import pytest

from rnn_trading.experiments.panels import split_dates
from rnn_trading.panels.view import PanelWindows
from rnn_trading.skill.record import Experiment
from rnn_trading.splits.chronological import SplitParameters
from rnn_trading.splits.walk_forward import WalkForwardParameters
from tests.helpers import ONCE

SPLIT = SplitParameters(validate_on="validation", test_from=None, validation_from=None, until=None, held_out=2, purge=0)
REGRESSION = Experiment(name="a.b", task="regression", published=None, published_on=None)


def returns_of(tickers, last=None):
    """Rows of some tickers on ten dates; on the last ones of fewer."""
    days = pd.bdate_range("2020-01-06", periods=10)
    index = pd.MultiIndex.from_product([list(tickers), days], names=["ticker", "date"])
    if last is not None:
        index = index[
            ~((index.get_level_values("date") >= days[-2]) & ~index.get_level_values("ticker").isin(list(last)))
        ]
    dates = index.get_level_values("date")
    return PanelWindows(
        past=np.full((len(days), len(tickers)), 0.5),
        tickers=index.levels[0],
        periods=days,
        ticker_code=index.codes[0].astype(np.int32),
        period=days.get_indexer(dates).astype(np.int32),
        future=np.full(len(index), 0.5),
        lags=0,
        order="oldest_first",
        winsorise=None,
    )


def test_a_correlation_of_ranks_needs_three_tickers_on_a_test_date():
    assert split_dates(returns_of("ABC"), SPLIT, ONCE, REGRESSION)["split"].value_counts()["test"] == 2
    for returns, of in ((returns_of("AB"), 2), (returns_of("ABCD", last="AD"), 4)):
        with pytest.raises(
            ValueError, match=f"at least 3 tickers on a test date of fold_1. Received 2 at most, of {of}. Bring"
        ):
            split_dates(returns, SPLIT, ONCE, REGRESSION)


def test_every_fold_needs_tickers_to_rank():
    """Four tickers are there until the last two dates, which are the test of the second fold."""
    walk = WalkForwardParameters(folds=2, final_fit=True)
    assert "fold_2" in split_dates(returns_of("ABC"), SPLIT, walk, REGRESSION)
    expected = "at least 3 tickers on a test date of fold_2. Received 2 at most, of 4. Bring"
    with pytest.raises(ValueError, match=expected):
        split_dates(returns_of("ABCD", last="AD"), SPLIT, walk, REGRESSION)
