"""TensorFlow and Keras, imported without the lines that TensorFlow's C++ side writes at its start.

They go to the file descriptor of stderr before any setting of TensorFlow applies. Failures of the import are Python
exceptions and arrive as ever.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _silent_stderr() -> Iterator[None]:
    kept, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)


with _silent_stderr():
    import keras
    import tensorflow as tf

__all__ = ["keras", "tf"]
