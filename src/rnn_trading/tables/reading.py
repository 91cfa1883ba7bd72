"""How a table was read from its source: what the source was taken for, and what of it was not taken."""

import hashlib
import logging
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from rnn_trading.tables.wording import reasons

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reading:
    """What a source was taken for, and how much of it was left out, mended or could not be read.

    Attributes
    ----------
    recognised
        In words: the form of the file, its layout, which columns were taken.
    counts
        Rows or values that were left out, mended or unreadable, by reason, such as ``repeated_rows``; zeros may stand.

    Examples
    --------
    >>> reading = Reading(("CSV, semicolons",), {"repeated_rows": 2}) | Reading(counts={"repeated_rows": 1})
    >>> reading.report()
    {'read_as': ['CSV, semicolons'], 'left_out_or_mended': {'repeated_rows': 3}}
    """

    recognised: tuple[str, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)

    def __or__(self, other: "Reading") -> "Reading":
        """Both readings in one; equal reasons are added up."""
        reasons = dict.fromkeys([*self.counts, *other.counts])
        counts = {reason: self.counts.get(reason, 0) + other.counts.get(reason, 0) for reason in reasons}
        return Reading(tuple(dict.fromkeys(self.recognised + other.recognised)), counts)

    def report(self) -> dict[str, Any]:
        """What stands in the report of the table."""
        return {"read_as": list(self.recognised), "left_out_or_mended": self.counts}

    def log(self, source: str) -> None:
        """Say what was recognised; and, as a warning, what was left out or mended."""
        if self.recognised:
            logger.info("%s: read as %s", source, "; ".join(self.recognised))
        if found := reasons(self.counts):
            logger.warning("%s: left out or mended: %s", source, found)


def fingerprint(table: pd.DataFrame) -> str:
    """SHA-256 of a table: of names, types, index and values, whatever file they came from.

    Equal tables have equal ones, also in another session; missing values count as equal to each other.

    Examples
    --------
    >>> table = pd.DataFrame({"close": [1.0, 2.0]})
    >>> fingerprint(table) == fingerprint(table.copy()), fingerprint(table) == fingerprint(table + 1)
    (True, False)
    """
    digest = hashlib.sha256()
    for name, dtype in [*zip(table.index.names, table.index.to_frame().dtypes, strict=True), *table.dtypes.items()]:
        digest.update(f"{name!r} {dtype}\n".encode())
    digest.update(pd.util.hash_pandas_object(table, index=True).to_numpy().tobytes())
    return digest.hexdigest()
