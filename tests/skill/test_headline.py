import numpy as np
import pandas as pd
import pytest

from rnn_trading.skill.headline import attribution, headline, most_influential
from rnn_trading.skill.inference.bootstrap import (
    FEWEST_CLUSTERS,
    block_for,
    block_length,
    cluster_influence,
    independent,
    optimal_block,
)
from rnn_trading.skill.metrics.panels import classification_metrics, error_metrics, information_coefficients
from rnn_trading.skill.rows import MODEL, rows_of
from rnn_trading.skill.tasks import TASKS


def panel(tickers=12, dates=40, strength=1.0, seed=0):
    generator = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product(
        [[f"T{number:02}" for number in range(tickers)], pd.bdate_range("2020-01-01", periods=dates)],
        names=["ticker", "date"],
    )
    table = pd.DataFrame({"prediction": generator.normal(size=len(index))}, index=index).reset_index()
    table["truth"] = (strength * table["prediction"] + generator.normal(size=len(table)) > 0).astype(float)
    return table.assign(rival=generator.normal(size=len(table)))


def table_of(task):
    """Rows with every key that a task may have."""
    generator = np.random.default_rng(1)
    table = panel()
    regression = task not in ("classification", "sentiment")
    return table.assign(
        truth=table["prediction"] + generator.normal(size=len(table)) if regression else table["truth"],
        prediction=table["prediction"] if regression else 1 / (1 + np.exp(-table["prediction"])),
        persistence=table["rival"],
        run="restarted" if task == "runs" else "one_step",
        units="network",
        series=table["ticker"],
        step=1,
        target_date=table["date"],
        id=np.arange(len(table)).astype(str),
        firm=table["ticker"],
    )


@pytest.mark.parametrize("task", TASKS)
def test_the_headline_score_of_all_rows_is_the_metric_of_the_record(task):
    rows = table_of(task)
    metric = TASKS[task].evaluate(rows, MODEL)[TASKS[task].headline.metric]
    score = TASKS[task].headline.score(rows, MODEL)
    assert score(np.arange(len(rows))) == pytest.approx(metric, rel=1e-12)


@pytest.mark.parametrize("task", TASKS)
def test_rows_that_stand_twice_count_twice(task):
    """Against the metric of the table with these rows repeated; dates that are repeated become dates of their own."""
    rows = table_of(task)
    chosen = rows["date"] < rows["date"].sort_values().unique()[7]
    again = rows[chosen].assign(date=lambda part: part["date"] + pd.Timedelta(days=1000))
    expected = TASKS[task].evaluate(pd.concat([rows, again]), MODEL)[TASKS[task].headline.metric]
    positions = np.concatenate([np.arange(len(rows)), np.flatnonzero(chosen)])
    assert TASKS[task].headline.score(rows, MODEL)(positions) == pytest.approx(expected, rel=1e-9)


def test_the_interval_covers_and_the_draws_are_paired():
    task, rows = TASKS["classification"], panel()
    rows["same"] = rows["prediction"]
    result = headline(task, rows, {"same": {"auc": 0.7}}, overlap=1)
    low, high = result["interval"]
    assert low < result["value"] < high
    assert result["value"] == classification_metrics(rows["prediction"].to_numpy(), rows["truth"].to_numpy())["auc"]
    # A rival with the same forecasts has the same draws.
    assert (result["rival_value"], result["rival_interval"]) == (result["value"], result["interval"])
    assert result["drawn"] == "Intervals are from draws of 40 dates in blocks of 4."


@pytest.mark.parametrize(("clusters", "expected"), [(27, 3), (28, 4), (1000, 10)])
def test_blocks_are_the_cube_root(clusters, expected):
    assert block_length(clusters) == expected


@pytest.mark.parametrize(("clusters", "overlap", "expected"), [(1000, 1, 10), (17, 1, 2), (10, 1, 1), (72, 12, 12)])
def test_blocks_leave_six_and_hold_what_overlaps(clusters, overlap, expected):
    losses = np.random.default_rng(0).normal(size=clusters)
    assert block_for(losses, overlap) == expected


def test_losses_that_persist_are_drawn_in_long_blocks():
    """Errors of a level that drift: an interval from short blocks would be a fraction as wide."""
    generator = np.random.default_rng(4)
    dates = pd.bdate_range("2020-01-01", periods=1000)
    drift = np.zeros(1000)
    for day in range(1, 1000):
        drift[day] = 0.97 * drift[day - 1] + generator.normal()
    rows = pd.DataFrame({"date": dates, "truth": 100.0, "prediction": 110.0 + drift})
    result = headline(TASKS["level"], rows, {}, overlap=1)
    length = optimal_block((rows["prediction"] - rows["truth"]).to_numpy() ** 2)
    assert length > 3 * block_length(1000)
    assert result["drawn"].startswith(f"Intervals are from draws of 1,000 dates in blocks of {length}.")
    shuffled = headline(TASKS["level"], rows.sample(frac=1, random_state=1).assign(date=dates), {}, overlap=1)
    low, high = result["interval"]
    narrow_low, narrow_high = shuffled["interval"]
    assert high - low > 2 * (narrow_high - narrow_low)


def test_a_drift_is_said_to_be_worth_little():
    dates = pd.bdate_range("2020-01-01", periods=40)
    rows = pd.DataFrame({"date": dates, "truth": 0.0, "prediction": np.sqrt(np.arange(40.0))})
    result = headline(TASKS["level"], rows, {}, overlap=1)
    assert not np.isnan(result["interval"]).any()
    assert result["drawn"] == (
        "Intervals are from draws of 40 dates in blocks of 6. They are worth 0 independent ones, so that the intervals "
        "are too narrow."
    )


def test_what_drifts_in_the_difference_alone_is_seen():
    """Noise that model and rival share hides how long their errors persist, but not from their difference."""
    generator = np.random.default_rng(6)
    noise, drift = generator.normal(scale=8, size=1000), np.zeros(1000)
    for day in range(1, 1000):
        drift[day] = 0.97 * drift[day - 1] + generator.normal()
    dates = pd.bdate_range("2020-01-01", periods=1000)
    rows = pd.DataFrame({"date": dates, "truth": 1000 + noise, "prediction": 1000 + drift, "rival": 1000.0})
    scores = (TASKS["level"].headline.score(rows, name) for name in ("prediction", "rival"))
    of_model, of_rival = (cluster_influence(score, rows["date"]) for score in scores)
    length = optimal_block(of_model - of_rival)
    assert length > max(block_length(1000), optimal_block(of_model), optimal_block(of_rival))
    result = headline(TASKS["level"], rows, {"rival": {"rmse": 1.0}}, overlap=1)
    assert result["drawn"].startswith(f"Intervals are from draws of 1,000 dates in blocks of {length}.")


def test_independent_losses_by_hand():
    """Neighbours correlated by r are worth n (1 - r) / (1 + r); a negative correlation is worth no more than none."""
    generator = np.random.default_rng(7)
    values = np.zeros(20_000)
    for day in range(1, len(values)):
        values[day] = 0.5 * values[day - 1] + generator.normal()
    assert independent(values) == pytest.approx(len(values) / 3, rel=0.05)
    assert independent(np.tile([0.0, 1.0], 50)) == 100
    assert independent(np.ones(50)) == np.inf


def test_influence_on_a_mean_is_the_value_less_the_mean():
    values = np.array([1.0, 5.0, 2.0, 8.0, 4.0])
    clusters = pd.Series(list("bacde"))
    influence = cluster_influence(lambda rows: float(values[rows].mean()), clusters)
    assert influence == pytest.approx(np.array([5.0, 1.0, 2.0, 8.0, 4.0]) - 4)  # in the order of the names


def test_volatility_that_persists_does_not_lengthen_blocks_of_ranks():
    """Turmoil makes squared errors persist, not the correlation of ranks within a date."""
    generator = np.random.default_rng(8)
    dates, tickers = 250, 20
    volatility = np.exp(2 * np.sin(np.arange(dates) / 25))[:, None]
    rows = pd.DataFrame(
        {
            "date": np.repeat(pd.bdate_range("2020-01-01", periods=dates), tickers),
            "prediction": generator.normal(size=dates * tickers),
            "truth": (volatility * generator.normal(size=(dates, tickers))).ravel(),
        }
    )
    assert optimal_block((rows["truth"] ** 2).groupby(rows["date"]).mean().to_numpy()) > 20
    assert (
        headline(TASKS["regression"], rows, {}, 1)["drawn"] == "Intervals are from draws of 250 dates in blocks of 7."
    )


@pytest.mark.parametrize("losses", [np.zeros(50), np.r_[np.zeros(49), 1.0], np.arange(9.0), np.full(20, np.nan)])
def test_the_best_block_of_losses_that_say_nothing(losses):
    assert optimal_block(losses) == 1


def test_interval_holds_what_it_promises():
    """Of 100 panels whose dates share a shock to the share of rises, about 95 % of the intervals hold the true AUC."""
    generator, held, widths = np.random.default_rng(3), 0, []
    dates = np.repeat(pd.bdate_range("2020-01-01", periods=60), 10)
    for _ in range(100):
        # The forecast knows nothing: the true AUC is .5. Forecast and outcome each move by date.
        forecast = generator.normal(size=600) + np.repeat(generator.normal(size=60), 10)
        truth = (generator.normal(size=600) + np.repeat(generator.normal(size=60), 10) > 0).astype(float)
        rows = pd.DataFrame({"ticker": "x", "date": dates, "prediction": forecast, "truth": truth})
        low, high = headline(TASKS["classification"], rows, {}, overlap=1)["interval"]
        held += low <= 0.5 <= high
        widths.append(high - low)
    assert 0.87 <= held / 100 <= 0.99
    # As if rows were independent, with a standard error of sqrt(1 / (3 * 600)) = .024, it would be narrower.
    assert np.mean(widths) > 1.2 * 2 * 1.96 * 0.024


def test_too_few_blocks_have_no_interval():
    result = headline(TASKS["classification"], panel(dates=40), {"rival": {"auc": 0.5}}, overlap=12)
    assert np.isnan([*result["interval"], *result["rival_interval"]]).all()
    assert result["drawn"] == (
        "No interval: 40 dates of test rows are fewer than 6 blocks of 12, within which outcomes overlap."
    )


def test_too_few_clusters_have_no_interval():
    rows = panel(dates=FEWEST_CLUSTERS - 1)
    result = headline(TASKS["classification"], rows, {"rival": {"auc": 0.5}}, overlap=1)
    assert np.isnan(result["interval"]).all()
    assert not np.isnan(result["value"])
    assert result["drawn"] == "No interval: 9 dates of test rows, and at least 10 are needed."


def test_attribution_by_hand():
    """Six rows right by half; the stale pair, the silent pair and the worst pair each leave two thirds of the pairs."""
    table = pd.DataFrame(
        {
            "ticker": list("AABBCC"),
            "date": pd.to_datetime(["2020-01-01", "2020-02-01"] * 3),
            "prediction": [0.9, 0.1, 0.6, 0.4, 0.2, 0.8],
            "truth": [1.0, 0.0, 1.0, 0.0, 1.0, 0.0],
            "rival": [0.5, 0.5, 0.5, 0.5, 0.9, 0.1],
        }
    )
    flags = pd.DataFrame({"stale_price": [True, True, False, False, False, False]})
    flags["zero_volume"] = [False, False, False, False, True, True]
    # AUC: 1 above .1 .4 .8; .6 above .1 .4, below .8; .2 above .1 alone: 6 of 9.
    stale, silent, worst, influential = attribution(
        TASKS["classification"], table, flags, (table["date"].dt.month == 2).to_numpy(), "rival"
    )
    assert stale["rows_left_out"] == 2
    assert stale["value"] == 1 / 4  # .6 and .2 against .4 and .8: one pair of four
    assert stale["removed"] == pytest.approx(6 / 9 - 1 / 4)
    assert stale["rival_value"] == (2 + 0.5 + 1) / 4  # the tie counts half
    assert silent["value"] == 1
    assert silent["removed"] == pytest.approx(6 / 9 - 1)  # without them it is better
    assert np.isnan(worst["value"])  # one class is left
    assert influential == {
        "without": "the 10 most influential tickers",
        "why": "there are no more than 10 tickers",
    }


def test_a_loss_that_falls_without_rows_was_not_owed_to_them():
    table = pd.DataFrame({"date": pd.bdate_range("2020-01-01", periods=4), "truth": 0.0, "prediction": [1.0, 1, 1, 5]})
    flags = pd.DataFrame({"stale_price": [False, False, False, True]})
    stale, silent, worst, groups = attribution(TASKS["level"], table.assign(rival=2.0), flags, None, "rival")
    assert stale["value"] == 1
    assert stale["removed"] == pytest.approx(1 - np.sqrt(7))
    assert silent["why"] == "these data have no volumes"
    assert worst["why"] == "these rows have no date"
    assert groups["why"] == "there is one series"


def test_the_most_influential_carry_the_score():
    """Three tickers alone have skill: they come first, and without the ten the score is that of luck."""
    rows = panel(tickers=30, dates=60, strength=0.0, seed=2)
    skilled = rows["ticker"].isin(["T03", "T11", "T20"])
    rows.loc[skilled, "prediction"] = rows.loc[skilled, "truth"] * 3 - 1.5
    chosen = most_influential(TASKS["classification"], rows)
    assert len(chosen) == 10
    assert set(chosen[:3]) == {"T03", "T11", "T20"}
    flags = pd.DataFrame({"stale_price": np.zeros(len(rows), dtype=bool)})
    last = attribution(TASKS["classification"], rows, flags, None, None)[-1]
    assert last["names"] == chosen
    assert last["rows_left_out"] == 600
    assert last["value"] < 0.52 < headline(TASKS["classification"], rows, {}, 1)["value"]


def test_influence_by_date_is_computed_on_the_rows_that_are_left():
    rows = table_of("regression")
    chosen = most_influential(TASKS["regression"], rows)
    slow = {
        name: information_coefficients(*(part[column] for column in ("prediction", "truth")), part["date"]).mean()
        for name in rows["ticker"].unique()
        for part in [rows[rows["ticker"] != name]]
    }
    # Coefficients of twelve ranks are often equal but for their last digit.
    assert [round(slow[name], 9) for name in chosen] == sorted(round(value, 9) for value in slow.values())[:10]


def test_only_the_rows_that_the_headline_is_about_are_drawn():
    rows = table_of("macro")
    path = rows.assign(run="path", prediction=100.0)
    both = pd.concat([rows, path], ignore_index=True)
    rivals = {"rival": TASKS["macro"].evaluate(both, "rival")}
    result = headline(TASKS["macro"], both, rivals, overlap=1)
    part = both[rows_of(both, TASKS["macro"].only)]
    assert result["value"] == error_metrics(part["prediction"].to_numpy(), part["truth"].to_numpy())["mae"]
    assert result["best_rival"] == "rival"
    assert result["rival_value"] == rivals["rival"]["mae"]


def test_a_score_that_hangs_on_one_day_has_a_dagger():
    generator = np.random.default_rng(0)
    rows = pd.DataFrame({"date": pd.bdate_range("2020-01-01", periods=300), "truth": 100 + generator.normal(size=300)})
    rows = rows.assign(prediction=100.0, persistence=100.5)
    calm = headline(TASKS["level"], rows, {"persistence": {"rmse": 1.1}}, overlap=1)
    assert not calm["too_narrow"]
    rows.loc[150, "truth"] += 40
    wild = headline(TASKS["level"], rows, {"persistence": {"rmse": 2.5}}, overlap=1)
    assert wild["too_narrow"]
    assert "A few dates carry most of what the score varies by" in wild["drawn"]
