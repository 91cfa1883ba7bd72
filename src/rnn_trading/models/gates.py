"""The cells of a simple RNN, a GRU and an LSTM written out equation by equation, to be read."""

from collections.abc import Callable
from typing import Any, ClassVar

from rnn_trading.models.backend import keras, tf


class WrittenOutCell(keras.layers.Layer):
    """What the cells have in common: weights by gate, which start as Keras starts them.

    Keras draws the kernels of all gates as one matrix (Glorot uniform; recurrent ones orthogonal); so do these cells,
    and each gate takes its block.

    Parameters
    ----------
    units
        Length of the output and of each state.

    Attributes
    ----------
    gates
        Names of the gates, in the order in which Keras holds them.
    states
        How many states there are, the output first.

    Call arguments
    --------------
    inputs
        float32, ``(batch, features)``.
    states
        float32, ``(batch, units)`` each.
    """

    gates: ClassVar[tuple[str, ...]]
    states: ClassVar[int] = 1

    def __init__(self, units: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.state_size = [units] * self.states
        self.output_size = units

    def build(self, input_shape: tuple[int, ...]) -> None:
        """Make the weights of all gates for inputs of shape ``(batch, features)``."""
        kernel, recurrent = keras.initializers.GlorotUniform(), keras.initializers.Orthogonal()
        for gate in self.gates:
            self._add(f"kernel_{gate}", (input_shape[-1], self.units), self._block_of(kernel, gate))
            self._add(f"recurrent_kernel_{gate}", (self.units, self.units), self._block_of(recurrent, gate))
            self._add(f"bias_{gate}", (self.units,), "ones" if gate == "forget" else "zeros")

    def _add(self, name: str, shape: tuple[int, ...], initializer: Any) -> None:
        setattr(self, name, self.add_weight(name=name, shape=shape, initializer=initializer))

    def _block_of(self, initializer: keras.initializers.Initializer, gate: str) -> Callable[..., tf.Tensor]:
        """Draw the kernels of all gates together, and take that of one: the others draw the same numbers."""
        first = self.gates.index(gate) * self.units

        def draw(shape: tuple[int, int], dtype: Any = None) -> tf.Tensor:
            return initializer((shape[0], len(self.gates) * self.units), dtype)[:, first : first + self.units]

        return draw

    def draw_weights(self, seed: int) -> None:
        """Draw the kernels of all gates by another seed."""
        kernel, recurrent = keras.initializers.GlorotUniform(seed=seed), keras.initializers.Orthogonal(seed=seed)
        for kind, initializer in {"kernel": kernel, "recurrent_kernel": recurrent}.items():
            for gate in self.gates:
                weight = getattr(self, f"{kind}_{gate}")
                weight.assign(self._block_of(initializer, gate)(weight.shape, weight.dtype))

    def weighted(self, inputs: tf.Tensor, output: tf.Tensor, gate: str) -> tf.Tensor:
        """One gate before its activation: x W + h U + b, ``(batch, units)``."""
        kernel, recurrent = getattr(self, f"kernel_{gate}"), getattr(self, f"recurrent_kernel_{gate}")
        return inputs @ kernel + output @ recurrent + getattr(self, f"bias_{gate}")

    def get_initial_state(self, batch_size: Any = None) -> list[tf.Tensor]:
        """Zeros, ``(batch, units)`` for each state."""
        return [keras.ops.zeros((batch_size, self.units), dtype=self.compute_dtype) for _ in range(self.states)]

    def get_config(self) -> dict[str, Any]:
        """Arguments that rebuild the cell."""
        return {**super().get_config(), "units": self.units}


@keras.saving.register_keras_serializable("rnn_trading")
class ElmanCell(WrittenOutCell):
    """One step of a simple RNN (Elman, 1990).

    With x the input and h the output of the step before:

    - output  h' = tanh(x W + h U + b)

    Elman's units are logistic; tanh is Keras' choice. Use it as ``keras.layers.RNN(ElmanCell(units))``. With equal
    weights it is `keras.layers.SimpleRNN`, to rounding. Parameters, arguments and the weights it starts with: see
    :class:`WrittenOutCell`.

    Examples
    --------
    >>> cell = ElmanCell(2)
    >>> cell.build((None, 3))
    >>> cell.count_params()  # W has 3 x 2, U 2 x 2, b 2
    12
    """

    gates = ("output",)

    def call(self, inputs: tf.Tensor, states: list[tf.Tensor], training: bool = False) -> Any:
        """Return h', twice: it is the state, too."""
        output = keras.ops.tanh(self.weighted(inputs, states[0], "output"))
        return output, [output]


@keras.saving.register_keras_serializable("rnn_trading")
class GatedGRUCell(WrittenOutCell):
    """One step of a GRU (Cho, van Merrienboer, Gulcehre, Bahdanau, Bougares, Schwenk and Bengio, 2014).

    With x the input and h the output of the step before:

    - update gate  z = sigmoid(x W_z + b_z + h U_z + d_z)
    - reset gate   r = sigmoid(x W_r + b_r + h U_r + d_r)
    - candidate    g = tanh(x W_g + b_g + r (h U_g + d_g))
    - output       h' = z h + (1 - z) g

    That is the form of Keras and of cuDNN, which reset after the product with U. Cho et al. reset before it, and there
    is one bias a gate: g = tanh(x W_g + b_g + (r h) U_g), and no d.

    Use it as ``keras.layers.RNN(GatedGRUCell(units))``. With equal weights it is `keras.layers.GRU`, to rounding.
    Arguments and the weights it starts with: see :class:`WrittenOutCell`.

    Parameters
    ----------
    units
        Length of h.
    reset_after
        Whether the reset gate is applied after the product with U.

    Examples
    --------
    >>> for reset_after in (True, False):
    ...     cell = GatedGRUCell(2, reset_after)
    ...     cell.build((None, 3))
    ...     print(cell.count_params())  # of each gate W has 3 x 2, U 2 x 2, b 2, and d 2 if it is there
    42
    36
    """

    gates = ("update", "reset", "candidate")

    def __init__(self, units: int, reset_after: bool = True, **kwargs: Any) -> None:
        super().__init__(units, **kwargs)
        self.reset_after = reset_after

    def build(self, input_shape: tuple[int, ...]) -> None:
        """Make the weights of the three gates for inputs of shape ``(batch, features)``."""
        super().build(input_shape)
        if self.reset_after:
            for gate in self.gates:
                self._add(f"recurrent_bias_{gate}", (self.units,), "zeros")

    def weighted(self, inputs: tf.Tensor, output: tf.Tensor, gate: str) -> tf.Tensor:
        """One gate before its activation: x W + h U + b, and d where it exists, ``(batch, units)``."""
        total = super().weighted(inputs, output, gate)
        return total + getattr(self, f"recurrent_bias_{gate}") if self.reset_after else total

    def call(self, inputs: tf.Tensor, states: list[tf.Tensor], training: bool = False) -> Any:
        """Return h', twice: it is the state, too."""
        (output,) = states  # (batch, units)
        update, reset = (keras.ops.sigmoid(self.weighted(inputs, output, gate)) for gate in ("update", "reset"))
        if self.reset_after:
            remembered = output @ self.recurrent_kernel_candidate + self.recurrent_bias_candidate
            candidate = inputs @ self.kernel_candidate + self.bias_candidate + reset * remembered
        else:
            candidate = self.weighted(inputs, reset * output, "candidate")
        output = update * output + (1 - update) * keras.ops.tanh(candidate)
        return output, [output]

    def get_config(self) -> dict[str, Any]:
        """Arguments that rebuild the cell."""
        return {**super().get_config(), "reset_after": self.reset_after}


@keras.saving.register_keras_serializable("rnn_trading")
class GatedLSTMCell(WrittenOutCell):
    """One step of an LSTM (Hochreiter and Schmidhuber, 1997; forget gate: Gers, Schmidhuber and Cummins, 2000).

    With x the input, h the output and c the memory of the step before:

    - input gate   i = sigmoid(x W_i + h U_i + b_i)
    - forget gate  f = sigmoid(x W_f + h U_f + b_f)
    - candidate    g = tanh(x W_c + h U_c + b_c)
    - output gate  o = sigmoid(x W_o + h U_o + b_o)
    - memory       c' = f c + i g
    - output       h' = o tanh(c')

    Use it as ``keras.layers.RNN(GatedLSTMCell(units))``. With equal weights it is `keras.layers.LSTM`, to rounding;
    weights start as there (Glorot uniform, orthogonal over all gates together, forget bias 1). Parameters and
    arguments: see :class:`WrittenOutCell`; the states are h and c.

    Examples
    --------
    >>> cell = GatedLSTMCell(2)
    >>> cell.build((None, 3))
    >>> cell.count_params()  # of each gate W has 3 x 2, U 2 x 2, b 2
    48
    """

    gates = ("input", "forget", "cell", "output")
    states = 2

    def call(self, inputs: tf.Tensor, states: list[tf.Tensor], training: bool = False) -> Any:
        """Return h' and the states h', c'."""
        output, memory = states  # (batch, units)

        def gate(name: str, activation: Any) -> tf.Tensor:
            return activation(self.weighted(inputs, output, name))

        sigmoid, tanh = keras.ops.sigmoid, keras.ops.tanh
        memory = gate("forget", sigmoid) * memory + gate("input", sigmoid) * gate("cell", tanh)
        output = gate("output", sigmoid) * tanh(memory)
        return output, [output, memory]
