"""No secret is shown, wherever it stands; what helps a reader is."""

import logging
import pickle
import string
import sys
import traceback

import click
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from kedro.framework.hooks import hook_impl
from kedro.framework.hooks.manager import _create_hook_manager
from kedro.framework.project import configure_project
from kedro.io import DatasetError
from kedro_datasets.pandas import CSVDataset

from rnn_trading import cli, redaction, settings
from rnn_trading.redaction import HIDDEN, RedactedRecord, redact, redacted, remember, shown
from rnn_trading.tables.checks import TableError
from tests.conftest import ROOT
from tests.test_doctests import run_examples

SECRET = "hunter2"


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch):
    monkeypatch.setattr(redaction, "_known", set())


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("https://me:hunter2@host/a.csv", "https://host/a.csv"),
        ("https://hunter2@host/a.csv", "https://host/a.csv"),
        ("the file https:/me:hunter2@host/a.csv does not exist", "the file https:/host/a.csv does not exist"),
        ("https://me:hun#hunter2?@host/a.csv?b=1", "https://host/a.csv?(not shown)"),
        ("https://host:443/a.csv?token=hunter2&mail=a@b#c", "https://host:443/a.csv?(not shown)"),
        ("https://host/a.csv#access=hunter2", "https://host/a.csv?(not shown)"),
        ("s3://KEY:hunter2/x+y@bucket/prices.parquet", "s3://bucket/prices.parquet"),
        ("postgresql+psycopg://me:hunter2@db:5432/prices", "postgresql+psycopg://db:5432/prices"),
        ("cannot reach me:hunter2@db:5432", "cannot reach (not shown)@db:5432"),
        ("exceeded with url: /v1?apikey=hunter2&x=1 (Caused", "exceeded with url: /v1?(not shown) (Caused"),
        ("{'Authorization': 'Bearer hunter2', 'x': 1}", "{'Authorization': (not shown), 'x': 1}"),
        ("Authorization: Basic hunter2==", "Authorization: (not shown)"),
        ("got Bearer hunter2hunter2", "got Bearer (not shown)"),
        ("headers={'X-Key': 'hunter2'}, x=1", "headers=(not shown), x=1"),
        ("storage_options={'a': '}', 'b': ['hunter2']}) x", "storage_options=(not shown)) x"),
        ("password=hunter2, x=1", "password=(not shown), x=1"),
        ("  password: my hunter2 word\n  ^", "  password: (not shown)\n  ^"),
        ('{"api_key":"hunter2"}', '{"api_key":(not shown)}'),
        ("myApiKey = b'hunter2' x", "myApiKey = (not shown) x"),
        ("accessToken=SecretStr('hunter2') x", "accessToken=(not shown) x"),
        ("AWS_SECRET_ACCESS_KEY=hunter2", "AWS_SECRET_ACCESS_KEY=(not shown)"),
        ("identity: A Name hunter2@mail.org", "identity: (not shown)"),
        ("from hunter2@mail.org", "from (not shown)@mail.org"),
        ("curl --api-key hunter2 x", "curl --api-key (not shown) x"),
        ("--api-key abcdefgh1234", "--api-key (not shown)"),
        ("apikey abcdefgh1234", "apikey (not shown)"),
        ("the token abcdefgh1234 is old", "the token (not shown) is old"),
        ("PASSWORD abc123def", "PASSWORD (not shown)"),
        ("TOKEN: abcdefgh1234", "TOKEN: (not shown)"),
        ("user=joe key=abc123def x", "user=(not shown) key=(not shown) x"),
        ("cannot reach joe:pw@h", "cannot reach (not shown)@h"),
        ("field 'password': 'hunter2'", "field 'password': (not shown)"),
        (
            "(https://hooks.slack.com/services/T000/B000/XXXXabcd1234efgh5678).",
            "(https://hooks.slack.com/services/(not shown)/(not shown)/(not shown)).",
        ),
        ("https://api.x/v1/KEYabcdef123456/prices: 404", "https://api.x/v1/(not shown)/prices: 404"),
        ("got -----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY----- x", "got (not shown) x"),
        ("got -----BEGIN RSA PRIVATE KEY-----\nhunter2", "got (not shown)"),
    ],
)
def test_secrets_are_left_out(text, left):
    assert redacted(text) == redacted(left) == left


@pytest.mark.parametrize(
    "key",
    [
        *(
            "AKIAIOSFODNN7EXAMPLE",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "ghp_16C7e42F292c6912E7",
            "sk-abc123DEF456",
        ),
        *("eyJhbGciOi.eyJzdWIi.SflKxw", "d41d8cd98f00b204e9800998ecf8427e", "Zm9vYmFy1IHNlY3Jl2dA3"),
        *("QwErTyUiOpAsDfGh", "a3f5c9d2b7e1f4a8"),
    ],
)
def test_what_looks_like_a_key_is_left_out(key):
    for text in (key, f"401 for {key}.", f"key={key}&a", f"['{key}']"):
        assert key not in redacted(text)
        assert HIDDEN in redacted(text)


@pytest.mark.parametrize(
    "text",
    [
        "data/01_raw/us_stocks_daily_2007_2017.parquet: line 3: column 'adj_close', ticker 'BRK.B': -1.5",
        "/tmp/pytest-of-me/pytest-296/test_code_is_not_run_50/prices.h5 cannot be read",
        r"C:\Users\me\prices2.csv, C:/Users/me/prices.csv",
        "FRED did not answer with BAMLHYH0A0HYM2TRIV, GACDFSA066MSFRBPHI: 404",
        "0001193125-13-062916: sec_filings.returns.reading.tokens: expected a number. Received: 'x'",
        "token: expected text. Did you mean 'tokens'? Run: kedro run --params prices_file=PATH,start=2010-01-01",
        "conf/live/credentials.yml takes them from there. Set the environment variable EDGAR_IDENTITY.",
        "line 3 has 5 cells, the header: 'Date', 'Close'. Headers: Date, Close. User: 3, session: 5",
        "layers that take a mask: GlobalAveragePooling1D, Conv1DTranspose",
        "made by commit d41d8cd98f00b204e9800998ecf8427e0a1b2c3d, hash: d41d8cd98f00b204e9800998ecf8427e",
        "rnn_trading.datasets.yahoo.YahooFilingPricesDataset, univariate_regression.rolling_windows, DISCOUNTRATES",
        "/home/anna/data/SP500Daily2010To2020Adjusted.csv, run=A1b2C3d4E5f6G7h8I9, data/runs/A1b2C3d4E5f6G7h8I9/a.csv",
        "ticker PASS: adj_close -1; EMAIL: abc price is 0",
        "column 'user': expected a number; column 'session': x; columns 'a', 'user': expected a number",
        "Emini@CME, ES@CME: 5, Emini@CME.csv, the token word2vec, key=prices2020",
        "https://www.sec.gov/Archives/edgar/data/320193/0000320193-17-000070.txt, https://h/v8/chart/BRK-B: 404",
        "https://h/v8/chart/%5EGSPC, https://h/datasets/stocks-20050101-to-20171231, https://h/3.11/library/x.html",
        "author: Maas, sessions: 2,000, max_tokens=5, userid=3, https://host/@user/a.csv",
    ],
)
def test_what_helps_is_left(text):
    assert redacted(text) == text


word = st.text(string.ascii_letters + string.digits, min_size=7, max_size=30)


@given(
    word,
    st.sampled_from(["https", "s3", "ftp"]),
    st.sampled_from(["{}@host", "me:{}@host/a", "host/a?k={}", "host/#{}"]),
)
def test_no_place_in_an_address_shows_a_secret(secret, scheme, place):
    """Told apart from the rest by letters that the rest has not."""
    secret = f"ß{secret}"
    assert secret not in redacted(f"x https://{place.format(secret)} y")


@given(
    st.sampled_from(["password", "apiKey", "X-Auth-Token", "credentials", "fs_args", "client_secret", "headers"]),
    st.recursive(
        word, lambda inside: st.lists(inside, max_size=3) | st.dictionaries(word, inside, max_size=3), max_leaves=4
    ),
)
def test_no_value_beside_a_secret_name_is_shown(name, value):
    values = {"load_args": {name: value, "rows": 3}, "list": [{name: value}]}
    told = shown(values, lambda path: False, (), words=True)
    assert told["load_args"]["rows"] == 3
    assert set(_texts(told)) <= {HIDDEN}
    for text in (f"Failed ({values})", f"{name}={value!r}, rows=3", f"'{name}': {value!r}"):
        assert not any(each in redacted(text) for each in _texts(value) if len(each) > 6 and each not in ("load_args",))


def _texts(value):
    if isinstance(value, str):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts(each)


def test_unknown_text_is_not_shown_and_known_text_is_redacted():
    values = {
        "a": "plain text",
        "b": "s3cret",
        "c": [5, None, True, "x1"],
        "d": "two words",
        "e": object(),
        "pin": 1234,
    }
    known = lambda path: path == ("a",)  # noqa: E731
    told = {"a": "plain text", "b": HIDDEN, "c": [5, None, True, HIDDEN], "d": HIDDEN, "e": HIDDEN, "pin": HIDDEN}
    assert shown(values, known, ()) == told
    assert shown(values, known, (), words=True) == told | {"d": "two words"}
    assert shown({"a": "https://u:p@h/x"}, known, ()) == {"a": "https://h/x"}
    assert shown({"ghp_16C7e42F292c6912E7": 1}, known, ()) == {HIDDEN: 1}


def test_a_remembered_secret_is_shown_nowhere():
    remember({"edgar": {"identity": "A Name 1"}, "list": ["quiet 5 words", "edgar"]}, all_of_them=True)
    remember({"source": {"type": "plain 5 type", "storage_options": {"anything": "swordfish 9"}}})
    assert redacted("A Name 1 asks (quiet 5 words), swordfish 9, edgar: plain 5 type") == (
        f"{HIDDEN} asks ({HIDDEN}), {HIDDEN}, edgar: plain 5 type"
    )


def test_a_log_shows_no_secret():
    assert settings.CONFIG_LOADER_CLASS
    assert logging.getLogRecordFactory() is RedactedRecord
    try:
        raise ValueError(f"401 for https://me:{SECRET}@host")
    except ValueError:
        record = logging.getLogger("any").makeRecord(
            "any", logging.WARNING, "", 0, "%s: %d", (f"token='{SECRET}'", 3), sys.exc_info()
        )
    text = logging.Formatter().format(record)
    assert SECRET not in f"{text} {vars(record)}"
    assert text.startswith(f"token={HIDDEN}: 3\nTraceback")
    assert text.endswith("ValueError: 401 for https://host")


def run_that_raises(error, monkeypatch):
    def fail(**_):
        raise error

    configure_project("rnn_trading")
    monkeypatch.setattr(cli, "run_of_kedro", fail)
    given = {"pipeline": None, "pipelines": [], "env": "base", "conf_source": str(ROOT / "conf"), "params": {}}
    result = CliRunner().invoke(click.Command("run", callback=lambda: cli._run(**given)))
    assert result.exit_code == 1
    return result.output


def test_the_command_shows_no_secret_of_a_dataset(monkeypatch):
    """Kedro puts all that it knows of a dataset in front of its error."""
    dataset = CSVDataset(
        filepath="a.csv", load_args={"storage_options": {"User-Agent": SECRET}, "comment": SECRET, "sep": "}"}
    )
    message = f"Failed while loading data from dataset {dataset!s}.\nHTTP Error 401: token={SECRET}"
    assert message.count(SECRET) == 2
    output = run_that_raises(DatasetError(message), monkeypatch)
    assert SECRET not in output
    assert "Failed while loading data from dataset kedro_datasets.pandas.csv_dataset.CSVDataset(a.csv).\n" in output
    assert "HTTP Error 401" in output


def test_the_command_shows_no_secret_of_other_errors(monkeypatch):
    message = f"https://host/a?token={SECRET}"
    for error in (TableError(message), ValueError(message), DatasetError(message)):
        assert run_that_raises(error, monkeypatch).strip() == "Error: https://host/a?(not shown)"
    unexpected = run_that_raises(RuntimeError(message), monkeypatch)
    assert "Traceback" in unexpected
    assert unexpected.strip().endswith("RuntimeError: https://host/a?(not shown)")


def test_other_hooks_see_no_secret():
    """Kedro-Viz writes the message of an error into a file of its own."""
    seen = []

    class Another:
        @hook_impl
        def on_node_error(self, error):
            seen.append(f"{error} {error.__cause__}")

        @hook_impl
        def on_pipeline_error(self, error):
            seen.append(str(error))

    manager = _create_hook_manager()
    for hook in (*settings.HOOKS, Another()):  # pluggy calls the last one first
        manager.register(hook)
    error = DatasetError(f"https://host/a?token={SECRET}")
    error.__cause__ = ValueError(f"password={SECRET}", 3)
    error.__cause__.__context__ = error
    manager.hook.on_node_error(error=error, node=None, catalog=None, inputs={}, is_async=False, run_id="")
    manager.hook.on_pipeline_error(error=error, run_params={}, pipeline=None, catalog=None)
    assert seen == ["https://host/a?(not shown) ('password=(not shown)', 3)", "https://host/a?(not shown)"]


def test_whatever_a_traceback_shows_of_an_error_is_redacted():
    """Notes, errors in a group, errors as arguments, and what an error keeps beside its arguments."""
    address = f"https://host/a?token={SECRET}"
    inner, missing, wrapped = ValueError(address), OSError(2, "No file", address), RuntimeError(ValueError(address), 3)
    inner.add_note(f"asked: {address}")
    group = ExceptionGroup(f"of {address}", [inner, ExceptionGroup("plain", [missing])])
    group.__context__ = wrapped
    assert "".join(traceback.format_exception(group)).count(SECRET) == 5
    redact(group)
    text = "".join(traceback.format_exception(group))
    assert SECRET not in text
    assert "ExceptionGroup: of https://host/a?(not shown) (2 sub-exceptions)" in text
    assert "asked: https://host/a?(not shown)" in text
    assert wrapped.args == ("https://host/a?(not shown)", 3)
    assert SECRET not in str(again := pickle.loads(pickle.dumps(group)))
    assert type(again) is ExceptionGroup and len(again.exceptions) == 2


def test_the_examples():
    assert run_examples("rnn_trading.redaction").failed == 0
