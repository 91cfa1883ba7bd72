"""What a network's forecasts rest on, for its record: by permuted inputs, and by gradients of one forecast.

Of the last fold that is judged, its first seed, on the test rows: nothing that is explained is judged by it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rnn_trading import figures
from rnn_trading.experiments import drawing
from rnn_trading.figures import Figure
from rnn_trading.skill.formats import MINUS, words

# Newest test rows that are exchanged, how many of them stay together at most, how many blocks there are at least, and
# how often.
MOST_ROWS, BLOCK, FEWEST_BLOCKS, REPEATS, SEED = 1024, 20, 8, 5, 1
SEQUENCE_RANK = 2
# The forecast that a network starts from, which is exchanged as a whole.
START, CALLED = "Start", "simple forecast"
Names = Mapping[str, Sequence[str]]


def explained(
    model: Any,
    inputs: dict[str, NDArray[Any]],
    loss: Callable[..., float],
    names: Names,
    date: str,
    measured: str,
    first: str = "",
    series: NDArray[Any] | None = None,
) -> dict[str, Any]:
    """What the forecasts of some rows rest on.

    Parameters
    ----------
    model, inputs
        A network, and its inputs of the rows, those that are alike beside each other: in the order of time, of a panel
        ticker by ticker.
    loss
        Of forecasts ``(rows, outputs)``.
    names
        Of the features of each input; of the simple forecast where it means something by itself.
    date
        What the last row is called, whose forecast is explained by gradients.
    measured
        What the loss is, in words.
    first
        What the first output is, where there are several: gradients are of that one.
    series
        Of a panel, which series each row is of, ``(rows,)``: blocks that are exchanged are of one.

    Returns
    -------
    dict
        ``rows``, ``block`` and ``repeats``; ``loss``: as it is, and what it is (``measured``); ``importance`` and
        ``gradient`` of the last row (``date``, ``output``): by input, lists ``(lags, features)``, the newest lag first,
        or ``(features,)``; ``features``: their names. ``beside``: whether the network starts from a simple forecast,
        ``Start``, which is one number, and left out where it has no name.
        ``together``: by input, the importance of all features of a lag at once, ``(lags,)``: one alone leaves others
        that say the same. ``luck``: by how much the loss falls at most where something is exchanged; a growth no larger
        may be luck, too. ``strongest``: of what is seen beside the simple forecast, input, feature and lag (from 1;
        None where it has none) whose exchange costs most; None where none costs more than luck.
    """
    from rnn_trading.models.explanations import (  # noqa: PLC0415  TensorFlow is imported only to explain
        gradient_times_input,
        permutation_importance,
    )
    from rnn_trading.models.predicting import predict_all  # noqa: PLC0415

    rows = len(next(iter(inputs.values())))
    block = min(BLOCK, max(1, rows // FEWEST_BLOCKS))
    how: dict[str, Any] = {"loss": loss, "block": block, "repeats": REPEATS, "seed": SEED, "series": series}
    seen = {name: values.shape[1:] for name, values in inputs.items() if name != START}
    whole = permutation_importance(model, inputs, **how, together=lambda name: int(len(seen.get(name, ())) > 1))
    single = permutation_importance(model, inputs, **how, together=lambda name: len(seen.get(name, ())))
    gradient = gradient_times_input(model, {name: values[-1:] for name, values in inputs.items()})
    shown = {"importance": _of_names(single, names), "gradient": _of_names(gradient, names)}
    of_seen = {name: shown["importance"][name] for name in seen}
    return {
        "rows": rows,
        "block": block,
        "repeats": REPEATS,
        "measured": measured,
        "loss": loss(predict_all(model, inputs)),
        "date": date,
        "output": first,
        "beside": START in inputs,
        "features": {name: [*names[name]] for name in shown["importance"]},
        **{kind: {name: values.tolist() for name, values in found.items()} for kind, found in shown.items()},
        "together": {name: values[::-1].tolist() for name, values in whole.items() if values.ndim},
        "luck": _luck(of_seen),
        "strongest": _strongest(of_seen, names),
    }


def _of_names(found: Mapping[str, NDArray[np.float64]], names: Names) -> dict[str, NDArray[np.float64]]:
    return {
        name: values.sum(keepdims=True).reshape(1) if name == START else newest_first(values)
        for name, values in found.items()
        if name in names
    }


def newest_first(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Of a sequence ``(steps, features)`` the newest step first; other inputs stay as they are."""
    return values[::-1] if values.ndim == SEQUENCE_RANK else values


def _luck(importance: Mapping[str, NDArray[np.float64]]) -> float:
    """What no forecast rests on grows or shrinks the loss alike: the largest fall."""
    return max(0.0, *(-float(values.min()) for values in importance.values()))


def _strongest(importance: Mapping[str, NDArray[np.float64]], names: Names) -> dict[str, Any] | None:
    name = max(importance, key=lambda each: float(importance[each].max()))
    if importance[name].max() <= _luck(importance):
        return None
    *lag, feature = np.unravel_index(int(importance[name].argmax()), importance[name].shape)
    return {"input": name, "feature": names[name][int(feature)], "lag": int(lag[0]) + 1 if lag else None}


def what_counts(skill: dict[str, Any]) -> Figure:
    """How much worse forecasts are without each input, by lag."""
    found = skill["explanation"]
    strongest, beside = found["strongest"], f"Beside the {CALLED}" if found["beside"] else "Of all"
    if START in found["importance"]:
        beside += f" (growth {found['importance'][START][0]:+.2g})".replace("-", MINUS)
    what = f"{beside} nothing that is seen stands out from luck"
    if strongest is not None:
        where = f" at lag {strongest['lag']}" if strongest["lag"] else ""
        what = f"{beside}, what counts most: {words(strongest['feature'])}{where}"
    label = f"Growth of {found.get('measured', 'the loss')} ({found['loss']:.3g})"
    seen = {name: values for name, values in found["importance"].items() if name != START}
    # The first careful records do not say what may be luck, nor what the loss is.
    luck = found.get("luck")
    return figures.explanations.by_lag(seen, found["features"], label, drawing.title(what, skill), luck)


def one_forecast(skill: dict[str, Any]) -> Figure:
    """Which way each input pushes the forecast of one date."""
    found = skill["explanation"]
    seen = {name: values for name, values in found["gradient"].items() if name != START}
    total = sum(float(np.sum(values)) for values in seen.values())
    way = f"pushes the forecast {'up' if total > 0 else 'down'}" if total else "pushes the forecast nowhere"
    what = f"{found['date']}{found['output'] and ', '}{found['output']}: what is seen {way}"
    label = "Value times derivative"
    return figures.explanations.by_lag(seen, found["features"], label, drawing.title(what, skill))


# Of the record alone, so that every experiment with an explanation has them.
FIGURES = {"what_counts": what_counts, "one_forecast": one_forecast}
