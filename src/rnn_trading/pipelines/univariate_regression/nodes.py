"""What every one-series experiment does: windows, split, scaling, training, forecasts, judgement."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnn_trading.models.parameters import SequenceNetworkParameters, TrainingParameters
from rnn_trading.series.scaling import Scaling, ScalingParameters, fit_scaling, refuse_zero_bases
from rnn_trading.series.series import (
    TRUTH,
    SeriesParameters,
    SineParameters,
    overlapping_runs,
    sine_wave,
    split_windows,
    take_series,
    window_flags,
    window_rows,
)
from rnn_trading.skill.inference.comparison import model_confidence_set, pairwise_comparisons
from rnn_trading.skill.metrics.panels import SQUARED_ERROR
from rnn_trading.skill.metrics.series import LAST_VALUE, QLIKE
from rnn_trading.skill.record import Experiment, plain, skill_record
from rnn_trading.skill.rivals.series import RivalWindows, level_rivals, volatility_rivals
from rnn_trading.skill.tasks import MODEL, TASKS
from rnn_trading.splits.chronological import (
    SplitName,
    SplitParameters,
    chronological_split,
    describe_parts,
    known_rows,
    rows_in,
)
from rnn_trading.tables.index_prices import IndexIngestionParameters

CONFIDENCE_SET_SIZE = 0.1
CONFIDENCE_SET_REPLICATIONS = 2000
RIVALS: dict[str, Callable[[RivalWindows], pd.DataFrame]] = {"level": level_rivals, "volatility": volatility_rivals}


def window_index(
    index_prices: pd.DataFrame,
    index_report: dict[str, Any],
    series: SeriesParameters,
    ingestion: IndexIngestionParameters,
) -> dict[str, Any]:
    """Take one series of an index and cut it into windows.

    Returns
    -------
    dict
        ``series``: column ``value``. ``windows``: lags and ``truth``, dated by the target. ``flags``: windows
        that touch a stale or extreme close. ``report``: source and counts.
    """
    values = take_series(index_prices, series)
    windows = window_rows(values, series.lags)
    flags = window_flags(index_prices, windows, ingestion.stale_after_sessions)
    report = {**index_report, "series": series.form, "flagged": {name: int(flags[name].sum()) for name in flags}}
    return {"series": values.to_frame(), "windows": windows, "flags": flags, "report": report}


def window_sine(sine: SineParameters) -> dict[str, Any]:
    """The sine wave in the form of :func:`window_index`; no window of it is flagged."""
    values = sine_wave(sine)
    windows = window_rows(values, sine.lags)
    formula = f"round(sin({sine.phase:g} + 2 pi k / {sine.period:g}), {sine.decimals}), k = 0 .. {sine.points - 1}"
    return {
        "series": values.to_frame(),
        "windows": windows,
        "flags": pd.DataFrame({"stale_price": False}, index=windows.index),
        "report": {"source": f"sine wave by its formula, {formula}", "simulated": True, "sessions": len(values)},
    }


def split_dates(windows: pd.DataFrame, split: SplitParameters) -> pd.DataFrame:
    """Assign the dates of the targets to train, validation and test.

    Returns
    -------
    pandas.DataFrame
        Index: dates. Column ``split``; missing after the end.
    """
    return chronological_split(windows.index, split).to_frame()


def fit_series_scaling(
    series: pd.DataFrame, windows: pd.DataFrame, dates: pd.DataFrame, scaling: ScalingParameters
) -> dict[str, Any]:
    """Find the constants of the scaling from what may be known: training rows, or everything as published.

    Returns
    -------
    dict
        See :class:`rnn_trading.series.scaling.Scaling`.
    """
    rows = windows if scaling.fitted_on == "all" else _rows(windows, dates, "train")
    values = series["value"] if scaling.fitted_on == "all" else known_rows(series, dates["split"])["value"]
    fitted = fit_scaling(scaling, values.to_numpy(), *split_windows(rows))
    refuse_zero_bases(fitted.base, split_windows(windows)[0])
    return fitted.as_dict()


def train_network(
    windows: pd.DataFrame,
    dates: pd.DataFrame,
    scaling: dict[str, Any],
    experiment: Experiment,
    split: SplitParameters,
    architecture: SequenceNetworkParameters,
    training: TrainingParameters,
) -> dict[str, Any]:
    """Fit the network on the training windows, stopping on the rows that the split names.

    Returns
    -------
    dict
        ``model``: `keras.Model`. ``history``: columns ``epoch``, ``rows``, ``quantity``, ``value``, losses in
        scaled units. ``training``: see :func:`training_summary`.
    """
    # TensorFlow takes seconds to import: only a run that trains pays for it.
    from rnn_trading.models.sequence_network import INPUT, build_sequence_network  # noqa: PLC0415
    from rnn_trading.models.training import train  # noqa: PLC0415

    def rows(part: SplitName) -> tuple[dict[str, NDArray[np.float32]], NDArray[np.float32]]:
        lags, targets = split_windows(_rows(windows, dates, part))
        units = Scaling(**scaling)
        scaled, target = units.scale(lags, lags), units.scale(targets[:, None], lags)
        return {INPUT: scaled[:, :, None].astype(np.float32)}, target[:, 0].astype(np.float32)

    lags = windows.shape[1] - 1
    fit = train(
        lambda: build_sequence_network(architecture, lags),
        rows("train"),
        rows(split.validate_on),
        training,
        experiment.name,
    )
    return {
        "model": fit.model,
        "history": pd.DataFrame(fit.history),
        "training": training_summary(fit, split, training),
    }


def training_summary(fit: Any, split: SplitParameters, training: TrainingParameters) -> dict[str, Any]:
    """Parameters, epochs, best epoch and its validation loss, rows that training was stopped on, seconds."""
    history = pd.DataFrame(fit.history)
    best = history[
        (history["epoch"] == fit.best_epoch) & (history["rows"] == "validation") & (history["quantity"] == "loss")
    ]
    return {
        "parameters": fit.model.count_params(),
        "epochs": fit.epochs,
        "epochs_allowed": training.epochs,
        "best_epoch": fit.best_epoch,
        "best_validation_loss": float(best["value"].iloc[0]),
        "stopped_on": split.validate_on,
        "seconds": round(fit.seconds, 1),
    }


def forecast_rows(model: Any, windows: pd.DataFrame, dates: pd.DataFrame, scaling: dict[str, Any]) -> pd.DataFrame:
    """Forecast every training and test row in the units of the series.

    Returns
    -------
    pandas.DataFrame
        Index: dates. ``split`` (``train``, ``test``), ``prediction``, ``truth``.
    """
    from rnn_trading.models.free_run import free_run  # noqa: PLC0415  see train_network

    parts = dates["split"].reindex(windows.index)
    wanted = windows[parts.isin(["train", "test"]).to_numpy()]
    forecasts = free_run(model, split_windows(wanted)[0], 1, Scaling(**scaling))[:, 0]
    return pd.DataFrame(
        {"split": parts[wanted.index].astype("str"), MODEL: forecasts, TRUTH: wanted[TRUTH]}, index=wanted.index
    )


def forecast_with_rivals(
    series: pd.DataFrame, windows: pd.DataFrame, dates: pd.DataFrame, experiment: Experiment
) -> pd.DataFrame:
    """Fit the rivals of the experiment's task on the training rows and forecast the test rows.

    Returns
    -------
    pandas.DataFrame
        One column a rival, index: dates of the test rows.
    """
    train, validation, test = (_rows(windows, dates, part) for part in ("train", "validation", "test"))
    known = RivalWindows(
        known_rows(series, dates["split"])["value"].to_numpy(),
        *(split_windows(train), split_windows(validation), split_windows(test)[0]),
    )
    return RIVALS[experiment.task](known).set_axis(test.index)


def collect_predictions(forecasts: pd.DataFrame, rivals: pd.DataFrame) -> pd.DataFrame:
    """Put the test rows side by side: ``date``, ``prediction``, ``truth``, one column a rival."""
    test = forecasts.loc[forecasts["split"] == "test", [MODEL, TRUTH]]
    return test.join(rivals).rename_axis("date").reset_index()


def add_training_metrics(
    forecasts: pd.DataFrame, windows: pd.DataFrame, training_summary: dict[str, Any]
) -> dict[str, Any]:
    """Add the metrics of the level on the training rows, as ``training_rows``: they were published too."""
    train = forecasts[forecasts["split"] == "train"]
    rows = train.assign(**{LAST_VALUE: windows.loc[train.index, "1"]})
    return {**training_summary, "training_rows": TASKS["level"].evaluate(rows, MODEL)}


def judge(
    predictions: pd.DataFrame,
    flags: pd.DataFrame,
    dates: pd.DataFrame,
    report: dict[str, Any],
    scaling: dict[str, Any],
    training_summary: dict[str, Any],
    experiment: Experiment,
    protocol: str,
) -> dict[str, Any]:
    """Write the skill record; see :func:`rnn_trading.skill.record.skill_record`."""
    column = "target_date" if "target_date" in predictions else "date"
    return skill_record(
        experiment,
        protocol,
        predictions,
        flags.loc[pd.DatetimeIndex(predictions[column])],
        {**describe_parts(dates.index, dates["split"]), **report},
        training_summary,
        scale=scaling["size"] if scaling["base"] == "none" else None,
        overlap=overlapping_runs(predictions) if "run" in predictions else 1,
    )


def choose_network(**trained: Any) -> dict[str, Any]:
    """Take the network with the smallest loss on the rows that stopped it: validation, or, as published, test.

    Parameters
    ----------
    trained
        ``NAME_forecasts``, ``NAME_history`` and ``NAME_training`` of each network.

    Returns
    -------
    dict
        ``forecasts``, ``history`` and ``training`` of that network; ``training`` says which in ``chosen``.
    """
    losses = {
        name.removesuffix("_training"): summary["best_validation_loss"]
        for name, summary in trained.items()
        if name.endswith("_training")
    }
    chosen = min(losses, key=losses.__getitem__)
    return {
        "forecasts": trained[f"{chosen}_forecasts"],
        "history": trained[f"{chosen}_history"],
        "training": {**trained[f"{chosen}_training"], "chosen": chosen},
    }


def compare_networks(rivals: pd.DataFrame, seed: int, **forecasts: pd.DataFrame) -> dict[str, Any]:
    """Compare all networks and all rivals with each other on the test rows.

    Parameters
    ----------
    rivals
        One column a rival, index: dates of the test rows.
    seed
        Of the bootstrap.
    forecasts
        Result of :func:`forecast_rows` of each network, by name.

    Returns
    -------
    dict
        ``metrics`` by name, ``networks``, and for squared error and QLIKE ``confidence_set`` (90 %) and
        ``pairs`` (Diebold-Mariano).
    """
    tests = {name: rows[rows["split"] == "test"] for name, rows in forecasts.items()}
    table = pd.DataFrame({name: rows[MODEL] for name, rows in tests.items()}).join(rivals)
    truth = next(iter(tests.values()))[TRUTH].to_numpy()
    rows = table.assign(**{TRUTH: truth}).rename_axis("date").reset_index()
    by_loss = {
        loss.name: {
            "confidence_set": model_confidence_set(
                *(loss, table, truth, table.index, CONFIDENCE_SET_SIZE, CONFIDENCE_SET_REPLICATIONS, seed)
            ),
            "pairs": pairwise_comparisons(loss, table, truth, table.index),
        }
        for loss in (SQUARED_ERROR, QLIKE)
    }
    metrics = {name: TASKS["volatility"].evaluate(rows, name) for name in table}
    return plain({"networks": list(tests), "metrics": metrics, **by_loss})


def _rows(windows: pd.DataFrame, dates: pd.DataFrame, part: SplitName) -> pd.DataFrame:
    return windows[rows_in(dates["split"], windows.index, part)]
