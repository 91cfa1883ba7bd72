"""Runs in several processes, on this computer or on others: see :class:`ExecutorRunner` and ``docs/scale.md``."""

from .errors import GO_ON, WorkersError
from .runner import ExecutorRunner, cores

__all__ = ["GO_ON", "ExecutorRunner", "WorkersError", "cores"]
