"""Files that a run would lose, or leave beside those of another source, move to folders of runs before it begins.

Each folder that is made so has one source: files agree on every source that they share. What a run left goes with the
tables that it was made from. A folder that an earlier run left aside and that holds the same is replaced.
"""

import logging
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rnn_trading.workspace.commands import in_run
from rnn_trading.workspace.folders import DATA, RUNS, folder_that_holds
from rnn_trading.workspace.lineage import (
    SIDE_BY_SIDE,
    Lineage,
    has_other_source,
    sources_in_words,
    sources_meet,
    what_differs,
)
from rnn_trading.workspace.origins import Origin, move, noted_in, origin_of, remove_empty

logger = logging.getLogger(__name__)

# Lies in a folder that holds what was set aside.
MARK = ".set-aside"
NOBODY = "put there by hand, changed since, or of an earlier version"
SHOWN = 8


@dataclass(frozen=True)
class Left:
    """A file that an earlier run left, or somebody put there; of the latter, the origin is None."""

    path: Path
    origin: Origin | None


@dataclass(frozen=True)
class Group:
    """Files of one source that move to one folder.

    Attributes
    ----------
    files
        In the order of the runs that made them.
    sources
        Of all of them, by name; None: files of unknown origin, and what was made from these.
    """

    files: list[Left]
    sources: dict[str, Any] | None

    @property
    def made(self) -> datetime:
        """When the newest of its files was made."""
        newest = self.files[-1]
        if newest.origin is not None:
            return datetime.fromisoformat(newest.origin["began"])
        return datetime.fromtimestamp(newest.path.stat().st_mtime, UTC).astimezone()

    @property
    def command(self) -> str | None:
        """What made the newest of its files, if that is known."""
        origin = self.files[-1].origin
        return None if origin is None or self.sources is None else origin.get("command")

    def in_words(self) -> str:
        """What it is made from."""
        if self.sources is None:
            return f"of which nobody noted the origin ({NOBODY})"
        return f"of other sources ({some(sources_in_words(left.origin for left in self.files if left.origin))})"


def groups_of(
    project: Path, lineage: Lineage, writes: Mapping[str, Path], reads: Collection[Path], short: Callable[[Path], str]
) -> list[Group]:
    """What has to move before a run begins.

    Parameters
    ----------
    project, lineage
        Folder of the project, and what the datasets of the run are made from.
    writes
        Files that the run writes, by dataset. Of those outside of the data folder none moves.
    reads
        Files that it takes as they are: they stay.
    short
        Names a file as origins do.
    """
    here: dict[str, Any] = {}
    written: list[Left] = []
    foreign: set[Path] = set()
    replaced: set[str] = set()  # sources of what is replaced
    for name, path in writes.items():
        made_of = lineage.of(lineage.made_with(name))
        here |= made_of["sources"]
        if path.is_relative_to(folder_that_holds(project, path)) and path.exists() and path not in reads:
            written.append(left := Left(path, origin_of(project, path)))
            if left.origin and has_other_source(left.origin, made_of):
                foreign.add(path)
                replaced |= left.origin["sources"].keys()
    noted = [Left(*each) for folder in _folders(project, written) for each in noted_in(project, folder)]
    nobodys = [left for left in written if left.origin is None]
    known = {left.path: left for left in [*written, *noted] if left.origin and left.path not in reads}.values()
    by_hand = {short(left.path) for left in nobodys}
    with_them = [left for left in known if left.origin and by_hand & {*left.origin["unknown"]}]
    here = {name: entry for name, entry in here.items() if name in replaced - SIDE_BY_SIDE}
    others = [left for left in known if left.path in foreign or not sources_meet(_sources(left), here)]
    unknown = [*nobodys, *with_them]
    return [
        *([Group(unknown, None)] if unknown else []),
        *_of_one_source([left for left in others if left not in with_them]),
    ]


def _folders(project: Path, written: list[Left]) -> list[Path]:
    return sorted({folder_that_holds(project, left.path) for left in written})


def _sources(left: Left) -> dict[str, Any]:
    return left.origin["sources"] if left.origin else {}


def _of_one_source(files: list[Left]) -> list[Group]:
    found: list[tuple[list[Left], dict[str, Any]]] = []
    for left in sorted(files, key=lambda each: each.origin["began"] if each.origin else ""):
        home = next((group for group in found if sources_meet(_sources(left), group[1])), None)
        if home is None:
            found.append(home := ([], {}))
        home[0].append(left)
        home[1].update(_sources(left))
    return [Group(*each) for each in found]


class Aside:
    """Moves groups of files, and moves them back if nothing came of the run.

    Parameters
    ----------
    project
        Its folder.
    short
        Names a file in messages.
    """

    def __init__(self, project: Path, short: Callable[[Path], str]) -> None:
        self._project, self._short = project, short
        self._moved: list[tuple[Path, Path]] = []
        self._groups: list[tuple[Group, Path]] = []

    def is_aside(self, group: Group) -> Path | None:
        """The folder, made by setting aside, in which files of a group lie."""
        folders = (folder_that_holds(self._project, left.path) for left in group.files)
        return next((folder for folder in folders if (folder / MARK).exists()), None)

    def move(self, group: Group) -> None:
        """Move a group to a folder of its own.

        Raises
        ------
        OSError
            If a file cannot be moved; ``filename`` and ``filename2`` name both places. All is as it was then.
        """
        target = self._free_folder(group.made)
        target.mkdir(parents=True)
        (target / MARK).touch()
        self._groups.append((group, target))
        for left in group.files:
            goal = target / left.path.relative_to(folder_that_holds(self._project, left.path))
            try:
                move(self._project, left.path, goal)
            except OSError as error:
                self.put_back()
                raise OSError(error.errno, error.strerror, str(left.path), None, str(goal)) from error
            self._moved.append((left.path, goal))

    def put_back(self) -> None:
        """Undo what was moved."""
        runs = self._project / DATA / RUNS
        while self._moved:
            path, target = self._moved.pop()
            move(self._project, target, path)
            remove_empty(target.parent, up_to=runs)
        while self._groups:
            self._remove(self._groups.pop()[1])

    def keep(self, busy: Collection[Path]) -> None:
        """Leave it where it is, or in the place of what is the same, and say so; a second call does nothing.

        Parameters
        ----------
        busy
            Folders in which other runs are at work.
        """
        for group, target in self._groups:
            same = next((each for each in self._others(target) if each not in busy and self._same(target, each)), None)
            if same is not None:
                self._replace(same, target)
            self._say(group, same or target)
        self._groups, self._moved = [], []

    def _say(self, group: Group, folder: Path) -> None:
        files = f"{len(group.files)} file{'s' * (len(group.files) != 1)}"
        again = f". Go on with them: {in_run(group.command, folder.name)}" if group.command else ""
        say = logger.warning if group.sources is None else logger.info
        say("Set aside: %s %s, now in %s%s", files, group.in_words(), self._short(folder), again)

    def _others(self, target: Path) -> Iterator[Path]:
        found = (mark.parent for mark in sorted((self._project / DATA / RUNS).glob(f"*/{MARK}")))
        return (folder for folder in found if folder != target)

    def _same(self, target: Path, folder: Path) -> bool:
        """Whether all is made from the same sources, content included, and no file with other parameters."""
        new, old = (
            {path.relative_to(each): origin for path, origin in noted_in(self._project, each)}
            for each in (target, folder)
        )
        origins = [*new.values(), *old.values()]
        sources = [list(origin["sources"].items()) for origin in origins if origin is not None]
        of_one = {name: entry for each in sources for name, entry in each}
        agree = all(of_one[name] == entry for each in sources for name, entry in each)
        both = ((new[place], old[place]) for place in new.keys() & old.keys())
        alike = (ours and theirs and not any(what_differs(ours, theirs)) for ours, theirs in both)
        return len(sources) == len(origins) and agree and all(alike)

    def _replace(self, folder: Path, target: Path) -> None:
        for path, _ in list(noted_in(self._project, target)):
            goal = folder / path.relative_to(target)
            if goal.is_dir():
                shutil.rmtree(goal)
            move(self._project, path, goal)
            remove_empty(path.parent, up_to=target)
        self._remove(target)

    def _remove(self, target: Path) -> None:
        (target / MARK).unlink(missing_ok=True)
        remove_empty(target, up_to=self._project / DATA / RUNS)

    def _free_folder(self, made: datetime) -> Path:
        name, number = f"{made:%Y-%m-%d-%H%M}", 1
        while True:
            target = self._project / DATA / RUNS / (name if number == 1 else f"{name}-{number}")
            if not target.exists():
                return target
            number += 1


def some(names: list[str]) -> str:
    """At most eight names, and how many more there are."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
