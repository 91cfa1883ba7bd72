"""Macro series, forecast together."""

from kedro.pipeline import Pipeline

from rnn_trading.experiments import encoder_decoder, residual_macro
from rnn_trading.experiments.macro import macro_experiment
from rnn_trading.plan import ONE_EACH, Plan
from rnn_trading.skill.protocols import CAREFUL

EXPERIMENTS = ("multivariate.macro",)


def create_experiment(name: str, plan: Plan = ONE_EACH) -> Pipeline:
    """One of :data:`EXPERIMENTS`, from ``macro`` to its skill records: of recursion, and of paths at once.

    In the careful protocol there is one record, of paths at once that correct a simple forecast.
    """
    if plan.protocol == CAREFUL:
        return residual_macro.macro_experiment(name, plan)
    return macro_experiment(name, plan) + encoder_decoder.of_several_series(name, plan)
