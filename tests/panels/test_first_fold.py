"""A table that several folds share rests on what is known in the first of them."""

import numpy as np
import pytest

from rnn_trading.panels.sequences import build_sequences
from rnn_trading.splits.walk_forward import WalkForwardParameters, training_until
from tests.helpers import changed, panel_to_prices, random_panel
from tests.panels.test_sequences import HAND, small


def test_clipping_bounds_come_from_the_training_rows_of_the_first_fold(sequence_of, last_dates):
    prices = panel_to_prices(random_panel(60, 3, seed=3))
    sequence = small(sequence_of, "corrected", winsorise={"lower": 0.1, "upper": 0.9})
    raw = build_sequences(prices, changed(sequence, winsorise=None), [last_dates]).table["1"]
    dates = raw.index.get_level_values("date")
    walk = WalkForwardParameters(folds=3, refit_every=10, train="rolling", final_fit=True)
    clipped = build_sequences(prices, sequence, [last_dates], [walk])
    until = training_until(dates, last_dates, walk)
    assert until < training_until(dates, last_dates, WalkForwardParameters())
    known = raw[dates <= until]
    assert clipped.report["clipped_at"]["1"] == np.quantile(known, [0.1, 0.9]).tolist()


def test_labels_must_not_reach_over_the_gap_of_the_folds(sequence_of, last_dates):
    sequence = small(sequence_of, "corrected", entry_lag=2)
    wide = build_sequences(panel_to_prices(HAND), sequence, [last_dates], [WalkForwardParameters(embargo=1)])
    assert len(wide.table) > 0
    with pytest.raises(ValueError, match=r"expected split.purge, .* of at least 2. Received: 0"):
        build_sequences(
            panel_to_prices(HAND), sequence, [changed(last_dates, purge=2)], [WalkForwardParameters(purge=0)]
        )
