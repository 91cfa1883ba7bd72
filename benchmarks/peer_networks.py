"""The networks that ``peers.py`` compares, each in a process of its own: ``python peer_networks.py NAME THREADS``.

A process writes a line of JSON when it is ready: the losses of its first steps. Then it reads batch sizes, trains on
all rows in batches of that size, and writes what that took. No library is imported before its process needs it.

All networks of a task are one function with one set of first weights: that of ``conf/base``. Dropout draws its own
numbers in each library, so it is off while the first losses are compared.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Product = tuple[int, int, int, int]  # times, rows, inner, columns

STEPS, UNITS, TICKERS, EMBEDDING, MONTHS, HIDDEN, DROPOUT = 52, (25, 10), 2489, 5, 12, 10, 0.2
JOINED = UNITS[-1] + EMBEDDING + MONTHS
WORDS, FEWEST_WORDS, GRU_UNITS, DIMENSIONS, IDS = 100, 90, 32, 50, 20_000
LEARNING_RATE, EPSILON = {"stacked": 0.001, "gru": 0.003}, 1e-7
ROWS = {"stacked": 16_384, "gru": 2_048}
FIRST_STEPS, FIRST_BATCH = 3, 256


def stacked_products(batch: int) -> Iterator[Product]:
    """Matrix products of a training step of the stacked LSTM: forward, of its weights, and of what lies below.

    Returns are no weights: nothing goes back to them.
    """
    below = 0  # units whose gradient is wanted below the layer
    for inputs, units in zip((1, *UNITS), UNITS, strict=False):
        yield from _backwards(STEPS, batch, inputs + units, 4 * units, below + units)
        below = units
    yield from _backwards(1, batch, JOINED, HIDDEN, JOINED)
    yield from _backwards(1, batch, HIDDEN, 1, HIDDEN)


def gru_products(batch: int) -> Iterator[Product]:
    """Matrix products of a training step of the GRU; word vectors are not trained."""
    yield from _backwards(WORDS, batch, DIMENSIONS + GRU_UNITS, 3 * GRU_UNITS, GRU_UNITS)
    yield from _backwards(1, batch, GRU_UNITS, 1, GRU_UNITS)


def _backwards(times: int, batch: int, inputs: int, outputs: int, below: int) -> Iterator[Product]:
    yield times, batch, inputs, outputs
    yield times, inputs, batch, outputs
    yield times, batch, outputs, below


def multiplications(products: Iterator[Product], batch: int) -> int:
    """Of one row.

    Examples
    --------
    >>> multiplications(iter([(3, 256, 2, 5)]), 256)
    30
    """
    return sum(times * rows * inner * columns for times, rows, inner, columns in products) // batch


def rows_of(task: str) -> tuple[dict[str, Array], Array]:
    """Inputs, by the names of our networks, and labels, the same in every process."""
    generator = np.random.default_rng(0)
    rows = ROWS[task]
    if task == "stacked":
        inputs = {
            "Returns": generator.normal(0, 1, (rows, STEPS, 1)).astype(np.float32),
            "Tickers": generator.integers(0, TICKERS, (rows, 1), dtype=np.int32),
            "Months": np.eye(MONTHS, dtype=np.float32)[generator.integers(0, MONTHS, rows)],
        }
    else:
        lengths = generator.integers(FEWEST_WORDS, WORDS + 1, rows)
        words = generator.integers(1, IDS, (rows, WORDS), dtype=np.int32)
        inputs = {"Words": np.where(np.arange(WORDS) < lengths[:, None], words, 0).astype(np.int32)}
    return inputs, generator.integers(0, 2, rows).astype(np.float32)


def units_of(task: str) -> int:
    """Rows of the stacked LSTM, or words of the texts, padding not counted."""
    inputs, labels = rows_of(task)
    return int(np.count_nonzero(inputs["Words"])) if task == "gru" else len(labels)


def first_weights(task: str) -> dict[str, list[Array]]:
    """By the layers of our networks, in Keras' forms and order of gates."""
    generator = np.random.default_rng(1)

    def draw(*shape: int) -> Array:
        return generator.uniform(-0.2, 0.2, shape).astype(np.float32)

    if task == "gru":
        gates = 3 * GRU_UNITS
        return {
            "Embedding": [draw(IDS, DIMENSIONS)],
            "GRU": [draw(DIMENSIONS, gates), draw(GRU_UNITS, gates), draw(2, gates)],
            "Probability": [draw(GRU_UNITS, 1), draw(1)],
        }
    one, two = UNITS
    return {
        "LSTM1": [draw(1, 4 * one), draw(one, 4 * one), draw(4 * one)],
        "LSTM2": [draw(one, 4 * two), draw(two, 4 * two), draw(4 * two)],
        "TickerEmbedding": [draw(TICKERS, EMBEDDING)],
        "Hidden": [draw(JOINED, HIDDEN), draw(HIDDEN)],
        "Prediction": [draw(HIDDEN, 1), draw(1)],
    }


def in_batches(inputs: dict[str, Array], labels: Array, batch_size: int) -> Iterator[tuple[dict[str, Array], Array]]:
    """Rows in an order that is drawn, as :class:`rnn_trading.models.batches.ArrayRows` has them."""
    order = np.random.default_rng(0).permutation(len(labels))
    for start in range(0, len(order), batch_size):
        rows = order[start : start + batch_size]
        yield {name: values[rows] for name, values in inputs.items()}, labels[rows]


class Arithmetic:
    """The matrix products of a training step alone, in place, one after the other: nothing can take less."""

    def __init__(self, task: str, products: Callable[[int], Iterator[Product]], _: int) -> None:
        self.rows, self.products = ROWS[task], products
        self.buffers: dict[int, list[tuple[int, Array, Array, Array]]] = {}

    def first_losses(self) -> None:
        """There is no network."""

    def train(self, batch_size: int) -> None:
        """As many products as a training on all rows has."""
        if batch_size not in self.buffers:
            self.buffers[batch_size] = [_buffers(*product) for product in self.products(batch_size)]
        for _ in range(self.rows // batch_size):
            for times, left, right, out in self.buffers[batch_size]:
                for _ in range(times):
                    np.matmul(left, right, out=out)


def _buffers(times: int, rows: int, inner: int, columns: int) -> tuple[int, Array, Array, Array]:
    generator = np.random.default_rng(0)
    left, right = (generator.normal(size=shape).astype(np.float32) for shape in ((rows, inner), (inner, columns)))
    return times, left, right, np.empty((rows, columns), np.float32)


class Keras:
    """A network of this project, trained by Keras' ``fit`` as a run does, without metrics."""

    def __init__(self, task: str, threads: int, **changes: Any) -> None:
        import project  # noqa: PLC0415

        from rnn_trading.models.backend import tf  # noqa: PLC0415

        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
        tf.config.experimental.enable_op_determinism()
        self.task, self.changes, self.data = task, changes, rows_of(task)
        pipeline, experiment = {
            "stacked": ("stacked_lstm", "classification"),
            "gru": ("text_sentiment", "pretrained_embeddings"),
        }[task]
        self.values = project.parameters("corrected")[pipeline][experiment]
        self.model = self._compiled(DROPOUT)

    def _compiled(self, dropout: float) -> Any:
        import dataclasses  # noqa: PLC0415

        from rnn_trading.models.compiling import loss_of, optimizer_of  # noqa: PLC0415
        from rnn_trading.models.stacked_lstm import build_stacked_lstm  # noqa: PLC0415
        from rnn_trading.models.text_network import build_text_network  # noqa: PLC0415
        from rnn_trading.models.training import untrained  # noqa: PLC0415

        weights = first_weights(self.task)
        dropped = {"stacked": "dropout", "gru": "input_dropout"}[self.task]
        architecture = dataclasses.replace(self.values["model"], **{dropped: dropout}, **self.changes)

        def build() -> Any:
            if self.task == "stacked":
                return build_stacked_lstm(architecture, STEPS, TICKERS)
            return build_text_network(architecture, None, IDS, weights["Embedding"][0])

        model = untrained(build, self.values["training"].seed)
        for layer, values in weights.items():
            model.get_layer(layer).set_weights(values)
        training = self.values["training"]
        model.compile(optimizer_of(training), loss=loss_of(training), jit_compile=False)
        return model

    def first_losses(self) -> list[float]:
        """Of the first steps, on one batch."""
        inputs, labels = first_batch(*self.data)
        fitted = self._compiled(0.0).fit(inputs, labels, FIRST_BATCH, FIRST_STEPS, verbose=0, shuffle=False)
        return [float(loss) for loss in fitted.history["loss"]]

    def train(self, batch_size: int) -> None:
        """On all rows, once."""
        from rnn_trading.models.batches import ArrayRows, Epoch  # noqa: PLC0415

        rows = ArrayRows(*self.data).batches(batch_size, 0, Epoch(), True)
        self.model.fit(rows, shuffle=False, verbose=0)


def first_batch(inputs: dict[str, Array], labels: Array) -> tuple[dict[str, Array], Array]:
    """The rows on which first losses are taken."""
    return {name: values[:FIRST_BATCH] for name, values in inputs.items()}, labels[:FIRST_BATCH]


def _torch(task: str, threads: int, packed: bool = False) -> Any:
    from peer_torch import Torch  # noqa: PLC0415

    return Torch(task, threads, packed)


def _jax(threads: int) -> Any:
    from peer_jax import Jax  # noqa: PLC0415

    return Jax(threads)


OURS, LIMIT = "ours", "matrix products alone"
# Contenders by task: what makes them, and the library that has to be there.
CONTENDERS: dict[str, dict[str, tuple[Callable[[int], Any], str]]] = {
    "stacked": {
        OURS: (lambda threads: Keras("stacked", threads, lstm="fused"), "keras"),
        "Keras LSTM": (lambda threads: Keras("stacked", threads, lstm="keras"), "keras"),
        "PyTorch nn.LSTM": (lambda threads: _torch("stacked", threads), "torch"),
        "JAX scan": (_jax, "jax"),
        LIMIT: (lambda threads: Arithmetic("stacked", stacked_products, threads), "numpy"),
    },
    "gru": {
        OURS: (lambda threads: Keras("gru", threads), "keras"),
        "PyTorch nn.GRU, padded": (lambda threads: _torch("gru", threads), "torch"),
        "PyTorch nn.GRU, packed": (lambda threads: _torch("gru", threads, packed=True), "torch"),
        LIMIT: (lambda threads: Arithmetic("gru", gru_products, threads), "numpy"),
    },
}


def keep_to(cores: int) -> None:
    """Keep this process to so many cores, where the system can; JAX has as many threads as it may use cores."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-cores:])


def main(task: str, name: str, threads: int) -> None:
    """Answer on stdout; whatever a library writes there goes to stderr."""
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    keep_to(threads)
    contender = CONTENDERS[task][name][0](threads)
    print(json.dumps(contender.first_losses()), file=replies, flush=True)
    for line in sys.stdin:
        processor, wall = time.process_time(), time.perf_counter()
        contender.train(int(line))
        took = time.process_time() - processor, time.perf_counter() - wall
        print(json.dumps(took), file=replies, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
