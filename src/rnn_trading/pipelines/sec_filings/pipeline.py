"""Annual reports to the return of the sessions that follow."""

from kedro.pipeline import Pipeline

from rnn_trading.experiments import wiring
from rnn_trading.experiments.filings import filing_experiment
from rnn_trading.plan import ONE_EACH, Plan

EXPERIMENTS = ("sec_filings.returns",)


def create_experiment(name: str, plan: Plan = ONE_EACH) -> Pipeline:
    """One of :data:`EXPERIMENTS`, from ``filings``, their prices and sentences, to its page."""
    return filing_experiment(name, plan)


def create_pipeline(plan: Plan = ONE_EACH) -> Pipeline:
    """All of them."""
    return wiring.together("sec_filings", (create_experiment(name, plan) for name in EXPERIMENTS))
