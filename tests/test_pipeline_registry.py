"""Which pipelines run under a protocol."""

import shutil
from contextlib import suppress

import pytest
from kedro.framework.project import configure_project
from kedro.validation.parameter_validator import ParameterValidator

from rnn_trading import cli
from rnn_trading.config import ConfigLoader
from rnn_trading.experiments.wiring import experiment, node
from rnn_trading.pipeline_registry import (
    OF_THE_BOOK,
    canaries_by_protocol,
    experiments,
    figures_by_protocol,
    figures_of,
    in_protocol,
    of_the_book,
    protocols_of,
    records_made_by,
    register_pipelines,
)
from rnn_trading.pipelines.canaries.experiments import CANARIES
from rnn_trading.plan import Plan
from rnn_trading.settings import CONFIG_LOADER_ARGS
from rnn_trading.skill.protocols import CAREFUL, EVERY, PROTOCOLS
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
        (
            ["data_ingestion.macro", "daily_weekly_sequences"],
            "book",
            ["data_ingestion.macro", "daily_weekly_sequences"],
        ),
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
    assert {protocols[name] for name in OF_THE_BOOK} == {("as_published", "corrected", "careful", "book")}


def test_a_system_has_one_careful_network_and_records_of_its_own():
    protocols = protocols_of(records_made_by(experiments()))
    assert {name for name, there in protocols.items() if CAREFUL in there} == {
        *(f"stacked_lstm.{name}" for name in ("classification", "regression", "daily")),
        *(f"{SERIES}.{name}" for name in ("level", "volatility", "mid_price")),
        *(f"{WINDOWS}.{name}" for name in ("sine", "index")),
        *("multivariate.macro", "sec_filings.returns"),
        *(f"text_sentiment.{name}" for name in ("learned_embeddings", "pretrained_embeddings", "stars")),
    }
    assert CAREFUL not in protocols[f"{SERIES}.volatility.lstm"]
    assert protocols[f"{WINDOWS}.index.epochs_50"] == ("as_published",)


def test_each_record_has_the_figures_and_canaries_of_its_protocol():
    usual = experiments()
    protocols = protocols_of(records_made_by(usual))
    figures = figures_by_protocol(usual, protocols)
    assert figures.keys() == {(name, way) for name, ways in protocols.items() for way in ways}
    level = f"{SERIES}.level"
    assert figures[level, "corrected"] == figures[level, "as_published"] == figures_of(usual)[level]
    assert "raw_and_scaled" in figures[level, "corrected"]
    assert figures[level, CAREFUL] == figures_of(experiments(Plan({"protocol": CAREFUL})))[level]
    assert "raw_and_scaled" not in figures[level, CAREFUL]
    released = canaries_by_protocol(protocols)
    assert list(released) == ["as_published", "corrected", CAREFUL]
    assert released["as_published"] == released["corrected"] == list(CANARIES)
    assert f"{level}.returns" in released["corrected"]
    assert f"{level}.returns" not in released[CAREFUL]
    assert "stacked_lstm.classification.tickers_die" in released[CAREFUL]  # its experiment has another name


@pytest.mark.parametrize("protocol", [*PROTOCOLS, CAREFUL])
def test_a_report_made_in_any_protocol_expects_the_same(protocol):
    """The session of a report may have another protocol than the records that it reads."""
    report = register_pipelines(Plan({"protocol": protocol}))["skill_report"]
    usual = experiments()
    protocols = protocols_of(records_made_by(usual))
    given = {node.name: node.func.keywords for node in report.nodes if hasattr(node.func, "keywords")}
    read, tabulate, write = (given[name] for name in ("read_records", "tabulate_skill", "write_report"))
    assert (read["expected"], read["protocols"]) == (records_made_by(usual), protocols)
    assert read["with_canaries"] == canaries_by_protocol(protocols)
    assert tabulate["names"] == list(protocols)
    assert write["figures"] == figures_by_protocol(usual, protocols)


def test_canaries_of_a_protocol_are_released_where_their_experiment_is():
    by_protocol = canaries_by_protocol(protocols_of(records_made_by(experiments())))
    for protocol in (*PROTOCOLS, CAREFUL):
        pipeline = register_pipelines(Plan({"protocol": protocol}))["canaries"]
        released = {name.removeprefix("canaries_of_") for name in pipeline.all_outputs() - {"canaries"}}
        assert released == {name.replace(".", "_") for name in by_protocol[protocol]}


def test_the_pipeline_of_the_book_makes_its_records_alone():
    made = of_the_book(experiments())["book"].all_outputs()
    assert {output.removesuffix(".skill") for output in made if output.endswith(".skill")} == set(OF_THE_BOOK)
    # With their networks, which are fitted in folds.
    assert {output.removesuffix(".model") for output in made if output.endswith(".model")} >= set(OF_THE_BOOK)


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


def test_the_protocol_of_the_globals_is_found_from_a_folder_inside_the_project(tmp_path, monkeypatch):
    configure_project("rnn_trading")
    seen = {}
    monkeypatch.setattr(cli, "run_of_kedro", lambda **options: seen.update(options))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(ROOT / "conf", tmp_path / "conf", ignore=shutil.ignore_patterns("local"))
    (tmp_path / "conf/local").mkdir()
    (tmp_path / "conf/local/globals.yml").write_text("protocol: as_published\n")
    inside = tmp_path / "data/08_reporting"
    inside.mkdir(parents=True)
    monkeypatch.chdir(inside)
    cli._run(pipeline=None, pipelines=[WINDOWS], env=None, conf_source=None, params={})
    assert seen["pipelines"] == [WINDOWS, EPOCHS]


def runs_in(protocol, parameters):
    """Every pipeline that runs in a protocol, with the folds and seeds of parameters, by the names to ask for."""
    registered = register_pipelines(Plan.from_parameters(parameters))
    runs = set()
    for name in registered:
        with suppress(ValueError):  # of what does not exist in the protocol
            runs |= set(in_protocol([name], protocol))
    return {name: registered[name] for name in sorted(runs)}


@pytest.mark.parametrize("env", ["base", "test"])
@pytest.mark.parametrize("protocol", EVERY)
def test_every_pipeline_has_its_parameters_and_they_are_valid(protocol, env):
    loader = ConfigLoader(str(ROOT / "conf"), env, {"protocol": protocol}, **CONFIG_LOADER_ARGS)
    parameters = loader["parameters"]
    pipelines = runs_in(protocol, parameters)
    wanted = {each for pipeline in pipelines.values() for each in pipeline.inputs() if each.startswith("params:")}
    assert {each for each in wanted if not has(parameters, each.removeprefix("params:"))} == set()
    ParameterValidator(pipelines).validate_raw_params(parameters)


def has(parameters, dotted):
    for name in dotted.split("."):
        if not isinstance(parameters, dict) or name not in parameters:
            return False
        parameters = parameters[name]
    return True


def judge(told):
    return told


def test_a_record_is_made_by_the_first_experiment_that_holds_it():
    made = experiment("a", [node(judge, "skill")])
    further = experiment("a.more", [node(judge, "skill")])
    assert records_made_by({"a": made, "a.further": made + further}) == {"a": "a", "a.more": "a.further"}


@pytest.mark.parametrize("reader", ["skill_report", "compare_runs", "register", "portfolio"])
def test_what_reads_records_does_not_run_beside_what_makes_them(reader):
    with pytest.raises(
        ValueError, match=f"{reader} reads the records and forecasts that are there.*kedro run --pipelines {reader}"
    ):
        in_protocol(["multivariate", reader], "corrected")
    assert in_protocol([reader], "corrected") == [reader]


LEVEL = f"{SERIES}.level"
FOLDS_OF_LEVEL = {"walk_forward": {"folds": 2}, "seeds": 2, "training": {"seed": 42}}


def test_a_fit_is_made_anew_after_another_number_of_folds_and_not_of_seeds():
    plan = Plan.from_parameters({SERIES: {"level": FOLDS_OF_LEVEL}})
    level = experiments(plan)[LEVEL]
    needed = level.to_outputs(f"{LEVEL}.fold_2.seed_43.model").inputs()
    assert f"params:{LEVEL}.walk_forward" in needed
    assert f"params:{LEVEL}.seeds" not in needed
    assert f"params:{LEVEL}.seeds" in level.to_outputs(f"{LEVEL}.skill").inputs()


@pytest.mark.parametrize(("folds", "found"), [(2, True), (1, False)])
def test_nodes_of_fits_are_named_by_the_parameters_of_the_run(folds, found):
    configure_project("rnn_trading")
    name = "level.folds.fold_2.seed_43.train"
    given = {SERIES: {"level": FOLDS_OF_LEVEL | {"walk_forward": {"folds": folds}}}}
    options = {"conf_source": str(ROOT / "conf"), "env": "base", "params": given, "pipeline": None}
    named = cli._whole_names_of_nodes(options | {"pipelines": [LEVEL], "node_names": [name]})
    assert named == {"node_names": [f"{SERIES}.{name}" if found else name]}


def test_networks_of_which_one_is_chosen_have_the_same_seeds():
    """Else the run would end after all fits, where two folds choose networks of other seeds."""
    one = {"training": {"seed": 42}}
    networks = dict.fromkeys(("lstm", "gru", "two_lstm", "two_gru", "mlp", "linear", "lstm_by_gates", "rnn"), one)
    of_all = {"seeds": 2} | networks
    register_pipelines(Plan.from_parameters({"univariate_regression": {"volatility": of_all}}))
    for other in ({"gru": one | {"seeds": 1}}, {"gru": {"training": {"seed": 7}}}):
        changed = {"univariate_regression": {"volatility": of_all | other}}
        with pytest.raises(ValueError, match="expected the same seeds of all networks.* gru "):
            register_pipelines(Plan.from_parameters(changed))
