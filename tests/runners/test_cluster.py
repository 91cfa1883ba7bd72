"""Runs by workers of Dask, all on this computer."""

import os
import queue
import select
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from rnn_trading import redaction
from rnn_trading.runners import ExecutorRunner, WorkersError, cluster

from . import toy

SECONDS = 120
pytestmark = pytest.mark.xdist_group("dask")


def refusal(address, folder, **given):
    """What is said of a run that cannot begin."""
    with pytest.raises(WorkersError) as refused:
        ExecutorRunner(kind="dask", address=address, **given).run(toy.pipeline(), toy.catalog(folder))
    assert [path.name for path in folder.iterdir()] == ["source.json"]
    return str(refused.value)


def test_without_dask_it_is_said_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    said = refusal("127.0.0.1:1", tmp_path)
    assert said.startswith("kind=dask needs Dask: pip install 'rnn-trading[dask]'")


@pytest.fixture(scope="module")
def started():
    """Starts clusters, and ends them when the tests of this file have ended."""
    distributed = pytest.importorskip("distributed", reason="the extra dask is not installed")
    clusters = []

    def start(workers, threads=1):
        clusters.append(
            distributed.LocalCluster(
                n_workers=workers, threads_per_worker=threads, dashboard_address="127.0.0.1:0", silence_logs="CRITICAL"
            )
        )
        return clusters[-1]

    yield start
    for each in clusters:
        each.close()


@pytest.fixture(scope="module")
def two(started):
    """The address of a cluster of two workers."""
    return started(2).scheduler_address


def test_workers_of_dask_make_what_one_process_makes(two, tmp_path):
    ExecutorRunner(kind="dask", address=two).run(toy.pipeline(), toy.catalog(tmp_path))
    assert toy.read(tmp_path, "collected") == toy.COLLECTED
    assert os.getpid() not in {toy.read(tmp_path, f"fit_{number}")["process"] for number in toy.NUMBERS}


def test_a_node_whose_worker_is_lost_is_given_to_another(two, tmp_path):
    marker = str(tmp_path / "marker")
    pipeline, catalog = toy.pipeline(toy.die_once, marker=marker), toy.catalog(tmp_path, marker=marker)
    ExecutorRunner(kind="dask", address=two).run(pipeline, catalog)
    assert os.path.exists(marker)
    assert toy.read(tmp_path, "collected") == toy.COLLECTED


def test_what_a_node_raises_comes_back(two, tmp_path):
    with pytest.raises(ValueError, match="spreaded is of no use") as raised:
        ExecutorRunner(kind="dask", address=two).run(toy.pipeline(toy.refuse), toy.catalog(tmp_path))
    assert isinstance(raised.value.__cause__, KeyError)


def test_what_a_worker_logs_shows_no_secret(two, tmp_path, monkeypatch):
    monkeypatch.setattr(redaction, "_known", {"swordfish 9"})
    pipeline, catalog = toy.pipeline(toy.tell, secret="secret"), toy.catalog(tmp_path, secret="swordfish 9")
    ExecutorRunner(kind="dask", address=two).run(pipeline, catalog)
    assert toy.read(tmp_path, "fit_3")["said"] == f"asked with {redaction.HIDDEN}"


def test_where_nobody_listens_nothing_is_run(two, tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "SECONDS_TO_CONNECT", 0.2)
    assert refusal("127.0.0.1:1", tmp_path).startswith("No Dask scheduler answers at address=127.0.0.1:1: Timed out")
    assert "missing port number" in refusal("nowhere", tmp_path)


def test_workers_that_cannot_do_it_are_refused(started, two, tmp_path, monkeypatch):
    nobody = started(0).scheduler_address
    assert refusal(nobody, tmp_path, patience=0.1).startswith(
        f"The Dask scheduler at {nobody} has had no worker for 0.1 seconds. Nothing was run. Start one: dask worker "
    )
    assert " has 2 threads. Seeds of networks belong to a process" in refusal(
        started(1, threads=2).scheduler_address, tmp_path
    )
    with monkeypatch.context() as here:
        here.setattr(cluster, "code_here", lambda modules: "0")
        assert " has other code than is here, of the nodes of this run. Bring it to" in refusal(two, tmp_path)
    with monkeypatch.context() as here:
        here.setattr(cluster, "seen_from_here", toy.fit)  # as the same question of another version
        assert refusal(two, tmp_path).startswith("A Dask worker cannot say which code it has: ")
    monkeypatch.setattr(cluster, "__version__", "0")
    assert "; here it is 0." in refusal(two, tmp_path)


def test_a_worker_that_does_not_reach_the_folder_is_refused(two, tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rename(tmp_path / "elsewhere")
    monkeypatch.setattr("rnn_trading.runners.cluster.Path.cwd", lambda: gone)
    with pytest.raises(WorkersError, match=f"has no folder {gone}. Nodes give each other files"):
        ExecutorRunner(kind="dask", address=two).run(toy.pipeline(), toy.catalog(tmp_path))


@pytest.mark.parametrize(
    ("way", "why"),
    [
        ("an error", "For 0.05 seconds there has been no Dask worker, or no scheduler (RuntimeError: unheard of)."),
        ("no answer", "For 0.1 seconds the Dask scheduler has not answered."),
    ],
)
def test_whatever_happens_to_the_watch_the_run_ends(way, why, monkeypatch):
    """Also an error that nobody thought of, and a scheduler that is there and does not answer."""
    monkeypatch.setattr(cluster, "SECONDS_BETWEEN_LOOKS", 0.01)
    monkeypatch.setattr(cluster, "SECONDS_TO_ANSWER", 0.05 if way == "no answer" else SECONDS)
    answers, lost = threading.Event(), queue.Queue()

    class Client:
        status = "running"

        def scheduler_info(self, n_workers):
            if way == "an error":
                raise RuntimeError("unheard of")
            answers.wait()
            return {"workers": {}}

    watched = cluster.Cluster.__new__(cluster.Cluster)
    watched._client, watched._patience, watched._ends = Client(), 0.05, threading.Event()
    watched.watch(lost.put)
    try:
        said = lost.get(timeout=SECONDS)
    finally:
        watched._ends.set()
        answers.set()
    assert said == why


class Losing:
    """Dask's executor, by whose workers the first answers are lost."""

    def __init__(self, lost, error=cluster.LOST_ANSWER):
        self.asked, self._lost, self._error = 0, lost, error

    def submit(self, function, *arguments):
        self.asked += 1
        sent = Future()
        if self.asked > self._lost:
            sent.set_result(function(*arguments))
        else:
            sent.set_exception(TypeError(self._error))
        return sent


@pytest.mark.parametrize(("lost", "asked"), [(0, 1), (2, 3), (3, 4), (4, 4)])
def test_a_lost_answer_is_asked_for_again_but_not_for_ever(lost, asked):
    workers = cluster.Cluster.__new__(cluster.Cluster)
    workers._executor, workers._ends = Losing(lost), threading.Event()
    answer = workers.submit(abs, -3)
    assert workers._executor.asked == asked
    assert answer.exception() is None and answer.result() == 3 if lost < 4 else "NoneType" in str(answer.exception())


def test_an_error_of_a_node_is_raised_at_once():
    workers = cluster.Cluster.__new__(cluster.Cluster)
    workers._executor, workers._ends = Losing(1, "unsupported operand"), threading.Event()
    with pytest.raises(TypeError, match="unsupported operand"):
        workers.submit(abs, -3).result()
    assert workers._executor.asked == 1


def test_where_no_worker_is_left_the_run_ends(started, tmp_path):
    ends = started(1)
    fifo = str(tmp_path / "fifo")
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    runner = ExecutorRunner(kind="dask", address=ends.scheduler_address, patience=0.2)
    # No other node's answer is on its way when the worker ends: it could come first.
    pipeline = toy.pipeline(toy.block, fifo=fifo).only_nodes("spread", "fit_3")
    with ThreadPoolExecutor(1) as thread:
        run = thread.submit(runner.run, pipeline, toy.catalog(tmp_path, fifo=fifo))
        assert select.select([reader], [], [], SECONDS)[0], "the worker did not begin"
        ends.scale(0)
        error = run.exception(SECONDS)
    os.close(reader)
    assert isinstance(error, WorkersError)
    assert "fit_3" in str(error)
    assert str(error).endswith("--only-missing-outputs all else that was finished, too.")
