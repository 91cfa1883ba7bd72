"""Annual reports from a server on this machine that answers as EDGAR does; edgartools itself is asked."""

import http.server
import importlib.util
import json
import re
import threading
from datetime import date
from functools import partial

import pandas as pd
import pytest
from kedro.io import DatasetError

from rnn_trading.datasets.edgar import EdgarFilingsDataset
from rnn_trading.datasets.retries import TooManyRequestsError
from tests.datasets.fake_edgar import BREAKS_OFF, COCA_COLA, WALMART, Server, submission_text, submissions


@pytest.fixture(scope="module")
def server():
    if importlib.util.find_spec("edgar") is None:
        pytest.skip("edgartools is not installed: pip install -e '.[sec]'")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    server.asked, server.broken, server.answers = [], {}, {}
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    # Addresses are read when edgartools is imported.
    with pytest.MonkeyPatch.context() as environment:
        address = f"http://127.0.0.1:{server.server_port}"
        environment.setenv("EDGAR_BASE_URL", address)
        environment.setenv("EDGAR_DATA_URL", address)
        environment.setenv("EDGAR_RATE_LIMIT_PER_SEC", "1000")
        yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def edgar(server, tmp_path, monkeypatch):
    server.asked.clear()
    server.broken.clear()
    server.answers.clear()
    monkeypatch.setenv("EDGAR_LOCAL_DATA_DIR", str(tmp_path / "requests"))
    yield partial(
        EdgarFilingsDataset,
        first_year=2014,
        last_year=2015,
        filepath=str(tmp_path / "edgar"),
        credentials={"identity": "A Reader reader@example.org"},
        retries=0,
        wait=0.0,
    )


def test_reports_arrive_with_the_time_of_their_header(edgar, server):
    source = edgar(tickers="KO WMT").load()
    assert source.index.index.tolist() == ["0000021344-14-000008", "0000021344-15-000005", "0000104169-15-000011"]
    assert source.index["firm"].tolist() == ["21344", "21344", "104169"]
    assert source.index["accepted"].tolist() == [
        pd.Timestamp("2014-02-27 16:33:07"),
        pd.Timestamp("2015-02-25 14:33:07"),
        pd.Timestamp("2015-04-01 08:00:00"),
    ]
    texts = {filing.filing_id: filing.split() for filing in source.read()}
    assert texts["0000021344-14-000008"] == {"item_1": "Business\nWe sell drinks."}
    assert texts["0000021344-15-000005"] == {"item_7": "MD&A\nSales rose."}
    assert {agent for _, agent in server.asked} == {"A Reader reader@example.org"}


def test_a_second_load_asks_nobody(edgar, server):
    first = edgar(tickers="KO").load().index
    server.asked.clear()
    assert edgar(tickers="KO").load().index.equals(first)
    assert server.asked == []


def test_a_year_that_goes_on_is_asked_for_again_and_its_texts_are_not(edgar, server, monkeypatch):
    class Then(date):
        @classmethod
        def today(cls):
            return cls(2015, 6, 1)

    with monkeypatch.context() as then:
        for module in ("edgar", "kept_tables"):
            then.setattr(f"rnn_trading.datasets.{module}.date", Then)
        edgar(tickers="KO").load()
    server.asked.clear()
    edgar(tickers="KO").load()
    assert any("CIK" in path for path, _ in server.asked)
    server.asked.clear()
    edgar(tickers="KO").load()
    assert not server.asked


def test_what_does_not_arrive_is_named_and_the_rest_is_kept(edgar, server, tmp_path):
    server.broken["0000077476-15-000012.txt"] = 404
    with pytest.raises(DatasetError, match=r"1 requests to EDGAR failed; .*\n(.*\n)*PEP 0000077476-15-000012: "):
        edgar(tickers="PEP").load()
    assert "0000077476-14-000007" in [path.stem for path in (tmp_path / "edgar").glob("*.txt")]
    server.broken.clear()
    assert len(edgar(tickers="PEP").load()) == 2


def test_edgartools_keeps_nothing_of_its_own(edgar, tmp_path):
    edgar(tickers="KO").load()
    assert not [path for path in (tmp_path / "requests").rglob("*") if path.is_file()]
    assert sorted(path.name for path in (tmp_path / "edgar").iterdir()) == [
        "0000021344-14-000008.txt",
        "0000021344-15-000005.txt",
        "KO_2014-2015.parquet",
    ]


PAGE = "<html><body><h1>Your Request Originates from an Undeclared Automated Tool</h1></body></html>"


@pytest.mark.parametrize("refusal", [("slower", 429), (PAGE, 403), (PAGE, 200)])
def test_after_too_many_requests_nothing_is_asked(edgar, server, tmp_path, refusal):
    text, status = refusal
    server.answers["0000021344-15-000005.txt"] = [(text, status)]
    with pytest.raises(TooManyRequestsError, match="Run again in 10 minutes, after .* What arrived is kept in"):
        edgar(tickers="KO WMT", retries=3).load()
    assert server.asked[-1][0].endswith("0000021344-15-000005.txt")
    kept = [path.name for path in (tmp_path / "edgar").iterdir()]
    asked = [path.rsplit("/", 1)[-1] for path, _ in server.asked]
    assert kept == [name for name in kept if name in asked]  # texts alone, of what was asked for
    assert len(edgar(tickers="KO").load()) == 2


@pytest.mark.parametrize("retries", [0, 2])
def test_nobody_else_asks_again(edgar, server, retries):
    server.broken["CIK0000021344.json"] = BREAKS_OFF
    with pytest.raises(DatasetError, match="(?s)1 requests to EDGAR failed.*KO: "):
        edgar(tickers="KO", retries=retries).load()
    assert len(server.asked) == 1 + retries


def test_edgar_says_when_to_come_back(edgar, server):
    server.answers["CIK0000021344.json"] = [("slower", 429, "100")]
    with pytest.raises(TooManyRequestsError, match="Run again in 2 minutes"):
        edgar(tickers="KO").load()
    assert len(server.asked) == 1


NUMBER = "0000021344-15-000005"


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (f"{NUMBER}.txt", submission_text(NUMBER)[:400], "cut: it has no end"),
        (f"{NUMBER}.txt", "<html>We are sorry</html>", f"expected the report {NUMBER}. Received: '<html>"),
        (f"{NUMBER}.txt", submission_text("0000021344-14-000008"), f"expected the report {NUMBER}"),
        (f"{NUMBER}.txt", "", "nothing"),
        ("CIK0000021344.json", "<html>We are sorry</html>", "expected a list of reports. Received: '<html>"),
        ("CIK0000021344.json", submissions(WALMART), "expected the reports of 21344. Received: those of 104169"),
        ("CIK0000021344.json", "{}", "expected a list of reports"),
    ],
)
def test_an_answer_that_cannot_be_right_is_asked_for_again_and_not_kept(edgar, server, tmp_path, name, text, message):
    server.answers[name] = [(text,)]
    assert len(edgar(tickers="KO", retries=1).load()) == 2
    for path in (tmp_path / "edgar").iterdir():
        path.unlink()
    server.answers[name] = [(text,)]
    with pytest.raises(DatasetError, match=f"(?s)1 requests to EDGAR failed.*{message}"):
        edgar(tickers="KO").load()
    assert {path.name for path in (tmp_path / "edgar").iterdir()} <= {"0000021344-14-000008.txt"}
    assert len(edgar(tickers="KO").load()) == 2


def test_a_number_that_is_a_path_is_not_kept(edgar, server, tmp_path):
    told = json.loads(submissions(COCA_COLA))
    told["filings"]["recent"]["accessionNumber"][0] = "../../0000021344"
    server.answers["CIK0000021344.json"] = [(json.dumps(told),)]
    with pytest.raises(DatasetError, match="'../../0000021344', which is no number of one"):
        edgar(tickers="KO").load()
    assert {path.parent.name for path in tmp_path.rglob("*.txt")} == {"edgar"}


def test_a_kept_file_that_has_changed_is_named_with_the_command_that_drops_it(edgar, server, tmp_path):
    edgar(tickers="KO").load()
    text, index = tmp_path / f"edgar/{NUMBER}.txt", tmp_path / "edgar/KO_2014-2015.parquet"
    text.write_text(text.read_text().replace("rose", "fell"))
    with pytest.raises(DatasetError, match=re.escape(f"Drop it, and it is fetched again: rm {text} {index}")):
        edgar(tickers="KO").load()
    text.unlink()
    index.unlink()
    assert len(edgar(tickers="KO").load()) == 2
    index.write_bytes(b"PAR1")
    with pytest.raises(DatasetError, match=re.escape(f"rm {index}")):
        edgar(tickers="KO").load()


def test_a_text_that_was_dropped_is_fetched_again(edgar, server, tmp_path):
    edgar(tickers="KO").load()
    (tmp_path / f"edgar/{NUMBER}.txt").unlink()
    edgar(tickers="KO").load()
    assert (tmp_path / f"edgar/{NUMBER}.txt").is_file()


def test_nobody_asks_without_a_name(server, tmp_path):
    for identity in (None, ""):
        dataset = EdgarFilingsDataset(
            tickers="KO", first_year=2014, last_year=2015, filepath=str(tmp_path), credentials={"identity": identity}
        )
        with pytest.raises(DatasetError, match="Set the environment variable EDGAR_IDENTITY"):
            dataset.load()


def test_parameters_that_ask_for_nothing(edgar):
    with pytest.raises(DatasetError, match="Expected tickers separated by spaces"):
        edgar(tickers=" ")
    with pytest.raises(DatasetError, match="first_year of at most last_year"):
        edgar(tickers="KO", first_year=2016)
