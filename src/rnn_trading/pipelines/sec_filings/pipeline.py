"""Annual reports to the return of the sessions that follow."""

from kedro.pipeline import Pipeline

from rnn_trading.experiments import wiring
from rnn_trading.experiments.filings import filing_experiment

EXPERIMENTS = ("sec_filings.returns",)


def create_experiment(name: str) -> Pipeline:
    """One of :data:`EXPERIMENTS`, from ``filings``, their prices and sentences, to its page."""
    return filing_experiment(name)


def create_pipeline() -> Pipeline:
    """All of them."""
    return wiring.together("sec_filings", map(create_experiment, EXPERIMENTS))
