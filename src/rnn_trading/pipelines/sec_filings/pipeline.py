"""Annual reports to the return of the sessions that follow."""

from kedro.pipeline import Pipeline

from rnn_trading.experiments.filings import filing_experiment
from rnn_trading.plan import ONE_EACH, Plan

EXPERIMENTS = ("sec_filings.returns",)


def create_experiment(name: str, plan: Plan = ONE_EACH) -> Pipeline:
    """One of :data:`EXPERIMENTS`, from ``filings``, their prices and sentences, to its page."""
    return filing_experiment(name, plan)
