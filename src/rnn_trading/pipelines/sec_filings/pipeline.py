"""Annual reports to the return of the sessions that follow."""

from kedro.pipeline import Pipeline

from rnn_trading.experiments.filings import filing_experiment
from rnn_trading.experiments.text_explaining import EXPLAIN_FILING, TEXT_FIGURES
from rnn_trading.plan import ONE_EACH, Plan
from rnn_trading.skill.protocols import CAREFUL

EXPERIMENTS = ("sec_filings.returns",)


def create_experiment(name: str, plan: Plan = ONE_EACH) -> Pipeline:
    """One of :data:`EXPERIMENTS`, from ``filings``, their prices and sentences, to its page."""
    if plan.protocol == CAREFUL:
        return filing_experiment(name, plan, EXPLAIN_FILING, TEXT_FIGURES)
    return filing_experiment(name, plan)
