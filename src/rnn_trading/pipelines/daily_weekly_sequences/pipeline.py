"""Prices become return sequences."""

from kedro.pipeline import Pipeline

from rnn_trading.experiments.wiring import node

from .nodes import daily_sequences, store_sequences, weekly_sequences


def create_pipeline() -> Pipeline:
    """``prices`` to ``returns_daily`` and ``returns_weekly``, and both in one file."""
    return Pipeline(
        [
            node(
                daily_sequences,
                *_outputs("returns_daily"),
                name="build_daily_sequences",
                sequence="params:daily_weekly_sequences.daily",
                split="params:stacked_lstm.daily.split",
                walk="params:stacked_lstm.daily.walk_forward",
            ),
            node(
                weekly_sequences,
                *_outputs("returns_weekly"),
                name="build_weekly_sequences",
                sequence="params:daily_weekly_sequences.weekly",
                classification_split="params:stacked_lstm.classification.split",
                classification_walk="params:stacked_lstm.classification.walk_forward",
                regression_split="params:stacked_lstm.regression.split",
                regression_walk="params:stacked_lstm.regression.walk_forward",
            ),
            node(store_sequences, "sequences_store"),
        ],
        # One box in Kedro-Viz; datasets and parameters keep their names.
        namespace="daily_weekly_sequences",
        prefix_datasets_with_namespace=False,
    )


def _outputs(name: str) -> tuple[str, ...]:
    return f"{name}_panel", name, f"{name}_flags", f"{name}_report"
