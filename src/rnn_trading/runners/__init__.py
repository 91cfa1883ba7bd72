"""Runs in several processes, on this computer or on others: see :class:`ExecutorRunner` and ``docs/scale.md``."""

from .errors import WorkersError
from .runner import ExecutorRunner, cores

__all__ = ["ExecutorRunner", "WorkersError", "cores"]
