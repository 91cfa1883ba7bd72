"""Yahoo, as a server on loopback, and prices from it."""

import pandas as pd
import pytest

from rnn_trading.datasets.yahoo import YahooPricesDataset
from tests.datasets.fake_yahoo import DAYS, serving


@pytest.fixture
def fake(monkeypatch):
    pytest.importorskip("yfinance", reason="needs the extra 'live'")
    with serving(monkeypatch) as fake:
        fake.histories = {name: pd.Series([5.0, 10.0, 15.0], pd.DatetimeIndex(DAYS)) for name in ("GOOD", "FINE")}
        yield fake


@pytest.fixture
def yahoo(fake, tmp_path):
    options = {"start": "2020-01-01", "end": "2020-01-10", "filepath": str(tmp_path), "wait": 0, "timeout": 5}
    return lambda tickers, **changes: YahooPricesDataset(tickers=tickers, **options | {"retries": 0} | changes)
