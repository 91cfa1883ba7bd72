"""The register of trials to a table and a page."""

from kedro.pipeline import Pipeline

from rnn_trading.experiments import wiring

from . import nodes


def create_pipeline() -> Pipeline:
    """Every fit that the register has."""
    return Pipeline([wiring.node(nodes.show_register, "register_table", "register_page")])
