"""See ``pipeline.py``."""

from .pipeline import EXPERIMENTS, LATEST_OF_CHOSEN, create_experiment

__all__ = ["EXPERIMENTS", "LATEST_OF_CHOSEN", "create_experiment"]
