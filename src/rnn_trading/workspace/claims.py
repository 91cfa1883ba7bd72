"""Which runs go on in a project, and what they write: two that would break each other's files do not run at once.

Each run holds a lock of the operating system on a small file of its own, in ``data/.running``, that says who it is. The
lock ends with the process, however that ends: a file without a lock is of a run that has ended, and is removed.
"""

import contextlib
import errno
import fcntl
import json
import logging
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

logger = logging.getLogger(__name__)

RUNNING = ".running"
MUTEX = "one-at-a-time"
# Some network disks have no locks.
NO_LOCKS = (errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK, errno.ENOSYS)


@dataclass(frozen=True)
class Claim:
    """What a run says of itself.

    Attributes
    ----------
    run
        Its name among all runs.
    process, host, began, command
        Where it runs, since when (ISO time with its zone), and what began it.
    writes, reads
        Paths of the files that it will write, and of those that it reads as other runs made them.
    shared
        Of tables that many experiments begin with, by path, a hash of what this run makes them from, or takes them to
        be made from.
    """

    run: str
    process: int
    host: str
    began: str
    command: str
    writes: frozenset[str] = field(default_factory=frozenset)
    reads: frozenset[str] = field(default_factory=frozenset)
    shared: dict[str, str] = field(default_factory=dict)

    def conflict(self, other: "Claim") -> list[str]:
        """Files because of which two runs cannot go on at once.

        No file may be written by one and written or read by the other. Shared tables may that both make from the same
        sources with the same parameters, for runs that write something else besides: whoever writes them last, they
        are the same.

        Examples
        --------
        >>> first = Claim("1", 1, "host", "", "", frozenset({"prices", "weekly"}), shared={"prices": "default"})
        >>> second = Claim("2", 2, "host", "", "", frozenset({"prices", "daily"}), shared={"prices": "default"})
        >>> first.conflict(second), first.conflict(first)
        ([], ['prices', 'weekly'])
        >>> first.conflict(Claim("3", 3, "host", "", "", frozenset({"prices", "daily"}), shared={"prices": "mine"}))
        ['prices']
        """
        both = (self.writes & (other.writes | other.reads)) | (self.reads & other.writes)
        equal = {path for path in both if path in self.shared and self.shared[path] == other.shared.get(path)}
        each_has_more = bool(self.writes - both) and bool(other.writes - both)
        return sorted(both - equal if each_has_more else both)

    def to_json(self) -> str:
        """Text from which :meth:`from_json` makes the claim."""
        return json.dumps(asdict(self) | {"writes": sorted(self.writes), "reads": sorted(self.reads)})

    @classmethod
    def from_json(cls, text: str) -> "Claim":
        """Rebuild a claim."""
        values = json.loads(text)
        return cls(**values | {"writes": frozenset(values["writes"]), "reads": frozenset(values["reads"])})


class Claims:
    """Claims of the runs of a project.

    Parameters
    ----------
    folder
        Where they lie; made when it is first needed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextlib.contextmanager
    def one_at_a_time(self) -> Iterator[None]:
        """Wait until nobody else looks at claims and origins, and keep others waiting for the time of the block."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / MUTEX).open("ab") as file:
            _lock(file.fileno())
            yield

    def others(self) -> tuple[list[Claim], list[Claim]]:
        """Claims of runs that go on, and of runs that broke off; files of the latter are removed by :meth:`forget`."""
        living: list[Claim] = []
        ended: list[Claim] = []
        for path in sorted(self._folder.glob("*.json")):
            with path.open("r+b") as file:
                has_ended = _lock(file.fileno(), wait=False)
                text = file.read().decode()
            try:
                claim = Claim.from_json(text)
            except (ValueError, LookupError, TypeError):
                if has_ended:  # killed before it was written; else of another version, which says it in its own words
                    path.unlink()
                continue
            (ended if has_ended else living).append(claim)
        return living, ended

    def take(self, claim: Claim) -> int:
        """Write a claim; it lasts until the file descriptor that is given is handed to :meth:`give_up`."""
        descriptor = os.open(self._path(claim), os.O_RDWR | os.O_CREAT, 0o644)
        _lock(descriptor)
        os.write(descriptor, claim.to_json().encode())
        return descriptor

    def give_up(self, claim: Claim, descriptor: int) -> None:
        """End a claim."""
        self.forget(claim)
        os.close(descriptor)

    def forget(self, claim: Claim) -> None:
        """Remove the file of a claim."""
        self._path(claim).unlink(missing_ok=True)

    def _path(self, claim: Claim) -> Path:
        return self._folder / f"{claim.run}.json"


def _lock(descriptor: int, wait: bool = True) -> bool:
    """Lock a file until it is closed; whether that succeeded."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except OSError as error:
        if error.errno not in NO_LOCKS:
            raise
        logger.warning("This disk has no locks (%s): two runs at once do not notice each other.", error.strerror)
    return True
