"""One way to ask a source of the network again: which errors are worth it, how often, and how long to wait.

A source raises one of three errors here, whatever its library raises: :class:`BadAnswerError` and failures of the
connection are worth another attempt, :class:`NoAnswerError` and :class:`TooManyRequestsError` are not.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from time import sleep
from typing import TypeVar

from kedro.io import DatasetError
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential

logger = logging.getLogger(__name__)
Answer = TypeVar("Answer")

LONGEST_WAIT = 60.0
COME_BACK_AFTER = timedelta(minutes=10)
LONGEST_ABSENCE = timedelta(days=1)
TOO_MANY_REQUESTS = 429
# Request timed out, too early; all from 500 on are the server's own fault.
FOR_A_WHILE = (408, 425)


class BadAnswerError(DatasetError):
    """An answer that cannot be right, or a server that fails: another attempt may be answered better."""


class NoAnswerError(DatasetError):
    """The source has said no: it does not know what was asked for, or does not give it to this user."""


class TooManyRequestsError(DatasetError):
    """The source has said to stop asking; the message says when to come back."""


@dataclass(frozen=True)
class Patience:
    """How long a source is waited for.

    Attributes
    ----------
    timeout
        Seconds before a request is given up.
    retries
        Further attempts.
    wait
        Seconds before the first of them; doubled for each further one, up to a minute.
    sleep
        What waits.
    """

    timeout: float = 30.0
    retries: int = 3
    wait: float = 1.0
    sleep: Callable[[float], None] = sleep


def ask(request: Callable[[], Answer], name: str, patience: Patience) -> Answer:
    """Return what a request gives, asking again after errors that are worth it.

    Parameters
    ----------
    request
        Asks the source.
    name
        What is asked for, for the log.
    patience
        How often, and with which pauses.

    Raises
    ------
    Exception
        The last error.

    Examples
    --------
    >>> def request(answers=iter([TimeoutError("no answer"), 7])):
    ...     answer = next(answers)
    ...     if isinstance(answer, Exception):
    ...         raise answer
    ...     return answer
    >>> pauses = []
    >>> ask(request, "a price", Patience(wait=2.0, sleep=pauses.append)), pauses
    (7, [2.0])
    """

    def say(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        logger.warning("%s failed (%s), trying again", name, reason(error))

    attempts = Retrying(
        retry=retry_if_exception(is_worth_another_attempt),
        stop=stop_after_attempt(patience.retries + 1),
        wait=wait_exponential(multiplier=patience.wait, max=LONGEST_WAIT),
        before_sleep=say,
        sleep=patience.sleep,
        reraise=True,
    )
    return attempts(request)


def is_worth_another_attempt(error: BaseException) -> bool:
    """Whether the same request may have a better answer in a moment.

    Examples
    --------
    >>> errors = TimeoutError(), BadAnswerError("HTML"), NoAnswerError("404"), KeyError("chart")
    >>> [is_worth_another_attempt(error) for error in errors]
    [True, True, False, False]
    """
    return isinstance(error, BadAnswerError) or is_about_the_connection(error)


def is_about_the_connection(error: BaseException) -> bool:
    """Whether nothing arrived, or not the whole: time-outs, names that are not found, connections that break."""
    # Those of requests, curl_cffi and urllib are OSErrors; httpx has a root of its own. A library whose code cannot be
    # loaded will not be there in a moment either.
    names = {kind.__name__ for kind in type(error).__mro__}
    return (isinstance(error, OSError | HTTPException) or "TransportError" in names) and "ImpersonateError" not in names


def refuse_status(status: int, source: str, told: str = "", come_back: str | None = None) -> None:
    """Raise if the status of an answer is one of an error, whatever its body holds.

    Parameters
    ----------
    status
        Of HTTP.
    source
        Who answered, and what was asked for.
    told
        What the answer says of it.
    come_back
        Its header ``Retry-After``.

    Raises
    ------
    BadAnswerError, NoAnswerError, TooManyRequestsError
        By the status.

    Examples
    --------
    >>> refuse_status(200, "Yahoo, KO")
    >>> refuse_status(404, "Yahoo, LOST", "No data found")
    Traceback (most recent call last):
        ...
    rnn_trading.datasets.retries.NoAnswerError: Yahoo, LOST: answered with 404: No data found
    """
    if status == TOO_MANY_REQUESTS:
        raise TooManyRequestsError(stop_asking(source, come_back))
    if status >= 400:
        said = f"{source}: answered with {status}" + (f": {told}" if told else "")
        raise BadAnswerError(said) if status >= 500 or status in FOR_A_WHILE else NoAnswerError(said)


def stop_asking(source: str, come_back: str | None, now: datetime | None = None) -> str:
    """What to say when a source does not want to be asked for a while.

    Parameters
    ----------
    source
        Who said so.
    come_back
        The header ``Retry-After``: seconds, or a date. Ten minutes without it, and never more than a day.
    now
        With a time zone; the present.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> noon = datetime(2020, 1, 2, 12, tzinfo=UTC)
    >>> stop_asking("EDGAR", "90", noon)
    'EDGAR: too many requests; nothing was asked since. Run again in 2 minutes, after 2020-01-02 12:01:30 UTC.'
    >>> stop_asking("EDGAR", "soon", noon)
    'EDGAR: too many requests; nothing was asked since. Run again in 10 minutes, after 2020-01-02 12:10:00 UTC.'
    """
    now = now or datetime.now(UTC)
    pause = min(max(_pause(come_back, now), timedelta(seconds=1)), LONGEST_ABSENCE)
    minutes = -(-pause // timedelta(minutes=1))
    return (
        f"{source}: too many requests; nothing was asked since. Run again in {minutes} minute{'s' * (minutes > 1)}, "
        f"after {now + pause:%Y-%m-%d %H:%M:%S} UTC."
    )


def _pause(come_back: str | None, now: datetime) -> timedelta:
    text = (come_back or "").strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=min(int(text[:9]), int(LONGEST_ABSENCE.total_seconds())))
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return COME_BACK_AFTER
    return (date if date.tzinfo else date.replace(tzinfo=UTC)) - now


def reason(error: BaseException | None) -> str:
    """An error in one line: its message, with its kind where that is not one of ours."""
    text = " ".join(str(error).split())
    return text if isinstance(error, DatasetError) else f"{type(error).__name__}: {text}"
