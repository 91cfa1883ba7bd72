"""Macro series, forecast together."""

from kedro.pipeline import Pipeline

from rnn_trading.experiments import encoder_decoder, wiring
from rnn_trading.experiments.macro import macro_experiment

EXPERIMENTS = ("multivariate.macro",)


def create_experiment(name: str) -> Pipeline:
    """One of :data:`EXPERIMENTS`, from ``macro`` to its skill records: of recursion, and of paths at once."""
    return macro_experiment(name) + encoder_decoder.of_several_series(name)


def create_pipeline() -> Pipeline:
    """All of them."""
    return wiring.together("multivariate", map(create_experiment, EXPERIMENTS))
