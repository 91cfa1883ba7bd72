"""The stacked network of ``peer_networks.py`` in JAX: the LSTM a ``scan``, Adam by hand, all in one compiled step."""

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from peer_networks import (
    DROPOUT,
    EPSILON,
    FIRST_STEPS,
    JOINED,
    LEARNING_RATE,
    Array,
    first_batch,
    first_weights,
    in_batches,
    rows_of,
)

Tree = Any  # of arrays
FIRST_MEAN, SECOND_MEAN = 0.9, 0.999  # of Adam


class Jax:
    """A loop of compiled steps."""

    def __init__(self, _: int) -> None:
        self.data = rows_of("stacked")
        self.state, self.key = begin(), jax.random.key(0)

    def first_losses(self) -> list[float]:
        """Of the first steps, on one batch."""
        state, losses, (inputs, labels) = begin(), [], first_batch(*self.data)
        for _ in range(FIRST_STEPS):
            state, loss = step(state, self.key, inputs, labels, 0.0)
            losses.append(float(loss))
        return losses

    def train(self, batch_size: int) -> None:
        """On all rows, once."""
        for inputs, labels in in_batches(*self.data, batch_size):
            self.key, drawn = jax.random.split(self.key)
            self.state, _ = step(self.state, drawn, inputs, labels, DROPOUT)
        jax.block_until_ready(self.state)


def begin() -> Tree:
    """Weights, moments of their gradients, and how many steps were made."""
    weights = {name: [jnp.asarray(each) for each in values] for name, values in first_weights("stacked").items()}
    weights["BatchNormalization"] = [jnp.ones(JOINED), jnp.zeros(JOINED)]
    zeros = jax.tree.map(jnp.zeros_like, weights)
    return weights, zeros, jax.tree.map(jnp.zeros_like, weights), jnp.zeros(())


@partial(jax.jit, static_argnums=4, donate_argnums=0)
def step(state: Tree, key: Any, inputs: dict[str, Array], labels: Array, dropout: float) -> tuple[Tree, Any]:
    """Forward pass, backward pass and Adam; the new state, and the loss."""
    weights, first, second, count = state
    loss, gradient = jax.value_and_grad(loss_of)(weights, key, inputs, labels, dropout)
    count = count + 1
    first = jax.tree.map(lambda mean, each: FIRST_MEAN * mean + (1 - FIRST_MEAN) * each, first, gradient)
    second = jax.tree.map(lambda mean, each: SECOND_MEAN * mean + (1 - SECOND_MEAN) * each**2, second, gradient)
    rate = LEARNING_RATE["stacked"] * jnp.sqrt(1 - SECOND_MEAN**count) / (1 - FIRST_MEAN**count)
    weights = jax.tree.map(
        lambda weight, mean, square: weight - rate * mean / (jnp.sqrt(square) + EPSILON), weights, first, second
    )
    return (weights, first, second, count), loss


def loss_of(weights: Tree, key: Any, inputs: dict[str, Array], labels: Array, dropout: float) -> Any:
    """Mean log-loss of a batch."""
    keys = jax.random.split(key)
    steps = jnp.swapaxes(inputs["Returns"], 0, 1)  # (steps, batch, 1)
    states, _ = lstm(weights["LSTM1"], dropped(steps, keys[0], dropout))
    _, last = lstm(weights["LSTM2"], dropped(states, keys[1], dropout))
    tickers = weights["TickerEmbedding"][0][inputs["Tickers"][:, 0]]
    joined = jnp.concatenate([last, tickers, inputs["Months"]], axis=1)
    gamma, beta = weights["BatchNormalization"]
    normalised = gamma * (joined - joined.mean(axis=0)) / jnp.sqrt(joined.var(axis=0) + 1e-3) + beta
    hidden = jax.nn.relu(normalised @ weights["Hidden"][0] + weights["Hidden"][1])
    logits = (hidden @ weights["Prediction"][0] + weights["Prediction"][1])[:, 0]
    return jnp.mean(jax.nn.softplus(logits) - labels * logits)


def dropped(steps: Any, key: Any, dropout: float) -> Any:
    """One mask for all steps, as Keras has it."""
    if not dropout:
        return steps
    return steps * jax.random.bernoulli(key, 1 - dropout, steps.shape[1:]) / (1 - dropout)


def lstm(weights: list[Any], steps: Any) -> tuple[Any, Any]:
    """All states ``(steps, batch, units)``, and the last; the product of the inputs is made once for all steps."""
    kernel, recurrent, bias = weights

    def one(carried: tuple[Any, Any], projected: Any) -> tuple[tuple[Any, Any], Any]:
        state, cell = carried
        gates = jnp.split(projected + state @ recurrent, 4, axis=1)
        into, keep, out = (jax.nn.sigmoid(gates[number]) for number in (0, 1, 3))
        cell = keep * cell + into * jnp.tanh(gates[2])
        state = out * jnp.tanh(cell)
        return (state, cell), state

    zeros = jnp.zeros((steps.shape[1], len(recurrent)))
    (last, _), states = jax.lax.scan(one, (zeros, zeros), steps @ kernel + bias)
    return states, last
