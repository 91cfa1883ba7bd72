from datetime import UTC, datetime, timedelta, timezone

from rnn_trading import __version__
from rnn_trading.pages import stamp as stamps
from rnn_trading.pages.stamp import stamp


def test_a_stamp_says_time_version_and_commit(monkeypatch):
    monkeypatch.setattr(stamps, "commit_of", lambda folder: "0123456789ab")
    at = datetime(2026, 1, 31, 23, 30, tzinfo=timezone(timedelta(hours=-2)))
    assert stamp(at) == f"Made on 2026-02-01 01:30 UTC by rnn-trading {__version__}, commit 0123456789ab."
    assert str(datetime.now(UTC).year) in stamp()
