"""Two runs that would break each other's files: the second is told of the first; a lock ends with its process."""

import signal
import subprocess
import sys
import textwrap

import pytest

from rnn_trading.workspace.claims import Claim, Claims
from tests.processes import started


def claim(run="1", writes=(), reads=(), shared=None):
    return Claim(run, 1, "host", "today", "kedro run", frozenset(writes), frozenset(reads), shared or {})


@pytest.mark.parametrize(
    ("first", "second", "conflict"),
    [
        (claim(writes="ab"), claim(writes="cd"), []),
        (claim(writes="ab"), claim(writes="bc"), ["b"]),
        # Whoever reads must not see files of two runs.
        (claim(writes="ab"), claim(writes="c", reads="b"), ["b"]),
        (claim(writes="c", reads="b"), claim(writes="ab"), ["b"]),
        (claim(writes="a", reads="x"), claim(writes="b", reads="x"), []),
        # Shared tables of one origin, and others.
        (claim(writes="ta", shared={"t": "mine"}), claim(writes="tb", shared={"t": "mine"}), []),
        (claim(writes="ta", shared={"t": "mine"}), claim(writes="tb", shared={"t": "other"}), ["t"]),
        (claim(writes="ta", shared={"t": "mine"}), claim(writes="b", reads="t", shared={"t": "mine"}), []),
        # Nothing but shared tables: it is the same run twice.
        (claim(writes="t", shared={"t": "mine"}), claim(writes="tb", shared={"t": "mine"}), ["t"]),
        (claim(writes="ta", shared={"t": "mine"}), claim(writes="ta", shared={"t": "mine"}), ["a", "t"]),
    ],
)
def test_which_runs_disturb_each_other(first, second, conflict):
    assert first.conflict(second) == second.conflict(first) == conflict


def test_a_claim_comes_back_from_a_file_as_it_was():
    made = claim(writes="ab", reads="c", shared={"a": "x"})
    assert Claim.from_json(made.to_json()) == made


def test_a_claim_lives_until_it_is_given_up(tmp_path):
    claims, mine = Claims(tmp_path / "running"), claim("mine", "a")
    with claims.one_at_a_time():
        assert claims.others() == ([], [])
        lock = claims.take(mine)
        assert claims.others() == ([mine], [])
    claims.give_up(mine, lock)
    assert claims.others() == ([], [])


def test_a_claim_ends_with_a_process_that_is_killed(tmp_path):
    script = """
        import sys
        from pathlib import Path
        from rnn_trading.workspace.claims import Claim, Claims
        claims = Claims(Path(sys.argv[1]))
        with claims.one_at_a_time():
            claims.take(Claim("theirs", 1, "host", "today", "kedro run", frozenset("a")))
        print("now", flush=True)
        sys.stdin.read()
    """
    command = [sys.executable, "-c", textwrap.dedent(script), str(tmp_path)]
    claims = Claims(tmp_path)
    with started(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.readline() == b"now\n"
        living, ended = claims.others()
        assert ([other.run for other in living], ended) == (["theirs"], [])
        process.send_signal(signal.SIGKILL)
        process.wait()
        living, ended = claims.others()
    assert (living, [other.run for other in ended]) == ([], ["theirs"])
    claims.forget(ended[0])
    assert claims.others() == ([], [])


def test_a_claim_that_was_cut_by_a_kill_is_removed(tmp_path):
    for name, text in {"empty": "", "cut": claim().to_json()[:20], "other": "[]"}.items():
        (tmp_path / f"{name}.json").write_text(text)
    assert Claims(tmp_path).others() == ([], [])
    assert list(tmp_path.glob("*.json")) == []
