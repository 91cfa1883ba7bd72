"""Texts with a label: the canonical table, and what a careful reader would look for in it.

The canonical table ``reviews`` has the index ``id`` (text, each once) and the columns ``split`` (``train``,
``validation``, ``test``, or missing where the source does not say), ``label`` (int8, 1: positive, 0: negative; or a
whole number from 0 to 100, such as stars, of which more are better) and ``text`` (not empty). Where the source has it,
``author`` follows (text, missing where unknown).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import Field

from rnn_trading.parameters import parameters
from rnn_trading.tables.checks import SourceTable, TableError, row_number
from rnn_trading.tables.ids import plain_ids
from rnn_trading.tables.names import Header, Told, Wanted
from rnn_trading.tables.numerals import as_text, to_floats
from rnn_trading.tables.reading import Reading

REQUIRED, OPTIONAL = ("label", "text"), ("split", "id", "author")
TEXT = Wanted(
    "text",
    (
        ("text",),
        ("review", "reviewtext", "reviewbody", "comment", "content", "body", "sentence", "document", "tweet"),
    ),
)
LABEL = Wanted(
    "label",
    (
        ("label",),
        *(
            (
                "sentiment",
                "polarity",
                "class",
                "target",
                "stars",
                "rating",
                "score",
                "overall",
                "starrating",
                "reviewrating",
            ),
        ),
    ),
)
WORDS = {"positive": 1, "pos": 1, "true": 1, "negative": 0, "neg": 0, "false": 0}
# Kinds of labels of which the larger one is positive, other than 0 and 1.
TWO_NUMBERS = ({1, 2}, {-1, 1})
SPLITS = ("train", "validation", "test")
TWO_KINDS, MOST_STARS = (0, 1), 100
REPLACED = "\ufffd"
# "8/10", "7.5 out of 10", "10 out of ten": such a review says its label.
STATED_RATING = r"\b(?:10|[0-9](?:\.[0-9])?) ?(?:/|out of) ?(?:10|ten)\b"
MARKUP = "</?[A-Za-z][^<>]{0,500}>"


class ReviewError(TableError):
    """Reviews that cannot be used; the message names the file, the column and the row."""


@parameters
class ReviewIngestionParameters:
    """What is said of the reviews.

    Parameters
    ----------
    source
        Where they come from, in words; it stands in every skill record.
    """

    source: Annotated[str, Field(min_length=1)]


@dataclass(frozen=True)
class ReviewColumns:
    """What a user says of a table of reviews.

    Attributes
    ----------
    columns
        The table's names of ``text`` and ``label``, by ours; else usual names are looked for.
    positive_from, negative_to
        Labels that are positive and negative; those between are left out. None: labels stay as they are.
    """

    columns: Mapping[str, str | None] = field(default_factory=dict)
    positive_from: float | None = None
    negative_to: float | None = None

    def __post_init__(self) -> None:
        """Refuse one threshold without the other, and two that overlap."""
        given = (self.positive_from, self.negative_to)
        if (given[0] is None) != (given[1] is None) or (None not in given and not given[0] > given[1]):  # type: ignore[operator]
            raise ReviewError(
                "review_positive_from and review_negative_to: expected both, the first above the second, such as 7 and "
                f"4. Received: {given[0]} and {given[1]}."
            )
        Told("reviews", columns=self.columns).refuse_unknown(TEXT, LABEL)


def parse_reviews(
    raw: pd.DataFrame,
    origin: str,
    describe_row: Callable[[int], str] = row_number,
    told: ReviewColumns = ReviewColumns(),
) -> tuple[pd.DataFrame, Reading]:
    """Check a table of reviews and bring it into the canonical form.

    Parameters
    ----------
    raw
        ``label``, ``text`` and optionally ``split``, ``id`` and ``author``. Label and text may have another usual name,
        such as ``sentiment`` and ``review``. Further columns are ignored. Without an ``id`` a review is called by the
        position of its row. A missing text counts as an empty one.
    origin
        Where the table comes from, for error messages.
    describe_row
        Names a row by its position, for error messages.
    told
        What the user says of it.

    Returns
    -------
    tuple
        The canonical table in the order of the source; and how it was read, with counts of what was left out or mended:
        ``between_the_thresholds`` (labels neither positive nor negative; left out; only with thresholds),
        ``empty_texts`` (no letter and no digit but in markup; left out), ``undecodable_texts`` (hold bytes that are no
        UTF-8, each replaced by U+FFFD).

    Raises
    ------
    ReviewError
        For a missing column, two columns that could both be meant, a label that is neither positive or negative in
        words nor a whole number from 0 to 100, an unknown split, a split in some rows only, an id that is missing or
        stands twice, or no review.

    Examples
    --------
    >>> raw = pd.DataFrame({"label": [1, 0, 0], "text": ["A fine film.", "Dull.", "..."]})
    >>> reviews, reading = parse_reviews(raw, "mine.csv")
    >>> reviews[["label", "text"]].to_dict("index")
    {'0': {'label': 1, 'text': 'A fine film.'}, '1': {'label': 0, 'text': 'Dull.'}}
    >>> reading.counts
    {'empty_texts': 1, 'undecodable_texts': 0}
    >>> raw = pd.DataFrame({"sentiment": ["positive", "negative"], "review": ["A fine film.", "Dull."]})
    >>> reviews, reading = parse_reviews(raw, "mine.csv")
    >>> reviews["label"].tolist(), reading.recognised
    ([1, 0], ("'sentiment' as label", "'review' as text", 'labels in words, positive and negative'))
    """
    named, recognised = _name_columns(raw, origin, told.columns)
    source = SourceTable(named, origin, REQUIRED, OPTIONAL, describe_row, ReviewError)
    labels, kinds = _labels(source, told)
    text = _texts(source)
    table = pd.DataFrame({"split": _splits(source), "label": labels, "text": text})
    if "id" in source.table.columns:
        ids = plain_ids(source.table["id"], origin, ReviewError)
        source.refuse("id", ids.isna(), "an id")
        source.refuse("id", ids.duplicated(), "every id once")
    else:
        ids = pd.Series(np.arange(len(table)).astype(str), index=table.index, dtype="str")
    table.index = pd.Index(ids, name="id", dtype="str")
    if "author" in source.table.columns:
        table["author"] = as_text(source.table["author"]).to_numpy()
    counts = {} if told.positive_from is None else {"between_the_thresholds": int(table["label"].isna().sum())}
    table = table[table["label"].notna()].astype({"label": "int8"})
    empty = ~table["text"].str.replace(MARKUP, " ", regex=True).str.contains(r"[^\W_]", regex=True)
    counts["empty_texts"] = int(empty.sum())
    table = table[~empty]
    if table.empty:
        raise ReviewError(
            f"{origin} holds no review with a text ({len(named):,} rows, {counts['empty_texts']:,} empty)."
        )
    counts["undecodable_texts"] = int(table["text"].str.contains(REPLACED, regex=False).sum())
    return table, Reading((*recognised, *kinds), counts)


def _name_columns(
    raw: pd.DataFrame, origin: str, columns: Mapping[str, str | None]
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The columns that are read, under our names; and which of them were called otherwise."""
    levels = [name for name in raw.index.names if name is not None and name not in raw.columns]
    raw = raw.reset_index(levels) if levels else raw
    header = Header(raw.columns.tolist(), origin, Told("reviews", columns=columns), ReviewError)
    places = {wanted.name: header.find(wanted) for wanted in (LABEL, TEXT)}
    missing = [wanted for wanted in (LABEL, TEXT) if places[wanted.name] is None]
    if missing:
        raise header.missing(*missing)
    taken = {name: place for name, place in places.items() if place is not None}
    found = {name: raw.iloc[:, place] for name, place in taken.items()}
    found |= {
        name: raw[name] for name in OPTIONAL if name in raw.columns and raw.columns.get_loc(name) not in taken.values()
    }
    others = ((str(raw.columns[place]), name) for name, place in taken.items())
    return pd.DataFrame(found), tuple(f"{other!r} as {name}" for other, name in others if other != name)


def _labels(source: SourceTable, told: ReviewColumns) -> tuple[pd.Series, tuple[str, ...]]:
    """Labels as float64, missing between the thresholds; and what they were taken for, where that is not plain."""
    given = source.table["label"]
    words = given.astype("str").str.strip().str.lower().map(WORDS)
    if told.positive_from is None and words.notna().all():
        plain = given.dtype == bool
        return words.astype("float64"), () if plain else ("labels in words, positive and negative",)
    numbers, _ = to_floats(given)
    if told.positive_from is not None and told.negative_to is not None:
        source.refuse("label", ~np.isfinite(numbers), "a number, since review_positive_from is set")
        labels = pd.Series(np.nan, index=given.index).mask(numbers >= told.positive_from, 1.0)
        kinds = f"labels from {told.positive_from:g} as positive, to {told.negative_to:g} as negative"
        return labels.mask(numbers <= told.negative_to, 0.0), (kinds,)
    if {*numbers.unique()} in TWO_NUMBERS:
        larger, smaller = numbers.max(), numbers.min()
        return (numbers == larger).astype("float64"), (f"labels {larger:g} as positive, {smaller:g} as negative",)
    stars = (
        f"0 (negative) or 1 (positive), positive and negative in words, or whole numbers from 0 to {MOST_STARS}, such "
        "as stars (from which of them on a review is positive: --params review_positive_from=7,review_negative_to=4)"
    )
    source.refuse("label", ~numbers.isin(range(MOST_STARS + 1)), stars)
    return numbers, ()


def _texts(source: SourceTable) -> pd.Series:
    """Texts, empty where missing; bytes are UTF-8, of which others become U+FFFD."""
    given = source.table["text"]
    if given.dtype == object:
        given = given.map(lambda text: text.decode(errors="replace") if isinstance(text, bytes) else text)
        source.refuse(
            "text", given.map(lambda text: not (isinstance(text, str) or np.isscalar(text) or text is None)), "a text"
        )
    return given.astype("str").where(given.notna(), "")


def _splits(source: SourceTable) -> pd.Series:
    if "split" not in source.table.columns:
        return pd.Series(None, index=source.table.index, dtype="str")
    splits = source.table["split"].astype("str").str.strip().str.lower()
    splits = splits.where(source.table["split"].notna() & (splits != ""))
    source.refuse("split", splits.notna() & ~splits.isin(SPLITS), f"one of {', '.join(SPLITS)}, or nothing")
    if splits.isna().any() and splits.notna().any():
        source.refuse("split", splits.isna(), "a split in every row or in none")
    return splits


def validate_reviews(table: pd.DataFrame) -> None:
    """Raise if a table is not the canonical one; Kedro calls it when ``reviews`` is saved.

    Parameters
    ----------
    table
        The table to check.

    Raises
    ------
    ReviewError
        Says what is wrong.

    Examples
    --------
    >>> reviews, _ = parse_reviews(pd.DataFrame({"label": [1], "text": ["A fine film."]}), "mine.csv")
    >>> validate_reviews(reviews)
    >>> validate_reviews(reviews.assign(label=-1))
    Traceback (most recent call last):
        ...
    rnn_trading.tables.reviews.ReviewError: reviews: expected at least one row, every id once, and labels from 0 to 100.
    """
    columns = ["split", "label", "text"]
    if table.columns.tolist() not in (columns, [*columns, "author"]) or table.index.name != "id":
        raise ReviewError(
            "reviews: expected the index id and the columns split, label, text[, author]. Received: "
            f"{table.index.name} and {', '.join(map(str, table.columns))}."
        )
    if table.empty or not table.index.is_unique or not table["label"].between(0, MOST_STARS).all():
        raise ReviewError(f"reviews: expected at least one row, every id once, and labels from 0 to {MOST_STARS}.")


def has_two_kinds(labels: pd.Series) -> bool:
    """Whether labels are 0 and 1 alone, and not stars.

    Examples
    --------
    >>> has_two_kinds(pd.Series([0, 1, 1])), has_two_kinds(pd.Series([1, 3, 5]))
    (True, False)
    """
    return bool(labels.isin(TWO_KINDS).all())


def refuse_stars(labels: pd.Series, experiment: str) -> None:
    """Refuse labels of more than two kinds, for an experiment on positive and negative reviews.

    Parameters
    ----------
    labels
        Index ``id``.
    experiment
        Its name.

    Raises
    ------
    ReviewError
        Names the first such review, and the experiment that takes stars.
    """
    if not has_two_kinds(labels):
        other = labels[~labels.isin(TWO_KINDS)]
        raise ReviewError(
            f"{experiment}: 'label', review {other.index[0]}: expected 0 (negative) or 1 (positive) in every review. "
            f"Received: {other.iloc[0]}, and {labels.nunique()} kinds of labels in all. If they are stars: kedro run "
            "--pipelines text_sentiment.stars"
        )


def refuse_two_kinds(labels: pd.Series, experiment: str) -> None:
    """Refuse labels of one or two kinds, for an experiment on stars.

    Raises
    ------
    ReviewError
        Names the experiment that takes two kinds.
    """
    kinds = sorted(labels.unique())
    if len(kinds) <= len(TWO_KINDS):
        raise ReviewError(
            f"{experiment}: expected labels of more than two kinds, such as 1 to 5 stars. Received: "
            f"{' and '.join(map(str, kinds))} alone. For labels of 0 and 1: kedro run --pipelines "
            "text_sentiment.learned_embeddings. For a folder of rated reviews: --params review_labels=stars"
        )


def same_text(texts: pd.Series) -> pd.Series:
    """A text without case and runs of white space, by which duplicates are told.

    Examples
    --------
    >>> same_text(pd.Series(["A  fine film. ", "a fine FILM."])).tolist()
    ['a fine film.', 'a fine film.']
    """
    return texts.str.lower().str.split().str.join(" ")


def states_rating(texts: pd.Series) -> pd.Series:
    """Whether a review says its rating in numbers, such as 8/10.

    Examples
    --------
    >>> states_rating(pd.Series(["I give it 8/10.", "7.5 out of ten", "Seen on 8 October"])).tolist()
    [True, True, False]
    """
    return texts.str.lower().str.contains(STATED_RATING, regex=True)


def describe_labels(labels: pd.Series) -> dict[str, Any]:
    """Share of positive ones, or, of stars, how many documents have each label.

    Examples
    --------
    >>> describe_labels(pd.Series([0, 1, 1, 1])), describe_labels(pd.Series([5, 1, 5]))
    ({'positive_share': 0.75}, {'labels': {'1': 1, '5': 2}})
    """
    if has_two_kinds(labels):
        return {"positive_share": float(labels.mean())}
    return {"labels": {str(label): int(count) for label, count in labels.value_counts().sort_index().items()}}


def review_quality(table: pd.DataFrame) -> dict[str, Any]:
    """Count what matters for a fair test.

    Parameters
    ----------
    table
        The canonical table.

    Returns
    -------
    dict
        ``reviews``; ``positive_share``, or, of stars, ``labels``: how many reviews have each; ``duplicates``: reviews
        whose text stands further up; ``contradictions``: texts that stand with more than one label; ``states_rating``:
        see :func:`states_rating`; ``characters``: median, and the fewest and the most.

    Examples
    --------
    The second review is the first one in other letters, with the other label.

    >>> raw = pd.DataFrame({"label": [1, 0, 0], "text": ["A fine film.", "a fine FILM.", "Dull, 2/10"]})
    >>> quality = review_quality(parse_reviews(raw, "mine.csv")[0])
    >>> quality["duplicates"], quality["contradictions"], quality["states_rating"]
    (1, 1, 1)
    >>> quality["characters"]
    {'median': 12, 'fewest': 10, 'most': 12}
    """
    texts = same_text(table["text"])
    lengths = table["text"].str.len()
    labels = table.groupby(texts.to_numpy())["label"].agg(["min", "max"]).to_numpy()
    return {
        "reviews": len(table),
        **describe_labels(table["label"]),
        "duplicates": int(texts.duplicated().sum()),
        "contradictions": int((np.ptp(labels, axis=1) > 0).sum()),
        "states_rating": int(states_rating(table["text"]).sum()),
        "characters": {"median": int(lengths.median()), "fewest": int(lengths.min()), "most": int(lengths.max())},
    }
