"""Tests of the difference between two forecasts on the same rows."""

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.tsa.stattools import diebold_mariano_test

from rnn_trading.skill.metrics import Loss, Vector, information_coefficients, newey_west_t

FEWEST_DATES = 5
SIGNIFICANCE, POWER = 0.05, 0.8


def compare_losses(
    loss: Loss, forecast: Vector, rival: Vector, truth: Vector, dates: pd.Index, overlap: int = 1
) -> dict[str, Any]:
    """Diebold-Mariano test on losses averaged by date.

    Rows of one date share its shocks, so the test counts dates, not rows. The variance is Newey-West's, the
    statistic corrected for small samples (Harvey, Leybourne and Newbold, 1997) and compared with Student's t.

    Parameters
    ----------
    loss
        Loss of a row.
    forecast, rival, truth, dates
        Of each row.
    overlap
        Number of neighbouring dates whose truths share a part, as 12-month differences of 12 months do: the
        variance counts as many less one autocovariances, if those are more than the usual cube root of the
        number of dates.

    Returns
    -------
    dict
        ``name``, ``loss``, ``statistic`` (negative: the forecast has the smaller loss), ``p_value``
        (two-sided), ``dates``, ``mean_difference``, and ``detectable_difference``: the mean difference that such a
        test at 5 % would find four times out of five. NaN with fewer than 5 dates, fewer than twice the overlap, or no
        difference at all.
    """
    frame = pd.DataFrame(
        {"forecast": loss.of(forecast, truth), "rival": loss.of(rival, truth)},
        index=pd.DatetimeIndex(dates),
    )
    by_date = frame.groupby(level=0).mean()
    difference = by_date["forecast"] - by_date["rival"]
    statistic = p_value = detectable = float("nan")
    if len(by_date) >= max(FEWEST_DATES, 2 * overlap) and np.ptp(difference) > 0:
        result = diebold_mariano_test(
            np.zeros(len(by_date)),
            by_date["forecast"].to_numpy(),
            by_date["rival"].to_numpy(),
            criterion=lambda _, loss: loss,
            harvey_adj=True,
            horizon=overlap,
        )
        statistic, p_value = float(result.statistic), float(result.pvalue)
        quantiles = stats.t.ppf([1 - SIGNIFICANCE / 2, POWER], len(by_date) - 1)
        detectable = float(quantiles.sum() * abs(difference.mean() / statistic)) if statistic else float("nan")
    return {
        "name": "Diebold-Mariano, small-sample corrected",
        "loss": f"{loss.name} by date",
        "statistic": statistic,
        "p_value": p_value,
        "mean_difference": float(difference.mean()),
        "detectable_difference": detectable,
        "dates": len(by_date),
    }


def compare_information_coefficients(forecast: Vector, rival: Vector, truth: Vector, dates: pd.Index) -> dict[str, Any]:
    """Newey-West t-test of the mean difference in information coefficient by date.

    Returns
    -------
    dict
        ``name``, ``statistic`` (positive: the forecast ranks better), ``p_value`` (two-sided, Student's t),
        ``mean_difference``, ``dates``: those on which both have a coefficient.
    """
    difference = (
        information_coefficients(forecast, truth, dates) - information_coefficients(rival, truth, dates)
    ).dropna()
    statistic = newey_west_t(difference)
    return {
        "name": "Newey-West t of the difference in information coefficient by date",
        "statistic": statistic,
        "p_value": float(2 * stats.t.sf(abs(statistic), len(difference) - 1)) if len(difference) > 1 else float("nan"),
        "mean_difference": float(difference.mean()),
        "dates": len(difference),
    }


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
