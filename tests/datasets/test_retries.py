import ssl
import urllib.error
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from rnn_trading.datasets.retries import (
    BadAnswerError,
    NoAnswerError,
    Patience,
    TooManyRequestsError,
    ask,
    is_worth_another_attempt,
    refuse_status,
    stop_asking,
)


class TransportError(Exception):
    """As httpx calls the root of its failures."""


class ConnectTimeoutError(TransportError):
    pass


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (TimeoutError("30 s"), True),
        (ConnectionResetError("by peer"), True),
        (urllib.error.URLError("name is not found"), True),
        (ssl.SSLError("broken"), True),
        (ConnectTimeoutError("10 s"), True),
        (BadAnswerError("HTML"), True),
        (NoAnswerError("404"), False),
        (TooManyRequestsError("429"), False),
        (ValueError("no JSON"), False),
        (type("ImpersonateError", (OSError,), {})("TensorFlow was first"), False),
    ],
)
def test_which_errors_are_worth_another_attempt(error, again):
    assert is_worth_another_attempt(error) is again
    asked, pauses = [], []

    def request():
        asked.append(1)
        raise error

    with pytest.raises(type(error)):
        ask(request, "a price", Patience(retries=2, wait=40, sleep=pauses.append))
    assert len(asked) == (3 if again else 1)
    assert pauses == ([40, 60] if again else [])  # never more than a minute


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, NoAnswerError),
        (401, NoAnswerError),
        (404, NoAnswerError),
        (408, BadAnswerError),
        (429, TooManyRequestsError),
        (500, BadAnswerError),
        (503, BadAnswerError),
    ],
)
def test_a_status_says_what_to_do(status, error):
    with pytest.raises(error):
        refuse_status(status, "a source")


@pytest.mark.parametrize(
    ("come_back", "said"),
    [
        (None, "in 10 minutes, after 2020-01-02 12:10:00 UTC"),
        ("1", "in 1 minute, after 2020-01-02 12:00:01 UTC"),
        ("9" * 400, "in 1440 minutes"),
        ("-5", "in 10 minutes"),
        ("٣", "in 10 minutes"),  # a digit, elsewhere
        (format_datetime(datetime(2020, 1, 2, 12, 30, tzinfo=UTC), usegmt=True), "in 30 minutes"),
        (format_datetime(datetime(2019, 1, 2, tzinfo=UTC), usegmt=True), "in 1 minute"),
        ("Fri, 99 Foo 2020 00:00:00 GMT", "in 10 minutes"),
    ],
)
def test_when_to_come_back(come_back, said):
    assert said in stop_asking("EDGAR", come_back, datetime(2020, 1, 2, 12, tzinfo=UTC))
