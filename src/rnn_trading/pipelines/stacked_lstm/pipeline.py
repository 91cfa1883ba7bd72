"""Classification and regression: one pipeline under two namespaces."""

from kedro.pipeline import Node, Pipeline

from rnn_trading.pipelines.outputs import by_name

from .nodes import (
    collect_predictions,
    draw_figures,
    gather_reports,
    judge,
    predict_test_rows,
    predict_with_rivals,
    split_dates,
    train_model,
)

EXPERIMENTS = ("stacked_lstm.classification", "stacked_lstm.regression")
SHARED = {"returns_weekly", "returns_weekly_flags", "returns_weekly_report", "prices_report"}


def create_pipeline() -> Pipeline:
    """``returns_weekly`` to the skill records of both experiments."""
    return sum((create_experiment(name) for name in EXPERIMENTS), Pipeline([]))


def create_experiment(name: str) -> Pipeline:
    """One experiment under its own namespace."""
    return Pipeline(
        [*_model_nodes(), *_judgement_nodes()],
        namespace=name,
        inputs=SHARED,
        parameters={"params:protocol"},
        prefix_datasets_with_namespace=True,
    )


def _model_nodes() -> list[Node]:
    return [
        Node(
            split_dates,
            inputs=["returns_weekly", "params:split"],
            outputs="split_dates",
            name="split_dates",
        ),
        Node(
            train_model,
            inputs={
                "returns_weekly": "returns_weekly",
                "dates": "split_dates",
                "experiment": "params:experiment",
                "split": "params:split",
                "architecture": "params:model",
                "training": "params:training",
            },
            outputs=by_name("model", "vocabulary", "history", "training"),
            name="train_model",
            tags="gpu",
        ),
        Node(
            predict_test_rows,
            inputs=["model", "vocabulary", "returns_weekly", "split_dates"],
            outputs="model_predictions",
            name="predict_test_rows",
            tags="gpu",
        ),
        Node(
            predict_with_rivals,
            inputs=["returns_weekly", "split_dates", "params:experiment", "params:training"],
            outputs="rival_predictions",
            name="predict_with_rivals",
        ),
    ]


def _judgement_nodes() -> list[Node]:
    return [
        Node(
            collect_predictions,
            inputs=["model_predictions", "rival_predictions", "returns_weekly", "params:experiment"],
            outputs=by_name("predictions", "predictions_store"),
            name="collect_predictions",
        ),
        Node(
            gather_reports,
            inputs=["prices_report", "returns_weekly_report"],
            outputs="reports",
            name="gather_reports",
        ),
        Node(
            judge,
            inputs={
                "predictions": "predictions",
                "returns_weekly": "returns_weekly",
                "returns_weekly_flags": "returns_weekly_flags",
                "dates": "split_dates",
                "reports": "reports",
                "training_summary": "training",
                "experiment": "params:experiment",
                "protocol": "params:protocol",
            },
            outputs="skill",
            name="judge",
        ),
        Node(
            draw_figures,
            inputs=["predictions", "history", "training", "skill", "params:experiment"],
            outputs=by_name("learning_curves", "quintiles", "rolling_ic", "model_and_rivals"),
            name="draw_figures",
        ),
    ]
