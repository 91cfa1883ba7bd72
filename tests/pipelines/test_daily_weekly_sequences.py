"""The sequences as a user runs them, on the default prices in conf/test."""

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
