"""One run in a project: what it may read and write, and what it leaves behind."""

import hashlib
import json
import logging
import os
import platform
import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from kedro.io import CatalogProtocol
from kedro.pipeline import Pipeline

from rnn_trading.datasets.training_state import TrainingStateDataset
from rnn_trading.provenance import made_now
from rnn_trading.workspace.aside import SHOWN, Aside, Group, groups_of, some
from rnn_trading.workspace.claims import RUNNING, Claim, Claims
from rnn_trading.workspace.commands import in_run
from rnn_trading.workspace.folders import DATA, folder_that_holds
from rnn_trading.workspace.lineage import (
    OTHER_CODE,
    Lineage,
    is_read_as_made,
    other_code,
    what_differs,
)
from rnn_trading.workspace.origins import Origin, origin_of, plan, settle, state_of

logger = logging.getLogger(__name__)


class WorkspaceError(ValueError):
    """A run that would break the files of another, or read what was not made from what it is made from."""


@dataclass
class Run:
    """A run, from before its first node to after its last.

    Attributes
    ----------
    project
        Folder of the project.
    lineage
        What its datasets are made from.
    facts
        ``run``, ``began``, ``command``, ``commit`` and ``clean``: see :func:`rnn_trading.workspace.origins.origin_of`.
    whole
        Gives, of a dataset, the command that makes it and all before it, with the parameters of this run.
    beside
        The command of this run with folders of its own.
    writes, reads
        Files by the name of their dataset.
    shared
        Names of tables that many experiments begin with.
    only_missing
        Whether only missing outputs are made: then fits are taken that the code of this run would give, and no others.
    """

    project: Path
    lineage: Lineage
    facts: dict[str, Any]
    whole: Callable[[str], str]
    beside: str
    writes: dict[str, Path]
    reads: dict[str, Path]
    shared: Collection[str]
    only_missing: bool = False
    _claim: Claim | None = None
    _lock: int = -1
    _said: bool = False
    _before: dict[Path, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._aside = Aside(self.project, self._short)

    def begin(self) -> None:
        """Claim what is written and read, see that what is read fits, and set aside what is of other sources.

        Raises
        ------
        WorkspaceError
            If another run goes on that this one would disturb, or a file was made from something else. Nothing is
            changed then.
        """
        if not self.writes and not self.reads:
            return
        for name in self.writes:
            self.lineage.of(self.lineage.made_with(name))  # sources are looked at before others have to wait
        with self._claims.one_at_a_time():
            living, ended = self._claims.others()
            ids = {other.run for other in living}
            for other in ended:
                self._finish(other, ids)
            reads = {*self.reads.values()}
            groups = groups_of(self.project, self.lineage, self.writes, reads, self._short)
            claim = self._new_claim(left.path for group in groups for left in group.files)
            self._refuse_two_at_once(claim, living)
            unknown = self._see_what_is_read()
            self._refuse_where_it_was_set_aside(groups)
            self._set_aside(groups)
            for name, path in self.writes.items():
                plan(self.project, path, self._origin(name, unknown), {*ids, claim.run})
            self._before = {path: state_of(path) for path in self.writes.values()}
            self._claim, self._lock = claim, self._claims.take(claim)

    def has_written(self, dataset: str) -> None:
        """Say what was set aside as soon as a first file is written: from then on it stays there."""
        if self._claim is not None and dataset in self.writes and not self._said:
            with self._claims.one_at_a_time():
                self._keep_aside()

    def _keep_aside(self) -> None:
        living, _ = self._claims.others()
        theirs = (path for other in living for path in other.writes | other.reads)
        mine = {folder_that_holds(self.project, path) for path in self.writes.values()}
        self._aside.keep({folder_that_holds(self.project, Path(path)) for path in theirs} | mine)
        self._said = True

    def end(self, failed: bool) -> None:
        """Note what was written and give up the claim; a run that failed and wrote nothing leaves all as it was."""
        if self._claim is None:
            return
        with self._claims.one_at_a_time():
            if failed and all(state_of(path) == state for path, state in self._before.items()):
                self._aside.put_back()
            else:
                self._keep_aside()
            living, _ = self._claims.others()
            for path in self.writes.values():
                settle(self.project, path, {other.run for other in living} - {self._claim.run})
            self._claims.give_up(self._claim, self._lock)
            self._claim = None

    def _finish(self, other: Claim, living: set[str]) -> None:
        """Note what a run that broke off has written."""
        for path in other.writes:
            settle(self.project, Path(path), living)
        self._claims.forget(other)

    @property
    def _claims(self) -> Claims:
        return Claims(self.project / DATA / RUNNING)

    def _new_claim(self, moved: Iterable[Path]) -> Claim:
        facts = {name: self.facts[name] for name in ("run", "began", "command")}
        writes, reads = (frozenset(map(str, files.values())) for files in (self.writes, self.reads))
        shared = {
            str(path): hashlib.sha256(json.dumps(self.lineage.of(name)).encode()).hexdigest()
            for name, path in (self.writes | self.reads).items()
            if name in self.shared
        }
        writes |= {*map(str, moved)}  # they may have to move back
        return Claim(**facts, process=os.getpid(), host=platform.node(), writes=writes, reads=reads, shared=shared)

    def _refuse_two_at_once(self, claim: Claim, living: list[Claim]) -> None:
        for other in living:
            both = claim.conflict(other)
            if both:
                further = f" and {len(both) - 1} more" if len(both) > 1 else ""
                raise WorkspaceError(
                    f"Another run is at work on {self._short(Path(both[0]))}{further}. It is the process "
                    f"{other.process} on {other.host}, which began at {other.began}: {other.command}. Wait until it "
                    f"has ended, or end it (kill {other.process}), or give this run folders of its own: {self.beside}"
                )

    def _see_what_is_read(self) -> dict[str, list[str]]:
        """Refuse what was made from something else; give, by dataset, files of unknown origin that are in others."""
        unknown: dict[str, list[str]] = {}
        commits: dict[str, list[str]] = defaultdict(list)
        differing: dict[str, list[str]] = {}
        for name, path in self.reads.items():
            origin = origin_of(self.project, path)
            if origin is None or not self.lineage.is_made(origin["dataset"]):
                unknown[name] = [self._short(path)] if state_of(path) else []
                continue
            unknown[name] = origin["unknown"]
            here = self.lineage.of(origin["dataset"])
            newer = self.lineage.goes_on_from(name)
            found = [*what_differs(origin, here, newer=newer), *(other_code(origin, here) if self.only_missing else ())]
            if found and self.lineage.is_made(name):
                differing[name] = found
            elif found:  # a finished model, which is asked whatever it was made from
                logger.info("Taken as it is: %s, made by: %s", self._short(path), origin.get("command"))
            elif origin.get("commit") != self.facts["commit"]:
                commits[str(origin.get("commit"))].append(self._short(path))
        if differing:
            raise WorkspaceError(self._why_refused(differing))
        self._tell(commits, sorted({path for paths in unknown.values() for path in paths}))
        return unknown

    def _why_refused(self, differing: dict[str, list[str]]) -> str:
        first = next(iter(differing))
        path = self.reads[first]
        origin = origin_of(self.project, path) or {}
        others = f" (and {len(differing) - 1} more that this run would take)" if len(differing) > 1 else ""
        lines = list(dict.fromkeys(line for found in differing.values() for line in found))
        more = [f"and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
        reasons = ["from other sources or parameters"] if {*lines} - {OTHER_CODE} else []
        reasons += ["by other code"] if OTHER_CODE in lines else []
        begin = f"{self._short(path)}{others} was made {', and '.join(reasons)}:"
        return "\n  ".join([begin, *lines[:SHOWN], *more]) + (
            f"\nIt was made by: {origin.get('command')}"
            f"\nRun the pipeline whole: {self.whole(origin.get('dataset', first))}"
        )

    def _tell(self, commits: dict[str, list[str]], unknown: list[str]) -> None:
        for commit, paths in commits.items():
            logger.info("Made by the commit %s, while this is %s: %s", commit, self.facts["commit"], some(paths))
        if unknown:
            logger.warning(
                "Nobody noted what %s was made from: put there by hand, changed since, or by an earlier version. It is "
                "taken so.",
                some(unknown),
            )

    def _set_aside(self, groups: list[Group]) -> None:
        """Move what another source left, or nobody noted, and this run would replace."""
        for group in groups:
            try:
                self._aside.move(group)
            except OSError as error:
                raise WorkspaceError(
                    f"{self._short(Path(error.filename))} is {group.in_words()}, and cannot be set aside in "
                    f"{self._short(Path(error.filename2))} ({error.strerror}). Give this run folders of its own: "
                    f"{self.beside}"
                ) from error

    def _refuse_where_it_was_set_aside(self, groups: list[Group]) -> None:
        """A folder that holds what was set aside is never filled with something else."""
        for group in groups:
            folder = self._aside.is_aside(group)
            if folder is not None:
                again = f"Go on with them: {in_run(group.command, folder.name)}\nOr give" if group.command else "Give"
                raise WorkspaceError(
                    f"In {self._short(folder)} lies what was set aside. This run would replace "
                    f"{self._short(group.files[0].path)}, which is {group.in_words()}.\n"
                    f"{again} this run folders of its own: {self.beside}"
                )

    def _origin(self, name: str, unknown: dict[str, list[str]]) -> Origin:
        made = self.lineage.made_with(name)
        above = self.lineage.above(made)
        taken = sorted({path for read, paths in unknown.items() if read in above and read != made for path in paths})
        return {"dataset": made, **self.facts, **self.lineage.of(made), "unknown": taken}

    def _short(self, path: Path) -> str:
        return os.path.relpath(path, self.project) if path.is_relative_to(self.project) else str(path)


def new_facts(command: str) -> dict[str, Any]:
    """``run``, ``began``, ``command``, ``commit`` and ``clean`` of a run that begins now."""
    code = {name: value for name, value in made_now().items() if name in ("commit", "clean")}
    now = datetime.now().astimezone()
    run = f"{now:%Y-%m-%d-%H%M%S}-{uuid.uuid4().hex[:8]}"
    return {"run": run, "began": now.isoformat(timespec="seconds"), "command": command, **code}


def files_of(
    pipeline: Pipeline, catalog: CatalogProtocol, only_missing_outputs: bool
) -> tuple[dict[str, Path], dict[str, Path]]:
    """Files that a run writes, and those that it takes as other runs made them, by dataset.

    States of trainings are written. Where only missing outputs are made, those of nodes that lack none are taken.
    """
    datasets = {name: catalog.get(name) for name in pipeline.datasets()}
    states = {name for name in pipeline.inputs() if isinstance(datasets[name], TrainingStateDataset)}
    made = {name: Path(each._filepath) for name, each in datasets.items() if is_read_as_made(each)}  # type: ignore[union-attr]
    outputs = {name: made[name] for name in sorted(pipeline.all_outputs() & made.keys())}
    reads = {name: made[name] for name in sorted(pipeline.inputs() & made.keys())}
    if only_missing_outputs:
        files = [{name: made[name] for name in node.outputs if name in made} for node in pipeline.nodes]
        reads |= {name: path for each in files if all(map(Path.exists, each.values())) for name, path in each.items()}
    return outputs | {name: datasets[name]._filepath for name in sorted(states)}, reads  # type: ignore[union-attr]
