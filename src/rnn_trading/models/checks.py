"""What a network of the user's own must obey, checked before it is trained."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_trading.models.backend import keras
from rnn_trading.models.interface import Interface
from rnn_trading.models.own_network import HOW

ROWS, STEPS, PADDING = 16, 128, 3
TOLERANCE = 1e-5
Inputs = dict[str, NDArray[Any]]


def checked(model: Any, interface: Interface, builder: str) -> keras.Model:
    """Refuse a network that does not take and give what it must, looks ahead, sees padding, or cannot be saved.

    Returns
    -------
    keras.Model
        The same network, its inputs in a list, in the order of the interface: in this form all that calls it has them.

    Raises
    ------
    ValueError
        Names the builder, and what was expected and received.
    """
    problem = f"model.builder: the network of {builder}"
    _check_form(model, interface, problem)
    by_name = {tensor.name: tensor for tensor in model.inputs}
    model = keras.Model([by_name[name] for name in interface.inputs], model.outputs[0], name=model.name)
    _check_behaviour(model, interface, problem)
    return model


def _check_behaviour(model: keras.Model, interface: Interface, problem: str) -> None:
    if interface.readers is not None:
        if not any(getattr(layer, "stateful", False) for layer in layers_of(model)):
            raise ValueError(f"{problem} carries no state. Expected recurrent layers with stateful=True. {HOW}")
        return  # what follows is checked of the same network without readers
    _check_forecasts(model, interface, problem)
    with _any_weights(model):
        if interface.every_step:
            _refuse_look_ahead(model, interface, problem)
        if any(wanted.masked for wanted in interface.inputs.values()):
            _refuse_padding(model, interface, problem)
    _check_saving(model, problem)


def layers_of(model: Any) -> Iterator[keras.layers.Layer]:
    """All layers of a network, those of networks inside it, too."""
    for layer in model.layers:
        yield layer
        if hasattr(layer, "layers"):
            yield from layers_of(layer)


@contextmanager
def _any_weights(model: keras.Model) -> Iterator[None]:
    """Weights drawn by chance, and afterwards those of before: a layer that begins at zero would hide what it does."""
    kept, generator = [weight.numpy() for weight in model.trainable_weights], np.random.default_rng(1)
    for weight in model.trainable_weights:
        weight.assign(generator.normal(0, 0.5, weight.shape))
    yield
    for weight, values in zip(model.trainable_weights, kept, strict=True):
        weight.assign(values)


def refuse_other_weights(model: keras.Model, other: keras.Model, builder: str | None) -> None:
    """Refuse two networks of one builder whose weights do not fit each other.

    Raises
    ------
    ValueError
        If the shapes of their weights differ.
    """
    shapes, others = ([tuple(weight.shape) for weight in each.weights] for each in (model, other))
    if shapes != others:
        raise ValueError(
            f"model.builder: the network of {builder} must have the same weights with readers and without. Received: "
            f"{shapes} and {others}. {HOW}"
        )


def _check_form(model: Any, interface: Interface, problem: str) -> None:
    # A subclass with a way to train of its own would lose it: there is one way to train.
    if not isinstance(model, keras.Model) or not type(model).__module__.startswith("keras."):
        raise ValueError(f"{problem}: expected a keras.Model(inputs, outputs). Received: {type(model).__name__}. {HOW}")
    wanted = {name: ((interface.readers, *each.shape), each.dtype) for name, each in interface.inputs.items()}
    received = {tensor.name: (tuple(tensor.shape), tensor.dtype) for tensor in model.inputs}
    if received != wanted:
        raise ValueError(f"{problem} has the wrong inputs. Expected: {wanted}. Received: {received}. {HOW}")
    output = (interface.readers, *interface.forecast_shape)
    shapes = [tuple(tensor.shape) for tensor in model.outputs]
    if shapes != [output]:
        raise ValueError(f"{problem} has the wrong output. Expected: {[output]}. Received: {shapes}. {HOW}")
    if not model.trainable_weights:
        raise ValueError(f"{problem} has no weight to train. {HOW}")


def example(interface: Interface, seed: int = 0) -> Inputs:
    """Inputs drawn by chance, far from zero; ids without that of padding."""
    generator = np.random.default_rng(seed)
    made: Inputs = {}
    for name, wanted in interface.inputs.items():
        shape = (ROWS, *(size or STEPS for size in wanted.shape))
        values = generator.normal(0, 10 * wanted.scale, shape)
        made[name] = (generator.integers(min(1, wanted.ids - 1), wanted.ids, shape) if wanted.ids else values).astype(
            wanted.dtype
        )
    return made


def _forecast(model: Any, inputs: Inputs) -> NDArray[np.float64]:
    return np.asarray(keras.ops.convert_to_numpy(model([*inputs.values()], training=False)), dtype=np.float64)


def _check_forecasts(model: Any, interface: Interface, problem: str) -> None:
    forecasts = _forecast(model, example(interface))
    if not np.isfinite(forecasts).all():
        raise ValueError(f"{problem} gives forecasts that are no finite numbers before it is trained. {HOW}")
    if interface.activation == "sigmoid" and ((forecasts < 0) | (forecasts > 1)).any():
        raise ValueError(
            f"{problem} must give probabilities. Expected a last layer with a sigmoid, as interface.forecast makes it. "
            f"Received: forecasts from {forecasts.min():.3g} to {forecasts.max():.3g}. {HOW}"
        )


def _refuse_look_ahead(model: Any, interface: Interface, problem: str) -> None:
    """A forecast after a step must not change with the steps behind it."""
    inputs = example(interface)
    for cut in (1, STEPS // 4, STEPS // 2, STEPS - 1):
        changed = {name: np.concatenate([each[:, :cut], each[:, cut:] + 1], axis=1) for name, each in inputs.items()}
        before, after = (_forecast(model, each)[:, :cut] for each in (inputs, changed))
        if not np.allclose(before, after, atol=TOLERANCE):
            raise ValueError(
                f"{problem} looks ahead: its forecast after a step changes with later steps. Expected a network that "
                "reads forward only: no Bidirectional layer or pooling over all steps; padding: causal in convolutions."
            )


def _refuse_padding(model: Any, interface: Interface, problem: str) -> None:
    """A forecast must not change with padding: batches are as long as their longest text."""
    inputs = example(interface)
    padded = {
        name: np.pad(values, ((0, 0), (0, PADDING))) if interface.inputs[name].masked else values
        for name, values in inputs.items()
    }
    if not np.allclose(_forecast(model, inputs), _forecast(model, padded), atol=TOLERANCE):
        raise ValueError(
            f"{problem} sees padding: its forecast changes with it, and so with the texts beside it in a batch. "
            "Expected layers that take a mask (recurrent layers, GlobalAveragePooling1D), or model.mask_padding=false."
        )


def _check_saving(model: Any, problem: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        try:
            model.save(path)
            keras.saving.load_model(path)
        except (TypeError, ValueError, AttributeError, NotImplementedError) as error:
            reason = next(iter(str(error).strip().splitlines()), type(error).__name__)
            raise ValueError(
                f"{problem} cannot be saved and loaded again: {reason} A layer class of your own needs get_config and "
                f'@keras.saving.register_keras_serializable("my_package"); Lambda layers are refused. {HOW}'
            ) from error
