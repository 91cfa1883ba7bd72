"""The sine wave, which passes through the same code as prices."""

from typing import Any

import pandas as pd

from rnn_trading.series.series import SineParameters, sine_wave, window_rows


def window_sine(sine: SineParameters) -> dict[str, Any]:
    """The sine wave in the form of :func:`rnn_trading.experiments.series.window_index`; no window of it is flagged."""
    values = sine_wave(sine)
    windows = window_rows(values, sine.lags)
    formula = f"round(sin({sine.phase:g} + 2 pi k / {sine.period:g}), {sine.decimals}), k = 0 .. {sine.points - 1}"
    return {
        "series": values.to_frame(),
        "windows": windows,
        "flags": pd.DataFrame({"stale_price": False}, index=windows.index),
        "report": {"source": f"sine wave by its formula, {formula}", "simulated": True, "sessions": len(values)},
    }
