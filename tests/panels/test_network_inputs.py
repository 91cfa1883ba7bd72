from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from rnn_trading.panels.network_inputs import UNSEEN, network_inputs, ticker_codes, ticker_vocabulary
from rnn_trading.panels.view import PanelWindows
from tests.panels.cases import random_windows

# The months of the periods whose returns are earned: January, December and March.
PERIODS = pd.to_datetime(["2016-11-01", "2016-12-01", "2017-01-31", "2017-03-05", "2017-12-03"])
PANEL = PanelWindows(
    past=np.array([[0.1, 0, 0], [0.4, 0, 0.3], [0, 0.2, 0.6], [0, 0.5, 0], [0, 0, 0]]),
    tickers=pd.Index(["A", "B", "C"]),
    periods=PERIODS,
    ticker_code=np.array([0, 1, 2], dtype=np.int32),
    period=np.array([2, 4, 3], dtype=np.int32),
    future=np.zeros(3),
    lags=2,
    order="oldest_first",
    winsorise=None,
)


def test_months_and_ticker_codes_by_hand():
    vocabulary = ticker_vocabulary(PANEL, PANEL.take(np.array([2, 0])), look_ahead=False)
    assert vocabulary == [UNSEEN, "A", "C"]
    inputs = network_inputs(PANEL, vocabulary, {"1": [0.0, 0.5]}).take(np.arange(3))
    assert inputs["Tickers"].tolist() == [[1], [0], [2]]
    assert inputs["Months"].argmax(axis=1).tolist() == [0, 11, 2]
    assert inputs["Months"].sum(axis=1).tolist() == [1, 1, 1]
    np.testing.assert_array_equal(inputs["Returns"][:, :, 0], np.float32([[0.1, 0.4], [0.2, 0.5], [0.3, 0.5]]))
    assert ticker_vocabulary(PANEL, PANEL.take(np.array([0])), look_ahead=True) == ["A", "B", "C"]


def test_a_ticker_without_a_code_is_refused_if_it_has_a_row():
    with pytest.raises(ValueError, match=r"no code for 1 tickers \(Z, ...\)"):
        ticker_codes(pd.Index(["A", "Z"]), ["A", "B"])
    with pytest.raises(ValueError, match=r"no code for 1 tickers \(C, ...\)"):
        network_inputs(PANEL, ["A", "B"], {})
    inputs = network_inputs(PANEL.take(np.array([1, 0])), ["A", "B"], {})
    assert inputs.take(np.array([1, 0]))["Tickers"].tolist() == [[0], [1]]


def test_other_numbers_have_other_arrays():
    """A training that was broken off is taken up by its digest: whatever changes an input changes an array."""
    panel = random_windows()
    vocabulary = ["T0", "T1", "T2", "T3"]

    def arrays(panel=panel, vocabulary=vocabulary, bounds=None):
        made = network_inputs(panel, vocabulary, bounds or {}).arrays()
        return [(array.dtype.str, array.shape, array.tobytes()) for array in made]

    first = arrays()
    assert arrays() == first
    others = [
        arrays(panel.take(np.arange(len(panel))[::-1])),
        arrays(vocabulary=vocabulary[::-1]),
        arrays(bounds={"1": [0.0, 0.1]}),
        arrays(random_windows(order="newest_first")),
        arrays(random_windows(lags=6)),
        arrays(random_windows(seed=1)),
    ]
    assert all(other != first for other in others)


def test_what_a_fold_is_made_of_stays_when_later_dates_and_other_tickers_come():
    panel, vocabulary = random_windows(), ["T0", "T1", "T2", "T3"]
    early = panel.take((panel.period < 20) & (panel.ticker_code != 2))
    assert len(np.unique(early.ticker_code)) == 3

    def arrays(panel):
        return [array.tolist() for array in network_inputs(panel, vocabulary, {"1": [0.0, 0.1]}).arrays()]

    earlier = 3  # further periods in front, as when a longer history is read
    past = np.vstack([np.full((earlier, 4), 0.5), panel.past[:20], panel.past[20:] + 1, np.ones((1, 4))])
    step = panel.periods[1] - panel.periods[0]
    periods = pd.date_range(panel.periods[0] - earlier * step, freq=step, periods=len(past))
    np.testing.assert_array_equal(periods[earlier:-1], panel.periods)
    past[:, 2] = 7
    grown = replace(
        early,
        past=np.insert(past, 1, 9, axis=1),
        periods=periods,
        tickers=early.tickers.insert(1, "T00"),
        ticker_code=(early.ticker_code + (early.ticker_code > 0)).astype(np.int32),
        period=early.period + np.int32(earlier),
    )
    assert arrays(grown) == arrays(early)
    changed = grown.past.copy()
    changed[grown.period.max() - 1, grown.ticker_code[grown.period.argmax()]] += 1
    assert arrays(replace(grown, past=changed)) != arrays(early)
