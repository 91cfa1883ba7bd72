"""Sources become canonical tables."""

from kedro.pipeline import Node, Pipeline

from .nodes import ingest_prices


def create_pipeline() -> Pipeline:
    """``prices_source`` (a different one in each environment) to ``prices``."""
    return Pipeline(
        [
            Node(
                ingest_prices,
                inputs=["prices_source", "params:data_ingestion"],
                outputs={"prices": "prices", "prices_report": "prices_report"},
                name="ingest_prices",
            )
        ]
    )
