"""Keras' copy of the Large Movie Review Dataset (Maas et al., 2011), downloaded once."""

import hashlib
import json
import logging
import re
import urllib.error
import urllib.request
from functools import partial
from http.client import HTTPException
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from kedro.io import AbstractDataset, DatasetError

from rnn_trading.datasets.kept_tables import bad_file
from rnn_trading.datasets.limits import LARGEST_DOWNLOAD, at_most
from rnn_trading.datasets.packed import PackedFile
from rnn_trading.datasets.retries import NoAnswerError, Patience, ask, reason, refuse_status
from rnn_trading.datasets.whole import written_whole
from rnn_trading.tables.reading import Reading
from rnn_trading.tables.reviews import parse_reviews

logger = logging.getLogger(__name__)

# In the archive words are ranked by their frequency, from 1; it holds ids of words alone, without reserved ones.
FILES = ("imdb.npz", "imdb_word_index.json")
PIECE = 2**20
MD5_DIGITS = 32


class KerasImdbDataset(AbstractDataset[None, tuple[pd.DataFrame, Reading]]):
    """50,000 reviews, 25,000 of them for training, as Keras distributes them: words in lower case without punctuation.

    Parameters
    ----------
    origin
        Address of the folder that holds ``imdb.npz`` and ``imdb_word_index.json``.
    archive_hash, words_hash
        Hashes of the two files: of the archive, which is unpickled, SHA-256; of the words SHA-256 or MD5.
    filepath
        Folder of the downloaded files; they are kept.
    timeout
        Seconds before a request is given up.
    retries
        Further attempts for each file.
    wait
        Seconds before the first retry; doubled for each further one.
    metadata
        For Kedro plugins.
    """

    def __init__(
        self,
        *,
        origin: str,
        archive_hash: str,
        words_hash: str,
        filepath: str,
        timeout: float = 30.0,
        retries: int = 3,
        wait: float = 1.0,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        # Without one, Keras takes any file.
        if not re.fullmatch("[0-9a-f]{64}", archive_hash):
            raise DatasetError(
                f"archive_hash: expected a SHA-256, 64 digits of 0-9 and a-f, since {FILES[0]} is unpickled. "
                f"Received {len(archive_hash)} characters."
            )
        self._origin = origin.rstrip("/")
        self._hashes = dict(zip(FILES, (archive_hash, words_hash), strict=True))
        self._folder, self._patience = Path(filepath), Patience(timeout, retries, wait)
        self.metadata = metadata

    def load(self) -> tuple[pd.DataFrame, Reading]:
        """Return the canonical table, words joined by spaces, and counts of what was left out.

        Raises
        ------
        DatasetError
            If a file cannot be had, or is not the one that is known; names it.
        """
        archive, index = (self._fetch(name) for name in FILES)
        word_of = {rank: word for word, rank in json.loads(index.read_text(encoding="utf-8")).items()}
        tables = []
        for split in ("train", "test"):
            texts = [" ".join(word_of[rank] for rank in ranks) for ranks in array_of(archive, f"x_{split}")]
            labels = array_of(archive, f"y_{split}").astype(int)
            ids = [f"{split}/{number}" for number in range(len(texts))]
            tables.append(pd.DataFrame({"id": ids, "split": split, "label": labels, "text": texts}))
        return parse_reviews(pd.concat(tables, ignore_index=True), f"{self._origin}/{FILES[0]}")

    def _fetch(self, name: str) -> Path:
        """Path of a file that has the known hash, fetched if it is not there."""
        path, address = self._folder / name, f"{self._origin}/{name}"
        if path.is_file():
            received = _hash(path.read_bytes(), self._hashes[name])
            if received != self._hashes[name]:
                raise bad_file(f"its hash is {received[:12]}..., expected {self._hashes[name][:12]}...", path)
            return path
        logger.info("Keras' reviews: %s", address)
        try:
            whole = ask(lambda: self._answer(address, name), f"Keras' reviews: {address}", self._patience)
        except (DatasetError, OSError, HTTPException, ValueError) as error:
            raise DatasetError(f"{address} cannot be had: {reason(error)}") from error
        with written_whole(path) as partial_file:
            partial_file.write_bytes(whole)
        return path

    def _answer(self, address: str, name: str) -> bytes:
        """What the address answers, if it has the known hash."""
        try:
            with urllib.request.urlopen(address, timeout=self._patience.timeout) as answer:
                whole = at_most(iter(partial(answer.read, PIECE), b""), LARGEST_DOWNLOAD, address)
        except urllib.error.HTTPError as error:
            error.close()
            refuse_status(error.code, address, error.reason, error.headers.get("Retry-After"))
            raise
        received = _hash(whole, self._hashes[name])
        if received != self._hashes[name]:
            raise NoAnswerError(
                f"its hash is {received[:12]}..., expected {self._hashes[name][:12]}...: it is another file, or cut "
                f"({len(whole):,} bytes)"
            )
        return whole

    def save(self, data: None) -> None:
        """Refuse: a source is only read."""
        raise DatasetError("Keras' reviews are a source: they are only read.")

    def _describe(self) -> dict[str, Any]:
        return {"origin": self._origin, "filepath": str(self._folder)}

    def _exists(self) -> bool:
        return all((self._folder / name).is_file() for name in FILES)


def array_of(archive: Path, name: str) -> np.ndarray:
    """One array of an ``.npz`` file whose hash has been checked: lists are unpickled.

    Raises
    ------
    DatasetError
        If it is damaged, or unpacks to more than a download may have.
    """
    with PackedFile(archive, DatasetError, f"{name}.npy", most_bytes=LARGEST_DOWNLOAD).open() as stream:
        array: np.ndarray = np.lib.format.read_array(stream, allow_pickle=True)
    return array


def _hash(content: bytes, like: str) -> str:
    """Hash of the kind that another is of: MD5 by its length, else SHA-256."""
    return hashlib.new("md5" if len(like) == MD5_DIGITS else "sha256", content, usedforsecurity=False).hexdigest()
