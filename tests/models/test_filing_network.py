"""The bidirectional GRU: published sizes, padding that is masked, bucketed batches, saving, and what it can learn."""

import numpy as np
import pytest

import rnn_trading.models  # noqa: F401  quietens TensorFlow before it is imported
from rnn_trading.datasets.keras_model import KerasModelDataset
from rnn_trading.models.batches import RaggedRows
from rnn_trading.models.ensemble import build_ensemble
from rnn_trading.models.filing_network import INPUT, build_filing_network
from rnn_trading.models.parameters import FilingNetworkParameters, TrainingParameters
from rnn_trading.models.predicting import predict, predict_in_order
from rnn_trading.models.training import train
from rnn_trading.text.text import TokenSequences
from tests.helpers import changed


@pytest.fixture(params=["corrected", "as_published"])
def architecture(base_parameters, request):
    values = base_parameters(request.param)["sec_filings"]["returns"]["model"]
    return FilingNetworkParameters(**values | {"dimensions": 6, "units": 4})


@pytest.fixture
def training(base_parameters):
    values = base_parameters("corrected")["sec_filings"]["returns"]["training"]
    return TrainingParameters(**values | {"epochs": 12, "batch_size": 16})


def sequences(n=120, seed=0):
    """Sequences of 5 to 20 ids; the target counts id 3 and id 4."""
    generator = np.random.default_rng(seed)
    rows = [generator.integers(2, 12, generator.integers(5, 21)) for _ in range(n)]
    target = np.array([0.01 * ((row == 3).sum() - (row == 4).sum()) for row in rows], dtype=np.float32)
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    return TokenSequences(np.concatenate(rows).astype(np.int32), starts), target


def test_published_sizes(base_parameters):
    values = base_parameters("as_published")["sec_filings"]["returns"]["model"]
    model = build_filing_network(FilingNetworkParameters(**values), 20_000, 25_000)
    assert model.count_params() == 2_526_715
    assert sum(np.prod(weight.shape) for weight in model.trainable_weights) == 2_526_387
    assert model.input_shape == (None, 20_000)
    assert [type(layer).__name__ for layer in model.layers[1:]] == [
        *("Embedding", "BatchNormalization", "Bidirectional", "BatchNormalization", "Dropout", "Dense", "Dense")
    ]
    assert model.get_layer("Hidden").activation.__name__ == "linear"


def test_shapes_and_saving(architecture, tmp_path):
    model = build_filing_network(architecture, 20, 12, (0.01, 0.05))
    rows, _ = sequences(5)
    inputs = {INPUT: rows.padded(20, "back", "back")}
    before = predict(model, inputs)
    assert before.shape == (5,)
    dataset = KerasModelDataset(filepath=str(tmp_path / "model.keras"))
    dataset.save(build_ensemble([model]))
    np.testing.assert_array_equal(predict(dataset.load(), inputs), before)


def test_masked_padding_changes_nothing(base_parameters):
    values = base_parameters("corrected")["sec_filings"]["returns"]["model"]
    model = build_filing_network(FilingNetworkParameters(**values), 400, 12)
    rows, _ = sequences(30)
    one_by_one = [model.predict_on_batch({INPUT: rows.take([row]).padded(len(ids), "back", "back")})[0, 0]
                  for row, ids in enumerate(np.split(rows.ids, rows.starts[1:-1]))]  # fmt: skip
    np.testing.assert_allclose(
        predict(model, {INPUT: rows.padded(60, "back", "back")}), one_by_one, rtol=1e-4, atol=1e-6
    )
    np.testing.assert_allclose(predict_in_order(model, INPUT, rows, 20), one_by_one, rtol=1e-4, atol=1e-6)


@pytest.mark.traced
@pytest.mark.parametrize("states", ["mean", "attention"])
def test_what_follows_changes_no_forecast(base_parameters, states):
    """To the bit, whatever the number and the length of the sequences that follow."""
    values = base_parameters("corrected")["sec_filings"]["returns"]["model"] | {"states": states}
    model = build_filing_network(FilingNetworkParameters(**values), 40, 12)
    rows, _ = sequences(80)
    long = TokenSequences(np.full(200, 5, np.int32), np.arange(0, 201, 40))
    first = rows.take(np.arange(45))
    joined = TokenSequences(
        np.concatenate([first.ids, long.ids]), np.concatenate([first.starts, first.starts[-1] + long.starts[1:]])
    )
    whole, cut, other = (predict_in_order(model, INPUT, given, 40) for given in (rows, first, joined))
    np.testing.assert_array_equal(cut, whole[:45])
    np.testing.assert_array_equal(other[:45], whole[:45])


def test_padding_is_part_of_the_published_forecast(base_parameters):
    values = base_parameters("as_published")["sec_filings"]["returns"]["model"]
    architecture = FilingNetworkParameters(**values | {"dimensions": 6, "units": 4})
    rows, _ = sequences(5)
    short = build_filing_network(architecture, 20, 12)
    long = build_filing_network(architecture, 30, 12)
    long.set_weights(short.get_weights())
    first, second = (predict(m, {INPUT: rows.padded(n, "front", "back")}) for m, n in ((short, 20), (long, 30)))
    assert np.abs(first - second).max() > 1e-5


def test_standardised_forecasts_are_in_units_of_returns(base_parameters):
    values = base_parameters("corrected")["sec_filings"]["returns"]["model"]
    rows, _ = sequences(50)
    plain = build_filing_network(FilingNetworkParameters(**values | {"standardise": False}), 20, 12)
    scaled = build_filing_network(FilingNetworkParameters(**values), 20, 12, (0.01, 0.05))
    scaled.set_weights(plain.get_weights())
    np.testing.assert_allclose(
        predict_in_order(scaled, INPUT, rows, 20),
        0.01 + 0.05 * predict_in_order(plain, INPUT, rows, 20),
        rtol=1e-5,
        atol=1e-7,
    )


@pytest.mark.traced
def test_an_ensemble_learns_and_is_the_mean_of_its_members(base_parameters, training):
    values = base_parameters("corrected")["sec_filings"]["returns"]["model"]
    architecture = FilingNetworkParameters(**values | {"dimensions": 6, "units": 4, "embedding_dropout": 0.0})
    (rows, target), (held, truth) = sequences(300), sequences(100, 1)
    training = changed(training, optimizer=changed(training.optimizer, learning_rate=0.01))

    def fit(seed):
        return train(
            lambda: build_filing_network(architecture, 20, 12, (float(target.mean()), float(target.std()))),
            *(RaggedRows(INPUT, rows, target), RaggedRows(INPUT, held, truth), changed(training, seed=seed), "test"),
        ).model

    networks = [fit(seed) for seed in (42, 43)]
    single = [predict_in_order(network, INPUT, held, 20) for network in networks]
    forecasts = predict_in_order(build_ensemble(networks), INPUT, held, 20)
    assert np.corrcoef(forecasts, truth)[0, 1] > 0.8
    np.testing.assert_allclose(forecasts, np.mean(single, axis=0), rtol=1e-5, atol=1e-7)
    assert not np.allclose(*single)
    again = predict_in_order(build_ensemble([fit(seed) for seed in (42, 43)]), INPUT, held, 20)
    np.testing.assert_array_equal(again, forecasts)


@pytest.fixture
def careful(base_parameters):
    """Pools in three ways, begins at the mean return, and is told what is new."""
    values = base_parameters("corrected")["sec_filings"]["returns"]["model"]
    further = {"states": ["mean", "max", "attention"], "words_mean": True, "zero_start": True, "changes": True}
    return FilingNetworkParameters(**values | {"dimensions": 6, "units": 4} | further)


def test_it_begins_at_the_mean_return_and_does_not_care_what_is_new(careful):
    rows, _ = sequences(6)
    model = build_filing_network(careful, 20, 12, (0.01, 0.05), changes=4)
    new, old = (TokenSequences(np.full_like(rows.ids, said), rows.starts) for said in (3, 2))
    assert predict_in_order(model, INPUT, rows, 20, Changes=new) == pytest.approx([0.01] * 6)
    model.get_layer("Forecast").set_weights([np.ones((5, 1)), np.zeros(1)])
    first, second = (predict_in_order(model, INPUT, rows, 20, Changes=said) for said in (new, old))
    np.testing.assert_array_equal(first, second)
    assert np.ptp(first) > 0
    model.get_layer("ChangeFactors").set_weights([np.repeat([[0.0], [1.0], [0.5], [1.0]], 6, axis=1)])
    assert np.abs(first - predict_in_order(model, INPUT, rows, 20, Changes=old)).min() > 1e-7


@pytest.mark.traced
def test_it_learns_that_only_new_words_count(careful, training):
    """The target counts id 3 and id 4 where they are new; half of all words stood in the report before."""
    rows, _ = sequences(200)
    generator = np.random.default_rng(3)
    said = TokenSequences(generator.integers(2, 4, len(rows.ids)).astype(np.int32), rows.starts)
    counts = ((rows.ids == 3).astype(float) - (rows.ids == 4)) * (said.ids == 3)
    target = 0.01 * np.add.reduceat(counts, rows.starts[:-1]).astype(np.float32)
    target = target.astype(np.float32)
    first, last = np.arange(150), np.arange(150, 200)
    known, watched = (
        RaggedRows(INPUT, rows.take(part), target[part], {"Changes": said.take(part)}) for part in (first, last)
    )

    def build():
        return build_filing_network(careful, 20, 12, (0.0, float(target.std())), changes=4)

    longer = changed(training, epochs=40, patience=40, optimizer=changed(training.optimizer, learning_rate=0.01))
    model = train(build, known, watched, longer, "test").model
    forecast = predict_in_order(model, INPUT, rows.take(last), 20, Changes=said.take(last))
    assert np.corrcoef(forecast, target[last])[0, 1] > 0.8
