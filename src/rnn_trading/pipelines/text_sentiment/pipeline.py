"""Reviews by learned and by pretrained embeddings: one pipeline under two namespaces; a finished model on new texts."""

from kedro.pipeline import Pipeline

from rnn_trading.experiments import wiring
from rnn_trading.experiments.reviews import review_experiment

from .scoring import score_texts

EXPERIMENTS = ("text_sentiment.learned_embeddings", "text_sentiment.pretrained_embeddings")


def create_experiment(name: str) -> Pipeline:
    """One of :data:`EXPERIMENTS`, from ``reviews`` to its skill record, figures and page."""
    return review_experiment(name)


def create_pipeline() -> Pipeline:
    """All of them."""
    return wiring.together("text_sentiment", map(create_experiment, EXPERIMENTS))


def create_inference() -> Pipeline:
    """``texts`` and a finished model to ``scores``; the texts come first, since their checks are cheap."""
    return Pipeline([wiring.node(score_texts, "scores", gpu=True)])
