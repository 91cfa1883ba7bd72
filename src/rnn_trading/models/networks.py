"""One way to build: every architecture by its parameters, or a network of the user's own in its place."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn_trading.models.backend import keras
from rnn_trading.models.checks import checked, refuse_other_weights
from rnn_trading.models.encoder_decoder import build_encoder_decoder
from rnn_trading.models.filing_network import build_filing_network
from rnn_trading.models.interface import Interface
from rnn_trading.models.own_network import NetworkParameters, find_builder
from rnn_trading.models.parameters import (
    EncoderDecoderParameters,
    FilingNetworkParameters,
    ResidualNetworkParameters,
    SequenceNetworkParameters,
    StackedLstmParameters,
    TextNetworkParameters,
)
from rnn_trading.models.residual_network import build_residual_network
from rnn_trading.models.sequence_network import build_sequence_network, build_stepwise_network
from rnn_trading.models.stacked_lstm import build_stacked_lstm
from rnn_trading.models.states import digest_of
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
    return build_text_network(
        *(architecture, words.shape[0], words.ids, words.vectors, interface.log_odds, words.counted),
        share=interface.target[0],
    )


def _filing(architecture: FilingNetworkParameters, interface: Interface) -> keras.Model:
    words = interface.inputs["Words"]
    changes = interface.inputs["Changes"].ids if architecture.changes else 0
    return build_filing_network(
        *(architecture, words.shape[0], words.ids, interface.target, "FilingGRU"),
        *(words.vectors, changes, words.counted),
    )


PACKAGE = "rnn_trading.models."

# By the parameters that describe it, what builds an architecture.
ARCHITECTURES: dict[type, Callable[[Any, Interface], keras.Model]] = {
    StackedLstmParameters: _stacked_lstm,
    SequenceNetworkParameters: _sequence,
    EncoderDecoderParameters: build_encoder_decoder,
    ResidualNetworkParameters: build_residual_network,
    TextNetworkParameters: _text,
    FilingNetworkParameters: _filing,
}


def build_network(
    architecture: NetworkParameters, interface: Interface, name: str | None = None, like: keras.Model | None = None
) -> keras.Model:
    """Build the untrained network that the parameters describe.

    Parameters
    ----------
    architecture
        One of :data:`ARCHITECTURES`; its ``builder``, if it has one, takes the place of the architecture.
    interface
        What the network must take and give.
    name
        Name of the network; None: its builder's.
    like
        A network of the same builder, whose weights must fit this one.

    Returns
    -------
    keras.Model

    Raises
    ------
    ValueError
        If the builder's network does not fit the interface; see :func:`rnn_trading.models.checks.checked`.
    """
    if architecture.builder is None:
        model = ARCHITECTURES[type(architecture)](architecture, interface)
    else:
        build = find_builder(architecture.builder, architecture.options)
        model = checked(build(_copy(interface), **architecture.options), interface, architecture.builder)
    if like is not None:
        refuse_other_weights(model, like, architecture.builder)
    if name is not None:
        model.name = name
    return model


@dataclass(frozen=True)
class Blueprint:
    """What a network is built from: called, it builds it, see :func:`build_network`.

    Its digest is that of the architecture and the interface, constants and vectors included, and needs no network.
    """

    architecture: NetworkParameters
    interface: Interface
    name: str | None = None
    like: keras.Model | None = None

    def __call__(self) -> keras.Model:
        """Build the untrained network."""
        return build_network(self.architecture, self.interface, self.name, self.like)

    def digest(self) -> str:
        """SHA-256 of what the network is built from; its name does not belong to it."""
        inputs = self.interface.inputs.items()
        arrays = [array for _, each in inputs for array in each.arrays()]
        plain = {name: each.without_arrays() for name, each in inputs}
        facts = repr((self.architecture, dataclasses.replace(self.interface, inputs=plain)))
        return digest_of([np.array(facts), *arrays])

    def modules(self) -> set[str]:
        """Those of the architectures, and that of a builder of the user's own."""
        return {__name__, *self._module_of_builder()}

    @property
    def foreign(self) -> bool:
        """Whether a builder from elsewhere builds it."""
        return any(not module.startswith(PACKAGE) for module in self._module_of_builder())

    def _module_of_builder(self) -> list[str]:
        builder, options = self.architecture.builder, self.architecture.options
        return [] if builder is None else [find_builder(builder, options).__module__]


def _copy(interface: Interface) -> Interface:
    """An interface that a builder may change."""
    return dataclasses.replace(interface, inputs=dict(interface.inputs))
