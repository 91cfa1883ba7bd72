"""What the files of runs were made from: written down before they are made, so that a kill loses nothing.

Beside the folders of a run lies ``.origins``. It holds, for each file that a run was to write, a small JSON file: the
state of the file as it was last seen, a hash of it, and its origin then, and the origins of runs that are to replace
it. A file whose state has changed since is of the run that was to replace it; if none was, it is what it was as long as
its hash is: a copy, or what a backup brought back. No process that writes a file has to know of this.
"""

import hashlib
import json
import os
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from rnn_trading.datasets.file import SourceFileDataset
from rnn_trading.datasets.folder import FilesDataset
from rnn_trading.datasets.runs import RunsDataset
from rnn_trading.workspace.folders import folder_that_holds

Origin = dict[str, Any]
State = list[int]
ORIGINS = ".origins"
# What every origin has, among others.
FIELDS = {"dataset": str, "run": str, "began": str, "sources": dict, "parameters": dict, "unknown": list}
# Files up to this size are told apart by a hash, which takes a tenth of a second at most; larger ones by size and time.
HASHED_BYTES = 2**26
# What nobody made: files of users, and whole folders, which hold results of many origins.
NOT_MADE = (SourceFileDataset, FilesDataset, RunsDataset)


def origin_of(project: Path, path: Path) -> Origin | None:
    """What a file, or a folder that is one dataset, was made from.

    Parameters
    ----------
    project
        Folder of the project.
    path
        The file.

    Returns
    -------
    dict or None
        ``dataset``: its name in the catalog; ``run``, ``began`` (ISO time with its zone), ``command``, ``commit``
        and ``clean`` (see :func:`rnn_trading.provenance.made_now`): the run that wrote it;
        ``sources``: the catalog entries that it depends on, by name, each with its ``content`` where it is a file;
        ``parameters``, by name; ``unknown``: files of unknown origin that went into it. None: there is no such file, or
        it was put there by hand, changed since, or written by a version that noted nothing.
    """
    return _origin(_read(_note(project, path)), path)


def noted_in(project: Path, folder: Path) -> Iterator[tuple[Path, Origin | None]]:
    """Files in a folder of a run that some run noted and that are there, with their origins; see :func:`origin_of`."""
    notes = folder / ORIGINS
    for note in sorted(notes.rglob("*.json")):
        path = folder / note.relative_to(notes).with_suffix("")
        if not note.name.startswith(".") and path.exists():
            yield path, origin_of(project, path)


def plan(project: Path, path: Path, origin: Origin, living: Collection[str]) -> None:
    """Note that a run is to write a file.

    Parameters
    ----------
    project, path
        See :func:`origin_of`.
    origin
        What the file will be made from.
    living
        Runs that go on: what others had planned has happened by now, or never will.
    """
    note, planned = _settled(project, path, living)
    _write(_note(project, path), {"file": note, "planned": [*planned, origin]})


def settle(project: Path, path: Path, living: Collection[str]) -> None:
    """Note what is there of a file after a run; parameters as in :func:`plan`."""
    note, planned = _settled(project, path, living)
    where = _note(project, path)
    if note or planned:
        _write(where, {"file": note, "planned": planned})
    else:
        where.unlink(missing_ok=True)
        remove_empty(where.parent, up_to=folder_that_holds(project, path))


def move(project: Path, path: Path, target: Path) -> None:
    """Move a file, or a folder that is one dataset, with its origin; broken off, it is still at one of the places."""
    kept, _ = _settled(project, path, ())
    _write(_note(project, target), {"file": kept, "planned": []})
    target.parent.mkdir(parents=True, exist_ok=True)
    os.rename(path, target)
    _note(project, path).unlink(missing_ok=True)
    remove_empty(_note(project, path).parent, up_to=folder_that_holds(project, path))


def state_of(path: Path) -> State | None:
    """Time of the last change in nanoseconds, and size, of a file; of a folder, of what is in it. None: not there.

    Examples
    --------
    >>> from pathlib import Path
    >>> state_of(Path("nowhere"))
    """
    try:
        found = path.stat()
        if not path.is_dir():
            return [found.st_mtime_ns, found.st_size]
        inside = [entry.stat() for entry in path.iterdir() if not entry.name.startswith(".")]
    except (FileNotFoundError, NotADirectoryError):
        return None
    return [max((each.st_mtime_ns for each in inside), default=0), sum(each.st_size for each in inside)]


def content_of(dataset: Any, entry: dict[str, Any]) -> str | None:
    """What tells the content of a source's files from others; None: it has none, or keeps what it fetched.

    The SHA-256 of a file of up to 64 MB, else its size and the time of its last change; of a folder, a hash of the
    names, sizes and times of all files in it. The index of filings is a second file.
    """
    if not isinstance(dataset, SourceFileDataset):
        return None
    named = [str(dataset._filepath), *([entry["index"]] if isinstance(entry.get("index"), str) else [])]
    contents = [_content(Path(name)) for name in named]
    return None if None in contents else ", ".join(map(str, contents))


def _content(path: Path) -> str | None:
    try:
        if path.is_dir():
            return f"listing {_listing(path)[:16]}"
        if not path.is_file():
            return None  # a pipe or a device has no end
        found = path.stat()
        if found.st_size > HASHED_BYTES:
            return f"{found.st_size} bytes, changed {found.st_mtime_ns}"
        return f"SHA-256 {hashlib.sha256(path.read_bytes()).hexdigest()[:16]}"
    except OSError:
        return None  # whoever reads it says what is wrong


def _listing(folder: Path) -> str:
    lines = []
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            found = os.stat(os.path.join(place, name))
            lines.append(f"{os.path.relpath(place, folder)}/{name} {found.st_size} {found.st_mtime_ns}")
    return hashlib.sha256("\n".join(lines).encode(errors="surrogateescape")).hexdigest()


def _note(project: Path, path: Path) -> Path:
    """Where the origin of a file is noted; of a file outside the project's data, under a hash of its path."""
    folder = folder_that_holds(project, path)
    if path.is_relative_to(folder):
        place = str(path.relative_to(folder))
    else:
        place = f"elsewhere/{hashlib.sha256(os.fsencode(path)).hexdigest()[:32]}"
    return folder / ORIGINS / f"{place}.json"


def _read(where: Path) -> dict[str, Any]:
    """What is noted; nothing where there is no note, or none as they are written: then nothing is known."""
    try:
        noted = json.loads(where.read_text(encoding="utf-8"))
        file, planned = noted["file"], noted["planned"]
        origins = [*planned, *([file["origin"]] if file and file["origin"] else [])]
        whole = all(isinstance(origin[name], kind) for origin in origins for name, kind in FIELDS.items())
        seen = file and {"state": file["state"], "hash": file.get("hash"), "origin": file["origin"]}
        return {"file": seen, "planned": planned} if whole else {}
    except (OSError, ValueError, LookupError, TypeError):
        return {}


def _origin(noted: dict[str, Any], path: Path) -> Origin | None:
    file, planned, state = noted.get("file"), noted.get("planned"), state_of(path)
    if state is None:
        return None
    is_as_seen = file and (file["state"] == state or (not planned and file["hash"] and file["hash"] == _hash(path)))
    origin: Origin | None = file["origin"] if file and is_as_seen else planned[-1] if planned else None
    return origin


def _settled(project: Path, path: Path, living: Collection[str]) -> tuple[dict[str, Any] | None, list[Origin]]:
    """The file as it is now, and what runs that go on have planned."""
    noted, state = _read(_note(project, path)), state_of(path)
    planned = [origin for origin in noted.get("planned", []) if origin["run"] in living]
    if state is None:
        return None, planned
    file = noted.get("file")
    known = file["hash"] if file and file["state"] == state else None  # without reading it again
    return {"state": state, "hash": known or _hash(path), "origin": _origin(noted, path)}, planned


def _hash(path: Path) -> str | None:
    """Hash of a file, or of the names and contents of the files of a folder; None above 64 MB, or where it is gone."""
    inside = sorted(path.iterdir()) if path.is_dir() else [path]
    files = [each for each in inside if each.is_file() and (each == path or not each.name.startswith("."))]
    found = hashlib.sha256()
    try:
        if sum(each.stat().st_size for each in files) > HASHED_BYTES:
            return None
        for each in files:
            name = b"" if each == path else os.fsencode(each.name)
            found.update(hashlib.sha256(name).digest() + hashlib.sha256(each.read_bytes()).digest())
    except OSError:
        return None  # replaced or taken away meanwhile: its state tells
    return found.hexdigest()[:32]


def _write(where: Path, noted: dict[str, Any]) -> None:
    """Write a note whole. It is not flushed to the disk: there may be hundreds, and a lost one only is not known."""
    where.parent.mkdir(parents=True, exist_ok=True)
    partial = where.with_name(f".partial-{where.name}")  # one run at a time writes notes
    partial.write_text(json.dumps(noted, default=str), encoding="utf-8")
    partial.replace(where)


def remove_empty(folder: Path, up_to: Path) -> None:
    """Remove a folder that holds nothing any more, and those above it, but not the one that is named."""
    while folder != up_to and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
