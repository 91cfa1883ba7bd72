"""What is refused before a forecast of the future: prices and networks that do not belong together, or are too old."""

import logging
from collections.abc import Collection, Mapping
from datetime import date
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import Field

from rnn_trading.experiments.newest import KNOWN_PARTS, LatestError, Newest
from rnn_trading.parameters import parameters
from rnn_trading.skill.protocols import command_for
from rnn_trading.skill.record import Experiment
from rnn_trading.tables.coming import DAY, WEEK, sessions_between, weeks_of
from rnn_trading.tables.sessions import WEEKDAYS

logger = logging.getLogger(__name__)
# A weekday is one of the exchange's if there are prices on it in more than half of the weeks.
USUAL = 0.5
# Share of the training dates that new prices may lack, or of its reports: a day that a feed lost.
LOST = 0.05
MONTHS = 12
# Sessions from which weekdays are read: in fewer, one holiday is half of its weekday.
FEWEST_SESSIONS = 60


@parameters
class LatestParameters:
    """What is forecast with a finished model, and what is refused.

    Parameters
    ----------
    until
        Last date whose prices are taken: the forecast is what would have been said then by these networks. Null: all
        prices that are there.
    oldest
        Sessions that may lie between the last price and today; null: any number, as of historical prices.
    oldest_months
        The same of monthly series, in months.
    longest_gap_days
        Days that may lie between two sessions of the newest window.
    other_version
        Whether networks may forecast that another version of this project fitted.

    Examples
    --------
    >>> limits = {"oldest": 5, "oldest_months": None, "longest_gap_days": 7}
    >>> LatestParameters(until="2022-12-23", other_version=False, **limits).oldest
    5
    """

    until: date | None
    oldest: Annotated[int, Field(ge=0)] | None
    oldest_months: Annotated[int, Field(ge=0)] | None
    longest_gap_days: Annotated[int, Field(ge=1)]
    other_version: bool


def refuse_old(newest: Newest, latest: LatestParameters, rest_days: Collection[int], today: pd.Timestamp) -> None:
    """Raise if the last value that is there is older than wanted, or of a day that is still to come.

    Raises
    ------
    LatestError
        Says how old it is.
    """
    if newest.there_until > today + DAY:  # one day, since it may be tomorrow already where the exchange is
        raise LatestError(
            f"The newest values are of {newest.there_until:%Y-%m-%d}, after today, {today:%Y-%m-%d}. Set the clock "
            "right, or say with latest.until until when values are taken."
        )
    monthly = newest.tradeable is None
    most = latest.oldest_months if monthly else latest.oldest
    if monthly:
        age = (today.year - newest.there_until.year) * MONTHS + today.month - newest.there_until.month
    else:
        age = sessions_between(newest.there_until, today, rest_days)
    if most is not None and age > most:
        name, unit = ("oldest_months", "months") if monthly else ("oldest", "sessions")
        raise LatestError(
            f"The newest values are of {newest.there_until:%Y-%m-%d}, {age:,} {unit} before today, {today:%Y-%m-%d}. "
            f"Expected at most {most:,} {unit} (latest.{name}). Bring newer ones, or set --params latest.{name}=null "
            "to forecast from these."
        )


def refuse_other_model(experiment: Experiment, trials: Collection[Mapping[str, Any]], protocol: str) -> None:
    """Raise if networks were fitted with another design than the parameters of this run have.

    Parameters
    ----------
    experiment
        With the design of this run; a loader that did not fill it in refuses nothing.
    trials
        Entries of the register, of all networks that forecast.
    protocol
        Of the run.

    Raises
    ------
    LatestError
        Names the experiment, and the command that fits it anew.
    """
    design = experiment.configuration.get("hash")
    others = {trial["configuration"] for trial in trials} - {design}
    if design is not None and others:
        raise LatestError(
            f"{experiment.name}: its networks were fitted with other parameters than those of this run (design "
            f"{', '.join(sorted(map(str, others)))}, and {design} here): another architecture, training or data. "
            f"Use the parameters of the training, or fit it anew: {command_for(experiment.name, protocol)}"
        )


def refuse_other_record(record: Mapping[str, Any], name: str) -> None:
    """Raise if a skill record is not that of an experiment.

    Raises
    ------
    LatestError
        Names both.
    """
    if record.get("experiment") != name:
        raise LatestError(
            f"{name}: expected its skill record, which says how good and how sure its forecasts are. Received: that of "
            f"{record.get('experiment')}. Run the experiment anew."
        )


def refuse_other_version(
    name: str, trials: Collection[Mapping[str, Any]], version: str, latest: LatestParameters, protocol: str
) -> None:
    """Raise if networks were fitted by another version of this project, whose nodes may make other rows of prices.

    Parameters
    ----------
    name
        Of the experiment.
    trials, protocol
        See :func:`refuse_other_model`.
    version
        Of this project, now.
    latest
        Says whether it matters.

    Raises
    ------
    LatestError
        Names both versions.
    """
    others = sorted({str(trial["version"]) for trial in trials} - {version})
    if others and not latest.other_version:
        raise LatestError(
            f"{name}: its networks were fitted by version {', '.join(others)} of this project, and this is {version}: "
            f"what it makes of prices may differ. Fit it anew: {command_for(name, protocol)}. Or take the networks as "
            "they are: --params latest.other_version=true"
        )


def refuse_other_dates(newest: Newest, split: pd.DataFrame, name: str) -> None:
    """Raise if the period that comes was known in the training.

    Raises
    ------
    LatestError
        Names the dates.
    """
    known = split.index[split["split"].isin(KNOWN_PARTS)]
    if newest.coming <= known.max():
        raise LatestError(
            f"{name}: the values end on {newest.last:%Y-%m-%d}, and its networks were fitted on dates until "
            f"{known.max():%Y-%m-%d}: what they would say of {newest.coming:%Y-%m-%d} is no forecast. Bring newer "
            "values, or leave latest.until null."
        )


def refuse_lost(there: pd.Index, trained: pd.Index, name: str) -> None:
    """Raise if more of the reports that networks were trained and judged on are missing than a source loses by chance.

    Parameters
    ----------
    there, trained
        Ids of all reports of this run, and of those that were used in the training.
    name
        Of the experiment.

    Raises
    ------
    LatestError
        Names the first of them.
    """
    lost = trained[~trained.isin(there)]
    if len(lost) > LOST * len(trained):
        raise LatestError(
            f"{name}: {len(lost):,} of the {len(trained):,} reports that it was trained and judged on are not there, "
            f"{lost[0]} the first: other reports. Its rivals are fitted on them. Take those of the training, and newer "
            "ones beside them, or fit it anew."
        )


def refuse_other_calendar(newest: Newest, split: pd.DataFrame, window: int, name: str) -> None:
    """Raise if the newest window is of other weekdays than the training, or sessions of the training are missing.

    Parameters
    ----------
    newest
        Of daily prices.
    split
        Of the fold whose networks forecast: dates of days, or of weeks (their Sundays).
    window
        Prices of the newest window.
    name
        Of the experiment.

    Raises
    ------
    LatestError
        Names the weekdays, or the dates.
    """
    known = split.index[split["split"].isin(KNOWN_PARTS)]
    before = newest.sessions[
        (newest.sessions >= known.min() - pd.Timedelta(days=WEEK)) & (newest.sessions <= known.max())
    ]
    weekly = bool((known.day_of_week == WEEK - 1).all())
    lost = known[~known.isin(weeks_of(newest.sessions) if weekly else newest.sessions)]
    if len(lost) > LOST * len(known):
        raise LatestError(
            f"{name}: {len(lost):,} of the {len(known):,} {'weeks' if weekly else 'dates'} that it was trained on have "
            f"no price here, "
            f"{lost[0]:%Y-%m-%d} the first: another calendar. Take prices of the exchange of the training, or fit it "
            "anew."
        )
    then, now = (usual_weekdays(each) for each in (before, newest.sessions[-max(window, FEWEST_SESSIONS) :]))
    if then and now and then != now:
        raise LatestError(
            f"{name}: it was trained on prices of {_named(then)}; those of the newest window are of {_named(now)}: "
            "another calendar. Take prices of the exchange of the training, or fit it anew."
        )


def usual_weekdays(sessions: pd.DatetimeIndex) -> frozenset[int]:
    """Weekdays on which there are prices in more than half of the weeks with any; of fewer than two weeks none.

    Examples
    --------
    >>> sorted(usual_weekdays(pd.bdate_range("2022-01-03", "2022-03-31")))
    [0, 1, 2, 3, 4]
    """
    if not len(sessions) or (sessions[-1] - sessions[0]).days < 2 * WEEK:
        return frozenset()
    weeks = len((sessions - pd.to_timedelta(sessions.day_of_week, unit="D")).unique())
    counts = np.bincount(sessions.day_of_week, minlength=WEEK)
    return frozenset(int(weekday) for weekday in np.flatnonzero(counts > USUAL * weeks))


def _named(weekdays: frozenset[int]) -> str:
    return ", ".join(WEEKDAYS[weekday] for weekday in sorted(weekdays))


def refuse_gap(newest: Newest, window: int, latest: LatestParameters, name: str) -> None:
    """Raise if days are missing in the newest window.

    Parameters
    ----------
    newest
        Of daily prices.
    window
        Prices of the newest window.
    latest
        Says how many days may lie between two sessions.
    name
        Of the experiment.

    Raises
    ------
    LatestError
        Names the two sessions around the longest gap.
    """
    seen = newest.sessions[-window:]
    gaps = np.diff(seen.to_numpy()).astype("timedelta64[D]").astype(int)
    if len(gaps) and gaps.max() > latest.longest_gap_days:
        at = int(gaps.argmax())
        raise LatestError(
            f"{name}: its newest window has no price between {seen[at]:%Y-%m-%d} and {seen[at + 1]:%Y-%m-%d}, "
            f"{int(gaps.max())} days. Expected at most {latest.longest_gap_days} (latest.longest_gap_days). Bring the "
            "prices of these days; if the exchange was closed, raise it."
        )
