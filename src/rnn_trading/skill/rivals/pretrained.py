"""Rivals that were trained elsewhere, on other series. Nothing is fitted here.

Such a model takes all values up to an origin, as many as it can read, and forecasts the values that follow. What it was
trained on may reach into the test; what that means for a record says :mod:`rnn_trading.skill.elsewhere`.

Weights are read from a folder of the user's. Nothing is downloaded, ever.
"""

import importlib.util
import json
import os
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal, Protocol, get_args

import numpy as np
from numpy.typing import NDArray

from rnn_trading.parameters import parameters

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]
Name = Literal["chronos_bolt"]
Point = Literal["mean", "median"]

EXTRA = "pretrained"
CONFIG, WEIGHTS = "config.json", "model.safetensors"
HEADER_LENGTH = 8  # bytes at the beginning of the weights
CHRONOS_BOLT = "ChronosBoltModelForForecasting"
BATCH = 32
# A thread that holds it may take it again: settings of PyTorch and of warnings are those of the whole process.
_SETTINGS = threading.RLock()


@parameters
class PretrainedParameters:
    """A model from elsewhere, as a rival of experiments on one series.

    Parameters
    ----------
    name
        Its family, and its name in tables: ``chronos_bolt``.
    weights
        Folder with ``config.json`` and ``model.safetensors``; null: there is no such rival.
    trained_until
        The last date of anything that it was trained on; null: nobody knows.

    Examples
    --------
    >>> PretrainedParameters(name="chronos_bolt", weights="models/small", trained_until="2023-12-31").trained_until
    datetime.date(2023, 12, 31)
    """

    name: Name
    weights: str | None
    trained_until: date | None


class Network(Protocol):
    """What a loaded model of a family is."""

    context_length: int
    """The largest number of values that it reads."""
    block: int
    """How many steps it forecasts at once; more feed on those before them."""

    def __call__(self, contexts: Matrix, steps: int) -> Matrix:
        """Forecast, from ``(rows, context_length)``, NaN in front where there are fewer values: ``(rows, steps)``."""


@dataclass(frozen=True)
class Family:
    """A family of models.

    Attributes
    ----------
    load
        A checked folder to a :class:`Network`.
    architecture
        What ``config.json`` must name.
    packages
        What it needs to be installed.
    point
        Which number of its distribution is its forecast: the mean, if it has one.
    """

    load: Callable[[Path], Network]
    architecture: str
    packages: tuple[str, ...]
    point: Point


@dataclass(frozen=True)
class Pretrained:
    """A model that was loaded.

    Attributes
    ----------
    name
        Of its column.
    network
        See :class:`Network`.

    Examples
    --------
    >>> class LastValue:
    ...     context_length, block = 4, 2
    ...
    ...     def __call__(self, contexts, steps):
    ...         return np.repeat(contexts[:, -1:], steps, axis=1)
    >>> model = Pretrained("last_value", LastValue())
    >>> model.paths(np.array([1.0, 2.0, 4.0, 8.0]), np.array([2, 3]), steps=2).tolist()
    [[2.0, 2.0], [4.0, 4.0]]
    """

    name: str
    network: Network

    def paths(self, values: Vector, first_targets: NDArray[np.int64], steps: int) -> Matrix:
        """Forecast from each origin; a forecast depends on nothing after its origin, to the bit.

        Parameters
        ----------
        values
            The series, oldest first; none missing.
        first_targets
            Positions of the first value that each forecast is of, ``(runs,)``: the values before it are known.
        steps
            How many values are forecast from each.

        Returns
        -------
        array
            ``(runs, steps)``, in the units of the series.

        Raises
        ------
        ValueError
            If a run has no value before it, or forecasts are too few, too many or not finite.
        """
        if len(first_targets) and first_targets.min() < 1:
            raise ValueError(
                f"The rival {self.name} needs a value before each forecast. Received: a run that has none."
            )
        # Batches of one shape: what stands in other rows, and how many follow, changes no bit of a row.
        rows = BATCH if steps <= self.network.block else 1
        found = np.empty((len(first_targets), steps))
        for start in range(0, len(first_targets), rows):
            of_batch = first_targets[start : start + rows]
            filled = np.pad(of_batch, (0, rows - len(of_batch)), mode="edge")
            batch = contexts(values, filled, self.network.context_length)
            answer = np.asarray(self.network(batch, steps))
            if answer.shape != (rows, steps):
                raise ValueError(
                    f"The rival {self.name} must give {rows:,} x {steps:,} numbers, one row a series. Received: "
                    f"an answer of the shape {answer.shape}."
                )
            found[start : start + rows] = answer[: len(of_batch)]
        if not np.isfinite(found).all():
            raise ValueError(
                f"The rival {self.name} must give finite numbers. Received: {int((~np.isfinite(found)).sum()):,} of "
                f"{found.size:,} that are not. Look at the series, and at pretrained.weights."
            )
        return found


def contexts(values: Vector, first_targets: NDArray[np.int64], length: int) -> Matrix:
    """The last values before each origin, ``(rows, length)``; NaN in front where there are fewer.

    Examples
    --------
    >>> contexts(np.array([1.0, 2.0, 4.0, 8.0]), np.array([1, 3]), 2).tolist()
    [[nan, 1.0], [2.0, 4.0]]
    """
    padded = np.concatenate([np.full(length, np.nan), values])
    return np.lib.stride_tricks.sliding_window_view(padded, length)[first_targets]


def load(given: PretrainedParameters) -> list[Pretrained]:
    """The rival, loaded; none where no weights are named.

    Raises
    ------
    ValueError
        See :func:`refuse_unusable`.

    Examples
    --------
    >>> load(PretrainedParameters(name="chronos_bolt", weights=None, trained_until=None))
    []
    """
    if given.weights is None:
        return []
    refuse_unusable(given)
    try:
        network = FAMILIES[given.name].load(Path(given.weights).expanduser())
    except Exception as error:  # whatever its library raises: the folder is the user's
        raise ValueError(
            f"pretrained.weights: {given.weights!r} cannot be loaded as {given.name} ({error}). Copy the model once "
            "more, or set pretrained.weights to null."
        ) from error
    return [Pretrained(given.name, network)]


def refuse_unusable(given: PretrainedParameters) -> None:
    """Refuse weights that cannot be loaded, before there is work to lose; nothing heavy is imported.

    Raises
    ------
    ValueError
        If there is no such folder, a file is missing in it, it is of another family, or what loads it is not installed.
    """
    if given.weights is None:
        return
    family, folder = FAMILIES[given.name], Path(given.weights).expanduser()
    if not folder.is_dir():
        raise ValueError(
            f"pretrained.weights: expected a folder on this computer, with {CONFIG} and {WEIGHTS}. Received: "
            f"{given.weights!r}, which is none. Nothing is downloaded here: download the model yourself, and name the "
            "folder that it lies in."
        )
    missing = [name for name in (CONFIG, WEIGHTS) if not (folder / name).is_file()]
    if missing:
        raise ValueError(
            f"pretrained.weights: expected {CONFIG} and {WEIGHTS} in {given.weights!r}. Missing: {', '.join(missing)}. "
            "Name the folder that a model was saved in, in this form: others can hold code."
        )
    _refuse_other_family(given, folder / CONFIG, family)
    _refuse_cut_weights(folder / WEIGHTS)
    absent = [name for name in family.packages if importlib.util.find_spec(name) is None]
    if absent:
        raise ValueError(
            f"pretrained.name: {given.name} needs the extra {EXTRA}, of which {', '.join(absent)} is not installed. "
            f"Run: pip install 'rnn-trading[{EXTRA}]', or set pretrained.weights to null."
        )


def _refuse_other_family(given: PretrainedParameters, config: Path, family: Family) -> None:
    try:
        said = json.loads(config.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"pretrained.weights: {str(config)!r} is not JSON ({error}).") from error
    found = said.get("architectures") if isinstance(said, dict) else None
    if found != [family.architecture]:
        raise ValueError(
            f"pretrained.weights: expected a model of the family {given.name}, whose {CONFIG} has the architectures "
            f"{[family.architecture]}. Received: {found} in {str(config)!r}."
        )


def _refuse_cut_weights(weights: Path) -> None:
    """Refuse a file that is no whole safetensors: eight bytes say how long its header is, and that, where data end."""
    size = weights.stat().st_size
    try:
        with weights.open("rb") as file:
            length = int.from_bytes(file.read(HEADER_LENGTH), "little")
            header = json.loads(file.read(length)) if length < size else {}
        ends = [entry["data_offsets"][1] for name, entry in header.items() if name != "__metadata__"]
        whole = bool(ends) and size == HEADER_LENGTH + length + max(ends)
    except (ValueError, TypeError, KeyError, AttributeError):
        whole = False
    if not whole:
        raise ValueError(
            f"pretrained.weights: {str(weights)!r} ({size:,} bytes) is no whole safetensors file: it was cut off, or "
            "points to a file that was not fetched. Copy the model once more."
        )


@contextmanager
def _quiet_and_alone() -> Iterator[None]:
    """One thread, so that the last bits do not depend on the number of cores; no advice on the number of steps."""
    import torch  # noqa: PLC0415  takes seconds to import

    with _SETTINGS, warnings.catch_warnings():
        warnings.filterwarnings("ignore", "We recommend keeping prediction length", UserWarning)
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            yield
        finally:
            torch.set_num_threads(threads)


class ChronosBolt:
    """Chronos-Bolt (Ansari and others, 2024): quantiles of the values that follow, of which the median is taken.

    The model has no mean: what its library calls so is the median, too.
    """

    def __init__(self, folder: Path) -> None:
        # What is not in the folder is not looked for elsewhere.
        os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1")
        import torch  # noqa: PLC0415  takes seconds to import
        import transformers  # noqa: PLC0415
        from chronos import ChronosBoltPipeline  # noqa: PLC0415

        transformers.utils.logging.disable_progress_bar()
        self._pipeline: Any = ChronosBoltPipeline.from_pretrained(
            str(folder), local_files_only=True, use_safetensors=True, dtype=torch.float32, device_map="cpu"
        )
        self.context_length = int(self._pipeline.model_context_length)
        self.block = int(self._pipeline.model_prediction_length)

    def __call__(self, contexts: Matrix, steps: int) -> Matrix:
        """See :class:`Network`."""
        import torch  # noqa: PLC0415

        with _quiet_and_alone():
            taken = torch.tensor(contexts, dtype=torch.float32)
            quantiles, _ = self._pipeline.predict_quantiles(taken, prediction_length=steps, quantile_levels=[0.5])
        return np.asarray(quantiles[:, :, 0].numpy(), dtype=np.float64)


FAMILIES: dict[Name, Family] = {
    "chronos_bolt": Family(ChronosBolt, CHRONOS_BOLT, ("chronos", "torch", "transformers"), "median"),
}
# Names of their columns.
PRETRAINED: tuple[str, ...] = get_args(Name)
