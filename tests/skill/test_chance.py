import numpy as np
import pandas as pd
import pytest
from scipy import stats

from rnn_trading.skill.chance import SCORES, Distance, distance_from_chance, pooled_p_value


def level_rows(forecast, last, truth):
    dates = pd.bdate_range("2020-01-01", periods=len(last))
    return pd.DataFrame({"date": dates, "prediction": forecast, "persistence": last, "truth": truth})


def test_a_random_walk_shows_no_skill_whatever_level_is_forecast():
    """Rank correlations of returns would: a walk returns to the mean of its sample, which only the future tells."""
    generator, scores, ranks = np.random.default_rng(0), [], []
    for _ in range(400):
        walk = 100 * np.exp(generator.normal(scale=0.01, size=301).cumsum())
        last, truth = walk[:-1], walk[1:]
        rows = level_rows(np.full(300, 100.0), last, truth)
        scores.append(SCORES["level"][1](rows, "prediction")(np.arange(300)))
        ranks.append(stats.spearmanr(100 / last - 1, truth / last - 1).statistic)
    assert abs(np.mean(scores)) < 3 * np.std(scores) / np.sqrt(400)
    assert np.mean(ranks) > 5 * np.std(ranks) / np.sqrt(400)


def test_series_that_differ_in_their_mean_agree_without_skill():
    generator = np.random.default_rng(1)
    months = pd.date_range("2000-01-01", periods=100, freq="MS")
    rows = pd.concat(
        pd.DataFrame(
            {
                "date": months,
                "series": name,
                "run": "one_step",
                "units": "network",
                "truth": mean + generator.normal(size=100),
                "prediction": mean + 0.1 * generator.normal(size=100),
            }
        )
        for name, mean in {"low": -5, "high": 5}.items()
    )
    distance = distance_from_chance("macro", rows)
    assert abs(distance.score) < 3 * distance.error
    assert distance.blocks == 20  # 100 months in blocks of 5
    assert stats.spearmanr(rows["prediction"], rows["truth"]).statistic > 0.7


def test_a_constant_forecast_is_no_further_than_luck():
    rows = level_rows(np.nan, np.full(40, 1.0), np.random.default_rng(0).uniform(0.9, 1.1, size=40))
    rows = rows.assign(prediction=1.0)  # nothing will change, it says
    distance = distance_from_chance("level", rows)
    assert distance.score == 0
    assert pooled_p_value([distance]) == (0.0, 1.0)
    no_ranks = distance_from_chance("volatility", rows)
    assert no_ranks.score == 0
    assert np.isnan(no_ranks.error)
    assert pooled_p_value([no_ranks]) == (0.0, 1.0)


def test_the_best_forecast_is_far_from_luck():
    generator = np.random.default_rng(2)
    last = np.full(200, 100.0)
    truth = last * (1 + generator.normal(scale=0.01, size=200))
    distance = distance_from_chance("level", level_rows(truth, last, truth))
    changes = np.log(truth / last)
    assert distance.score == pytest.approx(np.abs(changes).mean() / np.sqrt((changes**2).mean()))
    assert pooled_p_value([distance])[1] < 1e-12


def test_too_few_clusters_cannot_judge():
    with pytest.raises(ValueError, match=r"9 dates of test rows are too few to tell skill from luck"):
        distance_from_chance("level", level_rows([2.0] * 9, [1.0] * 9, [1.0 + n / 9 for n in range(9)]))


@pytest.mark.parametrize(("column", "value"), [("prediction", np.nan), ("truth", 1.0)])
def test_what_cannot_be_scored_is_no_luck(column, value):
    rows = level_rows(np.linspace(0.9, 1.1, 40), np.full(40, 1.0), np.linspace(0.8, 1.2, 40))
    with pytest.raises(ValueError, match="expected forecasts and outcomes that differ, none missing"):
        distance_from_chance("level", rows.assign(**{column: value}))


def test_pooling_by_hand():
    """Two of one standard error among many clusters: z = (1 + 1) / sqrt(2)."""
    z, p_value = pooled_p_value([Distance(0.1, 0.1, 10**7), Distance(0.2, 0.2, 10**7)])
    assert z == pytest.approx(np.sqrt(2), rel=1e-4)
    assert p_value == pytest.approx(2 * stats.norm.sf(np.sqrt(2)), rel=1e-3)
    # Opposite ones cancel; few clusters make less of the same distance.
    assert pooled_p_value([Distance(0.1, 0.1, 50), Distance(-0.1, 0.1, 50)])[0] == pytest.approx(0)
    assert pooled_p_value([Distance(0.3, 0.1, 5)])[0] < pooled_p_value([Distance(0.3, 0.1, 500)])[0]
    # A score beyond what double precision can tell from certainty stays finite.
    assert np.isfinite(pooled_p_value([Distance(1.0, 1e-9, 300)])[0])


def test_the_false_alarm_rate_is_about_the_stated_one():
    """Forecasts that know nothing of outcomes, both moving by date: few of 60 pairs are called skilled at 5 %."""
    generator, alarms = np.random.default_rng(5), 0
    dates = np.repeat(pd.bdate_range("2020-01-01", periods=40), 8)
    for _ in range(60):
        distances = []
        for _ in range(2):
            shock = np.repeat(generator.normal(size=(2, 40)), 8, axis=1)
            forecast, truth = generator.normal(size=(2, 320)) + shock
            rows = pd.DataFrame({"ticker": "x", "date": dates, "prediction": forecast, "truth": (truth > 0) * 1.0})
            distances.append(distance_from_chance("classification", rows))
        alarms += pooled_p_value(distances)[1] < 0.05
    assert alarms <= 9  # 3 on average; ten or more happen once in 1,300 times
