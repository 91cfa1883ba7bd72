"""Figures of portfolios, from returns that nobody earned."""

import numpy as np
import pandas as pd

from rnn_trading.figures import portfolio
from rnn_trading.portfolio.information import by_month
from rnn_trading.portfolio.measures import drawdowns
from rnn_trading.portfolio.verdict import verdict

DAYS = pd.bdate_range("2003-01-01", "2022-12-30", name="date")
DRAW = np.random.default_rng(0)
RETURNS = pd.DataFrame(DRAW.normal(0.0002, 0.01, (len(DAYS), 4)), DAYS, ["gross", "net", "equal_net", "index"]).assign(
    traded=0.35, long=1.0, short=1.0
)
LUCK = {"tries": 1_250, "p_of_maximum": 0.31}
NET = {"mean": 0.0512, "interval": [0.0123, 0.0978], "luck": LUCK}
RECORD = {
    "of": "stacked_lstm.classification",
    "protocol": "as_published",
    "verdict": verdict(NET, 12.5, 500),
    "net": NET,
    "costs": {"cost": 0.088, "borrow": 0.005, "impact": 0.0},
    "turnover": 88.8,
    "break_even": 11.1,
    "curve": [{"basis_points": at, "mean": 0.1 - at / 1_000} for at in range(0, 60, 10)],
    "exposure": {"long": 1.0, "short": 1.0, "names": 8.0},
    "parameters": {"costs": {"basis_points": 12.5}},
}
SERIES = ("univariate_regression.level", "univariate_regression.level.returns", "univariate_regression.mid_price")
TIMED = {
    name: {
        "verdict": RECORD["verdict"],
        "net": {"mean": 0.05},
        "best_rival": "autoregression",
        "rivals": {"buy_and_hold": {"mean": 0.08}},
    }
    for name in SERIES
}
BY_FORECASTER = pd.DataFrame(
    DRAW.normal(0, 0.006, (len(DAYS), 3)), DAYS, ["prediction", "har_with_negative_returns", "constant"]
)
LONG = pd.concat(
    RETURNS[["gross", "net", "index"]]
    .set_axis(["prediction", "autoregression", "buy_and_hold"], axis=1)
    .rename_axis(columns="forecaster")
    .stack()
    .rename("return")
    .reset_index()
    .assign(experiment=name)
    for name in SERIES
)
TARGETING = {
    "target": 0.1,
    "best_rival": "har_with_negative_returns",
    "by_forecaster": {name: {"distance": 0.02} for name in BY_FORECASTER},
}
EMPTY = pd.DataFrame(columns=range(1, 6), dtype=float)

CASES = {
    "equity": lambda: portfolio.equity(RETURNS, RECORD),
    "drawdown": lambda: portfolio.drawdown(drawdowns(RETURNS["net"]), RECORD),
    "quantiles": lambda: portfolio.quantiles(RETURNS.iloc[:, :4].set_axis(range(1, 5), axis=1), RECORD),
    "quantiles of nothing": lambda: portfolio.quantiles(EMPTY, RECORD),
    "years": lambda: portfolio.years(RETURNS, RECORD),
    "turnover": lambda: portfolio.turnover(RETURNS, RECORD),
    "coefficients": lambda: portfolio.coefficients(by_month(RETURNS["net"]), RECORD),
    "coefficients of a month": lambda: portfolio.coefficients(by_month(RETURNS["net"][:9]), RECORD),
    "costs": lambda: portfolio.costs(RECORD),
    "exposure": lambda: portfolio.exposure(RETURNS, RECORD),
    "timing": lambda: portfolio.timing(LONG, TIMED),
    "timing of nothing": lambda: portfolio.timing(LONG, {}),
    "volatility": lambda: portfolio.volatility(BY_FORECASTER, TARGETING, 21),
    "volatility of nothing": lambda: portfolio.volatility(BY_FORECASTER, None, 21),
}
