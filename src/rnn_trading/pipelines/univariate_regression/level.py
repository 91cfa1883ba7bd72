"""The level: networks of other seeds, what was published of the training rows, and its figures."""

import dataclasses
from typing import Annotated, Any

import pandas as pd
from pydantic import Field

from rnn_trading import figures
from rnn_trading.experiments import drawing
from rnn_trading.experiments.series import forecast_rows, train_network
from rnn_trading.figures import Figure
from rnn_trading.models.parameters import SequenceNetworkParameters, TrainingParameters
from rnn_trading.models.states import NOTHING_KEPT
from rnn_trading.parameters import parameters
from rnn_trading.skill.metrics.series import LAST_VALUE
from rnn_trading.skill.record import Experiment, plain
from rnn_trading.skill.rows import MODEL
from rnn_trading.skill.seeds import metrics_by_seed
from rnn_trading.skill.tasks import TASKS
from rnn_trading.splits.chronological import SplitParameters

POINTS, SCALED = "index points", "scaled units"


@parameters
class SeedParameters:
    """Networks that are trained beside the one that is judged, to show what the seed decides.

    Parameters
    ----------
    others
        Their seeds; none if empty. That of the judged network, ``training.seed``, is passed over.
    """

    others: tuple[Annotated[int, Field(ge=0)], ...]


def train_other_seeds(
    windows: pd.DataFrame,
    split_dates: pd.DataFrame,
    scaling: dict[str, Any],
    experiment: Experiment,
    split: SplitParameters,
    architecture: SequenceNetworkParameters,
    training: TrainingParameters,
    seeds: SeedParameters,
) -> pd.DataFrame:
    """Fit the same network from other seeds, and forecast by each.

    They are not kept, nor is the state of their training.

    Returns
    -------
    pandas.DataFrame
        ``date``, every row of a part, and ``seed_N``; no rows if there is no other seed.
    """
    forecasts: dict[str, pd.Series] = {}
    for seed in dict.fromkeys(seeds.others):
        if seed != training.seed:
            named = dataclasses.replace(experiment, name=f"{experiment.name}, seed {seed}")
            seeded = dataclasses.replace(training, seed=seed)
            fit = train_network(windows, split_dates, scaling, named, split, architecture, seeded, NOTHING_KEPT)
            forecasts[f"seed_{seed}"] = forecast_rows(fit["model"], windows, split_dates, scaling)[MODEL]
    table = pd.DataFrame(forecasts) if forecasts else pd.DataFrame(index=windows.index[:0])
    return table.rename_axis("date").reset_index()


def add_training_metrics(
    model_predictions: pd.DataFrame,
    windows: pd.DataFrame,
    training: dict[str, Any],
    seed: int = 0,
    forecasts_by_seed: pd.DataFrame | None = None,
) -> dict[str, Any]:
    """Add the metrics of the level on the training rows, which were published too, and those of every seed.

    Parameters
    ----------
    model_predictions, windows, training
        Of the network that is judged.
    seed
        Its seed.
    forecasts_by_seed
        See :func:`train_other_seeds`; None or no rows: there is one network.

    Returns
    -------
    dict
        ``training``, with ``training_rows`` and, where there are other networks, ``by_seed``, of the test rows; see
        :func:`rnn_trading.skill.seeds.metrics_by_seed`.
    """
    rows = model_predictions.assign(**{LAST_VALUE: windows.loc[model_predictions.index, "1"]})
    train, test = (rows[rows["split"] == part] for part in ("train", "test"))
    made = {**training, "training_rows": TASKS["level"].evaluate(train, MODEL)}
    if forecasts_by_seed is None or forecasts_by_seed.empty:
        return made
    single = forecasts_by_seed.set_index("date").loc[test.index].assign(**{f"seed_{seed}": test[MODEL]})
    return made | {"by_seed": plain(metrics_by_seed("level", test, single, ("rmse", "return_ic")))}


def rolling_rmse(history: pd.DataFrame, training: dict[str, Any], skill: dict[str, Any]) -> Figure:
    """The published figure of the training; of several fits, that of the last fold and its first seed."""
    history, training = drawing.last_fit(history, training)
    stopped = drawing.watched(training)
    title = drawing.title(drawing.kept(history, *stopped), skill)
    return figures.series.rolling_rmse(history, *stopped, SCALED, title)


def panel(model_predictions: pd.DataFrame, skill: dict[str, Any]) -> Figure:
    """The published panel: forecasts in time and against outcomes, errors of training and test rows."""
    metrics = {"train": skill["model"]["training_rows"], "test": skill["model"]["metrics"]}
    title = drawing.title(f"Next-day level: {drawing.headline_against(skill)}", skill)
    return figures.series.level_panel(model_predictions, metrics, POINTS, title)
