"""From texts to sequences of ids: words, vocabulary, out-of-vocabulary words, padding and cutting.

One implementation for every pipeline that reads text. Words are split by Arrow, and everything after that is arithmetic
on one array of ids, so that 25,000 reviews take seconds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import scipy
from numpy.typing import NDArray
from pydantic import Field, model_validator

from rnn_trading.parameters import parameters

PADDING, START, UNKNOWN, UNUSED = "<padding>", "<start>", "<unknown>", "<unused>"
Side = Literal["front", "back"]
CLITIC = (r"(\pL)'(s|re|ve|ll|d|m)($|[^\pL\pM\pN])", r"\1 '\2\3")
SPLIT_CONTRACTIONS = (
    ("[\u2018\u2019\u00b4`]", "'"),
    # An apostrophe that is not inside a word is a quotation mark.
    (r"(^|[^\pL\pM\pN])'+", r"\1 "),
    (r"'+([^\pL\pM\pN]|$)", r" \1"),
    (r"(\pL)n't($|[^\pL\pM\pN])", r"\1 n't\2"),
    CLITIC,
    CLITIC,  # once more for I'd've, whose two endings share an apostrophe
    (r"[^\pL\pM\pN']+", " "),
)
PUNCTUATION = r'[!"#$%&()*+,\-./:;<=>?@\[\\\]^_`{|}~\t\n]'


class VocabularyError(ValueError):
    """Ids and words do not belong together."""


@parameters
class WordParameters:
    """What a word is. All words are in lower case.

    Parameters
    ----------
    markup
        ``keep``: the tag ``<br />`` is the word ``br``, as published. ``drop``: tags are no words.
    contractions
        ``whole``: ``don't`` is one word, and quotation marks of single quotes stay with their words, as published.
        ``split``: ``do n't``, as in the texts that GloVe was made from.
    misread_as
        ``latin-1``: as if files in UTF-8 were read in that encoding, as published, which makes two or three other
        letters and signs of every letter that is not ASCII; null: as it is.

    Examples
    --------
    >>> split_words(["Fiancés"], WordParameters(markup="keep", contractions="whole", misread_as="latin-1")).distinct[0]
    'fiancã©s'
    """

    markup: Literal["keep", "drop"]
    contractions: Literal["whole", "split"]
    # A default, as in parameter sets of before, which had none.
    misread_as: Literal["latin-1"] | None = None


@parameters
class VocabularyParameters:
    """Which words have an id of their own.

    Parameters
    ----------
    size
        Number of ids, reserved ones included; fewer if there are fewer words.
    reserved
        Names of the first ids, from 0 on: ``<padding>`` first, ``<unknown>`` for words without an id, ``<start>`` if
        every text begins with one, ``<unused>`` for ids that no text has.
    fitted_on
        Texts whose words are counted: the training texts (``train``), or all of them (``all``), as published.
    """

    size: Annotated[int, Field(ge=3)]
    reserved: tuple[str, ...]
    fitted_on: Literal["train", "all"]

    @model_validator(mode="after")
    def _check_reserved(self) -> "VocabularyParameters":
        known = {PADDING, START, UNKNOWN, UNUSED}
        if self.reserved[:1] != (PADDING,) or UNKNOWN not in self.reserved or not {*self.reserved} <= known:
            raise ValueError(
                f"reserved: expected {PADDING} first, {UNKNOWN}, and no others than {START} and {UNUSED}. Received: "
                f"{', '.join(self.reserved)}"
            )
        if self.size <= len(self.reserved):
            raise ValueError(
                f"size: expected more ids than the {len(self.reserved)} reserved ones. Received: {self.size}"
            )
        return self


@parameters
class ReadingParameters:
    """How a text becomes the input of a network.

    Parameters
    ----------
    words, vocabulary
        See :class:`WordParameters`, :class:`VocabularyParameters`.
    tokens
        Length of the input.
    padding, cutting
        Side on which shorter texts are filled up with ``<padding>``, and on which longer ones lose words. A GPU needs
        padding at the back where padding is masked.
    """

    words: WordParameters
    vocabulary: VocabularyParameters
    tokens: Annotated[int, Field(ge=1)]
    padding: Side
    cutting: Side


@dataclass(frozen=True)
class TokenSequences:
    """Sequences of different lengths, stored end to end.

    Attributes
    ----------
    ids
        int32, ``(tokens,)``: all sequences, one after the other.
    starts
        int64, ``(sequences + 1,)``: where each begins, and where the last one ends.
    """

    ids: NDArray[np.int32]
    starts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Tokens of each sequence, ``(sequences,)``."""
        return np.diff(self.starts)

    def take(self, rows: NDArray[np.int64]) -> "TokenSequences":
        """Some of the sequences, by their positions."""
        lengths = self.lengths[rows]
        starts = np.concatenate([[0], lengths.cumsum()])
        positions = np.repeat(self.starts[rows] - starts[:-1], lengths) + np.arange(starts[-1])
        return TokenSequences(self.ids[positions], starts)

    def cut(self, length: int, side: Side) -> "TokenSequences":
        """Leave out tokens at the ``front`` or the ``back`` of sequences that are longer than a length."""
        kept = np.minimum(self.lengths, length)
        first = self.starts[1:] - kept if side == "front" else self.starts[:-1]
        starts = np.concatenate([[0], kept.cumsum()])
        positions = np.repeat(first - starts[:-1], kept) + np.arange(starts[-1])
        return TokenSequences(self.ids[positions], starts)

    def padded(self, length: int, padding: Side, cutting: Side, value: int = 0) -> NDArray[np.int32]:
        """Bring all sequences to one length.

        Parameters
        ----------
        length
            Columns of the result.
        padding
            Where shorter sequences are filled up with ``value``.
        cutting
            Where longer ones lose tokens.
        value
            Id of the padding.

        Returns
        -------
        numpy.ndarray
            int32, ``(sequences, length)``. The same as Keras' ``pad_sequences`` with ``pre`` for ``front``.
        """
        sequences = self.cut(length, cutting)
        kept = sequences.lengths
        columns = np.arange(len(sequences.ids)) - np.repeat(sequences.starts[:-1], kept)
        if padding == "front":
            columns += np.repeat(length - kept, kept)
        result = np.full((len(self), length), value, dtype=np.int32)
        result[np.repeat(np.arange(len(self)), kept), columns] = sequences.ids
        return result

    def capped(self, size: int, unknown: int) -> "TokenSequences":
        """The same under a vocabulary of the first ``size`` ids: others become ``unknown``."""
        return TokenSequences(np.where(self.ids < size, self.ids, np.int32(unknown)), self.starts)

    def counts(self, size: int) -> "scipy.sparse.csr_array":
        """How often each id occurs: sparse float64, ``(sequences, size)``."""
        # A copy: SciPy sorts and joins the ids in place.
        matrix = scipy.sparse.csr_array(
            (np.ones(len(self.ids)), self.ids, self.starts), shape=(len(self), size), copy=True
        )
        matrix.sum_duplicates()
        return matrix


@dataclass(frozen=True)
class Words:
    """Texts split into words.

    Attributes
    ----------
    sequences
        Position of each word of each text in ``distinct``.
    distinct
        The words, in the order in which they first occur.
    """

    sequences: TokenSequences
    distinct: pd.Index

    def counts(self, rows: NDArray[np.int64] | None = None) -> pd.Series:
        """How often each word occurs in some of the texts, by word; words that do not occur are left out."""
        sequences = self.sequences if rows is None else self.sequences.take(rows)
        counts = np.bincount(sequences.ids, minlength=len(self.distinct))
        return pd.Series(counts, index=self.distinct)[counts > 0]


def split_words(texts: Sequence[str] | pd.Series, rules: WordParameters) -> Words:
    """Split texts into words.

    Parameters
    ----------
    texts
        ``(texts,)``, none missing. A text may have no word.
    rules
        See :class:`WordParameters`.
    """
    if rules.misread_as is not None:
        texts = [text.encode().decode(rules.misread_as) for text in texts]
    array = pa.array(texts, type=pa.large_string())
    lower = pc.utf8_lower(array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array)
    if rules.markup == "drop":
        lower = pc.replace_substring_regex(lower, "<[a-z/][^<>]{0,500}>", " ")
    if rules.contractions == "whole":
        spaced = pc.replace_substring_regex(lower, PUNCTUATION, " ")
    else:
        spaced = pc.utf8_normalize(lower, form="NFC")
        for pattern, replacement in SPLIT_CONTRACTIONS:
            spaced = pc.replace_substring_regex(spaced, pattern, replacement)
    return split_at_spaces(spaced)


def split_at_spaces(texts: Sequence[str] | pa.Array) -> Words:
    """Take what stands between white space as words, as it is.

    Parameters
    ----------
    texts
        ``(texts,)``, none missing. A text may have no word.
    """
    array = pa.array(texts, type=pa.large_string())
    lists = pc.utf8_split_whitespace(pc.utf8_trim_whitespace(array))
    words = lists.values.dictionary_encode()
    distinct = pd.Index(words.dictionary.to_numpy(zero_copy_only=False), dtype="str")
    codes = TokenSequences(words.indices.to_numpy(), lists.offsets.to_numpy().astype(np.int64))
    empty = distinct.get_indexer([""])[0]
    if empty < 0:
        return Words(codes, distinct)
    # Arrow splits a text without any word into one empty word.
    there = codes.ids != empty
    starts = np.concatenate([[0], there.cumsum()])[codes.starts]
    return Words(TokenSequences(codes.ids[there], starts), distinct)


def join_words(batches: Iterable[Words]) -> Words:
    """Texts of several batches, one after the other, with one list of distinct words."""
    code_of: dict[str, int] = {}
    ids, lengths = [np.empty(0, np.int32)], [np.empty(0, np.int64)]
    for words in batches:
        codes = np.array([code_of.setdefault(word, len(code_of)) for word in words.distinct], dtype=np.int32)
        ids.append(codes[words.sequences.ids])
        lengths.append(words.sequences.lengths)
    starts = np.concatenate([[0], np.concatenate(lengths).cumsum()])
    return Words(TokenSequences(np.concatenate(ids), starts), pd.Index(list(code_of), dtype="str"))


def fit_vocabulary(counts: pd.Series, size: int | None, reserved: tuple[str, ...]) -> list[str]:
    """Give words ids by their frequency; a word's id is its position.

    Parameters
    ----------
    counts
        How often each word occurs, by word.
    size
        Most ids, reserved ones included; None: all words have one.
    reserved
        See :class:`VocabularyParameters`.

    Returns
    -------
    list of str
        The reserved names, then words, the most frequent first, and words that are equally frequent by themselves.

    Raises
    ------
    VocabularyError
        If there is no word.
    """
    if counts.empty:
        raise VocabularyError("The training texts hold no word. Check the texts and the split.")
    table = pd.DataFrame({"count": counts.to_numpy(), "word": counts.index})
    table = table.sort_values(["count", "word"], ascending=[False, True])
    words = table["word"].tolist()
    return [*reserved, *(words if size is None else words[: size - len(reserved)])]


def encode(words: Words, vocabulary: list[str]) -> TokenSequences:
    """Replace words by their ids.

    Parameters
    ----------
    words
        Texts split into words.
    vocabulary
        Words by id.

    Returns
    -------
    TokenSequences
        Words without an id have that of ``<unknown>``. Every sequence begins with ``<start>`` if the vocabulary has
        it; if not, a text without any word is one ``<unknown>``, since padding alone is no input (a GPU refuses it).

    Raises
    ------
    VocabularyError
        If the vocabulary has no ``<unknown>``, or a word twice.
    """
    entries = pd.Index(vocabulary, dtype="str")
    if UNKNOWN not in entries or not entries.is_unique:
        twice = entries[entries.duplicated()]
        raise VocabularyError(
            f"Expected a vocabulary with {UNKNOWN} and every word once. Received: "
            + (f"{twice[0]!r} twice." if len(twice) else f"none of that name in {len(entries):,} words.")
        )
    id_of = entries.get_indexer(words.distinct).astype(np.int32)
    id_of[id_of < 0] = vocabulary.index(UNKNOWN)
    ids, starts = id_of[words.sequences.ids], words.sequences.starts
    starting = START in vocabulary
    added = np.full(len(words.sequences), True) if starting else words.sequences.lengths == 0
    ids = np.insert(ids, starts[:-1][added], vocabulary.index(START if starting else UNKNOWN))
    return TokenSequences(ids, starts + np.concatenate([[0], added.cumsum()]))


@dataclass(frozen=True)
class TextReader:
    """What turns raw texts into the input of one network; it is saved beside the network.

    Attributes
    ----------
    reading
        See :class:`ReadingParameters`.
    vocabulary
        Words by id.
    """

    reading: ReadingParameters
    vocabulary: list[str]

    def read(self, texts: Sequence[str] | pd.Series) -> tuple[TokenSequences, NDArray[np.bool_]]:
        """Turn texts into what the network sees of them, and say whether each text has any word, ``(texts,)``."""
        words = split_words(texts, self.reading.words)
        return self.seen(encode(words, self.vocabulary)), words.sequences.lengths > 0

    def seen(self, sequences: TokenSequences) -> TokenSequences:
        """What the network sees of sequences of ids: words it knows, cut to its length."""
        capped = sequences.capped(len(self.vocabulary), self.vocabulary.index(UNKNOWN))
        return capped.cut(self.reading.tokens, self.reading.cutting)

    def padded(self, seen: TokenSequences) -> NDArray[np.int32]:
        """Bring what the network sees to one length: int32 ``(texts, tokens)``."""
        return seen.padded(self.reading.tokens, self.reading.padding, self.reading.cutting)

    def as_plain(self) -> dict[str, Any]:
        """Plain values, for a JSON file."""
        return {"reading": asdict(self.reading), "vocabulary": self.vocabulary}

    @classmethod
    def from_plain(cls, values: dict[str, Any]) -> "TextReader":
        """Rebuild a reader from :meth:`as_plain`."""
        return cls(ReadingParameters(**values["reading"]), list(values["vocabulary"]))


def refuse_masked_front(padding: str, *, masked: bool) -> None:
    """Refuse padding in front of a text for a network that masks it.

    Raises
    ------
    ValueError
        If padding is masked and not at the back.

    Examples
    --------
    >>> refuse_masked_front("back", masked=True)
    """
    if masked and padding != "back":
        raise ValueError(
            "Masked padding has to be at the back. Received: model.mask_padding=true with reading.padding=front. "
            "Change one of them."
        )
