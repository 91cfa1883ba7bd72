"""Experiments on a panel of return sequences, one row a ticker and date: an outcome of the next period."""

from typing import Any

import numpy as np
import pandas as pd
from kedro.pipeline import Node, Pipeline
from numpy.typing import NDArray

from rnn_trading.experiments import how_sure, panel_drawing, wiring
from rnn_trading.experiments.explaining import FIGURES
from rnn_trading.experiments.fitting import fitted
from rnn_trading.experiments.folds import SPLIT_OF_FOLD, FitOf, Folds
from rnn_trading.experiments.folds import experiment as folded
from rnn_trading.experiments.sizes import beside_published
from rnn_trading.models.parameters import StackedLstmParameters, TrainingParameters
from rnn_trading.models.states import States
from rnn_trading.panels.clipping import fit_clipping as fit_bounds
from rnn_trading.panels.moments import deviation_of_windows
from rnn_trading.panels.network_inputs import (
    UNSEEN,
    NetworkInputs,
    month_indicators,
    network_inputs,
    ticker_vocabulary,
)
from rnn_trading.panels.past_returns import PastReturns
from rnn_trading.panels.ranks import with_whole_windows
from rnn_trading.panels.view import LABEL, Bounds, PanelWindows
from rnn_trading.plan import Plan
from rnn_trading.skill.losses import PROBABILITY_FLOOR
from rnn_trading.skill.metrics.panels import FEWEST_TICKERS
from rnn_trading.skill.record import Experiment, skill_record
from rnn_trading.skill.rivals.fitting import forecast_with
from rnn_trading.skill.rivals.panels import CLASSIFICATION, REGRESSION, KnownPanel, PanelRows
from rnn_trading.splits.chronological import SplitName, SplitParameters, rows_in, watched_part
from rnn_trading.splits.walk_forward import WalkForwardParameters, describe_split, each_fold, refuse_one_class
from rnn_trading.splits.walk_forward import walk_forward as folds_of

RIVALS = {"classification": CLASSIFICATION, "regression": REGRESSION}
# Of each task, what the last layer and the loss may be. A linear layer under a loss of probabilities is the book's.
HEADS = {
    "classification": (("sigmoid", "binary_crossentropy"), ("linear", "binary_crossentropy")),
    "regression": (("linear", "mse"),),
}
FORECAST: tuple[SplitName, ...] = ("validation", "test")
MONTHS = 12


def panel_experiment(name: str, table: str, plan: Plan, *further: Node, probabilities: bool = False) -> Pipeline:
    """An experiment on a panel of sequences, under its own namespace, from the split to the figures.

    Parameters
    ----------
    name
        Of the experiment; ``params:NAME`` has the blocks ``experiment``, ``split``, ``walk_forward``, ``model`` and
        ``training``, and ``seeds``.
    table
        ``returns_weekly`` or ``returns_daily``. Nodes take its rows as ``returns_panel``, and what belongs to them as
        ``returns_flags`` and ``returns_report``; the table itself is for readers.
    plan
        How many folds and seeds it has.
    further
        Nodes beside those that all such experiments have.
    probabilities
        Whether it forecasts probabilities.
    """
    of_fit = wiring.train(train_model, "vocabulary"), wiring.forecast(forecast_rows)
    of_fold = SPLIT_OF_FOLD, CLIP, RIVALS_FORECAST
    folds = Folds(plan.of(name), of_fold, of_fit, newest=("vocabulary", "clipping"))
    return folded(name, once(table, *further, probabilities=probabilities), folds, shared(table))


def once(table: str, *further: Node, explained: bool = False, probabilities: bool = False) -> list[Node]:
    """What is done once of an experiment on a table: split, judge, figures; one on ranks is explained."""
    drawn = panel_drawing.figures_of(table, "ranks") | FIGURES if explained else panel_drawing.figures_of(table)
    drawn |= how_sure.OF_PROBABILITIES if probabilities else {}
    return [
        wiring.node(split_dates, "split_dates"),
        wiring.node(store_predictions, "predictions_store"),
        wiring.node(gather_reports, "reports"),
        wiring.judge(judge, explained=explained),
        wiring.draw(drawn),
        *further,
    ]


def shared(table: str) -> dict[str, str]:
    """Datasets that an experiment on a table takes from outside."""
    of_table = {f"returns{part}": f"{table}{part}" for part in ("_panel", "_flags", "_report")}
    return of_table | {"prices_report": "prices_report"}


def split_dates(
    returns_panel: PanelWindows, split: SplitParameters, walk_forward: WalkForwardParameters, experiment: Experiment
) -> pd.DataFrame:
    """Assign the dates of the rows to train, validation and test of every fold.

    Returns
    -------
    pandas.DataFrame
        Index: distinct dates. See :func:`rnn_trading.splits.walk_forward.walk_forward`.

    Raises
    ------
    ValueError
        If no test date of a fold has so many tickers that forecasts can be judged, or a part of a fold has one class
        only: before anything is trained.
    """
    parts = folds_of(returns_panel.dates, split, walk_forward)
    _refuse_few_tickers(returns_panel, parts)
    if experiment.task == "classification":
        rises = pd.Series(returns_panel.future > 0, returns_panel.dates)
        refuse_one_class(rises.astype(int), parts, experiment.name)
    return parts


def _refuse_few_tickers(panel: PanelWindows, parts: pd.DataFrame) -> None:
    """Raise if a fold has no test date on which forecasts can be ranked."""
    tickers = pd.Series(np.bincount(panel.period, minlength=len(panel.periods)), panel.periods)
    for fold, part in each_fold(parts):
        most = tickers[part.index[part == "test"]].max()  # missing for the final fit, which has no test
        if most < FEWEST_TICKERS:
            raise ValueError(
                f"Forecasts are judged by their ranks across tickers: expected at least {FEWEST_TICKERS} tickers on a "
                f"test date of {fold}. Received {most} at most, of {len(panel.tickers_of_rows)}. Bring prices of more "
                "tickers; for a single one: --pipelines univariate_regression, with --params index_file=PATH."
            )


def fit_clipping(returns_panel: PanelWindows, split_dates: pd.DataFrame) -> Bounds:
    """Bounds at which returns are clipped, fitted on the training rows; see :mod:`rnn_trading.panels.clipping`."""
    training = _in_parts(returns_panel, split_dates, "train")
    return fit_bounds(returns_panel, training, returns_panel.winsorise)


def train_model(
    returns_panel: PanelWindows,
    split_dates: pd.DataFrame,
    clipping: Bounds,
    experiment: Experiment,
    split: SplitParameters,
    architecture: StackedLstmParameters,
    training: TrainingParameters,
    training_state: States,
    fit: FitOf,
) -> dict[str, Any]:
    """Fit the network on the training rows, stopping on the rows that the split names.

    Returns
    -------
    dict
        See :func:`rnn_trading.experiments.fitting.fitted`. ``vocabulary``: tickers by code.

    Raises
    ------
    ValueError
        If the last layer and the loss are not those of the task, or the training returns are all equal.
    """
    # TensorFlow takes seconds to import: only a run that trains pays for it.
    from rnn_trading.models.interface import Input, Interface  # noqa: PLC0415
    from rnn_trading.models.networks import Blueprint  # noqa: PLC0415
    from rnn_trading.models.stacked_lstm import average_embedding  # noqa: PLC0415

    _check_head(experiment, architecture, training)
    train_rows, held_out = (rows_of(returns_panel, split_dates, part) for part in ("train", watched_part(split)))
    vocabulary = ticker_vocabulary(returns_panel, train_rows, look_ahead=architecture.vocabulary == "all")
    returns_scale, target_scale = _scales(train_rows, clipping, experiment, architecture)
    interface = Interface(
        {
            "Returns": Input((returns_panel.lags, 1), scale=returns_scale),
            "Tickers": Input((1,), "int32", ids=len(vocabulary)),
            "Months": Input((MONTHS,)),
        },
        activation=architecture.output,
        target=(0.0, target_scale),
    )

    known, watched = (_inputs_and_targets(each, vocabulary, clipping, experiment) for each in (train_rows, held_out))
    result = fit.train(Blueprint(architecture, interface), known, watched, training, training_state)
    if UNSEEN in vocabulary:
        average_embedding(result.model, vocabulary.index(UNSEEN))
    made = fitted(result, training, watched_part(split)) | {"vocabulary": vocabulary}
    return beside_published(made, experiment, len(vocabulary), architecture.embedding, "tickers", first=fit.first)


def _inputs_and_targets(
    panel: PanelWindows, vocabulary: list[str], clipping: Bounds, experiment: Experiment
) -> tuple[NetworkInputs, NDArray[np.float32]]:
    return network_inputs(panel, vocabulary, clipping), _truth(panel, clipping, experiment).astype(np.float32)


def _check_head(experiment: Experiment, architecture: StackedLstmParameters, training: TrainingParameters) -> None:
    expected, received = HEADS[experiment.task], (architecture.output, training.loss)
    if received not in expected:
        wanted = " or ".join(f"model.output={output} and training.loss={loss}" for output, loss in expected)
        raise ValueError(
            f"{experiment.name}: a {experiment.task} needs {wanted}. Received: {received[0]} and {received[1]}."
        )


def _scales(
    train_rows: PanelWindows, clipping: Bounds, experiment: Experiment, architecture: StackedLstmParameters
) -> tuple[float, float]:
    """Standard deviations of past returns and of the target, by which the network divides; 1: it does not."""
    returns, target = deviation_of_windows(train_rows, clipping), _truth(train_rows, clipping, experiment).std()
    if not (returns > 0 and target > 0):
        raise ValueError(
            f"{experiment.name}: the {len(train_rows):,} training rows hold "
            f"{'returns' if target > 0 else 'targets'} that are all equal: there is nothing to learn. "
            "Check the prices and the split."
        )
    if not architecture.standardise:
        return 1.0, 1.0
    return returns, float(target) if experiment.task == "regression" else 1.0  # a probability has no unit


def forecast_rows(
    model: Any,
    vocabulary: list[str],
    returns_panel: PanelWindows,
    split_dates: pd.DataFrame,
    clipping: Bounds,
    experiment: Experiment,
) -> pd.DataFrame:
    """Forecast the validation and test rows: a probability of a rise, or a return as a fraction.

    Returns
    -------
    pandas.DataFrame
        ``split``, ``prediction`` and ``truth``, index (ticker, date).
    """
    from rnn_trading.models.predicting import predict  # noqa: PLC0415  see train_model

    wanted = rows_of(returns_panel, split_dates, *FORECAST)
    forecasts = predict(model, network_inputs(wanted, vocabulary, clipping))
    return forecasts_of(wanted, forecasts, split_dates, clipping, experiment)


def forecasts_of(
    rows: PanelWindows,
    forecasts: NDArray[np.float64],
    split_dates: pd.DataFrame,
    clipping: Bounds,
    experiment: Experiment,
) -> pd.DataFrame:
    """Forecasts of some rows beside their part and what came: ``split``, ``prediction``, ``truth``."""
    parts = split_dates["split"].astype("str").reindex(rows.dates).to_numpy()
    columns = {"split": parts, "prediction": forecasts, "truth": _truth(rows, clipping, experiment)}
    return pd.DataFrame(columns, index=rows.index)


def forecast_with_rivals(
    returns_panel: PanelWindows,
    split_dates: pd.DataFrame,
    clipping: Bounds,
    experiment: Experiment,
    training: TrainingParameters,
) -> pd.DataFrame:
    """Fit the rivals of the experiment's task on the training rows and forecast the validation and test rows.

    Returns
    -------
    pandas.DataFrame
        One column a rival, index (ticker, date).
    """

    def known_rows(part: SplitName) -> tuple[PanelRows, NDArray[np.float64]]:
        rows = rows_of(returns_panel, split_dates, part)
        return rival_rows(rows, clipping), _truth(rows, clipping, experiment)

    wanted = rows_of(returns_panel, split_dates, *FORECAST)
    classes = experiment.task == "classification"
    known = KnownPanel(known_rows("train"), known_rows("validation"), classes, training.seed)
    return forecast_with(RIVALS[experiment.task], known, rival_rows(wanted, clipping), wanted.index)


def store_predictions(predictions: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The published form of the predictions.

    Returns
    -------
    dict
        ``predictions``: index (symbol, date), column ``prediction``.
    """
    renamed = predictions.rename(columns={"ticker": "symbol"})
    return {"predictions": renamed.set_index(["symbol", "date"])[["prediction"]]}


def gather_reports(prices_report: dict[str, Any], returns_report: dict[str, Any]) -> dict[str, Any]:
    """Say where the data come from and what was dropped or flagged on the way, and why."""
    return {
        "source": prices_report["source"],
        "prices": {key: value for key, value in prices_report.items() if key != "source"},
        "universe": returns_report["universe"],
        "thin_sessions": returns_report["thin_sessions"],
        "dropped": returns_report["rows_removed"],
        "flagged": returns_report["rows_flagged"],
    }


def judge(
    predictions: pd.DataFrame,
    validation_predictions: pd.DataFrame,
    returns_panel: PanelWindows,
    returns_flags: pd.DataFrame,
    split_dates: pd.DataFrame,
    reports: dict[str, Any],
    training: dict[str, Any],
    experiment: Experiment,
    protocol: str,
) -> dict[str, Any]:
    """Write the skill record; see :func:`rnn_trading.skill.record.skill_record`.

    Returns
    -------
    dict
        The record. ``data.no_probabilities``: test forecasts of a classification below 0 or above 1, if there are any;
        the verdict ends with what becomes of them.
    """
    reports = reports | (no_probabilities(predictions["prediction"]) if experiment.task == "classification" else {})
    flags = returns_flags.loc[pd.MultiIndex.from_frame(predictions[["ticker", "date"]])]
    parts = describe_split(split_dates, returns_panel.dates)
    return skill_record(
        experiment, protocol, predictions, flags, parts | reports, training, validation=validation_predictions
    )


def no_probabilities(forecasts: pd.Series) -> dict[str, Any]:
    """How many forecasts are below 0 or above 1, and what becomes of them; nothing if there is none.

    Examples
    --------
    >>> no_probabilities(pd.Series([0.4, 0.6]))
    {}
    >>> no_probabilities(pd.Series([-0.1, 0.6]))["no_probabilities"]
    1
    """
    outside = int((~forecasts.between(0, 1)).sum())
    if not outside:
        return {}
    caveat = (
        f"{outside:,} of {len(forecasts):,} forecasts are no probabilities, since the last layer is linear: the "
        f"log-loss takes them as {PROBABILITY_FLOOR:.7f} or {1 - PROBABILITY_FLOOR:.7f}, as the training did; ranks, "
        "and so the AUC, are of the forecasts as they are"
    )
    return {"no_probabilities": outside, "caveat": caveat}


def _in_parts(panel: PanelWindows, dates: pd.DataFrame, *parts: SplitName) -> NDArray[np.bool_]:
    """Mask of the rows of some parts, ``(rows,)``."""
    of_periods = np.logical_or.reduce([rows_in(dates["split"], panel.periods, part) for part in parts])
    return of_periods[panel.period]


def rows_of(panel: PanelWindows, dates: pd.DataFrame, *parts: SplitName) -> PanelWindows:
    """Rows of some parts of a split; the matrix of returns is shared."""
    return panel.take(_in_parts(panel, dates, *parts))


def _truth(panel: PanelWindows, clipping: Bounds, experiment: Experiment) -> NDArray[np.float64]:
    """What is forecast: 1 for a rise and 0 else, or the return."""
    returns = panel.column(LABEL, clipping)
    return (returns > 0).astype(np.float64) if experiment.task == "classification" else returns


def rival_rows(panel: PanelWindows, clipping: Bounds) -> PanelRows:
    """Rows of a panel as rivals have them, without a matrix of their windows."""
    everyone, places = with_whole_windows(panel)
    months = month_indicators(panel.periods).astype(np.int8)

    def rows(of: PanelWindows, among: tuple[PanelRows, NDArray[np.int64]] | None = None) -> PanelRows:
        return PanelRows(PastReturns(of, clipping), months[of.period], of.period.astype(np.int64), among)

    return rows(panel, (rows(everyone), places))


# Nodes that experiments on a panel share.
CLIP = wiring.node(fit_clipping, "clipping")
RIVALS_FORECAST = wiring.rivals(forecast_with_rivals)
