"""How many threads TensorFlow computes with is settled before it computes."""

import sys

import pytest

from rnn_trading.models.threads import limit_threads
from tests.processes import finished_process

LIMITED = """
from rnn_trading.models.backend import limit_threads, tf
limit_threads(1)
print(tf.config.threading.get_intra_op_parallelism_threads(), tf.config.threading.get_inter_op_parallelism_threads())
tf.constant(1.0) + 1
try:
    limit_threads(2)
except RuntimeError:
    print("too late")
"""


def test_threads_are_limited_before_anything_is_computed():
    process = finished_process([sys.executable, "-c", LIMITED])
    assert process.stdout.split() == ["1", "1", "too", "late"]


def test_less_than_one_thread_is_refused():
    with pytest.raises(ValueError, match="threads: expected 1 or more. Received: 0"):
        limit_threads(0)
