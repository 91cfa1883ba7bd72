"""A dataset in memory that stays there after a run."""

from kedro.io import MemoryDataset


class KeptDataset(MemoryDataset):
    """Holds what a node made, not a copy; a runner that is done with it does not empty it."""

    def __init__(self) -> None:
        super().__init__(copy_mode="assign")

    def _release(self) -> None:
        """Keep the data."""
