"""Recurrent neural networks for quantitative trading, as reproducible Kedro pipelines."""

import os
import sys

__version__ = "0.13.0"

# scikit-learn's OpenMP threads spin while they wait. On busy cores (beside TensorFlow's threads, or another run)
# that turns a fit of a second into minutes; waiting without spinning costs next to nothing. OpenMP reads this once,
# when it is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# A sum that BLAS shares among threads is rounded as there are threads: numbers would depend on the cores of a computer,
# and on the workers of a run. BLAS reads this when it is loaded.
for _name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
if "numpy" in sys.modules and os.environ["OPENBLAS_NUM_THREADS"] == "1":
    from threadpoolctl import threadpool_limits

    threadpool_limits(1, user_api="blas")
