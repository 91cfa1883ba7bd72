"""Keras' reviews, from a server on loopback."""

import hashlib
import json
import re
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from kedro.io import DatasetError

from rnn_trading.datasets.imdb import KerasImdbDataset, array_of


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        """Keep the test's output quiet."""


@pytest.fixture
def server(tmp_path):
    folder = tmp_path / "server"
    folder.mkdir()
    texts = {"x_train": [[1, 2], [3]], "x_test": [[2, 3, 3]]}
    arrays = {name: np.array([*lists, None], dtype=object)[:-1] for name, lists in texts.items()}
    np.savez(folder / "imdb.npz", **arrays, y_train=np.array([1, 0]), y_test=np.array([1]))
    (folder / "imdb_word_index.json").write_text(json.dumps({"the": 1, "film": 2, "bad": 3}))
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    hashes = [hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in ("imdb.npz", "imdb_word_index.json")]
    yield {
        "origin": f"http://127.0.0.1:{server.server_port}/",
        "archive_hash": hashes[0],
        "words_hash": hashes[1],
        "filepath": str(tmp_path / "cache"),
        "wait": 0,
    }
    server.shutdown()
    server.server_close()


def test_ids_become_words_again_and_the_split_is_kept(server, tmp_path):
    table, reading = KerasImdbDataset(**server).load()
    assert table["text"].tolist() == ["the film", "bad", "film bad bad"]
    assert table["label"].tolist() == [1, 0, 1]
    assert table["split"].tolist() == ["train", "train", "test"]
    assert table.index.tolist() == ["train/0", "train/1", "test/0"]
    assert reading.counts["empty_texts"] == 0
    assert {path.name for path in (tmp_path / "cache").iterdir()} == {"imdb.npz", "imdb_word_index.json"}
    # A second load needs no server.
    for path in (tmp_path / "server").iterdir():
        path.unlink()
    assert KerasImdbDataset(**server).load()[0].equals(table)


def test_a_file_that_is_not_the_known_one_or_not_there_is_not_kept(server, tmp_path):
    with pytest.raises(
        DatasetError, match=r"imdb.npz cannot be had: its hash is .*expected 00000.*another file, or cut"
    ):
        KerasImdbDataset(**server | {"archive_hash": "0" * 64}).load()
    assert not (tmp_path / "cache").exists()
    with pytest.raises(DatasetError, match="no-such-folder/imdb.npz cannot be had: .*404"):
        elsewhere = {"origin": f"{server['origin']}no-such-folder", "filepath": str(tmp_path / "another")}
        KerasImdbDataset(**server | elsewhere).load()


def test_a_damaged_file_is_named_with_the_command_that_drops_it(server, tmp_path):
    KerasImdbDataset(**server).load()
    archive = tmp_path / "cache/imdb.npz"
    archive.write_bytes(archive.read_bytes()[:-1])
    with pytest.raises(DatasetError, match=re.escape(f"Drop it, and it is fetched again: rm {archive}")):
        KerasImdbDataset(**server).load()
    archive.unlink()
    assert len(KerasImdbDataset(**server).load()[0]) == 3


def test_what_is_too_large_is_not_read_on(server, tmp_path, monkeypatch):
    monkeypatch.setattr("rnn_trading.datasets.imdb.LARGEST_DOWNLOAD", 100)
    with pytest.raises(DatasetError, match="an answer of more than 100 bytes was not read on"):
        KerasImdbDataset(**server).load()
    assert not (tmp_path / "cache").exists()


def test_an_archive_that_unpacks_to_too_much_is_not_unpacked(tmp_path, monkeypatch):
    np.savez_compressed(tmp_path / "bomb.npz", zeros=np.zeros(12_500), few=np.arange(3))
    assert array_of(tmp_path / "bomb.npz", "few").tolist() == [0, 1, 2]
    monkeypatch.setattr("rnn_trading.datasets.imdb.LARGEST_DOWNLOAD", 1000)
    with pytest.raises(DatasetError, match=r"bomb.npz unpacks to more than 1,000 bytes from \d+: such a file"):
        array_of(tmp_path / "bomb.npz", "zeros")


@pytest.mark.parametrize("weak", ["", "d41d8cd98f00b204e9800998ecf8427e"])
def test_what_is_unpickled_needs_a_hash_that_nobody_can_meet(server, weak):
    with pytest.raises(DatasetError, match="archive_hash: expected a SHA-256"):
        KerasImdbDataset(**server | {"archive_hash": weak})
