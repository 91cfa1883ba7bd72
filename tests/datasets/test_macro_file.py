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


def load(path, **options):
    return MacroFileDataset(filepath=str(path), **options).load()


def write(tmp_path, text, name="macro.csv"):
    (tmp_path / name).write_text(text)
    return tmp_path / name


def test_the_default_series():
    config = OmegaConfigLoader(str(ROOT / "conf"), **WITHOUT_LOCAL, **CONFIG_LOADER_ARGS)["catalog"]["macro_source"]
    table, reading = AbstractDataset.from_config("macro_source", config).load()
    assert table.columns.tolist() == ["GACDFSA066MSFRBPHI", "INDPRO"]
    assert table.dropna().shape == (377, 2)
    assert f"{table.index[0]:%Y-%m-%d}" == "1985-01-01"
    assert table.iloc[0].tolist() == [5.5, 56.6447]
    assert reading.recognised == ("'Date' as date", "dates as %m/%d/%y")


@pytest.mark.parametrize("name", ["macro.csv", "macro.csv.gz", "macro.parquet", "macro.h5"])
def test_every_kind_of_file(name, tmp_path):
    path = tmp_path / name
    if "csv" in name:
        TABLE.to_csv(path, index=False)
    elif name.endswith("h5"):
        TABLE.to_hdf(path, key="macro")
    else:
        TABLE.set_index("date").to_parquet(path)
    table, reading = load(path, series=["B", "A"])
    assert table.columns.tolist() == ["B", "A"]
    assert table["B"].tolist() == [3, 4]
    assert reading.counts == {"missing_values": 0, "bad_rows": 0}
    with pytest.raises(DatasetError, match="'note', .*: expected a number. Received: 'x'"):
        load(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DatasetError, match="nowhere.csv does not exist. Expected .* macro_file=PATH"):
        load(tmp_path / "nowhere.csv")


def test_a_download_of_fred_is_read_as_it_is(tmp_path):
    path = write(tmp_path, "observation_date,UMCSENT,IPGMFN\n2010-01-01,.,90.0\n2010-02-01,71.0,\n2010-03-01,72.5,91\n")
    table, reading = load(path)
    assert table["UMCSENT"].isna().tolist() == [True, False, False]
    assert table["IPGMFN"].dropna().tolist() == [90, 91]
    assert reading.recognised == ("'observation_date' as date",)
    assert reading.counts == {"missing_values": 2, "bad_rows": 0}


def test_rows_that_cannot_be_used_are_left_out_up_to_a_share(tmp_path):
    path = write(tmp_path, "date,A,B\n2020-01-01,1,2\n2020-02-01,soon,4\nMarch,5,6\n2020-04-01,7,inf\n2020-05-01,9,8\n")
    with pytest.raises(DatasetError, match=r"3 of 5 rows cannot be used:\n(.*\n){3}.*--params macro_bad_rows=0\.6\."):
        load(path, bad_rows=0.5)
    table, reading = load(path, bad_rows=0.6)
    assert table.to_numpy().tolist() == [[1, 2], [9, 8]]
    assert reading.counts == {"missing_values": 0, "bad_rows": 3}
    with pytest.raises(ValueError, match="macro_bad_rows: expected a share of the rows"):
        load(path, bad_rows=1)


def test_a_comma_after_each_row_is_read_as_if_it_were_not_there(tmp_path):
    table, reading = load(write(tmp_path, "date,A,B\n2020-01-01,1,2,\n2020-02-01,3,4,\n"))
    assert table.to_numpy().tolist() == [[1, 2], [3, 4]]
    assert reading.recognised == ("CSV, empty cells at the end of rows",)


def test_decimal_commas(tmp_path):
    table, reading = load(write(tmp_path, "Month;A;B\n2020-01;1.234,5;7\n2020-02;1.300;8,25\n"))
    assert table.to_numpy().tolist() == [[1234.5, 7], [1300, 8.25]]
    assert reading.recognised == ("CSV, semicolons", "'Month' as date", "decimal commas")


@pytest.mark.parametrize("dates", [("2020-01", "2020-02"), ("2020M01", "2020M02"), ("2020/1", "2020/2")])
def test_months_without_a_day(tmp_path, dates):
    table, _ = load(write(tmp_path, f"date,A,B\n{dates[1]},1,2\n{dates[0]},3,4\n"))
    assert table.index.tolist() == [pd.Timestamp("2020-01-01"), pd.Timestamp("2020-02-01")]


def test_periods(tmp_path):
    table = pd.DataFrame({"A": [1, 2], "B": [3, 4]}, index=pd.period_range("2020-01", periods=2, freq="M"))
    table.rename_axis("month").to_parquet(tmp_path / "macro.parquet")
    assert load(tmp_path / "macro.parquet")[0].index[1] == pd.Timestamp("2020-02-01")


def test_dates_of_another_form_are_read_when_told(tmp_path):
    path = write(tmp_path, "date,A,B\n01/01/1955,1,2\n02/01/1955,3,4\n")
    assert load(path, date_format="%m/%d/%Y")[0].index[1] == pd.Timestamp("1955-02-01")
    with pytest.raises(DatasetError, match="""'date'.*--params "macro_date_format='%m/%d/%Y'\""""):
        load(path)


def test_an_index_of_dates_without_a_name(tmp_path):
    table = TABLE.set_index("date")[["A", "B"]].rename_axis(None)
    table.to_parquet(tmp_path / "macro.parquet")
    table.to_csv(tmp_path / "macro.csv")
    for name in ("macro.parquet", "macro.csv"):
        assert load(tmp_path / name)[0]["A"].tolist() == [1, 2]


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        (
            "day,A,B\n2020-01-01,1,2\n",
            {},
            "column 'date' is missing. Received: 'day'.*--params macro_columns.date=NAME",
        ),
        (
            "month,period,A\n1,2020-01-01,2\n",
            {},
            "'month' and 'period' could both be date. Say which: --params macro_",
        ),
        ("date,A,B\n2020-01-01,1,2\n", {"date": "day"}, "macro_columns.date: there is no column 'day'"),
        ("date,A,A\n2020-01-01,1,2\n", {}, "'A': more than one column is called so"),
        ("date,A,B\n2020-01-01,x,2\n", {}, "column 'A', line 2: expected a number. Received: 'x'"),
        (
            "date,A,B\n2020-01-01,x,2\n2020-13-01,1,y\n",
            {},
            r"(?s)2 of 2 rows cannot be used:.*'A', line 2.*'x'.*'B', line 3.*'y'",
        ),
        ("date,A\n2020-01-01,1\n", {}, "expected at least 2 series beside the date"),
    ],
)
def test_what_is_refused(tmp_path, text, options, message):
    with pytest.raises(DatasetError, match=message):
        load(write(tmp_path, text), **options)


def test_a_date_that_is_told_is_taken_and_the_file_s_own_set_aside(tmp_path):
    table, reading = load(write(tmp_path, "date,day,A,B\nlate,2020-01-01,1,2\nlate,2020-02-01,3,4\n"), date="day")
    assert table.columns.tolist() == ["A", "B"]
    assert table.index[0] == pd.Timestamp("2020-01-01")
    assert reading.recognised == ("'day' as date",)


def test_faults_name_the_columns_of_the_file(tmp_path):
    path = write(tmp_path, "observation_date,A,B\n2020-01-01,1,2\n2020-0x,3,4\n")
    with pytest.raises(DatasetError, match="column 'observation_date', line 3: expected a date"):
        load(path)
    path = write(tmp_path, "observation_date,A,B\nx,1,2\ny,3,4\n")
    with pytest.raises(
        DatasetError, match="column 'observation_date', .* can be read as dates. .*macro_columns.date=NAME"
    ):
        load(path)
