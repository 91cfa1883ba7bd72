import shutil
import subprocess
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from rnn_trading import __version__
from rnn_trading.pages import stamp as stamps
from rnn_trading.pages.stamp import UNKNOWN, commit_of, stamp


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A folder under git with one commit that has one file."""
    if not shutil.which("git"):
        pytest.skip("needs git")
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "code.py").write_text("1\n")

    def git(*arguments):
        own = ["-c", "user.name=a", "-c", "user.email=a@b"]
        return subprocess.run(["git", *own, "-C", tmp_path, *arguments], check=True, capture_output=True, text=True)

    git("init", "--quiet")
    git("add", "code.py")
    git("commit", "--quiet", "--message", "one")
    return tmp_path, git("rev-parse", "HEAD").stdout.strip()


def test_a_stamp_says_time_version_and_commit(monkeypatch):
    monkeypatch.setattr(stamps, "commit_of", lambda folder: "0123456789ab")
    at = datetime(2026, 1, 31, 23, 30, tzinfo=timezone(timedelta(hours=-2)))
    assert stamp(at) == f"Made on 2026-02-01 01:30 UTC by rnn-trading {__version__}, commit 0123456789ab."
    assert str(datetime.now(UTC).year) in stamp()


def test_a_commit_is_that_of_the_folder_and_says_what_is_not_committed(repository):
    folder, commit = repository
    commit_of.cache_clear()
    assert commit_of(folder) == commit[:12]
    (folder / "code.py").write_text("2\n")
    commit_of.cache_clear()
    assert commit_of(folder) == f"{commit[:12]}-dirty"


def test_a_folder_that_git_does_not_track_has_no_known_commit(repository):
    """As a package that is installed into an environment inside somebody's repository."""
    installed = repository[0] / "site-packages"
    installed.mkdir()
    (installed / "code.py").write_text("1\n")
    assert commit_of(installed) == UNKNOWN


def test_without_git_the_commit_is_unknown(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert commit_of(Path(tmp_path) / "nowhere") == UNKNOWN
