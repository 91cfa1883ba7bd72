"""One traced network for all networks of one architecture.

To trace a network takes seconds of CPU, longer than many a training. What is traced depends on its layers, the shapes
of its variables, and how it is compiled, not on the values of its variables. So networks of one architecture borrow a
copy that stays traced: it takes over their weights, the states of their dropout, their optimizer's variables, and the
constants by which they scale.
"""

import hashlib
import json
import threading
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_trading.models.backend import keras, tf
from rnn_trading.models.batches import Inputs
from rnn_trading.models.ordinal import OrderedProbabilities
from rnn_trading.models.seeds import parts_of

# Networks of one experiment are fitted one after the other, by one compiled step; a few more forecast, or belong to the
# experiment before. A copy holds its weights and its optimizer's variables in memory: so there are not many.
KEPT = 8
# Layers from elsewhere may hold what a copy would not have.
KNOWN = ("keras.", "rnn_trading.models.")
# Constants of layers that come from data, by the attribute: in a copy they are variables, so that they can change.
CONSTANTS: dict[type, tuple[str, ...]] = {
    keras.layers.Rescaling: ("scale", "offset"),
    OrderedProbabilities: ("log_odds", "distances"),
}
CONFIGURED = {kind.__name__: names for kind, names in CONSTANTS.items()}


@dataclass
class Traced:
    """A network that is traced once.

    Attributes
    ----------
    model
        The copy; of a network that cannot be copied, the network itself.
    key
        See :func:`key_of`.
    compiled
        How it was compiled; None: it was not.
    functions
        By their purpose, what was made of it; the last few.
    """

    model: keras.Model
    key: str | None
    compiled: Hashable = None
    functions: dict[Hashable, Any] = field(default_factory=dict)

    def function(self, purpose: Hashable, make: Callable[[keras.Model], Any]) -> Any:
        """What ``make`` makes of the network, such as a traced function; made once for a purpose."""
        self.functions[purpose] = self.functions.pop(purpose, None) or make(self.model)
        for oldest in [*self.functions][:-KEPT]:
            del self.functions[oldest]
        return self.functions[purpose]


_waiting: list[Traced] = []  # what nobody has borrowed, last used last
_one_at_a_time = threading.Lock()


@contextmanager
def traced(
    network: keras.Model, compiled: Hashable = None, compile_: Callable[[keras.Model], None] | None = None
) -> Iterator[Traced]:
    """Lend a traced network with the state of another one of the same architecture.

    A network with a layer that is neither Keras' nor this project's is lent itself. What fails while it is borrowed
    is not lent again. A thread never gets what another has borrowed.

    Parameters
    ----------
    network
        Whose state is taken over. It stays as it is: see :func:`copy_variables` for the way back.
    compiled
        How it must be compiled to be trained, in a form that can be compared; None: it only forecasts.
    compile_
        Compiles a new one. A network that is to be trained is compiled already, its optimizer built.
    """
    borrowed = _borrow(network, compiled, compile_)
    if borrowed.model is not network:
        copy_variables(network, borrowed.model)
        if compiled is not None:
            _copy(network.optimizer.variables, borrowed.model.optimizer.variables)
    yield borrowed
    if borrowed.key is not None:
        with _one_at_a_time:
            _waiting.append(borrowed)
            del _waiting[:-KEPT]


def _borrow(network: keras.Model, compiled: Hashable, compile_: Callable[[keras.Model], None] | None) -> Traced:
    key = key_of(network)
    if key is None:
        return Traced(network, None)
    with _one_at_a_time:
        for position, each in reversed([*enumerate(_waiting)]):
            if each.key == key and compiled in (None, each.compiled):
                return _waiting.pop(position)
    model = type(network).from_config(network.get_config())
    if key_of(model) != key:
        return Traced(network, None)
    for layer, name in _constants_of(model):
        setattr(layer, name, tf.Variable(np.float32(getattr(layer, name)), trainable=False))
    if compile_ is not None:
        compile_(model)
    return Traced(model, key, compiled)


@contextmanager
def forecasting(
    network: keras.Model, shapes: Iterable[tuple[int, ...]]
) -> Iterator[Callable[[Inputs], NDArray[np.floating]]]:
    """Lend a function from inputs by name to forecasts.

    A function is traced for the shape of its first batch, and for other shapes once more, with free sizes in the place
    of those that differ; the last digits of a forecast may depend on it. So the function that is lent was traced for
    batches like these, and none else: what came before changes no digit.

    Parameters
    ----------
    network
        See :func:`traced`.
    shapes
        Of all batches, in their order.
    """

    def make(model: keras.Model) -> Any:
        def call(inputs: dict[str, tf.Tensor]) -> tf.Tensor:
            return model(inputs, training=False)

        return call if model.run_eagerly else tf.function(call, reduce_retracing=True, jit_compile=False)

    with traced(network) as borrowed:
        function = borrowed.function(("forecast", traces_of(shapes)), make)
        dtypes = {tensor.name: tensor.dtype for tensor in network.inputs}
        yield lambda inputs: function(
            {name: tf.constant(np.asarray(inputs[name], dtype)) for name, dtype in dtypes.items()}
        ).numpy()


def traces_of(shapes: Iterable[tuple[int, ...]]) -> tuple[tuple[int | None, ...], ...]:
    """What a function is traced for, batch after batch; None: any size.

    Examples
    --------
    >>> traces_of([(512, 9), (512, 9), (512, 12), (512, 15), (80, 17)])
    ((512, 9), (512, None), (None, None))
    """
    traces: list[tuple[int | None, ...]] = []
    for shape in shapes:
        if not any(all(size in (None, own) for size, own in zip(trace, shape, strict=True)) for trace in traces):
            before = traces[-1] if traces else shape
            traces.append(tuple(own if size == own else None for size, own in zip(before, shape, strict=True)))
    return tuple(traces)


def forget_all() -> None:
    """Let go of all traced networks: for tests and measurements, which begin as a process that has traced nothing."""
    with _one_at_a_time:
        _waiting.clear()


def copy_variables(source: keras.Model, target: keras.Model) -> None:
    """Give a network the weights, the states and the constants of another one of the same architecture."""
    _copy(source.variables, target.variables)
    for (layer, name), (other, _) in zip(_constants_of(source), _constants_of(target), strict=True):
        if isinstance(constant := getattr(other, name), tf.Variable):
            constant.assign(np.float32(getattr(layer, name)))


def _copy(sources: list[keras.Variable], targets: list[keras.Variable]) -> None:
    for source, target in zip(sources, targets, strict=True):
        target.assign(source)


def key_of(network: keras.Model) -> str | None:
    """A digest of all that is traced of a network; None if it has a layer or function from elsewhere.

    The names of layers, the values of variables and the constants that come from data do not belong to it.
    """
    if not _is_known(network):
        return None
    try:
        config = json.dumps(by_place(_without_constants(network.get_config()), {}))
    except TypeError:  # a value that has no plain form
        return None
    shapes = [np.shape(getattr(layer, name)) for layer, name in _constants_of(network)]
    variables = [(tuple(each.shape), each.dtype, each.trainable, each.value.device) for each in network.variables]
    facts = (type(network).__name__, config, shapes, variables, network.run_eagerly)
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def _is_known(network: keras.Model) -> bool:
    """Whether all that a network is made of comes from Keras or from this project's models."""
    parts = [*parts_of(network)]
    networks = [part for part in parts if isinstance(part, keras.Model)]
    held = [value for part in parts for value in vars(part).values()]
    modules = [
        *(type(each).__module__ for each in parts),
        *(type(each).__module__ for one in networks for each in getattr(one, "operations", ())),
        *(type(each).__module__ for each in held if hasattr(each, "get_config")),
        *(each.__module__ for each in held if isinstance(each, FunctionType)),
    ]
    return not any(isinstance(part, keras.layers.Lambda) for part in parts) and all(
        module.startswith(KNOWN) for module in modules
    )


def _constants_of(network: keras.Model) -> list[tuple[Any, str]]:
    return [(part, name) for part in parts_of(network) for name in CONSTANTS.get(type(part), ())]


def _without_constants(config: Any) -> Any:
    if isinstance(config, dict):
        left_out = CONFIGURED.get(config.get("class_name", ""), ())
        return {
            key: _without_constants(
                {name: each for name, each in value.items() if name not in left_out} if key == "config" else value
            )
            if isinstance(value, dict)
            else _without_constants(value)
            for key, value in config.items()
        }
    return [_without_constants(each) for each in config] if isinstance(config, list | tuple) else config


def by_place(config: Any, places: dict[str, str]) -> Any:
    """A configuration in which every name is the place where it first stands.

    Keras numbers the names of layers that have none, by all that were made before.
    """
    if isinstance(config, dict):
        named = config.get("name")
        if isinstance(named, str):
            places.setdefault(named, f"name {len(places)}")
        return {key: by_place(value, places) for key, value in config.items()}
    if isinstance(config, list | tuple):
        return [by_place(each, places) for each in config]
    return places.get(config, config) if isinstance(config, str) else config
