"""An ordered label: its thresholds, the probabilities of lying above them, the loss, and the expected label."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit

import rnn_trading.models  # noqa: F401  quietens TensorFlow before it is imported
from rnn_trading.models.backend import keras
from rnn_trading.models.ordinal import OrderedProbabilities, OrdinalCrossentropy, with_expected_label
from rnn_trading.models.stars import Stars


def test_thresholds_of_labels_with_a_gap():
    stars = Stars.of(np.array([1, 1, 4, 4, 4, 7, 10, 10]))
    assert stars.kinds == (1, 4, 7, 10)
    np.testing.assert_allclose(expit(stars.log_odds), [6 / 8, 3 / 8, 2 / 8])
    # A label that no training text has lies between two kinds.
    assert stars.above(np.array([4, 5, 0, 12])).tolist() == [[1, 0, 0], [1, 1, 0], [0, 0, 0], [1, 1, 1]]
    with pytest.raises(ValueError, match=r"at least 3 kinds in the training texts. Received: 0, 1\."):
        Stars.of(np.array([0, 1, 1]))


def test_the_loss_by_hand():
    truth, forecast = np.array([[1, 0], [1, 1]], np.float32), np.array([[0.8, 0.4], [0.5, 0.1]], np.float32)
    expected = [-np.log(0.8) - np.log(0.6), -np.log(0.5) - np.log(0.1)]
    np.testing.assert_allclose(float(OrdinalCrossentropy()(truth, forecast)), np.mean(expected), rtol=1e-6)


def test_probabilities_by_hand():
    layer = OrderedProbabilities(logit([0.9, 0.5, 0.2]))
    layer.build((None, 1))
    scores = np.array([[0.0], [1.0]], dtype=np.float32)
    np.testing.assert_allclose(layer(scores)[0], [0.9, 0.5, 0.2], rtol=1e-6)
    np.testing.assert_allclose(layer(scores)[1], expit(1 + logit([0.9, 0.5, 0.2])), rtol=1e-6)
    layer.set_weights([np.array([0.5]), np.log([2.0, 3.0])])
    first = logit(0.9) + 0.5
    second = first - 2 * (logit(0.9) - logit(0.5))
    third = second - 3 * (logit(0.5) - logit(0.2))
    np.testing.assert_allclose(layer.constants(), [first, second, third], rtol=1e-5)


@settings(max_examples=20, deadline=None)
@given(st.floats(-5, 5), st.lists(st.floats(-3, 3), min_size=3, max_size=3), st.floats(-5, 5))
def test_a_higher_threshold_is_never_more_probable(shift, stretch, score):
    layer = OrderedProbabilities([2.0, 0.5, 0.0, -1.0])
    layer.build((None, 1))
    layer.set_weights([np.array([shift]), np.array(stretch)])
    assert (np.diff(np.asarray(layer.constants())) < 0).all()
    assert (np.diff(np.asarray(layer(np.array([[score]], dtype=np.float32)))) <= 0).all()


@pytest.mark.parametrize("log_odds", [[0.0], [1.0, 1.0], [0.0, 1.0]])
def test_thresholds_that_do_not_fall_are_refused(log_odds):
    with pytest.raises(ValueError, match="log_odds: expected two or more, each below the last. Received:"):
        OrderedProbabilities(log_odds)


def test_the_expected_label_by_hand():
    """With probabilities of a half of being above 1, and of a fifth of being above 2: 1 + .5 (2 - 1) + .2 (5 - 2)."""
    stars = Stars((1, 2, 5), tuple(logit([0.5, 0.2])))
    inputs = keras.Input((1,), name="score")
    model = keras.Model([inputs], OrderedProbabilities(stars.log_odds)(inputs))
    expecting = with_expected_label(model, stars)
    np.testing.assert_allclose(expecting.predict_on_batch({"score": np.zeros((1, 1), np.float32)}), [[2.1]], rtol=1e-6)
    assert model.output_shape == (None, 2)
