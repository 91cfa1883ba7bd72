"""Phrases: pairs of words that stand together far more often than by chance become one word.

Mikolov et al. (2013) with the score of Bouma (2009), by gensim. A second pass over the result finds phrases of three
and four words.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Any, Literal

from pydantic import Field

from rnn_trading.parameters import parameters

DELIMITER = "_"
# Between the two words of a phrase while it is looked for. With one that words themselves have, gensim takes phrases of
# phrases apart at the wrong place, and loses them (its issue 3326).
BETWEEN = "\t"
Sentences = Iterable[list[str]]


@parameters
class PhraseParameters:
    """Which words are joined.

    Parameters
    ----------
    passes
        How often pairs are looked for in the result of the pass before; 0: never.
    min_count
        Fewest times that a pair stands in the sentences.
    threshold
        Score above which it is a phrase: normalised pointwise mutual information, from -1 to 1.
    max_vocabulary
        Words and pairs that are counted at a time; beyond that, rare ones are forgotten to save memory.
    fitted_on
        Filings whose sentences are counted: the training filings (``train``), or all of them (``all``), as published.
    """

    passes: Annotated[int, Field(ge=0)]
    min_count: Annotated[int, Field(ge=1)]
    threshold: Annotated[float, Field(ge=-1, lt=1)]
    max_vocabulary: Annotated[int, Field(ge=1)]
    fitted_on: Literal["train", "all"]


class Phrases:
    """Joins the phrases of every pass.

    Parameters
    ----------
    scores
        For each pass, the score of each phrase, whose two words have a tab between them.
    """

    def __init__(self, scores: list[dict[str, float]]) -> None:
        self.scores = scores
        self._passes = [_joiner(found) for found in scores]

    def join(self, sentence: list[str]) -> list[str]:
        """Join the phrases of one sentence, from left to right."""
        for joiner in self._passes:
            sentence = [word.replace(BETWEEN, DELIMITER) for word in joiner[sentence]]
        return sentence


def learn_phrases(sentences: Callable[[], Sentences], rules: PhraseParameters) -> Phrases:
    """Find the phrases in sentences.

    Parameters
    ----------
    sentences
        Gives all sentences, each a list of words, anew for every pass; they are read one at a time.
    rules
        See :class:`PhraseParameters`.
    """
    from gensim.models.phrases import Phrases as Counter  # noqa: PLC0415  takes a second to import

    found = Phrases([])
    for _ in range(rules.passes):
        counter = Counter(
            _joined(found, sentences()),
            min_count=rules.min_count,
            threshold=rules.threshold,
            max_vocab_size=rules.max_vocabulary,
            delimiter=BETWEEN,
            scoring="npmi",
        )
        found = Phrases([*found.scores, counter.freeze().phrasegrams])
    return found


def _joined(phrases: Phrases, sentences: Sentences) -> Iterator[list[str]]:
    return (phrases.join(sentence) for sentence in sentences)


def _joiner(scores: dict[str, float]) -> Any:
    """The library's own, from scores alone, so that they can be kept as plain values."""
    from gensim.models.phrases import Phrases as Counter  # noqa: PLC0415  see learn_phrases

    joiner = Counter(delimiter=BETWEEN, scoring="npmi", threshold=-1).freeze()
    joiner.phrasegrams = scores
    return joiner
