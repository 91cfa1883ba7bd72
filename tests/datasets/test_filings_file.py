"""Filings and their prices from files: tables, folders, and what is wrong with them."""

import pandas as pd
import pytest
from kedro.io import DatasetError

from rnn_trading.datasets.filings_file import FilingPricesFileDataset, FilingsFileDataset

TABLE = pd.DataFrame(
    {
        "filing_id": [11, 12, 13],
        "cik": [7, 8, 9],
        "date_filed": ["2016-02-26", "2016-03-01", "2016-03-02"],
        "item_1": ["We make anvils.", None, "x"],
        "item_7": ["Sales rose.", "Sales fell.", ""],
    }
)


def texts(dataset):
    return {filing.filing_id: filing.split() for filing in dataset.load().read()}


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_a_table_holds_its_own_index(tmp_path, ending):
    path = tmp_path / f"filings.{ending}"
    getattr(TABLE, f"to_{ending}")(path, index=False)
    dataset = FilingsFileDataset(filepath=str(path))
    source = dataset.load()
    assert source.index["firm"].to_dict() == {"11": "7", "12": "8", "13": "9"}
    assert texts(dataset) == {
        "11": {"item_1": "We make anvils.", "item_7": "Sales rose."},
        "12": {"item_7": "Sales fell."},
        "13": {"item_1": "x"},
    }


def test_an_index_beside_the_table_decides_which_filings_there_are(tmp_path):
    TABLE[["filing_id", "item_1"]].to_parquet(tmp_path / "texts.parquet")
    index = tmp_path / "index.csv"
    index.write_text(
        "filing_id,cik,company,date_filed\n"
        '13,9,"Acme, Inc.",2016-03-02\n'
        "11,7,Acme, Inc.,2016-02-26\n"  # a comma that is not quoted: one cell more than the header
        "12,8,Forge,March\n"
        "14,8,Forge,2016-03-05\n"
    )
    dataset = FilingsFileDataset(filepath=str(tmp_path / "texts.parquet"), index=str(index))
    source = dataset.load()
    assert source.index.index.tolist() == ["13", "14"]
    assert source.dropped["broken_lines"] == 1
    assert source.dropped["no_filing_date"] == 1
    assert texts(dataset) == {"13": {"item_1": "x"}}


def test_a_folder_of_reports(tmp_path):
    folder = tmp_path / "reports"
    folder.mkdir()
    (folder / "11.txt").write_text("Item 1. We make anvils.\nItem 2. x", encoding="utf-8-sig")
    (folder / "12.txt").write_bytes("Item 7. Café".encode("latin-1"))
    (folder / "13.txt").write_bytes("Item 7. Sales rose.".encode("utf-16"))
    index = tmp_path / "index.parquet"
    pd.concat([TABLE, TABLE.assign(filing_id=[14, 15, 16])]).to_parquet(index)
    dataset = FilingsFileDataset(filepath=str(folder), index=str(index))
    read = {filing.filing_id: filing for filing in dataset.load().read()}
    assert list(read) == ["11", "12", "13"]
    assert read["11"].split() == {"item_1": "We make anvils."}
    assert read["12"].split() == {"item_7": "Caf\ufffd"}
    assert read["12"].is_undecodable
    assert read["13"].split() == {}


def test_whole_reports_in_a_column(tmp_path):
    table = TABLE[["filing_id", "cik", "date_filed"]].assign(text=["Item 1. A", "nothing", None])
    table.to_parquet(tmp_path / "filings.parquet")
    assert texts(FilingsFileDataset(filepath=str(tmp_path / "filings.parquet"))) == {
        "11": {"item_1": "A"},
        "12": {},
        "13": {},
    }


def test_of_an_id_that_stands_twice_the_first_counts(tmp_path):
    table = pd.concat([TABLE, TABLE.assign(item_1="later")])
    table.to_parquet(tmp_path / "filings.parquet")
    dataset = FilingsFileDataset(filepath=str(tmp_path / "filings.parquet"))
    assert dataset.load().dropped["repeated_id"] == 3
    assert texts(dataset)["11"]["item_1"] == "We make anvils."


def test_what_cannot_be_read_is_named(tmp_path):
    with pytest.raises(DatasetError, match=r"none.parquet does not exist. .*--params filings_file=PATH"):
        FilingsFileDataset(filepath=str(tmp_path / "none.parquet")).load()
    (tmp_path / "x.txt").write_text("x")
    with pytest.raises(DatasetError, match=r"x.txt: expected a file ending in .parquet, .csv"):
        FilingsFileDataset(filepath=str(tmp_path / "x.txt")).load()
    (tmp_path / "x.parquet").write_text("no Parquet")
    with pytest.raises(DatasetError, match="x.parquet cannot be read"):
        FilingsFileDataset(filepath=str(tmp_path / "x.parquet")).load()
    with pytest.raises(DatasetError, match=r"is a folder: .* Name it with --params filing_index=PATH"):
        FilingsFileDataset(filepath=str(tmp_path)).load()
    TABLE[["filing_id", "date_filed"]].to_csv(tmp_path / "bare.csv", index=False)
    with pytest.raises(
        DatasetError, match=r"expected the column filing_id, and item_1, .* or text. Received: filing_id"
    ):
        FilingsFileDataset(filepath=str(tmp_path / "bare.csv")).load()
    with pytest.raises(DatasetError, match="is a source: it is only read"):
        FilingsFileDataset(filepath=str(tmp_path / "bare.csv")).save(TABLE)


def test_prices_from_a_csv_name_the_line(tmp_path):
    path = tmp_path / "prices.csv"
    path.write_text("filing_id,date,adj_close\n11,2016-03-01,10\n\n11,2016-03-02,-1\n")
    with pytest.raises(DatasetError, match=r"prices.csv: column 'adj_close', line 4: expected a positive"):
        FilingPricesFileDataset(filepath=str(path)).load()
    path.write_text("filing_id,date,adj_close\n11,2016-03-01,10\n11,2016-03-02,\n")
    assert FilingPricesFileDataset(filepath=str(path)).load().index.tolist() == [("11", pd.Timestamp("2016-03-01"))]
    with pytest.raises(DatasetError, match=r"does not exist. .*--params filing_prices_file=PATH"):
        FilingPricesFileDataset(filepath=str(tmp_path / "none.csv")).load()
