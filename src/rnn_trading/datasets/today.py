"""The date of a run: the one place where a clock is read for a result."""

from datetime import date
from typing import Any

import pandas as pd
from kedro.io import AbstractDataset, DatasetError


class TodayDataset(AbstractDataset[None, pd.Timestamp]):
    """Today, or a date in its place.

    Parameters
    ----------
    day
        The date that is taken for today; null: that of the clock.
    metadata
        For Kedro plugins.

    Examples
    --------
    >>> TodayDataset(day="2022-12-23").load()
    Timestamp('2022-12-23 00:00:00')
    >>> TodayDataset(day=20221223).load()
    Timestamp('2022-12-23 00:00:00')
    """

    def __init__(self, *, day: str | int | date | None = None, metadata: dict[str, Any] | None = None) -> None:
        self._day, self.metadata = day, metadata
        if day is not None:
            self.load()

    def load(self) -> pd.Timestamp:
        """The date."""
        try:
            # As text, so that 20221223, which YAML reads as a number, is the date that it looks like.
            return pd.Timestamp(date.today() if self._day is None else date.fromisoformat(str(self._day)))
        except ValueError as error:
            raise DatasetError(
                f"today: expected a date such as 2022-12-23, or null. Received: {self._day!r}."
            ) from error

    def save(self, data: None) -> None:
        """Raise: nobody sets the clock."""
        raise DatasetError("today is read, and never written.")

    def _describe(self) -> dict[str, Any]:
        return {"day": None if self._day is None else str(self._day)}
