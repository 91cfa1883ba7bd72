import pytest
from kedro.io import DatasetError

from rnn_trading.datasets.package_file import PackageFileDataset

KNOWN = {
    "package": "skfolio",
    "package_version": "1.12.2",
    "file": "datasets/data/sp500_dataset.csv.gz",
    "sha256": "ee21cac28befb1d0a739a9ceb22184f995394726aa0cfde9a21941d1ac04ac0d",
    "dataset": {"type": "rnn_trading.datasets.prices_file.PricesFileDataset", "layout": "wide"},
}


def test_the_default_prices():
    prices, _ = PackageFileDataset(**KNOWN).load()
    assert len(prices) == 166_260
    assert prices.index.unique("ticker").size == 20
    dates = prices.index.unique("date")
    assert (dates.size, f"{dates.min():%Y-%m-%d}", f"{dates.max():%Y-%m-%d}") == (
        8313,
        "1990-01-02",
        "2022-12-28",
    )
    assert prices.loc[("AAPL", "1990-01-02"), "adj_close"] == 0.264


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"package": "no_such_package"}, "The package no_such_package, which carries the data, is missing"),
        ({"file": "nowhere.csv"}, "The package skfolio 1.12.2 has no file nowhere.csv"),
        ({"sha256": "0" * 64}, r"is not the file of version 1.12.2.*expected 0*|SHA-256 000000000000"),
    ],
)
def test_a_missing_or_changed_package_is_named_with_the_remedy(changes, message):
    with pytest.raises(DatasetError, match=message) as error:
        PackageFileDataset(**KNOWN | changes).load()
    assert "Run: pip install --force-reinstall" in str(error.value)
