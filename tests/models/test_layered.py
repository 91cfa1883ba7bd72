"""Networks of known layers, from lists in YAML."""

import numpy as np
import pytest

import rnn_trading.models  # noqa: F401  quietens TensorFlow before it is imported
from rnn_trading.models.interface import Input, Interface
from rnn_trading.models.networks import build_network
from rnn_trading.models.own_network import NetworkParameters
from rnn_trading.models.stacked_lstm import average_embedding

WINDOW = Interface({"Values": Input((6, 1))})
STEPS = Interface({"Values": Input((None, 1))}, every_step=True)
PANEL = Interface(
    {"Returns": Input((6, 1), scale=0.05), "Tickers": Input((1,), "int32", ids=4), "Months": Input((12,))}
)
WORDS = Interface({"Words": Input((None,), "int32", ids=9, masked=True)}, activation="sigmoid")
CONVOLUTION = [{"layer": "Conv1D", "filters": 4, "kernel_size": 3, "padding": "same"}]


def test_masked_padding_must_not_be_seen():
    """Batches are as long as their longest text: else a forecast depends on the texts beside it."""
    layers(WORDS, sequence=[{"layer": "GRU", "units": 3}], embedding=3)
    layers(WORDS, sequence=[{"layer": "GlobalAveragePooling1D"}], embedding=3)
    with (
        pytest.warns(UserWarning, match="does not support masking"),
        pytest.raises(ValueError, match="sees padding: its forecast changes with it"),
    ):
        layers(WORDS, sequence=[*CONVOLUTION, {"layer": "GlobalMaxPooling1D"}], embedding=3)


def layers(interface, **options):
    return build_network(NetworkParameters(builder="rnn_trading.models.layered.build", options=options), interface)


def test_a_gru_may_reset_before_the_product():
    """As in 2014 it has one bias a gate; as in Keras a second one."""
    for reset_after, parameters in ((True, 3 * 4 * (1 + 4 + 2)), (False, 3 * 4 * (1 + 4 + 1))):
        model = layers(WINDOW, sequence=[{"layer": "GatedGRU", "units": 4, "reset_after": reset_after}])
        assert model.count_params() == parameters + 5


def test_layers_in_order():
    model = layers(
        PANEL,
        sequence=[{"layer": "LSTM", "units": 4, "return_sequences": True}, {"layer": "FusedLSTM", "units": 3}],
        head=[{"layer": "Dense", "units": 5, "activation": "relu"}, {"layer": "Dropout", "rate": 0.1}],
        embedding=2,
    )
    # LSTMs: 4 (4 (1 + 4) + 4) = 96, 4 (3 (4 + 3) + 3) = 96; tickers 8; 5 (3 + 2 + 12 + 1) = 90; 6.
    assert model.count_params() == 96 + 96 + 8 + 90 + 6
    assert model.get_layer("ScaledReturns").scale == pytest.approx(20)


@pytest.mark.parametrize("layer", ["GRU", "GatedGRU", "ElmanRNN"])
def test_a_stateful_network_of_layers_carries_its_states(layer):
    interface = Interface({"Values": Input((2, 1))}, every_step=True, readers=3)
    described = [{"layer": layer, "units": 4, "return_sequences": True}]
    model = layers(interface, sequence=described)
    values = np.random.default_rng(0).normal(size=(3, 4, 1)).astype(np.float32)
    whole = layers(STEPS, sequence=described)
    whole.set_weights(model.get_weights())
    parts = [model.predict_on_batch({"Values": values[:, start : start + 2]}) for start in (0, 2)]
    np.testing.assert_allclose(np.concatenate(parts, axis=1), whole.predict_on_batch({"Values": values}), atol=1e-6)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"sequence": [{"layer": "GRUU", "units": 3}]},
            r"sequence\[0\]: expected the name.*Did you mean GRU\?",
        ),
        ({"sequence": [{"layer": "Lambda"}]}, r"sequence\[0\]: expected the name of a layer.*Received: 'Lambda'"),
        (
            {"sequence": [{"units": 3}]},
            r"sequence\[0\]: expected {layer: NAME.*Received: {'units': 3}",
        ),
        ({"sequence": ["GRU"]}, r"sequence\[0\]: expected {layer: NAME"),
        ({"sequence": [{"layer": "GRU", "unit": 3}]}, r"sequence\[0\]: GRU cannot be made"),
        ({"sequence": [{"layer": "GRU", "units": 3}] * 2}, r"sequence\[1\]: GRU does not fit here"),
        (
            {"sequence": [{"layer": "GRU", "units": 3, "return_sequences": True}]},
            r"sequence ends with the shape \(None, 6, 3\). Expected one vector",
        ),
        (
            {"sequence": [{"layer": "Bidirectional", "of": {"layer": "GRUX", "units": 3}}]},
            r"sequence\[0\].of: expected the name of a layer",
        ),
        (
            {"sequence": [{"layer": "GRU", "units": 3}], "head": [{"layer": "Dense"}]},
            r"head\[0\]: Dense cannot be made",
        ),
    ],
)
def test_layers_that_are_not_known_or_do_not_fit_are_refused_by_their_place(options, message):
    with pytest.raises(ValueError, match=message):
        layers(WINDOW, **options)


def test_ids_need_dimensions():
    with pytest.raises(ValueError, match="embedding: expected the dimensions of an embedding, for Tickers"):
        layers(PANEL, sequence=[{"layer": "GRU", "units": 3}])


@pytest.mark.parametrize(
    "described",
    [
        [{"layer": "Conv1D", "filters": 3, "kernel_size": 3, "padding": "same", "dilation_rate": 8}],
        [{"layer": "ZeroPadding1D", "padding": [0, 8]}, {"layer": "Cropping1D", "cropping": [8, 0]}],
    ],
)
def test_a_far_look_ahead_is_seen(described):
    with pytest.raises(ValueError, match="looks ahead"):
        layers(STEPS, sequence=described)


def test_a_look_ahead_behind_weights_of_zero_is_seen():
    gru = {"layer": "GRU", "units": 3, "return_sequences": True}
    head = [{"layer": "Dense", "units": 3, "kernel_initializer": "zeros"}]
    with pytest.raises(ValueError, match="looks ahead"):
        layers(STEPS, sequence=[{"layer": "Bidirectional", "of": gru}], head=head)
    # What is not refused keeps the weights that it began with.
    model = layers(STEPS, sequence=[gru], head=head)
    assert not model.get_weights()[3].any()


def test_causal_convolutions_are_taken():
    model = layers(STEPS, sequence=[{"layer": "Conv1D", "filters": 3, "kernel_size": 3, "padding": "causal"}])
    assert model.output_shape == (None, None, 1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"sequence": None}, "sequence: expected a list of layers. Received: None"),
        ({"sequence": {"layer": "GRU"}}, "sequence: expected a list of layers"),
        ({"sequence": [{"layer": "GRU", "units": 3}], "head": None}, "head: expected a list of layers"),
        ({"sequence": [{"layer": "GRU", "units": 3}], "embedding": 0}, "embedding: expected a whole number"),
        ({"sequence": [{"layer": "gru", "units": 3}]}, r"Did you mean GRU\?"),
        ({"sequence": [{"layer": "GRU", "units": 3, "return_state": True}]}, "expected a layer with one output"),
        ({"sequence": [{"layer": "GRUCell", "units": 3}]}, "expected the name of a layer"),
    ],
)
def test_options_that_make_no_network_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        layers(WINDOW, **options)


def test_a_text_of_any_length_cannot_be_flattened():
    with (
        pytest.warns(UserWarning, match="does not support masking"),
        pytest.raises(ValueError, match="Flatten needs a known number of steps"),
    ):
        layers(WORDS, sequence=[{"layer": "Flatten"}], embedding=3)


def test_a_ticker_without_an_embedding_of_ours_is_said(caplog):
    model = layers(PANEL, sequence=[{"layer": "GRU", "units": 3}], embedding=2)
    average_embedding(model, 0)
    assert not caplog.records
    average_embedding(layers(WINDOW, sequence=[{"layer": "GRU", "units": 3}]), 0)
    assert "no layer TickerEmbedding" in caplog.text


def test_a_network_with_readers_must_have_the_weights_of_that_without():
    architecture = NetworkParameters(
        builder="rnn_trading.models.layered.build",
        options={"sequence": [{"layer": "GRU", "units": 3, "return_sequences": True}]},
    )
    stateful = Interface({"Values": Input((2, 1))}, every_step=True, readers=3)
    build_network(architecture, stateful, like=build_network(architecture, STEPS))
    other = build_network(NetworkParameters(builder=architecture.builder, options={"sequence": [SMALLER]}), STEPS)
    with pytest.raises(ValueError, match="must have the same weights with readers and without"):
        build_network(architecture, stateful, like=other)


SMALLER = {"layer": "GRU", "units": 2, "return_sequences": True}
