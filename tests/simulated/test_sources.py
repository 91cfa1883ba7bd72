import numpy as np
import pandas as pd
import pytest

from rnn_trading.series.monthly import align_months
from rnn_trading.simulated import sources
from rnn_trading.tables.index_prices import validate_index
from rnn_trading.tables.prices import validate_prices
from rnn_trading.tables.reviews import validate_reviews
from tests.panels.cases import random_windows


def test_sources_have_the_canonical_form():
    """Checked by those who check what a user brings; nothing is left out of it."""
    prices = validate_prices(sources.prices(0.0, 1, 3, 10)["prices_source"])
    assert prices.groupby("ticker").size().tolist() == [10 * 5] * 3
    assert len(validate_index(sources.index("index_prices_source", 0.0, 1, 50)["index_prices_source"])) == 50
    reviews, _ = sources.reviews(0.0, 1, 20)["reviews_source"]
    validate_reviews(reviews)
    assert len(reviews) == 20
    assert align_months(sources.macro(0.0, 1, 40)["macro_source"], ["first", "second"], "x").shape == (40, 2)


@pytest.mark.parametrize("strength", [0.0, 0.5])
def test_weekly_returns_reverse_as_planted(strength):
    table = sources.prices(strength, 1, tickers=40, weeks=300)["prices_source"]
    weekly = np.log(table["adj_close"].unstack("ticker")).iloc[4::5].diff().dropna()
    for lag, expected in ((1, 0.0), (2, -strength)):
        past, following = weekly.iloc[:-lag].to_numpy().ravel(), weekly.iloc[lag:].to_numpy().ravel()
        assert np.corrcoef(past, following)[0, 1] == pytest.approx(expected, abs=0.03)


@pytest.mark.parametrize("strength", [0.0, 0.5])
def test_daily_returns_reverse_as_planted(strength):
    table = sources.daily_prices(strength, 1, tickers=40, weeks=60)["prices_source"]
    daily = np.log(table["adj_close"].unstack("ticker")).diff().dropna()
    for lag, expected in ((1, 0.0), (2, 0.0), (3, -strength)):
        past, following = daily.iloc[:-lag].to_numpy().ravel(), daily.iloc[lag:].to_numpy().ravel()
        assert np.corrcoef(past, following)[0, 1] == pytest.approx(expected, abs=0.03)


@pytest.mark.parametrize("strength", [0.0, 0.8])
def test_yearly_differences_persist_as_planted(strength):
    table = sources.macro(strength, 1, months=3000)["macro_source"]
    differences = table.diff(12).dropna()
    for name in table:
        assert differences[name].autocorr(1) == pytest.approx(strength, abs=0.05)


@pytest.mark.parametrize("strength", [0.0, 0.3])
def test_a_level_returns_to_its_wave_as_planted(strength):
    """Its distance from the wave loses that share of itself from session to session."""
    closes = sources.index("index_prices_source", strength, 1, 20_000)["index_prices_source"]["close"]
    wave = 0.1 * strength * np.sin(2 * np.pi * np.arange(len(closes)) / 20)
    distance = (np.log(closes / 100) - wave).to_numpy()
    lost = -np.polyfit(distance[:-1], np.diff(distance), 1)[0]
    assert lost == pytest.approx(strength, abs=0.02)


@pytest.mark.parametrize("strength", [0.0, 0.9])
def test_volatility_follows_its_wave_as_planted(strength):
    closes = sources.volatile_index("index_prices_source", strength, 1, 20_000)["index_prices_source"]["close"]
    size = np.log(np.log(closes).diff().abs().to_numpy()[1:])
    wave = np.sin(2 * np.pi * np.arange(1, len(closes)) / 40)
    assert np.polyfit(wave, size, 1)[0] == pytest.approx(strength, abs=0.05)


def test_labels_of_reviews_agree_with_words_as_planted():
    planted = sources.reviews(0.3, 1, 4000)
    table, _ = planted["reviews_source"]
    vectors = planted["word_vectors_source"]
    words = table["text"].str.split()
    found = vectors.look_up(sorted(set(words.explode())))
    assert found.found.all()
    tone = {word: vectors.matrix[vectors.words.get_loc(word), 0] for word in set(words.explode())}
    balance = words.map(lambda one: sum(np.sign(tone[word]) for word in one if abs(tone[word]) == 1))
    # Ten words of tone a text, of which 65 % agree: 3 more words of blame than of praise, or 3 fewer.
    assert balance.groupby(table["label"]).mean().abs().tolist() == pytest.approx([3, 3], abs=0.2)
    assert balance.corr(table["label"]) ** 2 > 0.3


@pytest.mark.parametrize("name", ["prices", "index", "macro", "reviews"])
def test_another_future_leaves_the_past_to_the_bit(name):
    simulated = {
        "prices": lambda: sources.prices(0.0, 1, 3, 10),
        "index": lambda: sources.index("index_prices_source", 0.5, 1, 50),
        "macro": lambda: sources.macro(0.0, 1, 40),
        "reviews": lambda: sources.reviews(0.3, 1, 40),
    }[name]()
    entry = next(iter(simulated))
    before = simulated[entry][0] if name == "reviews" else simulated[entry]
    order = before.index if name == "reviews" else before.index.get_level_values("date")
    after = order[order.argsort()[-4]] if name == "reviews" else order.unique().sort_values()[len(order.unique()) // 2]
    changed = sources.another_future(simulated, after, seed=1)[entry]
    changed = changed[0] if name == "reviews" else changed
    early = order <= after
    pd.testing.assert_frame_equal(before[early], changed[early], check_exact=True)
    assert (before[~early] != changed[~early]).any(axis=1).all()
    assert before.index.equals(changed.index)


def test_changes_drawn_anew_lose_the_wave():
    simulated = sources.index("index_prices_source", 1.0, 1, 400)
    before = np.log(simulated["index_prices_source"]["close"]).diff().dropna()
    after = np.log(sources.with_changes_redrawn(simulated, 1)["index_prices_source"]["close"]).diff().dropna()
    assert set(after.round(9)) <= set(before.round(9))
    assert after.sum() != pytest.approx(before.sum())  # no walk that must come back
    assert before.autocorr(1) > 0.4
    assert abs(after.autocorr(1)) < 0.15


def test_shuffled_labels_stay_with_what_was_computed_from_them():
    table = pd.DataFrame({"label": [0.0, 1, np.nan, 1, 0], "fwd": [-1.0, 2, 9, 3, -4], "other": range(5)})
    shuffled = sources.with_shuffled(table, ["label", "fwd"], seed=3)
    assert shuffled["other"].tolist() == [0, 1, 2, 3, 4]
    assert shuffled["fwd"].iloc[2] == 9  # a row without a label keeps its place
    assert sorted(shuffled["fwd"]) == sorted(table["fwd"])
    assert ((shuffled["fwd"] > 0) == (shuffled["label"] == 1))[[0, 1, 3, 4]].all()
    assert shuffled["fwd"].tolist() != table["fwd"].tolist()
    assert table["fwd"].tolist() == [-1.0, 2, 9, 3, -4]


def test_rows_of_a_panel_exchange_the_returns_to_be_earned_as_those_of_a_table_do():
    panel = random_windows()
    shuffled = sources.with_shuffled_future(panel, seed=3)
    table = sources.with_shuffled(panel.table({}), ["0"], seed=3)
    pd.testing.assert_frame_equal(shuffled.table({}), table, check_exact=True)
    assert (shuffled.future != panel.future).mean() > 0.9
