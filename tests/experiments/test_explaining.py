"""What forecasts rest on, by the nodes of the experiments: a planted lag is found, by its name and its place."""

import numpy as np
import pandas as pd
import pytest

from rnn_trading.experiments import rank_panels, residual
from rnn_trading.experiments.explaining import START, what_counts
from rnn_trading.experiments.starts import start_from, truths_inside
from rnn_trading.models.parameters import ResidualNetworkParameters
from rnn_trading.panels.ranks import ranked
from rnn_trading.panels.view import PanelWindows
from rnn_trading.series.channels import InputParameters, channels_of
from rnn_trading.series.series import window_rows
from rnn_trading.skill.ranks import relative_ranks
from rnn_trading.skill.record import Experiment
from tests.helpers import changed

pytestmark = pytest.mark.trains
LAG, LAGS, DAYS = 3, 6, 1500
ARCHITECTURE = ResidualNetworkParameters(layer="lstm", units=(8,), dropout=0.0, link="add", last_layer="zeros")


def experiment(task):
    return Experiment(name=f"mine.{task}", task=task, published=None, published_on=None)


def fitted(inputs, targets, interface):
    from rnn_trading.models.networks import Blueprint
    from rnn_trading.models.training import train
    from tests.helpers import TRAINING

    optimizer, lengths = changed(TRAINING.optimizer, learning_rate=0.02), {"epochs": 25, "patience": 25}
    training = changed(TRAINING, optimizer=optimizer, batch_size=64, start_from_epoch=0, **lengths)
    rows = inputs, targets.astype(np.float32)
    return train(Blueprint(ARCHITECTURE, interface), rows, rows, training, "planted").model


def index():
    """A price whose changes in percent are 0.6 times those of three days before, and luck."""
    generator = np.random.default_rng(0)
    changes = generator.normal(0, 1, DAYS)
    for day in range(LAG, DAYS):
        changes[day] = 0.6 * changes[day - LAG] + generator.normal(0, 0.8)
    days = pd.bdate_range("2015-01-01", periods=DAYS, name="date")
    return pd.DataFrame({"value": 100 * np.cumprod(1 + changes / 100)}, index=days)


def started(start):
    """The series, its channels, the split and the simple forecast."""
    series = index()
    windows = window_rows(series["value"], LAGS)
    dates = pd.DataFrame({"split": ["train"] * 1200 + ["test"] * (len(windows) - 1200)}, index=windows.index)
    given = InputParameters(channels=("changes",), known=("level",), start=(start,))
    table = start_from(series, windows, dates, experiment("level"), given)["start"]
    return series, channels_of(series, None, given.channels).table, table, dates


def title_of(found):
    return what_counts(
        {"explanation": found, "data": {}, "experiment": "mine.level", "protocol": "careful"}
    ).get_suptitle()


def test_the_planted_lag_of_a_series_is_found():
    series, channels, start, dates = started("persistence")
    rows, truths = truths_inside(series, start.index, dates, "train", 1)
    inputs = residual.inputs_at(rows, channels, start)
    model = fitted(inputs, residual.in_units(truths, start.iloc[rows]), residual.interface_of(inputs))
    found = residual.explain(model, series, channels, start, dates, experiment("level"))
    assert found["strongest"] == {"input": "Channels", "feature": "changes", "lag": LAG}
    assert np.argmax(found["together"]["Channels"]) == LAG - 1
    assert found["date"] == f"{series.index[-1]:%Y-%m-%d}"
    assert title_of(found).startswith("Beside the simple forecast, what counts most: changes at lag 3")


def test_an_untrained_network_says_that_nothing_counts():
    from rnn_trading.models.networks import build_network

    series, channels, start, dates = started("drift")
    model = build_network(ARCHITECTURE, residual.interface_of(residual.inputs_at(np.arange(5), channels, start)))
    found = residual.explain(model, series, channels, start, dates, experiment("level"))
    assert found["strongest"] is None
    assert START not in found["importance"]  # in units that hold it, it says nothing by itself
    assert title_of(found).startswith("Beside the simple forecast nothing that is seen stands out from luck")


def test_the_planted_lag_of_a_panel_is_found():
    """The next return of a ticker is its return of three weeks before, and luck."""
    generator = np.random.default_rng(0)
    past = generator.normal(0, 0.04, (120, 12))
    ticker, start = np.nonzero(np.ones((12, 120 - LAGS), dtype=bool))
    period = start + LAGS
    panel = PanelWindows(
        past=past,
        tickers=pd.Index([f"T{number:02d}" for number in range(12)], name="ticker"),
        periods=pd.date_range("2015-01-04", periods=120, freq="W", name="date"),
        ticker_code=ticker.astype(np.int32),
        period=period.astype(np.int32),
        future=past[period - LAG, ticker] + generator.normal(0, 0.01, len(ticker)),
        lags=LAGS,
        order="oldest_first",
        winsorise=None,
    )
    dates = pd.DataFrame({"split": ["train"] * 80 + ["test"] * (114 - 80)}, index=panel.periods[LAGS:])
    nothing = pd.DataFrame({"start": "zero", "value": 0.0, "known_volatility": 0.0}, index=panel.index)
    train = ranked(panel).take(panel.period < LAGS + 80)
    inputs = rank_panels.inputs_of(train, nothing).take(np.arange(len(train)))
    model = fitted(
        inputs, relative_ranks(train.future, train.period.astype(np.int64))[:, None], residual.interface_of(inputs)
    )
    found = rank_panels.explain(model, panel, nothing, dates)
    assert found["strongest"] == {"input": "Channels", "feature": "rank of the return", "lag": LAG}
    assert found["rows"] == 12 * 34
    assert len(found["importance"][START]) == 1
