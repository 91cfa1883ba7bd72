"""The design of an experiment, by which trials are counted, from its parameters."""

import copy
import json

from rnn_trading.config import _design, _paths
from tests.test_config import block, loader

LSTM = "univariate_regression.volatility.lstm"
INPUTS = {"params:mine.training", "params:mine.model", "params:prices.source", "params:protocol", "prices_source"}
PARAMETERS = {
    "protocol": "corrected",
    "mine": {
        "experiment": {"name": "mine", "task": "level"},
        "training": {"epochs": 3, "seed": 42, "device": "auto"},
        "model": {"units": [16], "options": {}},
    },
    "data_ingestion": {"source": "the file mine.csv"},
}
KNOWN = set(_paths(PARAMETERS))


def design(inputs=INPUTS, sources=None, **changes):
    """That of an experiment, with values changed by dotted name, with ``_`` for the dot."""
    parameters = copy.deepcopy(PARAMETERS)
    for name, value in changes.items():
        *path, last = name.split("_")
        block(parameters, ".".join(path))[last] = value
    return _design(inputs, parameters, sources or {}, KNOWN)


def test_a_design_has_a_hash_whatever_its_seed_device_and_protocol():
    first = design()
    assert first["parameters"] == {"mine.training": {"epochs": 3}, "mine.model": {"units": [16], "options": {}}}
    assert design(mine_training_seed=7, mine_training_device="cpu", mine_experiment_name="yours") == first
    assert design(mine_training_epochs=4)["hash"] != first["hash"]
    assert design(inputs=INPUTS - {"params:mine.model"}, mine_model_units=[5]) == design(
        inputs=INPUTS - {"params:mine.model"}
    )


def test_another_source_is_no_other_design_but_other_word_vectors_are():
    source = {"prices_source.filepath": "yours.csv"}
    assert design(sources=source) == design()
    assert design()["source"] == "the file mine.csv"
    assert design(inputs={"params:mine.model"})["source"] == "none"
    vectors = {"word_vectors_source.filepath": "yours.txt"}
    assert design(sources=vectors) == design()  # it uses none
    with_words = design(inputs=INPUTS | {"word_vectors_source"})
    assert with_words["hash"] != design(inputs=INPUTS | {"word_vectors_source"}, sources=vectors)["hash"]


def test_a_design_shows_no_secret_and_knows_it_apart():
    found, other = (design(mine_model_options={"api_key": key}) for key in ("abc123def456", "654fed321cba"))
    assert found["hash"] != other["hash"]
    assert found["parameters"] == other["parameters"]
    assert "abc123def456" not in json.dumps(found)


def test_the_loader_tells_each_experiment_its_design():
    changes = {"lstm": {"training": {"epochs": 7, "seed": 7}}, "gru": {"model": {"units": [5]}}}
    first, other = (
        block(loader(**given)["parameters"], LSTM)["experiment"]["configuration"]
        for given in ({}, {"univariate_regression": {"volatility": changes}})
    )
    assert first["source"] == other["source"] == "S&P 500 closes from the package skfolio 1.12.2"
    differ = {name for name in first["parameters"] if first["parameters"][name] != other["parameters"][name]}
    assert differ == {f"{LSTM}.training"}  # its sibling is no part of it
    assert first["hash"] != other["hash"]
    assert not any(name.endswith("experiment") for name in first["parameters"])


def test_tiny_runs_are_counted_apart_from_those_of_the_experiments():
    entered = {
        env: [
            catalog["register_of_trials"]["filepath"],
            catalog["{pipeline}.{experiment}.register"]["filepath"],
            catalog["{pipeline}.{experiment}.fold_{fold}.seed_{seed}.trial"]["register"]["filepath"],
        ]
        for env in ("base", "quick", "test")
        for catalog in [loader(env)["catalog"]]
    }
    of_experiments = ["data/09_register", *["data/09_register/corrected/{pipeline}.{experiment}"] * 2]
    assert entered["base"] == entered["quick"] == of_experiments
    assert entered["test"] == [each.replace("09_register", "09_register_of_tests") for each in of_experiments]
