"""Windows of a panel in one file: numbers and text alone, nothing that runs."""

import json
from dataclasses import asdict
from typing import BinaryIO

import numpy as np
import pandas as pd
from kedro.io import DatasetError

from rnn_trading.datasets.file import FileDataset
from rnn_trading.datasets.packed import DAMAGED
from rnn_trading.datasets.whole import written_whole
from rnn_trading.panels.sequence_parameters import WinsoriseParameters
from rnn_trading.panels.view import PanelWindows

ARRAYS = ("past", "ticker_code", "period", "future")


class PanelWindowsDataset(FileDataset[PanelWindows, PanelWindows]):
    """A `.npz` file of NumPy, not packed, written whole. Equal panels give equal bytes.

    It holds the arrays of :class:`rnn_trading.panels.view.PanelWindows` by name, ``tickers`` as text, ``periods`` as
    dates, and ``settings``: lags, order and clipping in JSON.

    Parameters
    ----------
    filepath
        Path of the file.
    metadata
        For Kedro plugins.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> dataset = PanelWindowsDataset(filepath=f"{folder.name}/panel.npz")
    >>> from rnn_trading.panels.view import PanelWindows
    >>> panel = PanelWindows(
    ...     past=np.array([[0.1], [0.2], [np.nan]]),
    ...     tickers=pd.Index(["A"]),
    ...     periods=pd.date_range("2020-01-05", periods=3, freq="W"),
    ...     ticker_code=np.zeros(1, dtype=np.int32),
    ...     period=np.array([2], dtype=np.int32),
    ...     future=np.array([0.3]),
    ...     lags=2,
    ...     order="newest_first",
    ...     winsorise=None,
    ... )
    >>> dataset.save(panel)
    >>> dataset.load().table({}).equals(panel.table({}))
    True
    >>> folder.cleanup()
    """

    def load(self) -> PanelWindows:
        """Return the panel.

        Raises
        ------
        DatasetError
            If the file is damaged or of another form.
        """
        with self._filepath.open("rb") as file:
            return self._read(file)

    def _read(self, file: BinaryIO) -> PanelWindows:
        try:
            with np.load(file, allow_pickle=False) as arrays:
                held = {name: arrays[name] for name in arrays.files}
            settings = json.loads(str(held.pop("settings")))
            clip = settings.pop("winsorise")
            return PanelWindows(
                **{name: held[name] for name in ARRAYS},
                tickers=pd.Index(held["tickers"].astype(object), dtype="str", name="ticker"),
                periods=pd.DatetimeIndex(held["periods"], name="date"),
                winsorise=clip and WinsoriseParameters(**clip),
                **settings,
            )
        except (*DAMAGED, TypeError) as error:
            raise DatasetError(
                f"{self._filepath} does not hold windows of a panel, or is damaged: {error}. Make it again: "
                "kedro run --pipelines daily_weekly_sequences."
            ) from error

    def save(self, data: PanelWindows) -> None:
        """Save the panel."""
        settings = {
            "lags": data.lags,
            "order": data.order,
            "winsorise": data.winsorise and asdict(data.winsorise),
        }
        arrays = {name: getattr(data, name) for name in ARRAYS}
        arrays |= {"tickers": data.tickers.to_numpy(dtype=np.str_), "periods": data.periods.to_numpy()}
        with written_whole(self._filepath) as partial, partial.open("wb") as file:
            np.savez(file, **arrays, settings=np.array(json.dumps(settings)))
