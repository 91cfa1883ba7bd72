"""Entries of fits that nobody made."""

from rnn_trading.register.entries import Scores, Unit, trial

MADE = {"commit": "0123456789ab", "clean": True, "version": "0.11.0"}


def entry(key, design="d1", test=0.1, validation=0.2, dates=("2020-01-01", "2020-12-31"), **changes):
    """A fit of ``mine.volatility``; its key says when it ended."""
    fit = {"key": key, "ended": f"2026-01-01T00:00:{len(key):02d}Z", "epochs": 3, "seconds": 1.5, "device": "CPU"}
    scores = Scores("r2", True, validation, test, *dates, 250, "rows")
    made_of = {"hash": design, "parameters": {"units": [16]}, "source": "mine.csv"}
    return trial(Unit("mine.volatility", "corrected", 1, 42), fit, MADE, made_of, scores) | changes
