"""No process and no thread of a test keeps it from ending."""

import os
import subprocess
import sys

import pytest

from tests.processes import end, finished_process, in_threads, started

WAITS = """
import sys, threading

def waits():
    print("now", flush=True)
    threading.Event().wait()

waits()
"""
# Leaves a process behind that writes to the same files, and never ends.
LEAVES = f"""
import subprocess, sys
with subprocess.Popen([sys.executable, "-c", {WAITS!r}], stdout=subprocess.PIPE, pass_fds=[int(sys.argv[1])]) as left:
    left.stdout.readline()
    print("left")
    sys.stdout.flush()
    import os
    os._exit(0)
"""


def test_a_process_that_waits_is_ended_and_says_where_it_stood(tmp_path):
    with (
        (tmp_path / "err").open("wb") as err,
        started([sys.executable, "-c", WAITS], stdout=subprocess.PIPE, stderr=err) as process,
    ):
        assert process.stdout.readline() == b"now\n"
        end(process)
    assert process.returncode < 0
    assert "in waits" in (tmp_path / "err").read_text()


def test_a_process_that_takes_too_long_is_an_error():
    with pytest.raises(AssertionError, match=r"did not end within 0\.01 s"):
        finished_process([sys.executable, "-c", WAITS], patience=0.01)


def test_a_process_that_fails_is_an_error_that_says_what_it_wrote():
    fails = [sys.executable, "-c", "import sys; print('so far'); sys.exit('no further')"]
    with pytest.raises(AssertionError, match=r"(?s)ended with 1.*so far.*no further"):
        finished_process(fails)
    assert finished_process(fails, check=False).stderr == "no further\n"


def test_what_a_process_leaves_behind_is_not_waited_for_but_ended():
    read, write = os.pipe()
    assert finished_process([sys.executable, "-c", LEAVES, str(write)], pass_fds=[write]).stdout == "left\n"
    os.close(write)
    assert os.read(read, 1) == b""  # comes when the last process that could write has ended
    os.close(read)


def test_a_block_that_fails_ends_its_process():
    with pytest.raises(KeyError), started([sys.executable, "-c", WAITS], stdout=subprocess.DEVNULL) as process:
        raise KeyError
    assert process.returncode == -9


def test_threads_give_their_results_in_order():
    assert in_threads([lambda: "a", lambda: "b"]) == ["a", "b"]
