"""Recurrent neural networks for quantitative trading, as reproducible Kedro pipelines."""

__version__ = "0.1.0"
