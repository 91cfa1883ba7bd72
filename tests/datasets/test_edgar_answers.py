import pytest

from rnn_trading.datasets.edgar_answers import Watch, check_answer
from rnn_trading.datasets.retries import BadAnswerError, NoAnswerError, TooManyRequestsError

PATH = "/Archives/edgar/data/1/report.htm"


class Answer:
    """As httpx gives it to what looks at it."""

    has_redirect_location = False

    def __init__(self, status, body, **headers):
        self.url, self.status_code, self.headers, self.body = self, status, headers, body
        self.path = PATH

    def iter_bytes(self):
        yield self.body


def hide(watch, answer):
    """As edgartools does: it catches what it does not know, and goes on."""
    try:
        watch.look_at_answer(answer)
    except Exception:
        try:
            watch.look_at_request(None)
        except Exception:
            return "nothing"
    return "a report"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(200, b" "), BadAnswerError),
        (Answer(500, b"a report"), BadAnswerError),
        (Answer(429, b""), TooManyRequestsError),
    ],
)
def test_what_edgartools_hides_is_raised(answer, error):
    watch = Watch()
    with pytest.raises(error):
        watch.attempt(lambda: hide(watch, answer))
    if error is TooManyRequestsError:  # ends all
        with pytest.raises(error):
            watch.attempt(lambda: "what is in memory")
    else:
        assert watch.attempt(lambda: hide(watch, Answer(200, b"whole"))) == "a report"


def test_what_edgartools_raises_instead_is_told_as_what_it_was():
    watch = Watch()

    def fetch():
        hide(watch, Answer(200, b""))
        raise KeyError("primary document")

    with pytest.raises(BadAnswerError, match="EDGAR, .*report.htm: nothing"):
        watch.attempt(fetch)


def test_elsewhere_may_be_what_is_not_at_an_address():
    watch = Watch()
    assert watch.attempt(lambda: hide(watch, Answer(404, b"not here"))) == "a report"
    with pytest.raises(NoAnswerError):
        check_answer(PATH, 404, b"not here")
