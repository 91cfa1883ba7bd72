"""Recurrent neural networks for quantitative trading, as reproducible Kedro pipelines."""

import os

__version__ = "0.10.0"

# scikit-learn's OpenMP threads spin while they wait. On busy cores (beside TensorFlow's threads, or another run)
# that turns a fit of a second into minutes; waiting without spinning costs next to nothing. OpenMP reads this once,
# when it is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
