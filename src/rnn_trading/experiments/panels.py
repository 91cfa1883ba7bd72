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
from rnn_trading.experiments.sizes import beside_published
from rnn_trading.figures import Figure
from rnn_trading.models.parameters import StackedLstmParameters, TrainingParameters
from rnn_trading.models.states import States
from rnn_trading.panels.network_inputs import UNSEEN, month_indicators, network_inputs, ticker_vocabulary
from rnn_trading.panels.sequences import lag_columns
from rnn_trading.skill.formats import format_score, format_signed
from rnn_trading.skill.losses import PROBABILITY_FLOOR
from rnn_trading.skill.metrics.panels import FEWEST_TICKERS, information_coefficients, quantile_returns
from rnn_trading.skill.record import Experiment, skill_record
from rnn_trading.skill.rivals.fitting import forecast_with
from rnn_trading.skill.rivals.panels import CLASSIFICATION, REGRESSION, KnownPanel, PanelRows
from rnn_trading.splits.chronological import (
    SplitName,
    SplitParameters,
    chronological_split,
    describe_parts,
    rows_in,
    watched_part,
)

RIVALS = {"classification": CLASSIFICATION, "regression": REGRESSION}
# Of each task, what the last layer and the loss may be. A linear layer under a loss of probabilities is the book's.
HEADS = {
    "classification": (("sigmoid", "binary_crossentropy"), ("linear", "binary_crossentropy")),
    "regression": (("linear", "mse"),),
}
FORECAST: tuple[SplitName, ...] = ("validation", "test")
MONTHS = 12
# Of each table, what a row's return is the return of, and the dates of a rolling mean over four weeks.
PERIODS = {"returns_weekly": ("week", 4), "returns_daily": ("day", 20)}


def panel_experiment(name: str, table: str, *further: Node) -> Pipeline:
    """An experiment on a table of sequences, under its own namespace, from the split to the figures.

    Parameters
    ----------
    name
        Of the experiment; ``params:NAME`` has the blocks ``experiment``, ``split``, ``model`` and ``training``.
    table
        ``returns_weekly`` or ``returns_daily``. Nodes know it as ``returns``, and what belongs to it as
        ``returns_flags`` and ``returns_report``.
    further
        Nodes beside those that all such experiments have.
    """
    period, dates = PERIODS[table]
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
                "learning_curves": partial(drawing.learning_curves, unit=f"return of the {period}"),
                "quintiles": partial(quintiles, period=period),
                "rolling_ic": partial(rolling_ic, dates=dates, period=period),
                "model_and_rivals": drawing.model_and_rivals,
            }
        ),
    ]
    shared = {f"returns{part}": f"{table}{part}" for part in ("", "_flags", "_report")}
    return wiring.experiment(name, [*nodes, *further], shared | {"prices_report": "prices_report"})


def split_dates(returns: pd.DataFrame, split: SplitParameters) -> pd.DataFrame:
    """Assign the dates of the table to train, validation and test.

    Returns
    -------
    pandas.DataFrame
        Index: distinct dates. Column ``split``; missing where a date was purged or lies after the end.

    Raises
    ------
    ValueError
        If no test date has so many tickers that forecasts can be judged: before anything is trained.
    """
    parts = chronological_split(_dates(returns), split)
    tickers = _dates(_rows(returns, parts.to_frame(), "test")).value_counts()
    if tickers.max() < FEWEST_TICKERS:
        raise ValueError(
            f"Forecasts are judged by their ranks across tickers: expected at least {FEWEST_TICKERS} tickers on a test "
            f"date. Received {tickers.max()} at most, of {returns.index.unique('ticker').size}. Bring prices of more "
            "tickers; for a single one: --pipelines univariate_regression, with --params index_file=PATH."
        )
    return parts.to_frame()


def train_model(
    returns: pd.DataFrame,
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
    from rnn_trading.models.networks import Blueprint  # noqa: PLC0415
    from rnn_trading.models.stacked_lstm import average_embedding  # noqa: PLC0415
    from rnn_trading.models.training import train  # noqa: PLC0415

    _check_head(experiment, architecture, training)
    train_rows, held_out = (_rows(returns, split_dates, part) for part in ("train", watched_part(split)))
    vocabulary = ticker_vocabulary(returns, train_rows.index, look_ahead=architecture.vocabulary == "all")
    returns_scale, target_scale = _scales(train_rows, experiment, architecture)
    interface = Interface(
        {
            "Returns": Input((len(lag_columns(returns)), 1), scale=returns_scale),
            "Tickers": Input((1,), "int32", ids=len(vocabulary)),
            "Months": Input((MONTHS,)),
        },
        activation=architecture.output,
        target=(0.0, target_scale),
    )

    def rows(table: pd.DataFrame) -> tuple[dict[str, NDArray[Any]], NDArray[np.float32]]:
        return network_inputs(table, vocabulary), _truth(table, experiment).astype(np.float32)

    fit = train(
        Blueprint(architecture, interface),
        *(rows(train_rows), rows(held_out), training, experiment.name, training_state),
    )
    if UNSEEN in vocabulary:
        average_embedding(fit.model, vocabulary.index(UNSEEN))
    made = fitted(fit, training, watched_part(split)) | {"vocabulary": vocabulary}
    return beside_published(made, experiment, len(vocabulary), architecture.embedding, "tickers")


def _check_head(experiment: Experiment, architecture: StackedLstmParameters, training: TrainingParameters) -> None:
    expected, received = HEADS[experiment.task], (architecture.output, training.loss)
    if received not in expected:
        wanted = " or ".join(f"model.output={output} and training.loss={loss}" for output, loss in expected)
        raise ValueError(
            f"{experiment.name}: a {experiment.task} needs {wanted}. Received: {received[0]} and {received[1]}."
        )


def _scales(
    train_rows: pd.DataFrame, experiment: Experiment, architecture: StackedLstmParameters
) -> tuple[float, float]:
    """Standard deviations of past returns and of the target, by which the network divides; 1: it does not."""
    returns, target = train_rows[lag_columns(train_rows)].to_numpy().std(), _truth(train_rows, experiment).std()
    if not (returns > 0 and target > 0):
        raise ValueError(
            f"{experiment.name}: the {len(train_rows):,} training rows hold "
            f"{'returns' if target > 0 else 'targets'} that are all equal: there is nothing to learn. "
            "Check the prices and the split."
        )
    if not architecture.standardise:
        return 1.0, 1.0
    return float(returns), float(target) if experiment.task == "regression" else 1.0  # a probability has no unit


def forecast_rows(
    model: Any,
    vocabulary: list[str],
    returns: pd.DataFrame,
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

    wanted = _rows(returns, split_dates, *FORECAST)
    parts = split_dates["split"].astype("str").reindex(_dates(wanted)).to_numpy()
    forecasts = predict(model, network_inputs(wanted, vocabulary))
    columns = {"split": parts, "prediction": forecasts, "truth": _truth(wanted, experiment)}
    return pd.DataFrame(columns, index=wanted.index)


def forecast_with_rivals(
    returns: pd.DataFrame, split_dates: pd.DataFrame, experiment: Experiment, training: TrainingParameters
) -> pd.DataFrame:
    """Fit the rivals of the experiment's task on the training rows and forecast the validation and test rows.

    Returns
    -------
    pandas.DataFrame
        One column a rival, index (ticker, date).
    """

    def known_rows(part: SplitName) -> tuple[PanelRows, NDArray[np.float64]]:
        table = _rows(returns, split_dates, part)
        return _rival_rows(table), _truth(table, experiment)

    wanted = _rows(returns, split_dates, *FORECAST)
    classes = experiment.task == "classification"
    known = KnownPanel(known_rows("train"), known_rows("validation"), classes, training.seed)
    return forecast_with(RIVALS[experiment.task], known, _rival_rows(wanted), wanted.index)


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
    returns: pd.DataFrame,
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
    parts = describe_parts(_dates(returns), split_dates["split"])
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


def quintiles(predictions: pd.DataFrame, skill: dict[str, Any], *, period: str = "week") -> Figure:
    """Mean outcome by quintile of the prediction within its date; ``period`` is what the return is the return of."""
    outcome = "Share of rises" if skill["headline"]["metric"] == "auc" else f"Mean return of the {period}"
    by_date = quantile_returns(*_by_date(predictions))
    return figures.panels.quintile_means(by_date, outcome, drawing.title(_spread(by_date, skill), skill))


def _spread(by_date: pd.DataFrame, skill: dict[str, Any]) -> str:
    """What the highest fifth has more than the lowest, and whether means rise from each fifth to the next."""
    spread = skill["model"]["metrics"]["quintile_spread"]
    if spread is None:
        return "Outcome by predicted quintile"
    rising = "monotone" if by_date.mean().is_monotonic_increasing else "not monotone"
    return f"Highest less lowest fifth: {format_signed(100 * spread)} percentage points, {rising}"


def rolling_ic(predictions: pd.DataFrame, skill: dict[str, Any], *, dates: int = 4, period: str = "week") -> Figure:
    """Information coefficient of the dates, its rolling mean over so many dates, one a ``period``."""
    by_date = information_coefficients(*_by_date(predictions))
    mean, overall = (format_score(skill["model"]["metrics"][name]) for name in ("ic_mean", "ic_pooled"))
    what = f"Information coefficient: {mean} by {period}, {overall} over all rows"
    return figures.panels.rolling_information_coefficient(by_date, dates, drawing.title(what, skill), period)


def _by_date(predictions: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64], pd.DatetimeIndex]:
    forecast, truth = (predictions[name].to_numpy() for name in ("prediction", "truth"))
    return forecast, truth, pd.DatetimeIndex(predictions["date"])


def _dates(table: pd.DataFrame) -> pd.Index:
    return table.index.get_level_values("date")


def _rows(table: pd.DataFrame, dates: pd.DataFrame, *parts: SplitName) -> pd.DataFrame:
    return table[np.logical_or.reduce([rows_in(dates["split"], _dates(table), part) for part in parts])]


def _truth(table: pd.DataFrame, experiment: Experiment) -> NDArray[np.float64]:
    """What is forecast: 1 for a rise and 0 else, or the return.

    The published tables differ: the label of ``returns_daily`` is the return, that of ``returns_weekly`` is 1 or 0.
    """
    classes = experiment.task == "classification"
    if "fwd_returns" in table:
        truth = table["label" if classes else "fwd_returns"]
    else:
        truth = table["label"] > 0 if classes else table["label"]
    return truth.to_numpy(dtype=np.float64)


def _rival_rows(table: pd.DataFrame) -> PanelRows:
    oldest_first = sorted(lag_columns(table), key=int, reverse=True)  # a table as published has the newest first
    dates = _dates(table)
    months = month_indicators(dates).astype(np.float64)
    return PanelRows(table[oldest_first].to_numpy(), months, pd.factorize(dates)[0])
