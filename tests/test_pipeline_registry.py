"""Which pipelines run under a protocol."""

import pytest
from kedro.framework.project import configure_project

from rnn_trading import cli
from rnn_trading.experiments.wiring import experiment, node
from rnn_trading.pipeline_registry import (
    OF_THE_BOOK,
    experiments,
    in_protocol,
    of_the_book,
    protocols_of,
    records_made_by,
)
from tests.conftest import ROOT

SERIES = "univariate_regression"
WINDOWS = f"{SERIES}.rolling_windows"
EPOCHS = f"{WINDOWS}.epochs"


@pytest.mark.parametrize(
    ("asked", "protocol", "run"),
    [
        ([], "corrected", ["__default__"]),
        ([], "as_published", ["__default__", EPOCHS]),
        ([SERIES], "as_published", [SERIES, EPOCHS]),
        ([WINDOWS, EPOCHS], "as_published", [WINDOWS, EPOCHS]),
        ([EPOCHS], "as_published", [EPOCHS]),
        ([f"{SERIES}.level", "stacked_lstm"], "as_published", [f"{SERIES}.level", "stacked_lstm"]),
        ([SERIES, SERIES], "corrected", [SERIES]),
        ([], "book", ["book"]),
        (["book"], "book", ["book"]),
        ([SERIES, f"{SERIES}.level"], "book", ["book.level"]),
        (["stacked_lstm", "multivariate.macro"], "book", ["stacked_lstm.classification", "book.macro"]),
        (["text_sentiment"], "book", ["text_sentiment.learned_embeddings", "text_sentiment.pretrained_embeddings"]),
        (["data_ingestion.macro", "skill_report"], "book", ["data_ingestion.macro", "skill_report"]),
    ],
)
def test_what_belongs_to_a_pipeline_in_one_protocol_runs_with_it(asked, protocol, run):
    assert in_protocol(asked, protocol) == run


def test_what_does_not_exist_in_the_protocol_is_refused_with_the_command_for_it():
    with pytest.raises(ValueError, match="exists in the protocol as_published only. Received: the protocol corrected"):
        in_protocol([SERIES, EPOCHS], "corrected")
    with pytest.raises(ValueError, match=f"Run: kedro run --pipelines {EPOCHS} --params protocol=as_published$"):
        in_protocol([EPOCHS], "corrected")


@pytest.mark.parametrize(
    ("asked", "other"),
    [
        ("stacked_lstm.regression", "stacked_lstm.regression"),
        (f"{SERIES}.volatility", f"{SERIES}.volatility"),
        ("sec_filings", "sec_filings"),
        ("canaries", "canaries"),
        (EPOCHS, f"{EPOCHS} --params protocol=as_published"),
    ],
)
def test_what_the_book_has_not_is_refused_with_what_it_has(asked, other):
    has = "univariate_regression.level, multivariate.macro, stacked_lstm.classification, .*pretrained_embeddings"
    with pytest.raises(
        ValueError,
        match=f"the book has no {asked}. Expected: book .all it has., or one of {has}. In another protocol: kedro run "
        f"--pipelines {other}$",
    ):
        in_protocol([asked], "book")


@pytest.mark.parametrize("name", ["book", "book.level"])
def test_the_book_is_refused_in_another_protocol(name):
    with pytest.raises(ValueError, match=f"{name} exists in the protocol book only. Received: the protocol corrected"):
        in_protocol([name], "corrected")


def test_the_book_has_five_records_and_no_other_protocol_of_theirs_changes():
    protocols = protocols_of(records_made_by(experiments()))
    assert {name for name, there in protocols.items() if "book" in there} == set(OF_THE_BOOK)
    assert {protocols[name] for name in OF_THE_BOOK} == {("as_published", "corrected", "book")}


def test_the_pipeline_of_the_book_makes_its_records_alone():
    made = of_the_book(experiments())["book"].all_outputs()
    assert {output.removesuffix(".skill") for output in made if output.endswith(".skill")} == set(OF_THE_BOOK)


@pytest.mark.parametrize(
    ("asked", "given", "run"),
    [
        ({}, {}, {"pipelines": []}),
        ({"pipelines": [WINDOWS]}, {}, {"pipelines": [WINDOWS]}),
        ({"pipelines": [WINDOWS]}, {"protocol": "as_published"}, {"pipelines": [WINDOWS, EPOCHS]}),
        ({"pipeline": WINDOWS}, {"protocol": "as_published"}, {"pipeline": None, "pipelines": [WINDOWS, EPOCHS]}),
        ({}, {"protocol": "as_published"}, {"pipelines": ["__default__", EPOCHS]}),
        ({"pipelines": ["book"]}, {}, {"pipelines": ["book"], "params": {"protocol": "book"}}),
        ({"pipelines": [SERIES]}, {"protocol": "book"}, {"pipelines": ["book.level"], "params": {"protocol": "book"}}),
    ],
)
def test_the_command_asks_for_the_protocol_of_its_parameters_else_of_the_globals(asked, given, run, monkeypatch):
    configure_project("rnn_trading")
    seen = {}
    monkeypatch.setattr(cli, "run_of_kedro", lambda **options: seen.update(options))
    options = {"pipeline": None, "pipelines": [], "env": "base", "conf_source": str(ROOT / "conf"), "params": given}
    cli._run(**options | asked)
    assert {name: seen[name] for name in run} == run


def judge(told):
    return told


def test_a_record_is_made_by_the_first_experiment_that_holds_it():
    made = experiment("a", [node(judge, "skill")])
    further = experiment("a.more", [node(judge, "skill")])
    assert records_made_by({"a": made, "a.further": made + further}) == {"a": "a", "a.more": "a.further"}
