"""How far a run is with its fits."""

import pytest

from rnn_trading import progress
from rnn_trading.progress import Fits
from tests.test_doctests import run_examples


@pytest.fixture
def now(monkeypatch):
    """A clock that a test sets."""
    clock = [100.0]
    monkeypatch.setattr(progress.time, "perf_counter", lambda: clock[0])
    return clock


def test_fits_are_told_at_most_every_few_seconds_and_the_last_always(now):
    fits, told = Fits(50), []
    for second in range(1, 51):
        now[0] = 120.0 + 4 * second  # the first comes after 20 seconds more, in which TensorFlow starts
        told.append(fits.done())
    assert told[0] == "Fits: 1 of 50 done"
    assert [line is not None for line in told[:6]] == [True, False, True, False, True, False]
    assert told[4] == "Fits: 5 of 50 done, about 3 minutes left"
    assert told[44] == "Fits: 45 of 50 done, about 20 seconds left"
    assert told[-1] == "Fits: 50 of 50 done"


def test_fits_that_are_given_back_do_not_shorten_the_others(now):
    fits = Fits(50)
    for _ in range(40):
        now[0] += 0.5
        fits.done()
    for _ in range(5):
        now[0] += 200
        line = fits.done()
    assert line == "Fits: 45 of 50 done, about 8 minutes left"
    for _ in range(4):
        now[0] += 200
        line = fits.done()
    assert line == "Fits: 49 of 50 done, about 3 minutes left"


def test_one_fit_alone_is_not_counted(now):
    fits = Fits(1)
    now[0] = 200.0
    assert fits.done() is None


def test_the_example_of_a_time():
    run_examples("rnn_trading.progress")
