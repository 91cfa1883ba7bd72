"""Texts with a label: the canonical table, and what a careful reader would look for in it.

The canonical table ``reviews`` has the index ``id`` (text, each once) and the columns ``split`` (``train``,
``validation``, ``test``, or missing where the source does not say), ``label`` (int8, 1: positive, 0: negative) and
``text`` (not empty). Where the source has it, ``author`` follows (text, missing where unknown).
"""

from collections.abc import Callable
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import Field

from rnn_trading.parameters import parameters
from rnn_trading.tables.checks import SourceTable, TableError, row_number

REQUIRED, OPTIONAL = ("label", "text"), ("split", "id", "author")
SPLITS = ("train", "validation", "test")
REPLACED = "\ufffd"
# "8/10", "7.5 out of 10", "10 out of ten": such a review says its label.
STATED_RATING = r"\b(?:10|[0-9](?:\.[0-9])?) ?(?:/|out of) ?(?:10|ten)\b"


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


def parse_reviews(
    raw: pd.DataFrame, origin: str, describe_row: Callable[[int], str] = row_number
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Check a table of reviews and bring it into the canonical form.

    Parameters
    ----------
    raw
        ``label``, ``text`` and optionally ``split``, ``id`` and ``author``. Further columns are ignored. Without an
        ``id`` a review is called by the position of its row. A missing text counts as an empty one.
    origin
        Where the table comes from, for error messages.
    describe_row
        Names a row by its position, for error messages.

    Returns
    -------
    tuple
        The canonical table in the order of the source, and counts of what was left out or mended: ``empty_texts`` (no
        letter and no digit; left out), ``undecodable_texts`` (hold bytes that are no UTF-8, each replaced by
        U+FFFD).

    Raises
    ------
    ReviewError
        For a missing column, a label other than 0 and 1, an unknown split, a split in some rows only, an id that is
        missing or stands twice, or no review.

    Examples
    --------
    >>> raw = pd.DataFrame({"label": [1, 0, 0], "text": ["A fine film.", "Dull.", "..."]})
    >>> reviews, counts = parse_reviews(raw, "mine.csv")
    >>> reviews[["label", "text"]].to_dict("index")
    {'0': {'label': 1, 'text': 'A fine film.'}, '1': {'label': 0, 'text': 'Dull.'}}
    >>> counts
    {'empty_texts': 1, 'undecodable_texts': 0}
    """
    source = SourceTable(raw, origin, REQUIRED, OPTIONAL, describe_row, ReviewError)
    labels = pd.to_numeric(source.table["label"], errors="coerce")
    source.refuse("label", ~labels.isin([0, 1]), "0 (negative) or 1 (positive)")
    text = source.table["text"].astype("str").where(source.table["text"].notna(), "")
    table = pd.DataFrame({"split": _splits(source), "label": labels.astype("int8"), "text": text})
    if "id" in source.table.columns:
        ids = source.table["id"].astype("str")
        source.refuse("id", source.table["id"].isna() | (ids == ""), "an id")
        source.refuse("id", ids.duplicated(), "every id once")
    else:
        ids = pd.Series(np.arange(len(table)).astype(str), index=table.index, dtype="str")
    table.index = pd.Index(ids, name="id", dtype="str")
    if "author" in source.table.columns:
        table["author"] = source.table["author"].astype("str").to_numpy()
    empty = ~table["text"].str.contains(r"\w", regex=True)
    table = table[~empty]
    if table.empty:
        raise ReviewError(f"{origin} holds no review with a text ({len(empty):,} rows, {int(empty.sum()):,} empty).")
    undecodable = int(table["text"].str.contains(REPLACED, regex=False).sum())
    return table, {"empty_texts": int(empty.sum()), "undecodable_texts": undecodable}


def _splits(source: SourceTable) -> pd.Series:
    if "split" not in source.table.columns:
        return pd.Series(None, index=source.table.index, dtype="str")
    splits = source.table["split"].astype("str").str.strip()
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
    >>> validate_reviews(reviews.assign(label=2))
    Traceback (most recent call last):
        ...
    rnn_trading.tables.reviews.ReviewError: reviews: expected at least one row, every id once, and labels of 0 or 1.
    """
    columns = ["split", "label", "text"]
    if table.columns.tolist() not in (columns, [*columns, "author"]) or table.index.name != "id":
        raise ReviewError(
            "reviews: expected the index id and the columns split, label, text[, author]. Received: "
            f"{table.index.name} and {', '.join(map(str, table.columns))}."
        )
    if table.empty or not table.index.is_unique or not table["label"].isin([0, 1]).all():
        raise ReviewError("reviews: expected at least one row, every id once, and labels of 0 or 1.")


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


def review_quality(table: pd.DataFrame) -> dict[str, Any]:
    """Count what matters for a fair test.

    Parameters
    ----------
    table
        The canonical table.

    Returns
    -------
    dict
        ``reviews``, ``positive_share``; ``duplicates``: reviews whose text stands further up; ``contradictions``:
        texts that stand with both labels; ``states_rating``: see :func:`states_rating`; ``characters``: median, and the
        fewest and the most.

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
        "positive_share": float(table["label"].mean()),
        "duplicates": int(texts.duplicated().sum()),
        "contradictions": int(np.ptp(labels, axis=1).sum()),
        "states_rating": int(states_rating(table["text"]).sum()),
        "characters": {"median": int(lengths.median()), "fewest": int(lengths.min()), "most": int(lengths.max())},
    }
