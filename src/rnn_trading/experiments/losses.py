"""Losses that networks cannot have are refused before anything is fitted."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from kedro.pipeline import Node

from rnn_trading.models.own_network import NetworkParameters
from rnn_trading.models.parameters import TrainingParameters
from rnn_trading.progress import FIT
from rnn_trading.skill.tasks import TaskName

TRAINING = ".training"
# Tasks whose outcomes are 0 and 1; and what the others forecast, in words.
OF_PROBABILITIES = ("classification", "sentiment")
FORECASTS: dict[str, str] = {
    **{task: "probabilities" for task in OF_PROBABILITIES},
    **{"regression": "returns", "filings": "returns", "level": "levels", "volatility": "volatilities"},
    **{"runs": "paths", "macro": "paths", "stars": "stars"},
}
# What can be watched with losses that do not record everything; of others see :func:`_of_the_monitor`.
RECORDED = {
    "binary_crossentropy": ("loss", "accuracy", "auc"),
    "correlation_by_date": ("loss", "ic"),
    "mae_of_known": ("loss", "first_step"),
    "ordinal_crossentropy": ("loss",),
}
# Ways in which a careful network corrects what it starts from.
LINKS = ("add", "multiply")
# Tag of a node that trains on batches of whole dates of a panel.
BY_DATE = "by_date"


@dataclass(frozen=True)
class _Network:
    """What a loss must fit: the parameters of a network, what it forecasts, and whether it ranks the rows of dates."""

    training: TrainingParameters
    architecture: NetworkParameters
    task: TaskName
    by_date: bool

    @property
    def link(self) -> str:
        """How a careful network corrects what it starts from; ``none`` of others."""
        return getattr(self.architecture, "link", "none")

    @property
    def is_ours(self) -> bool:
        """Whether it is none of somebody's own, which may give whatever it likes."""
        return self.architecture.builder is None

    @property
    def forecasts(self) -> str:
        """What it forecasts, in words."""
        return "ranks" if self.by_date else FORECASTS[self.task]


def refuse_loss(
    title: str, training: TrainingParameters, architecture: NetworkParameters, task: TaskName, *, by_date: bool
) -> None:
    """Raise if a loss, or what a training is stopped by, cannot be that of a network.

    Parameters
    ----------
    title
        What the network is called.
    training, architecture
        Of the network.
    task
        What it forecasts.
    by_date
        Whether its batches are whole dates of a panel, of which it forecasts ranks.

    Raises
    ------
    ValueError
        Names the parameter, what it needs, and one that fits.
    """
    network = _Network(training, architecture, task, by_date)
    for wrong, message in (*_of_the_loss(network), *_of_the_monitor(network)):
        if wrong:
            raise ValueError(f"{title}: {message}")


def _of_the_loss(network: _Network) -> Iterator[tuple[bool, str]]:
    """What each loss needs, whether a network lacks it, and what to do."""
    loss, link, task = network.training.loss, network.link, network.task
    received = f"Received: training.loss={loss} of a network that forecasts {network.forecasts}."
    yield (
        loss == "qlike" and network.is_ours and link != "multiply",
        "training.loss=qlike needs forecasts above zero, which model.link=multiply gives (networks of protocol=careful "
        f"on one series). Received: model.link={link}. Or set training.loss=mse.",
    )
    yield (
        network.is_ours and link in LINKS and (link == "multiply") != (task == "volatility"),
        "model.link=multiply is for what is above zero, a volatility, and add for all else. Received: "
        f"model.link={link} of a network that forecasts {network.forecasts}.",
    )
    yield (
        loss == "correlation_by_date" and not network.by_date,
        "training.loss=correlation_by_date compares tickers of a date: expected a panel (stacked_lstm, "
        "protocol=careful). Set training.loss=mse.",
    )
    yield (
        loss == "binary_crossentropy" and (task not in OF_PROBABILITIES or network.by_date),
        f"training.loss=binary_crossentropy needs outcomes of 0 and 1. {received} Set training.loss=mse.",
    )
    yield (
        loss == "summed_half_mse" and (task != "runs" or link in LINKS),
        "training.loss=summed_half_mse is for paths that feed on their own steps (univariate_regression."
        f"rolling_windows, not careful). {received} Set training.loss=mse.",
    )
    yield (
        (loss == "mae_of_known") != (task == "macro" and link in LINKS),
        "training.loss=mae_of_known is for months of which the last may be unknown (multivariate, protocol=careful), "
        f"and for these alone. {received}",
    )
    yield (
        (loss == "ordinal_crossentropy") != (task == "stars"),
        f"training.loss=ordinal_crossentropy is for stars (text_sentiment.stars), and for these alone. {received}",
    )


def _of_the_monitor(network: _Network) -> Iterator[tuple[bool, str]]:
    """What can be watched of some networks alone, and what needs something to be watched."""
    training, task = network.training, network.task
    monitor, loss = training.monitor, training.loss
    recorded = RECORDED.get(loss)
    yield (
        recorded is not None and monitor not in recorded,
        f"training.monitor={monitor} is not recorded with training.loss={loss}. Expected: "
        f"{' or '.join(recorded or ())}.",
    )
    needs = {
        "ic": ("a panel (protocol=careful) or annual reports", network.by_date or task == "filings"),
        "auc": ("training.loss=binary_crossentropy", False),
        "accuracy": ("training.loss=binary_crossentropy", False),
        "first_step": ("training.loss=mae_of_known", False),
        "run_half_mse": ("runs of several steps", task == "runs"),
    }
    needed, given = needs.get(monitor, ("", True)) if recorded is None else ("", True)
    yield (
        not given,
        f"training.monitor={monitor} needs {needed}. Received: training.loss={loss} of a network that forecasts "
        f"{network.forecasts}. Set training.monitor=loss.",
    )
    yield (
        bool(getattr(network.architecture, "grid", ())) and training.patience is None,
        "model.grid is chosen by training.monitor on the watched rows, of which an epoch is kept. Expected "
        "training.patience. Received: null.",
    )


def refuse_losses(nodes: Iterable[Node], load: Callable[[str], Any]) -> None:
    """Raise if a network that some nodes train cannot have its loss.

    Parameters
    ----------
    nodes
        Of a run.
    load
        Gives parameters by their name, such as ``params:mine.level.training``.

    Raises
    ------
    ValueError
        See :func:`refuse_loss`.
    """
    trains = {
        next((name for name in node.inputs if name.endswith(TRAINING)), ""): node for node in nodes if FIT in node.tags
    }
    for block, node in trains.items():
        if block:
            name = block.removesuffix(TRAINING)
            title, training, architecture = name.removeprefix("params:"), load(block), load(f"{name}.model")
            task = load(f"{name}.experiment").task
            refuse_loss(title, training, architecture, task, by_date=BY_DATE in node.tags)
