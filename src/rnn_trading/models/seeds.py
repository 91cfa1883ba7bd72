"""Every random number of a network comes from one seed, handed to what draws it.

Keras takes the seed of a layer from Python's global generator, on which any other thread may draw. Here the layers of a
finished, untrained network get seeds of their own: its weights are drawn again, and its dropout starts anew.
"""

import logging
from collections.abc import Iterator
from typing import Any, Protocol, runtime_checkable

import numpy as np

from rnn_trading.models.backend import keras

logger = logging.getLogger(__name__)

MATRIX = 2  # axes
A_FEW = 100  # numbers of a weight, to see whether they differ


@runtime_checkable
class DrawsWeights(Protocol):
    """A layer that draws several weights together."""

    def draw_weights(self, seed: int) -> None:
        """Draw them again, by another seed."""


def seed_network(model: keras.Model, seed: int) -> None:
    """Draw the initial weights of a network again, and start its dropout, from a seed.

    A weight that its builder set, such as a pretrained vector, stays as it is: it is not what its initializer draws.
    So does one whose initializer was given a seed, and one of a layer that keeps no initializer. Trainable weights that
    may have been drawn otherwise are named in a warning.

    Parameters
    ----------
    model
        As its builder left it. Its weights after the call depend on the network and the seed alone, whatever other
        threads draw meanwhile.
    seed
        0 or more.

    Examples
    --------
    >>> from rnn_trading.models.backend import keras
    >>> def weights(seed):
    ...     inputs = keras.Input((2,))
    ...     model = keras.Model(inputs, keras.layers.Dense(3)(inputs))
    ...     seed_network(model, seed)
    ...     return model.get_weights()[0].tolist()
    >>> weights(1) == weights(1), weights(1) == weights(2)
    (True, False)
    """
    seeds, left = np.random.SeedSequence(seed), []
    for part in parts_of(model):
        left += [weight.path for weight in _seed_part(part, seeds.spawn(1)[0]) if weight.trainable]
    if left:
        logger.warning(
            "%s: the seed does not reach the weights %s: the builder set them, or they were drawn from Python's global "
            "generator, on which other threads draw. In the second case give their layer a seed",
            *(model.name, ", ".join(left)),
        )


def _seed_part(part: Any, seeds: np.random.SeedSequence) -> list[keras.Variable]:
    """Seed what is a layer's own; returns weights that may have been drawn elsewhere."""
    if isinstance(part, DrawsWeights):
        part.draw_weights(_integer(seeds))
        return []
    elsewhere = _weights_of(part)
    for value in _drawing(part):
        fixed, own = value.get_config()["seed"] is not None, _integer(seeds.spawn(1)[0])
        if isinstance(value, keras.initializers.Initializer):
            drawn = [weight for weight in elsewhere if _draw_again(weight, value, None if fixed else own)]
            elsewhere = [weight for weight in elsewhere if not any(weight is each for each in drawn)]
        elif not fixed:
            value.state.assign([own, 0])
    return [weight for weight in elsewhere if _is_drawn(weight)]


def _draw_again(weight: keras.Variable, initializer: keras.initializers.Initializer, seed: int | None) -> bool:
    """Whether an initializer has drawn a weight; if so, draw it by another seed (None: leave it)."""
    for form in _forms(initializer, len(weight.shape)):
        # An initializer gives the same numbers whenever it is asked: so those that it has drawn are known.
        if np.array_equal(form(weight.shape, weight.dtype), weight):
            if seed is not None:
                again = type(form).from_config(form.get_config() | {"seed": seed})
                weight.assign(again(weight.shape, weight.dtype))
            return True
    return False


def _forms(initializer: keras.initializers.Initializer, axes: int) -> Iterator[keras.initializers.Initializer]:
    """What a layer may have made of its initializer before it drew a weight of so many axes.

    `keras.layers.EinsumDense`, in attention, tells a copy which axes are inputs and which are outputs.
    """
    config = initializer.get_config()
    if axes > 1 or not isinstance(initializer, keras.initializers.Orthogonal):
        yield initializer
    if "input_axes" in config and axes > MATRIX:
        for inputs in range(1, axes):
            parts = {"input_axes": [*range(inputs)], "output_axes": [*range(inputs, axes)]}
            yield type(initializer).from_config(config | parts | {"seed": initializer.seed})


def _is_drawn(weight: keras.Variable) -> bool:
    """Whether a weight is not of zeros and ones alone, as biases begin."""
    return len(np.unique(weight.numpy().ravel()[:A_FEW])) > len((0, 1))


def _weights_of(part: Any) -> list[keras.Variable]:
    """Weights that are a layer's own, not those of layers inside it."""
    inside = {id(weight) for child in _children(part) for weight in child.weights}
    return [weight for weight in part.weights if id(weight) not in inside]


def parts_of(layer: Any) -> Iterator[Any]:
    """A layer and all layers inside it: of networks, wrappers, and cells; each once."""
    seen: set[int] = set()

    def walk(part: Any) -> Iterator[Any]:
        if id(part) not in seen:
            seen.add(id(part))
            yield part
            for child in _children(part):
                yield from walk(child)

    yield from walk(layer)


def _children(part: Any) -> list[Any]:
    if isinstance(part, keras.Model):
        return list(part.layers)
    held = (each for value in vars(part).values() for each in (value if isinstance(value, list | tuple) else [value]))
    return [each for each in (*held, *_contained(part)) if isinstance(each, keras.layers.Layer)]


def _drawing(part: Any) -> list[Any]:
    """What draws among a layer's attributes, and in those that are lists or dictionaries; each once."""
    kinds = (keras.random.SeedGenerator, keras.initializers.Initializer)
    held = {id(value): value for value in (*vars(part).values(), *_contained(part)) if isinstance(value, kinds)}
    return [value for value in held.values() if "seed" in value.get_config()]


def _contained(part: Any) -> Iterator[Any]:
    for value in vars(part).values():
        if isinstance(value, dict):
            yield from value.values()
        elif isinstance(value, list | tuple):
            yield from value


def _integer(seeds: np.random.SeedSequence) -> int:
    return int(seeds.generate_state(1)[0] >> 1)  # Keras takes 31 bits
