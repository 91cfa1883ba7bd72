"""What goes wrong with workers, and what is left after it."""

GO_ON = (
    "Networks that were fitted are kept (of canaries none): the same command gives them back, and with "
    "--only-missing-outputs all else that was finished, too."
)


class WorkersError(RuntimeError):
    """Workers cannot be had, a node cannot be sent to them, or they ended; the message says what to do."""
