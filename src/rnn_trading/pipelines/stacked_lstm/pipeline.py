"""The stacked LSTM over past returns of weeks or days: one pipeline under a namespace for each experiment."""

from kedro.pipeline import Pipeline

from rnn_trading.experiments import panels, rank_panels
from rnn_trading.plan import ONE_EACH, Plan
from rnn_trading.skill.protocols import CAREFUL

TABLES = {
    "stacked_lstm.classification": "returns_weekly",
    "stacked_lstm.regression": "returns_weekly",
    "stacked_lstm.daily": "returns_daily",
}
EXPERIMENTS = tuple(TABLES)
PROBABILITIES = ("stacked_lstm.classification",)


def create_experiment(name: str, plan: Plan = ONE_EACH) -> Pipeline:
    """One of :data:`EXPERIMENTS`, from its table of sequences to its skill record, figures and page."""
    kind = rank_panels if plan.protocol == CAREFUL else panels
    return kind.panel_experiment(name, TABLES[name], plan, probabilities=name in PROBABILITIES)
