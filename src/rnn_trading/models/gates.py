"""The LSTM cell written out gate by gate, to be read."""

from collections.abc import Callable
from typing import Any

from rnn_trading.models.backend import keras, tf

GATES = ("input", "forget", "cell", "output")


@keras.saving.register_keras_serializable("rnn_trading")
class GatedLSTMCell(keras.layers.Layer):
    """One step of an LSTM (Hochreiter and Schmidhuber, 1997; forget gate: Gers, Schmidhuber and Cummins, 2000).

    With x the input, h the output and c the memory of the step before:

    - input gate   i = sigmoid(x W_i + h U_i + b_i)
    - forget gate  f = sigmoid(x W_f + h U_f + b_f)
    - candidate    g = tanh(x W_c + h U_c + b_c)
    - output gate  o = sigmoid(x W_o + h U_o + b_o)
    - memory       c' = f c + i g
    - output       h' = o tanh(c')

    Use it as ``keras.layers.RNN(GatedLSTMCell(units))``. With equal weights it is `keras.layers.LSTM`, to rounding;
    weights start as there (Glorot uniform, orthogonal over all gates together, forget bias 1).

    Parameters
    ----------
    units
        Length of h and c.

    Call arguments
    --------------
    inputs
        float32, ``(batch, features)``.
    states
        h and c, float32, ``(batch, units)`` each.
    """

    def __init__(self, units: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.state_size = [units, units]
        self.output_size = units

    def build(self, input_shape: tuple[int, ...]) -> None:
        """Make the weights of the four gates for inputs of shape ``(batch, features)``."""
        kernel, recurrent = keras.initializers.GlorotUniform(), keras.initializers.Orthogonal()
        for gate in GATES:
            self._add(f"kernel_{gate}", (input_shape[-1], self.units), self._block_of(kernel, gate))
            self._add(f"recurrent_kernel_{gate}", (self.units, self.units), self._block_of(recurrent, gate))
            self._add(f"bias_{gate}", (self.units,), "ones" if gate == "forget" else "zeros")

    def _add(self, name: str, shape: tuple[int, ...], initializer: Any) -> None:
        setattr(self, name, self.add_weight(name=name, shape=shape, initializer=initializer))

    def _block_of(self, initializer: keras.initializers.Initializer, gate: str) -> Callable[..., tf.Tensor]:
        """Draw the kernels of all gates together, and take that of one: the others draw the same numbers."""
        first = GATES.index(gate) * self.units

        def draw(shape: tuple[int, int], dtype: Any = None) -> tf.Tensor:
            return initializer((shape[0], len(GATES) * self.units), dtype)[:, first : first + self.units]

        return draw

    def draw_weights(self, seed: int) -> None:
        """Draw the kernels of all gates by another seed."""
        kernel, recurrent = keras.initializers.GlorotUniform(seed=seed), keras.initializers.Orthogonal(seed=seed)
        for kind, initializer in {"kernel": kernel, "recurrent_kernel": recurrent}.items():
            for gate in GATES:
                weight = getattr(self, f"{kind}_{gate}")
                weight.assign(self._block_of(initializer, gate)(weight.shape, weight.dtype))

    def call(self, inputs: tf.Tensor, states: list[tf.Tensor], training: bool = False) -> Any:
        """Return h' and the states h', c'."""
        output, memory = states  # (batch, units)

        def gate(name: str, activation: Any) -> tf.Tensor:
            kernel, recurrent = getattr(self, f"kernel_{name}"), getattr(self, f"recurrent_kernel_{name}")
            return activation(inputs @ kernel + output @ recurrent + getattr(self, f"bias_{name}"))

        sigmoid, tanh = keras.ops.sigmoid, keras.ops.tanh
        memory = gate("forget", sigmoid) * memory + gate("input", sigmoid) * gate("cell", tanh)
        output = gate("output", sigmoid) * tanh(memory)
        return output, [output, memory]

    def get_initial_state(self, batch_size: Any = None) -> list[tf.Tensor]:
        """Zeros for h and c, ``(batch, units)`` each."""
        return [keras.ops.zeros((batch_size, self.units), dtype=self.compute_dtype) for _ in range(2)]

    def get_config(self) -> dict[str, Any]:
        """Arguments that rebuild the cell."""
        return {**super().get_config(), "units": self.units}
