"""The networks of ``peer_networks.py`` in PyTorch."""

from typing import Any

import torch
from peer_networks import (
    DIMENSIONS,
    DROPOUT,
    EMBEDDING,
    EPSILON,
    FIRST_STEPS,
    GRU_UNITS,
    HIDDEN,
    IDS,
    JOINED,
    LEARNING_RATE,
    TICKERS,
    UNITS,
    Array,
    first_batch,
    first_weights,
    in_batches,
    rows_of,
)
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence


class Torch:
    """A loop of forward pass, backward pass and Adam."""

    def __init__(self, task: str, threads: int, packed: bool) -> None:
        torch.set_num_threads(threads)
        torch.set_num_interop_threads(threads)
        torch.manual_seed(0)
        self.task, self.packed, self.data = task, packed, rows_of(task)
        self.network, self.optimizer = self._begin(DROPOUT)
        self.loss = nn.BCEWithLogitsLoss()

    def _begin(self, dropout: float) -> tuple[nn.Module, torch.optim.Optimizer]:
        network = StackedLstm(dropout) if self.task == "stacked" else TextGru(dropout, self.packed)
        network.set_weights(first_weights(self.task))
        trained = [each for each in network.parameters() if each.requires_grad]
        return network, torch.optim.Adam(trained, LEARNING_RATE[self.task], eps=EPSILON)

    def first_losses(self) -> list[float]:
        """Of the first steps, on one batch."""
        network, optimizer = self._begin(0.0)
        batch = first_batch(*self.data)
        return [self._step(network, optimizer, *batch).item() for _ in range(FIRST_STEPS)]

    def train(self, batch_size: int) -> None:
        """On all rows, once."""
        for inputs, labels in in_batches(*self.data, batch_size):
            self._step(self.network, self.optimizer, inputs, labels)

    def _step(
        self, network: nn.Module, optimizer: torch.optim.Optimizer, inputs: dict[str, Array], labels: Array
    ) -> Tensor:
        optimizer.zero_grad()
        logits = network(*(torch.from_numpy(values) for values in inputs.values()))
        loss: Tensor = self.loss(logits[:, 0], torch.from_numpy(labels))
        loss.backward()
        optimizer.step()
        return loss


class StackedLstm(nn.Module):
    """Two LSTMs, an embedding, batch normalisation, and two dense layers."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.dropout = dropout
        self.first = nn.LSTM(1, UNITS[0], batch_first=True)
        self.second = nn.LSTM(UNITS[0], UNITS[1], batch_first=True)
        self.tickers = nn.Embedding(TICKERS, EMBEDDING)
        self.normalised = nn.BatchNorm1d(JOINED, eps=1e-3, momentum=0.01)
        self.hidden, self.prediction = nn.Linear(JOINED, HIDDEN), nn.Linear(HIDDEN, 1)

    def set_weights(self, weights: dict[str, list[Array]]) -> None:
        """Keras has PyTorch's order of the gates of an LSTM, and one bias for two."""
        for layer, name in ((self.first, "LSTM1"), (self.second, "LSTM2")):
            kernel, recurrent, bias = weights[name]
            _set(layer.weight_ih_l0, kernel.T)
            _set(layer.weight_hh_l0, recurrent.T)
            _set(layer.bias_ih_l0, bias)
            _set(layer.bias_hh_l0, 0 * bias)
            layer.bias_hh_l0.requires_grad_(False)  # two biases would learn twice as fast
        _set(self.tickers.weight, weights["TickerEmbedding"][0])
        for dense, name in ((self.hidden, "Hidden"), (self.prediction, "Prediction")):
            _set(dense.weight, weights[name][0].T)
            _set(dense.bias, weights[name][1])

    def forward(self, returns: Tensor, tickers: Tensor, months: Tensor) -> Tensor:
        """Logits, ``(batch, 1)``."""
        states, _ = self.first(dropped(returns, self.dropout))
        states, _ = self.second(dropped(states, self.dropout))
        joined = torch.cat([states[:, -1], self.tickers(tickers[:, 0]), months], dim=1)
        logits: Tensor = self.prediction(torch.relu(self.hidden(self.normalised(joined))))
        return logits


class TextGru(nn.Module):
    """Fixed word vectors, a GRU, and a dense layer on its state after the last word."""

    def __init__(self, dropout: float, packed: bool) -> None:
        super().__init__()
        self.dropout, self.packed = dropout, packed
        self.vectors = nn.Embedding(IDS, DIMENSIONS)
        self.vectors.weight.requires_grad_(False)
        self.gru = nn.GRU(DIMENSIONS, GRU_UNITS, batch_first=True)
        self.probability = nn.Linear(GRU_UNITS, 1)

    def set_weights(self, weights: dict[str, list[Array]]) -> None:
        """Keras has the gates update, reset, new; PyTorch reset, update, new."""
        kernel, recurrent, biases = (_reset_first(values) for values in weights["GRU"])
        _set(self.vectors.weight, weights["Embedding"][0])
        _set(self.gru.weight_ih_l0, kernel.T)
        _set(self.gru.weight_hh_l0, recurrent.T)
        _set(self.gru.bias_ih_l0, biases[0])
        _set(self.gru.bias_hh_l0, biases[1])
        _set(self.probability.weight, weights["Probability"][0].T)
        _set(self.probability.bias, weights["Probability"][1])

    def forward(self, words: Tensor) -> Tensor:
        """Logits, ``(batch, 1)``."""
        lengths = (words > 0).sum(dim=1)
        steps = dropped(self.vectors(words), self.dropout)
        if self.packed:
            _, last = self.gru(pack_padded_sequence(steps, lengths, batch_first=True, enforce_sorted=False))
            state = last[0]
        else:
            states, _ = self.gru(steps)
            state = states[torch.arange(len(words)), lengths - 1]
        logits: Tensor = self.probability(state)
        return logits


def dropped(steps: Tensor, dropout: float) -> Tensor:
    """One mask for all steps, as Keras has it."""
    if not dropout:
        return steps
    return steps * (torch.empty(len(steps), 1, steps.shape[2]).bernoulli_(1 - dropout) / (1 - dropout))


def _reset_first(values: Array) -> Any:
    size = values.shape[-1] // 3
    return values[..., [*range(size, 2 * size), *range(size), *range(2 * size, 3 * size)]]


def _set(parameter: Tensor, values: Array) -> None:
    with torch.no_grad():
        parameter.copy_(torch.from_numpy(values.copy()))
