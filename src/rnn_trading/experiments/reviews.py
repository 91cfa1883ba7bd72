"""Experiments on reviews: whether a text is positive."""

import logging
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from kedro.pipeline import Pipeline
from numpy.typing import NDArray

from rnn_trading import figures
from rnn_trading.experiments import drawing, wiring
from rnn_trading.experiments.fitting import fitted, trained_parameters
from rnn_trading.experiments.sizes import beside_published
from rnn_trading.figures import Figure
from rnn_trading.models.parameters import TextNetworkParameters, TrainingParameters
from rnn_trading.models.states import States
from rnn_trading.skill.record import Experiment, skill_record
from rnn_trading.skill.rivals.fitting import forecast_with
from rnn_trading.skill.rivals.text import SENTIMENT, KnownTexts, TextRows
from rnn_trading.splits.chronological import SplitName
from rnn_trading.splits.documents import DocumentSplitParameters, describe_documents, split_documents
from rnn_trading.tables.reviews import same_text, states_rating
from rnn_trading.text.text import (
    START,
    ReadingParameters,
    TextReader,
    TokenSequences,
    encode,
    fit_vocabulary,
    refuse_masked_front,
    split_words,
)
from rnn_trading.text.word_vectors import WordVectors, describe_coverage, vectors_by_id

logger = logging.getLogger(__name__)

SHARED = ("reviews", "reviews_report", "word_vectors_source")
FORECAST: tuple[SplitName, ...] = ("validation", "test")
Positions = NDArray[np.int64]


def split_reviews(reviews: pd.DataFrame, split: DocumentSplitParameters) -> pd.DataFrame:
    """Assign the reviews to train, validation and test.

    Returns
    -------
    pandas.DataFrame
        Index ``id``. Columns ``split`` (missing for a review of the training part of the source whose text stands in
        its test part too) and ``label``.
    """
    parts = split_documents(reviews["label"], same_text(reviews["text"]), reviews["split"], split)
    return parts.to_frame().assign(label=reviews["label"])


def read_reviews(
    reviews: pd.DataFrame, parts: pd.DataFrame, reading: ReadingParameters, architecture: TextNetworkParameters
) -> dict[str, Any]:
    """Split reviews into words, and give words ids by their frequency.

    Returns
    -------
    dict
        ``words``: all words of the texts that the vocabulary is fitted on, by id. ``sequences``:
        `TokenSequences` of these ids, whole reviews in the order of the table. ``text_reader``: what makes the
        network's input from raw text, as plain values: its vocabulary is the first part of ``words``.

    Raises
    ------
    ValueError
        If the network masks padding, and padding is not at the back.
    """
    refuse_masked_front(reading.padding, masked=architecture.mask_padding)
    words = split_words(reviews["text"], reading.words)
    fitted_on = None if reading.vocabulary.fitted_on == "all" else _positions(parts, "train")
    all_words = fit_vocabulary(words.counts(fitted_on), None, reading.vocabulary.reserved)
    reader = TextReader(reading, all_words[: reading.vocabulary.size])
    return {"words": all_words, "sequences": encode(words, all_words), "text_reader": reader.as_plain()}


def look_up_vectors(
    words: list[str], sequences: TokenSequences, text_reader: dict[str, Any], word_vectors_source: WordVectors
) -> dict[str, Any]:
    """Find the pretrained vectors of all words.

    Returns
    -------
    dict
        ``vectors``: index ``word``, one float32 column a dimension; zero for words without a vector and for reserved
        ids. ``vectors_report``: what was read, and which share of vocabulary and running text has a vector.

    Raises
    ------
    VectorError
        If no word has a vector.
    """
    reserved = len(text_reader["reading"]["vocabulary"]["reserved"])
    found = vectors_by_id(words, reserved, word_vectors_source)
    table = pd.DataFrame(found.matrix, index=pd.Index(words, name="word"))
    coverage = describe_coverage(found.found, sequences, slice(reserved, len(text_reader["vocabulary"])))
    logger.info(
        "%s vectors of %d dimensions: %.1f %% of the vocabulary and %.1f %% of the running words have one",
        *(f"{found.report['vectors']:,}", found.report["dimensions"]),
        *(100 * coverage["vocabulary"], 100 * coverage["tokens"]),
    )
    return {
        "vectors": table.rename(columns=str),
        "vectors_report": found.report | {"coverage": coverage},
    }


def train_network(
    sequences: TokenSequences,
    text_reader: dict[str, Any],
    vectors: pd.DataFrame,
    parts: pd.DataFrame,
    experiment: Experiment,
    split: DocumentSplitParameters,
    architecture: TextNetworkParameters,
    training: TrainingParameters,
    training_state: States,
) -> dict[str, Any]:
    """Fit the network on the training reviews, stopping on the reviews that the split names.

    Parameters
    ----------
    parts
        Of each review, in the order of the sequences.

    Returns
    -------
    dict
        See :func:`rnn_trading.experiments.fitting.fitted`; ``training`` says how many parameters are trained.
        ``reader``: the reader that the model was trained with.
    """
    # TensorFlow takes seconds to import: only a run that trains pays for it.
    from rnn_trading.models.batches import RaggedRows  # noqa: PLC0415
    from rnn_trading.models.interface import Input, Interface  # noqa: PLC0415
    from rnn_trading.models.networks import build_network  # noqa: PLC0415
    from rnn_trading.models.text_network import INPUT  # noqa: PLC0415
    from rnn_trading.models.training import train  # noqa: PLC0415

    reader = TextReader.from_plain(text_reader)
    masked, matrix = architecture.mask_padding, _pretrained(vectors, reader, architecture)
    ids = len(reader.vocabulary) if matrix is None else len(matrix)

    def rows(part: SplitName) -> Any:
        positions = _positions(parts, part)
        target = parts["label"].to_numpy(dtype=np.float32)[positions]
        seen = reader.seen(sequences.take(positions))
        # Where padding is masked, a batch need not be longer than its longest text.
        return RaggedRows(INPUT, seen, target) if masked else ({INPUT: reader.padded(seen)}, target)

    words = Input((None if masked else reader.reading.tokens,), "int32", ids=ids, masked=masked, vectors=matrix)
    interface = Interface({INPUT: words}, activation="sigmoid")
    fit = train(
        lambda: build_network(architecture, interface),
        *(rows("train"), rows(split.validate_on), training, experiment.name, training_state),
    )
    made = fitted(fit, training, split.validate_on, trained_parameters=trained_parameters(fit.model))
    dimensions = architecture.dimensions or vectors.shape[1]
    return beside_published(made, experiment, ids, dimensions, "words") | {"reader": text_reader}


def _pretrained(
    vectors: pd.DataFrame, reader: TextReader, architecture: TextNetworkParameters
) -> NDArray[np.float32] | None:
    """Vectors of the ids that have a row in the embedding, ``(ids, dimensions)``; None if it is learned."""
    if architecture.embeddings != "pretrained":
        return None
    rows = len(reader.vocabulary) if architecture.embedding_rows == "vocabulary" else len(vectors)
    return vectors.to_numpy(dtype=np.float32)[:rows]


def predict_seen(model: Any, reader: TextReader, seen: TokenSequences) -> NDArray[np.float64]:
    """Probabilities of what a network sees of some texts, ``(texts,)``."""
    from rnn_trading.models.text_network import INPUT  # noqa: PLC0415  see train_network
    from rnn_trading.models.training import predict, predict_ragged  # noqa: PLC0415

    if model.input_shape[-1] is None:
        return predict_ragged(model, INPUT, seen)
    return predict(model, {INPUT: reader.padded(seen)})


def forecast_reviews(
    model: Any, reader: dict[str, Any], sequences: TokenSequences, parts: pd.DataFrame
) -> pd.DataFrame:
    """Forecast the validation and test reviews: the probability that a review is positive.

    Returns
    -------
    pandas.DataFrame
        ``split``, ``prediction`` and ``truth``, index ``id``.
    """
    wanted = _positions(parts, *FORECAST)
    text_reader = TextReader.from_plain(reader)
    probabilities = predict_seen(model, text_reader, text_reader.seen(sequences.take(wanted)))
    table = parts.iloc[wanted]
    columns = {
        "split": table["split"].astype("str"),
        "prediction": probabilities,
        "truth": table["label"].astype(float),
    }
    return pd.DataFrame(columns, index=table.index)


def forecast_with_rivals(
    sequences: TokenSequences,
    text_reader: dict[str, Any],
    vectors: pd.DataFrame,
    parts: pd.DataFrame,
    training: TrainingParameters,
) -> pd.DataFrame:
    """Fit the rivals on the training reviews and forecast those of validation and test.

    Returns
    -------
    pandas.DataFrame
        One column a rival, index ``id``.
    """
    reader, size = TextReader.from_plain(text_reader), len(vectors)
    label = parts["label"].to_numpy(dtype=float)

    def rows(positions: Positions) -> TextRows:
        whole = sequences.take(positions)
        return TextRows(whole.counts(size), reader.seen(whole).counts(size))

    train, validation = (_positions(parts, part) for part in ("train", "validation"))
    known = KnownTexts(
        (rows(train), label[train]), (rows(validation), label[validation]), vectors.to_numpy(), training.seed
    )
    wanted = _positions(parts, *FORECAST)
    return forecast_with(SENTIMENT, known, rows(wanted), parts.index[wanted])


def judge(
    predictions: pd.DataFrame,
    validation_predictions: pd.DataFrame,
    reviews: pd.DataFrame,
    parts: pd.DataFrame,
    reports: dict[str, Any],
    training: dict[str, Any],
    experiment: Experiment,
    protocol: str,
) -> dict[str, Any]:
    """Write the skill record; see :func:`rnn_trading.skill.record.skill_record`."""
    return skill_record(
        experiment,
        protocol,
        _with_authors(predictions, reviews),
        states_rating(reviews.loc[predictions["id"], "text"]).to_frame("states_rating"),
        describe_documents(parts["split"], parts["label"]) | reports,
        training,
        validation=_with_authors(validation_predictions, reviews),
    )


def _with_authors(predictions: pd.DataFrame, reviews: pd.DataFrame) -> pd.DataFrame:
    """The same with a column ``author``, if the reviews have one; an unknown author is a group of one review."""
    if "author" not in reviews:
        return predictions
    authors = reviews.loc[predictions["id"], "author"].reset_index(drop=True)
    return predictions.assign(author=authors.fillna(predictions["id"]))


def gather_reports(
    reviews: pd.DataFrame,
    reviews_report: dict[str, Any],
    text_reader: dict[str, Any],
    sequences: TokenSequences,
    parts: pd.DataFrame,
    vectors_report: dict[str, Any],
) -> dict[str, Any]:
    """Say where the data come from, what was dropped or misread, and how much of the texts the network sees."""
    lengths = word_counts(sequences, text_reader)
    tokens = text_reader["reading"]["tokens"]
    misread = text_reader["reading"]["words"].get("misread_as") is not None  # a reader of before had none
    return {
        "source": reviews_report["source"],
        "reviews": {key: value for key, value in reviews_report.items() if key not in ("source", "dropped")},
        "dropped": reviews_report["dropped"] | {"training_texts_of_the_test": int(parts["split"].isna().sum())},
        "trained_on": {"texts_of_the_test": _trained_texts_of_the_test(reviews, parts)},
        "misread": {"texts": int((~reviews["text"].map(str.isascii)).sum()) if misread else 0},
        "vocabulary": len(text_reader["vocabulary"]),
        "longer_than_the_input": float((lengths > tokens).mean()),
        "words_seen": float(np.minimum(lengths, tokens).sum() / lengths.sum()),
        "word_vectors": vectors_report,
    }


def _trained_texts_of_the_test(reviews: pd.DataFrame, parts: pd.DataFrame) -> int:
    texts, test = same_text(reviews["text"]), parts["split"] == "test"
    return int((texts.isin(texts[test]) & (parts["split"] == "train")).sum())


def review_lengths(sequences: TokenSequences, text_reader: dict[str, Any], skill: dict[str, Any]) -> Figure:
    """How long the reviews are, and how much of them the network sees."""
    tokens = text_reader["reading"]["tokens"]
    return figures.text.text_lengths(
        word_counts(sequences, text_reader), tokens, drawing.title("Length of the reviews", skill)
    )


def calibration(predictions: pd.DataFrame, skill: dict[str, Any]) -> Figure:
    """Observed share of positive reviews by probability."""
    return figures.text.calibration(skill, drawing.title(f"Calibration on {len(predictions):,} test reviews", skill))


def word_counts(sequences: TokenSequences, text_reader: dict[str, Any]) -> NDArray[np.int64]:
    """Words of each review, ``(reviews,)``; the start of a text is none."""
    return sequences.lengths - (START in text_reader["vocabulary"])


def _positions(table: pd.DataFrame, *parts: SplitName) -> Positions:
    return np.flatnonzero(table["split"].isin(parts))


def review_experiment(name: str) -> Pipeline:
    """An experiment on ``reviews``, under its own namespace, from the split to the figures.

    Parameters
    ----------
    name
        Of the experiment; ``params:NAME`` has the blocks ``experiment``, ``split``, ``reading``, ``model`` and
        ``training``.
    """
    figures: wiring.Drawn = {
        "learning_curves": partial(drawing.learning_curves, unit="probability"),
        "review_lengths": review_lengths,
        "calibration": calibration,
        "model_and_rivals": partial(drawing.model_and_rivals, measured="on the test reviews"),
    }
    nodes = [
        wiring.node(split_reviews, "parts"),
        wiring.node(read_reviews, "words", "sequences", "text_reader"),
        wiring.node(look_up_vectors, "vectors", "vectors_report"),
        wiring.train(train_network, "reader"),
        wiring.forecast(forecast_reviews),
        wiring.rivals(forecast_with_rivals),
        wiring.node(gather_reports, "reports"),
        wiring.judge(judge),
        wiring.draw(figures),
    ]
    return wiring.experiment(name, nodes, SHARED)
