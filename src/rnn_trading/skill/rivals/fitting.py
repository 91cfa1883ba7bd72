"""How rivals are written, and fitted.

A rival is a function: it is given what is known before the test rows, and returns a function that forecasts. It is
fitted before it is shown a test row, so that it cannot look ahead. Its name in the tables is the name of the function.

**One rule.** A rival is fitted on the training rows alone. What is chosen (a penalty, a number of trees) is chosen on
the validation rows, by the loss of its target; nothing is fitted again. Where a protocol has no validation rows, it is
chosen on the training rows.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from rnn_trading.skill.losses import Loss, Vector

logger = logging.getLogger(__name__)

Known = TypeVar("Known")
Forecaster = TypeVar("Forecaster")
Setting = TypeVar("Setting")


# A thread that holds it may take it again.
_LIMITED = threading.RLock()


@contextmanager
def one_thread() -> Iterator[None]:
    """Linear algebra by one thread: of many small products several threads wait longer than they compute.

    The limit is one for the whole process. One node at a time sets it: of two, the one that ends last would leave the
    limit of the other behind.
    """
    with _LIMITED, threadpool_limits(1):
        yield


def fit_rivals(rivals: Iterable[Callable[[Known], Forecaster]], known: Known) -> dict[str, Forecaster]:
    """Fit every rival of a list.

    Parameters
    ----------
    rivals
        Functions of what is known to a function that forecasts.
    known
        Training rows and whatever else may be known, in the form of the kind of data.

    Returns
    -------
    dict
        By the name of the rival, in the order of the list, what forecasts.

    Raises
    ------
    ValueError
        If two rivals of a list have one name.

    Examples
    --------
    >>> def last_value(known):
    ...     return lambda windows: [window[-1] for window in windows]
    >>> def mean(known):
    ...     return lambda windows: [sum(known) / len(known) for _ in windows]
    >>> fitted = fit_rivals([last_value, mean], [1.0, 2.0, 6.0])
    >>> {name: forecast([[4.0, 5.0], [5.0, 7.0]]) for name, forecast in fitted.items()}
    {'last_value': [5.0, 7.0], 'mean': [3.0, 3.0]}
    """
    rivals = tuple(rivals)
    names = [getattr(rival, "__name__", "<lambda>") for rival in rivals]
    if "<lambda>" in names:
        raise ValueError("A rival is a function with a name. Received: a lambda, or what has no name.")
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError(f"Every rival of a list has a name of its own. Received twice: {', '.join(sorted(twice))}.")
    return {rival.__name__: rival(known) for rival in rivals}


def forecast_with(
    rivals: Iterable[Callable[[Known], Callable[[Any], Any]]], known: Known, rows: Any, index: pd.Index
) -> pd.DataFrame:
    """Fit every rival of a list, and forecast some rows by each.

    Parameters
    ----------
    rivals, known
        See :func:`fit_rivals`.
    rows
        What the rivals forecast from.
    index
        Of the rows.

    Returns
    -------
    pandas.DataFrame
        One float64 column a rival, by its name.

    Raises
    ------
    ValueError
        If a rival does not give one finite number for each row; names it.

    Examples
    --------
    >>> def last_value(known):
    ...     return lambda windows: windows[:, -1]
    >>> forecast_with([last_value], None, np.array([[1.0, 2.0], [3.0, 4.0]]), pd.Index(["a", "b"])).to_dict()
    {'last_value': {'a': 2.0, 'b': 4.0}}
    """
    if isinstance(rows, np.ndarray):
        rows = rows.view()
        rows.flags.writeable = False  # a rival that changes them would change them for the next
    table = {}
    for name, forecast in fit_rivals(rivals, known).items():
        values = np.asarray(forecast(rows), dtype=np.float64)
        if values.shape != (len(index),) or not np.isfinite(values).all():
            bad = "" if values.shape != (len(index),) else f", {int((~np.isfinite(values)).sum()):,} of them not finite"
            raise ValueError(
                f"The rival {name} must give one finite number for each of {len(index):,} rows. Received: the shape "
                f"{values.shape}{bad}."
            )
        table[name] = values
    return pd.DataFrame(table, index=index)


def best_of(settings: Sequence[Setting], loss: Callable[[Setting], float], what: str) -> Setting:
    """The setting with the smallest loss, the first of equals.

    Parameters
    ----------
    settings
        From which one is chosen, the simplest first.
    loss
        Of a setting, on rows that nothing was fitted on.
    what
        The settings in words, for the log.

    Raises
    ------
    ValueError
        If a loss is not a finite number.

    Examples
    --------
    >>> best_of([1, 2, 3, 4], lambda trees: abs(trees - 2.5), "number of trees")
    2
    """
    losses = np.array([loss(setting) for setting in settings])
    if not np.isfinite(losses).all():
        bad = settings[int(np.flatnonzero(~np.isfinite(losses))[0])]
        raise ValueError(
            f"The {what} {bad} of a rival: expected a finite loss. Received: {losses[~np.isfinite(losses)][0]}. Check "
            "the rows that it is chosen on."
        )
    chosen = settings[int(losses.argmin())]
    logger.info("The %s with the smallest loss is %s", what, f"{chosen:g}" if isinstance(chosen, float) else chosen)
    return chosen


def fit_best(
    estimator: Any,
    setting: tuple[str, Sequence[float]],
    train: tuple[Any, Vector],
    validation: tuple[Any, Vector],
    loss: Loss,
    otherwise: Any,
) -> Any:
    """Fit an estimator of scikit-learn with each value of a setting; keep the one with the smallest validation loss.

    Parameters
    ----------
    estimator
        Not fitted; it stays so.
    setting
        Its name, such as ``ridge__alpha``, and its values, the strongest penalty first.
    train, validation
        Features and target of the rows to fit on, and of those to choose on; of the latter there may be none.
    loss
        Of the forecasts: of probabilities where the estimator gives them.
    otherwise
        An estimator, not fitted, for when there are no validation rows: it chooses on the training rows itself.

    Returns
    -------
    Estimator
        Fitted on the training rows.

    Examples
    --------
    In the validation rows nothing follows from the feature, so that the strongest penalty has the smallest loss.

    >>> from sklearn.linear_model import Ridge
    >>> from rnn_trading.skill.losses import SQUARED_ERROR
    >>> feature = np.array([[-1.0], [1.0]])
    >>> train, validation = (feature, np.array([-1.0, 1.0])), (feature, np.zeros(2))
    >>> fit_best(Ridge(), ("alpha", [100.0, 1.0]), train, validation, SQUARED_ERROR, otherwise=Ridge()).alpha
    100.0
    """
    import sklearn  # noqa: PLC0415  takes a second to import

    name, values = setting
    features, target = validation
    with one_thread():
        if not len(target):
            return otherwise.fit(*train)
        fits = {value: sklearn.clone(estimator).set_params(**{name: value}).fit(*train) for value in values}
    forecasts = {value: forecast_of(fit, features) for value, fit in fits.items()}
    return fits[best_of(values, lambda value: float(loss.of(forecasts[value], target).mean()), name)]


def forecast_of(estimator: Any, features: Any) -> Vector:
    """Probabilities of label 1 by a fitted classifier, values by a regression, ``(rows,)``."""
    with one_thread():
        if hasattr(estimator, "predict_proba"):
            return np.asarray(estimator.predict_proba(features)[:, 1])
        return np.asarray(estimator.predict(features))


def slope(signal: Vector, target: Vector) -> Callable[[Vector], Vector]:
    """The line by least squares through the means of a signal and of what followed.

    Parameters
    ----------
    signal, target
        Of the training rows, ``(rows,)``. The slope of a signal that is constant is 0.

    Returns
    -------
    Callable
        Signals of other rows to forecasts.

    Examples
    --------
    >>> slope(np.array([1.0, 2.0, 3.0]), np.array([0.1, 0.3, 0.5]))(np.array([2.0, 5.0])).round(6).tolist()
    [0.3, 0.9]
    """
    centre, mean = signal.mean(), target.mean()
    deviation = signal - centre
    squares = deviation @ deviation
    steepness = deviation @ target / squares if np.ptp(signal) > 0 else 0.0
    return lambda others: mean + steepness * (others - centre)


def logistic_slope(signal: Vector, label: Vector) -> Callable[[Vector], Vector]:
    """A logistic regression on one signal, without a penalty.

    Parameters
    ----------
    signal, label
        Of the training rows, ``(rows,)``; labels are 0 or 1, both present.

    Returns
    -------
    Callable
        Signals of other rows to probabilities of label 1.

    Examples
    --------
    Of the rows with signal 0, one in four has label 1; of those with signal 1, three in four.

    >>> probability = logistic_slope(np.array([0.0] * 4 + [1.0] * 4), np.array([1.0, 0, 0, 0, 1, 1, 1, 0]))
    >>> probability(np.array([0.0, 1.0])).round(3).tolist()
    [0.25, 0.75]
    """
    import sklearn  # noqa: PLC0415  see fit_best

    scaled = sklearn.preprocessing.StandardScaler()
    logistic = sklearn.linear_model.LogisticRegression(C=np.inf, tol=1e-8)
    with one_thread():
        fitted = sklearn.pipeline.make_pipeline(scaled, logistic).fit(signal[:, None], label)
    return lambda others: forecast_of(fitted, others[:, None])
