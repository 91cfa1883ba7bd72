"""An LSTM layer that runs a whole sequence in one fused CPU kernel."""

from typing import Any

from rnn_trading.models.backend import keras, tf


def _kernel_order(weights: keras.Variable) -> tf.Tensor:
    """Reorder gates from Keras' (input, forget, cell, output) to the kernel's (input, cell, forget, output).

    ``BlockLSTMV2`` takes Keras' order, but TensorFlow 2.21 registers the gradient of ``BlockLSTM`` for it, which
    swaps the forget and cell gates: its forward pass is right and its gradient is wrong.
    """
    gates = tf.split(keras.ops.convert_to_tensor(weights), 4, axis=-1)
    return tf.concat([gates[0], gates[2], gates[1], gates[3]], axis=-1)


@keras.saving.register_keras_serializable("rnn_trading")
class FusedLSTM(keras.layers.LSTM):
    """`keras.layers.LSTM`, computed by TensorFlow's fused ``BlockLSTM`` kernel on a CPU.

    Weights, arguments, call and saved form are those of `keras.layers.LSTM`; outputs and gradients agree to
    float32 rounding. Keras unrolls time as a loop of small operations, whose overhead dominates at small batches;
    the kernel runs the loop inside one operation. Where the kernel does not apply (a GPU, where cuDNN is
    better; a mask; recurrent dropout; other activations; reversed or unrolled time; no bias) the layer falls
    back to Keras' own path.

    Call arguments
    --------------
    sequences
        float32, ``(batch, timesteps, feature)``, oldest step first.
    mask
        Boolean, ``(batch, timesteps)``, optional.
    """

    def inner_loop(
        self, sequences: tf.Tensor, initial_state: list[tf.Tensor], mask: Any, training: bool = False
    ) -> tuple[tf.Tensor, tf.Tensor, list[tf.Tensor]]:
        """Run all steps; return the last output, all outputs and the final states."""
        if not self._kernel_applies(mask):
            return super().inner_loop(sequences, initial_state, mask=mask, training=training)
        self.supports_jit = False  # XLA has no such kernel.
        if training and self.dropout:
            # One mask for all steps, as in Keras (Gal and Ghahramani, 2016).
            sequences = sequences * self.cell.get_dropout_mask(sequences[:, 0, :])[:, None, :]
        steps_first = tf.transpose(sequences, (1, 0, 2))  # (timesteps, batch, feature)
        no_peephole = tf.zeros((self.units,), sequences.dtype)
        result = tf.raw_ops.BlockLSTM(
            seq_len_max=tf.shape(steps_first, out_type=tf.int64)[0],
            x=steps_first,
            h_prev=initial_state[0],
            cs_prev=initial_state[1],
            w=tf.concat([_kernel_order(self.cell.kernel), _kernel_order(self.cell.recurrent_kernel)], axis=0),
            b=_kernel_order(self.cell.bias),
            wci=no_peephole,
            wcf=no_peephole,
            wco=no_peephole,
            forget_bias=0.0,  # Keras has it in the bias.
            cell_clip=-1.0,
            use_peephole=False,
        )
        last = result.h[-1]  # (batch, units)
        return last, tf.transpose(result.h, (1, 0, 2)), [last, result.cs[-1]]

    def _kernel_applies(self, mask: Any) -> bool:
        return (
            not any(part is not None for part in tf.nest.flatten(mask))
            and self.activation is keras.activations.tanh
            and self.recurrent_activation is keras.activations.sigmoid
            and self.use_bias
            and not (self.recurrent_dropout or self.go_backwards or self.unroll)
            and not tf.config.list_logical_devices("GPU")
        )
