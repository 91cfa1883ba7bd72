"""Forecasts to what is left after costs: of many names, and of one series."""

from collections.abc import Callable
from typing import Any

from kedro.pipeline import Node, Pipeline

from rnn_trading.experiments import wiring
from rnn_trading.figures import Figure

from . import nodes, series

GLOBAL: dict[str, Any] = {name: f"params:{name}" for name in ("portfolio_of", "protocol")}
BUILT = ("portfolio_scores", "portfolio_returns", "portfolio_trades", "portfolio_earned", "portfolio_counts")


def create_pipeline() -> Pipeline:
    """A table of forecasts of many names and ``prices`` to a portfolio, its record and its tear sheet."""
    build = wiring.node(
        nodes.build_portfolio,
        *BUILT,
        sequence="params:daily_weekly_sequences.weekly",
        source="params:data_ingestion.source",
        portfolio_of=GLOBAL["portfolio_of"],
        portfolio_file="params:portfolio_file",
    )
    judge = wiring.node(nodes.judge_portfolio, "portfolio_record", **GLOBAL)
    shown = ("portfolio_record", "portfolio_skill")
    figures, page = _drawn(nodes.FIGURES, nodes.write_portfolio_page, shown, "portfolio_page")
    return Pipeline([build, judge, figures, page])


def create_of_series() -> Pipeline:
    """Forecasts of one series that are there, and the index, to positions, their record and a page."""
    trade = wiring.node(
        series.trade_series, "series_portfolio_record", "series_returns", portfolio_of=GLOBAL["portfolio_of"]
    )
    shown = ("series_portfolio_record", "series_skill")
    figures, page = _drawn(series.FIGURES, series.write_series_page, shown, "series_portfolio_page")
    return Pipeline([trade, figures, page])


def _drawn(
    functions: tuple[Callable[..., Figure], ...], write: Callable[..., str], shown: tuple[str, ...], page: str
) -> tuple[Node, Node]:
    """Nodes that draw figures, named after their functions, and write the page that shows them."""
    by_name: dict[str, Any] = {function.__name__: function for function in functions}
    figures = wiring.draw(by_name, f"draw_{page.removesuffix('_page')}")
    inputs: dict[str, Any] = wiring.by_name(*shown, *by_name)
    written = wiring.node(write, page, **inputs)
    return figures, written
