"""Annual reports from the SEC's EDGAR, with a polite rate, retries and a cache. Needs the extra ``sec``."""

import hashlib
import importlib.util
import logging
import os
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
from kedro.io import AbstractDataset, DatasetError

from rnn_trading.datasets.edgar_answers import Watch
from rnn_trading.datasets.filing_texts import folder_reader
from rnn_trading.datasets.kept_tables import KeptTable, bad_file
from rnn_trading.datasets.retries import NoAnswerError, Patience, TooManyRequestsError, ask, reason
from rnn_trading.datasets.whole import written_whole
from rnn_trading.datasets.yahoo_histories import symbols_of
from rnn_trading.filings.filings import FilingSource, parse_filing_index
from rnn_trading.progress import Reports
from rnn_trading.tables.checks import TableError

logger = logging.getLogger(__name__)

# The SEC asks for no more than ten; it is shared with whatever else runs at this address.
REQUESTS_A_SECOND = 5
FORM = "10-K"
NO_CONNECTION = ("ConnectError", "ConnectTimeout")
KIND = "list of 10-K reports from EDGAR, form 2"
# Beside the index, a hash of each text (none where there is no text): a file that was changed since is found.
COLUMNS = ["filing_id", "cik", "ticker", "date_filed", "accepted", "sha256"]
# What EDGAR calls a report; it names a file here.
ACCESSION = re.compile(r"\d{10}-\d{2}-\d{6}")


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
        self._years = range(int(first_year), int(last_year) + 1)
        if not str(tickers).split() or not self._years:
            raise DatasetError(
                "Expected tickers separated by spaces and first_year of at most last_year. Received: "
                f"{tickers!r}, {first_year} and {last_year}."
            )
        self._tickers = symbols_of(tickers, "filing_tickers")
        self._folder = Path(filepath)
        self._identity = credentials.get("identity")
        self._patience, self._watch = Patience(retries=retries, wait=wait), Watch()
        self.metadata = metadata

    def load(self) -> FilingSource:
        """Return the index of all reports that were filed in these years, and what reads them from the cache.

        Raises
        ------
        DatasetError
            If nobody says who asks, something did not arrive after all retries, or a kept file cannot be used; names
            it. What arrived is kept.
        TooManyRequestsError
            If EDGAR says so: nothing is asked any more. Says when to come back.
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
        source = parse_filing_index(table, "EDGAR")
        return replace(source, read=folder_reader(self._folder, source.index.index))

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
        # Read when edgartools is imported: it makes folders even where it keeps nothing, and in the user's home.
        os.environ.setdefault("EDGAR_RATE_LIMIT_PER_SEC", str(REQUESTS_A_SECOND))
        os.environ.setdefault("EDGAR_LOCAL_DATA_DIR", str(self._folder.resolve() / "requests"))
        import edgar  # noqa: PLC0415  an extra that most users do not need

        edgar.set_identity(self._identity)
        self._watch = Watch()
        self._watch.take_over()

    def _attempt(self, fetch: Callable[[], Any], name: str, failures: list[str]) -> Any:
        """Result of a request; None, and a line among the failures, if all attempts fail."""
        try:
            return ask(lambda: self._watch.attempt(fetch), f"EDGAR: {name}", self._patience)
        except TooManyRequestsError as error:
            raise TooManyRequestsError(f"{error} What arrived is kept in {self._folder}.") from error
        except Exception as error:  # edgartools and its transport raise many unrelated types
            if type(error).__name__ in NO_CONNECTION:
                raise DatasetError(f"There is no connection to EDGAR: {error}. Nothing is lost; run again.") from error
            failures.append(f"{name}: {reason(error)}")
            return None

    def _firm(self, ticker: str, failures: list[str]) -> pd.DataFrame:
        """Index of one firm's reports, whose texts are in the cache then; reports that fail are missing from it."""
        from edgar import Company  # noqa: PLC0415  see _introduce

        years, first, end = list(self._years), date(self._years[0], 1, 1), date(self._years[-1] + 1, 1, 1)
        file = KeptTable(self._folder / f"{ticker}_{years[0]}-{years[-1]}.parquet", KIND, ticker, self._check)
        kept = file.read()
        # A year that was not over may have more reports by now.
        if kept is not None and self._has_texts(kept.table, file.path) and kept.covers(first, end):
            return kept.table.drop(columns="sha256")
        logger.info("EDGAR: %s", ticker)
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
        if reports is not None and len(failures) == before:
            try:
                file.write(table, first, min(end, date.today()))
            except TableError as error:
                failures.append(f"{ticker}: {error}")
        return table.drop(columns="sha256")

    def _check(self, table: pd.DataFrame) -> pd.DataFrame:
        """Raise unless a table is the list of a firm's reports as it is kept."""
        forms = {"filing_id": ACCESSION, "sha256": re.compile(r"([0-9a-f]{64})?"), "cik": re.compile(r"\d+")}
        if table.columns.tolist() != COLUMNS:
            raise TableError(f"expected {', '.join(COLUMNS)}. Received: {', '.join(map(str, table.columns))}")
        for name, form in forms.items():
            wrong = [value for value in table[name] if not form.fullmatch(str(value))]
            if wrong:
                raise TableError(f"{name}: received {str(wrong[0])[:40]!r}")
        days = pd.to_datetime(table["date_filed"], format="%Y-%m-%d", errors="coerce")
        if not days.dt.year.isin(list(self._years)).all() or table["filing_id"].duplicated().any():
            raise TableError(f"expected reports filed from {self._years[0]} to {self._years[-1]}, each once")
        return table

    def _has_texts(self, table: pd.DataFrame, index: Path) -> bool:
        """Whether the texts of a list are there; raises for one that is not as it was kept."""
        for filing_id, digest in zip(table["filing_id"], table["sha256"], strict=True):
            text = self._folder / f"{filing_id}.txt"
            if digest and not text.is_file():
                return False
            if _hash(text) != digest:
                raise bad_file("it is not the text that arrived", text, index)
        return True

    def _report(self, report: Any, ticker: str) -> dict[str, str]:
        """Row of the index; keeps the text first."""
        if not ACCESSION.fullmatch(str(report.accession_no)):
            raise NoAnswerError(f"EDGAR calls a report {str(report.accession_no)[:40]!r}, which is no number of one")
        target = self._folder / f"{report.accession_no}.txt"
        accepted = report.header.acceptance_datetime
        if not target.is_file() or not target.stat().st_size:
            text = report.text() or ""
            if text.strip():  # a report without a text is left out later, and counted
                with written_whole(target) as partial_file:
                    partial_file.write_text(text, encoding="utf-8")
        return {
            "filing_id": report.accession_no,
            "cik": str(report.cik),
            "ticker": ticker,
            "date_filed": str(report.filing_date)[:10],
            # Missing in some headers: then it counts as unknown.
            "accepted": f"{accepted:%Y-%m-%d %H:%M:%S}" if accepted else "",
            "sha256": _hash(target),
        }

    def save(self, data: None) -> None:
        """Refuse: a source is only read."""
        raise DatasetError("EDGAR is a source: it is only read.")

    def _describe(self) -> dict[str, Any]:
        return {"tickers": " ".join(self._tickers), "years": f"{self._years[0]} to {self._years[-1]}"}

    def _exists(self) -> bool:
        return True


def _hash(text: Path) -> str:
    """SHA-256 of a file; empty where there is none."""
    return hashlib.sha256(text.read_bytes()).hexdigest() if text.is_file() else ""
