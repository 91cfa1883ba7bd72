"""One experiment: annual reports to the return of the sessions that follow."""

from kedro.pipeline import Node, Pipeline

from rnn_trading.pipelines.outputs import by_name

from . import nodes

EXPERIMENTS = ("sec_filings.returns",)
SHARED = {"filings", "filing_prices", "filings_report", "filing_sentences"}


def create_pipeline() -> Pipeline:
    """``filings``, their prices and sentences to the skill record."""
    return sum((create_experiment(name) for name in EXPERIMENTS), Pipeline([]))


def create_experiment(name: str) -> Pipeline:
    """One experiment under its own namespace."""
    return Pipeline(
        [*_preparation(), *_forecasts(), *_judgement()],
        namespace=name,
        inputs=SHARED,
        parameters={"params:protocol"},
        prefix_datasets_with_namespace=True,
    )


def _preparation() -> list[Node]:
    return [
        Node(
            nodes.label_filings,
            inputs=["filings", "filing_prices", "filing_sentences", "params:label"],
            outputs="returns",
            name="label_filings",
        ),
        Node(
            nodes.split_filings,
            inputs=["returns", "filing_prices", "params:split"],
            outputs="parts",
            name="split_filings",
        ),
        Node(
            nodes.flag_items,
            inputs=["filing_sentences", "parts", "params:reading", "params:model"],
            outputs="items",
            name="flag_items",
        ),
        Node(
            nodes.find_phrases,
            inputs=["filing_sentences", "items", "parts", "params:reading"],
            outputs="phrases",
            name="find_phrases",
        ),
        Node(
            nodes.encode_filings,
            inputs=["filing_sentences", "items", "phrases", "returns", "parts", "params:reading"],
            outputs=by_name("words", "sequences", "documents"),
            name="encode_filings",
        ),
    ]


def _forecasts() -> list[Node]:
    return [
        Node(
            nodes.train_networks,
            inputs={
                "sequences": "sequences",
                "words": "words",
                "documents": "documents",
                "experiment": "params:experiment",
                "reading": "params:reading",
                "architecture": "params:model",
                "training": "params:training",
                "ensemble": "params:ensemble",
            },
            outputs=by_name("model", "history", "training"),
            name="train_networks",
            tags="gpu",
        ),
        Node(
            nodes.predict_test_filings,
            inputs=["model", "sequences", "documents", "params:reading"],
            outputs=by_name("model_predictions", "forecasts_by_seed"),
            name="predict_test_filings",
            tags="gpu",
        ),
        Node(
            nodes.predict_with_rivals,
            inputs=["sequences", "words", "documents"],
            outputs="rival_predictions",
            name="predict_with_rivals",
        ),
        Node(
            nodes.collect_predictions,
            inputs=["model_predictions", "rival_predictions", "documents"],
            outputs="predictions",
            name="collect_predictions",
        ),
    ]


def _judgement() -> list[Node]:
    return [
        Node(
            nodes.gather_reports,
            inputs=["filings", "filings_report", "items", "phrases", "words", "documents", "params:reading"],
            outputs="reports",
            name="gather_reports",
        ),
        Node(
            nodes.judge,
            inputs=[
                *("predictions", "forecasts_by_seed", "documents", "filings"),
                *("reports", "training", "params:experiment", "params:protocol"),
            ],
            outputs="skill",
            name="judge",
        ),
        Node(
            nodes.draw_figures,
            inputs=["predictions", "history", "training", "skill", "documents", "params:reading", "params:experiment"],
            outputs=by_name("learning_curves", "forecasts_and_returns", "filing_lengths", "model_and_rivals"),
            name="draw_figures",
        ),
    ]
