"""What the forecast of one text rests on: by words that are left out, and by attention.

Of the last fold that is judged and its first seed. A word that is left out becomes one that the vocabulary does not
know: the words around it stay in their places.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnn_trading import figures
from rnn_trading.experiments import drawing, wiring
from rnn_trading.experiments.filing_inputs import forecast_seen, seen_of
from rnn_trading.experiments.review_inputs import positions_of
from rnn_trading.experiments.reviews import expecting, predict_seen
from rnn_trading.figures import Figure
from rnn_trading.filings.sequences import FilingReadingParameters
from rnn_trading.skill.formats import format_score, format_signed
from rnn_trading.skill.record import Experiment
from rnn_trading.text.text import UNKNOWN, Side, TextReader, TokenSequences

Ids = NDArray[np.int32]


def explain_review(
    last_model: Any,
    last_reader: dict[str, Any],
    sequences: TokenSequences,
    parts: pd.DataFrame,
    experiment: Experiment,
) -> dict[str, Any]:
    """What the forecast of the last test review rests on; see :func:`words_of_one_text`."""
    reader, network = TextReader.from_plain(last_reader), expecting(last_model, parts, experiment)
    place = positions_of(parts, "test")[-1:]
    seen = reader.seen(sequences.take(place))

    def forecast(texts: Ids) -> NDArray[np.float64]:
        return predict_seen(network, reader, stacked(texts))

    row = parts.iloc[place[0]]
    of_text = {"text": str(row.name), "truth": float(row["label"])}
    return of_text | words_of_one_text(last_model, forecast, seen.ids, reader.vocabulary, reader.reading.padding)


def explain_filing(
    last_model: Any,
    last_sequences: TokenSequences,
    last_documents: pd.DataFrame,
    last_words: list[str],
    reading: FilingReadingParameters,
) -> dict[str, Any]:
    """What the forecast of the newest test filing rests on; see :func:`words_of_one_text`."""
    from rnn_trading.models.filing_network import INPUT  # noqa: PLC0415  TensorFlow is imported only to explain

    newest = last_documents[last_documents["split"] == "test"].sort_values(["entry", "sequence"]).iloc[-1:]
    seen = seen_of(last_model, last_sequences, last_documents, newest, reading)

    def forecast(texts: Ids) -> NDArray[np.float64]:
        others = {name: stacked(np.tile(each.ids, (len(texts), 1))) for name, each in seen.items() if name != INPUT}
        return forecast_seen(last_model, {INPUT: stacked(texts), **others}, reading)

    of_text = {"text": str(newest.index[0]), "truth": float(newest["truth"].iloc[0])}
    beside = {name: each.ids for name, each in seen.items() if name != INPUT}
    return of_text | words_of_one_text(last_model, forecast, seen[INPUT].ids, last_words, reading.padding, beside)


def stacked(texts: Ids) -> TokenSequences:
    """Texts of one length, ``(texts, words)``, one after the other."""
    return TokenSequences(texts.ravel().astype(np.int32), np.arange(len(texts) + 1) * texts.shape[1])


def words_of_one_text(
    model: Any,
    forecast: Callable[[Ids], NDArray[np.float64]],
    ids: Ids,
    vocabulary: Sequence[str],
    padding: Side = "back",
    beside: dict[str, Ids] | None = None,
) -> dict[str, Any]:
    """How each word of a text moves its forecast, and how much attention it is given.

    Parameters
    ----------
    model
        The network.
    forecast
        Of texts ``(texts, words)``, forecasts ``(texts,)``.
    ids
        Of the words that the network sees, ``(words,)``.
    vocabulary
        Words by id.
    padding
        Where a network of a fixed length has its padding.
    beside
        Further inputs of the network.

    Returns
    -------
    dict
        ``forecast``; ``words``, in their order; ``effects``: the forecast less the one without the word; ``attention``:
        the weight of each word, or None where the network has no attention; ``strongest``: the word that moves the
        forecast most, and its ``place``; None where none moves it.
    """
    from rnn_trading.models.attention import attention_weights, has_attention  # noqa: PLC0415  see explain_filing

    without = np.tile(ids, (len(ids) + 1, 1))
    places = np.arange(len(ids))
    without[places + 1, places] = vocabulary.index(UNKNOWN)
    as_it_is, *others = forecast(without)
    effects = as_it_is - np.array(others)
    words = [vocabulary[number] for number in ids]
    weights = attention_weights(model, ids, padding, **(beside or {})).tolist() if has_attention(model) else None
    return {
        "forecast": float(as_it_is),
        "words": words,
        "effects": effects.tolist(),
        "attention": weights,
        "strongest": _strongest(words, np.abs(effects)),
    }


def _strongest(words: list[str], sizes: NDArray[np.float64]) -> dict[str, Any] | None:
    place = int(sizes.argmax())
    return {"word": words[place], "place": place + 1} if sizes[place] > 0 else None


def words_that_count(skill: dict[str, Any]) -> Figure:
    """The words that move the forecast of one text most, in their order, and the attention that they are given."""
    found = skill["explanation"]
    strongest, of_text = found["strongest"], f"Text {found['text']}, forecast {format_score(found['forecast'])}"
    what = f"{of_text}: no word moves it"
    if strongest is not None:
        effect = format_signed(found["effects"][strongest["place"] - 1])
        what = f"{of_text}: the word '{strongest['word']}' moves it most, by {effect}"
    return figures.explanations.by_word(found, drawing.title(what, skill))


EXPLAIN_REVIEW = wiring.node(explain_review, "explanation", gpu=True)
EXPLAIN_FILING = wiring.node(explain_filing, "explanation", gpu=True)
TEXT_FIGURES: wiring.Drawn = {"words_that_count": words_that_count}
