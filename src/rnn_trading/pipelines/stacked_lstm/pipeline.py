"""The stacked LSTM over weekly returns: classification and regression, one pipeline under two namespaces."""

from kedro.pipeline import Pipeline

from rnn_trading.experiments import wiring
from rnn_trading.experiments.panels import panel_experiment

EXPERIMENTS = ("stacked_lstm.classification", "stacked_lstm.regression")


def create_experiment(name: str) -> Pipeline:
    """One of :data:`EXPERIMENTS`, from ``returns_weekly`` to its skill record, figures and page."""
    return panel_experiment(name)


def create_pipeline() -> Pipeline:
    """All of them."""
    return wiring.together("stacked_lstm", map(create_experiment, EXPERIMENTS))
