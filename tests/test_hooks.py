"""Names given with --params, refused where nothing would read them; what a run says at its end."""

import logging

import pytest
from kedro.io import DataCatalog
from kedro.validation.exceptions import ParameterValidationError

from rnn_trading.datasets.whole import JSONDataset, TextDataset
from rnn_trading.experiments.wiring import experiment, node, together
from rnn_trading.hooks import NEXT, ProgressHook, refuse_unknown_names
from tests.conftest import ROOT

DECLARED = {"model": {"units": 3, "builder": None, "options": {"a": 1}}, "_shared": {"hidden": 1}, "empty": {}}


@pytest.mark.parametrize("given", [{"model": {"units": 4}}, {"model": {"options": {"deep": {"er": 1}}}}, {"model": {}}])
def test_declared_names_and_options_of_a_builder_are_known(given):
    assert refuse_unknown_names(given, DECLARED, "base", {}) is None


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


RECORDS = {
    name: {"experiment": name, "protocol": "corrected", "verdict": f"It is {name}.", "finding_kind": "chance"}
    for name in ("all.a", "all.b")
}


def judge(told):
    return told


@pytest.fixture
def said(tmp_path, caplog, monkeypatch):
    """What is said at the end of a run that writes some of two records, both of which an earlier run wrote."""
    made = {f"{name}.skill": JSONDataset(filepath=str(tmp_path / f"{name}.json")) for name in RECORDS}
    pages = [f"{name}.page" for name in RECORDS] + ["all.index"]
    made |= {name: TextDataset(filepath=str(tmp_path / f"{name}.html")) for name in pages}
    catalog = DataCatalog(made)
    pipeline = together("all", (experiment(name, [node(judge, "skill")], ["told"]) for name in RECORDS))
    monkeypatch.chdir(tmp_path)
    hook = ProgressHook()

    def run(*written: str, only_missing_outputs: bool = False, pipelines: list[str] | None = None) -> str:
        for name, record in RECORDS.items():
            catalog.save(f"{name}.skill", record)
        hook.before_pipeline_run(pipeline, catalog)
        for name in written:
            if name in RECORDS:
                catalog.save(f"{name}.skill", RECORDS[name])
            catalog.save("all.index" if name == "all" else f"{name}.page", "")
        params = {"only_missing_outputs": only_missing_outputs, "pipeline_names": pipelines}
        with caplog.at_level(logging.INFO, "rnn_trading"):
            hook.after_pipeline_run(params, pipeline, catalog)
        return caplog.text

    return run


def test_where_nothing_had_to_run_no_old_verdict_is_told(said):
    text = said(only_missing_outputs=True)
    assert "Nothing had to run" in text
    assert "It is" not in text


@pytest.mark.parametrize("only_missing_outputs", [True, False])
def test_verdicts_are_told_of_records_that_were_written_only(said, only_missing_outputs):
    text = said("all.b", only_missing_outputs=only_missing_outputs)
    assert "all.b (corrected): ◔ It is all.b." in text
    assert "It is all.a." not in text
    assert "Nothing had to run" not in text


@pytest.mark.parametrize(
    ("written", "pipelines", "page"),
    [
        (("all.a", "all.b", "all"), ["all"], "all.index.html"),
        (("all.a",), ["all"], "all.a.page.html"),
        # One experiment of a pipeline, of which a report runs many; several pipelines; all of them; nothing new.
        (("all.a",), ["all.a"], None),
        (("all.a", "all.b"), ["all", "other"], None),
        (("all.a", "all.b", "all"), None, None),
        ((), ["all"], None),
    ],
)
def test_one_whole_pipeline_ends_with_its_page_and_what_comes_next(said, written, pipelines, page):
    text = said(*written, pipelines=pipelines)
    assert ("Look at it in a browser" in text) == ("Next:" in text) == bool(page)
    if page:
        assert f"Look at it in a browser: {page}\nNext:" in text


def test_what_comes_next_is_in_the_readme():
    readme = (ROOT / "README.md").read_text()
    commands = [line.partition("    #")[0].strip() for line in NEXT.splitlines()[1:]]
    assert len(commands) == 2
    assert all(command.removeprefix("make ") in readme for command in commands)
