"""Whatever pandas writes into an HDF5 file comes back as it was written, through a reader that runs no code."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from rnn_trading.datasets.hdf_store import HDFStoreDataset
from rnn_trading.datasets.plain_hdf5 import plain_store
from rnn_trading.datasets.prices_file import PricesFileDataset

DAYS = pd.date_range("2020-01-06", periods=4, name="date")
NUMBERS = pd.DataFrame({"a": [1.0, 2.0, np.nan, 4.0], "b": [1, 2, 3, 4]})
PANEL = pd.MultiIndex.from_product([DAYS[:2], ["A", "B"]], names=["date", "ticker"])
PRICES = pd.DataFrame({"adj_close": [1.0, 2.0, 3.0, 4.0], "adj_volume": 100.0}, PANEL)


def both(**forms):
    return [
        pytest.param(table, form, id=f"{name}, {form}") for name, table in forms.items() for form in ("fixed", "table")
    ]


def fixed(**forms):
    return [pytest.param(table, "fixed", id=f"{name}, fixed") for name, table in forms.items()]


FORMS = [
    *both(
        numbers=NUMBERS,
        single_precision=NUMBERS.astype("float32"),
        panel=PRICES,
        daily=NUMBERS.set_index(DAYS),
        business_days=NUMBERS.set_index(pd.date_range("2020-01-06", periods=4, freq="B", name="date")),
        quarters=NUMBERS.set_index(pd.date_range("2020-01-06", periods=4, freq="QE-NOV")),
        minutes=NUMBERS.set_index(pd.date_range("2020-01-06", periods=4, freq="15min")),
        periods=NUMBERS.set_index(pd.period_range("2020-01", periods=4, freq="M")),
        zone=NUMBERS.set_index(DAYS.tz_localize("America/New_York")),
        utc=NUMBERS.set_index(DAYS.tz_localize("UTC")),
        offset=NUMBERS.set_index(DAYS.tz_localize(dt.timezone(dt.timedelta(hours=2)))),
        zone_in_a_column=NUMBERS.assign(c=DAYS.tz_localize("Europe/Berlin")),
        dates_in_a_column=NUMBERS.assign(c=DAYS),
        seconds=NUMBERS.set_index(DAYS.as_unit("s")),
        durations=NUMBERS.assign(c=pd.to_timedelta([1, 2, 3, 4], unit="h")),
        text=NUMBERS.assign(c=["x", "ä", "", "None"]),
        missing_text=NUMBERS.assign(c=["x", None, "z", None]),
        text_in_the_index=NUMBERS.set_index(pd.Index(["A", None, "NA", "nan"], name="ticker")),
        categories_in_the_index=NUMBERS.set_index(pd.CategoricalIndex(["x", "y", "x", "z"])),
        truths=NUMBERS.assign(c=[True, False, True, True]),
        columns_by_number=pd.DataFrame(np.arange(6.0).reshape(2, 3)),
        columns_of_two_types=pd.DataFrame(np.arange(6.0).reshape(2, 3), columns=["label", 1, 2]),
        columns_of_two_levels=pd.DataFrame(
            np.arange(8.0).reshape(2, 4),
            columns=pd.MultiIndex.from_product([["Close", "Open"], ["A", "B"]], names=["Price", None]),
        ),
        columns_by_date=pd.DataFrame(np.arange(8.0).reshape(2, 4), columns=DAYS),
        series=pd.Series([1.0, 2.0], name="close"),
    ),
    *fixed(
        objects=NUMBERS.assign(c=pd.Series(["x", 1, 2.5, True], dtype=object)),
        dates_as_objects=NUMBERS.assign(c=[dt.date(2020, 1, day) for day in (6, 7, 8, 9)]),
        timestamps_as_objects=NUMBERS.assign(c=pd.Series([pd.Timestamp("2020-01-06"), None, "x", 1], dtype=object)),
        objects_in_the_index=NUMBERS.set_index(pd.Index(["a", 1, 2.0, "d"], name="x")),
        numpy_values=NUMBERS.assign(c=pd.Series([np.float64(1), np.int64(2), np.str_("s"), "t"], dtype=object)),
        no_rows=NUMBERS.assign(c="x").iloc[:0],
        no_columns=NUMBERS[[]],
    ),
    pytest.param(NUMBERS.assign(c=pd.Categorical(["x", "y", "x", None])), "table", id="categories, table"),
]


@pytest.mark.filterwarnings("ignore::pandas.errors.PerformanceWarning")
@pytest.mark.parametrize(("table", "form"), FORMS)
def test_what_pandas_writes_comes_back(table, form, tmp_path):
    file = tmp_path / "table.h5"
    table.to_hdf(file, key="a/b", format=form)
    with plain_store(file) as store:
        found = store["a/b"]
    same = pd.testing.assert_series_equal if isinstance(table, pd.Series) else pd.testing.assert_frame_equal
    same(found, pd.read_hdf(file, "a/b"))
    assert found.equals(table)


@pytest.mark.filterwarnings("ignore::pandas.errors.PerformanceWarning")
@pytest.mark.parametrize("form", ["fixed", "table"])
@pytest.mark.parametrize("library", ["zlib", "blosc", "bzip2"])
def test_compressed_tables_come_back(library, form, tmp_path):
    """Columns of text as objects, too, which a library that looks at the file alone cannot take apart."""
    table = NUMBERS.assign(c=["x", None, "z", "x"])
    table.to_hdf(tmp_path / "table.h5", key="a/b", format=form, complib=library, complevel=5)
    with plain_store(tmp_path / "table.h5") as store:
        pd.testing.assert_frame_equal(store["a/b"], table)


@pytest.fixture
def assets(tmp_path):
    """A store with the keys and the forms of the published ``assets.h5``."""
    file = tmp_path / "assets.h5"
    companies = pd.DataFrame(
        {"name": ["10x, Inc.", "111", None], "lastsale": [86.77, 5.6, np.nan], "sector": None},
        pd.Index(["TXG", "YI", "PIH"], name="symbol"),
    )
    HDFStoreDataset(filepath=str(file)).save(
        {
            "quandl/wiki/prices": PRICES.assign(**{"ex-dividend": 0.0, "split_ratio": 1.0}),
            "quandl/wiki/stocks": pd.DataFrame({"code": ["A", "AA"], "name": ["Agilent", "Alcoa"]}, dtype=object),
            "sp500/fred": NUMBERS[["a"]].set_axis(DAYS),
            "sp500/stocks": companies.astype(object),
            "us_equities/stocks": companies,
            "fred/assets": NUMBERS.set_index(pd.date_range("2000-01-03", periods=4, freq="B", name="DATE")),
        }
    )
    return file


def test_the_published_store_is_read(assets):
    prices, _ = PricesFileDataset(filepath=str(assets), key="quandl/wiki/prices").load()
    assert prices.loc[("B", DAYS[1]), "adj_close"] == 4.0
    assert len(prices) == len(PRICES)
    found = HDFStoreDataset(filepath=str(assets)).load()
    assert list(found) == [
        *("fred/assets", "quandl/wiki/prices", "quandl/wiki/stocks"),
        *("sp500/fred", "sp500/stocks", "us_equities/stocks"),
    ]
    assert found["sp500/stocks"]["name"].tolist()[:2] == ["10x, Inc.", "111"]
    assert found["fred/assets"].index.freq == pd.offsets.BusinessDay()
