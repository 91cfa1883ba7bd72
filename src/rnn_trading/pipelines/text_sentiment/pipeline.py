"""Learned and pretrained embeddings: one pipeline under two namespaces; and a finished model on new texts."""

from kedro.pipeline import Node, Pipeline

from rnn_trading.pipelines.outputs import by_name

from . import nodes

EXPERIMENTS = ("text_sentiment.learned_embeddings", "text_sentiment.pretrained_embeddings")
SHARED = {"reviews", "reviews_report", "word_vectors_source"}


def create_pipeline() -> Pipeline:
    """``reviews`` to the skill records of both experiments."""
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


def create_inference() -> Pipeline:
    """``texts`` and a finished model to ``scores``."""
    return Pipeline(
        [
            Node(
                nodes.score_texts,
                # In this order the cheap checks come first.
                inputs=["texts", "scoring_model", "scoring_reader"],
                outputs="scores",
                name="score_texts",
                tags="gpu",
            )
        ]
    )


def _preparation() -> list[Node]:
    return [
        Node(nodes.split_reviews, inputs=["reviews", "params:split"], outputs="parts", name="split_reviews"),
        Node(
            nodes.read_reviews,
            inputs=["reviews", "parts", "params:reading", "params:model"],
            outputs={"words": "words", "sequences": "sequences", "reader": "text_reader"},
            name="read_reviews",
        ),
        Node(
            nodes.look_up_vectors,
            inputs=["words", "sequences", "text_reader", "word_vectors_source"],
            outputs=by_name("vectors", "vectors_report"),
            name="look_up_vectors",
        ),
    ]


def _forecasts() -> list[Node]:
    return [
        Node(
            nodes.train_network,
            inputs={
                "sequences": "sequences",
                "reader": "text_reader",
                "vectors": "vectors",
                "parts": "parts",
                "experiment": "params:experiment",
                "split": "params:split",
                "architecture": "params:model",
                "training": "params:training",
            },
            outputs=by_name("model", "reader", "history", "training"),
            name="train_network",
            tags="gpu",
        ),
        Node(
            nodes.predict_test_reviews,
            inputs=["model", "reader", "sequences", "parts"],
            outputs="model_predictions",
            name="predict_test_reviews",
            tags="gpu",
        ),
        Node(
            nodes.predict_with_rivals,
            inputs=["sequences", "text_reader", "vectors", "parts", "params:training"],
            outputs="rival_predictions",
            name="predict_with_rivals",
        ),
        Node(
            nodes.collect_predictions,
            inputs=["model_predictions", "rival_predictions", "parts"],
            outputs="predictions",
            name="collect_predictions",
        ),
    ]


def _judgement() -> list[Node]:
    return [
        Node(
            nodes.gather_reports,
            inputs=["reviews_report", "text_reader", "sequences", "parts", "vectors_report"],
            outputs="reports",
            name="gather_reports",
        ),
        Node(
            nodes.judge,
            inputs=[
                *("predictions", "reviews", "parts", "reports"),
                *("training", "params:experiment", "params:protocol"),
            ],
            outputs="skill",
            name="judge",
        ),
        Node(
            nodes.draw_figures,
            inputs=["predictions", "history", "training", "skill", "sequences", "text_reader", "params:experiment"],
            outputs=by_name("learning_curves", "review_lengths", "calibration", "model_and_rivals"),
            name="draw_figures",
        ),
    ]
