"""The node that forecasts the newest rows of one record, and what it takes, in the folder of a run."""

import dataclasses

import numpy as np
from kedro.framework.project import configure_project, pipelines
from kedro.framework.session import KedroSession

from rnn_trading.experiments.latest import INFERENCE, argument_of

LATEST = argument_of("params:latest")


class Finished:
    """One record of a run that has ended; parameters are those of the run."""

    def __init__(self, folder, name, **params):
        configure_project("rnn_trading")
        session = KedroSession.create(folder, env="test", runtime_params=params)
        catalog = session.load_context().catalog
        of, _, rest = name.partition(".")
        nodes = pipelines[f"{of}{INFERENCE}.{rest}"].nodes
        self.function = next(node.func for node in nodes if node.name == f"{name}.forecast_latest")
        self.given = {argument: catalog.load(dataset) for argument, dataset in self.function.datasets.items()}
        self.predictions = catalog.load(f"{name}.predictions")

    def of(self, until, **given):
        """The newest forecasts from values until a date; None: from all. ``given`` stands in the place of datasets."""
        until = None if until is None else until.date()
        latest = dataclasses.replace(self.given[LATEST], until=until)
        return self.function(**(self.given | given | {LATEST: latest}))["latest"]


def same(table, predictions):
    """Whether forecasts of the model and of the rivals that are shown are those of the predictions, to the bit."""
    assert len(table) == len(predictions) > 0
    np.testing.assert_array_equal(table["forecast"], predictions["prediction"])
    for tier in ("naive", "strong"):
        np.testing.assert_array_equal(table[tier], predictions[table[f"{tier}_rival"].iloc[0]])
