"""Skill records of several runs to one comparison."""

from collections.abc import Mapping, Sequence

from kedro.pipeline import Pipeline

from rnn_trading.experiments import wiring

from . import nodes

OUTPUTS = ("run_scores", "run_comparison", "run_comparison_page")


def create_pipeline(expected: dict[str, str], protocols: Mapping[str, Sequence[str]]) -> Pipeline:
    """Whatever records the runs have to one page.

    Parameters
    ----------
    expected
        Of each skill record, the pipeline that makes it.
    protocols
        Of each skill record, the protocols in which it exists.
    """
    compare = wiring.given(nodes.compare_runs, expected=expected, protocols=protocols)
    return Pipeline([wiring.node(compare, *OUTPUTS, name="compare_runs")])
