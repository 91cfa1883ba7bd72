"""A user's forecasts, in the forms that people have them."""

import pandas as pd
import pytest
from kedro.io import DatasetError

from rnn_trading.datasets.forecasts_file import ForecastsFileDataset
from rnn_trading.datasets.index_file import IndexFileIfThereDataset


def load(tmp_path, text, **options):
    path = tmp_path / "mine.csv"
    path.write_text(text)
    return ForecastsFileDataset(filepath=str(path), **options).load()


def test_usual_names_decimal_commas_and_missing_forecasts(tmp_path):
    text = "Symbol;Date;Score;Actual\nB;2020-01-03;-0,25;\nA;2020-01-03;0,5;0,1\nA;2020-01-10;;0,1\n"
    table, reading = load(tmp_path, text)
    assert table.columns.tolist() == ["ticker", "date", "prediction", "truth"]
    assert table["ticker"].tolist() == ["A", "B"]
    assert table["prediction"].tolist() == [0.5, -0.25]
    assert table["truth"].isna().tolist() == [False, True]
    assert reading.counts["without_forecast"] == 1
    assert "'Score' as prediction" in reading.recognised


def test_weights_stand_for_forecasts_where_there_are_none(tmp_path):
    table, _ = load(tmp_path, "ticker,date,weight\nA,2020-01-03,0.5\nB,2020-01-03,-0.5\n")
    assert table["prediction"].tolist() == table["weight"].tolist() == [0.5, -0.5]


def test_an_index_of_a_parquet_file_counts(tmp_path):
    index = pd.MultiIndex.from_tuples([(pd.Timestamp("2020-01-03"), "A")], names=["datetime", "instrument"])
    path = tmp_path / "pred.parquet"
    pd.DataFrame({"score": [0.5]}, index).to_parquet(path)
    told = {"ticker": "instrument"}
    table, _ = ForecastsFileDataset(filepath=str(path), names=told).load()
    assert table.to_dict("records") == [{"ticker": "A", "date": pd.Timestamp("2020-01-03"), "prediction": 0.5}]


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("ticker,date,prediction\nA,2020-01-03,1\nA,2020-01-03,2\n", {}, "line 2 .*expected one row a ticker and date"),
        (
            "ticker,date,prediction\nA,2020-01-03,high\nB,2020-01-03,2\n",
            {},
            "line 2 .*expected a number. Received: 'high'",
        ),
        ("ticker,date,prediction\nA,2020-01-03,inf\nB,2020-01-03,2\n", {}, "expected a finite number"),
        ("date,prediction\n2020-01-03,1\n", {}, "column 'ticker' is missing.*forecasts_columns.ticker=NAME"),
        ("ticker,date,forecast,score\nA,2020-01-03,1,2\n", {}, "'forecast' and 'score' could both be prediction"),
        ("ticker,date,prediction\nA,01/02/2020,1\n", {}, "2 January or 1 February. Say .*forecasts_date_format"),
        ("ticker,date,prediction\nA,2020-01-03,\n", {}, "no row has a forecast"),
        ("ticker,date,prediction\n", {}, "and no row"),
    ],
)
def test_what_cannot_be_read_is_named(tmp_path, text, options, message):
    with pytest.raises(DatasetError, match=f"(?s){message}"):
        load(tmp_path, text, **options)


@pytest.mark.parametrize(
    ("stamp", "timezone", "day"),
    [
        ("2020-01-05T15:00:00Z", "Asia/Tokyo", "2020-01-06"),  # midnight in Tokyo
        ("2020-01-06 16:00", None, "2020-01-06"),  # of the exchange
        ("2020-01-06T00:00:00Z", None, "2020-01-06"),
        ("2020-01-05T15:00:00Z", None, None),
    ],
)
def test_a_time_of_another_zone_is_refused_until_its_zone_is_named(tmp_path, stamp, timezone, day):
    """A day early, forecasts would be traded before they were known."""
    text = f"ticker,date,prediction\nA,{stamp},1\nB,{stamp},2\n"
    if day is None:
        with pytest.raises(DatasetError, match="the zone whose days are meant, such as --params timezone=Asia/Tokyo"):
            load(tmp_path, text)
    else:
        assert load(tmp_path, text, timezone=timezone)[0]["date"].unique().tolist() == [pd.Timestamp(day)]


def test_a_share_of_bad_rows_is_left_out(tmp_path):
    text = "ticker,date,prediction\nA,2020-01-03,1\nB,2020-01-03,high\nC,2020-01-03,2\n"
    table, reading = load(tmp_path, text, bad_rows=0.4)
    assert table["ticker"].tolist() == ["A", "C"]
    assert reading.counts["bad_rows"] == 1
    with pytest.raises(DatasetError, match="or leave them out: --params forecasts_bad_rows=0.34"):
        load(tmp_path, text, bad_rows=0.1)


def test_a_file_that_is_missing(tmp_path):
    with pytest.raises(DatasetError, match="--params forecasts_file=PATH"):
        ForecastsFileDataset(filepath=str(tmp_path / "none.csv")).load()
    assert IndexFileIfThereDataset(filepath=str(tmp_path / "none.csv")).load() is None
    (tmp_path / "index.csv").write_text("date,close\n2020-01-02,1\n2020-01-03,2\n")
    assert IndexFileIfThereDataset(filepath=str(tmp_path / "index.csv")).load()[0]["close"].tolist() == [1.0, 2.0]
