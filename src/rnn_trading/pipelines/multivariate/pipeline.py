"""Macro series, forecast together."""

from kedro.pipeline import Node, Pipeline

from rnn_trading.pipelines.outputs import by_name

from . import nodes

EXPERIMENTS = ("multivariate.macro",)


def create_pipeline() -> Pipeline:
    """``macro`` to the skill record of every experiment."""
    return sum((create_experiment(name) for name in EXPERIMENTS), Pipeline([]))


def create_experiment(name: str) -> Pipeline:
    """One experiment under its own namespace."""
    return Pipeline(
        [*_preparation(), *_forecasts(), *_judgement()],
        namespace=name,
        inputs={"macro", "macro_report"},
        parameters={"params:protocol", "params:macro"},
        prefix_datasets_with_namespace=True,
    )


def _preparation() -> list[Node]:
    return [
        Node(
            nodes.transform_series,
            inputs=["macro", "params:macro", "params:windows"],
            outputs="transformed",
            name="transform_series",
        ),
        Node(
            nodes.split_months,
            inputs=["transformed", "params:windows", "params:split"],
            outputs="split_dates",
            name="split_months",
        ),
        Node(
            nodes.scale_series,
            inputs=["transformed", "split_dates", "params:windows"],
            outputs=by_name("scaled", "scaling"),
            name="scale_series",
        ),
    ]


def _forecasts() -> list[Node]:
    known = {
        "macro": "macro",
        "scaled": "scaled",
        "scaling": "scaling",
        "dates": "split_dates",
        "series": "params:macro",
        "windows": "params:windows",
    }
    return [
        Node(
            nodes.train_networks,
            inputs={
                "scaled": "scaled",
                "dates": "split_dates",
                "windows": "params:windows",
                "experiment": "params:experiment",
                "split": "params:split",
                "architecture": "params:model",
                "training": "params:training",
                "ensemble": "params:ensemble",
            },
            outputs=by_name("model", "history", "training"),
            name="train_networks",
            tags="gpu",
        ),
        Node(
            nodes.forecast_months,
            inputs={"model": "model"} | known,
            outputs=by_name("forecasts", "forecasts_by_seed"),
            name="forecast_months",
            tags="gpu",
        ),
        Node(nodes.forecast_with_rivals, inputs=known, outputs="rivals", name="forecast_with_rivals"),
        Node(
            nodes.collect_predictions,
            inputs=["forecasts", "rivals"],
            outputs="predictions",
            name="collect_predictions",
        ),
    ]


def _judgement() -> list[Node]:
    return [
        Node(
            nodes.judge,
            inputs=[
                *("predictions", "forecasts_by_seed", "split_dates", "macro_report"),
                *("training", "params:macro", "params:experiment", "params:protocol"),
            ],
            outputs="skill",
            name="judge",
        ),
        Node(
            nodes.draw_figures,
            inputs=["macro", "transformed", "predictions", "history", "training", "skill", "params:experiment"],
            outputs=by_name(
                *("raw_and_transformed", "learning_curves", "forecasts_in_time"),
                *("paths", "error_by_step", "model_and_rivals"),
            ),
            name="draw_figures",
        ),
    ]
