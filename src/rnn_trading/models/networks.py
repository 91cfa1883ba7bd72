"""One way to build: every architecture by its parameters, or a network of the user's own in its place."""

from collections.abc import Callable
from typing import Any

import numpy as np

from rnn_trading.models.backend import keras
from rnn_trading.models.filing_network import build_filing_network
from rnn_trading.models.interface import Interface
from rnn_trading.models.own_network import HOW, NetworkParameters, find_builder
from rnn_trading.models.parameters import (
    FilingNetworkParameters,
    SequenceNetworkParameters,
    StackedLstmParameters,
    TextNetworkParameters,
)
from rnn_trading.models.sequence_network import build_sequence_network, build_stepwise_network
from rnn_trading.models.stacked_lstm import build_stacked_lstm
from rnn_trading.models.text_network import build_text_network


def _stacked_lstm(architecture: StackedLstmParameters, interface: Interface) -> keras.Model:
    returns, tickers = interface.inputs["Returns"], interface.inputs["Tickers"]
    return build_stacked_lstm(architecture, returns.shape[0], tickers.ids, returns.scale, interface.target[1])


def _sequence(architecture: SequenceNetworkParameters, interface: Interface) -> keras.Model:
    steps = interface.inputs["Values"].shape[0]
    if interface.every_step:
        return build_stepwise_network(architecture, steps, interface.readers)
    return build_sequence_network(architecture, steps, interface.outputs)


def _text(architecture: TextNetworkParameters, interface: Interface) -> keras.Model:
    words = interface.inputs["Words"]
    return build_text_network(architecture, words.shape[0], words.ids, words.vectors)


def _filing(architecture: FilingNetworkParameters, interface: Interface) -> keras.Model:
    words = interface.inputs["Words"]
    return build_filing_network(architecture, words.shape[0], words.ids, interface.target)


# By the parameters that describe it, what builds an architecture.
ARCHITECTURES: dict[type, Callable[[Any, Interface], keras.Model]] = {
    StackedLstmParameters: _stacked_lstm,
    SequenceNetworkParameters: _sequence,
    TextNetworkParameters: _text,
    FilingNetworkParameters: _filing,
}


def build_network(architecture: NetworkParameters, interface: Interface, name: str | None = None) -> keras.Model:
    """Build the untrained network that the parameters describe.

    Parameters
    ----------
    architecture
        One of :data:`ARCHITECTURES`; its ``builder``, if it has one, takes the place of the architecture.
    interface
        What the network must take and give.
    name
        Name of the network; None: its builder's.

    Returns
    -------
    keras.Model

    Raises
    ------
    ValueError
        If the builder's network does not fit the interface.
    """
    if architecture.builder is None:
        model = ARCHITECTURES[type(architecture)](architecture, interface)
    else:
        model = find_builder(architecture.builder, architecture.options)(interface, **architecture.options)
        check_network(model, interface, architecture.builder)
        model = _with_listed_inputs(model, interface)
        if interface.every_step and interface.readers is None:
            refuse_look_ahead(model, interface, architecture.builder)
    if name is not None:
        model.name = name
    return model


def _with_listed_inputs(model: keras.Model, interface: Interface) -> keras.Model:
    """The same network, its inputs in a list, in which order and form all that calls it has them.

    A model of a class of the user's own stays as it is.
    """
    if not type(model).__module__.startswith("keras."):
        return model
    by_name = {tensor.name: tensor for tensor in model.inputs}
    return keras.Model([by_name[name] for name in interface.inputs], model.outputs[0], name=model.name)


def check_network(model: Any, interface: Interface, builder: str) -> None:
    """Refuse a network that does not take and give what it must.

    Raises
    ------
    ValueError
        Names the builder, and what was expected and received.
    """
    problem = f"model.builder: the network of {builder}"
    if not isinstance(model, keras.Model) or not getattr(model, "inputs", None):
        raise ValueError(f"{problem}: expected a keras.Model(inputs, outputs). Received: {type(model).__name__}. {HOW}")
    wanted = {name: (interface.readers, *each.shape) for name, each in interface.inputs.items()}
    received = {tensor.name: tuple(tensor.shape) for tensor in model.inputs}
    if received != wanted:
        raise ValueError(f"{problem} has the wrong inputs. Expected: {wanted}. Received: {received}. {HOW}")
    steps = next(iter(interface.inputs.values())).shape[:1] if interface.every_step else ()
    output = (interface.readers, *steps, interface.outputs)
    shapes = [tuple(tensor.shape) for tensor in model.outputs]
    if shapes != [output]:
        raise ValueError(f"{problem} has the wrong output. Expected: {[output]}. Received: {shapes}. {HOW}")


def refuse_look_ahead(model: keras.Model, interface: Interface, builder: str) -> None:
    """Refuse a network whose forecast after a step changes with the steps behind it.

    Raises
    ------
    ValueError
        If one does.
    """
    (name,) = interface.inputs
    steps, features = 8, interface.inputs[name].shape[1] or 1
    values = np.random.default_rng(0).normal(size=(2, steps, features)).astype(np.float32)
    changed = values.copy()
    changed[:, steps // 2 :] += 1
    before, after = (np.asarray(model([each], training=False)) for each in (values, changed))
    if not np.allclose(before[:, : steps // 2], after[:, : steps // 2], atol=1e-6):
        raise ValueError(
            f"model.builder: the network of {builder} looks ahead: its forecast after a step changes with later steps. "
            "Expected a network that reads forward only: no Bidirectional layer, no pooling over all steps, padding: "
            "causal in convolutions."
        )
