"""Experiments on a panel whose network reads and forecasts ranks within each date.

Sequences, split, clipping and rivals are those of :mod:`rnn_trading.experiments.panels`. What is judged is a return, or
the probability of a rise, as there.
"""

from collections.abc import Callable
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
from kedro.pipeline import Node, Pipeline
from numpy.typing import NDArray
from pydantic import Field

from rnn_trading.experiments import panels, wiring
from rnn_trading.experiments.explaining import CALLED, MOST_ROWS, SEED, START, explained
from rnn_trading.experiments.fitting import fitted
from rnn_trading.experiments.folds import SPLIT_OF_FOLD, FitOf, Folds
from rnn_trading.experiments.folds import experiment as folded
from rnn_trading.experiments.losses import BY_DATE
from rnn_trading.experiments.panels import FORECAST, rival_rows, rows_of
from rnn_trading.experiments.starting import STARTED, STARTS, choose_start, chosen_on, rivals_called
from rnn_trading.models.parameters import ResidualNetworkParameters, TrainingParameters
from rnn_trading.models.states import States
from rnn_trading.panels.ranks import EVEN_DEVIATION, RankInputs, ranked
from rnn_trading.panels.view import Bounds, PanelWindows
from rnn_trading.parameters import parameters
from rnn_trading.plan import Plan
from rnn_trading.skill.ranks import mean_coefficient, relative_ranks
from rnn_trading.skill.record import Experiment
from rnn_trading.skill.rivals.fitting import slope
from rnn_trading.skill.rivals.panels import NEWEST_LAGS, KnownPanel, PanelRows
from rnn_trading.splits.chronological import SplitName, SplitParameters, watched_part

Vector = NDArray[np.float64]
PARTS: tuple[SplitName, ...] = ("train", "validation", "test")
VALUE, OF_THE_ROW = "value", "known_"
MOST_TICKERS = 64  # of an explanation
# A forecast that was no better than luck on the watched rows is a forecast all the same.
SMALL_COEFFICIENT = 0.01


@parameters
class RankInputParameters:
    """What a network on ranks sees beside the ranks of past returns, and the simple forecast that it starts from.

    Parameters
    ----------
    known
        Of each row, as its rank within the date. ``volatility``: deviation of the row's own past returns; ``momentum``:
        their sum without the newest four; ``reversal``: minus the newest.
    start
        Names of rivals of the regression, fitted on ranks. Their forecasts are what the network corrects; of several
        that with the best mean information coefficient on the validation rows.
    """

    known: tuple[Literal["volatility", "momentum", "reversal"], ...]
    start: Annotated[tuple[str, ...], Field(min_length=1)]


def start_from(
    returns_panel: PanelWindows,
    split_dates: pd.DataFrame,
    clipping: Bounds,
    inputs: RankInputParameters,
    training: TrainingParameters,
    experiment: Experiment,
) -> dict[str, Any]:
    """Fit the simple forecasts on the ranks of the training rows, and forecast the rows of all parts by the best one.

    Returns
    -------
    dict
        ``start``: index (ticker, date); ``start``, the name of the forecast, ``value``, what it says, and
        ``known_volatility`` and so on, what is known of the row, all as ranks with a deviation of 1.
        ``start_report``: ``start``, and ``starts``, the coefficient of each.

    Raises
    ------
    ValueError
        If a name is no rival of the regression.
    """
    rivals = rivals_called(inputs.start, STARTS[experiment.task], experiment.name)
    parts = {part: rows_of(returns_panel, split_dates, part) for part in PARTS}
    rows = {part: rival_rows(each, clipping) for part, each in parts.items()}
    ranks = {part: relative_ranks(each.future, rows[part].dates) for part, each in parts.items()}
    train, validation = ((rows[part], ranks[part]) for part in PARTS[:2])
    known = KnownPanel(train, validation, classes=False, seed=training.seed)
    fits = {name: rival(known) for name, rival in rivals.items()}
    choose = chosen_on(part for part in PARTS if len(parts[part]))
    scores = {name: _coefficient(fit(rows[choose]), parts[choose]) for name, fit in fits.items()}
    report = choose_start(scores, experiment.name, larger_is_better=True)
    chosen = report[STARTED]
    tables = [_of_part(parts[part], rows[part], fits[chosen], inputs) for part in PARTS if len(parts[part])]
    table = pd.concat(tables)
    table.insert(0, STARTED, pd.Categorical([chosen] * len(table)))
    return {"start": table, "start_report": report}


# What is known of each row, as its rank among all tickers that could be forecast on its date.
SIGNALS: dict[str, Callable[[PanelRows], Vector]] = {
    "volatility": lambda rows: rows.volatility,
    "momentum": lambda rows: rows.of_each(lambda returns: returns[:, :-NEWEST_LAGS].sum(axis=1)),
    "reversal": lambda rows: -rows.last_return,
}


def _of_part(panel: PanelWindows, rows: PanelRows, forecast: Any, inputs: RankInputParameters) -> pd.DataFrame:
    columns = {VALUE: forecast(rows) / EVEN_DEVIATION}
    for name in inputs.known:
        columns[f"{OF_THE_ROW}{name}"] = rows.ranks_of(SIGNALS[name]) / EVEN_DEVIATION
    return pd.DataFrame(columns, index=panel.index).astype(np.float32)


def _coefficient(forecasts: Vector, panel: PanelWindows) -> float:
    return mean_coefficient(forecasts, panel.future, _dates(panel))


def _less_their_mean(forecasts: Vector, dates: NDArray[np.int64]) -> Vector:
    sums, rows = np.bincount(dates, forecasts), np.bincount(dates)
    return forecasts - sums[dates] / rows[dates]


def _dates(panel: PanelWindows) -> NDArray[np.int64]:
    return panel.period.astype(np.int64)


def inputs_of(panel: PanelWindows, start: pd.DataFrame) -> RankInputs:
    """What the network sees of some rows of a ranked panel; see :class:`rnn_trading.panels.ranks.RankInputs`."""
    of_rows = start.loc[panel.index]
    known = of_rows[[name for name in of_rows if name.startswith(OF_THE_ROW)]]
    return RankInputs(panel, known.to_numpy(dtype=np.float32), of_rows[VALUE].to_numpy(dtype=np.float32))


def train_network(
    returns_panel: PanelWindows,
    start: pd.DataFrame,
    split_dates: pd.DataFrame,
    experiment: Experiment,
    split: SplitParameters,
    architecture: ResidualNetworkParameters,
    training: TrainingParameters,
    training_state: States,
    fit: FitOf,
) -> dict[str, Any]:
    """Fit the network on the ranks of the training rows.

    Returns
    -------
    dict
        See :func:`rnn_trading.experiments.fitting.fitted`. ``rescaling``: what makes a return, or the probability of
        a rise, of a forecast; see :func:`rescaled`.
    """
    # TensorFlow takes seconds to import: only a run that trains pays for it.
    from rnn_trading.models.by_date import DateRows, WatchCoefficient  # noqa: PLC0415
    from rnn_trading.models.interface import Input, Interface  # noqa: PLC0415
    from rnn_trading.models.networks import Blueprint  # noqa: PLC0415
    from rnn_trading.models.predicting import predict  # noqa: PLC0415

    in_ranks, watching = ranked(returns_panel), watched_part(split)
    known, watched = (rows_of(in_ranks, split_dates, part) for part in ("train", watching))
    given, of_watched = inputs_of(known, start), inputs_of(watched, start)
    targets, of_targets = (
        (relative_ranks(each.future, _dates(each)) / EVEN_DEVIATION).astype(np.float32) for each in (known, watched)
    )
    rows: Any = (given, targets), (of_watched, of_targets)
    if training.loss == "correlation_by_date":
        rows = DateRows(given, targets, _dates(known)), DateRows(of_watched, of_targets, _dates(watched))

    def coefficient(model: Any) -> float:
        return _coefficient(predict(model, of_watched), watched)

    shapes = {name: Input(values.shape[1:]) for name, values in given.take(np.arange(0)).items()}
    watch = WatchCoefficient(coefficient, [*of_watched.arrays(), watched.future, watched.period])
    result = fit.train(Blueprint(architecture, Interface(shapes)), *rows, training, training_state, watch)
    found = rescaling(predict(result.model, of_watched), watched, known, experiment, training)
    return fitted(result, training, watching, start=str(start[STARTED].iloc[0])) | {"rescaling": found}


def rescaling(
    forecasts: Vector, watched: PanelWindows, known: PanelWindows, experiment: Experiment, training: TrainingParameters
) -> dict[str, float]:
    """What makes of forecasts, which are ranks, what is judged; it never turns their order round.

    Parameters
    ----------
    forecasts
        Of the watched rows, ``(rows,)``.
    watched, known
        The rows that ended the training, and those that were trained on.

    Returns
    -------
    dict
        ``intercept`` and ``slope``: of a regression those of the training returns on their own ranks; of a
        classification those of the log-odds of a rise, by the share of rises and its slope on the own ranks. Where the
        loss leaves the scale of forecasts free (``correlation_by_date``), it is that of ranks as good as on the watched
        rows: their coefficient over the deviation of the forecasts within their dates. ``centred``: whether forecasts
        are taken less the mean of their date, which that loss leaves free, too.
    """
    rises = experiment.task == "classification"
    outcomes = (known.future > 0).astype(float) if rises else known.future
    line = slope(relative_ranks(known.future, _dates(known)) / EVEN_DEVIATION, outcomes)
    low, high = (float(value) for value in line(np.array([0.0, 1.0])))
    scale = 1.0
    if training.loss == "correlation_by_date":
        spread = float(_less_their_mean(forecasts, _dates(watched)).std())
        scale = max(_coefficient(forecasts, watched), SMALL_COEFFICIENT) / (spread or 1.0)
    free = {"centred": training.loss == "correlation_by_date"}
    if not rises:
        return free | {"intercept": low, "slope": (high - low) * scale}
    # A logistic curve as steep as the line where it crosses the share.
    return free | {"intercept": float(np.log(low / (1 - low))), "slope": (high - low) / (low * (1 - low)) * scale}


def rescaled(
    forecasts: Vector, rescaling: dict[str, float], experiment: Experiment, dates: NDArray[np.int64]
) -> Vector:
    """Forecasts of the network as returns, or as probabilities of a rise.

    Parameters
    ----------
    forecasts
        ``(rows,)``.
    rescaling
        See :func:`rescaling`.
    experiment
        Says which of the two.
    dates
        A whole number for the date of each row, ``(rows,)``.

    Examples
    --------
    >>> from rnn_trading.skill.record import Experiment
    >>> regression = Experiment(name="mine.panel", task="regression", published=None, published_on=None)
    >>> line = {"centred": False, "intercept": 0.5, "slope": 3.0}
    >>> rescaled(np.array([0.0, 2.0]), line, regression, np.array([0, 0])).tolist()
    [0.5, 6.5]
    """
    ranks = _less_their_mean(forecasts, dates) if rescaling["centred"] else forecasts
    linear = rescaling["intercept"] + rescaling["slope"] * ranks
    return 1 / (1 + np.exp(-linear)) if experiment.task == "classification" else linear


def forecast_rows(
    model: Any,
    rescaling: dict[str, float],
    returns_panel: PanelWindows,
    start: pd.DataFrame,
    split_dates: pd.DataFrame,
    clipping: Bounds,
    experiment: Experiment,
) -> pd.DataFrame:
    """Forecast the validation and test rows; see :func:`rnn_trading.experiments.panels.forecast_rows`."""
    from rnn_trading.models.predicting import predict  # noqa: PLC0415  see train_network

    wanted = rows_of(returns_panel, split_dates, *FORECAST)
    in_ranks = rows_of(ranked(returns_panel), split_dates, *FORECAST)
    forecasts = rescaled(predict(model, inputs_of(in_ranks, start)), rescaling, experiment, _dates(wanted))
    return panels.forecasts_of(wanted, forecasts, split_dates, clipping, experiment)


def explain(
    last_model: Any, returns_panel: PanelWindows, last_start: pd.DataFrame, last_split_dates: pd.DataFrame
) -> dict[str, Any]:
    """What forecasts of the newest test dates rest on; see :func:`rnn_trading.experiments.explaining.explained`.

    Of at most 64 tickers, which are drawn from those of the newest date. Blocks are dates of one ticker. The loss is
    one less the mean information coefficient by date.
    """
    test = rows_of(ranked(returns_panel), last_split_dates, "test")
    rows = test.take(newest_of_some(test.ticker_code, test.period, MOST_ROWS))
    known = [name.removeprefix(OF_THE_ROW) for name in last_start if name.startswith(OF_THE_ROW)]
    names = {"Channels": ["rank of the return"], "Known": known, START: [CALLED]}
    inputs = inputs_of(rows, last_start).take(np.arange(len(rows)))

    def loss(forecasts: Vector) -> float:
        return 1 - _coefficient(forecasts[:, 0], rows)

    ticker, date = rows.index[-1]
    last, measured = f"{ticker}, {date:%Y-%m-%d}", "1 less the mean information coefficient"
    return explained(last_model, inputs, loss, names, last, measured, series=rows.ticker_code)


def newest_of_some(ticker: NDArray[np.int32], period: NDArray[np.int32], most: int) -> NDArray[np.int64]:
    """Positions of rows of some tickers on as many of the newest dates as give so many rows, ticker by ticker.

    Tickers are drawn from those that have a row on the newest date.

    Examples
    --------
    >>> ticker, period = np.repeat(np.arange(3), 4), np.tile([6, 7, 8, 9], 3)
    >>> chosen = newest_of_some(ticker, period, most=6)
    >>> ticker[chosen].tolist(), period[chosen].tolist()
    ([0, 0, 1, 1, 2, 2], [8, 9, 8, 9, 8, 9])
    """
    # Those that go on to the end have dates in common.
    names, dates = np.unique(ticker[period == period.max()]), np.unique(period)
    drawn = np.random.default_rng(SEED).permutation(names)[:MOST_TICKERS]
    newest = dates[-max(1, most // len(drawn)) :]
    chosen = np.flatnonzero(np.isin(ticker, drawn) & np.isin(period, newest))
    return chosen[np.lexsort((period[chosen], ticker[chosen]))]


EXPLAIN = wiring.node(explain, "explanation", gpu=True)


def panel_experiment(name: str, table: str, plan: Plan, *further: Node, probabilities: bool = False) -> Pipeline:
    """As :func:`rnn_trading.experiments.panels.panel_experiment`, by a network on ranks.

    ``params:NAME`` has the block ``inputs``, too.
    """
    start = wiring.node(start_from, "start", "start_report")
    of_fold = SPLIT_OF_FOLD, panels.CLIP, start, panels.RIVALS_FORECAST
    fit = wiring.train(train_network, "rescaling").tag(BY_DATE), wiring.forecast(forecast_rows)
    folds = Folds(plan.of(name), of_fold, fit, newest=("clipping", "rescaling", "start_report"))
    once = panels.once(table, EXPLAIN, *further, explained=True, probabilities=probabilities)
    return folded(name, once, folds, panels.shared(table))
