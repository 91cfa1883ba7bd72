import numpy as np
import pandas as pd
import pytest

from rnn_trading.simulated import lives
from rnn_trading.tables.prices import validate_prices

TICKERS, WEEKS = 30, 100


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return lives.prices(0.0, 1, TICKERS, WEEKS)["prices_source"]


def fates(table: pd.DataFrame) -> pd.DataFrame:
    """First and last session with a volume, and last session with a price, by ticker, in positions."""
    closes, volumes = (table[column].unstack("ticker").sort_index() for column in ("adj_close", "adj_volume"))
    last = len(closes) - 1

    def latest(there: pd.DataFrame) -> pd.Series:
        return last - there[::-1].reset_index(drop=True).idxmax()

    traded = (volumes > 0).reset_index(drop=True)
    return pd.DataFrame({"listed": traded.idxmax(), "traded": latest(traded), "priced": latest(closes.notna())})


def test_a_fifth_dies_in_either_way_and_a_fifth_lists_late(table):
    validate_prices(table)
    found, last = fates(table), WEEKS * 5 - 1
    died, late = found["traded"] < last, found["listed"] > 0
    assert (died.sum(), late.sum(), (died & late).sum()) == (6, 6, 0)
    ended = found["priced"] == found["traded"]
    assert (died & ended).sum() == (died & ~ended).sum() == 3
    assert (found.loc[died & ~ended, "priced"] == last).all()


def test_the_dead_keep_their_last_price_without_volume(table):
    found = fates(table)
    ticker = found.index[(found["traded"] < found["priced"])][0]
    own = table.loc[ticker]
    after = own.iloc[found.loc[ticker, "traded"] + 1 :]
    assert after["adj_close"].eq(own["adj_close"].iloc[found.loc[ticker, "traded"]]).all()
    assert after["adj_volume"].eq(0).all()


def test_another_future_has_other_deaths_and_listings_and_the_same_past(table):
    dates = table.index.get_level_values("date").unique().sort_values()
    middle = 300
    after, soon = dates[middle], middle + 1 + 15
    other = validate_prices(lives.another_future({"prices_source": table}, after, 1)["prices_source"])
    early, early_too = (one[one.index.get_level_values("date") <= after] for one in (table, other))
    pd.testing.assert_frame_equal(early, early_too, check_exact=True)
    first, second = fates(table), fates(other).reindex(table.index.unique("ticker"))
    last = len(dates) - 1
    dead = first["traded"] < soon
    assert dead.any()
    assert first.loc[dead, "traded"].equals(second.loc[dead, "traded"])
    dies_later, dies_later_too = (~dead & (one["traded"] < last) for one in (first, second))
    assert dies_later.any()
    assert dies_later_too.sum() > 3
    assert not (dies_later & dies_later_too).any()
    lists_later = first["listed"] >= soon
    assert lists_later.any()
    assert (first.loc[lists_later, "listed"] != second.loc[lists_later, "listed"]).all()
    assert second.loc[dies_later_too, "traded"].min() >= soon - 1


def test_all_that_happens_soon_happens_in_both_futures(table):
    """Whatever the date: an outcome that follows an early row at once is missing in both or in none."""
    dates = table.index.get_level_values("date").unique().sort_values()
    for middle in range(50, 450, 20):
        other = lives.another_future({"prices_source": table}, dates[middle], 1)["prices_source"]
        there, there_too = (
            one["adj_volume"].gt(0).unstack("ticker", fill_value=False).reindex(dates, fill_value=False)
            for one in (table, other)
        )
        same = there.eq(there_too.reindex(columns=there.columns, fill_value=False)).to_numpy()
        assert same[: middle + 1 + 15].all()
        assert not same.all()


def test_prices_go_on_from_the_last_one(table):
    dates = table.index.get_level_values("date").unique().sort_values()
    other = lives.another_future({"prices_source": table}, dates[300], 1)["prices_source"]
    closes = other["adj_close"].unstack("ticker").sort_index()
    step = np.log(closes.iloc[301] / closes.iloc[300]).dropna()
    assert len(step) > TICKERS / 2
    assert step.abs().max() < 0.1
