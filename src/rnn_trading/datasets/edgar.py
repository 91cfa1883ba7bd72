"""Annual reports from the SEC's EDGAR, with a polite rate, retries and a cache. Needs the extra ``sec``."""

import importlib.util
import logging
import os
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
from kedro.io import AbstractDataset, DatasetError

from rnn_trading.datasets.filing_texts import folder_reader
from rnn_trading.datasets.whole import ParquetDataset, written_whole
from rnn_trading.filings.filings import FilingSource, parse_filing_index
from rnn_trading.progress import Reports

logger = logging.getLogger(__name__)

# The SEC asks for no more than ten; it is shared with whatever else runs at this address.
REQUESTS_A_SECOND = 5
FORM = "10-K"
NO_CONNECTION = ("ConnectError", "ConnectTimeout")
COLUMNS = ["filing_id", "cik", "ticker", "date_filed", "accepted"]


class EdgarFilingsDataset(AbstractDataset[None, FilingSource]):
    """Fetch the 10-K reports of some firms, each once.

    The list of a firm's reports, and every report, are kept in files of their own, so that a run that breaks off
    resumes where it stopped. The time at which a report became public is taken from its own header, in New York time;
    the time in the SEC's list of submissions is hours off for some firms.

    Parameters
    ----------
    tickers
        Symbols of the firms, separated by spaces.
    first_year, last_year
        Years in which reports were filed.
    filepath
        Folder of the cache.
    credentials
        ``identity``: your name and e-mail address, which the SEC asks for with every request.
    retries
        Further attempts for each request that fails.
    wait
        Seconds before the first retry; doubled for each further one.
    metadata
        For Kedro plugins.
    """

    def __init__(
        self,
        *,
        tickers: str,
        first_year: int,
        last_year: int,
        filepath: str,
        credentials: dict[str, str | None],
        retries: int = 3,
        wait: float = 1.0,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        self._tickers = str(tickers).split()
        self._years = range(int(first_year), int(last_year) + 1)
        if not self._tickers or not self._years:
            raise DatasetError(
                "Expected tickers separated by spaces and first_year of at most last_year. Received: "
                f"{tickers!r}, {first_year} and {last_year}."
            )
        self._folder = Path(filepath)
        self._identity = credentials.get("identity")
        self._retries, self._wait = retries, wait
        self.metadata = metadata

    def load(self) -> FilingSource:
        """Return the index of all reports that were filed in these years, and what reads them from the cache.

        Raises
        ------
        DatasetError
            If nobody says who asks, or something did not arrive after all retries; names it. What arrived is kept.
        """
        self._introduce()
        failures: list[str] = []
        tables = [self._firm(ticker, failures) for ticker in self._tickers]
        if failures:
            raise DatasetError(
                f"{len(failures)} requests to EDGAR failed; what arrived is kept in {self._folder}. Run again, or "
                "leave the firms out of --params filing_tickers.\n" + "\n".join(failures)
            )
        table = pd.concat(tables, ignore_index=True)
        if table.empty:
            raise DatasetError(
                f"EDGAR has no {FORM} of {' '.join(self._tickers)} from {self._years[0]} to {self._years[-1]}."
            )
        index, dropped, kept = parse_filing_index(table, "EDGAR")
        return FilingSource(index, folder_reader(self._folder, index.index), dropped, kept)

    def _introduce(self) -> None:
        if not self._identity:
            raise DatasetError(
                "The SEC asks who sends requests. Set the environment variable EDGAR_IDENTITY to your name and e-mail "
                "address; conf/live/credentials.yml takes them from there."
            )
        if importlib.util.find_spec("edgar") is None:
            raise DatasetError(
                "edgartools is missing. Run, in the project's folder: pip install -e '.[sec]' -c constraints.txt"
            )
        # Read when edgartools is imported. Its own cache would lie in the user's home.
        os.environ.setdefault("EDGAR_RATE_LIMIT_PER_SEC", str(REQUESTS_A_SECOND))
        os.environ.setdefault("EDGAR_LOCAL_DATA_DIR", str(self._folder.resolve() / "requests"))
        import edgar  # noqa: PLC0415  an extra that most users do not need

        edgar.set_identity(self._identity)

    def _attempt(self, fetch: Callable[[], Any], name: str, failures: list[str]) -> Any:
        """Result of a request; None, and a line among the failures, if all attempts fail."""
        for attempt in range(self._retries + 1):
            try:
                return fetch()
            except Exception as error:  # edgartools and its transport raise many unrelated types
                if type(error).__name__ in NO_CONNECTION:  # edgartools itself has tried for a while
                    raise DatasetError(
                        f"There is no connection to EDGAR: {error}. Nothing is lost; run again."
                    ) from error
                if attempt == self._retries:
                    failures.append(f"{name}: {type(error).__name__}: {error}")
                    return None
                logger.warning("EDGAR: %s failed (%s), trying again", name, error)
                time.sleep(self._wait * 2**attempt)
        return None

    def _firm(self, ticker: str, failures: list[str]) -> pd.DataFrame:
        """Index of one firm's reports, whose texts are in the cache then; reports that fail are missing from it."""
        from edgar import Company  # noqa: PLC0415  see _introduce

        cached = ParquetDataset(filepath=str(self._folder / f"{ticker}_{self._years[0]}_{self._years[-1]}.parquet"))
        # A year that goes on may have more reports by now.
        is_over = self._years[-1] < date.today().year
        if is_over and cached.exists():
            return cached.load()
        logger.info("EDGAR: %s", ticker)
        years = list(self._years)
        reports = self._attempt(
            lambda: list(Company(ticker).get_filings(form=FORM, year=years, amendments=False)), ticker, failures
        )
        progress, before, rows = Reports(), len(failures), []
        for number, report in enumerate(reports or [], start=1):
            row = self._attempt(partial(self._report, report, ticker), f"{ticker} {report.accession_no}", failures)
            if row is not None:
                rows.append(row)
            if progress.due():
                logger.info("EDGAR: %s, %d of %d reports", ticker, number, len(reports))
        table = pd.DataFrame(rows, columns=COLUMNS, dtype="str")
        if is_over and reports is not None and len(failures) == before:
            cached.save(table)
        return table

    def _report(self, report: Any, ticker: str) -> dict[str, str]:
        """Row of the index; keeps the text first."""
        target = self._folder / f"{report.accession_no}.txt"
        if not target.is_file():
            text = report.text() or ""  # a report without a text is left out later, and counted
            with written_whole(target) as partial_file:
                partial_file.write_text(text, encoding="utf-8")
        accepted = report.header.acceptance_datetime
        return {
            "filing_id": report.accession_no,
            "cik": str(report.cik),
            "ticker": ticker,
            "date_filed": str(report.filing_date)[:10],
            # Missing in some headers: then it counts as unknown.
            "accepted": f"{accepted:%Y-%m-%d %H:%M:%S}" if accepted else "",
        }

    def save(self, data: None) -> None:
        """Refuse: a source is only read."""
        raise DatasetError("EDGAR is a source: it is only read.")

    def _describe(self) -> dict[str, Any]:
        return {"tickers": " ".join(self._tickers), "years": f"{self._years[0]} to {self._years[-1]}"}

    def _exists(self) -> bool:
        return True
