"""Prices become return sequences."""

from kedro.pipeline import Node, Pipeline

from rnn_trading.pipelines.outputs import by_name

from .nodes import daily_sequences, weekly_sequences


def create_pipeline() -> Pipeline:
    """Both tables; see :func:`create_daily` and :func:`create_weekly` for one of them."""
    return create_daily() + create_weekly()


def create_daily() -> Pipeline:
    """``prices`` to ``returns_daily``."""
    return Pipeline(
        [
            Node(
                daily_sequences,
                inputs=[
                    "prices",
                    "params:daily_weekly_sequences.daily",
                    "params:daily_weekly_sequences.daily_split",
                ],
                outputs=_outputs("returns_daily"),
                name="build_daily_sequences",
            )
        ]
    )


def create_weekly() -> Pipeline:
    """``prices`` to ``returns_weekly``."""
    return Pipeline(
        [
            Node(
                weekly_sequences,
                inputs=[
                    "prices",
                    "params:daily_weekly_sequences.weekly",
                    "params:stacked_lstm.classification.split",
                    "params:stacked_lstm.regression.split",
                ],
                outputs=_outputs("returns_weekly"),
                name="build_weekly_sequences",
            )
        ]
    )


def _outputs(name: str) -> dict[str, str]:
    return by_name(name, f"{name}_flags", f"{name}_report")
