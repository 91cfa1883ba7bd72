"""Portfolios from end to end, on forecasts that were made up: nothing is trained."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from kedro.io import DatasetError

from rnn_trading.datasets.register import Parts
from rnn_trading.pages.portfolio import portfolio_page
from rnn_trading.pipelines.portfolio.nodes import FIGURES
from rnn_trading.portfolio.parameters import PortfolioError
from tests.conftest import project_in
from tests.helpers import panel_to_prices, random_panel
from tests.register.entries_made_up import entry

OUTPUTS = Path("data/07_model_output/corrected")
REPORTS = Path("data/08_reporting/corrected")
NAME = "stacked_lstm.regression"
TICKERS = ("AAPL", "AMD", "BAC", "BBY", "CVX", "GE", "HD", "JNJ", "JPM", "KO")
OF = {
    **{"experiment": NAME, "protocol": "corrected", "source": "mine.csv", "seeds": 1},
    **{"tested_from": "2015-01-01", "tested_until": "2015-12-31"},
}


def weekly_predictions(seed=0):
    weeks = pd.date_range("2015-01-11", periods=60, freq="W", name="date")
    table = pd.MultiIndex.from_product([TICKERS, weeks], names=["ticker", "date"]).to_frame(index=False)
    draw = np.random.default_rng(seed)
    return table.assign(fold=1, prediction=draw.normal(size=len(table)), truth=draw.normal(size=len(table)))


def write_predictions(name, table):
    OUTPUTS.mkdir(parents=True, exist_ok=True)
    table.to_parquet(OUTPUTS / f"{name}.parquet", index=False)


def write_record(name, best_rival=None, **trials):
    folder = REPORTS / name
    folder.mkdir(parents=True)
    record = {"headline": {"best_rival": best_rival}, "data": {"source": "mine.csv"}, "trials": trials or None}
    (folder / "skill.json").write_text(json.dumps(record | {"made": {"version": name}}))
    (folder / "page.html").touch()


def read(name=NAME):
    return json.loads((REPORTS / "portfolio" / name / "portfolio.json").read_text())


@pytest.fixture(scope="module")
def traded(tmp_path_factory):
    """A run with a record of three tries, of which one is not in the register."""
    with project_in(tmp_path_factory.mktemp("portfolio") / "project") as run:
        write_predictions(NAME, weekly_predictions())
        write_record(NAME, of=[OF], before=1, configurations=2)
        parts = Parts(Path("data/09_register_of_tests/corrected") / NAME)
        for key, design in (("a", "one"), ("b", "two")):
            named = {"experiment": NAME, "tested_from": "2015-02-01", "tested_until": "2015-10-01"}
            parts.add(entry(key, design, **named))
        run("portfolio", portfolio={"tries": 4})
        yield run


def test_a_portfolio_has_a_record_figures_and_a_page(traded):
    record, folder = read(), REPORTS / "portfolio" / NAME
    assert record["tries_by_the_register"] == 3
    assert record["net"]["luck"]["tries"] == 7
    assert record["source"] == "mine.csv"
    assert record["books"] == 60
    assert record["index"]["sessions"] == record["sessions"]
    returns = pd.read_parquet(folder / "returns.parquet")
    assert record["from"] == "2015-01-05"  # known on the Friday before, entered on Monday
    assert record["net"]["mean"] == pytest.approx(returns["net"].mean() * 252)
    assert record["costs"]["cost"] == pytest.approx(record["turnover"] * 0.001)
    assert record["capacity"] is None  # the prices have no volumes
    trades = pd.read_parquet(folder / "trades.parquet")
    of_first = trades[trades["date"] == returns.index[0]]
    assert of_first["weight"].value_counts().to_dict() == {0.5: 2, -0.5: 2}
    page = (folder / "page.html").read_text()
    assert record["verdict"] in page
    assert page.count("data:image/png;base64,") == len(FIGURES) == 8
    links = re.findall(r'href="([^"]*)"', page)
    assert not [
        link for link in links if not re.fullmatch(r"data:,|portfolio(\.json|_\w+\.png)|(\.\./){2,3}[\w./]+html", link)
    ]
    back = [link for link in links if link.startswith("..")]
    assert back == [f"../../{NAME}/page.html", "../../../skill_report.html"]
    assert (folder / back[0]).exists()
    assert not re.search(r"""src=["'](?!data:)""", page)
    assert {path.stem for path in folder.glob("*.png")} == {figure.__name__ for figure in FIGURES}
    assert "7 ways to trade are counted: 3 by the register of trials, and 4 by portfolio.tries." in page
    assert not re.search(r"\bnan\b", re.sub(r"base64,[^\"]*", "", page))


@pytest.mark.trains  # as all kernels of notebooks do, it imports TensorFlow
def test_the_notebook_enters_a_book_by_hand(traded, run_notebooks):
    run_notebooks(Path.cwd(), "corrected", "portfolio")


def test_the_same_forecasts_make_the_same_record(traded):
    before = (REPORTS / "portfolio" / NAME / "portfolio.json").read_bytes()
    traded("portfolio", drawn=False, portfolio={"tries": 4})
    assert (REPORTS / "portfolio" / NAME / "portfolio.json").read_bytes() == before


def test_forecasts_of_daily_returns_are_known_a_session_before(traded):
    days = pd.bdate_range("2015-03-02", "2015-03-20", name="date")
    table = pd.MultiIndex.from_product([TICKERS, days], names=["ticker", "date"]).to_frame(index=False)
    write_predictions("stacked_lstm.daily", table.assign(prediction=np.arange(len(table)), truth=0.0))
    traded("portfolio", drawn=False, portfolio_of="stacked_lstm.daily")
    record = read("stacked_lstm.daily")
    assert record["from"] == "2015-03-02"
    assert record["tries_by_the_register"] is None
    assert record["net"]["luck"]["tries"] == 1


def test_tables_of_the_users_take_nothing_from_other_portfolios(traded, tmp_path):
    folder = REPORTS / "portfolio" / NAME
    before = sorted(folder.iterdir())
    for seed in (1, 2):
        table = weekly_predictions(seed)[["ticker", "date", "prediction"]]
        table.to_csv(tmp_path / f"mine_{seed}.csv", index=False)
        traded("portfolio", drawn=False, forecasts_file=str(tmp_path / f"mine_{seed}.csv"))
        assert read("forecasts_file")["file"] == f"mine_{seed}.csv"
    assert sorted(folder.iterdir()) == before


def test_what_is_not_there_is_named_with_its_command(project):
    with pytest.raises(DatasetError, match=f"portfolio_forecasts .*\n?.*Make it: kedro run .*--pipelines {NAME}"):
        project("portfolio")
    with pytest.raises(PortfolioError, match="No forecasts of one series .*: kedro run --pipelines univariate_regres"):
        project("portfolio.series")
    with pytest.raises(DatasetError, match=r"portfolio_forecasts: data/.*/nope\.parquet is not there, and no pipeline"):
        project("portfolio", portfolio_of="nope")
    write_predictions("mine.experiment", weekly_predictions())
    with pytest.raises(PortfolioError, match="What the date of a row of mine.experiment is, is not known. Say it"):
        project("portfolio", drawn=False, portfolio_of="mine.experiment")


def test_a_table_of_the_users_with_their_prices_and_without_an_index(project, tmp_path):
    prices = panel_to_prices(random_panel(80, 6, seed=1, start="2020-01-01"), volume=1e5)
    prices.reset_index().to_csv(tmp_path / "prices.csv", index=False)
    days = pd.bdate_range("2020-01-20", periods=20)
    draw = np.random.default_rng(0)
    rows = [f"{day:%d/%m/%Y};T00{name};{draw.normal():.3f}".replace(".", ",") for day in days for name in range(6)]
    (tmp_path / "mine.csv").write_text("\n".join(["Tag;Symbol;Score", *rows]))
    given = {
        "prices_file": str(tmp_path / "prices.csv"),
        "forecasts_file": str(tmp_path / "mine.csv"),
        "forecasts_columns": {"date": "Tag"},
        "forecasts_date_format": "%d/%m/%Y",
    }
    project(
        "portfolio",
        env="files",
        drawn=False,
        **given,
        portfolio={"weights": {"quantiles": 3, "sides": "long_only"}, "costs": {"sessions": 5}},
    )
    record = read("forecasts_file")
    assert "index" not in record
    assert record["books"] == 20
    assert record["capacity"] is not None  # there are volumes
    assert record["information"]["dates_without_truth"] == 20
    assert record["parameters"]["weights"]["quantiles"] == 3
    assert record["from"] == "2020-01-21"
    assert record["file"] == "mine.csv"
    assert record["read_as"][:2] == ["CSV, semicolons", "'Symbol' as ticker"]
    page = portfolio_page(record, {})
    assert "The table was read as</dt><dd>CSV, semicolons; &#39;Symbol&#39; as ticker" in page
    assert "Forecasts: mine.csv. Prices: " in page
    assert "The table has no truths yet" in page
    assert re.findall(r'href="(\.\.[^"]*)"', page) == ["../../../skill_report.html"]
    with pytest.raises(DatasetError, match=r"portfolio_index_source.*\n?.*none\.csv"):
        project("portfolio", env="files", drawn=False, **given, index_file="none.csv")
    with pytest.raises(
        PortfolioError, match="portfolio.series trades one series by the forecasts of this project's ex"
    ):
        project("portfolio.series", drawn=False, forecasts_file="mine.csv")


def test_series_that_are_there_are_traded(project, caplog):
    closes = pd.bdate_range("2016-01-04", periods=90)
    draw = np.random.default_rng(0)
    last = np.linspace(2000, 2100, 90)
    forecast = last * (1 + draw.normal(0, 0.01, 90))
    sessions = closes[~closes.isin(pd.to_datetime(["2016-01-18", "2016-02-15", "2016-03-25"]))]
    level = pd.DataFrame(
        {"date": closes, "prediction": forecast, "truth": last, "persistence": last, "drift": last + 1}
    )
    write_predictions("univariate_regression.level", level[level["date"].isin(sessions)])
    size = np.abs(draw.normal(1, 0.2, 90)) + 0.1
    volatility = pd.DataFrame({"date": closes, "prediction": size, "truth": size, "ewma": 1.0})
    write_predictions("univariate_regression.volatility", volatility[volatility["date"].isin(sessions)])
    write_record("univariate_regression.volatility", best_rival="ewma")
    project("portfolio.series")
    assert "Nobody noted" not in caplog.text  # a folder is no file
    record = read("series")
    assert [*record["timing"]] == ["univariate_regression.level"]
    assert record["timing"]["univariate_regression.level"]["rivals"].keys() == {"persistence", "drift", "buy_and_hold"}
    assert record["targeting"]["trade"]["rival"] == "ewma"
    volatility_record = {"version": "univariate_regression.volatility"}
    assert record["made"] == {
        "univariate_regression.level": None,
        "univariate_regression.volatility": volatility_record,
    }
    page = (REPORTS / "portfolio/series/page.html").read_text()
    assert record["timing"]["univariate_regression.level"]["verdict"] in page
    assert page.count("data:image/png;base64,") == 2
    assert "A trader with the model&#39;s variances" in page
    assert re.search(r"univariate_regression.level: 2016-01-0\d to 2016-0\d-\d\d, \d+ sessions. 1 way to trade", page)
    assert "Positions by others earn, net, % a year: persistence" in page
    linked = ["../../univariate_regression.volatility/page.html", "../../../skill_report.html"]
    assert re.findall(r'href="(\.\.[^"]*)"', page) == linked
