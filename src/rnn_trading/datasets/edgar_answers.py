"""What EDGAR answers, looked at before edgartools reads it; edgartools itself keeps and repeats nothing here.

edgartools keeps answers on the disk, bad ones among them, and asks again on its own. Here its cache and its retries are
off: what is kept, and what is asked again, is said in one place each.
"""

import json
import re
from collections.abc import Callable
from typing import Any, TypeVar

from kedro.io import DatasetError

from rnn_trading.datasets.limits import LARGEST_REPORT, at_most
from rnn_trading.datasets.retries import (
    BadAnswerError,
    NoAnswerError,
    TooManyRequestsError,
    refuse_status,
    stop_asking,
)

# What the SEC's page says to those who ask too often, or without a name.
PAGE_OF_REFUSAL = re.compile(rb"Request Rate Threshold Exceeded|Undeclared Automated Tool", re.IGNORECASE)
SUBMISSION = re.compile(r"/(\d{10}-\d{2}-\d{6})\.txt$")
LIST_OF_REPORTS = re.compile(r"/CIK(\d{10})\.json$")
Result = TypeVar("Result")
BEGINNING, END = 2**14, 2**12


class Watch:
    """Looks at every answer of EDGAR. After one that is refused, no further request leaves.

    edgartools catches errors, and asks elsewhere for the same report, where nothing says that it is whole. So an answer
    that is refused ends the attempt, and one of too many requests ends all.
    """

    def __init__(self) -> None:
        self._fault: DatasetError | None = None

    def attempt(self, fetch: Callable[[], Result]) -> Result:
        """What edgartools makes of the answers to its requests.

        Raises
        ------
        TooManyRequestsError, BadAnswerError, TooLargeError
            If one of them was refused, whatever was made of it.
        Exception
            That of edgartools; a :class:`~rnn_trading.datasets.retries.NoAnswerError` where nothing is at an address,
            and nowhere else.
        """
        if not isinstance(self._fault, TooManyRequestsError):
            self._fault = None
        try:
            result = fetch()
        except Exception as error:  # edgartools and its transport raise many unrelated types
            raise self._fault or error from error.__cause__
        if self._fault is not None:
            raise self._fault
        return result

    def take_over(self) -> None:
        """Have edgartools ask through this, without its own cache and retries."""
        import stamina  # noqa: PLC0415  comes with edgartools, an extra
        from edgar.httpclient import HTTP_MGR  # noqa: PLC0415  an extra that most users do not need

        stamina.set_active(False)
        HTTP_MGR.cache_mode = "Disabled"
        HTTP_MGR.httpx_params["event_hooks"] = {"request": [self.look_at_request], "response": [self.look_at_answer]}
        HTTP_MGR.close()  # the next request opens a client that knows of this

    def look_at_request(self, request: Any) -> None:
        """Let none leave after an answer that was refused."""
        if self._fault is not None:
            raise self._fault

    def look_at_answer(self, answer: Any) -> None:
        """Read an answer up to a limit, and raise if it is none.

        Raises
        ------
        TooManyRequestsError
            For a status or a page that says so.
        BadAnswerError, NoAnswerError, TooLargeError
            See :func:`check_answer`, and :mod:`rnn_trading.datasets.retries`.
        """
        try:
            body = at_most(answer.iter_bytes(), LARGEST_REPORT, f"EDGAR, {answer.url.path}")
            answer._content = body  # what httpx itself does where it reads an answer
            if answer.has_redirect_location:
                return
            check_answer(str(answer.url.path), answer.status_code, body, answer.headers.get("Retry-After"))
        except NoAnswerError:  # for some old reports, edgartools rightly looks elsewhere
            raise
        except DatasetError as error:
            self._fault = error
            raise


def check_answer(path: str, status: int, body: bytes, come_back: str | None = None) -> None:
    """Raise if an answer of EDGAR is an error, empty, cut, or about something else.

    Parameters
    ----------
    path
        Of the address.
    status
        Of HTTP.
    body
        Unpacked.
    come_back
        The header ``Retry-After``.

    Examples
    --------
    >>> check_answer("/Archives/edgar/data/1/report.htm", 200, b"<html>a report</html>")
    >>> check_answer("/Archives/edgar/data/1/0000000001-20-000001.txt", 200, b"<SEC-DOCUMENT>0000000001-20-000001.txt")
    Traceback (most recent call last):
        ...
    rnn_trading.datasets.retries.BadAnswerError: EDGAR, /Archives/edgar/data/1/0000000001-20-000001.txt: cut: it...
    """
    source = f"EDGAR, {path}"
    if PAGE_OF_REFUSAL.search(body[:BEGINNING]) and (status >= 400 or b"<html" in body[:BEGINNING].lower()):
        raise TooManyRequestsError(stop_asking(source, come_back))
    refuse_status(status, source, come_back=come_back)
    if not body.strip():
        raise BadAnswerError(f"{source}: nothing")
    if submission := SUBMISSION.search(path):
        number = submission[1].encode()
        if number not in body[:BEGINNING]:
            raise BadAnswerError(f"{source}: expected the report {submission[1]}. Received: {_shown(body)}")
        if b"</SEC-DOCUMENT>" not in body[-END:].upper():
            raise BadAnswerError(f"{source}: cut: it has no end")
    if firm := LIST_OF_REPORTS.search(path):
        _check_list(source, int(firm[1]), body)


def _check_list(source: str, firm: int, body: bytes) -> None:
    try:
        told = json.loads(body)
        received, columns = int(told["cik"]), told["filings"]["recent"]
        lengths = {len(columns[name]) for name in ("accessionNumber", "filingDate", "form")}
    except (ValueError, KeyError, TypeError) as error:
        raise BadAnswerError(f"{source}: expected a list of reports. Received: {_shown(body)}") from error
    if received != firm:
        raise BadAnswerError(f"{source}: expected the reports of {firm}. Received: those of {received}")
    if len(lengths) != 1:
        raise BadAnswerError(f"{source}: cut: columns of {', '.join(map(str, sorted(lengths)))} rows")


def _shown(body: bytes) -> str:
    return repr(body[:60].decode("utf-8", errors="replace"))
