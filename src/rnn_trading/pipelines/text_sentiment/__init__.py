"""See ``pipeline.py``."""

from .pipeline import EXPERIMENTS, create_experiment, create_inference

__all__ = ["EXPERIMENTS", "create_experiment", "create_inference"]
