"""A network from lists of layers that Keras or this project knows: a new one is YAML alone."""

import difflib
from collections.abc import Sequence
from typing import Any

from rnn_trading.models.backend import keras
from rnn_trading.models.gates import ElmanCell, GatedGRUCell, GatedLSTMCell
from rnn_trading.models.interface import Interface
from rnn_trading.models.lstm import FusedLSTM

OWN: dict[str, Any] = {
    "FusedLSTM": FusedLSTM,
    "GatedLSTM": lambda units, **options: keras.layers.RNN(GatedLSTMCell(units), **options),
    "GatedGRU": lambda units, reset_after=True, **options: keras.layers.RNN(
        GatedGRUCell(units, reset_after), **options
    ),
    "ElmanRNN": lambda units, **options: keras.layers.RNN(ElmanCell(units), **options),
}
# Code in a saved model; a second input; a base class, which is no layer of a network. Cells are none, either.
REFUSED = {
    "Lambda",
    "InputLayer",
    "TFSMLayer",
    "TorchModuleWrapper",
    "JaxLayer",
    "FlaxLayer",
    "Layer",
    "Wrapper",
    "RNN",
}
SEQUENCE_RANK, VECTOR_RANK = 3, 2


def build(
    interface: Interface,
    *,
    sequence: Sequence[dict[str, Any]],
    head: Sequence[dict[str, Any]] = (),
    embedding: int | None = None,
) -> keras.Model:
    """Build a network from lists of layers.

    Inputs of ids are embedded. The input that is a sequence goes through the layers of ``sequence`` until it is one
    vector; all other inputs are put beside it; the result goes through the layers of ``head``, and a last layer makes
    the forecast. Values are divided by their scale, and the forecast is brought back to the units of the target, where
    the interface has them.

    Parameters
    ----------
    interface
        What the network must take and give.
    sequence, head
        Layers, each ``{layer: NAME, argument: value, ...}`` with the names and arguments of `keras.layers`;
        ``FusedLSTM``, ``GatedLSTM``, ``GatedGRU`` and ``ElmanRNN`` are this project's (the last three written out in
        :mod:`rnn_trading.models.gates`). The layer that a wrapper wraps is its ``of``:
        ``{layer: Bidirectional, of: {layer: GRU, units: 8}}``.
    embedding
        Dimensions of learned embeddings; needed if there is an input of ids without pretrained vectors.

    Returns
    -------
    keras.Model

    Raises
    ------
    ValueError
        If a layer or an argument is not known, layers do not fit each other, or ``embedding`` is missing; names the
        place.
    """
    _check_options({"sequence": sequence, "head": head}, embedding)
    inputs = interface.symbolic()
    prepared = [_prepared(interface, name, values, embedding) for name, values in inputs.items()]
    sequences = [values for values in prepared if len(values.shape) == SEQUENCE_RANK]
    if len(sequences) != 1:
        raise ValueError(
            f"A network of layers reads one sequence. Received: {len(sequences)} of the inputs {[*inputs]}."
        )
    (states,) = sequences
    beside = [values for values in prepared if len(values.shape) == VECTOR_RANK]
    states = _through(states, sequence, "sequence", interface)
    wanted = SEQUENCE_RANK if interface.every_step else VECTOR_RANK
    if len(states.shape) != wanted:
        raise ValueError(
            f"model.options.sequence ends with the shape {states.shape}. Expected "
            + (
                "one vector a step: let every recurrent layer have return_sequences: true."
                if interface.every_step
                else "one vector: let the last recurrent layer return its last state alone (without return_sequences), "
                "or end with GlobalAveragePooling1D or Flatten."
            )
        )
    joined = keras.layers.Concatenate(name="Joined")([states, *beside]) if beside else states
    return keras.Model(
        [*inputs.values()], interface.forecast(_through(joined, head, "head", interface)), name="Layered"
    )


def _check_options(lists: dict[str, Any], embedding: Any) -> None:
    for name, value in lists.items():
        if not isinstance(value, list | tuple):
            raise ValueError(f"model.options.{name}: expected a list of layers. Received: {value!r}.")
    if embedding is not None and not (type(embedding) is int and embedding > 0):
        raise ValueError(f"model.options.embedding: expected a whole number of dimensions. Received: {embedding!r}.")


def _prepared(interface: Interface, name: str, values: Any, embedding: int | None) -> Any:
    """An input as a sequence ``(batch, steps, features)`` or a vector ``(batch, features)``."""
    wanted = interface.inputs[name]
    if wanted.ids:
        if embedding is None and wanted.vectors is None:
            raise ValueError(f"model.options.embedding: expected the dimensions of an embedding, for {name}.")
        values = interface.embedding(name, embedding or 1)(values)
        return keras.layers.Flatten(name=name.removesuffix("s"))(values) if values.shape[1] == 1 else values
    return values if wanted.scale == 1.0 else keras.layers.Rescaling(1 / wanted.scale, name=f"Scaled{name}")(values)


def _through(states: Any, layers: Sequence[dict[str, Any]], part: str, interface: Interface) -> Any:
    for position, described in enumerate(layers):
        place = f"model.options.{part}[{position}]"
        layer = _layer(described, place, stateful=interface.readers is not None)
        try:
            states = layer(states)
        except (ValueError, TypeError) as error:
            raise ValueError(f"{place}: {layer.__class__.__name__} does not fit here. {_first_line(error)}") from error
        if isinstance(states, list | tuple):
            raise ValueError(f"{place}: expected a layer with one output. Received: {len(states)} outputs.")
        if len(states.shape) == VECTOR_RANK and states.shape[-1] is None:
            raise ValueError(
                f"{place}: {layer.__class__.__name__} needs a known number of steps. Expected a layer that takes any, "
                "such as GlobalAveragePooling1D or a recurrent layer, or model.mask_padding: false."
            )
    return states


def _layer(described: Any, place: str, *, stateful: bool) -> Any:
    """One layer from its description."""
    if not isinstance(described, dict) or not isinstance(described.get("layer"), str):
        raise ValueError(f"{place}: expected {{layer: NAME, argument: value, ...}}. Received: {described!r}.")
    arguments = {name: value for name, value in described.items() if name not in ("layer", "of")}
    if "of" in described:
        arguments["layer"] = _layer(described["of"], f"{place}.of", stateful=stateful)
    make = _known(described["layer"], place)
    # Of this project's own layers, all are.
    recurrent = described["layer"] in OWN or (isinstance(make, type) and issubclass(make, keras.layers.RNN))
    if stateful and recurrent:
        arguments["stateful"] = True
    try:
        return make(**arguments)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{place}: {described['layer']} cannot be made. {_first_line(error)}") from error


def _known(name: str, place: str) -> Any:
    known = OWN | {
        each: layer
        for each, layer in vars(keras.layers).items()
        if isinstance(layer, type)
        and issubclass(layer, keras.layers.Layer)
        and each not in REFUSED
        and not each.endswith(("Cell", "Cells"))
    }
    if name not in known:
        spelled = {each.lower(): each for each in known}
        near = difflib.get_close_matches(name.lower(), spelled, n=1, cutoff=0.5)
        hint = f" Did you mean {spelled[near[0]]}?" if near else ""
        raise ValueError(
            f"{place}: expected the name of a layer of keras.layers, or of {', '.join(OWN)}. Received: {name!r}.{hint}"
        )
    return known[name]


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)
