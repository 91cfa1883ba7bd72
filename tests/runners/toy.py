"""A pipeline of plain functions on files, for real workers."""

import json
import logging
import os
import signal
from pathlib import Path

from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Node, Pipeline

from rnn_trading.datasets.whole import JSONDataset
from rnn_trading.progress import FIT

NUMBERS = range(4)


class TwoArgumentsError(ValueError):
    """Comes back from a pickle as another: its class takes what its message was made of."""

    def __init__(self, name: str, value: int) -> None:
        super().__init__(f"{name} is {value}")


def spread(source, factor):
    return [source * factor + number for number in NUMBERS]


def fit(spreaded, number):
    return {"value": spreaded[number] / 3, "process": os.getpid()}


def fit_0(spreaded):
    return fit(spreaded, 0)


def fit_1(spreaded):
    return fit(spreaded, 1)


def fit_2(spreaded):
    return fit(spreaded, 2)


def fit_3(spreaded):
    return fit(spreaded, 3)


def collect(*fits):
    return [each["value"] for each in fits]


def die_once(spreaded, marker):
    """Kill the process that runs this, but for the second time."""
    if not Path(marker).exists():
        Path(marker).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return fit(spreaded, 3)


def tell(spreaded, secret):
    """Give back what the log would say."""
    record = logging.getLogger("toy").makeRecord("toy", logging.WARNING, "", 0, f"asked with {secret}", (), None)
    return fit(spreaded, 3) | {"said": record.getMessage()}


def refuse(spreaded):
    try:
        raise KeyError("the cause")
    except KeyError as error:
        raise ValueError("spreaded is of no use") from error


def refuse_unsendably(spreaded):
    raise TwoArgumentsError("number", 3)


def block(spreaded, fifo):
    """Say which process this is, and never end; the reader sees the end of the file when the process ends."""
    with open(fifo, "w") as channel:
        channel.write(f"{os.getpid()}\n")
        channel.flush()
        signal.pause()


def pipeline(last=fit_3, **inputs):
    """``last`` in the place of the last fit, with further inputs."""
    first = [fit_0, fit_1, fit_2]
    nodes = [Node(spread, ["source", "params:factor"], "spreaded", name="spread")]
    nodes += [Node(each, "spreaded", f"fit_{i}", name=f"fit_{i}", tags=[FIT]) for i, each in enumerate(first)]
    nodes += [Node(last, ["spreaded", *inputs], "fit_3", name="fit_3", tags=[FIT])]
    return Pipeline([*nodes, Node(collect, [f"fit_{i}" for i in NUMBERS], "collected", name="collect")])


def catalog(folder: Path, **inputs):
    (folder / "source.json").write_text("2")
    names = ("source", "spreaded", "collected", *(f"fit_{i}" for i in NUMBERS))
    files = {name: JSONDataset(filepath=str(folder / f"{name}.json")) for name in names}
    memory = {name: MemoryDataset(value) for name, value in {"params:factor": 10, **inputs}.items()}
    return DataCatalog(files | memory)


def read(folder: Path, name: str):
    return json.loads((folder / f"{name}.json").read_text())


COLLECTED = [(20 + number) / 3 for number in NUMBERS]
