"""Macro series, forecast together."""

from kedro.pipeline import Pipeline

from rnn_trading.experiments.macro import macro_experiment

EXPERIMENTS = ("multivariate.macro",)


def create_experiment(name: str) -> Pipeline:
    """One of :data:`EXPERIMENTS`, from ``macro`` to its skill record and figures."""
    return macro_experiment(name)


def create_pipeline() -> Pipeline:
    """All of them."""
    return sum((create_experiment(name) for name in EXPERIMENTS), Pipeline([]))
