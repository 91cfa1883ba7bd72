"""Tables from their sources, and the same in the published layout."""

import json

import pandas as pd


def test_sequences(project):
    folder = project("daily_weekly_sequences")
    table = pd.read_parquet(folder / "data/04_feature/corrected/returns_daily.parquet")
    assert table.columns.tolist() == ["label", *map(str, range(21, 0, -1))]
    assert table.index.names == ["ticker", "date"]
    report = json.loads((folder / "data/04_feature/corrected/returns_daily_report.json").read_text())
    assert report["rows"] == len(table)
    assert "the prices have no volume" in report["universe"]
    stored = pd.read_hdf(folder / "data/04_feature/corrected/data.h5", "returns_daily")
    assert stored.columns.tolist() == ["label", *range(21, 0, -1)]
    pd.testing.assert_frame_equal(stored.rename(columns=str), table, check_exact=True)


def test_data_ingestion_takes_in_every_source(project):
    folder = project("data_ingestion")
    primary = {path.name for path in (folder / "data/03_primary").glob("*")}
    tables = {"prices", "index_prices", "index_ranges", "macro", "reviews", "filings"}
    reports = {f"{name}_report.json" for name in tables}
    of_filings = {"filing_prices.parquet", "sec_returns.h5"}
    assert primary == {f"{name}.parquet" for name in tables} | reports | of_filings
    store = folder / "data/03_primary/sec_returns.h5"
    both = pd.concat([pd.read_hdf(store, "data/yfinance"), pd.read_hdf(store, "data/quandl")])
    assert both.columns.tolist() == ["filing", "ticker", "open", "high", "low", "close", "volume"]
    prices = pd.read_parquet(folder / "data/03_primary/filing_prices.parquet")["adj_close"]
    pd.testing.assert_series_equal(
        both.set_index("filing", append=True).swaplevel()["close"], prices, check_names=False
    )
    assert both["ticker"].notna().all()
    assert (folder / "data/02_intermediate/filing_sentences/filings.json").is_file()
