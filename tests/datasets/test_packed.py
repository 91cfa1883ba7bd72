"""Bytes of files that may be compressed: limits, damage, and what is no file."""

import bz2
import gzip
import io
import lzma
import os
import zipfile
from pathlib import Path

import pytest

from rnn_trading.datasets import packed
from rnn_trading.datasets.packed import LimitedReader, PackedFile, check_file

CONTENT = b"date,close\n2020-01-06,1\n"


def write(tmp_path, content, name="a.csv"):
    (tmp_path / name).write_bytes(content)
    return tmp_path / name


def zipped(*names, content=CONTENT):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "packing"),
    [
        (CONTENT, None),
        (gzip.compress(CONTENT, mtime=0), "gzip"),
        (bz2.compress(CONTENT), "bzip2"),
        (lzma.compress(CONTENT), "xz"),
        (zipped("a.csv"), "zip"),
        (zipped("data/", "data/a.csv", "__MACOSX/._a.csv", "data/.DS_Store"), "zip"),
    ],
)
def test_its_first_bytes_say_how_it_is_packed(tmp_path, content, packing):
    file = PackedFile(write(tmp_path, content), ValueError)
    assert file.packing == packing
    with file.open() as stream:
        assert stream.read() == CONTENT
        assert len(CONTENT) <= stream.raw.position <= len(content)
    assert file.head(4) == b"date"


@pytest.mark.parametrize(
    "pack",
    [gzip.compress, bz2.compress, lzma.compress, lambda content: zipped("a", content=content)],
    ids=["gzip", "bzip2", "xz", "zip"],
)
def test_what_unpacks_to_too_much_is_refused_while_it_is_read(tmp_path, monkeypatch, pack):
    monkeypatch.setattr(packed, "RATIO_COUNTS_FROM", 2**16)
    bomb = PackedFile(write(tmp_path, pack(bytes(2**22)), "bomb"), ValueError)
    with bomb.open() as stream, pytest.raises(ValueError, match="bomb unpacks to more than .* unpack it yourself"):
        stream.read()
    dense = PackedFile(write(tmp_path, pack(os.urandom(2**18)), "dense"), ValueError)
    assert len(dense.head(2**20)) == 2**18


def test_an_absolute_limit_holds_whatever_the_ratio(tmp_path):
    stream = io.BytesIO(os.urandom(1000))
    with pytest.raises(ValueError, match="x unpacks to more than 500 bytes from 1,000"):
        LimitedReader(stream, stream, 1000, "x", ValueError, most_bytes=500).read()


@pytest.mark.parametrize(
    "content",
    [
        gzip.compress(os.urandom(5000))[:3000],
        gzip.compress(CONTENT, mtime=0)[:-4] + b"abcd",
        bz2.compress(os.urandom(5000))[:3000],
        lzma.compress(os.urandom(5000))[:3000],
        zipped("a.csv", content=os.urandom(5000))[:3000],
        zipped("a.csv").replace(b"close", b"clove", 1)[:-30],
    ],
    ids=["gzip", "checksum", "bzip2", "xz", "zip", "directory"],  # packed bytes hold the time
)
def test_what_is_cut_or_damaged_is_named(tmp_path, content):
    path = write(tmp_path, content, "a.gz")
    with pytest.raises(
        ValueError, match=r"a.gz cannot be read: .*[^.]\. It is damaged, or was cut off on its way: fetch"
    ):
        PackedFile(path, ValueError).head(10_000)


def test_archives_with_several_files_are_asked_about(tmp_path):
    path = write(tmp_path, zipped("a.csv", "b.csv"), "a.zip")
    with pytest.raises(ValueError, match="holds 2 files: a.csv, b.csv. Expected one, or its name: --params table_key"):
        PackedFile(path, ValueError)
    assert PackedFile(path, ValueError, "b.csv").head(4) == b"date"
    with pytest.raises(ValueError, match="holds 2 files"):
        PackedFile(path, ValueError, "c.csv")
    with pytest.raises(ValueError, match="holds 0 files: none"):
        PackedFile(write(tmp_path, zipped("data/"), "b.zip"), ValueError)
    locked = bytearray(zipped("a.csv"))
    locked[locked.index(b"PK\x01\x02") + 8] |= 1  # the flag of a password, in the list of contents
    with pytest.raises(ValueError, match="a.csv has a password. Unpack it"):
        PackedFile(write(tmp_path, bytes(locked), "d.zip"), ValueError)
    with pytest.raises(ValueError, match="is a workbook of Excel. Save the sheet as CSV"):
        PackedFile(write(tmp_path, zipped("xl/workbook.xml", "a.xml"), "c.xlsx"), ValueError)


def test_what_is_no_file_is_refused_with_its_reason(tmp_path):
    def check(path):
        check_file(path, ValueError, "Expected a table.")

    check(write(tmp_path, CONTENT))
    with pytest.raises(ValueError, match="none does not exist. Expected a table"):
        check(tmp_path / "none")
    with pytest.raises(ValueError, match="is a folder, not a file"):
        check(tmp_path)
    with pytest.raises(ValueError, match="empty is empty: it has no bytes"):
        check(write(tmp_path, b"", "empty"))
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(ValueError, match=r"it is a link to .*nowhere, where no file is"):
        check(tmp_path / "link")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ValueError, match="is a pipe or a device, not a file"):
        check(tmp_path / "pipe")
    with pytest.raises(ValueError, match="https:/host/a.csv is an address. Addresses are not fetched: save what it"):
        check(Path("https://host/a.csv"))
    with pytest.raises(ValueError, match="cannot be read: .*[Nn]ame too long"):
        check(tmp_path / ("x" * 300))


def test_a_file_that_may_not_be_read(tmp_path, monkeypatch):
    """As root all may be read, so that the system's answer is played."""
    path = write(tmp_path, CONTENT)

    def denied(*_args):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "open", denied)
    with pytest.raises(ValueError, match="cannot be read: permission denied. Allow your user"):
        check_file(path, ValueError, "")
