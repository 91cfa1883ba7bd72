"""See ``pipeline.py``."""

from .pipeline import create_of_series, create_pipeline

__all__ = ["create_of_series", "create_pipeline"]
