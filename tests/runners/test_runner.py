"""Runs in worker processes: what is refused, what comes back, and what becomes of workers that are killed."""

import os
import pickle
import select
import signal
import subprocess
import sys
import threading
import traceback
from concurrent.futures import BrokenExecutor, Future

import pytest
from kedro.io import CachedDataset, DataCatalog, MemoryDataset
from kedro.pipeline import Node, Pipeline
from kedro.runner import Task

from rnn_trading import redaction
from rnn_trading.datasets.whole import JSONDataset
from rnn_trading.runners import ExecutorRunner, WorkersError
from rnn_trading.runners.executor import NodeExecutor, part_of, secrets_in
from rnn_trading.runners.workers import failure
from tests.conftest import ROOT
from tests.processes import finished_process, started

from . import toy

SECONDS = 120


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"workers": 0}, "workers: expected a whole number of 1 or more. Received: 0."),
        ({"workers": -2}, "workers: expected a whole number of 1 or more. Received: -2."),
        ({"workers": "two"}, "workers: expected a whole number of 1 or more. Received: 'two'."),
        ({"workers": 1.5}, "workers: expected a whole number of 1 or more. Received: 1.5."),
        ({"workers": True}, "workers: expected a whole number of 1 or more. Received: True."),
        ({"kind": "threads"}, "kind: expected processes or dask. Received: 'threads'."),
        ({"kind": "dask"}, "kind=dask needs address=HOST:PORT, of its scheduler. Received: None."),
        ({"kind": "dask", "address": 8786}, "kind=dask needs address=HOST:PORT, of its scheduler. Received: 8786."),
        ({"kind": "dask", "address": "a:1", "workers": 2}, "workers goes with kind=processes."),
        ({"kind": "dask", "address": "a:1", "patience": 0}, "patience: expected seconds, more than 0. Received: 0."),
        ({"address": "a:1"}, "address goes with kind=dask."),
        ({"is_async": True}, "leave out --async and is_async."),
    ],
)
def test_parameters_that_do_not_go_together_are_refused(given, message):
    with pytest.raises(ValueError) as refused:
        ExecutorRunner(**given)
    assert message in str(refused.value)


class Locked(JSONDataset):
    """Cannot be sent."""

    def __init__(self, **given):
        super().__init__(**given)
        self.lock = threading.Lock()


def test_what_cannot_be_sent_is_named_before_anything_runs(tmp_path):
    catalog = toy.catalog(tmp_path)
    del catalog._datasets["spreaded"]
    catalog["collected"] = MemoryDataset()
    catalog["fit_0"] = Locked(filepath=str(tmp_path / "fit_0.json"))
    catalog["fit_1"] = CachedDataset(JSONDataset(filepath=str(tmp_path / "fit_1.json")))
    with pytest.raises(WorkersError) as refused:
        ExecutorRunner(workers=1).run(toy.pipeline(lambda spreaded: spreaded), catalog)
    lines = str(refused.value).splitlines()
    assert lines[0] == "This cannot be run by workers:"
    assert lines[1].startswith("  The node fit_3 cannot be sent to another process (Can't pickle ")
    made = "makes in the memory of a worker, would not"
    assert lines[2] == (
        f"  spreaded, which spread {made} reach fit_0, fit_1, fit_2, fit_3. Give it an entry with a file in the "
        "catalog."
    )
    assert lines[3].startswith(f"  fit_1, which fit_1 {made} reach collect. Give it an entry")
    assert lines[4].startswith(f"  collected, which collect {made} come back from there. Give it an entry")
    assert lines[5].startswith("  fit_0 of fit_0, collect (Locked) cannot be sent to another process: ")
    assert lines[6:] == ["  and 1 more", "Nothing was run. Without --runner, all of it runs in one process."]
    assert not (tmp_path / "fit_2.json").exists()


def test_a_worker_gets_the_datasets_of_its_node_alone_with_their_checks(tmp_path):
    catalog = DataCatalog.from_config(
        {
            "mine": {"type": "json.JSONDataset", "filepath": f"{tmp_path}/mine.json", "validator": "builtins.sorted"},
            "made": {"type": "json.JSONDataset", "filepath": f"{tmp_path}/made.json"},
            "other": {"type": "json.JSONDataset", "filepath": "s3://there/a.json", "credentials": "mine"},
        },
        credentials={"mine": {"key": "a secret of mine"}},
    )
    sent = part_of(catalog, Node(toy.refuse, "mine", "made", name="a"))
    assert sorted(sent) == ["made", "mine"]
    assert list(sent.validator_specs) == ["mine"]
    assert b"a secret of mine" not in pickle.dumps(sent)


def test_two_workers_make_what_one_process_makes(tmp_path, caplog, monkeypatch):
    monkeypatch.setattr("rnn_trading.progress.SECONDS_BETWEEN_REPORTS", float("inf"))  # the last fit is told always
    with caplog.at_level("INFO", "rnn_trading"):
        ExecutorRunner(workers=2).run(toy.pipeline(), toy.catalog(tmp_path))
    assert toy.read(tmp_path, "collected") == toy.COLLECTED
    processes = {toy.read(tmp_path, f"fit_{number}")["process"] for number in toy.NUMBERS}
    assert os.getpid() not in processes and len(processes) <= 2
    nodes = ["spread", *(f"fit_{number}" for number in toy.NUMBERS), "collect"]
    told = [record.getMessage() for record in caplog.records if record.name.startswith("rnn_trading")]
    assert sorted(told) == sorted([*(f"Done: {name}" for name in nodes), "Fits: 4 of 4 done"])


@pytest.mark.parametrize(
    ("node", "kind", "message"),
    [
        (toy.refuse, ValueError, "spreaded is of no use"),
        (toy.refuse_unsendably, ValueError, "number is 3"),
    ],
)
def test_what_a_node_raises_comes_back(tmp_path, node, kind, message):
    with pytest.raises(kind) as raised:
        ExecutorRunner(workers=1).run(toy.pipeline(node), toy.catalog(tmp_path))
    assert str(raised.value) == message
    assert node is toy.refuse_unsendably or isinstance(raised.value.__cause__, KeyError)
    assert f"in {node.__name__}" in raised.value.__notes__[0]


def test_what_comes_back_shows_no_secret():
    address = "https://user:hunter2secret@host/x?apikey=ABCDEFG"
    error = ValueError(f"401 for {address}")
    error.__cause__ = KeyError(address)
    sent = failure(error)
    assert sent.way.count("https://host/x?(not shown)") == 2
    sent.error().__traceback__ = None
    shown = f"{sent} {''.join(traceback.format_exception(sent.error()))}"
    assert "hunter2secret" not in shown and "ABCDEFG" not in shown


def test_a_worker_is_told_the_secrets_that_it_could_show_and_logs_none(tmp_path, monkeypatch):
    monkeypatch.setattr(redaction, "_known", {"swordfish ä9", "of another 1"})
    assert secrets_in(pickle.dumps({"key": "my swordfish ä9"})) == ["swordfish ä9"]
    pipeline, catalog = toy.pipeline(toy.tell, secret="secret"), toy.catalog(tmp_path, secret="swordfish ä9")
    ExecutorRunner(workers=1).run(pipeline, catalog)
    assert toy.read(tmp_path, "fit_3")["said"] == f"asked with {redaction.HIDDEN}"


class Breaking:
    """Workers that have ended, while a thread of theirs is about to tell of the nodes that they had."""

    def __init__(self):
        self.executor = NodeExecutor(self, [])
        self.executor._sent[Future()] = (Node(toy.fit_1, "a", "b", name="fit_1"), self)
        self.could_be_told = []

    def submit(self, function, *arguments):
        raise BrokenExecutor

    def running(self):
        def tell():
            taken = self.executor._lock.acquire(blocking=False)
            self.could_be_told.append(taken)
            if taken:
                self.executor._lock.release()

        thread = threading.Thread(target=tell)
        thread.start()
        thread.join()
        return True


def test_nobody_is_told_of_a_node_while_those_at_work_are_named(tmp_path):
    workers = Breaking()
    task = Task(Node(toy.fit_0, "spreaded", "fit_0", name="fit_0"), toy.catalog(tmp_path), is_async=False)
    with pytest.raises(WorkersError, match="or about to begin them: fit_0, fit_1. Networks that were fitted are kept"):
        workers.executor.submit(task)
    assert workers.could_be_told == [False]


def test_after_a_worker_was_killed_the_run_says_what_it_was_at_and_the_next_completes(tmp_path):
    marker = str(tmp_path / "marker")
    pipeline, catalog = toy.pipeline(toy.die_once, marker=marker), toy.catalog(tmp_path, marker=marker)
    with pytest.raises(WorkersError) as ended:
        ExecutorRunner(workers=2).run(pipeline, catalog)
    assert str(ended.value).startswith(
        "A worker ended in the middle of its work: it was killed, or there was no memory"
    )
    assert "fit_3" in str(ended.value)
    assert str(ended.value).endswith("--only-missing-outputs all else that was finished, too.")
    assert (tmp_path / "spreaded.json").exists()
    ExecutorRunner(workers=2).run(pipeline, catalog)
    assert toy.read(tmp_path, "collected") == toy.COLLECTED


BLOCKED = """
import sys
from pathlib import Path
from rnn_trading.runners import ExecutorRunner
from tests.runners import toy
folder = Path(sys.argv[1])
fifo = str(folder / "fifo")
ExecutorRunner(workers=1).run(toy.pipeline(toy.block, fifo=fifo), toy.catalog(folder, fifo=fifo))
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_workers_end_with_the_process_that_began_the_run(tmp_path, number):
    os.mkfifo(tmp_path / "fifo")
    command = [sys.executable, "-c", BLOCKED, str(tmp_path)]
    reader = os.open(tmp_path / "fifo", os.O_RDONLY | os.O_NONBLOCK)
    with started(command, SECONDS, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        assert select.select([reader], [], [], SECONDS)[0], "the worker did not begin"
        worker = int(os.read(reader, 100))
        assert worker != process.pid
        process.send_signal(number)
        assert select.select([reader], [], [], SECONDS)[0], "the worker did not end"
        assert os.read(reader, 100) == b""
        assert process.wait(SECONDS) != 0
    os.close(reader)


def test_nothing_to_do_needs_no_worker(tmp_path, monkeypatch):
    monkeypatch.setattr("rnn_trading.runners.runner.Processes", None)
    assert ExecutorRunner(workers=1).run(Pipeline([]), toy.catalog(tmp_path)) == {}


@pytest.mark.parametrize("first", ["import numpy", "import rnn_trading"])
def test_sums_do_not_depend_on_the_number_of_cores(first):
    code = f"{first}, rnn_trading, scipy.linalg; from threadpoolctl import threadpool_info as found"
    code += "; print(*(each['num_threads'] for each in found() if each['user_api'] == 'blas'))"
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("OPENBLAS_N", "MKL_"))}
    said = finished_process([sys.executable, "-c", code], env=environment).stdout.split()
    assert said and set(said) == {"1"}
