import pandas as pd
import pytest
from kedro.config import OmegaConfigLoader
from kedro.io import AbstractDataset, DatasetError

from rnn_trading.datasets.macro_file import MacroFileDataset
from rnn_trading.settings import CONFIG_LOADER_ARGS
from tests.conftest import ROOT, WITHOUT_LOCAL

TABLE = pd.DataFrame(
    {"date": pd.to_datetime(["2020-02-01", "2020-01-01"]), "A": [2.0, 1.0], "B": [4.0, 3.0], "note": ["x", "y"]}
)


def test_the_default_series():
    config = OmegaConfigLoader(str(ROOT / "conf"), **WITHOUT_LOCAL, **CONFIG_LOADER_ARGS)["catalog"]["macro_source"]
    table = AbstractDataset.from_config("macro_source", config).load()
    assert table.columns.tolist() == ["GACDFSA066MSFRBPHI", "INDPRO"]
    assert table.dropna().shape == (377, 2)
    assert f"{table.index[0]:%Y-%m-%d}" == "1985-01-01"
    assert table.iloc[0].tolist() == [5.5, 56.6447]


@pytest.mark.parametrize("name", ["macro.csv", "macro.csv.gz", "macro.parquet", "macro.h5"])
def test_every_kind_of_file(name, tmp_path):
    path = tmp_path / name
    if "csv" in name:
        TABLE.to_csv(path, index=False)
    elif name.endswith("h5"):
        TABLE.to_hdf(path, key="macro")
    else:
        TABLE.set_index("date").to_parquet(path)
    table = MacroFileDataset(filepath=str(path), series=["B", "A"]).load()
    assert table.columns.tolist() == ["B", "A"]
    assert table["B"].tolist() == [3, 4]
    with pytest.raises(DatasetError, match="'note', .*: expected a number. Received: 'x'"):
        MacroFileDataset(filepath=str(path)).load()


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DatasetError, match="nowhere.csv does not exist. Expected .* macro_file=PATH"):
        MacroFileDataset(filepath=str(tmp_path / "nowhere.csv")).load()
