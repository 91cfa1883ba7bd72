"""Reviews by learned and by pretrained embeddings, and stars; a finished model on new texts."""

from kedro.pipeline import Pipeline

from rnn_trading.experiments import how_sure, wiring
from rnn_trading.experiments.reviews import forecasts_by_label, review_experiment
from rnn_trading.experiments.text_explaining import EXPLAIN_REVIEW, TEXT_FIGURES
from rnn_trading.plan import ONE_EACH, Plan
from rnn_trading.skill.protocols import CAREFUL

from .scoring import score_texts

TWO_KINDS = ("text_sentiment.learned_embeddings", "text_sentiment.pretrained_embeddings")
# For a file whose labels are of more kinds, which the bundled reviews have not: it runs by its name alone.
STARS = "text_sentiment.stars"
EXPERIMENTS = (*TWO_KINDS, STARS)


def create_experiment(name: str, plan: Plan = ONE_EACH) -> Pipeline:
    """One of :data:`EXPERIMENTS`, from ``reviews`` to its skill record, figures and page."""
    careful = plan.protocol == CAREFUL
    drawn: wiring.Drawn = {"forecasts_by_label": forecasts_by_label} if name == STARS else how_sure.OF_PROBABILITIES
    return review_experiment(
        name, plan, EXPLAIN_REVIEW if careful else None, **(drawn | TEXT_FIGURES if careful else drawn)
    )


def create_inference() -> Pipeline:
    """``texts`` and a finished model to ``scores``; the texts come first, since their checks are cheap."""
    return Pipeline([wiring.node(score_texts, "scores", gpu=True)])
