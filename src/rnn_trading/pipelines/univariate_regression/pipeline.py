"""Four one-series experiments from one set of pieces, each under its own namespace."""

from kedro.pipeline import Node, Pipeline

from rnn_trading.pipelines.outputs import by_name

from . import figures, nodes, runs

NAME = "univariate_regression"
NETWORKS = ("lstm", "gru", "two_lstm", "two_gru", "mlp", "linear", "lstm_by_gates")
EXPERIMENTS = tuple(f"{NAME}.{experiment}" for experiment in ("level", "volatility", "rolling_windows", "mid_price"))
INDEX = {"index_prices", "index_prices_report"}
RANGES = {"index_prices": "index_ranges", "index_prices_report": "index_ranges_report"}


def create_pipeline() -> Pipeline:
    """All four experiments, from ``index_prices`` and ``index_ranges`` to skill records."""
    return sum((create_experiment(name) for name in EXPERIMENTS), Pipeline([]))


def create_experiment(name: str) -> Pipeline:
    """One of :data:`EXPERIMENTS`."""
    create = (_level, _volatility, _rolling_windows, _mid_price)
    return dict(zip(EXPERIMENTS, create, strict=True))[name]()


def _level() -> Pipeline:
    """The level as published, and its twin ``level.returns``, whose network forecasts the return instead."""
    draw = Node(
        figures.draw_level,
        inputs=["forecasts", "history", "training_with_metrics", "skill", "params:experiment"],
        outputs=by_name("rolling_rmse", "panel", "model_and_rivals"),
        name="draw_figures",
    )
    add_metrics = Node(
        nodes.add_training_metrics,
        inputs=["forecasts", "windows", "training"],
        outputs="training_with_metrics",
        name="add_training_metrics",
    )
    network = [
        *(_scale(), _train(), _forecast(), _collect(), add_metrics, _judge(training="training_with_metrics"), draw)
    ]
    level, returns = f"{NAME}.level", f"{NAME}.level.returns"
    shared = {name: f"{level}.{name}" for name in ("series", "windows", "flags", "split_dates", "report", "rivals")}
    split = {"params:split": f"params:{level}.split"}
    return _namespaced([_window_index(), _split(), _rivals(), *network], level, inputs=INDEX) + _namespaced(
        network, returns, inputs=shared, parameters=split
    )


def _volatility() -> Pipeline:
    """Windows, split, scaling and rivals once; networks under namespaces of their own; then all together."""
    shared = f"{NAME}.volatility"
    preparation = _namespaced([_window_index(), _split(), _scale(), _rivals()], shared, inputs=INDEX)
    draw = Node(
        figures.draw_volatility,
        inputs=["predictions", "history", "training", "skill", "params:experiment"],
        outputs=by_name("learning_curves", "outcomes_and_forecasts", "model_and_rivals"),
        name="draw_figures",
    )
    of_all = {name: f"{shared}.{name}" for name in ("windows", "flags", "split_dates", "report", "scaling", "rivals")}
    networks = [
        _namespaced(
            [_train(), _forecast(), _collect(), _judge(), draw],
            f"{shared}.{network}",
            inputs=of_all,
            parameters={"params:split": f"params:{shared}.split"},
        )
        for network in NETWORKS
    ]
    choose = Node(
        nodes.choose_network,
        inputs={
            f"{network}_{part}": f"{shared}.{network}.{part}"
            for network in NETWORKS
            for part in ("forecasts", "history", "training")
        },
        outputs={part: f"{shared}.{part}" for part in ("forecasts", "history", "training")},
        name="choose_network",
        namespace=shared,
    )
    compare = Node(
        nodes.compare_networks,
        inputs={"rivals": f"{shared}.rivals", "seed": f"params:{shared}.seed"}
        | {network: f"{shared}.{network}.forecasts" for network in NETWORKS},
        outputs=f"{shared}.comparison",
        name="compare_networks",
        namespace=shared,
    )
    draw_comparison = Node(
        figures.draw_comparison,
        inputs=[f"{shared}.comparison", "params:protocol"],
        outputs=f"{shared}.networks_and_rivals",
        name="draw_comparison",
        namespace=shared,
    )
    chosen = _namespaced([_collect(), _judge(), draw], shared)
    return sum(networks, preparation) + Pipeline([choose, compare, draw_comparison]) + chosen


def _rolling_windows() -> Pipeline:
    """The sine wave and the index, each with its own network."""
    forecast = Node(
        runs.forecast_runs,
        inputs=["model", "series", "windows", "split_dates", "scaling", "params:runs"],
        outputs="forecasts",
        name="forecast_runs",
        tags="gpu",
    )
    rivals = Node(
        runs.forecast_runs_with_rivals,
        inputs=["series", "windows", "split_dates", "params:runs"],
        outputs="rivals",
        name="forecast_with_rivals",
    )
    draw = Node(
        figures.draw_runs,
        inputs=["predictions", "history", "training", "skill", "params:experiment", "params:axes"],
        outputs=by_name("outcomes_and_forecasts", "error_by_step", "learning_curves", "model_and_rivals"),
        name="draw_figures",
    )
    window_sine = Node(
        nodes.window_sine,
        inputs=["params:series"],
        outputs=by_name("series", "windows", "flags", "report"),
        name="window_series",
    )
    common = [_split(), _scale(), _train(), forecast, rivals, _collect_runs(), _judge(), draw]
    return _namespaced([window_sine, *common], f"{NAME}.rolling_windows.sine") + _namespaced(
        [_window_index(), *common], f"{NAME}.rolling_windows.index", inputs=INDEX
    )


def _mid_price() -> Pipeline:
    prepare = Node(
        runs.prepare_mid_price,
        inputs=["series", "split_dates", "scaling", "params:preparation"],
        outputs=by_name("scaled", "run_scaling"),
        name="prepare_mid_price",
    )
    averages = Node(
        runs.average_one_step,
        inputs=["scaled", "split_dates", "report", "params:averages"],
        outputs=by_name("one_step_averages", "run_report"),
        name="average_one_step",
    )
    forecast = Node(
        runs.forecast_mid_price,
        inputs=["model", "series", "scaled", "windows", "split_dates", "run_scaling", "params:runs"],
        outputs="forecasts",
        name="forecast_runs",
        tags="gpu",
    )
    rivals = Node(
        runs.forecast_mid_price_with_rivals,
        inputs=["series", "windows", "split_dates", "params:runs", "params:averages"],
        outputs="rivals",
        name="forecast_with_rivals",
    )
    pieces = [
        *(_window_index(), _split(), _scale(), prepare, averages, _train_on_segments(), forecast, rivals),
        *(_collect_runs(), _judge(report="run_report", scaling="run_scaling"), _draw_mid_price()),
    ]
    return _namespaced(pieces, f"{NAME}.mid_price", inputs=RANGES)


def _train_on_segments() -> Node:
    return Node(
        runs.train_on_segments,
        inputs={
            "scaled": "scaled",
            "windows": "windows",
            "runs": "params:runs",
            "unrolling": "params:unrolling",
            "experiment": "params:experiment",
            "split": "params:split",
            "architecture": "params:model",
            "training": "params:training",
        },
        outputs=by_name("model", "history", "training", "evolution"),
        name="train_network",
        tags="gpu",
    )


def _draw_mid_price() -> Node:
    return Node(
        figures.draw_mid_price,
        inputs={
            "predictions": "predictions",
            "evolution": "evolution",
            "averages": "one_step_averages",
            "run_scaling": "run_scaling",
            "history": "history",
            "training_summary": "training",
            "skill": "skill",
            "experiment": "params:experiment",
        },
        outputs={
            "one_step_averages": "one_step_averages_figure",
            **by_name("evolution_of_forecasts", "error_by_step", "learning_curves", "model_and_rivals"),
        },
        name="draw_figures",
    )


def _window_index() -> Node:
    return Node(
        nodes.window_index,
        inputs=["index_prices", "index_prices_report", "params:series", "params:index_prices"],
        outputs=by_name("series", "windows", "flags", "report"),
        name="window_series",
    )


def _split() -> Node:
    return Node(nodes.split_dates, inputs=["windows", "params:split"], outputs="split_dates", name="split_dates")


def _scale() -> Node:
    return Node(
        nodes.fit_series_scaling,
        inputs=["series", "windows", "split_dates", "params:scaling"],
        outputs="scaling",
        name="fit_scaling",
    )


def _train() -> Node:
    return Node(
        nodes.train_network,
        inputs={
            "windows": "windows",
            "dates": "split_dates",
            "scaling": "scaling",
            "experiment": "params:experiment",
            "split": "params:split",
            "architecture": "params:model",
            "training": "params:training",
        },
        outputs=by_name("model", "history", "training"),
        name="train_network",
        tags="gpu",
    )


def _forecast() -> Node:
    return Node(
        nodes.forecast_rows,
        inputs=["model", "windows", "split_dates", "scaling"],
        outputs="forecasts",
        name="forecast_rows",
        tags="gpu",
    )


def _rivals() -> Node:
    return Node(
        nodes.forecast_with_rivals,
        inputs=["series", "windows", "split_dates", "params:experiment"],
        outputs="rivals",
        name="forecast_with_rivals",
    )


def _collect() -> Node:
    return Node(
        nodes.collect_predictions, inputs=["forecasts", "rivals"], outputs="predictions", name="collect_predictions"
    )


def _collect_runs() -> Node:
    return Node(runs.collect_runs, inputs=["forecasts", "rivals"], outputs="predictions", name="collect_predictions")


def _judge(training: str = "training", report: str = "report", scaling: str = "scaling") -> Node:
    return Node(
        nodes.judge,
        inputs={
            "predictions": "predictions",
            "flags": "flags",
            "dates": "split_dates",
            "report": report,
            "scaling": scaling,
            "training_summary": training,
            "experiment": "params:experiment",
            "protocol": "params:protocol",
        },
        outputs="skill",
        name="judge",
    )


def _namespaced(
    pieces: list[Node],
    namespace: str,
    inputs: set[str] | dict[str, str] | None = None,
    parameters: dict[str, str] | None = None,
) -> Pipeline:
    used = {name for node in pieces for name in node.inputs}
    shared = {name: name for name in ("params:protocol", "params:index_prices") if name in used}
    return Pipeline(
        pieces,
        namespace=namespace,
        inputs=inputs,
        parameters=shared | (parameters or {}),
        prefix_datasets_with_namespace=True,
    )
