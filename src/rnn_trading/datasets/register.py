"""The register of trials on the disk: one small Parquet file for every fit, which is never replaced.

Any number of processes may add to it at once, also from several hosts on one disk: each file is of one fit and written
whole. A folder tells by the names of its files which version of the register wrote them.
"""

import json
import logging
import os
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from kedro.io import DatasetError

from rnn_trading.datasets.file import FileDataset, SourceFileDataset
from rnn_trading.datasets.whole import written_whole
from rnn_trading.register.configuration import hash_of
from rnn_trading.register.entries import ADDED, FIELDS, REGISTER_VERSION, Entry, Register, as_table, faults_of, identity

logger = logging.getLogger(__name__)

TYPES = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
SCHEMA = pa.schema([pa.field(name, TYPES[kind]) for name, (kind, _) in FIELDS.items()])
PART = re.compile(r"(?P<fit>[A-Za-z0-9_-]+)\.v(?P<version>\d+)\.parquet")
SHOWN = 3


class RegisterError(DatasetError):
    """A register that cannot be added to, or read."""


class Parts:
    """The files of a register, or of one experiment and protocol in it.

    Parameters
    ----------
    folder
        Made when a first entry is added; parts may also lie in folders below it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def refuse(self) -> None:
        """Refuse a register that this version cannot add to, before anything is fitted.

        Raises
        ------
        RegisterError
            If a later version wrote to it, or this process may not.
        """
        self._refuse_newer()
        # A link to a disk that is not there is no folder either.
        places = (self.folder, *self.folder.absolute().parents)
        nearest = next(each for each in places if each.exists() or each.is_symlink())
        if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
            what = "is no folder" if not nearest.is_dir() else "cannot be written to"
            raise RegisterError(
                f"{nearest} {what}: fits could not be entered in the register {self.folder}. A fit that is not counted "
                "cannot be judged. Mend it before the run."
            )

    def add(self, entry: Entry) -> None:
        """Add the entry of a fit; of one that is there, nothing changes: it is no second trial.

        A file of the same fit that was cut is written anew.

        Raises
        ------
        RegisterError
            If it is no entry, or the register is of a later version.
        """
        self.refuse()
        if faults := faults_of(entry):
            raise RegisterError(f"This is no entry of the register: {'; '.join(faults[:SHOWN])}.")
        path = self._path(entry)
        if path.is_dir():
            raise RegisterError(f"{path} is a folder, where the entry of a fit has to lie. Move it away.")
        if not self.holds(entry):
            with written_whole(path) as partial:
                pq.write_table(pa.Table.from_pylist([entry], schema=SCHEMA), partial)

    def holds(self, entry: Entry) -> bool:
        """Whether the fit of an entry is there, and can be read."""
        path = self._path(entry)
        return path.is_file() and not isinstance(_read(path, REGISTER_VERSION), str)

    def read(self) -> Register:
        """All entries that can be read, and what is wrong with the other files.

        Raises
        ------
        RegisterError
            If a later version wrote to it.
        """
        entries, unreadable = [], {}
        self._refuse_newer()
        for path, version in self._there():
            found = _read(path, version)
            if isinstance(found, str):
                unreadable[path.relative_to(self.folder).as_posix()] = found
            else:
                entries.append(found)
        return Register(as_table(entries), unreadable)

    def _refuse_newer(self) -> None:
        newer = [path.name for path, version in self._there() if version > REGISTER_VERSION]
        if newer:
            raise RegisterError(
                f"{self.folder} was written by a later version of this project ({newer[0]}; here: version "
                f"{REGISTER_VERSION} of the register). A fit that is not counted cannot be judged: install that "
                "version, or move the register elsewhere: a new one begins then, and says so."
            )

    def _there(self) -> list[tuple[Path, int]]:
        """Paths of the parts in one order, with the version that wrote each; 0 of what has no name of a part."""
        paths = sorted(path for path in self.folder.rglob("*.parquet") if not path.name.startswith("."))
        names = [PART.fullmatch(path.name) for path in paths]
        return [(path, int(name["version"]) if name else 0) for path, name in zip(paths, names, strict=True)]

    def _path(self, entry: Entry) -> Path:
        fit = f"{entry['key']}-{entry['configuration']}"
        tested = hash_of(identity(entry))
        if not PART.fullmatch(name := f"{fit}-{tested}.v{REGISTER_VERSION}.parquet"):
            raise RegisterError(f"key and configuration: expected letters, digits, - and _. Received: {fit!r}.")
        return self.folder / name


def _read(path: Path, version: int) -> Entry | str:
    """The entry in a file, or why it cannot be read."""
    if version != REGISTER_VERSION:
        return f"of version {version}, not {REGISTER_VERSION}" if version else "not the name of a part"
    try:
        with path.open("rb") as file:
            # One row needs no threads: to hand it over takes longer than to read it.
            rows = pq.ParquetFile(file).read(use_threads=False).to_pylist()
    except Exception as error:  # a broken file can raise anything
        return f"cut or damaged ({type(error).__name__})"
    if len(rows) != 1:
        return f"{len(rows)} entries instead of one"
    entry = ADDED | rows[0]
    faults = faults_of(entry)
    return "; ".join(faults[:SHOWN]) if faults else entry


class RegisterDataset(SourceFileDataset[Register]):
    """Loads the register, or what it has of one experiment and protocol; nothing is there before the first fit.

    Parts that cannot be read are left out and named in the log.

    Parameters
    ----------
    filepath
        Its folder, or ``PROTOCOL/EXPERIMENT`` in it.
    metadata
        For Kedro plugins.
    """

    error = RegisterError

    def load(self) -> Register:
        """Read all parts; see :meth:`Parts.read`."""
        register = self.parts.read()
        if register.unreadable:
            told = "; ".join(f"{name}: {why}" for name, why in list(register.unreadable.items())[:SHOWN])
            logger.warning(
                "%s: %d part%s cannot be read and %s not counted (%s). The others are.",
                *(self._filepath, count := len(register.unreadable), "s" * (count > 1)),
                *("are" if count > 1 else "is", told),
            )
        return register

    @property
    def parts(self) -> Parts:
        """Its files."""
        return Parts(self._filepath)

    def _exists(self) -> bool:
        return self._filepath.is_dir()


class RegisterEntryDataset(FileDataset[Entry, Entry]):
    """The entry of one fit: saved, it is in the register, and in a file of the run that others read.

    It exists if both are there: after the register was deleted, a run of missing outputs enters the fit again.

    Parameters
    ----------
    filepath
        JSON file of the run.
    register
        ``filepath``: where the register has fits of this experiment and protocol. It belongs to no run.
    metadata
        For Kedro plugins.
    """

    def __init__(self, *, filepath: str, register: dict[str, str], metadata: dict[str, Any] | None = None) -> None:
        super().__init__(filepath=filepath, metadata=metadata)
        self.parts = Parts(Path(register["filepath"]))
        self._options = {"register": register}

    def load(self) -> Entry:
        """The entry."""
        entry: Entry = json.loads(self._filepath.read_text(encoding="utf-8"))
        return entry

    def save(self, data: Entry) -> None:
        """Add it to the register, then write it for others: see :meth:`Parts.add`."""
        self.parts.add(data)
        with written_whole(self._filepath) as partial:
            partial.write_text(json.dumps(data, indent=2, ensure_ascii=False), encoding="utf-8")

    def _exists(self) -> bool:
        if not self._filepath.is_file():
            return False
        try:
            entry = self.load()
        except (DatasetError, ValueError):  # cut, or not of ours: it is made anew
            return False
        return isinstance(entry, dict) and not faults_of(entry) and self.parts.holds(entry)
