"""See ``pipeline.py``."""

from .pipeline import EXPERIMENTS, create_experiment, create_latest_of_chosen, networks_of

__all__ = ["EXPERIMENTS", "create_experiment", "create_latest_of_chosen", "networks_of"]
