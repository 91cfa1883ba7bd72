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
    assert source.kept["texts_not_in_the_index"] == 2
    assert source.kept["repeated_texts"] == 0
    assert texts(dataset) == {"13": {"item_1": "x"}}


@pytest.mark.parametrize("first", [True, False])
def test_a_comma_that_is_not_quoted_costs_one_line(tmp_path, first):
    """In texts, too, and wherever it stands; other lines are whole."""
    lines = ["12,8,2016-03-01,hello, there", '13,9,2016-03-02,"x, y"']
    path = tmp_path / "filings.csv"
    path.write_text("\n".join(["filing_id,cik,date_filed,item_1", *(lines if first else lines[::-1])]) + "\n")
    dataset = FilingsFileDataset(filepath=str(path))
    source = dataset.load()
    assert source.dropped["broken_lines"] == 1
    assert source.index.index.tolist() == ["13"]
    assert texts(dataset) == {"13": {"item_1": "x, y"}}


def test_lines_of_which_none_fits_are_an_error(tmp_path):
    TABLE[["filing_id", "cik", "date_filed"]].to_csv(tmp_path / "index.csv", index=False)
    texts = tmp_path / "texts.csv"
    texts.write_text("filing_id,item_1\n11,some text, and more\n")
    with pytest.raises(DatasetError, match=r"texts.csv: none of 1 lines has as many cells as the header, 2. Put texts"):
        FilingsFileDataset(filepath=str(texts), index=str(tmp_path / "index.csv")).load()
    texts.write_text("filing_id,item_1\n11,some text, and more\n12,good\n")
    source = FilingsFileDataset(filepath=str(texts), index=str(tmp_path / "index.csv")).load()
    assert source.kept["broken_text_lines"] == 1
    prices = tmp_path / "prices.csv"
    prices.write_text("date,ticker,adj_close\n2018-01-02,T,1,5\n")
    with pytest.raises(DatasetError, match="prices.csv: none of 1 lines has as many cells"):
        FilingPricesFileDataset(filepath=str(prices)).load()
    prices.write_text("")
    with pytest.raises(DatasetError, match="prices.csv is empty"):
        FilingPricesFileDataset(filepath=str(prices)).load()
    (tmp_path / "empty").mkdir()
    with pytest.raises(DatasetError, match="holds no file ending in .txt"):
        FilingsFileDataset(filepath=str(tmp_path / "empty"), index=str(tmp_path / "index.csv")).load()


def test_a_quotation_that_does_not_end_is_an_error(tmp_path):
    path = tmp_path / "filings.csv"
    path.write_text('filing_id,cik,date_filed,item_1\n12,8,2016-03-01,"hello\n')
    with pytest.raises(DatasetError, match=r"filings.csv cannot be read: .*end every quotation"):
        FilingsFileDataset(filepath=str(path)).load()


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
    with pytest.raises(DatasetError, match=r"x.txt: expected the column filing_id, and item_1, .* Received: x"):
        FilingsFileDataset(filepath=str(tmp_path / "x.txt")).load()
    (tmp_path / "x.parquet").write_text("no Parquet")
    with pytest.raises(DatasetError, match="x.parquet: expected the column filing_id, .* Received: no Parquet"):
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


def test_prices_from_files(tmp_path):
    path = tmp_path / "prices.csv"
    path.write_text("filing_id,date,adj_close\n11,2016-03-01,10\n\n11,2016-03-02,-1\n11,2016-03-03,\n")
    table, reading = FilingPricesFileDataset(filepath=str(path)).load()
    assert table.index.tolist() == [("11", pd.Timestamp("2016-03-01"))]
    assert reading.counts["without_a_price"] == 2
    store = pd.DataFrame(
        {"date": pd.to_datetime(["2016-03-01"]), "ticker": ["KO"], "adj_close": [10.0], "adj_volume": [1.0]}
    ).set_index(["date", "ticker"])
    store.to_hdf(tmp_path / "assets.h5", key="quandl/wiki/prices")
    wiki = FilingPricesFileDataset(filepath=str(tmp_path / "assets.h5"), key="quandl/wiki/prices")
    assert wiki.load()[0]["adj_close"].to_dict() == {("KO", pd.Timestamp("2016-03-01")): 10.0}
    with pytest.raises(DatasetError, match=r"does not exist. .*--params filing_prices_file=PATH"):
        FilingPricesFileDataset(filepath=str(tmp_path / "none.csv")).load()
