"""What of the parameters and sources of an experiment is not as in ``conf/base``."""

import json
import shutil

import pytest
import yaml

from rnn_trading.config import GONE, ConfigLoader, changed_for, differences
from rnn_trading.pipeline_registry import ONLY_IN, experiments, records_made_by
from rnn_trading.redaction import redacted
from rnn_trading.settings import CONFIG_LOADER_ARGS
from tests.conftest import ROOT

MADE_BY = records_made_by(experiments())


def loader(env="base", conf=ROOT / "conf", **given):
    return ConfigLoader(str(conf), env=env, runtime_params=given, **CONFIG_LOADER_ARGS)


def block(parameters, record):
    """Parameters of an experiment."""
    for name in record.split("."):
        parameters = parameters[name]
    return parameters


def changed(*where, **given):
    """Changes of every experiment that has some."""
    parameters = loader(*where, **given)["parameters"]
    protocol = parameters["protocol"]
    records = [record for record, made_by in MADE_BY.items() if protocol in ONLY_IN.get(made_by, [protocol])]
    found = {record: block(parameters, record)["experiment"]["changed"] for record in records}
    return {record: changes for record, changes in found.items() if changes}


@pytest.mark.parametrize("protocol", ["corrected", "as_published"])
def test_a_protocol_changes_nothing(protocol):
    assert changed(protocol=protocol) == {}
    assert loader(protocol=protocol)["parameters"]["protocol"] == protocol


def test_what_is_given_changes_the_records_that_are_made_from_it():
    few = {"training": {"epochs": 3}}
    name = "stacked_lstm.classification"
    assert changed(stacked_lstm={"classification": few}) == {name: {f"{name}.training.epochs": "3"}}
    # The sequences of both leave out what either tests on.
    split = {"stacked_lstm.regression.split.test_from": '"2015-01-01"'}
    found = changed(stacked_lstm={"regression": {"split": {"test_from": "2015-01-01"}}})
    assert found == {name: split, "stacked_lstm.regression": split}
    # Of a network, the one that is chosen among it and others knows, and no sibling.
    gru = {"univariate_regression.volatility.gru.training.epochs": "3"}
    found = changed(univariate_regression={"volatility": {"gru": few}})
    assert found == {"univariate_regression.volatility": gru, "univariate_regression.volatility.gru": gru}
    level = "univariate_regression.level"
    seeds = {f"{level}.seeds": "2"}
    assert changed(univariate_regression={"level": {"seeds": 2}}) == {level: seeds, f"{level}.returns": seeds}
    lags = {"daily_weekly_sequences.daily.lags": "5"}
    assert changed(daily_weekly_sequences={"daily": {"lags": 5}}) == {"stacked_lstm.daily": lags}


def test_what_is_given_changes_the_records_of_the_published_way_alone_that_are_made_from_it():
    index = "univariate_regression.rolling_windows.index"
    given = {"univariate_regression": {"rolling_windows": {"index": {"training": {"epochs": 3}}}}}
    epochs = {f"{index}.training.epochs": "3"}
    assert changed(protocol="as_published", **given) == {index: epochs, f"{index}.encoder_decoder": epochs}
    given = {"univariate_regression": {"rolling_windows": {"index": {"runs": {"steps": 20}}}}}
    beside = ("epochs_50", "epochs_400", "encoder_decoder")
    assert set(changed(protocol="as_published", **given)) == {index, *(f"{index}.{name}" for name in beside)}


OF_A_CAREFUL_DESIGN = {
    "univariate_regression.level": {"inputs": {"known": ["weekday"]}, "training": {"epochs": 3}},
    "univariate_regression.volatility": {"inputs": {"known": ["weekday"]}, "model": {"dropout": 0.3}},
    "multivariate.macro": {"inputs": {"start": ["persistence"]}},
    "stacked_lstm.daily": {"inputs": {"start": ["reversal"]}},
    "text_sentiment.pretrained_embeddings": {"model": {"counted": None}},
    "sec_filings.returns": {"model": {"changes": False}},
}


def test_what_is_given_of_a_careful_network_changes_its_record_and_is_another_try():
    given = {}
    for record, values in OF_A_CAREFUL_DESIGN.items():
        pipeline, experiment = record.split(".")
        given.setdefault(pipeline, {})[experiment] = values
    as_it_is, other = (loader(protocol="careful", **of)["parameters"] for of in ({}, given))
    for record, values in OF_A_CAREFUL_DESIGN.items():
        one, two = (block(parameters, record)["experiment"] for parameters in (as_it_is, other))
        assert one["changed"] == {}
        assert two["changed"] == {
            f"{record}.{name}.{key}": json.dumps(value) for name, of in values.items() for key, value in of.items()
        }
        assert one["configuration"]["hash"] != two["configuration"]["hash"]
        assert {f"{record}.model", f"{record}.training"} < set(one["configuration"]["parameters"])


def test_other_sources_are_changes():
    found = changed("files", index_file="mine.csv")
    # Data of a user's own have one split, and nothing was tried on them before.
    walk = {"folds", "final_fit", "seeds", "tried_before"}
    assert {name.rpartition(".")[2] for name in found["univariate_regression.rolling_windows.sine"]} <= walk
    of_level = {name for name in found["univariate_regression.level"] if name.rpartition(".")[2] not in walk}
    assert of_level == {"index_prices.source", "index_prices_source"}
    assert '"filepath": "mine.csv"' in found["univariate_regression.level"]["index_prices_source"]
    assert found["sec_filings.returns"]["sec_filings.returns.reading.tokens"] == "2000"
    assert set(changed(vectors_file="glove.txt")) == {
        "text_sentiment.learned_embeddings",
        "text_sentiment.pretrained_embeddings",
        "text_sentiment.stars",
        "sec_filings.returns",
    }


@pytest.fixture
def conf(tmp_path):
    """A copy of the configuration whose ``local`` is empty."""
    copy = tmp_path / "conf"
    shutil.copytree(ROOT / "conf", copy, ignore=shutil.ignore_patterns("local"))
    (copy / "local").mkdir()
    return copy


def test_local_files_are_read_where_no_environment_is_named(conf):
    (conf / "local/parameters.yml").write_text(
        "mine: {2018: {experiment: {a: 1}}}\nfilings: {simulation: {years: 3}}\n"
    )
    (conf / "local/globals.yml").write_text("vectors_file: glove.txt\n")
    found = changed(None, conf)
    assert set(found.pop("sec_filings.returns")) == {"filings.simulation.years", "word_vectors_source"}
    assert set(found) == {
        "text_sentiment.learned_embeddings",
        "text_sentiment.pretrained_embeddings",
        "text_sentiment.stars",
    }


def test_the_loader_keeps_what_it_was_told():
    """``conf/base`` is read in between; what stands in braces still comes from the run."""
    run = loader("files", index_file="mine.csv")
    for _ in range(2):
        assert run["parameters"]["index_prices"]["source"] == "the file mine.csv"
        assert run["catalog"]["index_prices_source"]["filepath"].endswith("mine.csv")
        assert run["globals"]["prices_file"] is not None
    run["parameters"] = {"mine": 1}
    assert run["parameters"] == {"mine": 1}


def test_an_edited_file_is_read_again(conf):
    file = conf / "local/globals.yml"
    file.write_text("vectors_file: glove.txt\n")
    earlier = loader(None, conf)
    assert earlier["globals"]["vectors_file"] == "glove.txt"
    file.write_text("vectors_file: other.txt\n")
    later = loader(None, conf)
    assert later["globals"]["vectors_file"] == "other.txt"
    # Each resolves with its own globals, whichever was made last.
    files = [each["catalog"]["word_vectors_source"]["filepath"] for each in (earlier, later)]
    assert files == ["glove.txt", "other.txt"]


def test_what_yaml_shares_is_no_parameter():
    assert [name for name in loader()["parameters"] if name.startswith("_")] == []


SOURCE = """
macro_source:
  type: x.Y
  filepath: https://me:hunter2@host/a.csv?token=hunter2
  credentials: {key: hunter2}
  password: hunter2
  comment: hunter2
  nothing: null
  load_args:
    nrows: 3
    api_key: 12345
    storage_options: {anything: hunter2, list: [hunter2, {a: hunter2}]}
  hunter2:hunter2@host: 1
"""


def test_no_secret_of_a_source_is_told_but_that_it_changed(conf):
    (conf / "local/catalog.yml").write_text(SOURCE)
    told = changed(None, conf)["multivariate.macro"]["macro_source"]
    assert json.loads(told) == {
        "type": "x.Y",
        "filepath": "https://host/a.csv?(not shown)",
        "credentials": {"key": "(not shown)"},
        "password": "(not shown)",
        "comment": "(not shown)",
        "nothing": None,
        "load_args": {
            "nrows": 3,
            "api_key": "(not shown)",
            "storage_options": {"anything": "(not shown)", "list": ["(not shown)", {"a": "(not shown)"}]},
        },
        "(not shown)@host": 1,
    }


def test_what_changed_in_its_credentials_alone_is_told_to_have_changed(conf):
    source = loader()["catalog"]["macro_source"] | {"fs_args": {"a": "hunter2"}}
    source["dataset"] |= {"key": "table", "series": {"UMCSENT": "a", "token": "hunter2"}}
    (conf / "local/catalog.yml").write_text(yaml.safe_dump({"macro_source": source}))
    assert changed(None, conf)["multivariate.macro"] == {
        "macro_source.fs_args": '{"a": "(not shown)"}',
        "macro_source.dataset.key": '"table"',
        "macro_source.dataset.series": '{"UMCSENT": "a", "token": "(not shown)"}',
    }


def test_no_secret_of_a_parameter_is_told(conf):
    options = {"token": "hunter2", "layer": "GRU", "note": "hunter2", "units": 5, "url": "https://me:hunter2@host"}
    (conf / "local/parameters.yml").write_text(
        yaml.safe_dump({"stacked_lstm": {"regression": {"model": {"builder": "a.b", "options": options}}}})
    )
    name = "stacked_lstm.regression"
    assert changed(None, conf)[name] == {
        f"{name}.model.builder": '"a.b"',
        f"{name}.model.options.layer": '"GRU"',
        f"{name}.model.options.note": '"(not shown)"',
        f"{name}.model.options.token": '"(not shown)"',
        f"{name}.model.options.units": "5",
        f"{name}.model.options.url": '"(not shown)"',
    }


def test_a_source_in_words_holds_no_secret():
    """It stands in reports of the data, records, pages and logs."""
    address = "https://me:hunter2@host/a.csv?token=hunter2"
    given = dict.fromkeys(("prices_file", "index_file", "reviews_file", "filings_file"), address)
    run = loader("files", **given)
    parameters = {name: value for name, value in run["parameters"].items() if name not in given}
    for block in (parameters["data_ingestion"], parameters["index_prices"], parameters["filings"]["ingestion"]):
        assert block["source"].endswith(" https://host/a.csv?(not shown)")
    assert "hunter2" not in str(parameters)
    assert run["catalog"]["prices_source"]["filepath"] == address


def test_credentials_are_remembered(conf, monkeypatch):
    monkeypatch.setenv("EDGAR_IDENTITY", "A Name hunter2")
    assert loader("live", conf)["credentials"]
    assert redacted("asked as A Name hunter2") == "asked as (not shown)"


@pytest.mark.parametrize("broken", [3, None, {"classification": None}, {"classification": {"experiment": 3}}])
def test_a_block_that_is_none_is_left_to_whoever_reads_it(broken):
    parameters = loader(stacked_lstm=broken)["parameters"]
    assert block(parameters, "multivariate.macro")["experiment"]["changed"] == {}


def test_differences_by_hand():
    base = {"a": {"b": 1, "c": None, "d": {"e": 1}, "f": 5}, "g": [1], "h": {"type": "x", "i": 1}, "same": {"j": 1}}
    values = {"a": {"b": 2, "c": {"k": 1}, "d": None}, "g": [1, 2], "h": {"type": "y"}, "same": {"j": 1}, 2018: 3}
    assert dict(differences(values, base)) == {
        "a.b": 2,
        "a.c": {"k": 1},
        "a.d": None,
        "a.f": GONE,
        "g": [1, 2],
        "h": {"type": "y"},
        "2018": 3,
    }


def test_changes_by_hand():
    differs = {"params:a.b": 1, "params:a.bc": 2, "params:d": GONE, "s.c": float("inf"), "a.b": 3, "params:s": 4}
    assert changed_for({"params:a.b", "params:d.e", "s"}, differs) == {"a.b": "1", "d": "gone", "s.c": "Infinity"}
    assert list(changed_for({"b", "params:a", "params:c"}, {"b": 1, "params:c": 3, "params:a": 2})) == ["a", "b", "c"]
    assert changed_for({"params:a"}, differs) == {"a.b": "1", "a.bc": "2"}


def test_what_results_are_made_from_is_told_without_secrets_and_without_what_differs_in_every_run():
    given = {"macro_file": "https://me:secret@host/a.csv?token=abcdef"}
    run = loader("files", **given)
    made_from = run.made_from()
    told = json.dumps(made_from)
    assert "secret" not in told
    assert "abcdef" not in told
    assert made_from["macro_source"]["type"] == "rnn_trading.datasets.macro_file.MacroFileDataset"
    assert made_from["params:multivariate"]["macro"]["split"] == run["parameters"]["multivariate"]["macro"]["split"]
    assert {*made_from["params:multivariate"]["macro"]["experiment"]} & {"changed", "made"} == set()
    assert made_from == loader("files", **given).made_from()


def test_a_source_of_the_catalog_is_not_called_by_the_words_of_another(conf):
    """A user's own entry, and no word of ``conf/base`` about it."""
    entry = {"type": "rnn_trading.datasets.index_file.IndexFileDataset", "filepath": "mine.csv"}
    (conf / "local/catalog.yml").write_text(yaml.safe_dump({"index_prices_source": entry}))
    source = loader(None, conf)["parameters"]["index_prices"]["source"]
    assert source.startswith("the file ")
    assert source.endswith("mine.csv (index_prices_source of the catalog)")
    assert loader("base", conf)["parameters"]["index_prices"]["source"].startswith("S&P 500 closes from the package")
    (conf / "local/parameters.yml").write_text(yaml.safe_dump({"index_prices": {"source": "my index"}}))
    assert loader(None, conf)["parameters"]["index_prices"]["source"] == "my index"
