import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_trading.models import predicting as predicting_module
from rnn_trading.models import training as training_module
from rnn_trading.models.backend import keras
from rnn_trading.models.batches import POOL, ArrayRows, Epoch, GatheredRows, RaggedRows, batched_by_length
from rnn_trading.models.predicting import predict, predict_in_order
from rnn_trading.models.training import train
from rnn_trading.text.text import TokenSequences
from tests.helpers import TRAINING, changed

LENGTHS = np.random.default_rng(0).integers(1, 30, 500)


def ragged(lengths=LENGTHS, seed=0):
    ids = np.random.default_rng(seed).integers(1, 20, lengths.sum()).astype(np.int32)
    sequences = TokenSequences(ids, np.concatenate([[0], lengths.cumsum()]))
    return RaggedRows("Words", sequences, (sequences.take(np.arange(len(lengths))).lengths % 2).astype(np.float32))


@given(st.integers(1, 60), st.integers(0, 100), st.booleans())
def test_every_row_is_in_one_batch(batch_size, seed, drawn):
    generator = np.random.default_rng(seed) if drawn else None
    batches = batched_by_length(LENGTHS, batch_size, generator)
    assert sorted(np.concatenate(batches)) == list(range(len(LENGTHS)))
    assert len(batches) == -(-len(LENGTHS) // batch_size)
    assert max(map(len, batches)) <= batch_size


def test_batches_hold_similar_lengths_in_a_drawn_order():
    batches = batched_by_length(LENGTHS, 5, np.random.default_rng(0))
    spread = np.mean([np.ptp(LENGTHS[rows]) for rows in batches])
    assert spread < 0.2 * np.mean([np.ptp(LENGTHS[rows : rows + 5]) for rows in range(0, 500, 5)])
    longest = [LENGTHS[rows].max() for rows in batches[:POOL]]
    assert longest != sorted(longest)


def test_a_pass_gives_every_text_and_its_target_without_padding_beyond_the_longest():
    rows = ragged()
    expected = {
        (tuple(text), target)
        for text, target in zip(
            (rows.sequences.take(np.array([row])).ids.tolist() for row in range(500)), rows.targets, strict=True
        )
    }
    received = set()
    for inputs, targets in rows.batches(64, seed=3, epoch=Epoch(), shuffle=True):
        words = inputs["Words"].numpy()
        assert (words[:, -1] != 0).any()
        received |= {(tuple(text[text != 0]), target) for text, target in zip(words, targets.numpy(), strict=True)}
    assert received == expected


def test_further_inputs_stay_beside_their_words():
    rows = ragged()
    further = TokenSequences(-rows.sequences.ids, rows.sequences.starts)
    both = RaggedRows("Words", rows.sequences, rows.targets, {"Changes": further})
    for inputs, _ in both.batches(64, seed=3, epoch=Epoch(), shuffle=True):
        np.testing.assert_array_equal(inputs["Changes"], -inputs["Words"])
    assert len([*both.arrays()]) == len([*rows.arrays()]) + 1, "what is trained on is known by all of its inputs"


def arrays(rows=500):
    generator = np.random.default_rng(0)
    inputs = {"Values": generator.normal(size=(rows, 3, 1)).astype(np.float32), "Codes": np.arange(rows)[:, None]}
    return ArrayRows(inputs, np.arange(rows, dtype=np.float32))


class Squares:
    """Inputs that are made when they are asked for; some of them may be wrong."""

    def __init__(self, rows, wrong=()):
        self.rows, self.wrong, self.most = rows, wrong, 0

    def __len__(self):
        return self.rows

    def take(self, rows):
        self.most = max(self.most, len(rows))
        squares = np.where(np.isin(rows, self.wrong), np.inf, np.sqrt(rows + 0.5)).astype(np.float32)
        return {"Values": np.repeat(squares[:, None, None], 3, axis=1), "Codes": rows[:, None].astype(np.int32)}

    def arrays(self):
        yield np.arange(self.rows)


def both_ways(rows):
    """The same rows gathered when they are asked for, and held."""
    gathered, targets = Squares(rows), (np.arange(rows) % 2).astype(np.float32)
    return GatheredRows(gathered, targets), ArrayRows(gathered.take(np.arange(rows)), targets)


def targets_of(dataset):
    return [targets.numpy().tolist() for _, targets in dataset]


@pytest.mark.parametrize("rows", [ragged(), arrays()], ids=["ragged", "arrays"])
def test_an_order_is_that_of_its_seed_and_epoch_however_often_it_is_drawn(rows):
    epoch = Epoch()
    dataset = rows.batches(64, seed=3, epoch=epoch, shuffle=True)
    first = targets_of(dataset)
    assert targets_of(dataset) == first
    epoch.number = 1
    second = targets_of(dataset)
    assert second != first
    assert targets_of(rows.batches(64, seed=3, epoch=Epoch(1), shuffle=True)) == second
    assert targets_of(rows.batches(64, seed=4, epoch=Epoch(1), shuffle=True)) != second
    assert sorted(itertools.chain(*second)) == sorted(rows.targets)
    still = targets_of(rows.batches(64, seed=3, epoch=Epoch(), shuffle=False))
    assert still == targets_of(rows.batches(64, seed=4, epoch=Epoch(1), shuffle=False))


def test_rows_of_arrays_stay_together():
    rows = arrays(70)
    for inputs, targets in rows.batches(64, seed=1, epoch=Epoch(), shuffle=True):
        np.testing.assert_array_equal(inputs["Codes"].numpy()[:, 0], targets)
        np.testing.assert_array_equal(inputs["Values"], rows.inputs["Values"][targets.numpy().astype(int)])
    unshuffled = targets_of(rows.batches(64, seed=1, epoch=Epoch(), shuffle=False))
    assert [len(batch) for batch in unshuffled] == [64, 6]
    assert [*itertools.chain(*unshuffled)] == [*range(70)]


@pytest.mark.parametrize("shuffle", [True, False])
def test_gathered_rows_come_in_the_batches_of_arrays(shuffle):
    batches = [rows.batches(64, seed=3, epoch=Epoch(2), shuffle=shuffle) for rows in both_ways(150)]
    assert [dataset.cardinality().numpy() for dataset in batches] == [3, 3]
    assert batches[0].element_spec == batches[1].element_spec
    for (gathered, target), (held, same) in zip(*batches, strict=True):
        np.testing.assert_array_equal(target, same)
        for name, values in held.items():
            np.testing.assert_array_equal(gathered[name], values)


@pytest.mark.traced
def test_a_training_on_gathered_rows_is_that_on_arrays_to_the_bit(monkeypatch):
    """Batches, what is watched, and forecasts: of no more rows at a time than are asked for."""
    for module in (training_module, predicting_module):
        monkeypatch.setattr(module, "PREDICTION_BATCH", 40)
    gathered, held = both_ways(150)
    gathered.inputs.most = 0
    training = changed(TRAINING, batch_size=32, epochs=2)

    def build():
        values = keras.Input((3, 1), name="Values")
        codes = keras.Input((1,), name="Codes", dtype="int32")
        known = keras.layers.Flatten()(keras.layers.Embedding(150, 2)(codes))
        joined = keras.layers.Concatenate()([keras.layers.LSTM(3)(values), known])
        return keras.Model([values, codes], keras.layers.Dense(1)(joined))

    fits = [
        train(build, (rows.inputs, rows.targets), (rows.inputs, rows.targets), training, "rows")
        for rows in (gathered, held)
    ]
    assert fits[0].history == fits[1].history
    forecasts = [predict(fit.model, rows.inputs) for fit, rows in zip(fits, (gathered, held), strict=True)]
    np.testing.assert_array_equal(*forecasts)
    assert gathered.inputs.most == 40


@pytest.mark.trains
def test_a_gathered_input_that_is_no_number_is_refused_with_its_row():
    rows, targets = Squares(5000, wrong=[4200]), np.zeros(5000, dtype=np.float32)
    with pytest.raises(ValueError, match=r"rows: Values of training row 4,200 is not a finite number \(3 values\)"):
        train(keras.Model, (rows, targets), (rows, targets), TRAINING, "rows")


@pytest.mark.traced
def test_training_on_batches_is_training_on_padded_rows():
    """One batch of all rows: order and padding are all that differs."""
    rows = ragged(LENGTHS[:60])
    training = changed(TRAINING, loss="binary_crossentropy", batch_size=60, epochs=4)

    def build():
        words = keras.Input((None,), name="Words", dtype="int32")
        states = keras.layers.GRU(4)(keras.layers.Embedding(20, 3, mask_zero=True)(words))
        return keras.Model([words], keras.layers.Dense(1, activation="sigmoid")(states))

    padded = {"Words": rows.sequences.padded(40, "back", "back")}
    on_padded = train(build, (padded, rows.targets), (padded, rows.targets), training, "padded")
    on_batches = train(build, rows, rows, training, "ragged")
    again = train(build, rows, rows, training, "ragged")
    np.testing.assert_allclose(predict(on_batches.model, padded), predict(on_padded.model, padded), atol=1e-5)
    np.testing.assert_array_equal(predict(again.model, padded), predict(on_batches.model, padded))
    in_order = predict_in_order(on_batches.model, "Words", rows.sequences, 40)
    np.testing.assert_allclose(in_order, predict(on_batches.model, padded), atol=1e-6)
    assert on_batches.history[0]["value"] == pytest.approx(on_padded.history[0]["value"])
