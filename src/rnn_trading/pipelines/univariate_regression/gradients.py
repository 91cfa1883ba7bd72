"""What vanishes: how far back the gradient of each kind of cell reaches, before and after training."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnn_trading import figures
from rnn_trading.figures import Figure
from rnn_trading.models.parameters import SequenceNetworkParameters, TrainingParameters
from rnn_trading.series.scaling import Scaling
from rnn_trading.series.series import split_windows
from rnn_trading.skill.formats import words
from rnn_trading.splits.chronological import rows_in

WINDOWS = 100
REACHED = 0.01  # of the largest norm
COLUMNS = {"layer": "str", "trained": "bool", "lag": "int64", "norm": "float64", "windows": "int64"}
NAMES = {"rnn": "simple RNN", "lstm": "LSTM", "gru": "GRU"}


def measure_gradients(
    model: Any,
    windows: pd.DataFrame,
    split_dates: pd.DataFrame,
    scaling: dict[str, Any],
    architecture: SequenceNetworkParameters,
    training: TrainingParameters,
) -> pd.DataFrame:
    """Norm of the gradient by lag, of a trained network and of the one that its training began with.

    On up to 100 windows of the training rows, in equal steps from the first to the last: these are the windows through
    which gradients flow in training, and no test row is looked at. Targets are not used.

    Returns
    -------
    pandas.DataFrame
        ``layer`` (or the builder of an own network), ``trained``, ``lag`` (days before the
        last of the window, from 0), ``norm`` (median over the windows of
        :func:`rnn_trading.models.gradients.gradient_norms`), ``windows`` (how many). No rows of a network without a
        recurrent layer of its own.
    """
    # TensorFlow takes seconds to import: only a run that needs it pays for it.
    from rnn_trading.models.gradients import gradient_norms, last_states  # noqa: PLC0415
    from rnn_trading.models.interface import Input, Interface  # noqa: PLC0415
    from rnn_trading.models.networks import Blueprint  # noqa: PLC0415
    from rnn_trading.models.sequence_network import INPUT  # noqa: PLC0415
    from rnn_trading.models.training import untrained  # noqa: PLC0415

    lags, _ = split_windows(windows[rows_in(split_dates["split"], windows.index, "train")])
    chosen = lags[np.linspace(0, len(lags) - 1, min(WINDOWS, len(lags))).astype(int)]
    inputs = Scaling(**scaling).scale(chosen, chosen)[:, :, None].astype(np.float32)
    interface = Interface({INPUT: Input(inputs.shape[1:])})
    networks = {False: untrained(Blueprint(architecture, interface), training.seed), True: model}
    table = pd.DataFrame(
        {
            "layer": architecture.builder or architecture.layer,
            "trained": trained,
            "lag": lag,
            "norm": norm,
            "windows": len(inputs),
        }
        for trained, network in networks.items()
        if (states := last_states(network)) is not None
        for lag, norm in enumerate(np.median(gradient_norms(states, inputs), axis=0))
    )
    return table.reindex(columns=[*COLUMNS]).astype(COLUMNS)


def gather_gradients(**norms: pd.DataFrame) -> pd.DataFrame:
    """Results of :func:`measure_gradients` one below the other, after a column ``network`` with their names."""
    return pd.concat(norms, names=["network", "row"]).reset_index("network").reset_index(drop=True)


def reach(norms: NDArray[np.float64], share: float) -> int | None:
    """First lag from which on every norm is less than a share of the largest; None if there is none.

    Parameters
    ----------
    norms
        By lag, from 0.
    share
        Between 0 and 1.

    Examples
    --------
    >>> reach(np.array([0.5, 1.0, 0.002, 0.02, 0.005]), 0.01), reach(np.array([1.0, 0.9]), 0.01)
    (4, None)
    """
    after_last = int(np.flatnonzero(norms >= share * norms.max())[-1]) + 1
    return after_last if after_last < len(norms) else None


def reaches(gradient_norms: pd.DataFrame) -> dict[bool, dict[str, int | None]]:
    """Untrained and trained, the :func:`reach` of each network."""
    return {
        trained: {
            str(network): reach(rows["norm"].to_numpy(), REACHED)
            for network, rows in gradient_norms[gradient_norms["trained"] == trained].groupby("network", sort=False)
        }
        for trained in (False, True)
    }


def gradient_by_lag(gradient_norms: pd.DataFrame, protocol: str) -> Figure:
    """Norms by lag of each network, before and after training; the title says how far they reach."""
    found, last = reaches(gradient_norms), gradient_norms["lag"].max()
    layers = gradient_norms.groupby("network")["layer"].first()
    names = {network: NAMES.get(layer, layer) for network, layer in layers.items()}

    def said(trained: bool) -> str:
        each = (
            f"{names[network]} {f'over {last:,}' if lag is None else f'{lag:,}'} days"
            for network, lag in found[trained].items()
        )
        return ", ".join(each) or "no network has a recurrent layer"

    title = f"How far back the trained gradient reaches: {said(True)}"
    below = f"Before training: {said(False)}; {words(protocol)}"
    return figures.series.gradient_by_lag(gradient_norms, names, found, f"{title}\n{below}")
