"""One experiment on reviews: split, read, train, predict, judge, show."""

import logging
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from rnn_trading.figures import panels as plots
from rnn_trading.figures import text as text_plots
from rnn_trading.models.parameters import TextNetworkParameters, TrainingParameters
from rnn_trading.pipelines.text_sentiment.scoring import ScoreStream, TextStream, predict_seen, score_stream
from rnn_trading.skill.record import Experiment, skill_record
from rnn_trading.skill.rivals.text import TextRivalRows, text_rivals
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
    split_words,
)
from rnn_trading.text.word_vectors import WordVectors, describe_coverage, vectors_by_id

logger = logging.getLogger(__name__)


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
        `TokenSequences` of these ids, whole reviews in the order of the table. ``reader``: what makes the network's
        input from raw text, as plain values: its vocabulary is the first part of ``words``.

    Raises
    ------
    ValueError
        If the network masks padding, and padding is not at the back.
    """
    if architecture.mask_padding and reading.padding != "back":
        raise ValueError(
            "Masked padding has to be at the back. Received: model.mask_padding=true with reading.padding=front. "
            "Change one of them."
        )
    words = split_words(reviews["text"], reading.words)
    fitted_on = None if reading.vocabulary.fitted_on == "all" else _positions(parts, "train")
    all_words = fit_vocabulary(words.counts(fitted_on), None, reading.vocabulary.reserved)
    reader = TextReader(reading, all_words[: reading.vocabulary.size])
    return {"words": all_words, "sequences": encode(words, all_words), "reader": reader.as_plain()}


def look_up_vectors(
    words: list[str], sequences: TokenSequences, reader: dict[str, Any], word_vectors: WordVectors
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
    reserved = len(reader["reading"]["vocabulary"]["reserved"])
    found = vectors_by_id(words, reserved, word_vectors)
    table = pd.DataFrame(found.matrix, index=pd.Index(words, name="word"))
    coverage = describe_coverage(found.found, sequences, slice(reserved, len(reader["vocabulary"])))
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
    reader: dict[str, Any],
    vectors: pd.DataFrame,
    parts: pd.DataFrame,
    experiment: Experiment,
    split: DocumentSplitParameters,
    architecture: TextNetworkParameters,
    training: TrainingParameters,
) -> dict[str, Any]:
    """Fit the network on the training reviews, stopping on the reviews that the split names.

    Parameters
    ----------
    parts
        Of each review, in the order of the sequences.

    Returns
    -------
    dict
        ``model``: `keras.Model`. ``reader``: the reader it was trained with. ``history``: columns ``epoch``, ``rows``,
        ``quantity``, ``value``. ``training``: parameters, how many of them are trained, epochs, best epoch, seconds.
    """
    # TensorFlow takes seconds to import: only a run that trains pays for it.
    from rnn_trading.models.batches import RaggedRows  # noqa: PLC0415
    from rnn_trading.models.text_network import INPUT, build_text_network  # noqa: PLC0415
    from rnn_trading.models.training import train  # noqa: PLC0415

    text_reader = TextReader.from_plain(reader)
    ids, matrix = len(text_reader.vocabulary), None
    if architecture.embeddings == "pretrained":
        ids = ids if architecture.embedding_rows == "vocabulary" else len(vectors)
        matrix = vectors.to_numpy(dtype=np.float32)[:ids]

    def rows(part: SplitName) -> Any:
        positions = _positions(parts, part)
        target = parts["label"].to_numpy(dtype=np.float32)[positions]
        seen = text_reader.seen(sequences.take(positions))
        if architecture.mask_padding:  # then a batch need not be longer than its longest text
            return RaggedRows(INPUT, seen, target)
        return {INPUT: text_reader.padded(seen)}, target

    fit = train(
        lambda: build_text_network(architecture, text_reader.reading.tokens, ids, matrix),
        rows("train"),
        rows(split.validate_on),
        training,
        experiment.name,
    )
    return {
        "model": fit.model,
        "reader": reader,
        "history": pd.DataFrame(fit.history),
        "training": {
            "parameters": fit.model.count_params(),
            "trained_parameters": int(sum(np.prod(weight.shape) for weight in fit.model.trainable_weights)),
            "epochs": fit.epochs,
            "best_epoch": fit.best_epoch,
            "epochs_allowed": training.epochs,
            "stopped_on": split.validate_on,
            "seconds": round(fit.seconds, 1),
        },
    }


def predict_test_reviews(
    model: Any, reader: dict[str, Any], sequences: TokenSequences, parts: pd.DataFrame
) -> pd.Series:
    """Predict the test reviews: the probability that a review is positive.

    Returns
    -------
    pandas.Series
        ``prediction``, index ``id`` of the test reviews.
    """
    test = _positions(parts, "test")
    text_reader = TextReader.from_plain(reader)
    probabilities = predict_seen(model, text_reader, text_reader.seen(sequences.take(test)))
    return pd.Series(probabilities, index=parts.index[test], name="prediction")


def predict_with_rivals(
    sequences: TokenSequences,
    reader: dict[str, Any],
    vectors: pd.DataFrame,
    parts: pd.DataFrame,
    training: TrainingParameters,
) -> pd.DataFrame:
    """Fit the rivals on the training reviews and forecast the test reviews: one column a rival, index ``id``."""
    text_reader, size = TextReader.from_plain(reader), len(vectors)
    train, test = _positions(parts, "train"), _positions(parts, "test")

    def rows(positions: Any) -> TextRivalRows:
        whole = sequences.take(positions)
        return TextRivalRows(whole.counts(size), text_reader.seen(whole).counts(size))

    label = parts["label"].to_numpy(dtype=float)[train]
    rivals = text_rivals(rows(train), label, rows(test), vectors.to_numpy(), training.seed)
    return rivals.set_axis(parts.index[test])


def collect_predictions(model_predictions: pd.Series, rivals: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """Put the model, the truth and the rivals side by side: ``id``, ``prediction``, ``truth``, one column a rival."""
    truth = parts.loc[model_predictions.index, "label"].astype(float).rename("truth")
    return pd.concat([model_predictions, truth, rivals], axis="columns").reset_index()


def judge(
    predictions: pd.DataFrame,
    reviews: pd.DataFrame,
    parts: pd.DataFrame,
    reports: dict[str, Any],
    training_summary: dict[str, Any],
    experiment: Experiment,
    protocol: str,
) -> dict[str, Any]:
    """Write the skill record; see :func:`rnn_trading.skill.record.skill_record`."""
    if "author" in reviews:
        authors = reviews.loc[predictions["id"], "author"].reset_index(drop=True)
        # An author who is unknown is a group of one review.
        predictions = predictions.assign(author=authors.fillna(predictions["id"]))
    return skill_record(
        experiment,
        protocol,
        predictions,
        states_rating(reviews.loc[predictions["id"], "text"]).to_frame("states_rating"),
        describe_documents(parts["split"], parts["label"]) | reports,
        training_summary,
    )


def gather_reports(
    reviews_report: dict[str, Any],
    reader: dict[str, Any],
    sequences: TokenSequences,
    parts: pd.DataFrame,
    vectors_report: dict[str, Any],
) -> dict[str, Any]:
    """Say where the data come from, what was dropped, and how much of the texts the network sees."""
    lengths = word_counts(sequences, reader)
    tokens = reader["reading"]["tokens"]
    return {
        "source": reviews_report["source"],
        "reviews": {key: value for key, value in reviews_report.items() if key not in ("source", "dropped")},
        "dropped": reviews_report["dropped"] | {"training_texts_of_the_test": int(parts["split"].isna().sum())},
        "vocabulary": len(reader["vocabulary"]),
        "longer_than_the_input": float((lengths > tokens).mean()),
        "words_seen": float(np.minimum(lengths, tokens).sum() / lengths.sum()),
        "word_vectors": vectors_report,
    }


def draw_figures(
    predictions: pd.DataFrame,
    history: pd.DataFrame,
    training_summary: dict[str, Any],
    skill: dict[str, Any],
    sequences: TokenSequences,
    reader: dict[str, Any],
    experiment: Experiment,
) -> dict[str, Figure]:
    """Draw the published figures, lengths, and calibration.

    Returns
    -------
    dict
        ``learning_curves``, ``review_lengths``, ``calibration``, ``model_and_rivals``.
    """
    where = f"{experiment.name}, {skill['protocol'].replace('_', ' ')}"
    return {
        "learning_curves": plots.learning_curves(
            history,
            training_summary["best_epoch"],
            training_summary["stopped_on"],
            "probability",
            f"Training\n{where}",
        ),
        "review_lengths": text_plots.text_lengths(
            word_counts(sequences, reader), reader["reading"]["tokens"], f"Length of the reviews\n{where}"
        ),
        "calibration": text_plots.calibration(skill, f"Calibration on {len(predictions):,} test reviews\n{where}"),
        "model_and_rivals": plots.model_beside_rivals(
            skill, "auc", "AUC on the test reviews", 0.5, f"Model beside its rivals\n{where}"
        ),
    }


def word_counts(sequences: TokenSequences, reader: dict[str, Any]) -> Any:
    """Words of each review, ``(reviews,)``; the start of a text is none."""
    return sequences.lengths - (START in reader["vocabulary"])


def score_texts(texts: TextStream, model: Any, reader: dict[str, Any]) -> ScoreStream:
    """Give every text its probability of being positive; see :func:`.scoring.score_stream`."""
    return score_stream(texts, model, TextReader.from_plain(reader))


def _positions(table: pd.DataFrame, part: SplitName) -> Any:
    return np.flatnonzero(table["split"] == part)
