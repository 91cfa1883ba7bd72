"""Experiments on reviews: whether a text is positive, or how many stars it gives."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from kedro.pipeline import Pipeline
from numpy.typing import NDArray

from rnn_trading import figures
from rnn_trading.experiments import drawing, wiring
from rnn_trading.experiments.fitting import fitted
from rnn_trading.experiments.folds import FitOf, Folds, experiment
from rnn_trading.experiments.sizes import beside_published
from rnn_trading.experiments.vectors import vectors_of
from rnn_trading.figures import Figure
from rnn_trading.models.parameters import TextNetworkParameters, TrainingParameters
from rnn_trading.models.stars import Stars
from rnn_trading.models.states import States
from rnn_trading.plan import Plan
from rnn_trading.skill.formats import format_score
from rnn_trading.skill.record import Experiment, skill_record
from rnn_trading.skill.rivals.fitting import forecast_with
from rnn_trading.skill.rivals.stars import STARS
from rnn_trading.skill.rivals.text import SENTIMENT, KnownTexts, TextRows
from rnn_trading.splits.chronological import SplitName
from rnn_trading.splits.documents import DocumentSplitParameters, describe_documents, split_documents
from rnn_trading.tables.reviews import refuse_stars, refuse_two_kinds, same_text, states_rating
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
from rnn_trading.text.word_vectors import WordVectors

SHARED = ("reviews", "reviews_report", "word_vectors_source")
FORECAST: tuple[SplitName, ...] = ("validation", "test")
Positions = NDArray[np.int64]


def split_reviews(reviews: pd.DataFrame, split: DocumentSplitParameters, experiment: Experiment) -> pd.DataFrame:
    """Assign the reviews to train, validation and test.

    Returns
    -------
    pandas.DataFrame
        Index ``id``. Columns ``split`` (missing for a review of the training part of the source whose text stands in
        its test part too) and ``label``.

    Raises
    ------
    ReviewError
        If the labels are not of the experiment's kind.
    """
    (refuse_two_kinds if experiment.task == "stars" else refuse_stars)(reviews["label"], experiment.name)
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
        If the network masks padding, and padding is not at the back; or it takes a mean over words, and a review has
        none.
    """
    refuse_masked_front(reading.padding, masked=architecture.mask_padding)
    words = split_words(reviews["text"], reading.words)
    if architecture.states == "mean" and START not in reading.vocabulary.reserved:
        _refuse_no_words(reviews.index[words.sequences.lengths == 0])
    fitted_on = None if reading.vocabulary.fitted_on == "all" else _positions(parts, "train")
    all_words = fit_vocabulary(words.counts(fitted_on), None, reading.vocabulary.reserved)
    reader = TextReader(reading, all_words[: reading.vocabulary.size])
    return {"words": all_words, "sequences": encode(words, all_words), "text_reader": reader.as_plain()}


def _refuse_no_words(without: pd.Index) -> None:
    if len(without):
        raise ValueError(
            f"model.states=mean: expected at least one word in every review. Received: {len(without):,} without, such "
            f"as review {without[0]}. Remove them, or take model.states=attention or last."
        )


def look_up_vectors(
    words: list[str], sequences: TokenSequences, text_reader: dict[str, Any], word_vectors_source: WordVectors
) -> dict[str, Any]:
    """Find the pretrained vectors of all words; see :func:`rnn_trading.experiments.vectors.vectors_of`."""
    reserved = len(text_reader["reading"]["vocabulary"]["reserved"])
    return vectors_of(words, slice(reserved, len(text_reader["vocabulary"])), sequences, word_vectors_source)


def train_network(
    sequences: TokenSequences,
    text_reader: dict[str, Any],
    vectors: pd.DataFrame,
    parts: pd.DataFrame,
    experiment: Experiment,
    architecture: TextNetworkParameters,
    training: TrainingParameters,
    training_state: States,
    fit: FitOf,
) -> dict[str, Any]:
    """Fit the network on the training reviews, stopping on the validation reviews, or on those of the test.

    Parameters
    ----------
    parts
        Of each review, in the order of the sequences.

    Returns
    -------
    dict
        See :func:`rnn_trading.experiments.fitting.fitted`.
        ``reader``: the reader that the model was trained with.
    """
    # TensorFlow takes seconds to import: only a run that trains pays for it.
    from rnn_trading.models.batches import RaggedRows  # noqa: PLC0415
    from rnn_trading.models.interface import Input, Interface  # noqa: PLC0415
    from rnn_trading.models.networks import Blueprint  # noqa: PLC0415
    from rnn_trading.models.text_network import INPUT  # noqa: PLC0415

    reader, stars = TextReader.from_plain(text_reader), _stars(experiment, parts, training)
    masked, matrix = architecture.mask_padding, _pretrained(vectors, reader, architecture)
    ids = len(reader.vocabulary) if matrix is None else len(matrix)

    def rows(part: SplitName) -> Any:
        positions = _positions(parts, part)
        label = parts["label"].to_numpy(dtype=np.float32)[positions]
        target = label if stars is None else stars.above(label)
        seen = reader.seen(sequences.take(positions))
        # Where padding is masked, a batch need not be longer than its longest text.
        return RaggedRows(INPUT, seen, target) if masked else ({INPUT: reader.padded(seen)}, target)

    words = Input((None if masked else reader.reading.tokens,), "int32", ids=ids, masked=masked, vectors=matrix)
    log_odds = () if stars is None else stars.log_odds
    interface = Interface({INPUT: words}, max(1, len(log_odds)), activation="sigmoid", log_odds=log_odds)
    watched: SplitName = "validation" if _positions(parts, "validation").size else "test"
    result = fit.train(Blueprint(architecture, interface), rows("train"), rows(watched), training, training_state)
    made = fitted(result, training, watched)
    dimensions = architecture.dimensions or vectors.shape[1]
    return beside_published(made, experiment, ids, dimensions, "words", first=fit.first) | {"reader": text_reader}


def _stars(experiment: Experiment, parts: pd.DataFrame, training: TrainingParameters | None = None) -> Stars | None:
    """The kinds of stars among the training reviews; None for an experiment on positive and negative ones.

    The loss of a training, if one is given, must be that of the experiment.
    """
    ordered = experiment.task == "stars"
    if training and (training.loss == "ordinal_crossentropy") != ordered:
        expected = "ordinal_crossentropy" if ordered else "binary_crossentropy, mse or mae"
        raise ValueError(f"{experiment.name}: training.loss: expected {expected}. Received: {training.loss}.")
    return Stars.of(parts["label"].to_numpy()[_positions(parts, "train")]) if ordered else None


def _pretrained(
    vectors: pd.DataFrame, reader: TextReader, architecture: TextNetworkParameters
) -> NDArray[np.float32] | None:
    """Vectors of the ids that have a row in the embedding, ``(ids, dimensions)``; None if it is learned."""
    if architecture.embeddings != "pretrained":
        return None
    rows = len(reader.vocabulary) if architecture.embedding_rows == "vocabulary" else len(vectors)
    return vectors.to_numpy(dtype=np.float32)[:rows]


def predict_seen(model: Any, reader: TextReader, seen: TokenSequences) -> NDArray[np.float64]:
    """Forecasts by a network with one output of what it sees of some texts, ``(texts,)``: probabilities, or stars."""
    from rnn_trading.models.predicting import predict, predict_ragged  # noqa: PLC0415
    from rnn_trading.models.text_network import INPUT  # noqa: PLC0415  see train_network

    if model.input_shape[-1] is None:
        return predict_ragged(model, INPUT, seen)
    return predict(model, {INPUT: reader.padded(seen)})


def forecast_reviews(
    model: Any, reader: dict[str, Any], sequences: TokenSequences, parts: pd.DataFrame, experiment: Experiment
) -> pd.DataFrame:
    """Forecast the validation and test reviews: the probability that a review is positive, or the expected stars.

    Returns
    -------
    pandas.DataFrame
        ``split``, ``prediction`` and ``truth``, index ``id``.
    """
    from rnn_trading.models.ordinal import with_expected_label  # noqa: PLC0415  see train_network

    wanted, stars = _positions(parts, *FORECAST), _stars(experiment, parts)
    text_reader = TextReader.from_plain(reader)
    network = model if stars is None else with_expected_label(model, stars)
    forecasts = predict_seen(network, text_reader, text_reader.seen(sequences.take(wanted)))
    table = parts.iloc[wanted]
    columns = {
        "split": table["split"].astype("str"),
        "prediction": forecasts,
        "truth": table["label"].astype(float),
    }
    return pd.DataFrame(columns, index=table.index)


def forecast_with_rivals(
    sequences: TokenSequences,
    text_reader: dict[str, Any],
    vectors: pd.DataFrame,
    parts: pd.DataFrame,
    training: TrainingParameters,
    experiment: Experiment,
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
    rivals = STARS if experiment.task == "stars" else SENTIMENT
    return forecast_with(rivals, known, rows(wanted), parts.index[wanted])


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
        "reviews": {key: value for key, value in reviews_report.items() if key not in ("source", "read_as", "dropped")},
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
    tokens, lengths = text_reader["reading"]["tokens"], word_counts(sequences, text_reader)
    return drawing.text_lengths(lengths, tokens, "reviews", skill)


def calibration(predictions: pd.DataFrame, skill: dict[str, Any]) -> Figure:
    """Observed share of positive reviews by probability."""
    off = format_score(skill["model"]["metrics"]["calibration_error"])
    what = f"Probabilities are off by {off} on average on {len(predictions):,} test reviews"
    return figures.text.calibration(skill, drawing.title(what, skill))


def forecasts_by_label(predictions: pd.DataFrame, skill: dict[str, Any]) -> Figure:
    """Forecasts of the reviews of each number of stars, of the network and of its best rival."""
    scores = skill["headline"]
    what = f"Stars given and forecast: rank correlation {format_score(scores['value'])}"
    if scores["best_rival"]:
        what += f", best rival {format_score(scores['rival_value'])}"
    return figures.text.forecasts_by_label(predictions, scores["best_rival"], drawing.title(what, skill))


def word_counts(sequences: TokenSequences, text_reader: dict[str, Any]) -> NDArray[np.int64]:
    """Words of each review, ``(reviews,)``; the start of a text is none."""
    return sequences.lengths - (START in text_reader["vocabulary"])


def _positions(table: pd.DataFrame, *parts: SplitName) -> Positions:
    return np.flatnonzero(table["split"].isin(parts))


def review_experiment(name: str, plan: Plan, **of_kind: Callable[..., Figure]) -> Pipeline:
    """An experiment on ``reviews``, under its own namespace, from the split to the figures.

    Parameters
    ----------
    name
        Of the experiment; ``params:NAME`` has the blocks ``experiment``, ``split``, ``reading``, ``model`` and
        ``training``, and ``seeds``. Reviews have no date: there is one fold.
    plan
        How many seeds it has.
    of_kind
        By their names, figures of forecasts of the experiment's kind.
    """
    figures: wiring.Drawn = {
        "learning_curves": partial(drawing.learning_curves, unit="probability"),
        "review_lengths": review_lengths,
        **of_kind,
        "model_and_rivals": partial(drawing.model_and_rivals, measured="on the test reviews"),
    }
    nodes = [
        wiring.node(split_reviews, "parts"),
        wiring.node(read_reviews, "words", "sequences", "text_reader"),
        wiring.node(look_up_vectors, "vectors", "vectors_report"),
        wiring.node(gather_reports, "reports"),
        wiring.judge(judge),
        wiring.draw(figures),
    ]
    fit = wiring.train(train_network, "reader"), wiring.forecast(forecast_reviews)
    folds = Folds(plan.of(name), (wiring.rivals(forecast_with_rivals),), fit, newest=("reader",))
    return experiment(name, nodes, folds, SHARED)
