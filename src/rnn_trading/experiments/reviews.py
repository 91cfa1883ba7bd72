"""Experiments on reviews: whether a text is positive, or how many stars it gives."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from kedro.pipeline import Node, Pipeline
from numpy.typing import NDArray

from rnn_trading import figures
from rnn_trading.experiments import drawing, wiring
from rnn_trading.experiments.fitting import fitted
from rnn_trading.experiments.folds import FitOf, Folds, experiment
from rnn_trading.experiments.review_inputs import Positions, interface_of_reviews, positions_of, stars_of
from rnn_trading.experiments.sizes import beside_published
from rnn_trading.experiments.vectors import vectors_of
from rnn_trading.figures import Figure
from rnn_trading.models.parameters import TextNetworkParameters, TrainingParameters, pooled
from rnn_trading.models.states import States
from rnn_trading.plan import Plan
from rnn_trading.skill.formats import format_score
from rnn_trading.skill.record import Experiment, skill_record
from rnn_trading.skill.rivals.fitting import forecast_with
from rnn_trading.skill.rivals.stars import STARS
from rnn_trading.skill.rivals.text import FEWEST_TEXTS, SENTIMENT, KnownTexts, TextRows
from rnn_trading.splits.chronological import SplitName
from rnn_trading.splits.documents import DocumentSplitParameters, describe_documents, split_documents
from rnn_trading.tables.reviews import refuse_stars, refuse_two_kinds, same_text, states_rating
from rnn_trading.text.pairs import frequent_pairs, pair_counts
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
    if architecture.takes_a_mean and START not in reading.vocabulary.reserved:
        _refuse_no_words(reviews.index[words.sequences.lengths == 0], architecture)
    fitted_on = None if reading.vocabulary.fitted_on == "all" else positions_of(parts, "train")
    all_words = fit_vocabulary(words.counts(fitted_on), None, reading.vocabulary.reserved)
    reader = TextReader(reading, all_words[: reading.vocabulary.size])
    return {"words": all_words, "sequences": encode(words, all_words), "text_reader": reader.as_plain()}


def _refuse_no_words(without: pd.Index, architecture: TextNetworkParameters) -> None:
    """Raise if a review has no word of which a mean could be taken; the message names every mean that is asked for."""
    if not len(without):
        return
    asked = {"model.words_mean": "true"} if architecture.words_mean else {}
    states = pooled(architecture.states)
    if "mean" in states:
        asked["model.states"] = "mean" if len(states) == 1 else f"[{', '.join(states)}]"
    others = [each for each in states if each != "mean"]
    instead = {"model.words_mean": "false", "model.states": f"[{', '.join(others)}]" if others else "attention or last"}
    raise ValueError(
        f"{', '.join(f'{name}={value}' for name, value in asked.items())}: expected at least one word in every review. "
        f"Received: {len(without):,} without, such as review {without[0]}. Remove them, or take "
        f"{' and '.join(f'{name}={instead[name]}' for name in asked)}."
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
    from rnn_trading.models.networks import Blueprint  # noqa: PLC0415
    from rnn_trading.models.text_network import INPUT  # noqa: PLC0415

    reader, stars = TextReader.from_plain(text_reader), stars_of(experiment, parts, training)
    masked, label = architecture.mask_padding, parts["label"].to_numpy(dtype=np.float32)

    def rows(part: SplitName) -> Any:
        positions = positions_of(parts, part)
        seen, of_part = reader.seen(sequences.take(positions)), label[positions]
        target = of_part if stars is None else stars.above(of_part)
        # Where padding is masked, a batch need not be longer than its longest text.
        return RaggedRows(INPUT, seen, target) if masked else ({INPUT: reader.padded(seen)}, target)

    trained = positions_of(parts, "train")
    known = reader.seen(sequences.take(trained)), label[trained].astype(float)
    interface = interface_of_reviews(architecture, reader, vectors, known, stars)
    watched: SplitName = "validation" if positions_of(parts, "validation").size else "test"
    result = fit.train(Blueprint(architecture, interface), rows("train"), rows(watched), training, training_state)
    made, ids = fitted(result, training, watched), interface.inputs[INPUT].ids
    dimensions = architecture.dimensions or vectors.shape[1]
    return beside_published(made, experiment, ids, dimensions, "words", first=fit.first) | {"reader": text_reader}


def predict_seen(model: Any, reader: TextReader, seen: TokenSequences) -> NDArray[np.float64]:
    """Forecasts by a network with one output of what it sees of some texts, ``(texts,)``: probabilities, or stars.

    A forecast does not depend on the texts after it, to the bit: all have one length.
    """
    from rnn_trading.models.predicting import predict, predict_in_order  # noqa: PLC0415
    from rnn_trading.models.text_network import INPUT  # noqa: PLC0415  see train_network

    if model.input_shape[-1] is not None:
        return predict(model, {INPUT: reader.padded(seen)})
    return predict_in_order(model, INPUT, seen, reader.reading.tokens)


def forecast_reviews(
    model: Any, reader: dict[str, Any], sequences: TokenSequences, parts: pd.DataFrame, experiment: Experiment
) -> pd.DataFrame:
    """Forecast the validation and test reviews: the probability that a review is positive, or the expected stars.

    Returns
    -------
    pandas.DataFrame
        ``split``, ``prediction`` and ``truth``, index ``id``.
    """
    wanted, text_reader = positions_of(parts, *FORECAST), TextReader.from_plain(reader)
    seen = text_reader.seen(sequences.take(wanted))
    forecasts = predict_seen(expecting(model, parts, experiment), text_reader, seen)
    table = parts.iloc[wanted]
    columns = {
        "split": table["split"].astype("str"),
        "prediction": forecasts,
        "truth": table["label"].astype(float),
    }
    return pd.DataFrame(columns, index=table.index)


def expecting(model: Any, parts: pd.DataFrame, experiment: Experiment) -> Any:
    """The network whose one output is what is forecast: of stars their expected number."""
    from rnn_trading.models.ordinal import with_expected_label  # noqa: PLC0415  see train_network

    stars = stars_of(experiment, parts)
    return model if stars is None else with_expected_label(model, stars)


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
    label, reserved = parts["label"].to_numpy(dtype=float), len(reader.reading.vocabulary.reserved)
    train, validation = (positions_of(parts, part) for part in ("train", "validation"))
    pairs = frequent_pairs(sequences.take(train), size, reserved, FEWEST_TEXTS)

    def rows(positions: Positions) -> TextRows:
        whole = sequences.take(positions)
        counted = pair_counts(whole, size, reserved, pairs)
        return TextRows(whole.counts(size), reader.seen(whole).counts(size), counted)

    known = KnownTexts(
        (rows(train), label[train]), (rows(validation), label[validation]), vectors.to_numpy(), training.seed
    )
    wanted = positions_of(parts, *FORECAST)
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


def review_experiment(name: str, plan: Plan, explain: Node | None = None, **of_kind: Callable[..., Figure]) -> Pipeline:
    """An experiment on ``reviews``, under its own namespace, from the split to the figures.

    Parameters
    ----------
    name
        Of the experiment; ``params:NAME`` has the blocks ``experiment``, ``split``, ``reading``, ``model`` and
        ``training``, and ``seeds``. Reviews have no date: there is one fold.
    plan
        How many seeds it has.
    explain
        The node that makes the ``explanation`` of the record; None: there is none.
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
        wiring.judge(judge, explained=explain is not None),
        wiring.draw(figures),
        *([] if explain is None else [explain]),
    ]
    fit = wiring.train(train_network, "reader"), wiring.forecast(forecast_reviews)
    folds = Folds(plan.of(name), (wiring.rivals(forecast_with_rivals),), fit, newest=("reader",))
    return experiment(name, nodes, folds, SHARED)
