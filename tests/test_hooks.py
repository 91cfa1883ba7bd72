"""Names given with --params: refused where nothing would read them, before anything runs."""

import pytest
from kedro.validation.exceptions import ParameterValidationError

from rnn_trading.hooks import refuse_unknown_names

DECLARED = {"model": {"units": 3, "builder": None, "options": {"a": 1}}, "_shared": {"hidden": 1}, "empty": {}}


@pytest.mark.parametrize("given", [{"model": {"units": 4}}, {"model": {"options": {"deep": {"er": 1}}}}, {"model": {}}])
def test_declared_names_and_options_of_a_builder_are_known(given):
    refuse_unknown_names(given, DECLARED, "base", {})


@pytest.mark.parametrize(
    "given", [{"model": {"unit": 4}}, {"_shared": {"hidden": 2}}, {"model": {"optionsx": 1}}, {"empty": {"a": 1}}]
)
def test_other_names_are_refused(given):
    with pytest.raises(ValueError, match="Unknown parameter"):
        refuse_unknown_names(given, DECLARED, "base", {})


@pytest.mark.trains
@pytest.mark.parametrize(
    ("model", "message"),
    [
        ({"builder": "nobodys.networks.build"}, "there is no module 'nobodys'"),
        ({"options": {"units": 3}}, "arguments of model.builder, which is null"),
        ({"builder": "math.pi"}, "math.pi is no function that returns a network, but float"),
    ],
)
def test_a_builder_that_is_none_is_refused_before_anything_runs(project, tmp_path, model, message):
    with pytest.raises(ParameterValidationError, match=message):
        project("stacked_lstm.regression", stacked_lstm={"regression": {"model": model}})
    assert not (tmp_path / "project" / "data").exists()
