"""Segments of a long series, read by many readers at once."""

import numpy as np
import pytest

from rnn_trading.models.batches import Epoch
from rnn_trading.models.parameters import UnrollingParameters
from rnn_trading.models.sequence_network import INPUT
from rnn_trading.models.unrolled import UnrolledSegments
from tests.helpers import changed

UNROLLING = UnrollingParameters(readers=8, steps=10, segments=5, targets_within=1)


def batches_of(segments, epoch=0):
    """Inputs and targets of one epoch, ``(segments, readers, steps)`` each."""
    batches = segments.batches(len(segments.starts), seed=1, epoch=Epoch(epoch), shuffle=False)
    inputs, targets = zip(*((inputs[INPUT], targets) for inputs, targets in batches), strict=True)
    return np.stack(inputs)[..., 0], np.stack(targets)[..., 0]


def test_segments_by_hand():
    """Ten values, two readers of two segments of two steps: targets one ahead."""
    unrolling = UnrollingParameters(readers=2, steps=2, segments=2, targets_within=1)
    segments = UnrolledSegments(np.arange(10.0), unrolling)
    assert len(segments) == 4
    inputs, targets = batches_of(segments)
    assert inputs.tolist() == [[[0, 1], [5, 6]], [[2, 3], [7, 8]]]
    assert targets.tolist() == [[[1, 2], [6, 7]], [[3, 4], [8, 9]]]
    with pytest.raises(ValueError, match="series: a batch has one row for each of 2 readers.*batch_size=3"):
        segments.batches(3, seed=1, epoch=Epoch(), shuffle=False)


def test_random_targets_lie_within_the_next_values_and_change_with_the_epoch():
    segments = UnrolledSegments(np.arange(400.0), changed(UNROLLING, targets_within=5))
    inputs, targets = batches_of(segments)
    assert set(np.unique(targets - inputs)) == {1, 2, 3, 4, 5}
    assert not np.array_equal(batches_of(segments, epoch=1)[1], targets)
    np.testing.assert_array_equal(batches_of(segments)[1], targets)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.arange(10.0), "series: a segment of 10 steps with targets within 1 needs at least 11 values. Received: 10"),
        (np.where(np.arange(60) == 7, np.nan, 1.0), "series: value 7 is not a finite number. Remove"),
    ],
)
def test_unusable_segments_are_refused(values, message):
    with pytest.raises(ValueError, match=message):
        UnrolledSegments(values, UNROLLING)
