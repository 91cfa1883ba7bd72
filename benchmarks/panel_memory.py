"""Memory and CPU time of a training on weekly panels, from the table of sequences and from the view of it.

python benchmarks/panel_memory.py            # 2,489 tickers x 522 weeks both ways; 8,000 x 520 from the view
python benchmarks/panel_memory.py --rivals   # the same, and the rivals of the regression, which take minutes

Prices are random walks of one price a week. Every step is a process of its own, so that its peak is that step's alone.
Of a peak, what is files of libraries is shared between processes, and dropped by the system where memory is short.
"""

import argparse
import dataclasses
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import project

from rnn_trading.datasets.panel_windows import PanelWindowsDataset
from rnn_trading.datasets.whole import ParquetDataset
from rnn_trading.experiments import panels
from rnn_trading.panels.moments import deviation_of_windows
from rnn_trading.panels.network_inputs import network_inputs, ticker_vocabulary
from rnn_trading.splits.walk_forward import WalkForwardParameters

# Tickers, weeks, and the ways that are measured.
SIZES = ((2489, 522, ("table", "view")), (8000, 520, ("view",)))
BATCHES = 300
STEPS = {
    "build": "prices to the panel and the table, both written",
    "table": f"{BATCHES} batches, validation and forecast from the table",
    "view": f"{BATCHES} batches, validation and forecast from the view",
    "rivals": "rivals of the regression from the view",
}


def main() -> None:
    """Run every step in a process of its own; print its peak memory and CPU time."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rivals", action="store_true", help="measure the rivals, too")
    rivals = ("rivals",) if parser.parse_args().rivals else ()
    for tickers, weeks, ways in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            print(f"{tickers:,} tickers x {weeks} weeks")
            for step in ("build", *ways, *rivals):
                command = [sys.executable, __file__, "--step", step, folder, str(tickers), str(weeks)]
                *_, said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
                print(f"  {STEPS[step]:55} {said}")


def _run_one(step: str, folder: Path, tickers: int, weeks: int) -> None:
    """Take a step in this process; print its peak memory, its CPU time, and what came out."""
    started = time.process_time()
    if step == "build":
        result = _build(folder, tickers, weeks)
    elif step == "rivals":
        result = _rivals(folder)
    else:
        result = _train(folder, from_table=step == "table")
    peak, files = _megabytes("VmHWM"), _megabytes("RssFile")
    seconds = time.process_time() - started
    print(f"{peak:6,.0f} MB, {files:3,.0f} of them files of libraries; {seconds:5.1f} s of CPU; {result}")


def _build(folder: Path, tickers: int, weeks: int) -> str:
    from rnn_trading.pipelines.daily_weekly_sequences.nodes import weekly_sequences  # noqa: PLC0415

    values = project.parameters("corrected")
    split = values["stacked_lstm"]["regression"]["split"]
    walked = split, WalkForwardParameters()
    weekly = values["daily_weekly_sequences"]["weekly"]
    made = weekly_sequences(_random_prices(tickers, weeks), weekly, *walked, *walked)
    PanelWindowsDataset(filepath=str(folder / "panel.npz")).save(made["returns_weekly_panel"])
    ParquetDataset(filepath=str(folder / "table.parquet")).save(made["returns_weekly"])
    sizes = {path.suffix: path.stat().st_size / 2**20 for path in folder.iterdir()}
    return f"{made['returns_weekly'].shape} table {sizes['.parquet']:,.0f} MB, panel {sizes['.npz']:,.0f} MB on disk"


def _train(folder: Path, *, from_table: bool) -> str:
    """Train the network of the corrected regression for some batches; forecast the validation and test rows."""
    from rnn_trading.models.backend import keras  # noqa: PLC0415  the steps before need no TensorFlow
    from rnn_trading.models.predicting import predict  # noqa: PLC0415
    from rnn_trading.models.stacked_lstm import build_stacked_lstm  # noqa: PLC0415
    from rnn_trading.models.training import train  # noqa: PLC0415

    class AfterSomeBatches(keras.callbacks.Callback):
        """Breaks an epoch off: an epoch of all rows takes minutes."""

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            self.model.stop_training = batch + 1 >= BATCHES

    values = project.parameters("corrected")["stacked_lstm"]["regression"]
    panel = PanelWindowsDataset(filepath=str(folder / "panel.npz")).load()
    dates = panels.split_dates(panel, values["split"], WalkForwardParameters(), values["experiment"])
    clipping = panels.fit_clipping(panel, dates)
    parts = [panels.rows_of(panel, dates, *which) for which in (("train",), ("validation",), ("validation", "test"))]
    vocabulary = ticker_vocabulary(panel, parts[0], look_ahead=False)
    scale = deviation_of_windows(parts[0], clipping)
    rows = (
        _from_table(folder, dates, vocabulary)
        if from_table
        else [
            (network_inputs(part, vocabulary, clipping), part.column("0", clipping).astype(np.float32))
            for part in parts
        ]
    )
    training = dataclasses.replace(values["training"], epochs=1)
    fit = train(
        lambda: build_stacked_lstm(values["model"], panel.lags, len(vocabulary), scale),
        *(rows[0], rows[1], training, "benchmark"),
        callbacks=[AfterSomeBatches()],
    )
    forecasts = predict(fit.model, rows[2][0])
    return f"{len(rows[0][1]):,} training rows; mean forecast {forecasts.mean():.9g}"


def _from_table(folder: Path, dates: pd.DataFrame, vocabulary: list[str]) -> list[Any]:
    """Rows of each part as they were made before there was a view: all windows of all parts at once."""
    from rnn_trading.panels.network_inputs import month_indicators, ticker_codes  # noqa: PLC0415
    from rnn_trading.panels.sequences import lag_columns  # noqa: PLC0415

    table = pd.read_parquet(folder / "table.parquet")
    part_of = dates["split"].astype("str").reindex(table.index.get_level_values("date")).to_numpy()

    def rows(*parts: str) -> Any:
        some = table[np.isin(part_of, parts)]
        tickers, days = (some.index.get_level_values(level) for level in ("ticker", "date"))
        inputs = {
            "Returns": some[lag_columns(some)].to_numpy(dtype=np.float32)[:, :, None],
            "Tickers": ticker_codes(tickers, vocabulary)[:, None],
            "Months": month_indicators(days),
        }
        return inputs, some["fwd_returns"].to_numpy(dtype=np.float32)

    return [rows("train"), rows("validation"), rows("validation", "test")]


def _rivals(folder: Path) -> str:
    values = project.parameters("corrected")["stacked_lstm"]["regression"]
    panel = PanelWindowsDataset(filepath=str(folder / "panel.npz")).load()
    dates = panels.split_dates(panel, values["split"], WalkForwardParameters(), values["experiment"])
    clipping = panels.fit_clipping(panel, dates)
    made = panels.forecast_with_rivals(panel, dates, clipping, values["experiment"], values["training"])
    return f"{len(made):,} rows forecast by {made.shape[1]} rivals"


def _random_prices(tickers: int, weeks: int) -> pd.DataFrame:
    dates = pd.date_range("2008-01-04", periods=weeks + 1, freq="W-FRI")
    names = [f"T{number:04}" for number in range(tickers)]
    steps = np.random.default_rng(0).normal(0, 0.04, (tickers, weeks + 1))
    index = pd.MultiIndex.from_product([names, dates], names=["ticker", "date"])
    return pd.DataFrame({"adj_close": (100 * np.exp(steps.cumsum(axis=1))).ravel()}, index=index)


def _megabytes(what: str) -> float:
    # What resource.getrusage gives may be the peak of the process that started this one.
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith(what))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--step"]:
        _run_one(sys.argv[2], Path(sys.argv[3]), *map(int, sys.argv[4:]))
    else:
        main()
