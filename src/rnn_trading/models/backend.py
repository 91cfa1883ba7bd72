"""TensorFlow and Keras, imported without the lines that TensorFlow's C++ side writes at its start.

They go to the file descriptor of stderr before any setting of TensorFlow applies. If the import fails with a Python
exception, what was written is shown after all.
"""

import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _held_back_stderr() -> Iterator[None]:
    kept = os.dup(2)
    with tempfile.TemporaryFile() as written:
        os.dup2(written.fileno(), 2)
        try:
            yield
        except BaseException:
            written.seek(0)
            os.write(kept, written.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)


with _held_back_stderr():
    import keras
    import tensorflow as tf

logger = logging.getLogger(__name__)


def let_memory_grow() -> None:
    """Let TensorFlow take memory of a GPU as it needs it, not all of it at once: other processes may want some."""
    for gpu in tf.config.list_physical_devices("GPU"):
        try:
            tf.config.experimental.set_memory_growth(gpu, True)
        except (RuntimeError, ValueError) as error:  # a notebook has used TensorFlow before, or divided the GPU
            logger.warning("TensorFlow keeps all memory of %s: %s", gpu.name, error)


let_memory_grow()

__all__ = ["keras", "tf"]
