"""One experiment of the stacked LSTM: split, train, predict, judge, show."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from rnn_trading.figures import panels as plots
from rnn_trading.models.parameters import StackedLstmParameters, TrainingParameters
from rnn_trading.panels.network_inputs import UNSEEN, month_indicators, network_inputs, ticker_vocabulary
from rnn_trading.panels.sequences import lag_columns
from rnn_trading.skill.metrics.panels import information_coefficients, quantile_returns
from rnn_trading.skill.record import Experiment, skill_record
from rnn_trading.skill.rivals.panels import RivalRows, classification_rivals, regression_rivals
from rnn_trading.splits.chronological import SplitName, SplitParameters, chronological_split, describe_parts, rows_in

ROLLING_WEEKS = 4


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
    dates: pd.DataFrame,
    experiment: Experiment,
    split: SplitParameters,
    architecture: StackedLstmParameters,
    training: TrainingParameters,
) -> dict[str, Any]:
    """Fit the network on the training rows, stopping on the rows that the split names.

    Returns
    -------
    dict
        ``model``: `keras.Model`. ``vocabulary``: tickers by code. ``history``: columns ``epoch``, ``rows``,
        ``quantity``, ``value``. ``training``: parameters, epochs, best epoch, seconds.
    """
    # TensorFlow takes seconds to import: only a run that trains pays for it.
    from rnn_trading.models.stacked_lstm import average_embedding, build_stacked_lstm  # noqa: PLC0415
    from rnn_trading.models.training import train  # noqa: PLC0415

    train_table = _rows(returns_weekly, dates, "train")
    held_out = _rows(returns_weekly, dates, split.validate_on)
    vocabulary = ticker_vocabulary(returns_weekly, train_table.index, look_ahead=architecture.vocabulary == "all")
    _check_head(experiment, architecture, training)
    lags, target = lag_columns(returns_weekly), _truth(train_table, experiment)
    returns_scale, target_scale = float(train_table[lags].to_numpy().std()), float(target.std())
    if not (returns_scale > 0 and target_scale > 0):
        raise ValueError(
            f"{experiment.name}: the {len(train_table):,} training rows hold "
            f"{'returns' if target_scale > 0 else 'targets'} that are all equal: there is nothing to learn. "
            "Check the prices and the split."
        )
    fit = train(
        lambda: build_stacked_lstm(architecture, len(lags), len(vocabulary), returns_scale, target_scale),
        (network_inputs(train_table, vocabulary), target.astype(np.float32)),
        (network_inputs(held_out, vocabulary), _truth(held_out, experiment).astype(np.float32)),
        training,
        experiment.name,
    )
    if UNSEEN in vocabulary:
        average_embedding(fit.model, vocabulary.index(UNSEEN))
    return {
        "model": fit.model,
        "vocabulary": vocabulary,
        "history": pd.DataFrame(fit.history),
        "training": {
            "parameters": fit.model.count_params(),
            "epochs": fit.epochs,
            "epochs_allowed": training.epochs,
            "best_epoch": fit.best_epoch,
            "stopped_on": split.validate_on,
            "seconds": round(fit.seconds, 1),
        },
    }


def _check_head(experiment: Experiment, architecture: StackedLstmParameters, training: TrainingParameters) -> None:
    expected = {"classification": ("sigmoid", "binary_crossentropy"), "regression": ("linear", "mse")}[experiment.task]
    received = (architecture.output, training.loss)
    if received != expected:
        raise ValueError(
            f"{experiment.name}: a {experiment.task} needs model.output={expected[0]} and training.loss={expected[1]}. "
            f"Received: {received[0]} and {received[1]}."
        )


def predict_test_rows(
    model: Any, vocabulary: list[str], returns_weekly: pd.DataFrame, dates: pd.DataFrame
) -> pd.Series:
    """Predict the test rows: a probability of a rise, or a return as a fraction.

    Returns
    -------
    pandas.Series
        ``prediction``, index (ticker, date) of the test rows.
    """
    from rnn_trading.models.training import predict  # noqa: PLC0415  see train_model

    test = _rows(returns_weekly, dates, "test")
    return pd.Series(predict(model, network_inputs(test, vocabulary)), index=test.index, name="prediction")


def predict_with_rivals(
    returns_weekly: pd.DataFrame, dates: pd.DataFrame, experiment: Experiment, training: TrainingParameters
) -> pd.DataFrame:
    """Fit the rivals of the experiment's task on the training rows and forecast the test rows.

    Returns
    -------
    pandas.DataFrame
        One column a rival, index (ticker, date) of the test rows.
    """
    train, test = _rows(returns_weekly, dates, "train"), _rows(returns_weekly, dates, "test")
    forecast = classification_rivals if experiment.task == "classification" else regression_rivals
    rivals = forecast(_rival_rows(train), _truth(train, experiment), _rival_rows(test), training.seed)
    return rivals.set_axis(test.index)


def collect_predictions(
    model_predictions: pd.Series, rivals: pd.DataFrame, returns_weekly: pd.DataFrame, experiment: Experiment
) -> dict[str, pd.DataFrame]:
    """Put the model, the truth and the rivals side by side.

    Returns
    -------
    dict
        ``predictions``: ``ticker``, ``date``, ``prediction``, ``truth``, one column a rival, sorted by ticker
        and date. ``predictions_store``: ``symbol``, ``date``, ``prediction``, the published HDF5 form.
    """
    truth = _truth(returns_weekly.loc[model_predictions.index], experiment)
    table = pd.concat(
        [model_predictions, pd.Series(truth, index=model_predictions.index, name="truth"), rivals],
        axis="columns",
    ).reset_index()
    store = table[["ticker", "date", "prediction"]].rename(columns={"ticker": "symbol"})
    return {"predictions": table, "predictions_store": store}


def judge(
    predictions: pd.DataFrame,
    returns_weekly: pd.DataFrame,
    returns_weekly_flags: pd.DataFrame,
    dates: pd.DataFrame,
    reports: dict[str, Any],
    training_summary: dict[str, Any],
    experiment: Experiment,
    protocol: str,
) -> dict[str, Any]:
    """Write the skill record; see :func:`rnn_trading.skill.record.skill_record`."""
    keys = pd.MultiIndex.from_frame(predictions[["ticker", "date"]])
    return skill_record(
        experiment,
        protocol,
        predictions,
        returns_weekly_flags.loc[keys],
        {**describe_parts(_dates(returns_weekly), dates["split"]), **reports},
        training_summary,
    )


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


def draw_figures(
    predictions: pd.DataFrame,
    history: pd.DataFrame,
    training_summary: dict[str, Any],
    skill: dict[str, Any],
    experiment: Experiment,
) -> dict[str, Figure]:
    """Draw the published figures and the one that they lacked.

    Returns
    -------
    dict
        ``learning_curves``, ``quintiles``, ``rolling_ic``, ``model_and_rivals``.
    """
    truth, forecast = predictions["truth"].to_numpy(), predictions["prediction"].to_numpy()
    dates = pd.DatetimeIndex(predictions["date"])
    where = f"{experiment.name}, {skill['protocol'].replace('_', ' ')}"
    classification = experiment.task == "classification"
    outcome = "Share of rises" if classification else "Mean return of the week"
    metric, quantity, no_skill = (
        ("auc", "AUC on the test rows", 0.5) if classification else ("ic_mean", "Mean weekly IC on the test rows", 0.0)
    )
    return {
        "learning_curves": plots.learning_curves(
            history,
            training_summary["best_epoch"],
            training_summary["stopped_on"],
            "weekly return",
            f"Training\n{where}",
        ),
        "quintiles": plots.quintile_means(
            quantile_returns(forecast, truth, dates), outcome, f"Outcome by predicted quintile\n{where}"
        ),
        "rolling_ic": plots.rolling_information_coefficient(
            information_coefficients(forecast, truth, dates),
            ROLLING_WEEKS,
            f"Information coefficient\n{where}",
        ),
        "model_and_rivals": plots.model_beside_rivals(
            skill, metric, quantity, no_skill, f"Model beside its rivals\n{where}"
        ),
    }


def _dates(table: pd.DataFrame) -> pd.Index:
    return table.index.get_level_values("date")


def _rows(table: pd.DataFrame, dates: pd.DataFrame, part: SplitName) -> pd.DataFrame:
    return table[rows_in(dates["split"], _dates(table), part)]


def _truth(table: pd.DataFrame, experiment: Experiment) -> NDArray[np.float64]:
    column = "label" if experiment.task == "classification" else "fwd_returns"
    return table[column].to_numpy(dtype=np.float64)


def _rival_rows(table: pd.DataFrame) -> RivalRows:
    returns = table[lag_columns(table)].to_numpy()
    return RivalRows(returns, table["1"].to_numpy(), month_indicators(_dates(table)).astype(np.float64))
