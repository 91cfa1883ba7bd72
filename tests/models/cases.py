"""Networks for the conformance test: one for every layer and option that conf/base uses, small, with its interface."""

from collections.abc import Callable
from functools import partial, reduce
from typing import Any, NamedTuple

import numpy as np

import rnn_trading.models  # noqa: F401  quietens TensorFlow before it is imported
from rnn_trading.models.backend import keras
from rnn_trading.models.counted import Counted, fit_counted
from rnn_trading.models.ensemble import build_ensemble
from rnn_trading.models.interface import Input, Interface
from rnn_trading.models.networks import build_network
from rnn_trading.models.own_network import NetworkParameters
from rnn_trading.models.parameters import (
    EncoderDecoderParameters,
    FilingNetworkParameters,
    ResidualNetworkParameters,
    SequenceNetworkParameters,
    StackedLstmParameters,
    TextNetworkParameters,
)
from rnn_trading.text.text import TokenSequences
from tests.helpers import changed

ROWS, STEPS, PATH, IDS, TICKERS = 32, 7, 4, 12, 5
LAYERED = "rnn_trading.models.layered.build"


def panel(architecture: Any, lags: int = STEPS, tickers: int = TICKERS) -> Interface:
    inputs = {
        "Returns": Input((lags, 1), scale=0.04),
        "Tickers": Input((1,), "int32", ids=tickers),
        "Months": Input((12,)),
    }
    return Interface(inputs, activation=architecture.output, target=(0.0, 0.04))


def window(_: Any, lags: int = STEPS, series: int = 1) -> Interface:
    return Interface({"Values": Input((lags, series))}, outputs=series)


def path(_: Any, lags: int = STEPS, series: int = 1, path: int = PATH) -> Interface:
    return Interface({"Values": Input((lags, series))}, outputs=series, path=path)


def residual(_: Any, channels: int = 2, known: int = 3, forecast: tuple[int, ...] = (1,)) -> Interface:
    shapes = {"Channels": (STEPS, channels), "Known": (known,), "Start": forecast}
    *path, outputs = forecast
    inputs = {name: Input(shape) for name, shape in shapes.items() if shape[-1]}
    return Interface(inputs, outputs=outputs, path=path[0] if path else None)


def steps(_: Any) -> Interface:
    return Interface({"Values": Input((None, 1))}, every_step=True)


def reviews(architecture: Any, tokens: int = STEPS, ids: int = IDS, dimensions: int = 4) -> Interface:
    vectors = np.random.default_rng(0).normal(size=(ids, dimensions)).astype(np.float32)
    masked, given = architecture.mask_padding, architecture.embeddings != "learned"
    words = Input((None if masked else tokens,), "int32", ids=ids, masked=masked, vectors=vectors if given else None)
    if getattr(architecture, "counted", None):
        words = changed(words, counted=counted(ids))
    return Interface({"Words": words}, activation="sigmoid", target=(0.4, 0.49))


def counted(ids: int) -> Counted:
    """Of texts drawn by chance."""
    generator = np.random.default_rng(0)
    texts = TokenSequences(generator.integers(1, ids, 200).astype(np.int32), np.arange(0, 201, 10))
    return fit_counted(texts, generator.random(20) > 0.5, ids, 2, 2, 30.0)


def filings(architecture: Any, tokens: int = STEPS, ids: int = IDS) -> Interface:
    interface = reviews(architecture, tokens, ids)
    words = interface.inputs["Words"]
    changes = {"Changes": Input(words.shape, "int32", ids=4, masked=words.masked)} if architecture.changes else {}
    return changed(interface, inputs={"Words": words, **changes}, activation="linear", target=(0.01, 0.04))


def stars(architecture: Any) -> Interface:
    """Of four kinds."""
    return changed(reviews(architecture), outputs=3, log_odds=(1.5, 0.0, -1.0))


class Kind(NamedTuple):
    """An architecture: its parameter set, its interface, and values that make it small."""

    parameters: type
    interface: Callable[..., Interface]
    small: dict[str, Any]


KINDS = {
    "stacked_lstm": Kind(StackedLstmParameters, panel, {"lstm_units": [4, 3]}),
    "univariate_regression": Kind(SequenceNetworkParameters, window, {"units": [4, 3]}),
    "univariate_regression.mid_price": Kind(SequenceNetworkParameters, steps, {"units": [4, 3]}),
    "univariate_regression.rolling_windows.index.encoder_decoder": Kind(
        EncoderDecoderParameters, path, {"units": [4], "decoder_units": 3}
    ),
    "multivariate.macro.encoder_decoder": Kind(
        EncoderDecoderParameters, partial(path, series=2), {"units": [4], "decoder_units": 3}
    ),
    "multivariate": Kind(SequenceNetworkParameters, partial(window, series=2), {"units": [3]}),
    "careful:stacked_lstm": Kind(
        ResidualNetworkParameters, partial(residual, channels=1), {"units": [4, 3], "grid": []}
    ),
    "careful:univariate_regression": Kind(ResidualNetworkParameters, residual, {"units": [4], "grid": []}),
    "careful:univariate_regression.mid_price": Kind(
        ResidualNetworkParameters, partial(residual, forecast=(PATH, 1)), {"units": [4], "grid": []}
    ),
    "careful:multivariate": Kind(
        ResidualNetworkParameters, partial(residual, known=0, forecast=(PATH, 2)), {"units": [4], "grid": []}
    ),
    "text_sentiment": Kind(TextNetworkParameters, reviews, {"units": 3}),
    "text_sentiment.stars": Kind(TextNetworkParameters, stars, {"units": 3}),
    "sec_filings": Kind(FilingNetworkParameters, filings, {"units": 3, "dimensions": 4}),
}
# One for every layer and option that conf/base uses.
NAMES = [
    "corrected:stacked_lstm.classification",
    "corrected:stacked_lstm.regression",
    "as_published:stacked_lstm.classification",
    "as_published:stacked_lstm.regression",
    "corrected:univariate_regression.level",
    "corrected:univariate_regression.volatility.gru",
    "corrected:univariate_regression.volatility.two_lstm",
    "corrected:univariate_regression.volatility.two_gru",
    "corrected:univariate_regression.volatility.mlp",
    "corrected:univariate_regression.volatility.linear",
    "corrected:univariate_regression.volatility.lstm_by_gates",
    "corrected:univariate_regression.volatility.rnn",
    "corrected:univariate_regression.rolling_windows.index",
    "corrected:univariate_regression.rolling_windows.index.encoder_decoder",
    "corrected:univariate_regression.mid_price",
    "corrected:multivariate.macro",
    "corrected:multivariate.macro.encoder_decoder",
    "as_published:multivariate.macro",
    "corrected:text_sentiment.learned_embeddings",
    "corrected:text_sentiment.pretrained_embeddings",
    "as_published:text_sentiment.learned_embeddings",
    "as_published:text_sentiment.pretrained_embeddings",
    "corrected:text_sentiment.stars",
    "as_published:text_sentiment.stars",
    "corrected:sec_filings.returns",
    "as_published:sec_filings.returns",
    "book:stacked_lstm.classification",
    "book:multivariate.macro",
    "book:text_sentiment.learned_embeddings",
    "careful:stacked_lstm.regression",
    "careful:univariate_regression.volatility",
    "careful:univariate_regression.mid_price",
    "careful:multivariate.macro",
    # As it trains; and averages of several.
    "corrected:univariate_regression.mid_price+stateful",
    "corrected:multivariate.macro+ensemble",
    "corrected:multivariate.macro.encoder_decoder+ensemble",
    "corrected:sec_filings.returns+ensemble",
    "careful:univariate_regression.volatility+ensemble",
]
WIDE_AND_DEEP = {
    "states": ["mean", "max", "attention"],
    "words_mean": True,
    "dropout": 0.3,
    "zero_start": True,
    "counted": {"fewest_texts": 2, "scale": 30.0},
}
# What no block of conf/base has: a network of one, and what is changed.
VARIED = {
    "varied:panel": ("corrected:stacked_lstm.classification", {"skip": True}),
    "varied:window": ("corrected:univariate_regression.volatility.two_lstm", {"layer": "rnn_by_gates", "skip": True}),
    "varied:steps": (
        "corrected:univariate_regression.mid_price+stateful",
        {"layer": "gru_by_gates", "skip": True},
    ),
    "varied:attention": (
        "corrected:text_sentiment.learned_embeddings",
        {"states": "attention", "bidirectional": True},
    ),
    "varied:counted": ("corrected:text_sentiment.learned_embeddings", WIDE_AND_DEEP | {"embeddings": "both"}),
    "varied:stars_counted": ("corrected:text_sentiment.stars", WIDE_AND_DEEP),
    "varied:mean": ("corrected:text_sentiment.pretrained_embeddings", {"states": "mean"}),
    "varied:filings_attention": ("corrected:sec_filings.returns", {"states": "attention", "bidirectional": False}),
    "varied:filings_changes": (
        "corrected:sec_filings.returns",
        {"states": ["mean", "max", "attention"], "words_mean": True, "zero_start": True, "changes": True},
    ),
    "varied:filings_vectors": ("corrected:sec_filings.returns", {"embeddings": "pretrained", "dimensions": None}),
}
# Networks of known layers, in the place of an architecture.
OWN = {
    "own:panel": (
        "corrected:stacked_lstm.classification",
        {
            "sequence": [
                {"layer": "FusedLSTM", "units": 4, "return_sequences": True},
                {"layer": "GlobalAveragePooling1D"},
            ],
            "head": [{"layer": "Dense", "units": 3, "activation": "relu"}],
            "embedding": 2,
        },
    ),
    "own:window": ("corrected:univariate_regression.level", {"sequence": [{"layer": "GatedLSTM", "units": 3}]}),
    "own:path": (
        "corrected:multivariate.macro.encoder_decoder",
        {"sequence": [{"layer": "GRU", "units": 3}], "head": [{"layer": "Dense", "units": 3, "activation": "relu"}]},
    ),
    "own:steps": (
        "corrected:univariate_regression.mid_price",
        {
            "sequence": [{"layer": "GRU", "units": 3, "return_sequences": True}],
        },
    ),
    "own:reviews": (
        "corrected:text_sentiment.learned_embeddings",
        {
            "sequence": [{"layer": "Bidirectional", "of": {"layer": "GRU", "units": 3}}],
            "embedding": 4,
        },
    ),
    "own:stars": (
        "corrected:text_sentiment.stars",
        {"sequence": [{"layer": "GRU", "units": 3}], "embedding": 4},
    ),
    "own:vectors": ("corrected:text_sentiment.pretrained_embeddings", {"sequence": [{"layer": "GRU", "units": 3}]}),
    "own:filings": ("corrected:sec_filings.returns", {"sequence": [{"layer": "LSTM", "units": 3}], "embedding": 4}),
}


class Case(NamedTuple):
    """What a network is built from; of an ensemble, each of its networks."""

    architecture: NetworkParameters
    interface: Interface
    networks: int = 1


def small_parameters(path: str, values: dict[str, Any], protocol: str = "") -> tuple[Kind, NetworkParameters]:
    """The architecture of a block of parameters, made small."""
    names = [each for name in (f"{protocol}:{path}", path) for each in KINDS if name.startswith(each)]
    kind = KINDS[max(names, key=lambda each: (":" in each, len(each)))]
    small = {key: value for key, value in kind.small.items() if values[key] is not None}
    if isinstance(small.get("units"), list):
        small["units"] = small["units"][: len(values["units"])]
    return kind, kind.parameters(**values | small)


def make_case(name: str, base_parameters: Callable[[str], dict[str, Any]]) -> Case:
    """The network of a name."""
    name, changes = VARIED.get(name, (name, {}))
    name, options = OWN.get(name, (name, {}))
    name, _, form = name.partition("+")
    protocol, _, path = name.partition(":")
    values = reduce(lambda block, key: block[key], path.split("."), base_parameters(protocol))["model"]
    kind, architecture = small_parameters(path, values | changes, protocol)
    if options:
        architecture = changed(architecture, builder=LAYERED, options=options)
    interface = kind.interface(architecture)
    if form == "stateful":
        interface = changed(interface, readers=ROWS, inputs={"Values": Input((STEPS, 1))})
    return Case(architecture, interface, 2 if form == "ensemble" else 1)


def inputs_of(interface: Interface, seed: int = 0) -> dict[str, np.ndarray]:
    generator = np.random.default_rng(seed)
    made = {}
    for name, wanted in interface.inputs.items():
        shape = (ROWS, *(size or STEPS for size in wanted.shape))
        values = generator.normal(0, wanted.scale, shape)
        made[name] = (generator.integers(1, wanted.ids, shape) if wanted.ids else values).astype(wanted.dtype)
    return made


def built(case: Case) -> keras.Model:
    keras.utils.set_random_seed(1)
    return build_ensemble([build_network(case.architecture, case.interface) for _ in range(case.networks)])
