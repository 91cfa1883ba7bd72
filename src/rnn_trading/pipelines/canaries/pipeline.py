"""Every experiment on simulated sources, against the laws that it must obey."""

from kedro.pipeline import Node, Pipeline

from .experiments import CANARIES
from .nodes import gather, release, uphold_laws


def create_pipeline(experiments: dict[str, Pipeline]) -> Pipeline:
    """Release the canaries of all experiments and stop if one dies.

    Parameters
    ----------
    experiments
        By the name of a skill record, the pipeline that makes it from its sources.
    """
    results = {name: f"canaries_of_{name.replace('.', '_')}" for name in CANARIES}
    nodes = [
        Node(
            release(name, experiments[name]),
            inputs=["parameters", "params:canaries"],
            outputs=output,
            name=f"release_canaries.{name}",
            tags="gpu",
        )
        for name, output in results.items()
    ]
    nodes.append(
        Node(
            gather,
            inputs={"protocol": "params:protocol", "canaries": "params:canaries"}
            | {output: output for output in results.values()},
            outputs="canaries",
            name="gather_canaries",
        )
    )
    nodes.append(Node(uphold_laws, inputs="canaries", outputs=None, name="uphold_laws"))
    return Pipeline(nodes)
