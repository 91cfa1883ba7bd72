"""Experiments on a panel of return sequences, one row a ticker and date: an outcome of the next period."""

from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from kedro.pipeline import Node, Pipeline
from numpy.typing import NDArray

from rnn_trading import figures
from rnn_trading.experiments import drawing, wiring
from rnn_trading.experiments.fitting import fitted
from rnn_trading.figures import Figure
from rnn_trading.models.parameters import StackedLstmParameters, TrainingParameters
from rnn_trading.models.states import States
from rnn_trading.panels.network_inputs import UNSEEN, month_indicators, network_inputs, ticker_vocabulary
from rnn_trading.panels.sequences import lag_columns
from rnn_trading.skill.formats import format_score, format_signed
from rnn_trading.skill.metrics.panels import information_coefficients, quantile_returns
from rnn_trading.skill.record import Experiment, skill_record
from rnn_trading.skill.rivals.fitting import forecast_with
from rnn_trading.skill.rivals.panels import CLASSIFICATION, REGRESSION, KnownPanel, PanelRows
from rnn_trading.splits.chronological import SplitName, SplitParameters, chronological_split, describe_parts, rows_in

SHARED = ("returns_weekly", "returns_weekly_flags", "returns_weekly_report", "prices_report")
RIVALS = {"classification": CLASSIFICATION, "regression": REGRESSION}
# Of each task, what the last layer and the loss must be.
HEADS = {"classification": ("sigmoid", "binary_crossentropy"), "regression": ("linear", "mse")}
FORECAST: tuple[SplitName, ...] = ("validation", "test")
MONTHS = 12
ROLLING_WEEKS = 4


def panel_experiment(name: str, *further: Node) -> Pipeline:
    """An experiment on ``returns_weekly``, under its own namespace, from the split to the figures.

    Parameters
    ----------
    name
        Of the experiment; ``params:NAME`` has the blocks ``experiment``, ``split``, ``model`` and ``training``.
    further
        Nodes beside those that all such experiments have.
    """
    nodes = [
        wiring.node(split_dates, "split_dates"),
        wiring.train(train_model, "vocabulary"),
        wiring.forecast(forecast_rows),
        wiring.rivals(forecast_with_rivals),
        wiring.node(store_predictions, "predictions_store"),
        wiring.node(gather_reports, "reports"),
        wiring.judge(judge),
        wiring.draw(
            {
                "learning_curves": partial(drawing.learning_curves, unit="weekly return"),
                "quintiles": quintiles,
                "rolling_ic": rolling_ic,
                "model_and_rivals": drawing.model_and_rivals,
            }
        ),
    ]
    return wiring.experiment(name, [*nodes, *further], SHARED)


def split_dates(returns_weekly: pd.DataFrame, split: SplitParameters) -> pd.DataFrame:
    """Assign the dates of the table to train, validation and test.

    Returns
    -------
    pandas.DataFrame
        Index: distinct dates. Column ``split``; missing where a date was purged or lies after the end.
    """
    return chronological_split(_dates(returns_weekly), split).to_frame()


def train_model(
    returns_weekly: pd.DataFrame,
    split_dates: pd.DataFrame,
    experiment: Experiment,
    split: SplitParameters,
    architecture: StackedLstmParameters,
    training: TrainingParameters,
    training_state: States,
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
    from rnn_trading.models.networks import build_network  # noqa: PLC0415
    from rnn_trading.models.stacked_lstm import average_embedding  # noqa: PLC0415
    from rnn_trading.models.training import train  # noqa: PLC0415

    _check_head(experiment, architecture, training)
    train_rows, held_out = (_rows(returns_weekly, split_dates, part) for part in ("train", split.validate_on))
    vocabulary = ticker_vocabulary(returns_weekly, train_rows.index, look_ahead=architecture.vocabulary == "all")
    scales = _scales(train_rows, experiment)
    returns_scale, target_scale = scales if architecture.standardise else (1.0, 1.0)
    interface = Interface(
        {
            "Returns": Input((len(lag_columns(returns_weekly)), 1), scale=returns_scale),
            "Tickers": Input((1,), "int32", ids=len(vocabulary)),
            "Months": Input((MONTHS,)),
        },
        activation=architecture.output,
        target=(0.0, target_scale),
    )

    def rows(table: pd.DataFrame) -> tuple[dict[str, NDArray[Any]], NDArray[np.float32]]:
        return network_inputs(table, vocabulary), _truth(table, experiment).astype(np.float32)

    fit = train(
        lambda: build_network(architecture, interface),
        *(rows(train_rows), rows(held_out), training, experiment.name, training_state),
    )
    if UNSEEN in vocabulary:
        average_embedding(fit.model, vocabulary.index(UNSEEN))
    return fitted(fit, training, split.validate_on) | {"vocabulary": vocabulary}


def _check_head(experiment: Experiment, architecture: StackedLstmParameters, training: TrainingParameters) -> None:
    expected, received = HEADS[experiment.task], (architecture.output, training.loss)
    if received != expected:
        raise ValueError(
            f"{experiment.name}: a {experiment.task} needs model.output={expected[0]} and training.loss={expected[1]}. "
            f"Received: {received[0]} and {received[1]}."
        )


def _scales(train_rows: pd.DataFrame, experiment: Experiment) -> tuple[float, float]:
    """Standard deviations of past returns and of the target."""
    returns, target = train_rows[lag_columns(train_rows)].to_numpy().std(), _truth(train_rows, experiment).std()
    if not (returns > 0 and target > 0):
        raise ValueError(
            f"{experiment.name}: the {len(train_rows):,} training rows hold "
            f"{'returns' if target > 0 else 'targets'} that are all equal: there is nothing to learn. "
            "Check the prices and the split."
        )
    return float(returns), float(target)


def forecast_rows(
    model: Any,
    vocabulary: list[str],
    returns_weekly: pd.DataFrame,
    split_dates: pd.DataFrame,
    experiment: Experiment,
) -> pd.DataFrame:
    """Forecast the validation and test rows: a probability of a rise, or a return as a fraction.

    Returns
    -------
    pandas.DataFrame
        ``split``, ``prediction`` and ``truth``, index (ticker, date).
    """
    from rnn_trading.models.training import predict  # noqa: PLC0415  see train_model

    wanted = _rows(returns_weekly, split_dates, *FORECAST)
    parts = split_dates["split"].astype("str").reindex(_dates(wanted)).to_numpy()
    forecasts = predict(model, network_inputs(wanted, vocabulary))
    columns = {"split": parts, "prediction": forecasts, "truth": _truth(wanted, experiment)}
    return pd.DataFrame(columns, index=wanted.index)


def forecast_with_rivals(
    returns_weekly: pd.DataFrame, split_dates: pd.DataFrame, experiment: Experiment, training: TrainingParameters
) -> pd.DataFrame:
    """Fit the rivals of the experiment's task on the training rows and forecast the validation and test rows.

    Returns
    -------
    pandas.DataFrame
        One column a rival, index (ticker, date).
    """

    def known_rows(part: SplitName) -> tuple[PanelRows, NDArray[np.float64]]:
        table = _rows(returns_weekly, split_dates, part)
        return _rival_rows(table), _truth(table, experiment)

    wanted = _rows(returns_weekly, split_dates, *FORECAST)
    classes = experiment.task == "classification"
    known = KnownPanel(known_rows("train"), known_rows("validation"), classes, training.seed)
    return forecast_with(RIVALS[experiment.task], known, _rival_rows(wanted), wanted.index)


def store_predictions(predictions: pd.DataFrame) -> pd.DataFrame:
    """The published form of the predictions: ``symbol``, ``date``, ``prediction``."""
    return predictions[["ticker", "date", "prediction"]].rename(columns={"ticker": "symbol"})


def gather_reports(prices_report: dict[str, Any], returns_weekly_report: dict[str, Any]) -> dict[str, Any]:
    """Say where the data come from and what was dropped or flagged on the way, and why."""
    return {
        "source": prices_report["source"],
        "prices": {key: value for key, value in prices_report.items() if key != "source"},
        "universe": returns_weekly_report["universe"],
        "thin_sessions": returns_weekly_report["thin_sessions"],
        "dropped": returns_weekly_report["rows_removed"],
        "flagged": returns_weekly_report["rows_flagged"],
    }


def judge(
    predictions: pd.DataFrame,
    validation_predictions: pd.DataFrame,
    returns_weekly: pd.DataFrame,
    returns_weekly_flags: pd.DataFrame,
    split_dates: pd.DataFrame,
    reports: dict[str, Any],
    training: dict[str, Any],
    experiment: Experiment,
    protocol: str,
) -> dict[str, Any]:
    """Write the skill record; see :func:`rnn_trading.skill.record.skill_record`."""
    flags = returns_weekly_flags.loc[pd.MultiIndex.from_frame(predictions[["ticker", "date"]])]
    parts = describe_parts(_dates(returns_weekly), split_dates["split"])
    return skill_record(
        experiment, protocol, predictions, flags, parts | reports, training, validation=validation_predictions
    )


def quintiles(predictions: pd.DataFrame, skill: dict[str, Any]) -> Figure:
    """Mean outcome by quintile of the prediction within its date."""
    outcome = "Share of rises" if skill["headline"]["metric"] == "auc" else "Mean return of the week"
    by_date = quantile_returns(*_by_date(predictions))
    return figures.panels.quintile_means(by_date, outcome, drawing.title(_spread(by_date, skill), skill))


def _spread(by_date: pd.DataFrame, skill: dict[str, Any]) -> str:
    """What the highest fifth has more than the lowest, and whether means rise from each fifth to the next."""
    spread = skill["model"]["metrics"]["quintile_spread"]
    if spread is None:
        return "Outcome by predicted quintile"
    rising = "monotone" if by_date.mean().is_monotonic_increasing else "not monotone"
    return f"Highest less lowest fifth: {format_signed(100 * spread)} percentage points, {rising}"


def rolling_ic(predictions: pd.DataFrame, skill: dict[str, Any]) -> Figure:
    """Information coefficient of the dates, its rolling mean."""
    by_date = information_coefficients(*_by_date(predictions))
    weekly, overall = (format_score(skill["model"]["metrics"][name]) for name in ("ic_mean", "ic_pooled"))
    what = f"Information coefficient: {weekly} by week, {overall} over all rows"
    return figures.panels.rolling_information_coefficient(by_date, ROLLING_WEEKS, drawing.title(what, skill))


def _by_date(predictions: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64], pd.DatetimeIndex]:
    forecast, truth = (predictions[name].to_numpy() for name in ("prediction", "truth"))
    return forecast, truth, pd.DatetimeIndex(predictions["date"])


def _dates(table: pd.DataFrame) -> pd.Index:
    return table.index.get_level_values("date")


def _rows(table: pd.DataFrame, dates: pd.DataFrame, *parts: SplitName) -> pd.DataFrame:
    return table[np.logical_or.reduce([rows_in(dates["split"], _dates(table), part) for part in parts])]


def _truth(table: pd.DataFrame, experiment: Experiment) -> NDArray[np.float64]:
    column = "label" if experiment.task == "classification" else "fwd_returns"
    return table[column].to_numpy(dtype=np.float64)


def _rival_rows(table: pd.DataFrame) -> PanelRows:
    oldest_first = sorted(lag_columns(table), key=int, reverse=True)  # a table as published has the newest first
    dates = _dates(table)
    months = month_indicators(dates).astype(np.float64)
    return PanelRows(table[oldest_first].to_numpy(), months, pd.factorize(dates)[0])
