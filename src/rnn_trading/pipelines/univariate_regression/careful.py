"""The careful protocol: one network for each system, which corrects a simple forecast."""

from functools import partial
from typing import Any

from kedro.pipeline import Node, Pipeline

from rnn_trading.experiments import drawing, residual, runs, series, wiring
from rnn_trading.experiments.explaining import FIGURES
from rnn_trading.experiments.folds import SPLIT_OF_FOLD, Folds, experiment
from rnn_trading.plan import Plan
from rnn_trading.series.series import POINT_BY_POINT, RESTARTED

from . import level, mid_price, sine

INDEX = ("index_prices", "index_prices_report")
RANGES = {"index_prices": "index_ranges", "index_prices_report": "index_ranges_report"}
ASKED: dict[str, Any] = {"from_elsewhere": True, "explained": True}
OF_THE_INPUTS: dict[str, Any] = {"report": "report_of_inputs"}
CURVES = partial(drawing.learning_curves, unit=residual.LOSS_UNIT)
JUDGE = wiring.judge(series.judge_in_own_units, **ASKED, **OF_THE_INPUTS)


def next_level(name: str, plan: Plan) -> Pipeline:
    """The level of the next day."""
    with_metrics = "training_with_metrics"
    drawn: wiring.Drawn = {
        "rolling_rmse": partial(level.rolling_rmse, unit=residual.LOSS_UNIT),
        "panel": level.panel,
        "model_and_rivals": partial(drawing.model_and_rivals, measured=f"on the test rows ({level.POINTS})"),
    }
    nodes = [
        *(series.WINDOW_INDEX, series.SPLIT, residual.CHANNELS_OF_INDEX),
        wiring.node(level.add_training_metrics, with_metrics),
        residual.EXPLAIN,
        wiring.judge(series.judge_in_own_units, **ASKED, training=with_metrics, **OF_THE_INPUTS),
        wiring.draw(drawn | FIGURES, training=with_metrics),
    ]
    return experiment(name, nodes, _folds_of_the_next(name, plan), INDEX)


def next_volatility(name: str, plan: Plan) -> Pipeline:
    """The volatility of the next day."""
    nodes = [
        *(series.WINDOW_INDEX, series.SPLIT, residual.CHANNELS_OF_INDEX),
        *(
            residual.EXPLAIN,
            JUDGE,
            series.draw("Next-day volatility", "absolute return, %", learning_curves=CURVES, **FIGURES),
        ),
    ]
    return experiment(name, nodes, _folds_of_the_next(name, plan), INDEX)


def rolling_windows(name: str, plan: Plan) -> Pipeline:
    """Runs of the sine wave and of the index, each at once."""
    wave = wiring.node(sine.window_sine, *series.WINDOWS, name="window_series", sine="params:series")
    both = POINT_BY_POINT, RESTARTED
    of_sine = [wave, residual.CHANNELS_OF_A_WAVE, *PATHS]
    of_index = [series.WINDOW_INDEX, residual.CHANNELS_OF_INDEX, *PATHS]
    return experiment(f"{name}.sine", of_sine, _folds_of_paths(f"{name}.sine", plan, both)) + experiment(
        f"{name}.index", of_index, _folds_of_paths(f"{name}.index", plan, both), INDEX
    )


def paths_of_mid_price(name: str, plan: Plan) -> Pipeline:
    """Runs of the mid-price, each at once."""
    nodes = [series.WINDOW_INDEX, residual.CHANNELS_OF_INDEX, *PATHS]
    rivals = wiring.rivals(mid_price.forecast_mid_price_with_rivals)
    return experiment(name, nodes, _folds_of_paths(name, plan, (RESTARTED,), rivals), RANGES)


def _folds_of_the_next(name: str, plan: Plan) -> Folds:
    of_fold = SPLIT_OF_FOLD, residual.START_OF_THE_NEXT, series.RIVALS_FORECAST
    return Folds(plan.of(name), of_fold, (residual.TRAIN, residual.FORECAST_NEXT), newest=("start_report",))


def _folds_of_paths(name: str, plan: Plan, kinds: tuple[str, ...], rivals: Node | None = None) -> Folds:
    rivals = rivals or wiring.rivals(wiring.given(residual.rivals_of_runs, kinds=kinds))
    of_fold = SPLIT_OF_FOLD, residual.START_OF_PATHS, rivals
    forecast = wiring.forecast(wiring.given(residual.forecast_runs, kinds=kinds))
    return Folds(plan.of(name), of_fold, (residual.TRAIN, forecast), newest=("start_report",))


# What is done once of runs that are forecast at once.
PATHS: list[Node] = [
    runs.SPLIT_FOR_PATHS,
    residual.EXPLAIN,
    JUDGE,
    wiring.draw(
        {
            "outcomes_and_forecasts": residual.paths_over_truth,
            "error_by_step": runs.error_by_step,
            "learning_curves": CURVES,
            "model_and_rivals": runs.model_and_rivals,
            **FIGURES,
        }
    ),
]

# By the name of an experiment, what creates it.
EXPERIMENTS = {
    "univariate_regression.level": next_level,
    "univariate_regression.volatility": next_volatility,
    "univariate_regression.rolling_windows": rolling_windows,
    "univariate_regression.mid_price": paths_of_mid_price,
}
