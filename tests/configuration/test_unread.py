"""Names in the files of an environment that nothing would read."""

import pytest

from rnn_trading.configuration.files import ConfigurationError
from rnn_trading.configuration.unread import refuse_unread
from rnn_trading.pipeline_registry import register_pipelines


@pytest.fixture(scope="module")
def pipelines():
    return register_pipelines()


EPOCHS = "training: {epochs: 3}"


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        (
            "parameters.yml",
            f"_univariate_regression:\n  corrected: {{level: {{{EPOCHS}}}}}\n",
            "line 1, column 1: nothing reads _univariate_regression here.*Set univariate_regression instead",
        ),
        ("parameters.yml", f"stacked_lstn: {{{EPOCHS}}}", "line 1, column 1: .* Did you mean stacked_lstm?"),
        (
            "parameters.yml",
            f"stacked_lstm:\n  regresion: {{{EPOCHS}}}",
            "line 2, column 26: .*regresion.* Did you mean stacked_lstm.regression.training.epochs",
        ),
        ("parameters.yml", "macro: {sorce: mine}", "line 1, column 9: .* macro.sorce. Did you mean macro.source"),
        ("parameters.yml", "stacked_lstm.regression.training.epochs: 3", "as one name with dots in it"),
        ("parameters.yml", "vectors_file: glove.txt", "vectors_file is no parameter. It belongs into globals.yml"),
        ("catalog.yml", "_models: elsewhere", "nothing reads _models here.*Write the whole entry of a dataset"),
        ("globals.yml", "macro: {source: mine}", "macro is no global. It belongs into parameters.yml"),
        ("globals.yml", "vector_file: glove.txt", "Did you mean vectors_file"),
        ("globals.yml", "prices_file: a.csv", "belongs into conf/files/globals.yml .--env files. or conf/live"),
    ],
)
def test_a_name_that_nothing_reads_is_refused(conf, load, pipelines, file, content, message):
    (conf / "local" / file).write_text(content)
    with pytest.raises(ConfigurationError, match=f"^conf/local/{file}, .*{message}"):
        refuse_unread(load(conf), pipelines)


def test_all_are_told_at_once_up_to_eight(conf, load, pipelines):
    (conf / "local/parameters.yml").write_text("macro: {" + ", ".join(f"a{n}: 1" for n in range(10)) + "}")
    with pytest.raises(ConfigurationError) as caught:
        refuse_unread(load(conf), pipelines)
    lines = str(caught.value).splitlines()
    assert len(lines) == 9
    assert lines[-1] == "and 2 more"


@pytest.mark.parametrize(
    "content",
    [
        "",
        f"stacked_lstm: {{regression: {{{EPOCHS}}}}}",
        # A field that no file names; arguments of one's own network; an overridden experiment of canaries.
        "stacked_lstm: {regression: {training: {validation_split: 0.1}}}",
        "stacked_lstm: {regression: {model: {builder: my.network, options: {anything: {at: all}}}}}",
        f"canaries: {{overrides: {{multivariate: {{macro: {{{EPOCHS}}}}}}}}}",
        # What is shared inside of the file: by an anchor, by a merged anchor, in braces.
        f"_few: &few {{{EPOCHS}}}\nstacked_lstm: {{regression: *few, daily: {{<<: *few}}}}",
        f"_stacked_lstm: {{{EPOCHS}}}\nstacked_lstm: {{regression: '${{_stacked_lstm}}'}}",
        # What another protocol has.
        f"univariate_regression: {{rolling_windows: {{index: {{epochs_50: {{{EPOCHS}}}}}}}}}",
    ],
)
@pytest.mark.parametrize("protocol", ["corrected", "book"])
def test_what_is_read_is_not_refused(conf, load, pipelines, content, protocol, caplog):
    (conf / "local/parameters.yml").write_text(content)
    refuse_unread(load(conf, protocol=protocol), pipelines)
    assert caplog.messages == []


@pytest.mark.parametrize("env", ["base", "files", "live", "test"])
def test_the_environments_of_the_project_pass(conf, load, pipelines, env, caplog):
    refuse_unread(load(conf, env), pipelines)
    assert caplog.messages == []


@pytest.mark.parametrize(("file", "words"), [("parameters.yml", "no pipeline reads"), ("globals.yml", "nothing reads")])
def test_a_name_at_the_top_that_is_like_no_other_is_told_and_let_be(conf, load, pipelines, file, words, caplog):
    (conf / "local" / file).write_text("quarterly_earnings: {a: 1, b: 2}\n")
    refuse_unread(load(conf), pipelines)
    (message,) = caplog.messages
    assert message.startswith(f"conf/local/{file}, line 1, column 1: {words} the ")
