"""Texts of filings as they come: encodings, cells that hold bytes and lists, and folders with traps in them."""

import logging
import os

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from rnn_trading.datasets.filing_texts import TextFolder, decoded, folder_reader, holds_text, text_of

TEXT = "Item 7.\nCafé \u2013 sales rose."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_a_mark_says_the_encoding(encoding):
    assert decoded(TEXT.encode(encoding)) == TEXT
    assert decoded(TEXT.replace("\n", "\r\n").encode(encoding)) == TEXT


def test_bytes_that_are_none_are_replaced():
    assert decoded("Café".encode("latin-1")) == "Caf\ufffd"
    assert decoded(b"\xff\xfeI\x00\x00") == "I\ufffd"


def test_cells():
    assert text_of(TEXT) == text_of(TEXT.encode()) == text_of([TEXT]) == text_of(np.array([TEXT.encode()])) == TEXT
    assert text_of(["a", None, b"", "b"]) == "a\n\nb"
    assert text_of(None) == text_of(np.nan) == text_of(pd.NA) == text_of([]) == ""


@pytest.mark.parametrize(
    "kind",
    [
        *(pa.string(), pa.large_string(), pa.string_view(), pa.binary(), pa.large_binary(), pa.binary(4), pa.null()),
        *(pa.list_(pa.string()), pa.large_list(pa.binary()), pa.list_(pa.string(), 2)),
        *(pa.dictionary(pa.int8(), pa.string()), pa.list_(pa.null())),
    ],
)
def test_kinds_that_hold_text(kind):
    assert holds_text(kind)


@pytest.mark.parametrize(
    "kind", [pa.int64(), pa.float64(), pa.bool_(), pa.struct([("a", pa.string())]), pa.list_(pa.int8()), pa.date32()]
)
def test_kinds_that_do_not(kind):
    assert not holds_text(kind)


def test_an_id_is_looked_up_among_the_names_in_the_folder(tmp_path):
    folder = tmp_path / "reports"
    folder.mkdir()
    (tmp_path / "secret.txt").write_text("Item 1. Secret.")
    (folder / "deeper").mkdir()
    for name in ("12.0.txt", "13.TXT", ".14.txt", "15.html", "deeper/16.txt"):
        (folder / name).write_text(name)
    (folder / "17.txt").mkdir()
    ids = ["12", "13", "14", "15", "17", "../secret", str(tmp_path / "secret"), "deeper/16", "a" * 5000, "a\x00b", "."]
    read = {filing.filing_id: filing.text for filing in folder_reader(folder, pd.Index(ids))()}
    assert read == {"12": "12.0.txt", "13": "13.TXT"}


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_links_that_lead_out_of_the_folder_are_left_out(tmp_path):
    folder = tmp_path / "reports"
    folder.mkdir()
    (tmp_path / "secret.txt").write_text("Item 1. Secret.")
    (folder / "11.txt").write_text("Item 1. Ours.")
    (folder / "12.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "13.txt").symlink_to(folder / "11.txt")
    (folder / "14.txt").symlink_to(tmp_path / "nothing.txt")
    (folder / "15.txt").symlink_to(folder / "15.txt")
    (tmp_path / "link").symlink_to(folder)
    for way in (folder, tmp_path / "link"):
        texts = TextFolder(way)
        assert texts.ids.tolist() == ["11", "13"]
        assert texts.outside == 1
        assert texts.read("12") is None
        assert texts.read("13") == "Item 1. Ours."


def test_a_file_that_cannot_be_read_costs_its_filing(tmp_path, caplog, monkeypatch):
    (tmp_path / "11.txt").write_text("x")
    texts = TextFolder(tmp_path)

    def fails(self):
        raise PermissionError("no right to read")

    monkeypatch.setattr(type(tmp_path), "read_bytes", fails)
    with caplog.at_level(logging.WARNING):
        assert texts.read("11") is None
    assert "11.txt cannot be read, and its filing has no text: no right to read" in caplog.text
