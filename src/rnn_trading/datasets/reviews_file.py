"""Reviews in a table or in a folder of texts."""

import re
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from rnn_trading.datasets.table_file import TableFileDataset, put_there
from rnn_trading.tables.reading import Reading
from rnn_trading.tables.reviews import OPTIONAL, REQUIRED, ReviewColumns, ReviewError, parse_reviews

LABELS = {"neg": 0, "pos": 1}
RATED = re.compile(r"\d+_(\d{1,2})")


class ReviewsFileDataset(TableFileDataset[tuple[pd.DataFrame, Reading]]):
    """Read reviews; see :func:`rnn_trading.tables.reviews.parse_reviews` for the result.

    Parameters
    ----------
    filepath
        A table with ``label`` and ``text``, or other usual names of these, and optionally ``split``, ``id`` and
        ``author``; or an
        unpacked folder of the Large Movie Review Dataset (Maas et al., 2011): ``train/neg/*.txt``, ``train/pos``,
        ``test/neg``, ``test/pos``. Files beside these (``unsup``, lists of addresses, word counts) are not read.
    only
        Rows of a table to take: a value by column.
    every
        N takes every N-th of these rows, for a quick trial.
    labels
        Of texts in a folder alone. ``sentiment``: 0 in ``neg``, 1 in ``pos``; ``stars``: the rating in the name of the
        file, such as 8 of ``200_8.txt``. In a table labels are what the column says.
    encoding
        Of the texts, such as ``cp1252``; else UTF-8, or, of a table, what its first bytes say. As published files in
        UTF-8 were read as ``latin-1``: see ``misread_as`` of :class:`rnn_trading.text.text.WordParameters`.
    columns, positive_from, negative_to
        See :class:`rnn_trading.tables.reviews.ReviewColumns`.
    file
        See :class:`rnn_trading.datasets.table_file.TableFileDataset`.
    """

    expected = f"{', '.join(REQUIRED)}[, {', '.join(OPTIONAL)}], or a folder with train/neg, train/pos and so on"
    parameter = "reviews_file"
    error = ReviewError

    def __init__(
        self,
        *,
        only: dict[str, str] | None = None,
        every: int = 1,
        labels: Literal["sentiment", "stars"] = "sentiment",
        encoding: str | None = None,
        columns: dict[str, str | None] | None = None,
        positive_from: float | None = None,
        negative_to: float | None = None,
        **file: Any,
    ) -> None:
        super().__init__(encoding=encoding, **file)
        self._only, self._every, self._labels, self._encoding = only or {}, every, labels, encoding or "utf-8"
        self._told = ReviewColumns(columns or {}, positive_from, negative_to)
        self._options |= {"only": self._only, **asdict(self._told)}

    def load(self) -> tuple[pd.DataFrame, Reading]:
        """Return the canonical table, and counts of what was left out or mended.

        Raises
        ------
        ReviewError
            If there is nothing to read, or a value cannot be used; names file, column and row.
        """
        filepath = self._filepath
        if filepath.is_dir():
            return parse_reviews(self._read_folder(), str(filepath), told=self._told)
        read = self._file.read(texts=True)
        raw = read.table
        wanted = np.ones(len(raw), dtype=bool)
        for column, value in self._only.items():
            if column not in raw:
                raise ReviewError(f"{filepath}: column {column!r} is missing. Received: {', '.join(map(str, raw))}.")
            wanted &= (raw[column] == value).to_numpy()
        rows = np.flatnonzero(wanted)[:: self._every]
        # Not lines: a text may have several.
        table, reading = parse_reviews(raw.iloc[rows], str(filepath), lambda row: f"review {rows[row] + 1}", self._told)
        return table, read.reading | reading

    def _read_folder(self) -> pd.DataFrame:
        rows = []
        for split in ("train", "test"):
            for name, label in LABELS.items():
                folder = self._filepath / split / name
                for path in sorted(path for path in folder.glob("*.txt") if path.is_file()):
                    given = _rating(path) if self._labels == "stars" else label
                    text = path.read_text(encoding=self._encoding, errors="replace")
                    rows.append((f"{split}/{name}/{path.stem}", split, given, text))
        if not rows:
            raise ReviewError(
                f"{self._filepath}: expected texts in train/neg, train/pos, test/neg and test/pos. Found none. "
                f"{put_there(self.parameter)}"
            )
        table = pd.DataFrame(rows, columns=["id", "split", "label", "text"])
        whole = {"train", "test"} <= set(table["split"])
        return table if whole else table.drop(columns="split")

    def _exists(self) -> bool:
        return self._filepath.exists()


def _rating(path: Path) -> int:
    found = RATED.fullmatch(path.stem)
    if found is None:
        raise ReviewError(
            f"{path}: expected a name with the rating, such as 200_8.txt. Received: {path.name}. For positive and "
            "negative alone: review_labels=sentiment."
        )
    return int(found[1])
