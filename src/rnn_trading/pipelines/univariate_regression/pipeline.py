"""Four one-series experiments from one set of pieces, each under its own namespace."""

from functools import partial
from typing import Any

from kedro.pipeline import Node, Pipeline

from rnn_trading.experiments import drawing, encoder_decoder, runs, series, wiring
from rnn_trading.experiments.series import FORECAST, JUDGE, RIVALS_FORECAST, SCALE, SPLIT, TRAIN, WINDOW_INDEX

from . import gradients, level, mid_price, networks, sine

NAME = "univariate_regression"
NETWORKS = ("lstm", "gru", "two_lstm", "two_gru", "mlp", "linear", "lstm_by_gates", "rnn")
ONE_OF_EACH_CELL = ("rnn", "lstm", "gru")  # whose gradients are measured
IN_BOTH = tuple(f"{NAME}.{experiment}" for experiment in ("level", "volatility", "rolling_windows", "mid_price"))
# Published are further numbers of epochs of the rolling windows; the corrected protocol stops on validation rows.
EXPERIMENTS = (*IN_BOTH, f"{NAME}.rolling_windows.epochs")
INDEX = ("index_prices", "index_prices_report")
RUN_NODES = (SPLIT, SCALE, TRAIN, runs.FORECAST, runs.RIVALS_FORECAST, JUDGE, runs.DRAW)
RANGES = {"index_prices": "index_ranges", "index_prices_report": "index_ranges_report"}


def create_pipeline() -> Pipeline:
    """The experiments of both protocols, from ``index_prices`` and ``index_ranges`` to skill records."""
    return wiring.together(NAME, map(create_experiment, IN_BOTH))


def create_experiment(name: str) -> Pipeline:
    """One of :data:`EXPERIMENTS`."""
    create = (_level, _volatility, _rolling_windows, _mid_price, _rolling_windows_by_epochs)
    return dict(zip(EXPERIMENTS, create, strict=True))[name](name)


def _level(name: str) -> Pipeline:
    """The level, as published of several seeds, and its twin ``level.returns``, whose network forecasts the return."""
    with_metrics = "training_with_metrics"
    figures: wiring.Drawn = {
        "rolling_rmse": level.rolling_rmse,
        "panel": level.panel,
        "model_and_rivals": partial(drawing.model_and_rivals, measured=f"on the test rows ({level.POINTS})"),
    }

    data: wiring.Drawn = {"raw_and_scaled": partial(series.raw_and_scaled, unit=level.POINTS)}

    def network(further: wiring.Drawn, **by_seed: Any) -> list[Node]:
        return [
            *(SCALE, TRAIN, FORECAST),
            wiring.node(level.add_training_metrics, with_metrics, **by_seed),
            wiring.judge(series.judge, training=with_metrics),
            wiring.draw(figures | further, training=with_metrics),
        ]

    of_seeds = {"seed": "params:training.seed", "forecasts_by_seed": "forecasts_by_seed"}
    first = [WINDOW_INDEX, SPLIT, RIVALS_FORECAST, wiring.node(level.train_other_seeds, "forecasts_by_seed", gpu=True)]
    return wiring.experiment(name, [*first, *network(data, **of_seeds)], INDEX) + wiring.experiment(
        f"{name}.returns",
        network({}),
        {each: f"{name}.{each}" for each in (*series.WINDOWS, "split_dates", "rival_predictions")},
        {"params:split": f"params:{name}.split"},
    )


def _volatility(name: str) -> Pipeline:
    """Windows, split, scaling and rivals once; networks under namespaces of their own; then all together."""
    of_all = {each: f"{name}.{each}" for each in (*series.WINDOWS, "split_dates", "scaling", "rival_predictions")}
    preparation = wiring.experiment(name, [WINDOW_INDEX, SPLIT, SCALE, RIVALS_FORECAST], INDEX)
    draw = series.draw("Next-day volatility", "absolute return, %")
    measure = wiring.node(gradients.measure_gradients, "gradient_norms", gpu=True)
    single = [
        wiring.experiment(
            f"{name}.{network}",
            [TRAIN, FORECAST, JUDGE, draw, *([measure] if network in ONE_OF_EACH_CELL else [])],
            of_all,
            {"params:split": f"params:{name}.split"},
        )
        for network in NETWORKS
    ]
    comparison = wiring.draw(
        {"networks_and_rivals": networks.networks_and_rivals, "gradient_by_lag": gradients.gradient_by_lag},
        name="draw_comparison",
    )
    chosen = wiring.experiment(name, [JUDGE, draw, comparison])
    return sum(single, preparation) + _comparison(name) + chosen


def _comparison(name: str) -> Pipeline:
    """The network that is chosen, and all against each other: nodes that reach into the namespaces of the networks."""
    made = ("model_predictions", "history", "training")
    choose = Node(
        networks.choose_network,
        {f"{network}_{each}": f"{name}.{network}.{each}" for network in NETWORKS for each in made},
        {each: f"{name}.{each}" for each in made},
        name="choose_network",
        namespace=name,
    )
    compare = Node(
        networks.compare_networks,
        {"rival_predictions": f"{name}.rival_predictions", "seed": f"params:{name}.seed"}
        | {network: f"{name}.{network}.model_predictions" for network in NETWORKS},
        f"{name}.comparison",
        name="compare_networks",
        namespace=name,
    )
    gather = Node(
        gradients.gather_gradients,
        {network: f"{name}.{network}.gradient_norms" for network in ONE_OF_EACH_CELL},
        f"{name}.gradient_norms",
        name="gather_gradients",
        namespace=name,
    )
    return Pipeline([choose, compare, gather])


def _rolling_windows(name: str) -> Pipeline:
    """The sine wave and the index, each with its own network; of the index also paths at once."""
    wave = wiring.node(sine.window_sine, *series.WINDOWS, name="window_series", sine="params:series")
    index = f"{name}.index"
    paths = encoder_decoder.of_one_series(index)
    return wiring.experiment(f"{name}.sine", [wave, *RUN_NODES]) + _index_windows(index) + paths


def _index_windows(name: str) -> Pipeline:
    return wiring.experiment(name, [WINDOW_INDEX, *RUN_NODES], INDEX)


def _rolling_windows_by_epochs(name: str) -> Pipeline:
    """The same network on the windows of the index after more epochs, and all of them in one figure."""
    index = f"{name.removesuffix('.epochs')}.index"
    of_all = {each: f"{index}.{each}" for each in (*series.WINDOWS, "split_dates", "scaling", "rival_predictions")}
    parameters = {f"params:{block}": f"params:{index}.{block}" for block in ("split", "runs", "axes")}
    records = {"short": index, "medium": f"{index}.epochs_50", "long": f"{index}.epochs_400"}
    pipeline = _index_windows(index)
    for record in list(records.values())[1:]:
        # What is its own is made inside its namespace.
        inside = {
            f"{place}{kind}": dataset if other == record else f"{place}_{dataset}"
            for place, other in records.items()
            for kind, dataset in (("", "predictions"), ("_skill", "skill"))
        }
        outside = {
            f"{place}_{dataset}": f"{other}.{dataset}"
            for place, other in records.items()
            for dataset in ("predictions", "skill")
        }
        draw = wiring.draw({"by_epochs": runs.by_epochs}, name="draw_epochs", **inside)
        nodes = [TRAIN, runs.FORECAST, JUDGE, runs.DRAW, draw]
        pipeline += wiring.experiment(record, nodes, of_all | outside, parameters)
    return pipeline


def _mid_price(name: str) -> Pipeline:
    figures: wiring.Drawn = {
        "raw_and_scaled": mid_price.raw_and_scaled,
        "one_step_averages_figure": mid_price.one_step_averages,
        "evolution_of_forecasts": mid_price.evolution_of_forecasts,
        "error_by_step": partial(drawing.error_by_step, unit=mid_price.POINTS),
        "learning_curves": drawing.learning_curves,
        "model_and_rivals": partial(drawing.model_and_rivals, measured=f"over all steps ({mid_price.POINTS})"),
    }
    nodes = [
        *(WINDOW_INDEX, SPLIT, SCALE),
        wiring.node(mid_price.prepare_mid_price, "scaled", "run_scaling"),
        wiring.node(mid_price.average_one_step, "one_step_averages", "run_report"),
        wiring.train(mid_price.train_on_segments, "evolution"),
        wiring.forecast(mid_price.forecast_mid_price),
        wiring.rivals(mid_price.forecast_mid_price_with_rivals),
        wiring.judge(series.judge, report="run_report", scaling="run_scaling"),
        wiring.draw(figures),
    ]
    return wiring.experiment(name, nodes, RANGES)
