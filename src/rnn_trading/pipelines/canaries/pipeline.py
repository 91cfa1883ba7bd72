"""Every experiment on simulated sources, against the laws that it must obey."""

from collections.abc import Callable, Mapping

from kedro.pipeline import Node, Pipeline

from rnn_trading.experiments import wiring
from rnn_trading.plan import Plan

from .experiments import CANARIES, experiment_of
from .nodes import gather, release_canaries, uphold_laws


def plan_of(in_use: Plan) -> Plan:
    """The folds and seeds of the experiments on simulated sources."""
    return in_use.changed_by(in_use.parameters.get("canaries", {}).get("overrides", {}))


def create_pipeline(experiments: Mapping[str, Callable[[], Pipeline]]) -> Pipeline:
    """Release the canaries of all experiments and stop if one dies.

    Parameters
    ----------
    experiments
        By the name of a skill record, what creates the pipeline that makes it from its sources: only if it runs. A
        canary of a record that is not among them, since another protocol makes it, is left out.
    """
    here = [name for name in CANARIES if experiment_of(name) in experiments]
    results = {name: f"canaries_of_{name.replace('.', '_')}" for name in here}
    nodes = [
        wiring.node(
            wiring.given(release_canaries, name=name, create=experiments[experiment_of(name)]),
            output,
            name=f"release_canaries.{name}",
            gpu=True,
            all_parameters="parameters",
        )
        for name, output in results.items()
    ]
    gathering = Node(
        gather,
        inputs={"protocol": "params:protocol"} | wiring.by_name(*results.values()),
        outputs="canaries",
        name="gather_canaries",
    )
    return Pipeline([*nodes, gathering, wiring.node(uphold_laws)])
