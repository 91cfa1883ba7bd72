"""Tests of the difference between two forecasts on the same rows."""

from functools import cache
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from rnn_trading.skill.losses import Loss, Vector

FEWEST_DATES = 5
SIGNIFICANCE, POWER = 0.05, 0.8
SIMULATIONS = 20_000


def compare_losses(
    loss: Loss, forecast: Vector, rival: Vector, truth: Vector, dates: pd.Index, overlap: int = 1
) -> dict[str, Any]:
    """Diebold-Mariano test on losses averaged by date.

    Rows of one date share its shocks, so the test counts dates, not rows. The variance is Newey-West's. Without
    overlap it has the usual cube root of the number of dates as its lags, and the statistic is corrected for small
    samples (Harvey, Leybourne and Newbold, 1997) and compared with Student's t. With overlap it has as many lags as
    neighbouring truths share periods, which is much of a short sample: the statistic is then compared with its own
    distribution for independent normal differences at that sample size and number of lags, which is simulated (the
    finite-sample form of the fixed-b critical values of Kiefer and Vogelsang, 2005).

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
        (two-sided), ``dates``, ``mean_difference``, and ``detectable_difference``: the mean difference that such a
        test at 5 % would find four times out of five. NaN with fewer than 5 dates, with no more dates than the
        overlap, where the losses never differ, or where one does not exist.

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
    frame = pd.DataFrame(
        {"forecast": loss.of(forecast, truth), "rival": loss.of(rival, truth)},
        index=pd.DatetimeIndex(dates),
    )
    by_date = frame.groupby(level=0).mean()
    difference = (by_date["forecast"] - by_date["rival"]).to_numpy()
    statistic = p_value = detectable = float("nan")
    exists = not frame.isna().any(axis=None)
    if exists and len(by_date) >= max(FEWEST_DATES, overlap + 1) and np.ptp(difference) > 0:
        statistic, p_value, critical = _plain_test(by_date) if overlap == 1 else _overlap_test(difference, overlap)
        detectable = critical * abs(difference.mean() / statistic)
    return {
        "name": "Diebold-Mariano, "
        + ("small-sample corrected" if overlap == 1 else f"{overlap - 1} lags, simulated critical values"),
        "loss": f"{loss.name} by date",
        "statistic": statistic,
        "p_value": p_value,
        "mean_difference": float(difference.mean()) if exists and len(by_date) else float("nan"),
        "detectable_difference": detectable,
        "dates": len(by_date),
    }


def _plain_test(by_date: pd.DataFrame) -> tuple[float, float, float]:
    """Statistic, p-value, and the distance in standard errors that is found with the power wanted."""
    from statsmodels.tsa.stattools import diebold_mariano_test  # noqa: PLC0415  takes a second to import

    result = diebold_mariano_test(
        np.zeros(len(by_date)),
        by_date["forecast"].to_numpy(),
        by_date["rival"].to_numpy(),
        criterion=lambda _, loss: loss,
        harvey_adj=True,
    )
    quantiles = scipy.stats.t.ppf([1 - SIGNIFICANCE / 2, POWER], len(by_date) - 1)
    return float(result.statistic), float(result.pvalue), float(quantiles.sum())


def _overlap_test(difference: Vector, overlap: int) -> tuple[float, float, float]:
    """As :func:`_plain_test`, with the autocovariances of the overlap and a simulated distribution."""
    statistic = float(_bartlett_t(difference[None], overlap - 1)[0])
    simulated = _simulated_t(len(difference), overlap - 1)
    p_value = float((np.abs(simulated) >= abs(statistic)).mean())
    critical = np.quantile(np.abs(simulated), 1 - SIGNIFICANCE) + np.quantile(simulated, POWER)
    return statistic, p_value, float(critical)


@cache
def _simulated_t(dates: int, lags: int) -> NDArray[np.float64]:
    """The statistic of independent normal differences, drawn once for all tests on as many dates."""
    return _bartlett_t(np.random.default_rng(0).normal(size=(SIMULATIONS, dates)), lags)


def _bartlett_t(samples: NDArray[np.float64], lags: int) -> NDArray[np.float64]:
    """T-statistic of the mean of each row, ``(samples, dates)``, with Newey and West's variance."""
    dates = samples.shape[1]
    deviations = samples - samples.mean(axis=1, keepdims=True)
    variance = (deviations**2).sum(axis=1)
    for lag in range(1, lags + 1):
        products = (deviations[:, lag:] * deviations[:, :-lag]).sum(axis=1)
        variance += 2 * (1 - lag / (lags + 1)) * products
    return samples.mean(axis=1) * dates / np.sqrt(variance)


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
    from statsmodels.regression.linear_model import OLS  # noqa: PLC0415  see _plain_test

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
        in ``undefined``.

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
    confidence_set = MCS(by_date[defined], size=size, reps=replications, seed=seed)
    confidence_set.compute()
    return {
        "loss": f"{loss.name} by date",
        "size": size,
        "dates": len(by_date),
        "included": sorted(confidence_set.included),
        "p_values": confidence_set.pvalues["Pvalue"].to_dict(),
        "undefined": sorted(set(by_date.columns) - set(defined)),
    }
