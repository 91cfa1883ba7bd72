"""The published window loop against ours: 522 weeks x 2,489 tickers, time, peak memory, and the same table.

python benchmarks/windows.py
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import project

sys.path.insert(0, str(project.ROOT))
WEEKS, TICKERS, LAGS = 575, 2489, 52  # from 2007: 522 weekly returns from 2008 to 2017


def main() -> None:
    """Run both ways in processes of their own, compare their tables, print ratios."""
    with tempfile.TemporaryDirectory() as folder:
        results = {way: _measure(way, Path(folder)) for way in ("published loop", "ours")}
        tables = [pd.read_parquet(Path(folder) / f"{way}.parquet") for way in results]
    rows, columns = tables[0].shape
    same = np.array_equal(tables[0].to_numpy(), tables[1].to_numpy()) and tables[0].index.equals(tables[1].index)
    print(f"Weekly sequences from {WEEKS} weeks x {TICKERS:,} tickers: {rows:,} x {columns}")
    for way, (seconds, megabytes) in results.items():
        print(f"  {way:15} {seconds:6.1f} s  {megabytes:7,.0f} MB above the prices")
    (slow, large), (fast, small) = results.values()
    print(f"  ours is {slow / fast:.1f} times faster, with {small / large:.2f} of the memory")
    print(f"  same table, value for value: {same}")


def _measure(way: str, folder: Path) -> tuple[float, float]:
    command = [sys.executable, __file__, way, str(folder)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(printed[-2]), float(printed[-1])


def _run_one(way: str, folder: Path) -> None:
    """Build the table in this process; print seconds and megabytes."""
    prices = _random_prices()
    before = _peak_megabytes()
    if way == "ours":
        from rnn_trading.pipelines.daily_weekly_sequences.nodes import weekly_sequences  # noqa: PLC0415
        from rnn_trading.splits.walk_forward import WalkForwardParameters  # noqa: PLC0415

        values = project.parameters("as_published")
        split = values["stacked_lstm"]["classification"]["split"]
        weekly = values["daily_weekly_sequences"]["weekly"]
        before = _peak_megabytes()
        started = time.perf_counter()
        walked = split, WalkForwardParameters()
        table = weekly_sequences(prices, weekly, *walked, *walked)["returns_weekly"]
    else:
        from tests.reference import published_weekly  # noqa: PLC0415

        started = time.perf_counter()
        table = published_weekly(prices, LAGS)
    seconds, megabytes = time.perf_counter() - started, _peak_megabytes() - before
    table.rename(columns=str).to_parquet(folder / f"{way}.parquet")
    print(seconds, megabytes)


def _random_prices() -> pd.DataFrame:
    dates = pd.date_range("2007-01-05", periods=WEEKS, freq="W-FRI")
    tickers = [f"T{number:04}" for number in range(TICKERS)]
    steps = np.random.default_rng(0).normal(0, 0.04, (TICKERS, WEEKS))
    index = pd.MultiIndex.from_product([tickers, dates], names=["ticker", "date"])
    return pd.DataFrame({"adj_close": (100 * np.exp(steps.cumsum(axis=1))).ravel()}, index=index)


def _peak_megabytes() -> float:
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))


if __name__ == "__main__":
    _run_one(sys.argv[1], Path(sys.argv[2])) if len(sys.argv) > 1 else main()
