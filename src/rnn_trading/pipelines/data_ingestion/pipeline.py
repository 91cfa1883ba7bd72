"""Sources become canonical tables."""

from kedro.pipeline import Node, Pipeline

from rnn_trading.pipelines.outputs import by_name
from rnn_trading.simulated.filings import simulate_filings

from .nodes import ingest_filings, ingest_index, ingest_macro, ingest_prices, ingest_reviews, read_sentences

# Closes over many years, and prices with high and low, which may come from another source over fewer years.
INDEX_TABLES = ("index_prices", "index_ranges")


def create_pipeline() -> Pipeline:
    """All sources; the functions below for one kind of them."""
    return create_prices() + create_index() + create_macro() + create_reviews() + create_filings()


def create_prices() -> Pipeline:
    """``prices_source`` (a different one in each environment) to ``prices``."""
    return Pipeline(
        [
            Node(
                ingest_prices,
                inputs=["prices_source", "params:data_ingestion"],
                outputs=by_name("prices", "prices_report"),
                name="ingest_prices",
            )
        ]
    )


def create_index() -> Pipeline:
    """``index_prices_source`` and ``index_ranges_source`` to tables of the same names."""
    return sum((create_index_table(name) for name in INDEX_TABLES), Pipeline([]))


def create_index_table(name: str) -> Pipeline:
    """One of :data:`INDEX_TABLES` from its source."""
    return Pipeline(
        [
            Node(
                ingest_index,
                inputs=[f"{name}_source", f"params:{name}"],
                outputs={"prices": name, "report": f"{name}_report"},
                name=f"ingest_{name}",
            )
        ]
    )


def create_macro() -> Pipeline:
    """``macro_source`` to ``macro``."""
    return Pipeline(
        [
            Node(
                ingest_macro,
                inputs=["macro_source", "params:macro"],
                outputs=by_name("macro", "macro_report"),
                name="ingest_macro",
            )
        ]
    )


def create_reviews() -> Pipeline:
    """``reviews_source`` to ``reviews``."""
    return Pipeline(
        [
            Node(
                ingest_reviews,
                inputs=["reviews_source", "params:reviews"],
                outputs=by_name("reviews", "reviews_report"),
                name="ingest_reviews",
            )
        ]
    )


def create_filings() -> Pipeline:
    """Sources of filings and prices, or simulated ones, to ``filings``, their prices and sentences."""
    return Pipeline(
        [
            Node(
                simulate_filings,
                inputs="params:filings.simulation",
                outputs="simulated_filings",
                name="simulate_filings",
            ),
            Node(
                ingest_filings,
                inputs=["filings_source", "filing_prices_source", "simulated_filings", "params:filings.ingestion"],
                outputs=by_name("filings", "filing_prices", "filing_source", "filings_report"),
                name="ingest_filings",
            ),
            Node(
                read_sentences,
                inputs=["filing_source", "params:filings.sentences"],
                outputs="filing_sentences",
                name="read_sentences",
            ),
        ]
    )
