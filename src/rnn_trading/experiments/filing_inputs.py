"""What a network on filings is given of them: words, and what is new against the firm's previous filing."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnn_trading.filings.changes import IDS, changes_of
from rnn_trading.filings.sequences import FilingReadingParameters
from rnn_trading.models.parameters import FilingNetworkParameters
from rnn_trading.text.text import TokenSequences


def interface_of_filings(
    vectors: pd.DataFrame,
    documents: pd.DataFrame,
    reading: FilingReadingParameters,
    architecture: FilingNetworkParameters,
    known: tuple[TokenSequences, pd.Series],
) -> Any:
    """What the network takes and gives.

    Parameters
    ----------
    vectors, documents, reading, architecture
        Of all words, by id; of all filings; of the network.
    known
        What the network sees of the words of the training filings, and their returns, by which it counts.

    Returns
    -------
    rnn_trading.models.interface.Interface
    """
    from rnn_trading.models.counted import counted_by  # noqa: PLC0415  TensorFlow takes seconds to import
    from rnn_trading.models.filing_network import CHANGES, INPUT  # noqa: PLC0415
    from rnn_trading.models.interface import Input, Interface  # noqa: PLC0415

    masked, scale = architecture.mask_padding, _mean_and_deviation(documents)
    matrix = vectors.to_numpy(dtype=np.float32) if architecture.embeddings != "learned" else None
    shape, ids = (None if masked else reading.tokens,), len(vectors)
    texts, returns = known
    counted = counted_by(
        architecture.counted, texts, returns.to_numpy(dtype=float), ids, len(reading.vocabulary.reserved)
    )
    inputs = {INPUT: Input(shape, "int32", 1.0, ids, masked, matrix, counted)}
    if architecture.changes:
        inputs[CHANGES] = Input(shape, "int32", ids=IDS, masked=masked)
    return Interface(inputs, target=scale if architecture.standardise else (0.0, 1.0))


def read_of(sequences: TokenSequences, documents: pd.DataFrame, *, changes: bool) -> dict[str, TokenSequences]:
    """By the inputs of the network, whole filings: their words, and what is new against the firm's previous filing."""
    from rnn_trading.models.filing_network import CHANGES, INPUT  # noqa: PLC0415  TensorFlow takes seconds to import

    if not changes:
        return {INPUT: sequences}
    of_sequences = documents[documents["sequence"] >= 0].sort_values("sequence")
    return {INPUT: sequences, CHANGES: changes_of(sequences, of_sequences["firm"], of_sequences["date_filed"])}


def seen_in(
    read: dict[str, TokenSequences], part: pd.DataFrame, reading: FilingReadingParameters
) -> dict[str, TokenSequences]:
    """The same of some filings, as much as the network sees."""
    rows = part["sequence"].to_numpy()
    return {name: each.take(rows).cut(reading.tokens, reading.cutting) for name, each in read.items()}


def padded_filings(seen: dict[str, TokenSequences], reading: FilingReadingParameters) -> dict[str, NDArray[np.int32]]:
    """The same at one length, for a network that masks nothing."""
    return {name: each.padded(reading.tokens, reading.padding, reading.cutting) for name, each in seen.items()}


def _mean_and_deviation(documents: pd.DataFrame) -> tuple[float, float]:
    """Of the training returns."""
    target = documents.loc[documents["split"] == "train", "truth"]
    if target.std() == 0:
        raise ValueError(
            f"All {len(target):,} training returns are {target.iloc[0]:g}: nothing can be learned of them."
        )
    return float(target.mean()), float(target.std())


def seen_of(
    model: Any,
    sequences: TokenSequences,
    documents: pd.DataFrame,
    wanted: pd.DataFrame,
    reading: FilingReadingParameters,
) -> dict[str, TokenSequences]:
    """By the inputs of a network, what it sees of some filings."""
    from rnn_trading.models.filing_network import CHANGES  # noqa: PLC0415  TensorFlow takes seconds to import

    changes = CHANGES in {each.name for each in model.inputs}
    return seen_in(read_of(sequences, documents, changes=changes), wanted, reading)


def forecast_seen(model: Any, seen: dict[str, TokenSequences], reading: FilingReadingParameters) -> NDArray[np.float64]:
    """Forecasts of what a network sees of some filings, ``(filings,)``."""
    from rnn_trading.models.filing_network import INPUT  # noqa: PLC0415  TensorFlow takes seconds to import
    from rnn_trading.models.predicting import predict, predict_in_order  # noqa: PLC0415

    shapes = {each.name: each.shape for each in model.inputs}
    if shapes[INPUT][-1] is not None:
        return predict(model, padded_filings(seen, reading))
    beside = {name: each for name, each in seen.items() if name != INPUT}
    return predict_in_order(model, INPUT, seen[INPUT], reading.tokens, **beside)
