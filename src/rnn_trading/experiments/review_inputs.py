"""What a network on reviews takes and gives."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnn_trading.models.parameters import TextNetworkParameters, TrainingParameters
from rnn_trading.models.stars import Stars
from rnn_trading.skill.record import Experiment
from rnn_trading.splits.chronological import SplitName
from rnn_trading.text.text import TextReader, TokenSequences

Positions = NDArray[np.int64]


def positions_of(table: pd.DataFrame, *parts: SplitName) -> Positions:
    """Rows of some parts, by their positions."""
    return np.flatnonzero(table["split"].isin(parts))


def stars_of(experiment: Experiment, parts: pd.DataFrame, training: TrainingParameters | None = None) -> Stars | None:
    """The kinds of stars among the training reviews; None for an experiment on positive and negative ones.

    The loss of a training, if one is given, must be that of the experiment.

    Raises
    ------
    ValueError
        If it is not.
    """
    ordered = experiment.task == "stars"
    if training and (training.loss == "ordinal_crossentropy") != ordered:
        expected = "ordinal_crossentropy" if ordered else "binary_crossentropy, mse or mae"
        raise ValueError(f"{experiment.name}: training.loss: expected {expected}. Received: {training.loss}.")
    return Stars.of(parts["label"].to_numpy()[positions_of(parts, "train")]) if ordered else None


def interface_of_reviews(
    architecture: TextNetworkParameters,
    reader: TextReader,
    vectors: pd.DataFrame,
    known: tuple[TokenSequences, NDArray[np.float64]],
    stars: Stars | None,
) -> Any:
    """What the network takes and gives.

    Parameters
    ----------
    architecture, reader
        Of the network.
    vectors
        Of all words, by id.
    known
        What the network sees of the training reviews, and their labels, by which it counts and where it begins.
    stars
        Kinds of labels; None: there are two.

    Returns
    -------
    rnn_trading.models.interface.Interface
    """
    # TensorFlow takes seconds to import: only a run that trains pays for it.
    from rnn_trading.models.counted import counted_by  # noqa: PLC0415
    from rnn_trading.models.interface import Input, Interface  # noqa: PLC0415
    from rnn_trading.models.text_network import INPUT  # noqa: PLC0415

    masked, matrix = architecture.mask_padding, _pretrained(vectors, reader, architecture)
    ids, label = len(reader.vocabulary) if matrix is None else len(matrix), known[1]
    words = Input(
        (None if masked else reader.reading.tokens,),
        *("int32", 1.0, ids, masked, matrix),
        counted=counted_by(architecture.counted, *known, ids, len(reader.reading.vocabulary.reserved)),
    )
    if stars is not None:
        log_odds = stars.log_odds
        return Interface({INPUT: words}, len(log_odds), activation="sigmoid", log_odds=log_odds)
    target = (float(label.mean()), float(label.std())) if architecture.zero_start else (0.0, 1.0)
    return Interface({INPUT: words}, activation="sigmoid", target=target)


def _pretrained(
    vectors: pd.DataFrame, reader: TextReader, architecture: TextNetworkParameters
) -> NDArray[np.float32] | None:
    """Vectors of the ids that have a row in the embedding, ``(ids, dimensions)``; None if it is learned."""
    if architecture.embeddings == "learned":
        return None
    rows = len(reader.vocabulary) if architecture.embedding_rows == "vocabulary" else len(vectors)
    return vectors.to_numpy(dtype=np.float32)[:rows]
