"""Figures in one style, by kind of data.

Matplotlib takes a third of a second to import, and most commands draw nothing: a module of figures is imported when it
is first asked for, as in ``figures.panels.learning_curves(...)``.
"""

from typing import TYPE_CHECKING, Any

__all__ = [
    "Figure",
    "epochs",
    "explanations",
    "filings",
    "folds",
    "how_sure",
    "inputs",
    "macro",
    "panels",
    "portfolio",
    "series",
    "skill",
    "text",
]

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from rnn_trading.figures import (
        epochs,
        explanations,
        filings,
        folds,
        how_sure,
        inputs,
        macro,
        panels,
        portfolio,
        series,
        skill,
        text,
    )
else:
    from importlib import import_module

    # The types of a node are resolved to find its parameter sets. There, a figure is any object.
    Figure = object

    def __getattr__(name: str) -> Any:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return import_module(f"{__name__}.{name}")
