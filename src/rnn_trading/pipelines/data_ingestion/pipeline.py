"""Sources become canonical tables."""

from kedro.pipeline import Node, Pipeline

from rnn_trading.experiments.wiring import node

from .nodes import (
    ingest_filings,
    ingest_index,
    ingest_macro,
    ingest_prices,
    ingest_reviews,
    read_sentences,
    report_filings,
    store_filing_prices,
)


def create_prices() -> Pipeline:
    """``prices_source`` (a different one in each environment) to ``prices``."""
    return _group(node(ingest_prices, "prices", "prices_report", ingestion="params:data_ingestion"))


def create_index() -> Pipeline:
    """Two tables: closes over many years, and prices with high and low, which may come from another source."""
    return _group(_ingest_index("index_prices"), _ingest_index("index_ranges"))


def _ingest_index(name: str) -> Node:
    return Node(
        ingest_index,
        inputs=[f"{name}_source", f"params:{name}"],
        outputs={"prices": name, "report": f"{name}_report"},
        name=f"ingest_{name}",
    )


def create_macro() -> Pipeline:
    """``macro_source`` to ``macro``."""
    return _group(node(ingest_macro, "macro", "macro_report", series="params:macro"))


def create_reviews() -> Pipeline:
    """``reviews_source`` to ``reviews``."""
    return _group(node(ingest_reviews, "reviews", "reviews_report", ingestion="params:reviews"))


def create_filings() -> Pipeline:
    """Sources of filings and prices, or simulated ones, to ``filings``, their prices and sentences."""
    tables = ("filings", "filing_prices", "filing_tables_report")
    simulation = "params:filings.simulation"
    return _group(
        node(ingest_filings, *tables, simulation=simulation, ingestion="params:filings.ingestion"),
        node(store_filing_prices, "filing_prices_store"),
        node(read_sentences, "filing_sentences", simulation=simulation, sentences="params:filings.sentences"),
        node(report_filings, "filings_report"),
    )


def _group(*nodes: Node) -> Pipeline:
    """One box in Kedro-Viz; datasets and parameters keep their names."""
    return Pipeline([*nodes], namespace="data_ingestion", prefix_datasets_with_namespace=False)


# By the kind of source.
SOURCES = {
    "prices": create_prices,
    "index": create_index,
    "macro": create_macro,
    "reviews": create_reviews,
    "filings": create_filings,
}


def create_pipeline() -> Pipeline:
    """All sources."""
    return sum((create() for create in SOURCES.values()), Pipeline([]))
