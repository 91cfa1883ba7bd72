"""How many threads TensorFlow computes with. Free of TensorFlow, so that a worker can be told before it imports it."""

import os
import sys

INSIDE, BETWEEN = "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"


def limit_threads(threads: int) -> None:
    """Let TensorFlow compute with so many threads in this process, and in those that it starts from now on.

    Parameters
    ----------
    threads
        1 or more: inside an operation, and as many operations side by side.

    Raises
    ------
    ValueError
        If ``threads`` is below 1.
    RuntimeError
        If TensorFlow has computed in this process already: then its threads cannot change any more.
    """
    if threads < 1:
        raise ValueError(f"threads: expected 1 or more. Received: {threads}.")
    tf = sys.modules.get("tensorflow")
    if tf is not None:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
    os.environ[INSIDE] = os.environ[BETWEEN] = str(threads)
