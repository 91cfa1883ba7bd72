"""What finished networks say of the period that comes: the newest rows through the nodes of the training."""

import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
from kedro.pipeline import Node, Pipeline

from rnn_trading import __version__
from rnn_trading.experiments import macro, wiring
from rnn_trading.experiments.documents import READ_BY_THE_SAME
from rnn_trading.experiments.latest_checks import (
    LatestParameters,
    refuse_gap,
    refuse_old,
    refuse_other_calendar,
    refuse_other_dates,
    refuse_other_model,
    refuse_other_record,
    refuse_other_version,
)
from rnn_trading.experiments.latest_kinds import Kind, Setting
from rnn_trading.experiments.latest_sources import kind_of
from rnn_trading.experiments.latest_table import Networks, latest_table, say, say_what_is_left_out
from rnn_trading.experiments.newest import KNOWN_PARTS, LatestError, Newest
from rnn_trading.experiments.repeating import Repeated, repeated
from rnn_trading.plan import FINAL_FOLD, SEED_PREFIX, Fits, Plan, fold_number
from rnn_trading.progress import FINISHED
from rnn_trading.skill.intervals.newest import newest_intervals
from rnn_trading.skill.record import Experiment
from rnn_trading.skill.rows import MODEL
from rnn_trading.tables.calendar import CalendarParameters
from rnn_trading.tables.wording import reasons

# In the place of nodes that fit and do more: what does the rest by what was fitted.
INSTEAD = {"scale_series": wiring.node(macro.scaled_by, "scaled"), **READ_BY_THE_SAME}
# How the name of the table ends that says of every date, or filing, in which part of the training it was.
PARTS = (".split_dates", ".documents")
OUTPUTS = wiring.by_name("latest", "latest_csv")
# The pipelines are called after the folder, and this.
INFERENCE = "_inference"


class Latest:
    """The function of the node that forecasts the newest rows of one experiment.

    It takes what the nodes of the training take, and the files that these wrote, by the names in :attr:`datasets`.

    Parameters
    ----------
    name
        Of the experiment.
    repeated
        The nodes.
    kind
        Of its data.
    fits
        Its folds and seeds.

    Attributes
    ----------
    datasets
        By argument, the name of a dataset.
    """

    __name__ = "forecast_latest"

    def __init__(self, name: str, repeated: Repeated, kind: Kind, fits: Fits) -> None:
        self.name, self.repeated, self.kind, self.fits = name, repeated, kind, fits
        last = f"{name}.{fits.last}"
        self.trials = [f"{last}.{SEED_PREFIX}{seed}.trial" for seed in fits.seeds]
        self.trained = None if fits.last == FINAL_FOLD else f"{last}.model_predictions"
        taken: dict[str, Any] = {each: hint for each, hint in repeated.hints.items() if each not in kind.given}
        hints = taken | dict(kind.read) | dict.fromkeys(self.trials, dict[str, Any])
        (self.split,) = (each for each in hints if each.endswith(PARTS))
        hints |= {"params:latest": LatestParameters, "today": pd.Timestamp, f"{name}.skill": dict[str, Any]}
        hints |= {"params:protocol": str, f"params:{name}.experiment": Experiment}
        hints |= {each: Any for each in (self.trained, kind.rest_days) if each is not None}
        self.datasets = {argument_of(each): each for each in sorted(hints)}
        self.__annotations__ = {argument: hints[each] for argument, each in self.datasets.items()}
        only = inspect.Parameter.KEYWORD_ONLY
        self.__signature__ = inspect.Signature(
            [inspect.Parameter(argument, only, annotation=hint) for argument, hint in self.__annotations__.items()]
        )

    def __call__(self, **given: Any) -> dict[str, pd.DataFrame]:
        """Forecast.

        Returns
        -------
        dict
            ``latest`` and ``latest_csv``, one table; see :func:`rnn_trading.experiments.latest_table.latest_table`.

        Raises
        ------
        LatestError
            If prices and networks do not belong together, or there is no whole newest window.
        """
        datasets = {self.datasets[argument]: value for argument, value in given.items()}
        setting = self._setting(datasets)
        newest = self.kind.newest(datasets, setting)
        self._refuse(datasets, newest, setting)
        prepared, adjust = self.kind.prepared(datasets, newest, setting, self.split)
        forecasts, rivals = self.repeated.run(prepared, adjust)
        rows, keys = self.kind.keys(forecasts, newest)
        asked = self.kind.asked(datasets, newest)
        left = None if asked is None else asked[~asked.index.isin(keys.iloc[:, 0])]
        if not rows.any():
            found = "prices are missing, or stale" if left is None else reasons(left.value_counts().to_dict())
            raise LatestError(
                f"{self.name}: nothing can be forecast from values until {newest.last:%Y-%m-%d}: {found}. Bring values "
                "without these gaps, or set latest.until to a date before them."
            )
        table = self._table(datasets, newest, setting, keys, forecasts[rows], _same_rows(rivals, forecasts, rows))
        if left is not None:
            table["left_out"] = len(left)
            say_what_is_left_out(left, self.name)
        say(table, self.name)
        return {"latest": table, "latest_csv": table}

    def _setting(self, datasets: Mapping[str, Any]) -> Setting:
        rest = (
            () if self.kind.rest_days is None else CalendarParameters(rest_days=datasets[self.kind.rest_days]).resting
        )
        trained = None if self.trained is None else datasets[self.trained]
        return Setting(datasets["params:latest"], rest, datasets["today"], by_date(datasets[self.split]), trained)

    def _refuse(self, datasets: Mapping[str, Any], newest: Newest, setting: Setting) -> None:
        experiment = datasets[f"params:{self.name}.experiment"]
        trials, protocol = [datasets[each] for each in self.trials], datasets["params:protocol"]
        refuse_other_model(experiment, trials, protocol)
        refuse_other_version(self.name, trials, __version__, setting.latest, protocol)
        refuse_other_dates(newest, setting.split, self.name)
        refuse_old(newest, setting.latest, setting.rest_days, setting.today)
        window = self.kind.window(dict(datasets))
        if window:
            refuse_other_calendar(newest, setting.split, window, self.name)
            refuse_gap(newest, window, setting.latest, self.name)

    def _table(
        self,
        datasets: Mapping[str, Any],
        newest: Newest,
        setting: Setting,
        keys: pd.DataFrame,
        forecasts: pd.DataFrame,
        rivals: pd.DataFrame,
    ) -> pd.DataFrame:
        record, experiment = datasets[f"{self.name}.skill"], datasets[f"params:{self.name}.experiment"]
        refuse_other_record(record, self.name)
        dates = {"last_price": newest.last, "tradeable_from": newest.tradeable, "period": newest.coming}
        own = {each: date for each, date in dates.items() if each not in keys}
        vocabulary = next((datasets[each] for each in self.repeated.hints if each.endswith(".vocabulary")), None)
        if vocabulary is not None:
            keys = keys.assign(known_to_model=keys["ticker"].isin(vocabulary))
        values = pd.Series(forecasts[MODEL].to_numpy())
        intervals = newest_intervals(record.get("intervals"), values, groups_of(keys))
        return latest_table(
            *(keys.assign(**own), forecasts[MODEL].to_numpy(), rivals, intervals, record),
            self._networks(datasets, setting, experiment),
        )

    def _networks(self, datasets: Mapping[str, Any], setting: Setting, experiment: Experiment) -> Networks:
        fitted, trial = setting.split.index[setting.split["split"].isin(KNOWN_PARTS)], datasets[self.trials[0]]
        count = len(self.trials)
        fit = "final fit" if self.fits.last == FINAL_FOLD else f"fold {fold_number(self.fits.last)}"
        networks = f"{count} network{'s' * (count != 1)}"
        name = f"{experiment.name} ({datasets['params:protocol']}), {fit}, {networks}"
        return Networks(name, f"{trial['version']} ({trial['commit']})", fitted.min(), fitted.max())


def by_date(parts: pd.DataFrame) -> pd.DataFrame:
    """The part of every date; of filings that were used, by the date of their entry.

    Examples
    --------
    >>> days = pd.to_datetime(["2020-03-03", "2020-03-02", "2020-03-04"])
    >>> by_date(pd.DataFrame({"split": ["test", "train", None], "entry": days}))["split"].to_dict()
    {Timestamp('2020-03-02 00:00:00'): 'train', Timestamp('2020-03-03 00:00:00'): 'test'}
    """
    if "entry" not in parts:
        return parts
    return parts[parts["split"].notna()].set_index("entry")[["split"]].sort_index()


def _same_rows(rivals: pd.DataFrame, forecasts: pd.DataFrame, rows: Any) -> pd.DataFrame:
    """Forecasts of the rivals for some rows of those of the model, which may have more."""
    if len(rivals) == len(forecasts):
        return rivals[rows]
    return rivals.loc[forecasts.index[rows]]


def groups_of(keys: pd.DataFrame) -> pd.Series | None:
    """What intervals differ by: the ticker, the step of a path, or the series, measured for one month ahead alone.

    Examples
    --------
    >>> groups_of(pd.DataFrame({"series": ["rate", "rate"], "step": [1, 2]})).tolist()
    ['rate', '']
    >>> groups_of(pd.DataFrame({"step": [1, 2]})).tolist()
    [1, 2]
    """
    if "series" in keys:
        return keys["series"].where(keys["step"] == 1, "")
    return keys.get("ticker", keys.get("step"))


def argument_of(dataset: str) -> str:
    """The name of an argument for a dataset.

    Examples
    --------
    >>> argument_of("params:mine.level.series"), argument_of("mine.level.fold_1.seed_42.model")
    ('params__mine__level__series', 'mine__level__fold_1__seed_42__model')
    """
    return re.sub(r"[.:]", "__", dataset)


def latest_pipeline(name: str, whole: Pipeline, plan: Plan) -> Pipeline | None:
    """The node that forecasts the newest rows of a record's model; None where nothing comes after its source.

    Parameters
    ----------
    name
        Of the record.
    whole
        Its experiment, from the source.
    plan
        How many folds and seeds it has.
    """
    fits = plan.of(name)
    fold = repeated(name, whole, fits, INSTEAD)
    kind = kind_of(fold.hints, fold.made)
    if kind is None:
        return None
    function = Latest(name, fold, kind, fits)
    outputs = {each: f"{name}.{each}" for each in OUTPUTS}
    node = Node(function, function.datasets, outputs, name="forecast_latest", tags=[FINISHED], namespace=name)
    return Pipeline([node])


def latest_pipelines(
    records: Mapping[str, Pipeline],
    plan: Plan,
    chosen: Mapping[str, Callable[[str, Pipeline, Plan], Pipeline]],
) -> dict[str, Pipeline]:
    """The pipelines that forecast with finished networks: ``FOLDER_inference``, and one of each record.

    They read networks that are there, and train none. Texts have no period that comes, nor has a wave.

    Parameters
    ----------
    records
        By the name of a record, its experiment from the source.
    plan
        How many folds and seeds they have.
    chosen
        Of a record whose network is one of several, what makes its pipeline.
    """
    of_folders: dict[str, dict[str, Pipeline]] = {}
    for record, whole in records.items():
        made = (
            chosen[record](record, whole, plan) if _is_chosen(record, whole) else latest_pipeline(record, whole, plan)
        )
        if made is not None:
            folder, _, rest = record.partition(".")
            of_folders.setdefault(folder, {})[rest] = made
    together = {f"{folder}{INFERENCE}": wiring.union(each.values()) for folder, each in of_folders.items()}
    single = {f"{folder}{INFERENCE}.{rest}": made for folder, each in of_folders.items() for rest, made in each.items()}
    return together | single


def _is_chosen(record: str, whole: Pipeline) -> bool:
    """Whether a record has no networks of its own."""
    return f"{record}.model" not in whole.all_outputs()
