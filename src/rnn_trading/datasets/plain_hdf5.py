"""HDF5 files of pandas, of which nothing is run: looked at first, then read without Python's own unpickling.

PyTables unpickles an attribute that ends like a pickle as soon as the attributes of its node are asked for, and a
column of objects when it is read; pandas asks every group when it looks for tables. So code in an HDF5 file runs before
a table is seen.
"""

import functools
import math
import os
import pickle
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import h5py
import numpy as np
import pandas as pd
import tables.atom
import tables.attributeset
from h5py import h5d, h5t

from rnn_trading.datasets.plain_pickles import NotPlainError, loads
from rnn_trading.tables.checks import TableError

# PyTables is not made for several threads at once, and while a file is read it unpickles as we say.
ONE_THREAD = threading.Lock()
NUMBERS_AND_TEXT = {h5t.INTEGER, h5t.FLOAT, h5t.STRING, h5t.BITFIELD, h5t.ENUM, h5t.TIME}
# A table may claim so many bytes, or so many times what the file holds.
BYTES, TIMES = 2**30, 200
ELSEWHERE = (
    "Nothing in the file was run. If you know who made it, convert it on a computer that holds nothing of value: "
    'pandas.read_hdf(FILE, KEY).to_parquet("table.parquet").'
)


class ChangedError(NotPlainError):
    """Another file took the place of one while it was read."""


@contextmanager
def plain_store(filepath: Path) -> Iterator[pd.HDFStore]:
    """Open an HDF5 file for reading, if it holds numbers, text and dates alone, in the forms that pandas writes.

    Every group, link, attribute and type is looked at first, by a library that knows no pickles; pickles are read by
    :func:`rnn_trading.datasets.plain_pickles.loads` alone, here and while the store is open.

    Parameters
    ----------
    filepath
        The file.

    Yields
    ------
    pandas.HDFStore
        Gives what it would give otherwise. One file a process is open at a time.

    Raises
    ------
    NotPlainError
        If the file could run code, leads to other files, claims far more than it holds, is none, is damaged, or was
        changed while it was read; names the node and what was found. Whatever else goes wrong while it is open comes
        as this, too, but for a :class:`rnn_trading.tables.checks.TableError`.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> folder = tempfile.TemporaryDirectory()
    >>> file = Path(folder.name) / "prices.h5"
    >>> pd.DataFrame({"close": [1.0, 2.0]}).to_hdf(file, key="prices")
    >>> with plain_store(file) as store:
    ...     print(store["prices"]["close"].tolist())
    [1.0, 2.0]
    >>> folder.cleanup()
    """
    try:
        with ONE_THREAD, h5py.File(filepath, "r") as file:
            looked_at = _identity(file.id.get_vfd_handle())
            _look_at(file, looked_at[0])
            with _plain_pickles(), pd.HDFStore(filepath, mode="r") as store:
                opened = store.root._v_file
                _look_at_objects(opened)
                yield store
                if _identity(opened.fileno()) != looked_at:
                    raise ChangedError("it was changed while it was read. Read it again.")
    except (TableError, NotPlainError, PermissionError):
        raise
    except Exception as error:  # a damaged file can raise anything
        lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
        raise NotPlainError(
            f"it is damaged, or holds no table of pandas: {lines[-1]}. Get it anew, or as Parquet."
        ) from error


@contextmanager
def _plain_pickles() -> Iterator[None]:
    """Let PyTables unpickle plain values alone."""
    try:
        tables.attributeset.pickle = SimpleNamespace(loads=loads)
        # A column of objects is looked at first and given to pandas then: it takes long, and is done once.
        once = functools.cache(loads)
        tables.atom.pickle = SimpleNamespace(**vars(pickle) | {"loads": once})
        yield
    finally:
        tables.attributeset.pickle = tables.atom.pickle = pickle


def _identity(handle: int) -> tuple[int, int, int, int]:
    """Which file is open, its size, and when it was changed."""
    file = os.fstat(handle)
    return file.st_size, file.st_dev, file.st_ino, file.st_mtime_ns


def _look_at(file: h5py.File, size: int) -> None:
    """Refuse what is not of pandas' making, node by node."""
    seen, waiting = set(), [file["/"]]
    while waiting:
        node = waiting.pop()
        place = h5py.h5o.get_info(node.id).addr
        if place in seen:
            raise NotPlainError(f"{_name(node)} stands in the file twice. {ELSEWHERE}")
        seen.add(place)
        _look_at_attributes(node)
        if isinstance(node, h5py.Dataset):
            _look_at_dataset(node, size)
        elif not isinstance(node, h5py.Group):
            raise NotPlainError(f"{_name(node)} is neither a group nor a table. {ELSEWHERE}")
        else:
            for name in node:
                _refuse_broken_name(node, name)
                link = node.get(name, getlink=True)
                if not isinstance(link, h5py.HardLink):
                    raise NotPlainError(f"{_name(node)}: {name[:100]!r} leads to another place or file. {ELSEWHERE}")
                waiting.append(node[name])


def _refuse_broken_name(node: Any, name: str | bytes) -> None:
    """PyTables ends the process at a name that is no text."""
    if isinstance(name, bytes):
        raise NotPlainError(f"{_name(node)}: the name {name[:100]!r} is no text. The file is damaged. Get it anew.")


def _look_at_attributes(node: Any) -> None:
    for name in node.attrs:
        _refuse_broken_name(node, name)
        kind = node.attrs.get_id(name).get_type()
        if not _is_plain(kind):
            raise NotPlainError(
                f"{_name(node)}: the attribute {name[:100]!r} is neither a number nor text. {ELSEWHERE}"
            )
        value = node.attrs[name]
        if isinstance(value, bytes):
            if kind.get_class() == h5t.STRING and kind.get_cset() == h5t.CSET_UTF8:
                value.decode()  # raises, where PyTables would leave the file open
            value = _unpickled(value, f"{_name(node)}: the attribute {name[:100]!r}")
        # pandas makes a table of this shape, of whatever is in the memory.
        if name == "shape" and np.prod(value) != 0:
            raise NotPlainError(f"{_name(node)} claims to hold values that it does not hold. {ELSEWHERE}")


def _unpickled(value: bytes, where: str) -> Any:
    """What PyTables will make of an attribute: the text itself, if it is no pickle."""
    try:
        return loads(value, encoding="latin1") if value.endswith(b".") else value
    except NotPlainError as error:
        raise NotPlainError(
            f"{where} is a pickle of {error}, which is neither numbers nor text. {ELSEWHERE}"
        ) from error
    except Exception:
        return value


def _look_at_dataset(node: h5py.Dataset, size: int) -> None:
    settings, kind = node.id.get_create_plist(), node.id.get_type()
    if settings.get_external_count() or settings.get_layout() == h5d.VIRTUAL:
        raise NotPlainError(f"{_name(node)} takes its values from other files. {ELSEWHERE}")
    of_objects = kind.get_class() == h5t.VLEN and kind.get_super().get_class() == h5t.INTEGER
    if not of_objects and not _is_plain(kind):
        raise NotPlainError(f"{_name(node)} holds neither numbers nor text. {ELSEWHERE}")
    claimed = math.prod(max(pair) for pair in zip(node.shape or (), node.chunks or node.shape or (), strict=True))
    if claimed * kind.get_size() > max(BYTES, TIMES * size):
        raise NotPlainError(
            f"{_name(node)} claims to hold {claimed * kind.get_size():,} bytes, and the file has {size:,}. {ELSEWHERE}"
        )


def _is_plain(kind: Any) -> bool:
    """Whether a type is one of numbers and text, or made of such."""
    if kind.get_class() == h5t.COMPOUND:
        members = range(kind.get_nmembers())
        names = [kind.get_member_name(position).decode() for position in members]  # raises where one is no text
        return len({*names}) == len(names) and all(_is_plain(kind.get_member_type(position)) for position in members)
    if kind.get_class() == h5t.ARRAY:
        return _is_plain(kind.get_super())
    return kind.get_class() in NUMBERS_AND_TEXT


def _look_at_objects(file: tables.File) -> None:
    """Unpickle every column of objects; PyTables alone knows all ways in which they can be compressed."""
    for node in file.walk_nodes("/", "VLArray"):
        try:
            for row in range(node.nrows):
                node[row]
        except NotPlainError as error:
            raise NotPlainError(f"{node._v_pathname} holds {error}, neither numbers nor text. {ELSEWHERE}") from error


def _name(node: Any) -> str:
    return str(node.name)[:200] if node.name else "a node without a name"
