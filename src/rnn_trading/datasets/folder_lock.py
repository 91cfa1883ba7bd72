"""Who uses a folder now, told by locks on the folder itself: they end with the process, and leave no file behind.

Unlike numbers of processes, locks are right between threads, containers that share a disk, and after a kill. On a disk
without locks nothing is removed, and all else goes on.
"""

import contextlib
import fcntl
import os
import weakref
from collections.abc import Iterator
from pathlib import Path


class InUse:
    """Says that a folder is in use, as long as this object is there; any number may at once.

    Parameters
    ----------
    folder
        A folder that is there.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> place = tempfile.TemporaryDirectory()
    >>> user = InUse(Path(place.name))
    >>> with alone_in(Path(place.name)) as alone:
    ...     alone
    False
    >>> user.end()
    >>> with alone_in(Path(place.name)) as alone:
    ...     alone
    True
    >>> place.cleanup()
    """

    def __init__(self, folder: Path) -> None:
        descriptor = os.open(folder, os.O_RDONLY)
        self.end = weakref.finalize(self, os.close, descriptor)
        with contextlib.suppress(OSError):  # no locks here
            fcntl.flock(descriptor, fcntl.LOCK_SH)


@contextlib.contextmanager
def in_use(folder: Path) -> Iterator[None]:
    """Say that a folder is in use while the block runs."""
    user = InUse(folder)
    try:
        yield
    finally:
        user.end()


@contextlib.contextmanager
def alone_in(folder: Path) -> Iterator[bool]:
    """Give whether nobody uses a folder, and keep others from it while the block runs; who comes then waits."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            alone = True
        except OSError:  # somebody does, or it cannot be known
            alone = False
        yield alone
    finally:
        os.close(descriptor)
