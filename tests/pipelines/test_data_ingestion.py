"""Files whose dates cannot be right, from the file to the table and its report."""

import logging

import numpy as np
import pandas as pd
import pytest
from kedro.config import OmegaConfigLoader
from kedro.framework.session import KedroSession
from kedro.io import AbstractDataset, DatasetError
from kedro.validation.parameter_validator import ParameterValidator
from omegaconf.errors import OmegaConfBaseException
from pydantic import TypeAdapter

from rnn_trading.datasets.filings_file import FilingPricesFileDataset
from rnn_trading.datasets.index_file import IndexFileDataset
from rnn_trading.datasets.macro_file import MacroFileDataset
from rnn_trading.datasets.prices_file import PricesFileDataset
from rnn_trading.filings.filings import FilingIngestionParameters, parse_filing_index, parse_filing_prices
from rnn_trading.pipelines.canaries.experiments import CANARIES, CanarySizes
from rnn_trading.pipelines.canaries.nodes import merge
from rnn_trading.pipelines.data_ingestion.nodes import (
    IngestionParameters,
    ingest_filings,
    ingest_index,
    ingest_macro,
    ingest_prices,
)
from rnn_trading.pipelines.data_ingestion.pipeline import create_pipeline
from rnn_trading.series.monthly import MacroParameters
from rnn_trading.series.transformations import TransformationParameters
from rnn_trading.settings import CONFIG_LOADER_ARGS
from rnn_trading.simulated.filings import SimulationParameters
from rnn_trading.tables.calendar import CalendarError, CalendarParameters, check_sessions
from rnn_trading.tables.index_prices import IndexIngestionParameters
from rnn_trading.tables.reading import Reading
from tests.conftest import ROOT

SIMULATED = [
    "univariate_regression.level",
    "univariate_regression.volatility",
    "univariate_regression.mid_price",
    "multivariate.macro",
    "sec_filings.returns",
]
DAYS = pd.bdate_range("2016-01-04", "2016-03-31")
INGESTION = IngestionParameters(source="the file", stale_after_sessions=5)
INDEX = IndexIngestionParameters(
    source="the index", stale_after_sessions=5, longest_gap_days=7, most_missing_weekdays=0.06
)


def closes(days=DAYS):
    walks = np.random.default_rng(1).normal(0, 0.02, (len(days), 2)).cumsum(axis=0)
    return pd.DataFrame(50 * np.exp(walks).round(4), index=days, columns=["AAA", "BBB"])


def long(panel):
    return panel.rename_axis(index="date", columns="ticker").stack().rename("adj_close").reset_index()


def read(path, **options):
    return PricesFileDataset(filepath=str(path), **options).load()


def test_bars_stamped_at_midnight_in_tokyo_are_not_dated_a_day_early(tmp_path):
    stamps = DAYS.tz_localize("Asia/Tokyo").tz_convert("UTC")
    path = tmp_path / "prices.parquet"
    long(closes().set_axis(stamps)).to_parquet(path)
    with pytest.raises(CalendarError) as error:
        ingest_prices(read(path), INGESTION)
    assert str(error.value).startswith(
        "the file: 13 of 64 sessions (20.3%) are on Saturdays or Sundays, the first of them 2016-01-03, a Sunday, and "
        "most of these weeks have no Friday: the dates look shifted by a time zone"
    )
    assert "Name the exchange's zone, such as --params timezone=Asia/Tokyo, or give plain dates." in str(error.value)
    made = ingest_prices(read(path, timezone="Asia/Tokyo"), INGESTION)
    pd.testing.assert_frame_equal(
        made["prices"]["adj_close"].unstack("ticker"), closes(), check_names=False, check_freq=False
    )
    assert made["prices_report"]["first_date"] == "2016-01-04"


def test_weekends_and_holidays_that_carry_the_price_before_are_left_out_and_counted(tmp_path, caplog):
    holidays = pd.DatetimeIndex(["2016-01-18", "2016-02-15", "2016-03-25"])
    panel = closes(DAYS.difference(holidays))
    path = tmp_path / "prices.csv"
    long(panel.resample("D").ffill()).to_csv(path, index=False)
    made = ingest_prices(read(path), INGESTION)
    pd.testing.assert_frame_equal(made["prices"]["adj_close"].unstack("ticker"), panel, check_names=False)
    counts = made["prices_report"]["left_out_or_mended"]
    assert (counts["repeated_weekend_sessions"], counts["repeated_sessions"]) == (24, 3)
    assert "the file: left out or mended: repeated weekend sessions 24, repeated sessions 3" in caplog.text
    refuse = IngestionParameters(
        source="the file", stale_after_sessions=5, calendar=CalendarParameters(repeated_sessions="refuse")
    )
    with pytest.raises(CalendarError, match=r"27 of 88 sessions \(30.7%\), 24 of them on Saturdays or Sundays, repeat"):
        ingest_prices(read(path), refuse)


def macro_parameters(**calendar):
    series = tuple(TransformationParameters(name=name, method="none", period=1) for name in ("A", "B"))
    return MacroParameters(source="the series", series=series, **calendar)


def months(first, count, **options):
    return pd.date_range(first, periods=count, freq="MS", **options)


def test_years_of_two_digits_that_lie_in_the_future_are_refused(tmp_path):
    path = tmp_path / "macro.csv"
    dates = months("1955-01-01", 144).strftime("%m/%d/%y")
    pd.DataFrame({"date": dates, "A": np.arange(144.0), "B": 1.5 * np.arange(144.0)}).to_csv(path, index=False)
    table = MacroFileDataset(filepath=str(path), date_format="%m/%d/%y").load()
    with pytest.raises(CalendarError) as error:
        ingest_macro(table, macro_parameters())
    assert "the series: 144 of 144 rows have a date outside of 1900-01-01 to " in str(error.value)
    assert "the first of them 2055-01-01. " in str(error.value)
    assert "%y reads 00 to 68 as 2000 to 2068, so that years need four digits" in str(error.value)
    assert "--params macro.calendar.outside=leave_out" in str(error.value)


def test_months_stamped_in_utc_need_their_zone(tmp_path):
    path = tmp_path / "macro.parquet"
    stamps = months("2000-01-01", 48, tz="Asia/Tokyo").tz_convert("UTC")
    pd.DataFrame({"date": stamps, "A": np.arange(48.0), "B": 1.5 * np.arange(48.0)}).to_parquet(path)
    with pytest.raises(DatasetError, match="expected a date without a time of day, or its zone, such as --params time"):
        MacroFileDataset(filepath=str(path)).load()
    made = ingest_macro(MacroFileDataset(filepath=str(path), timezone="Asia/Tokyo").load(), macro_parameters())
    assert made["macro"].index.equals(months("2000-01-01", 48, name="date", unit="us"))
    assert made["macro_report"]["left_out_or_mended"] == {
        "missing_values": 0,
        "bad_rows": 0,
        "dates_outside": 0,
        "lone_dates": 0,
    }


def index(days=DAYS):
    return pd.DataFrame({"close": closes(days)["AAA"].to_numpy()}, index=days.rename("date"))


def test_an_index_of_an_exchange_that_rests_on_fridays_lacks_no_weekday():
    days = pd.date_range("2016-01-03", "2016-03-31")
    riyadh = index(days[~days.day_of_week.isin((4, 5))])
    calendar = CalendarParameters(rest_days="Friday Saturday")
    limits = IndexIngestionParameters(
        source="the index", stale_after_sessions=5, longest_gap_days=7, most_missing_weekdays=0.06, calendar=calendar
    )
    made = ingest_index((riyadh, Reading()), limits)
    assert len(made["prices"]) == len(riyadh)
    assert made["report"]["weekdays_without_a_close"] == 0
    with pytest.raises(
        CalendarError, match="index_prices.calendar.rest_days=Friday Saturday,index_ranges.calendar.rest"
    ):
        ingest_index((riyadh, Reading()), INDEX)


def test_an_index_that_never_rests_is_said_and_one_that_was_filled_is_mended(tmp_path):
    every_day = pd.date_range("2016-01-04", "2016-03-31")
    made = ingest_index((index(every_day), Reading()), INDEX)
    assert made["report"]["read_as"] == ["an exchange that is open on Saturdays and Sundays, 2016-01-09 to 2016-03-27"]
    path = tmp_path / "index.csv"
    index().resample("D").ffill().to_csv(path)
    made = ingest_index(IndexFileDataset(filepath=str(path)).load(), INDEX)
    pd.testing.assert_frame_equal(made["prices"], index(), check_freq=False, check_index_type=False)
    assert made["report"]["left_out_or_mended"]["repeated_weekend_sessions"] == 24


def test_opens_outside_of_their_range_are_warned_of(caplog):
    prices = index()
    table = prices.assign(open=prices["close"] / 100, high=prices["close"] * 2, low=prices["close"] / 2)
    report = ingest_index((table, Reading()), INDEX)["report"]
    assert report["opens_outside_the_range"] == len(table)
    assert f"below the low or above the high of its day on {len(table)} of {len(table)} days" in caplog.text


def filings_of(dates):
    raw = pd.DataFrame({"filing_id": range(len(dates)), "date_filed": dates, "cik": 1, "ticker": "AAA"})
    return parse_filing_index(raw, "index.csv")


def take(dates, prices):
    ingestion = FilingIngestionParameters(source="the filings", days_before=5, days_after=5)
    nothing = SimulationParameters(
        firms=0, years=1, first_year=2013, sentences=4, mentions=0.1, signal=0, at_once=0, after_hours=0,
        volatility=0.1, market_volatility=0, seed=0,
    )  # fmt: skip
    return ingest_filings(filings_of(dates), parse_filing_prices(prices, "prices.csv"), nothing, ingestion)


def test_filings_of_years_that_cannot_be_are_left_out_and_counted(caplog):
    made = take([*DAYS[10:40:10].astype("str"), "0216-02-26", "2106-02-26"], long(closes()))
    assert made["filings"].index.tolist() == ["0", "1", "2"]
    assert made["filing_tables_report"]["dropped"]["date_outside"] == 2
    assert made["filing_tables_report"]["last_date"] == "2016-02-15"
    assert "date outside 2" in caplog.text
    assert made["filing_tables_report"]["filed_on_days_of_rest"] == 0


def test_filings_that_a_time_zone_has_shifted_are_refused():
    with pytest.raises(CalendarError, match="filings are dated to Saturday Sunday, and none to a Friday"):
        take((DAYS - pd.Timedelta(days=1)).astype("str"), long(closes()))
    assert len(take(DAYS.astype("str"), long(closes()))["filings"]) == len(DAYS)


def test_prices_around_filings_have_the_same_check(tmp_path, caplog):
    caplog.set_level(logging.WARNING)
    filled = long(closes().resample("D").ffill())
    made = take(DAYS[10:40:10].astype("str"), filled)
    assert made["filing_tables_report"]["price_sessions"]["left_out_or_mended"]["repeated_weekend_sessions"] == 24
    assert (made["filing_prices"].index.get_level_values("date").day_of_week < 5).all()
    assert "the filings: prices: left out or mended: repeated weekend sessions 24" in caplog.text
    path = tmp_path / "prices.csv"
    stamps = DAYS.tz_localize("Asia/Tokyo").tz_convert("UTC")
    long(closes().set_axis(stamps)).to_csv(path, index=False)
    prices, _ = FilingPricesFileDataset(filepath=str(path), timezone="Asia/Tokyo").load()
    assert prices.index.unique("date").equals(DAYS.rename("date").astype("datetime64[us]"))
    with pytest.raises(CalendarError, match="look shifted by a time zone"):
        take(DAYS[10:40:10].astype("str"), pd.read_csv(path))


def test_bars_of_an_hour_are_refused(tmp_path):
    path = tmp_path / "prices.csv"
    hours = pd.date_range("2016-01-04 09:30", periods=5, freq="h")
    long(closes(hours)).to_csv(path, index=False)
    with pytest.raises(DatasetError, match="AAA on 2016-01-04 has 5 rows, at 2016-01-04 09:30:00, 2016-01-04 10:30"):
        read(path)
    with pytest.raises(DatasetError, match=r"bars of hours or minutes \(2 such days\)"):
        FilingPricesFileDataset(filepath=str(path)).load()
    index(hours).to_csv(path)
    with pytest.raises(DatasetError, match="2016-01-04 has 5 rows"):
        IndexFileDataset(filepath=str(path)).load()


def test_the_zone_of_a_run_reaches_every_file_with_dates():
    given = {"timezone": "Asia/Tokyo", "forecasts_file": "mine.csv"}
    catalog = OmegaConfigLoader(str(ROOT / "conf"), env="files", runtime_params=given, **CONFIG_LOADER_ARGS)["catalog"]
    names = ("prices_source", "index_prices_source", "index_ranges_source", "macro_source", "filing_prices_source")
    for name in (*names, "portfolio_index_source", "portfolio_forecasts"):
        dataset = AbstractDataset.from_config(name, dict(catalog[name]))
        assert dataset._describe()["timezone"] == "Asia/Tokyo"
        with pytest.raises(DatasetError, match="'Tokyo' is no time zone. Did you mean Asia/Tokyo"):
            AbstractDataset.from_config(name, dict(catalog[name]) | {"timezone": "Tokyo"})


def test_values_of_a_calendar_are_parameters_of_a_run():
    given = {"data_ingestion": {"calendar": {"weekends": "keep", "rest_days": "none"}}}
    loader = OmegaConfigLoader(str(ROOT / "conf"), env="files", runtime_params=given, **CONFIG_LOADER_ARGS)
    checked = ParameterValidator({"__default__": create_pipeline()}).validate_raw_params(dict(loader["parameters"]))
    assert checked["data_ingestion"].calendar == CalendarParameters(weekends="keep", rest_days="none")
    assert checked["index_prices"].calendar == CalendarParameters()
    assert checked["macro"].calendar == macro_parameters().calendar
    # The parameters of the project are those of files of before, which do not name them.
    assert (
        checked["filings"]["ingestion"].calendar
        == FilingIngestionParameters(source="the filings", days_before=1, days_after=1).calendar
    )


@pytest.mark.parametrize("name", ["stacked_lstm.daily", "stacked_lstm.classification.tickers_die", *SIMULATED])
def test_simulated_sources_are_taken_as_they_are(name, base_parameters):
    values = base_parameters("corrected")
    given = merge(values, values["canaries"]["overrides"])
    checked = ParameterValidator({"__default__": create_pipeline()}).validate_raw_params(given)
    sizes = TypeAdapter(CanarySizes).validate_python(values["canaries"]["sizes"])
    for source, made in CANARIES[name].simulate(0.5, 1, sizes).items():
        if source == "prices_source":
            report = ingest_prices((made, Reading()), checked["data_ingestion"])["prices_report"]
        elif source.startswith("index"):
            block = source.removesuffix("_source")
            report = ingest_index((made, Reading()), checked[block])["report"]
        elif source == "macro_source":
            report = ingest_macro((made, Reading()), checked["macro"])["macro_report"]
        elif source == "filing_prices_source":
            ingestion = checked["filings"]["ingestion"]
            report = check_sessions(made[0], ingestion.calendar, name, ("filings.ingestion",))[1].report()
        else:
            continue
        assert report["read_as"] == []
        assert not any(report["left_out_or_mended"].values())


def test_yahoo_is_chosen_by_a_parameter(project, tmp_path):
    with pytest.raises(OmegaConfBaseException, match="Unknown prices_from 'bloomberg'. Expected one of: wiki, yahoo"):
        project("data_ingestion.prices", env="live", prices_from="bloomberg")
    runtime_params = {"prices_from": "yahoo", "tickers": "AAPL MSFT", "end": "2020-01-31"}
    with KedroSession.create(tmp_path / "project", env="live", runtime_params=runtime_params) as session:
        source = session.load_context().catalog["prices_source"]
    assert type(source).__name__ == "YahooPricesDataset"
    assert source._describe() == {"tickers": "AAPL MSFT", "start": "2000-01-01", "end": "2020-01-31"}
