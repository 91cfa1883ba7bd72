"""See ``pipeline.py``."""

from .pipeline import EXPERIMENTS, create_experiment

__all__ = ["EXPERIMENTS", "create_experiment"]
