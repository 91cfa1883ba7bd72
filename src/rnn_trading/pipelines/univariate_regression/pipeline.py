"""Four one-series experiments from one set of pieces, each under its own namespace."""

from functools import partial

from kedro.pipeline import Node, Pipeline

from rnn_trading.experiments import drawing, encoder_decoder, folds, runs, series, wiring
from rnn_trading.experiments.folds import BETWEEN, FIRST, SPLIT_OF_FOLD, Folds, arguments_of_fits, of_the_folds_of
from rnn_trading.experiments.latest import latest_pipeline
from rnn_trading.experiments.series import FORECAST, JUDGE, RIVALS_FORECAST, SCALE, SPLIT, TRAIN, WINDOW_INDEX
from rnn_trading.plan import ONE_EACH, Plan
from rnn_trading.progress import FINISHED
from rnn_trading.skill.protocols import CAREFUL

from . import careful, gradients, level, mid_price, networks, sine

NAME = "univariate_regression"
NETWORKS = ("lstm", "gru", "two_lstm", "two_gru", "mlp", "linear", "lstm_by_gates", "rnn")
ONE_OF_EACH_CELL = ("rnn", "lstm", "gru")  # whose gradients are measured
# Published are further numbers of epochs of the rolling windows; the corrected protocol stops on validation rows.
EXPERIMENTS = tuple(
    f"{NAME}.{each}" for each in ("level", "volatility", "rolling_windows", "mid_price", "rolling_windows.epochs")
)
INDEX = ("index_prices", "index_prices_report")
RANGES = {"index_prices": "index_ranges", "index_prices_report": "index_ranges_report"}


def create_experiment(name: str, plan: Plan = ONE_EACH) -> Pipeline:
    """One of :data:`EXPERIMENTS`."""
    if plan.protocol == CAREFUL and name in careful.EXPERIMENTS:
        return careful.EXPERIMENTS[name](name, plan)
    create = (_level, _volatility, _rolling_windows, _mid_price, _rolling_windows_by_epochs)
    return dict(zip(EXPERIMENTS, create, strict=True))[name](name, plan)


def _level(name: str, plan: Plan) -> Pipeline:
    """The level, and its twin ``level.returns``, whose network forecasts the return."""
    with_metrics = "training_with_metrics"
    drawn: wiring.Drawn = {
        "rolling_rmse": level.rolling_rmse,
        "panel": level.panel,
        "model_and_rivals": partial(drawing.model_and_rivals, measured=f"on the test rows ({level.POINTS})"),
    }
    data: wiring.Drawn = {"raw_and_scaled": partial(series.raw_and_scaled, unit=level.POINTS)}
    own = [
        wiring.node(level.add_training_metrics, with_metrics),
        wiring.judge(series.judge, from_elsewhere=True, training=with_metrics, **series.SCALED),
    ]
    draw = wiring.draw(drawn | data, training=with_metrics, **series.SCALED)
    draw_twin = wiring.draw(drawn, training=with_metrics)
    twin = f"{name}.returns"
    return folds.experiment(
        name,
        [WINDOW_INDEX, SPLIT, *own, draw],
        Folds(plan.of(name), (SPLIT_OF_FOLD, SCALE, RIVALS_FORECAST), (TRAIN, FORECAST), newest=("scaling",)),
        INDEX,
    ) + folds.experiment(
        twin,
        [*own, draw_twin],
        Folds(
            *(plan.of(twin), (SCALE,), (TRAIN, FORECAST)),
            shared=of_the_folds_of(name, "split_dates", "rival_predictions"),
            newest=("scaling",),
        ),
        {each: f"{name}.{each}" for each in (*series.WINDOWS, "split_dates")},
        {"params:split": f"params:{name}.split"},
    )


def _volatility(name: str, plan: Plan) -> Pipeline:
    """Windows, split, scaling and rivals once; networks under namespaces of their own; then all together."""
    draw = series.draw("Next-day volatility", "absolute return, %")
    each_fold = (SPLIT_OF_FOLD, SCALE, RIVALS_FORECAST)
    of_all = Folds(plan.of(name), each_fold, (), needed_in_the_future=("split_dates", "scaling"), newest=("scaling",))
    comparison = wiring.draw(
        {"networks_and_rivals": networks.networks_and_rivals, "gradient_by_lag": gradients.gradient_by_lag},
        name="draw_comparison",
    )
    outside = {each: each for each in INDEX} | {series.SCALED["scaling"]: f"{name}.{plan.of(name).names[0]}.scaling"}
    chosen = wiring.experiment(name, [WINDOW_INDEX, SPLIT, JUDGE, draw, comparison], outside)
    single = [_network(name, network, plan, draw) for network in NETWORKS]
    return Pipeline([folds.in_folds(name, of_all, {}, {}), *single, _comparison(name, plan), chosen])


def _network(name: str, network: str, plan: Plan, draw: Node) -> Pipeline:
    """One network of the volatility; of one of each cell also its gradients, by the first seed of the last fold."""
    own = f"{name}.{network}"
    fits = plan.of(own)
    last = fits.names[-1]
    outside = {each: f"{name}.{each}" for each in (*series.WINDOWS, "split_dates")}
    of_last = {each: f"{name}.{last}.{each}" for each in ("split_dates", "scaling")}
    of_last["model"] = f"{own}.{last}.seed_{fits.seeds[0]}.model"
    named = {each: f"{each}_of_one" for each in of_last}
    measure = wiring.node(gradients.measure_gradients, "gradient_norms", gpu=True, **named)
    shared = of_the_folds_of(name, "split_dates", "scaling", "rival_predictions")
    return folds.experiment(
        own,
        [JUDGE, draw, *([measure] if network in ONE_OF_EACH_CELL else [])],
        Folds(fits, (), (TRAIN, FORECAST), shared, newest=("scaling",)),
        outside | {named[each]: there for each, there in of_last.items()},
        {"params:split": f"params:{name}.split"},
    )


def _refuse_other_seeds(name: str, plan: Plan) -> None:
    """Raise unless all networks have the same seeds: in every fold another one may be chosen."""
    seeds = {network: plan.of(f"{name}.{network}").seeds for network in NETWORKS}
    if len({*seeds.values()}) > 1:
        told = "; ".join(f"{network} {', '.join(map(str, each))}" for network, each in seeds.items())
        raise ValueError(
            f"{name}: expected the same seeds of all networks, of which one is chosen in every fold. Received: {told}. "
            f"Set {name}.seeds, and training.seed of all alike."
        )


def _comparison(name: str, plan: Plan) -> Pipeline:
    """The network that is chosen, and all against each other: nodes that reach into the namespaces of the networks."""
    made = ("model_predictions", "rival_predictions", "forecasts_by_seed", "history")
    _refuse_other_seeds(name, plan)
    trainings = {
        f"{network}{BETWEEN}{argument}": f"{name}.{network}.{fit}.training"
        for network, fits in ((each, plan.of(f"{name}.{each}")) for each in NETWORKS)
        for argument, fit in arguments_of_fits(fits.names, fits.seeds).items()
    }
    choose = Node(
        networks.choose_network,
        {f"{network}_{each}": f"{name}.{network}.{each}" for network in NETWORKS for each in made} | trainings,
        {each: f"{name}.{each}" for each in (*made, "training")},
        name="choose_network",
        namespace=name,
    )
    compare = Node(
        networks.compare_networks,
        {"seed": f"params:{name}.seed", "pretrained": "params:pretrained"}
        | {network: f"{name}.{network}.predictions" for network in NETWORKS},
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
    count = Node(
        networks.count_networks,
        {network: f"{name}.{network}.trials" for network in NETWORKS},
        f"{name}.trials",
        name="count_networks",
        namespace=name,
    )
    return Pipeline([choose, compare, gather, count])


def _latest_of_chosen(name: str, whole: Pipeline, plan: Plan) -> Pipeline:
    """The newest forecasts of all networks, and of these those of the one that is chosen."""
    trainings = {
        f"{network}{BETWEEN}{argument}": f"{name}.{network}.{fit}.training"
        for network, fits in ((each, plan.of(f"{name}.{each}")) for each in NETWORKS)
        for argument, fit in arguments_of_fits([fits.last], fits.seeds).items()
    }
    latest = {f"{network}{BETWEEN}latest": f"{name}.{network}.latest" for network in NETWORKS}
    choose = Node(
        networks.choose_latest,
        {"skill": f"{name}.skill"} | trainings | latest,
        {each: f"{name}.{each}" for each in ("latest", "latest_csv")},
        name="choose_latest",
        tags=[FINISHED],
        namespace=name,
    )
    single = [latest_pipeline(f"{name}.{network}", whole, plan) for network in NETWORKS]
    return Pipeline([*filter(None, single), choose])


LATEST_OF_CHOSEN = {f"{NAME}.volatility": _latest_of_chosen}


def _rolling_windows(name: str, plan: Plan) -> Pipeline:
    """The sine wave and the index, each with its own network; of the index also paths at once."""
    wave = wiring.node(sine.window_sine, *series.WINDOWS, name="window_series", sine="params:series")
    sine_wave, index = f"{name}.sine", f"{name}.index"
    of_sine = folds.experiment(sine_wave, [wave, runs.SPLIT, JUDGE, runs.DRAW], _run_folds(sine_wave, plan))
    return of_sine + _index_windows(index, plan) + encoder_decoder.of_one_series(index, plan)


def _run_folds(name: str, plan: Plan) -> Folds:
    each_fold = (SPLIT_OF_FOLD, SCALE, runs.RIVALS_FORECAST)
    return Folds(plan.of(name), each_fold, (TRAIN, runs.FORECAST), newest=("scaling",))


def _index_windows(name: str, plan: Plan) -> Pipeline:
    nodes = [WINDOW_INDEX, runs.SPLIT_FOR_PATHS, JUDGE, runs.DRAW]
    return folds.experiment(name, nodes, _run_folds(name, plan), INDEX)


def _rolling_windows_by_epochs(name: str, plan: Plan) -> Pipeline:
    """The same network on the windows of the index after more epochs, and all of them in one figure."""
    index = f"{name.removesuffix('.epochs')}.index"
    of_all = {each: f"{index}.{each}" for each in (*series.WINDOWS, "split_dates")}
    shared = of_the_folds_of(index, "split_dates", "scaling", "rival_predictions")
    parameters = {f"params:{block}": f"params:{index}.{block}" for block in ("split", "runs", "axes")}
    records = {"short": index, "medium": f"{index}.epochs_50", "long": f"{index}.epochs_400"}
    pipeline = _index_windows(index, plan)
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
        own = Folds(plan.of(record), (), (TRAIN, runs.FORECAST), shared, newest=("scaling",))
        pipeline += folds.experiment(record, [JUDGE, runs.DRAW, draw], own, of_all | outside, parameters)
    return pipeline


def _mid_price(name: str, plan: Plan) -> Pipeline:
    figures: wiring.Drawn = {
        "raw_and_scaled": mid_price.raw_and_scaled,
        "one_step_averages_figure": mid_price.one_step_averages,
        "evolution_of_forecasts": mid_price.evolution_of_forecasts,
        "error_by_step": partial(drawing.error_by_step, unit=mid_price.POINTS),
        "learning_curves": drawing.learning_curves,
        "model_and_rivals": partial(drawing.model_and_rivals, measured=f"over all steps ({mid_price.POINTS})"),
    }
    each_fold = (
        *(SPLIT_OF_FOLD, SCALE),
        wiring.node(mid_price.prepare_mid_price, "scaled", "run_scaling"),
        wiring.rivals(mid_price.forecast_mid_price_with_rivals),
    )
    fit = wiring.train(mid_price.train_on_segments, "evolution"), wiring.forecast(mid_price.forecast_mid_price)
    # The published averages and the evolution of the forecasts are those of the last fold that is judged.
    fits = plan.of(name)
    last = {each: f"{name}.{fits.names[-1]}.{each}" for each in ("split_dates", "scaled", "run_scaling")}
    last["evolution"] = f"{name}.{fits.names[-1]}.seed_{fits.seeds[0]}.evolution"
    nodes = [
        *(WINDOW_INDEX, runs.SPLIT),
        wiring.node(mid_price.average_one_step, "one_step_averages", "run_report", split_dates="last_split_dates"),
        wiring.judge(series.judge, from_elsewhere=True, report="run_report", scaling="run_scaling"),
        wiring.draw(figures, scaled=f"{FIRST}scaled"),
    ]
    outside = RANGES | {"last_split_dates": last.pop("split_dates"), **last}
    return folds.experiment(name, nodes, Folds(fits, each_fold, fit), outside)
