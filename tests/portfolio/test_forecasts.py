"""Which forecasts are traded, when each was known, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from rnn_trading.portfolio.forecasts import known_sessions, take_scores
from rnn_trading.portfolio.holding import holdings_of
from rnn_trading.portfolio.information import coefficients, dates_with_truths
from rnn_trading.portfolio.parameters import PortfolioError, WeightParameters
from rnn_trading.portfolio.weights import quantiles_of, weights_of
from rnn_trading.skill.metrics.panels import quantile_returns
from tests.portfolio.by_hand import DAYS, FORECASTS, how, scores_of
from tests.portfolio.test_by_hand import built

SESSIONS = pd.bdate_range("2020-01-01", "2020-02-14", name="date")
NAMES = pd.Index(list("ABCD"))


def take(table, dated_by="known"):
    return take_scores(table, SESSIONS, NAMES, dated_by)


def weighted(by, sides, table, quantiles=2):
    return weights_of(take(table).table, WeightParameters(by=by, sides=sides, quantiles=quantiles))


@pytest.mark.parametrize(
    ("dated_by", "date", "known"),
    [
        ("known", "2020-01-08", "2020-01-08"),  # a Wednesday
        ("known", "2020-01-12", "2020-01-10"),  # a Sunday
        ("week", "2020-01-12", "2020-01-03"),  # of the week that ends on it, the last session before
        ("session", "2020-01-13", "2020-01-10"),
    ],
)
def test_a_date_says_when_a_forecast_was_known(dated_by, date, known):
    assert known_sessions(pd.DatetimeIndex([date]), SESSIONS, dated_by) == pd.DatetimeIndex([known])


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (FORECASTS.drop(columns="ticker"), "of one series: there is no column ticker.*--pipelines portfolio.series"),
        (FORECASTS.drop(columns="prediction"), "no column prediction. Expected: ticker, date, prediction. Received"),
        (
            pd.concat([FORECASTS, FORECASTS.head(2)]),
            "one forecast a date. Received: 4 rows that share theirs, the first of A on 2020-01-06",
        ),
        (FORECASTS[FORECASTS["ticker"] == "B"], "Forecasts of one name only, B: a portfolio ranks several"),
        (FORECASTS.head(0), "Forecasts of one name only, none"),
        (FORECASTS.replace({"prediction": {3.0: np.nan}}), "2 of 8 forecasts are no finite number, the first of B on"),
        (
            FORECASTS.assign(ticker=FORECASTS["ticker"] + ".US"),
            "No name of the forecasts has a price. Forecasts: 'A.US'",
        ),
        (
            FORECASTS.assign(date=pd.Timestamp("2019-12-31")).drop_duplicates("ticker"),
            "Dates without prices: 1 of 1 dates of forecasts, the first 2019-12-31. Prices run from 2020-01-01 to",
        ),
        (FORECASTS.assign(date=pd.Timestamp("2021-01-04")).drop_duplicates("ticker"), "Dates without prices: 1 of 1"),
    ],
)
def test_what_cannot_be_traded_is_refused(table, message):
    with pytest.raises(PortfolioError, match=message):
        take(table)


def test_a_table_without_truth_is_traded_and_one_with_truth_is_held_against_it():
    assert "truth" not in take(FORECASTS).table
    made = built(FORECASTS)
    assert "truth" not in made.earned
    assert built(FORECASTS.assign(truth=0.5)).earned["truth"].tolist() == [0.5] * 8
    # One of the second date is still to come: its coefficient is that of the first alone.
    some = built(FORECASTS.assign(truth=[*FORECASTS["prediction"][:4], 1.0, 2.0, 3.0, np.nan])).earned
    assert coefficients(some)["ic_of_truth"].tolist() == pytest.approx([1.0, np.nan], nan_ok=True)
    assert dates_with_truths(some).tolist() == [DAYS[1]]
    # From the 7th to the 9th, and from the 9th to the 10th.
    assert made.earned["earned"].tolist() == pytest.approx([0.21, 0.1, 0.0, -0.1, 0.0, 0.05, -0.1, 0.1])
    assert made.earned["date"].tolist() == [DAYS[1]] * 4 + [DAYS[3]] * 4


def test_names_without_prices_and_dates_that_a_later_one_replaces_are_counted():
    """The Saturday's forecasts were known after Friday's session, as the Friday's were."""
    of_days = scores_of(("2020-01-10", {"A": 1.0, "B": 2.0}), ("2020-01-11", {"A": 3.0, "B": 1.0, "X": 9.0}))
    scores = take(of_days)
    assert scores.counts == {"without_prices": 1, "superseded": 2}
    assert scores.table["prediction"].tolist() == [3.0, 1.0]


def test_constant_forecasts_rank_nothing():
    with pytest.raises(PortfolioError, match="each of the dates .2. all forecasts are equal. Check"):
        weighted("quantile", "long_short", FORECASTS.assign(prediction=0.5))
    with pytest.raises(PortfolioError, match="expected 5 names at least on a date .*quantiles.. Received: 4 at most"):
        weighted("quantile", "long_short", FORECASTS, quantiles=5)
    with pytest.raises(
        PortfolioError, match="Nothing is ranked.* each of the dates .2. all forecasts are equal. Check"
    ):
        weighted("forecast", "long_only", FORECASTS.assign(prediction=0.5))


def test_names_with_equal_forecasts_at_the_edge_of_a_side_share_what_is_left_of_it():
    """A quarter of eight names is two: three share the top, and four what one leaves of the bottom."""
    scores = scores_of(("2020-01-06", dict(zip("ABCDEFGH", [1, 1, 1, 0, 0, 0, 0, -1], strict=True))))
    quarters = WeightParameters(by="quantile", sides="long_short", quantiles=4)
    third, eighth = 1 / 3, 1 / 8
    by_name = weights_of(scores.assign(known=scores["date"]), quarters).iloc[0]
    assert by_name.tolist() == pytest.approx([third] * 3 + [-eighth] * 4 + [-0.5])


@given(st.lists(st.integers(-3, 3), min_size=4, max_size=12).filter(lambda each: len({*each}) > 1), st.randoms())
def test_neither_names_nor_the_side_change_a_book(values, random):
    """As many names in each side, whatever their number; a forecast turned round turns the book round."""
    halves = WeightParameters(by="quantile", sides="long_short", quantiles=3)

    def book(forecasts):
        row = pd.DataFrame({"ticker": [f"T{n:02}" for n in range(len(forecasts))], "prediction": forecasts})
        return weights_of(row.assign(known=DAYS[0], prediction=row["prediction"].astype(float)), halves).iloc[0]

    order = random.sample(range(len(values)), len(values))
    there = book(values)
    np.testing.assert_allclose(book([values[place] for place in order]), there.iloc[order], atol=1e-12)
    np.testing.assert_allclose(book([-value for value in values]), -there, atol=1e-12)


@pytest.mark.parametrize("sides", ["long_short", "long_only"])
@pytest.mark.parametrize("by", ["quantile", "forecast"])
def test_weights_sum_to_what_they_must(by, sides):
    weights = weighted(by, sides, FORECASTS)
    assert weights.clip(lower=0).sum(axis=1).tolist() == pytest.approx([1.0, 1.0])
    assert weights.clip(upper=0).sum(axis=1).tolist() == pytest.approx([0.0 if sides == "long_only" else -1.0] * 2)
    assert (weights.idxmax(axis=1) == ["A", "B"]).all()


def test_quantiles_are_those_of_the_judge():
    draw = np.random.default_rng(0)
    values = draw.integers(0, 9, (6, 17)).astype(float)
    values[draw.random(values.shape) < 0.2] = np.nan
    rows, columns = np.nonzero(~np.isnan(values))
    cut, truth = quantiles_of(values, 5), draw.normal(size=values.shape)
    dates = pd.bdate_range("2020-01-01", periods=6)
    judged = quantile_returns(values[rows, columns], truth[rows, columns], dates[rows])
    ours = [[truth[row][cut[row] == each].mean() for each in range(1, 6)] for row in range(6)]
    assert judged.to_numpy() == pytest.approx(np.array(ours))


@pytest.mark.parametrize(
    ("sides", "weights", "message"),
    [
        (
            "long_short",
            [1.0, 0.5, -1.0, 0.0],
            "long ones with the sum 1, short ones with −1 .*Received: long 1.500, short −1.000 ",
        ),
        (
            "long_only",
            [0.5, 0.4, 0.0, 0.0],
            "none negative, their sum 1 .*Received: long 0.900, short 0.000 .1 of 2 dates",
        ),
        ("long_only", [1.1, -0.1, 0.0, 0.0], "none negative, their sum 1 .*Received: long 1.100, short −0.100"),
    ],
)
def test_given_weights_that_do_not_sum_are_refused(sides, weights, message):
    right = [1.0, 0.0, -1.0, 0.0] if sides == "long_short" else [0.25] * 4
    table = FORECASTS.assign(weight=[*right, *weights])
    with pytest.raises(PortfolioError, match=f"Weights of 2020-01-08: expected {message}"):
        weighted("given", sides, table)


def test_given_weights_are_taken_as_they_are():
    table = FORECASTS.assign(weight=[0.5, 0.5, -0.25, -0.75] * 2)
    assert weighted("given", "long_short", table).iloc[0].tolist() == [0.5, 0.5, -0.25, -0.75]


@pytest.mark.parametrize(
    ("weights", "names", "match"),
    [
        (None, "ABCD", "takes the weights of the table, which has no column weight"),
        ([0.5, 0.5, np.nan, -1.0], "ABCD", "2 of 8 weights are no finite number, the first of C on 2020-01-06"),
        ([0.5, 0.5, -0.25, -0.75], "ABC", "2 of 8 weights are of names without prices, and cannot be entered, the fir"),
    ],
)
def test_given_weights_that_cannot_be_entered_are_refused(weights, names, match):
    table = FORECASTS if weights is None else FORECASTS.assign(weight=weights * 2)
    with pytest.raises(PortfolioError, match=match):
        take_scores(table, SESSIONS, pd.Index([*names]), "known", given=True)
    without_d = FORECASTS.assign(weight=[0.5, 0.5, -1.0, 0.0] * 2)
    taken = take_scores(without_d, SESSIONS, pd.Index([*"ABC"]), "known", given=True)
    assert taken.counts["without_prices"] == 2


def test_costs_below_zero_are_refused():
    for name in ("basis_points", "borrow", "impact"):
        with pytest.raises(ValidationError, match=f"{name}\n  Input should be greater than or equal to 0"):
            how(costs={name: -1})
    with pytest.raises(ValidationError, match="lag"):
        how(lag=-1)


def test_a_book_ends_where_forecasts_pause():
    known = SESSIONS[[0, 1, 2, 12, 13]]
    made = holdings_of(known, SESSIONS, lag=1)
    assert made.ends.tolist() == [2, 3, 4, 14, 15]
    assert made.counts == {"not_yet_tradable": 0, "pauses": 1}


def test_forecasts_of_one_date_are_held_for_as_long_as_is_said():
    with pytest.raises(PortfolioError, match="All forecasts were known on 2020-01-02: nothing says for how long they"):
        holdings_of(SESSIONS[[1]], SESSIONS, lag=1)
    assert holdings_of(SESSIONS[[1]], SESSIONS, lag=1, hold=5).ends.tolist() == [7]
    assert holdings_of(SESSIONS[[1, 3]], SESSIONS, lag=1, hold=5).ends.tolist() == [4, 9]


def test_what_is_known_too_late_is_not_traded_yet():
    made = holdings_of(SESSIONS[[-4, -3, -2]], SESSIONS, lag=1)
    assert len(made.entries) == 2
    assert made.counts["not_yet_tradable"] == 1
    with pytest.raises(PortfolioError, match="Nothing can be traded: the first forecasts were known on 2020-02-13"):
        holdings_of(SESSIONS[[-2]], SESSIONS, lag=1, hold=1)
