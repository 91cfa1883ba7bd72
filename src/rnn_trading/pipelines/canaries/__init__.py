"""See ``pipeline.py``."""

from .pipeline import create_pipeline, plan_of

__all__ = ["create_pipeline", "plan_of"]
