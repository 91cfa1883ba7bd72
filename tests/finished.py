"""What finished networks say of what comes, in the folder of a run: of all records, or by the node of one."""

import dataclasses

import numpy as np
import pandas as pd
from kedro.framework.project import configure_project, pipelines
from kedro.framework.session import KedroSession

from rnn_trading.experiments.latest import INFERENCE, argument_of

LATEST = argument_of("params:latest")
ENDING = ".latest.parquet"


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


def newest_of(project, folder, pipeline, **params):
    """Run the inference of a pipeline that has run with these parameters; gives each table by its record."""
    project(f"{pipeline}{INFERENCE}", **params)
    outputs = folder / f"data/07_model_output/{params['protocol']}"
    tables = {path.name.removesuffix(ENDING): pd.read_parquet(path) for path in outputs.glob(f"*{ENDING}")}
    for record, table in tables.items():
        assert np.isfinite(table["forecast"]).all(), record
        assert table["model"].str.startswith(record).all(), record
        assert not (table["period"] < table["tradeable_from"]).any(), record
    return tables


def same(table, predictions):
    """Whether forecasts of the model and of the rivals that are shown are those of the predictions, to the bit."""
    assert len(table) == len(predictions) > 0
    np.testing.assert_array_equal(table["forecast"], predictions["prediction"])
    for tier in ("naive", "strong"):
        np.testing.assert_array_equal(table[tier], predictions[table[f"{tier}_rival"].iloc[0]])


def next_values(finished, places):
    """Compare forecasts of the next value on some of the dates that were judged last."""
    predictions = finished.predictions.set_index("date")
    predictions = predictions[predictions["fold"] == predictions["fold"].max()]
    sessions = finished.given["index_prices"].index
    for date in predictions.index[places]:
        table = finished.of(sessions[sessions < date][-1])
        same(table, predictions.loc[[date]])
        assert table["period"].tolist() == [date]


def changes_of_fits(name):
    """The judged folds of a run that has a final fit, too."""
    folder, _, rest = name.partition(".")
    return {folder: {rest.partition(".")[0]: {"walk_forward": {"final_fit": False}}}}
