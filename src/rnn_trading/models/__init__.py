"""Keras models: architectures built from parameters, cells, and one training loop.

Importing this package does not import TensorFlow; importing its modules does.
"""

import os

# TensorFlow's C++ side logs its start, missing GPUs and internal attribute mismatches on stderr unless told
# before it is imported. Failures still arrive as Python exceptions.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
