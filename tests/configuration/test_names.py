"""Names of parameters that something reads, and names given with --params that nothing would."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from kedro.pipeline import Node, Pipeline

from rnn_trading.configuration.names import Known, refuse_unknown_names
from rnn_trading.pipeline_registry import register_pipelines
from tests.test_doctests import run_examples

DECLARED = {"model": {"units": 3, "builder": None, "options": {"a": 1}}, "_shared": {"hidden": 1}, "empty": {}}


@dataclass
class Inner:
    depth: int = 1


@dataclass
class Outer:
    inner: Inner | None = None
    values: dict[str, float] = field(default_factory=dict)
    anything: dict[str, Any] = field(default_factory=dict)


def train(outer: Outer, other):
    return outer, other


PIPELINES = {"a": Pipeline([Node(train, ["params:outer", "params:mine.other"], "out", name="train")])}


@pytest.mark.parametrize("given", [{"model": {"units": 4}}, {"model": {"options": {"deep": {"er": 1}}}}, {"model": {}}])
def test_declared_names_and_options_of_a_builder_are_known(given):
    assert refuse_unknown_names(given, Known(DECLARED, {}), "base", {}) is None


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ({"model": {"unit": 4}}, "Did you mean 'model.units'"),
        ({"model": {"optionsx": 1}}, "conf/base"),
        ({"empty": {"a": 1}}, "conf/base"),
        ({"_shared": {"hidden": 2}}, "are shared inside of the files of conf/base"),
        ({"_model": {"corrected": {"units": 2}}}, "Set model.units instead"),
        ({"_model": {"x": 2}}, "Set model.NAME instead"),
        ({"prices_file": "x"}, "add --env files or --env live"),
    ],
)
def test_other_names_are_refused(given, hint):
    elsewhere = {"live": ["prices_file"], "files": ["prices_file"]}
    with pytest.raises(ValueError, match=f"Unknown parameter .*{hint}"):
        refuse_unknown_names(given, Known(DECLARED, {}), "base", elsewhere)


@pytest.mark.parametrize(
    ("name", "is_known"),
    [
        ("outer", True),
        ("outer.inner", True),
        ("outer.inner.depth", True),
        ("outer.inner.width", False),
        ("outer.inner.depth.more", False),
        ("outer.values.any", True),
        ("outer.values.any.deeper", False),
        ("outer.anything.at.all", True),
        ("outer.other", False),
        # A node of somebody's own reads it, and nothing checks it.
        ("mine", True),
        ("mine.other.at.all", True),
        ("mine.else", False),
    ],
)
def test_what_nodes_read_and_the_fields_of_what_checks_it_are_known(name, is_known):
    assert (name in Known({}, PIPELINES)) == is_known


def test_fields_with_a_default_that_no_file_names_can_be_given(base_parameters):
    known = Known(base_parameters("corrected"), register_pipelines())
    assert "stacked_lstm.regression.training.validation_split" not in known.names
    assert "stacked_lstm.regression.training.validation_split" in known
    assert "stacked_lstm.regression.training.validation_spilt" not in known


def test_the_examples():
    assert run_examples("rnn_trading.configuration.names").failed == 0
