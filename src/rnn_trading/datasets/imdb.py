"""Keras' copy of the Large Movie Review Dataset (Maas et al., 2011), downloaded once."""

import json
import logging
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from kedro.io import AbstractDataset, DatasetError

from rnn_trading.tables.reviews import parse_reviews

logger = logging.getLogger(__name__)

# In the archive words are ranked by their frequency, from 1; it holds ids of words alone, without reserved ones.
FILES = ("imdb.npz", "imdb_word_index.json")


class KerasImdbDataset(AbstractDataset[None, tuple[pd.DataFrame, dict[str, int]]]):
    """50,000 reviews, 25,000 of them for training, as Keras distributes them: words in lower case without punctuation.

    Parameters
    ----------
    origin
        Address of the folder that holds ``imdb.npz`` and ``imdb_word_index.json``.
    archive_hash, words_hash
        Hashes of the two files: of the archive, which is unpickled, SHA-256; of the words SHA-256 or MD5.
    filepath
        Folder of the downloaded files; they are kept.
    metadata
        For Kedro plugins.
    """

    def __init__(
        self, *, origin: str, archive_hash: str, words_hash: str, filepath: str, metadata: dict[str, Any] | None = None
    ) -> None:
        # Without one, Keras takes any file.
        if not re.fullmatch("[0-9a-f]{64}", archive_hash):
            raise DatasetError(
                f"archive_hash: expected a SHA-256, 64 digits of 0-9 and a-f, since {FILES[0]} is unpickled. "
                f"Received {len(archive_hash)} characters."
            )
        self._origin = origin.rstrip("/")
        self._hashes = dict(zip(FILES, (archive_hash, words_hash), strict=True))
        self._folder = Path(filepath)
        self.metadata = metadata

    def load(self) -> tuple[pd.DataFrame, dict[str, int]]:
        """Return the canonical table, words joined by spaces, and counts of what was left out.

        Raises
        ------
        DatasetError
            If a file cannot be had, or is not the one that is known.
        """
        archive, index = (self._fetch(name) for name in FILES)
        word_of = {rank: word for word, rank in json.loads(index.read_text(encoding="utf-8")).items()}
        tables = []
        # The archive is one of pickled lists; its hash has been checked.
        with np.load(archive, allow_pickle=True) as arrays:
            for split in ("train", "test"):
                texts = [" ".join(word_of[rank] for rank in ranks) for ranks in arrays[f"x_{split}"]]
                labels = arrays[f"y_{split}"].astype(int)
                ids = [f"{split}/{number}" for number in range(len(texts))]
                tables.append(pd.DataFrame({"id": ids, "split": split, "label": labels, "text": texts}))
        return parse_reviews(pd.concat(tables, ignore_index=True), f"{self._origin}/{FILES[0]}")

    def _fetch(self, name: str) -> Path:
        from rnn_trading.models.backend import keras  # noqa: PLC0415  takes seconds to import

        # Keras keeps files elsewhere if the folder is not there.
        self._folder.mkdir(parents=True, exist_ok=True)
        logger.info("Keras' reviews: %s/%s", self._origin, name)
        try:
            path = keras.utils.get_file(
                name,
                f"{self._origin}/{name}",
                file_hash=self._hashes[name],
                cache_dir=str(self._folder),
                cache_subdir="",
            )
        except Exception as error:
            # Keras raises plain Exceptions for addresses that do not answer.
            raise DatasetError(f"{self._origin}/{name} cannot be had: {error}") from error
        return Path(path)

    def save(self, data: None) -> None:
        """Refuse: a source is only read."""
        raise DatasetError("Keras' reviews are a source: they are only read.")

    def _describe(self) -> dict[str, Any]:
        return {"origin": self._origin, "filepath": str(self._folder)}

    def _exists(self) -> bool:
        return all((self._folder / name).is_file() for name in FILES)
