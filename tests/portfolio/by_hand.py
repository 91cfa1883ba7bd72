"""Four names, five sessions, two books: what a calculator says."""

import pandas as pd

from rnn_trading.portfolio.parameters import PortfolioParameters

DAYS = pd.DatetimeIndex(["2020-01-06", "2020-01-07", "2020-01-08", "2020-01-09", "2020-01-10"], name="date")
# Books are entered on the 7th and the 9th.
PRICES = pd.DataFrame(
    {
        "A": [50.0, 100.0, 110.0, 121.0, 121.0],
        "B": [20.0, 40.0, 40.0, 44.0, 46.2],
        "C": [10.0, 10.0, 11.0, 10.0, 9.0],
        "D": [80.0, 80.0, 76.0, 72.0, 79.2],
    },
    index=DAYS,
).rename_axis(columns="ticker")


def table_of(prices, volumes=None):
    long = prices.unstack().rename("adj_close").dropna().to_frame()
    if volumes is not None:
        long["adj_volume"] = volumes.unstack()
    return long.sort_index()


def scores_of(*rows):
    """A row of forecasts each: the day after which they are known, and one forecast a name."""
    return pd.DataFrame(
        [
            {"ticker": ticker, "date": pd.Timestamp(day), "prediction": value}
            for day, values in rows
            for ticker, value in values.items()
        ]
    )


FORECASTS = scores_of(
    ("2020-01-06", {"A": 4.0, "B": 3.0, "C": 2.0, "D": 1.0}),
    ("2020-01-08", {"A": 1.0, "B": 4.0, "C": 2.0, "D": 3.0}),
)


def how(**changes):
    """Parameters; of a block, the names that change."""
    values = {
        "dated_by": "known",
        "weights": {"by": "quantile", "sides": "long_short", "quantiles": 4},
        "lag": 1,
        "hold": None,
        "costs": {"basis_points": 10, "shown": [0, 50], "borrow": 0.0365, "impact": 0, "capital": 1e6, "sessions": 2},
        "tries": 0,
        "timing": {"by": "sign", "sides": "long_short", "risk_aversion": 3.0, "sessions": 3, "most": 1.0},
        "targeting": {"volatility": 0.1, "most": 2.0, "sessions": 3},
    }
    for name, change in changes.items():
        values[name] = values[name] | change if isinstance(change, dict) else change
    return PortfolioParameters(**values)
