"""Tests of the difference between two forecasts on the same rows."""

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from rnn_trading.skill.inference.means import MeanTest, lags_for, mean_test
from rnn_trading.skill.losses import Loss, Vector


def compare_losses(
    loss: Loss, forecast: Vector, rival: Vector, truth: Vector, dates: pd.Index, overlap: int = 1
) -> dict[str, Any]:
    """Diebold-Mariano test on losses averaged by date.

    Rows of one date share its shocks, so the test counts dates, not rows. Variance and critical values are those of
    :func:`rnn_trading.skill.inference.means.mean_test`.

    Parameters
    ----------
    loss
        Loss of a row.
    forecast, rival, truth, dates
        Of each row.
    overlap
        Periods over which a truth reaches: 12 for 12-month differences of months, 1 for none.

    Returns
    -------
    dict
        ``name``, ``loss``, ``statistic`` (negative: the forecast has the smaller loss), ``p_value``
        (two-sided), ``mean_difference``, its 95 % ``interval``, ``detectable_difference``: the mean difference that
        such a test at 5 % would find four times out of five, ``dates``, and ``doubtful``: whether critical values do
        not hold. NaN with fewer than 5 dates, with no more dates than the overlap, where the losses never differ, or
        where one does not exist.

    Examples
    --------
    Twelve rows on six dates count as six. The squared errors of the forecast are 1 and 0 in turn, those of the rival 4.

    >>> from rnn_trading.skill.losses import SQUARED_ERROR
    >>> dates, truth = pd.date_range("2020-01-01", periods=6).repeat(2), np.zeros(12)
    >>> forecast = np.repeat([1.0, 0.0, 1.0, 0.0, 1.0, 0.0], 2)
    >>> test = compare_losses(SQUARED_ERROR, forecast, rival=np.full(12, 2.0), truth=truth, dates=dates)
    >>> test["mean_difference"], test["dates"], test["statistic"] < 0
    (-3.5, 6, True)
    """
    tested, count = _by_date(loss.of(forecast, truth) - loss.of(rival, truth), dates, overlap)
    return {
        "name": f"Diebold-Mariano, {_variance(count, overlap)}",
        "loss": f"{loss.name} by date",
        "statistic": tested.statistic,
        "p_value": tested.p_value,
        "mean_difference": tested.mean,
        "interval": list(tested.interval),
        "detectable_difference": tested.detectable,
        "dates": count,
        "doubtful": tested.doubtful,
    }


def _by_date(values: Vector, dates: pd.Index, overlap: int) -> tuple[MeanTest, int]:
    """The test of the mean over dates, without a number if a value does not exist; and how many dates there are."""
    by_date = pd.Series(values, index=pd.DatetimeIndex(dates)).groupby(level=0).mean()
    exists = not np.isnan(values).any()
    return mean_test(by_date if exists else np.empty(0), overlap), len(by_date)


def _variance(dates: int, overlap: int) -> str:
    return f"{lags_for(dates, overlap)} lags, simulated critical values"


def clark_west(forecast: Vector, rival: Vector, truth: Vector, dates: pd.Index, overlap: int = 1) -> dict[str, Any]:
    """Test of squared errors against a rival that the forecast nests (Clark and West, 2007).

    Where what the forecast adds to its rival is worth nothing, fitting it still costs: its squared error is expected to
    be the larger one by the mean squared difference of the two forecasts, which is taken off.

    Parameters
    ----------
    forecast, rival, truth, dates
        Of each row, ``(rows,)``.
    overlap
        As in :func:`compare_losses`.

    Returns
    -------
    dict
        ``name``, ``statistic`` (positive: the forecast is better), ``p_value`` (one-sided: that it is not),
        ``mean_difference`` (the mean of the rival's squared error less the forecast's, plus the squared difference of
        the two), ``dates``, ``doubtful``. NaN as in :func:`compare_losses`.

    Examples
    --------
    The rival says 0 and the truth is 2: its squared error is 4. The forecasts say 1 and 3, and are off by 1: squared
    differences of 1 and 9 are added to 4 - 1.

    >>> dates, truth = pd.date_range("2020-01-01", periods=6), np.full(6, 2.0)
    >>> test = clark_west(np.tile([1.0, 3.0], 3), rival=np.zeros(6), truth=truth, dates=dates)
    >>> test["mean_difference"], test["p_value"] < 0.05
    (8.0, True)
    """
    forecast, rival, truth = (np.asarray(values, dtype=float) for values in (forecast, rival, truth))
    gain = (rival - truth) ** 2 - (forecast - truth) ** 2 + (forecast - rival) ** 2
    tested, count = _by_date(gain, dates, overlap)
    # The simulated distribution is symmetric: half of its two sides lies beyond on one.
    one_sided = tested.p_value / 2 if tested.statistic > 0 else 1 - tested.p_value / 2
    return {
        "name": f"Clark-West, {_variance(count, overlap)}",
        "statistic": tested.statistic,
        "p_value": one_sided,
        "mean_difference": tested.mean,
        "dates": count,
        "doubtful": tested.doubtful,
    }


def newey_west_t(series: pd.Series) -> float:
    """T-statistic of a mean with the variance of Newey and West (1987).

    Lags by the rule ``floor(4 (n / 100) ** (2 / 9))``. Missing values are left out; NaN with fewer than 5
    values or none that differ.

    Examples
    --------
    >>> round(newey_west_t(pd.Series([1.0, 2.0, 3.0, 4.0, 5.0])), 3)
    3.917
    >>> newey_west_t(pd.Series([1.0, 1.0, 1.0, 1.0, 1.0]))
    nan
    """
    from statsmodels.regression.linear_model import OLS  # noqa: PLC0415  takes a second to import

    values = series.dropna().to_numpy()
    if len(values) < 5 or np.ptp(values) == 0:
        return float("nan")
    lags = int(4 * (len(values) / 100) ** (2 / 9))
    fit = OLS(values, np.ones(len(values))).fit(cov_type="HAC", cov_kwds={"maxlags": lags})
    return float(fit.tvalues[0])


def pairwise_comparisons(loss: Loss, forecasts: pd.DataFrame, truth: Vector, dates: pd.Index) -> list[dict[str, Any]]:
    """Diebold-Mariano test of every pair of forecasts.

    Parameters
    ----------
    loss
        Loss of a row.
    forecasts
        One column a forecast, ``(rows, forecasts)``.
    truth, dates
        Of each row.

    Returns
    -------
    list of dict
        One a pair: ``forecast``, ``rival``, and what :func:`compare_losses` gives. No correction for the number
        of pairs; see :func:`model_confidence_set` for that.

    Examples
    --------
    >>> from rnn_trading.skill.losses import SQUARED_ERROR
    >>> dates = pd.date_range("2020-01-01", periods=6)
    >>> forecasts = pd.DataFrame({"one": 1.0, "two": 2.0, "in_turn": [1.0, 0.0, 1.0, 0.0, 1.0, 0.0]}, index=dates)
    >>> for test in pairwise_comparisons(SQUARED_ERROR, forecasts, np.zeros(6), dates):
    ...     print(test["forecast"], test["rival"], test["mean_difference"])
    one two -3.0
    one in_turn 0.5
    two in_turn 3.5
    """
    return [
        {"forecast": one, "rival": other}
        | compare_losses(loss, forecasts[one].to_numpy(), forecasts[other].to_numpy(), truth, dates)
        for one, other in combinations(forecasts.columns, 2)
    ]


def model_confidence_set(
    loss: Loss, forecasts: pd.DataFrame, truth: Vector, dates: pd.Index, size: float, replications: int, seed: int
) -> dict[str, Any]:
    """The forecasts among which the best one lies with a given confidence (Hansen, Lunde and Nason, 2011).

    Parameters
    ----------
    loss, forecasts, truth, dates
        As for :func:`pairwise_comparisons`.
    size
        One minus the confidence.
    replications, seed
        Of the stationary bootstrap by date, with blocks of the square root of the number of dates on average.

    Returns
    -------
    dict
        ``included``: names in the set; ``p_values``: by name, the smallest size at which a forecast leaves;
        ``loss``, ``size``, ``dates``. A forecast whose loss does not exist on every date is left out and stands
        in ``undefined``. Forecasts with equal losses stay or leave together.

    Raises
    ------
    ValueError
        If fewer than two forecasts have losses.

    Examples
    --------
    >>> from rnn_trading.skill.losses import SQUARED_ERROR
    >>> truth, errors = np.zeros(50), np.tile([1.0, 2.0], 25)
    >>> forecasts = pd.DataFrame({"near": truth + errors / 10, "far": truth + errors})
    >>> dates = pd.date_range("2020-01-01", periods=50)
    >>> result = model_confidence_set(SQUARED_ERROR, forecasts, truth, dates, size=0.1, replications=100, seed=0)
    >>> result["included"], result["undefined"]
    (['near'], [])
    """
    from arch.bootstrap import MCS  # noqa: PLC0415  takes a second to import

    losses = pd.DataFrame({name: loss.of(forecasts[name].to_numpy(), truth) for name in forecasts})
    by_date = losses.groupby(pd.DatetimeIndex(dates)).mean()
    defined = by_date.columns[by_date.notna().all()]
    if len(defined) < 2:
        raise ValueError(f"A confidence set needs at least 2 forecasts with a {loss.name}. Received: {list(defined)}.")
    # Equal columns never differ, which the elimination cannot rank: one stands for all that are equal to it.
    alike = {name: next(one for one in defined if by_date[one].equals(by_date[name])) for name in defined}
    distinct = list(dict.fromkeys(alike.values()))
    p_values = {distinct[0]: 1.0}
    if len(distinct) > 1:
        confidence_set = MCS(by_date[distinct], size=size, reps=replications, seed=seed)
        confidence_set.compute()
        p_values = confidence_set.pvalues["Pvalue"].to_dict()
    return {
        "loss": f"{loss.name} by date",
        "size": size,
        "dates": len(by_date),
        "included": sorted(name for name in defined if p_values[alike[name]] > size),
        "p_values": {name: p_values[alike[name]] for name in defined},
        "undefined": sorted(set(by_date.columns) - set(defined)),
    }
