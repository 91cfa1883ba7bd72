import numpy as np
import pandas as pd
import pytest
from scipy import stats

from rnn_trading.skill import statistics
from rnn_trading.skill.inference.means import mean_test
from rnn_trading.skill.statistics import ranks_by_date, ranks_by_week

DAYS = pd.bdate_range("2020-01-01", periods=60)


def panel(seed=0, dates=40, tickers=10):
    generator = np.random.default_rng(seed)
    table = pd.DataFrame({"date": DAYS[:dates].repeat(tickers), "truth": generator.normal(size=dates * tickers)})
    return table.assign(prediction=generator.normal(size=len(table)) + 0.2 * table["truth"], zero=0.0)


def test_coefficients_by_date_are_those_of_scipy_and_a_constant_ranks_nothing():
    table = panel()
    expected = [stats.spearmanr(rows["prediction"], rows["truth"]).statistic for _, rows in table.groupby("date")]
    np.testing.assert_allclose(ranks_by_date(table, "prediction"), expected, rtol=1e-12)
    assert (ranks_by_date(table, "zero") == 0).all()


def test_a_forecast_that_is_constant_on_some_dates_is_compared_on_all():
    table = panel(3)
    early = table["date"] < DAYS[20]
    table["past_mean"] = np.where(early, 0.5, -table["prediction"])
    table.loc[table["date"] == DAYS[39], "truth"] = 1.0  # dates of one truth count for nobody
    compared = statistics.RANKS_BY_DATE.of(table, "prediction", "past_mean", 1)
    ours = ranks_by_date(table, "prediction")
    assert compared.counted == 39
    assert compared.rival_value == pytest.approx(-ours[20:].sum() / 39)
    expected = mean_test(np.where(np.arange(39) < 20, ours, 2 * ours))
    assert (compared.difference, compared.detectable) == pytest.approx((expected.mean, expected.detectable))


def test_against_a_constant_and_against_nothing_are_the_same_test():
    table = panel()
    alone, beside = (statistics.RANKS_BY_DATE.of(table, "prediction", other, 1) for other in (None, "zero"))
    assert alone.p_value == beside.p_value < 0.05
    assert alone.interval == beside.interval
    assert beside.value == pytest.approx(beside.difference)
    assert beside.counted == 40


def test_weeks_add_up_to_the_rank_correlation():
    table = panel(1)
    by_week = ranks_by_week(table, "prediction")
    assert len(by_week) == table["date"].dt.to_period("W").nunique()
    assert by_week.mean() == pytest.approx(stats.spearmanr(table["prediction"], table["truth"]).statistic)
    # The jackknife by rows, with ranks as they are, has the same influence to first order.
    alone = ranks_by_week(table.assign(date=pd.date_range("2000-01-03", periods=len(table), freq="7D")), "prediction")
    ranks = table[["prediction", "truth"]].rank()
    without = np.array([np.corrcoef(ranks.drop(row).T)[0, 1] for row in range(len(table))])
    correlation = np.corrcoef(ranks.T)[0, 1]
    jackknife = correlation + (len(table) - 1) * (correlation - without)
    np.testing.assert_allclose(alone, jackknife, atol=0.03)


@pytest.mark.parametrize("name", ["RANKS_BY_DATE", "VOLATILITY", "MACRO", "REVIEWS", "FILINGS"])
def test_a_forecast_beside_itself_differs_by_nothing(name):
    table = panel(2).assign(truth=lambda table: (table["truth"] > 0) * 1.0, prediction=lambda table: table.index + 1.0)
    compared = getattr(statistics, name).of(table.assign(twin=table["prediction"]), "prediction", "twin", 1)
    assert compared.difference == 0
    assert compared.value == compared.rival_value
    assert np.isnan(compared.p_value)


def test_returns_are_compared_and_not_levels():
    table = pd.DataFrame({"date": DAYS, "persistence": np.linspace(10.0, 1000.0, 60)})
    table = table.assign(truth=table["persistence"] * 1.01, prediction=table["persistence"] * 1.03)
    compared = statistics.LEVEL.of(table, "prediction", "persistence", 1)
    assert compared.value == pytest.approx(4)  # two percent, squared
    assert compared.rival_value == pytest.approx(1)
    # A wave goes through zero: then errors are in its own units.
    wave = table.assign(persistence=0.0, truth=1.0, prediction=3.0)
    assert statistics.LEVEL.of(wave, "prediction", "persistence", 1).value == 4


def test_volatility_by_hand():
    table = pd.DataFrame({"date": DAYS, "truth": np.tile([1.0, 2.0], 30), "prediction": 1.0, "har": 2.0})
    compared = statistics.VOLATILITY.of(table, "prediction", "har", 1)
    assert compared.value == pytest.approx(1.5)  # the logarithm of 1, and the truth over it
    assert compared.rival_value == pytest.approx(np.log(2) + 0.75)
    squared = statistics.VOLATILITY_NOT_POSITIVE.of(table.assign(har=-1.0), "prediction", "har", 1)
    assert squared.rival_value == pytest.approx((4 + 9) / 2)


def test_reviews_of_one_author_and_few_of_a_class_make_the_test_doubtful():
    truth = np.tile([0.0, 1.0], 30)
    table = pd.DataFrame({"truth": truth, "prediction": truth + np.arange(60), "majority": 0.5})
    assert not statistics.REVIEWS.of(table.assign(author=np.arange(60)), "prediction", "majority", 1).doubtful
    assert statistics.REVIEWS.of(table.assign(author=np.arange(60) // 2), "prediction", "majority", 1).doubtful
    assert statistics.REVIEWS.of(table.iloc[:58], "prediction", "majority", 1).doubtful


def test_filings_of_one_season_make_the_test_doubtful():
    generator = np.random.default_rng(0)
    dates = pd.date_range("2018-01-01", periods=300, freq="3D")
    table = pd.DataFrame({"date": dates, "truth": generator.normal(size=300), "prediction": generator.normal(size=300)})
    assert not statistics.FILINGS.of(table, "prediction", None, 1).doubtful
    season = table.assign(date=dates.where(np.arange(300) >= 200, dates[0]))
    assert statistics.FILINGS.of(season, "prediction", None, 1).doubtful


def test_dates_as_text_are_in_the_order_of_time():
    table = pd.DataFrame({"date": pd.date_range("2018-01-01", periods=60, freq="MS"), "har": 1.0})
    table = table.assign(truth=np.exp(np.sin(np.arange(60) / 5)), prediction=1.2)
    text = table.assign(date=table["date"].dt.strftime("%m/%d/%Y"))
    one, other = (statistics.VOLATILITY.of(each, "prediction", "har", 1) for each in (text, table))
    assert one == other


def test_reviews_by_hand():
    table = pd.DataFrame({"truth": [0, 0, 1, 1], "prediction": [0.1, 0.4, 0.35, 0.8], "majority": 0.5})
    compared = statistics.REVIEWS.of(table, "prediction", "majority", 1)
    assert (compared.value, compared.rival_value, compared.difference) == pytest.approx((0.75, 0.5, 0.25))
    assert compared.p_value == pytest.approx(0.48, abs=0.005)


def test_a_run_counts_once():
    table = pd.DataFrame({"date": DAYS.repeat(5), "persistence": 100.0, "truth": 101.0, "prediction": 102.0})
    compared = statistics.RUNS.of(table, "prediction", "persistence", 1)
    assert compared.counted == 60
    assert compared.value == pytest.approx(1)
