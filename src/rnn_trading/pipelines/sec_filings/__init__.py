"""See ``pipeline.py``."""

from .pipeline import EXPERIMENTS, create_experiment, create_pipeline

__all__ = ["EXPERIMENTS", "create_experiment", "create_pipeline"]
