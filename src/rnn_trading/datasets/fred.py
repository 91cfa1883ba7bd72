"""Series from FRED, the Federal Reserve Bank of St. Louis, through pandas-datareader. Needs the extra ``live``."""

import importlib.util
import logging
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from kedro.io import AbstractDataset, DatasetError

from rnn_trading.datasets.whole import ParquetDataset
from rnn_trading.tables.index_prices import parse_index
from rnn_trading.tables.reading import Reading

logger = logging.getLogger(__name__)


class FredDataset(AbstractDataset[None, tuple[pd.DataFrame, Reading]]):
    """Fetch one or more series and keep them in a file; a run on the next day fetches anew.

    Parameters
    ----------
    series
        FRED's ids, separated by spaces: ``SP500``, or ``UMCSENT IPGMFN``. FRED has ten years of ``SP500``.
    start, end
        First and last date, as ``2017-12-31``; no ``end`` means today.
    filepath
        Folder of the cache.
    timeout
        Seconds before a request is given up.
    retries
        Further attempts.
    metadata
        For Kedro plugins.
    """

    def __init__(
        self,
        *,
        series: str,
        start: str,
        filepath: str,
        end: str | None = None,
        timeout: float = 30.0,
        retries: int = 3,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        self._series = str(series).split()
        if not self._series:
            raise DatasetError("series: expected FRED ids separated by spaces, such as 'UMCSENT IPGMFN'.")
        self._start, self._end = start, end or f"{date.today():%Y-%m-%d}"
        self._cache = Path(filepath)
        self._timeout, self._retries = timeout, retries
        self.metadata = metadata

    def load(self) -> tuple[pd.DataFrame, Reading]:
        """Return the series side by side, and how they came.

        Index ``date``, one column a series, NaN where it has no value.

        Raises
        ------
        DatasetError
            If pandas-datareader is missing or FRED does not answer with the series.
        """
        name = f"{'_'.join(self._series)}_{self._start}_{self._end}.parquet"
        cached = ParquetDataset(filepath=str(self._cache / name))
        if not cached.exists():
            cached.save(self._fetch())
        return cached.load(), Reading()

    def _fetch(self) -> pd.DataFrame:
        if importlib.util.find_spec("pandas_datareader") is None:
            raise DatasetError(
                "pandas-datareader is missing. Run, in the project's folder: "
                "pip install -e '.[live]' -c constraints.txt"
            )
        from pandas_datareader.fred import FredReader  # noqa: PLC0415  an extra that most users do not need

        logger.info("FRED: %s", ", ".join(self._series))
        names = ", ".join(self._series)
        try:
            table = FredReader(
                self._series, self._start, self._end, retry_count=self._retries, timeout=self._timeout
            ).read()
        except (OSError, ValueError, KeyError) as error:
            raise DatasetError(f"FRED did not answer with {names}: {error}") from error
        table = table.rename_axis("date").apply(pd.to_numeric, errors="coerce")
        empty = [series for series in self._series if table[series].notna().sum() == 0]
        if empty or not isinstance(table.index, pd.DatetimeIndex):
            raise DatasetError(
                f"FRED has no value of {', '.join(empty) or names} from {self._start} to {self._end}. Check the id and "
                "the dates."
            )
        return table

    def save(self, data: None) -> None:
        """Refuse: a source is only read."""
        raise DatasetError("FRED is a source: it is only read.")

    def _describe(self) -> dict[str, Any]:
        return {"series": " ".join(self._series), "start": self._start, "end": self._end}

    def _exists(self) -> bool:
        return True


class FredIndexDataset(FredDataset):
    """One series of FRED as the close of an index: the canonical table of :mod:`rnn_trading.tables.index_prices`."""

    def load(self) -> tuple[pd.DataFrame, Reading]:
        """Return the canonical table, and how it came; days on which FRED has no value (holidays) are left out."""
        (series,) = self._series
        table, reading = super().load()
        index, parsed = parse_index(table.rename(columns={series: "close"}), f"FRED {series}")
        return index, reading | parsed
