"""From the units of a series to those of a network, and back.

A value ``x`` of a window becomes ``(x / base - offset) / size``. The base is 1, or the first or the last value of the
window, so that windows of any level look alike.
"""

from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from rnn_trading.parameters import parameters
from rnn_trading.tables.wording import counted

Array = NDArray[np.float64]
Base = Literal["none", "first", "last"]
PERCENT = 100.0


@parameters
class ScalingParameters:
    """How a series is scaled.

    Parameters
    ----------
    method
        ``none``; ``fraction``: divided by 100, what is in percent as a fraction; ``min_max`` to 0 .. 1; ``standard``
        to mean 0 and deviation 1; ``first_value``: divided by the window's first value, minus 1; ``last_value``:
        divided by the window's last value, minus 1, in units of the deviation of the targets, so that the target is a
        return.
    fitted_on
        ``train``: constants come from what was known when training ended; ``all``: from the whole series, test
        included, as published.
    """

    method: Literal["none", "fraction", "min_max", "standard", "first_value", "last_value"]
    fitted_on: Literal["train", "all"]


@dataclass(frozen=True)
class Scaling:
    """A fitted scaling; see the module.

    Attributes
    ----------
    base
        What a window is divided by: nothing, its first or its last value.
    offset, size
        What is subtracted, and what the rest is divided by.

    Examples
    --------
    Windows are divided by their last value; the unit is a return of one half.

    >>> scaling = Scaling(base="last", offset=1.0, size=0.5)
    >>> lags = np.array([[5.0, 10.0]])
    >>> scaling.scale(lags, lags).tolist()
    [[-1.0, 0.0]]

    A forecast of 1 is a return of 0.5 on the last value, which is 10:

    >>> scaling.restore(np.array([[1.0]]), scaled_last=np.array([[0.0]]), lags=lags).tolist()
    [[15.0]]
    """

    base: Base
    offset: float
    size: float

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for a file; ``Scaling(**values)`` is the way back.

        Examples
        --------
        >>> Scaling("none", 2.0, 4.0).as_dict()
        {'base': 'none', 'offset': 2.0, 'size': 4.0}
        """
        return asdict(self)

    def bases(self, lags: Any) -> Any:
        """Base of each window, ``(rows, 1)``, of an array or tensor ``(rows, lags)``; 1.0 without one.

        Examples
        --------
        >>> Scaling("first", 1.0, 1.0).bases(np.array([[5.0, 10.0], [20.0, 10.0]])).tolist()
        [[5.0], [20.0]]
        """
        if self.base == "none":
            return 1.0
        return lags[:, :1] if self.base == "first" else lags[:, -1:]

    def scale(self, values: Any, lags: Any) -> Any:
        """Scale values ``(rows, any)`` by the bases of their windows; works on arrays and tensors."""
        return (values / self.bases(lags) - self.offset) / self.size

    def restore(self, scaled: Any, scaled_last: Any, lags: Any) -> Any:
        """Bring forecasts ``(rows, 1)`` back to the units of the series.

        The last value of the window, plus the scaled step from it: algebraically the inverse of :meth:`scale`,
        but a forecast equal to ``scaled_last``, the last value as the network saw it, gives the last value to the
        bit, whatever the rounding.
        """
        return lags[:, -1:] + (scaled - scaled_last) * self.size * self.bases(lags)


def fit_scaling(parameters_: ScalingParameters, values: Array, lags: Array, targets: Array) -> Scaling:
    """Find the constants of a scaling.

    Parameters
    ----------
    parameters_
        See :class:`ScalingParameters`.
    values
        Values of the series that may be known, ``(values,)``, none missing.
    lags, targets
        Windows ``(rows, lags)``, oldest value first, and targets ``(rows,)`` that may be known, none missing.

    Returns
    -------
    Scaling
        Deviations are those of the values at hand: divided by their number, not by one less.

    Raises
    ------
    ValueError
        If the values are constant, or a window starts (ends) with zero and is to be divided by it.

    Examples
    --------
    >>> lags, targets = np.array([[5.0, 10.0], [10.0, 10.0]]), np.array([15.0, 5.0])
    >>> fit_scaling(ScalingParameters(method="min_max", fitted_on="train"), np.array([2.0, 4.0, 6.0]), lags, targets)
    Scaling(base='none', offset=2.0, size=4.0)

    The network sees absolute returns of 5 % and 15 % as 0.05 and 0.15:

    >>> fractions = fit_scaling(ScalingParameters(method="fraction", fitted_on="train"), lags.ravel(), lags, targets)
    >>> fractions.scale(targets[:, None], lags).ravel().tolist()
    [0.15, 0.05]

    The returns from the last values to the targets are 0.5 and -0.5; their deviation is 0.5:

    >>> fit_scaling(ScalingParameters(method="last_value", fitted_on="train"), np.array([2.0, 4.0]), lags, targets)
    Scaling(base='last', offset=1.0, size=0.5)
    """
    method = parameters_.method
    if method == "none":
        return Scaling("none", 0.0, 1.0)
    if method == "fraction":
        return Scaling("none", 0.0, PERCENT)
    if method in ("first_value", "last_value"):
        base: Base = "first" if method == "first_value" else "last"
        refuse_zero_bases(base, lags)
        if base == "first":
            return Scaling(base, 1.0, 1.0)
        returns = targets / lags[:, -1] - 1
        return Scaling(base, 1.0, _positive(float(returns.std()), returns, "returns"))
    if method == "min_max":
        return Scaling("none", float(values.min()), _positive(float(np.ptp(values)), values, "values"))
    return Scaling("none", float(values.mean()), _positive(float(values.std()), values, "values"))


def refuse_zero_bases(base: Base, lags: Array) -> None:
    """Raise if a window cannot be divided by its first or last value.

    Parameters
    ----------
    base
        ``none`` (nothing is refused), ``first`` or ``last``.
    lags
        Windows ``(rows, lags)``, oldest value first.

    Raises
    ------
    ValueError
        Says which window is the first whose value is zero, and how many there are.

    Examples
    --------
    >>> refuse_zero_bases("last", np.array([[0.0, 5.0]]))
    >>> refuse_zero_bases("first", np.array([[0.0, 5.0]]))
    Traceback (most recent call last):
        ...
    ValueError: The first value of window 0 is zero (1 such window): the window cannot be divided by it...
    """
    if base == "none":
        return
    zero = (lags[:, 0] if base == "first" else lags[:, -1]) == 0
    if zero.any():
        raise ValueError(
            f"The {base} value of window {int(zero.argmax())} is zero "
            f"({counted(int(zero.sum()), 'such window')}): the window "
            "cannot be divided by it. Expected values that are not zero. Use scaling.method=min_max, standard or none."
        )


def _positive(size: float, values: Array, what: str) -> float:
    # Equal returns differ by rounding.
    if size > 1e-12 * float(np.abs(values).max()):
        return size
    raise ValueError(
        f"The {len(values):,} {what} that the scaling is fitted on are all {values[0]:g}: a constant series cannot be "
        "scaled. Use a longer history or another split."
    )
