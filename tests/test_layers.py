from pathlib import Path

from kedro.framework.project import configure_project
from kedro.framework.session import KedroSession

from rnn_trading.pipeline_registry import register_pipelines

LAYERS = ("raw", "intermediate", "primary", "feature", "model_input", "models", "model_output", "reporting")


def test_data_flow_through_the_layers_one_way(project):
    """Or Kedro-Viz shows no layers at all."""
    configure_project("rnn_trading")
    with KedroSession.create(Path.cwd(), env="test") as session:
        catalog = session.load_context().catalog

    def layer(name: str) -> int | None:
        metadata = catalog[name].metadata if name in catalog else None
        return LAYERS.index(metadata["kedro-viz"]["layer"]) if metadata else None

    edges = {
        (before, after): (layer(before), layer(after))
        for pipeline in register_pipelines().values()
        for node in pipeline.nodes
        for before in node.inputs
        for after in node.outputs
    }
    known = {edge: layers for edge, layers in edges.items() if None not in layers}
    assert len(known) > 200
    assert [edge for edge, (first, last) in known.items() if first > last] == []
