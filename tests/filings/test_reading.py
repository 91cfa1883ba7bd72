"""Reading on all cores, inside a process that itself belongs to a runner."""

import multiprocessing

from rnn_trading.filings.reading import FEWEST_CHARACTERS, on_all_cores


def share_work(results):
    results.put(list(on_all_cores([(pow, 2, exponent) for exponent in range(4)], FEWEST_CHARACTERS)))


def test_a_process_of_a_runner_ends_when_its_work_is_done():
    context = multiprocessing.get_context("spawn")
    results = context.SimpleQueue()
    worker = context.Process(target=share_work, args=(results,))
    worker.start()
    assert results.get() == [1, 2, 4, 8]
    worker.join(timeout=60)
    ended = worker.exitcode
    worker.kill()
    assert ended == 0
