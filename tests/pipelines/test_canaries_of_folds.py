"""Canaries of a first fold that takes something from the second."""

import dataclasses
from typing import Any

import pandas as pd
import pytest

from rnn_trading.pipelines.canaries.nodes import merge
from tests.pipelines.test_canaries import LEVEL, held_by_the_future, parameters_of, pipeline_of, replaced


def forecast_by_scaling(windows: pd.DataFrame, split_dates: pd.DataFrame, scaling: dict[str, Any]) -> pd.DataFrame:
    """The last value and the offset of a fold, in the place of a network."""
    parts = split_dates["split"].dropna().astype("str")
    rows = windows.loc[parts.index]
    columns = {"split": parts, "prediction": rows["1"] + scaling["offset"], "truth": rows["truth"]}
    return pd.DataFrame(columns).rename_axis("date")


@pytest.mark.parametrize(("fitted_in", "held"), [("fold_1", True), ("fold_2", False)])
def test_a_first_fold_that_is_scaled_as_the_second_dies_by_the_future(fitted_in, held):
    """Its scaling knows what it tests, though no fold knows what the last one tests."""
    values, canaries = parameters_of("test")
    folds = {"univariate_regression": {"level": {"walk_forward": {"folds": 2}}}}
    canaries = dataclasses.replace(canaries, overrides=merge(canaries.overrides, folds))
    values = merge(merge(values, canaries.overrides), {"canaries": {"overrides": folds}})
    pipeline = pipeline_of(LEVEL, values)
    for node in pipeline.nodes:
        if node.name.endswith(".forecast") and node.name.startswith(f"{LEVEL}.folds."):
            taken = {name: node._inputs[name] for name in ("windows", "split_dates", "scaling")}
            pipeline = replaced(pipeline, node.name, forecast_by_scaling, taken)
    scale = next(node for node in pipeline.nodes if node.name == f"{LEVEL}.folds.fold_1.fit_scaling")
    taken = scale._inputs | {"split_dates": f"{LEVEL}.{fitted_in}.split_dates"}
    pipeline = replaced(pipeline, scale.name, scale.func, taken)
    assert held_by_the_future(LEVEL, values, canaries, pipeline) is held
