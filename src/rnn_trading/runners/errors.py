"""What goes wrong with workers."""


class WorkersError(RuntimeError):
    """Workers cannot be had, a node cannot be sent to them, or they ended; the message says what to do."""
