import numpy as np
import pandas as pd
import pytest
from kedro.io import DatasetError

from rnn_trading.datasets.panel_windows import PanelWindowsDataset
from rnn_trading.panels.sequence_parameters import WinsoriseParameters
from tests.panels.cases import random_windows

CLIP = WinsoriseParameters(lower=0.01, upper=0.99, first_lag=1, last_lag=5, fitted_on="train")


@pytest.mark.parametrize("winsorise", [None, CLIP])
def test_a_panel_comes_back_to_the_bit_and_equal_panels_are_equal_files(tmp_path, winsorise):
    panel = random_windows(winsorise=winsorise, order="newest_first")
    one, other = (PanelWindowsDataset(filepath=str(tmp_path / name)) for name in ("one.npz", "other.npz"))
    one.save(panel)
    loaded = one.load()
    pd.testing.assert_frame_equal(loaded.table({}), panel.table({}), check_exact=True)
    assert (loaded.lags, loaded.order, loaded.winsorise) == (panel.lags, panel.order, panel.winsorise)
    assert loaded.past.flags.f_contiguous
    other.save(loaded)
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "other.npz").read_bytes()


def test_a_damaged_file_is_named_with_what_makes_it(tmp_path):
    path = tmp_path / "panel.npz"
    dataset = PanelWindowsDataset(filepath=str(path))
    dataset.save(random_windows())
    whole = path.read_bytes()
    np.savez(tmp_path / "other.npz", past=np.zeros(3))
    for content in (whole[: len(whole) // 2], b"ticker,date", (tmp_path / "other.npz").read_bytes(), whole[:100]):
        path.write_bytes(content)
        with pytest.raises(DatasetError, match=r"panel.npz does not hold windows of a panel.*daily_weekly_sequences"):
            dataset.load()


def test_objects_are_not_unpickled(tmp_path):
    path = tmp_path / "panel.npz"
    np.savez(path, settings=np.array([print], dtype=object), allow_pickle=True)
    with pytest.raises(DatasetError, match="allow_pickle=False"):
        PanelWindowsDataset(filepath=str(path)).load()
