"""Macro series, forecast together."""

from kedro.pipeline import Pipeline

from rnn_trading.experiments import encoder_decoder
from rnn_trading.experiments.macro import macro_experiment
from rnn_trading.plan import ONE_EACH, Plan

EXPERIMENTS = ("multivariate.macro",)


def create_experiment(name: str, plan: Plan = ONE_EACH) -> Pipeline:
    """One of :data:`EXPERIMENTS`, from ``macro`` to its skill records: of recursion, and of paths at once."""
    return macro_experiment(name, plan) + encoder_decoder.of_several_series(name, plan)
