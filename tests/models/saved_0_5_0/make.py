"""Make the saved models of version 0.5.0 (commit 7dd2472) that lie beside this file, and what they forecast.

It is run with the code of that version, not with that of today, whose job is to read them:

    git worktree add ../version-0.5.0 7dd2472
    PYTHONPATH=../version-0.5.0/src python tests/models/saved_0_5_0/make.py

Every network that version 0.5.0 can save is here once, tiny and trained for an epoch or two, by its own builders,
its own training and its own dataset. ``forecasts.npz`` holds three kinds of arrays for each: ``NAME/inputs/INPUT``;
``NAME/outputs``, what Keras alone makes of these inputs; ``NAME/forecasts``, what the project's own functions do.
"""

from pathlib import Path

import numpy as np

from rnn_trading.datasets.keras_model import KerasModelDataset
from rnn_trading.models.batches import RaggedRows
from rnn_trading.models.ensemble import build_ensemble, train_ensemble
from rnn_trading.models.filing_network import build_filing_network
from rnn_trading.models.free_run import free_run, joint_free_run, stepwise_free_run
from rnn_trading.models.parameters import (
    FilingNetworkParameters,
    SequenceNetworkParameters,
    StackedLstmParameters,
    TextNetworkParameters,
    TrainingParameters,
    UnrollingParameters,
)
from rnn_trading.models.sequence_network import build_sequence_network, build_stepwise_network
from rnn_trading.models.stacked_lstm import build_stacked_lstm
from rnn_trading.models.text_network import build_text_network
from rnn_trading.models.training import predict, predict_in_order, train
from rnn_trading.models.unrolled import ResetStates, UnrolledSegments
from rnn_trading.scaling import Scaling
from rnn_trading.text import TokenSequences

FOLDER = Path(__file__).parent
LAGS, TICKERS, IDS, TOKENS, STEPS = 6, 5, 30, 12, 3
GENERATOR = np.random.default_rng(0)
ARRAYS = {}

TRAINING = TrainingParameters(
    loss="mse",
    optimizer={"name": "adam", "learning_rate": 0.01, "epsilon": 1e-7, "rho": None, "clip_norm": None},
    batch_size=16,
    epochs=2,
    monitor="loss",
    patience=5,
    min_delta=0.0,
    start_from_epoch=1,
    reduce_on_plateau=None,
    shuffle=True,
    seed=42,
    device="cpu",
)


def changed(parameters, **changes):
    """A parameter set with some values replaced."""
    values = {name: getattr(parameters, name) for name in parameters.__dataclass_fields__}
    return type(parameters)(**values | changes)


RMSPROP = {"name": "rmsprop", "learning_rate": 0.01, "epsilon": 1e-8, "rho": 0.9, "clip_norm": 1.0}
CLASSIFICATION = changed(TRAINING, loss="binary_crossentropy", monitor="auc", optimizer=RMSPROP)


def save(name, model, inputs, forecasts):
    """Save a model, and keep what it forecasts."""
    KerasModelDataset(filepath=str(FOLDER / f"{name}.keras")).save(model)
    ARRAYS.update({f"{name}/inputs/{key}": values for key, values in inputs.items()})
    ARRAYS[f"{name}/outputs"] = model.predict_on_batch(inputs)
    ARRAYS[f"{name}/forecasts"] = forecasts


def stacked_lstm():
    """Of classes, of returns, and as plain Keras layers where nothing is normalised."""
    rows = {
        "Returns": GENERATOR.normal(0, 0.04, (64, LAGS, 1)).astype(np.float32),
        "Tickers": GENERATOR.integers(0, TICKERS, (64, 1)).astype(np.int32),
        "Months": np.eye(12, dtype=np.float32)[GENERATOR.integers(0, 12, 64)],
    }
    inputs = {name: values[:8] for name, values in rows.items()}
    following = rows["Returns"][:, -1, 0]
    fused = StackedLstmParameters(
        lstm_units=(5, 3),
        dropout=0.2,
        recurrent_dropout=0.0,
        embedding=2,
        batch_normalisation=True,
        dense_units=4,
        dense_activation="relu",
        output="sigmoid",
        standardise=True,
        lstm="fused",
        vocabulary="train",
    )
    plain = changed(fused, lstm="keras", recurrent_dropout=0.1, batch_normalisation=False, standardise=False)
    for name, architecture, training, target in (
        ("classification", fused, CLASSIFICATION, (following > 0).astype(np.float32)),
        ("regression", changed(fused, output="linear", dense_activation="elu"), TRAINING, following),
        ("keras", plain, CLASSIFICATION, (following > 0).astype(np.float32)),
    ):
        fit = train(
            lambda architecture=architecture: build_stacked_lstm(architecture, LAGS, TICKERS, 0.04, 0.05),
            *((rows, target), (rows, target), training, name),
        )
        save(f"stacked_lstm_{name}", fit.model, inputs, predict(fit.model, inputs))


PLAIN = SequenceNetworkParameters(
    layer="lstm",
    units=(4,),
    input_dropout=0.0,
    recurrent_dropout=0.0,
    dropout=0.0,
    dense_units=(),
    dense_activation="relu",
    lstm="fused",
)
WAVE = np.sin(np.arange(100) / 5)


def sequence_networks():
    """Of one series, with each layer."""
    windows = np.lib.stride_tricks.sliding_window_view(WAVE, LAGS + 1)
    rows = {"Values": windows[:, :-1, None].astype(np.float32)}, windows[:, -1].astype(np.float32)
    inputs = {"Values": rows[0]["Values"][:8]}
    for name, architecture in {
        "lstm": changed(PLAIN, dropout=0.2, input_dropout=0.1, dense_units=(3,)),
        "lstm_of_keras": changed(PLAIN, lstm="keras", recurrent_dropout=0.1),
        "gru": changed(PLAIN, layer="gru", dropout=0.2),
        "lstm_by_gates": changed(PLAIN, layer="lstm_by_gates"),
        "dense": changed(PLAIN, layer="dense", units=(8, 4), dense_activation="tanh"),
        "linear": changed(PLAIN, layer="dense", units=()),
    }.items():
        fit = train(
            lambda architecture=architecture: build_sequence_network(architecture, LAGS), rows, rows, TRAINING, name
        )
        forecasts = free_run(fit.model, inputs["Values"][:, :, 0].astype(np.float64), STEPS, Scaling("none", 0.0, 1.0))
        save(f"sequence_{name}", fit.model, inputs, forecasts)


def stepwise_network():
    """Trained with a state that is carried on; the one that is saved takes any shape."""
    unrolling = UnrollingParameters(readers=4, steps=8, segments=3, targets_within=1)
    architecture = changed(PLAIN, units=(4, 3), dropout=0.2)
    segments = UnrolledSegments(WAVE, unrolling, seed=1)
    fit = train(
        lambda: build_stepwise_network(architecture, unrolling.steps, unrolling.readers),
        *(segments, segments, changed(TRAINING, batch_size=unrolling.readers, shuffle=False), "stepwise"),
        callbacks=[ResetStates()],
    )
    model = build_stepwise_network(architecture)
    model.set_weights(fit.model.get_weights())
    inputs = {"Values": WAVE[:40].reshape(4, 10, 1).astype(np.float32)}
    save("stepwise_lstm", model, inputs, stepwise_free_run(model, inputs["Values"][:, :, 0], STEPS))


def two_series():
    """The average of two networks of two series."""
    both = np.stack([WAVE, np.cos(np.arange(100) / 7)], axis=1)
    windows = np.lib.stride_tricks.sliding_window_view(both, LAGS + 1, axis=0).transpose(0, 2, 1).astype(np.float32)
    rows = {"Values": windows[:, :-1]}, windows[:, -1]
    architecture = changed(PLAIN, units=(4,), dense_units=(3,))
    model, *_ = train_ensemble(
        lambda name: build_sequence_network(architecture, LAGS, 2, name), rows, rows, TRAINING, 2, "two series"
    )
    inputs = {"Values": rows[0]["Values"][:8]}
    save("two_series_ensemble", model, inputs, joint_free_run(model, inputs["Values"], STEPS))


def text_networks():
    """With learned embeddings, masked, and with pretrained ones, not masked."""
    words = GENERATOR.integers(1, IDS, (64, TOKENS)).astype(np.int32)
    labels = (words[:, 0] > IDS / 2).astype(np.float32)
    words[:32, 7:] = 0
    vectors = GENERATOR.normal(size=(IDS, 4)).astype(np.float32)
    learned = TextNetworkParameters(
        embeddings="learned",
        dimensions=4,
        embedding_rows="vocabulary",
        mask_padding=True,
        embedding_dropout=0.2,
        units=3,
        input_dropout=0.0,
        recurrent_dropout=0.0,
    )
    pretrained = changed(
        learned, embeddings="pretrained", dimensions=None, mask_padding=False, input_dropout=0.1, recurrent_dropout=0.1
    )
    inputs = {"Words": words[28:36]}  # half of them padded
    for name, architecture, given in (("learned", learned, None), ("pretrained", pretrained, vectors)):
        rows = {"Words": words}, labels
        fit = train(
            lambda architecture=architecture, given=given: build_text_network(architecture, TOKENS, IDS, given),
            *(rows, rows, CLASSIFICATION, name),
        )
        save(f"text_{name}", fit.model, inputs, predict(fit.model, inputs))


def filing_networks():
    """One, masked; the average of two; one as published, whose padding is read, too."""
    texts = [GENERATOR.integers(2, IDS, GENERATOR.integers(5, TOKENS + 1)) for _ in range(64)]
    target = np.array([0.01 * ((row < 10).sum() - (row > 20).sum()) for row in texts], dtype=np.float32)
    starts = np.concatenate([[0], np.cumsum([len(row) for row in texts])])
    sequences = TokenSequences(np.concatenate(texts).astype(np.int32), starts)
    units = (float(target.mean()), float(target.std()))
    masked = FilingNetworkParameters(
        dimensions=4,
        embedding_dropout=0.2,
        mask_padding=True,
        momentum=0.9,
        units=3,
        states="mean",
        dropout=0.1,
        dense_units=3,
        dense_activation="tanh",
        standardise=True,
    )
    published = changed(masked, mask_padding=False, states="last", embedding_dropout=0.0, standardise=False)
    ragged, padded = RaggedRows("Words", sequences, target), {"Words": sequences.padded(TOKENS, "back", "back")}
    shown = sequences.take(np.arange(8))
    inputs = {"Words": padded["Words"][:8]}
    by_rmsprop = changed(TRAINING, optimizer=RMSPROP)  # whose state is half of Adam's, and so are the files
    single = train(lambda: build_filing_network(masked, TOKENS, IDS, units), ragged, ragged, by_rmsprop, "single").model
    save("filings", single, inputs, predict_in_order(single, "Words", shown, TOKENS))
    both, *_ = train_ensemble(
        *(lambda name: build_filing_network(masked, TOKENS, IDS, units, name), ragged, ragged, TRAINING, 2, "filings")
    )
    save("filings_ensemble", both, inputs, predict_in_order(both, "Words", shown, TOKENS))
    rows = padded, target
    as_published = train(
        lambda: build_filing_network(published, TOKENS, IDS, units), rows, rows, by_rmsprop, "as published"
    )
    # A single network, too, is saved as an ensemble, of one.
    of_one = build_ensemble([as_published.model])
    save("filings_as_published", of_one, inputs, predict(of_one, inputs))


if __name__ == "__main__":
    stacked_lstm()
    sequence_networks()
    stepwise_network()
    two_series()
    text_networks()
    filing_networks()
    np.savez_compressed(FOLDER / "forecasts.npz", **ARRAYS)
