"""Filings and their prices from files: tables, folders, and what is wrong with them."""

import pandas as pd
import pytest
from kedro.io import DatasetError

from rnn_trading.datasets.filings_file import FilingPricesFileDataset, FilingsFileDataset
from rnn_trading.filings.filings import validate_filings

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
    assert source.dropped["unreadable_dates"] == 1
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
    assert read["13"].split() == {"item_7": "Sales rose."}


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
    with pytest.raises(DatasetError, match=r"line 4 \(11, 2016-03-02\).* --params filing_prices_bad_rows=0.34\."):
        FilingPricesFileDataset(filepath=str(path)).load()
    table, reading = FilingPricesFileDataset(filepath=str(path), bad_rows=0.34).load()
    assert table.index.tolist() == [("11", pd.Timestamp("2016-03-01"))]
    assert (reading.counts["prices_not_positive"], reading.counts["without_a_price"]) == (1, 1)
    store = pd.DataFrame(
        {"date": pd.to_datetime(["2016-03-01"]), "ticker": ["KO"], "adj_close": [10.0], "adj_volume": [1.0]}
    ).set_index(["date", "ticker"])
    store.to_hdf(tmp_path / "assets.h5", key="quandl/wiki/prices")
    wiki = FilingPricesFileDataset(filepath=str(tmp_path / "assets.h5"), key="quandl/wiki/prices")
    assert wiki.load()[0]["adj_close"].to_dict() == {("KO", pd.Timestamp("2016-03-01")): 10.0}
    with pytest.raises(DatasetError, match=r"does not exist. .*--params filing_prices_file=PATH"):
        FilingPricesFileDataset(filepath=str(tmp_path / "none.csv")).load()


def test_lines_of_prices_that_do_not_fit_the_header_count_as_bad_rows(tmp_path):
    path = tmp_path / "prices.csv"
    rows = "".join(f"11,2016-03-{day:02},10\n" for day in range(1, 20))
    path.write_text(f"filing_id,date,adj_close\n{rows}11,2016-03-20,1,000\n")
    table, reading = FilingPricesFileDataset(filepath=str(path)).load()
    assert (len(table), reading.counts["broken_lines"]) == (19, 1)
    with pytest.raises(
        DatasetError, match=r"1 of 20 lines has more or fewer cells .*--params filing_prices_bad_rows=0.05\."
    ):
        FilingPricesFileDataset(filepath=str(path), bad_rows=0.04).load()


PUBLISHED = (
    "CIK,COMPANY_NAME,FORM_TYPE,DATE_FILED,EDGAR_LINK,QUARTER,TICKER,SIC,EXCHANGE,HITS,YEAR\n"
    '1000180,"Forge, Inc.",10-K,2013-02-19,edgar/data/1000180/x.txt,1,SNDK,3572,NASDAQ,3,2013\n'
    "1000209,ANVIL CORP,10-K,2013-03-13,edgar/data/1000209/y.txt,1,TAXI,,NASDAQ,0,2013\n"
    "1000228,NAILS INC,10-K,2013-02-13,edgar/data/1000228/z.txt,1,HSIC,5047,,3,2013\n"
)


def test_the_published_index_has_no_id_the_row_is_it_from_1(tmp_path):
    folder = tmp_path / "reports"
    folder.mkdir()
    for row in (1, 3, 4):
        (folder / f"{row}.txt").write_text(f"\u00b0Item 1 Business of {row} \u00b0Item 1A. Risks. \u00b0Item 2 Forge")
    index = tmp_path / "filing_index.csv"
    index.write_text(PUBLISHED)
    dataset = FilingsFileDataset(filepath=str(folder), index=str(index))
    source = dataset.load()
    assert source.index["firm"].to_dict() == {"1": "1000180", "2": "1000209", "3": "1000228"}
    assert source.index["sector"].fillna("").tolist() == ["3572", "", "5047"]
    assert source.index["exchange"].fillna("").tolist() == ["NASDAQ", "NASDAQ", ""]
    validate_filings(source.index)
    assert source.read_as == (
        "'DATE_FILED' as date_filed",
        "'CIK' as cik",
        "'TICKER' as ticker",
        "'SIC' as sector",
        "'EXCHANGE' as exchange",
        "the number of the row, from 1, as filing_id",
    )
    assert source.kept["texts_not_in_the_index"] == 1
    assert texts(dataset) == {
        "1": {"item_1": "Business of 1", "item_1a": "Risks."},
        "3": {"item_1": "Business of 3", "item_1a": "Risks."},
    }


def test_rows_cannot_be_counted_where_lines_are_broken(tmp_path):
    (tmp_path / "1.txt").write_text("x")
    (tmp_path / "index.csv").write_text(PUBLISHED.replace('"', ""))
    with pytest.raises(DatasetError, match=r"no column filing_id, .* and 1 line has more or fewer cells"):
        FilingsFileDataset(filepath=str(tmp_path), index=str(tmp_path / "index.csv")).load()


def test_a_table_without_ids_is_its_own_index(tmp_path):
    table = pd.DataFrame({"CIK": [7, 8], "Date Filed": ["20160226", "20160301"], "Section_7": ["Sales rose.", None]})
    table.to_csv(tmp_path / "filings.csv", index=False)
    dataset = FilingsFileDataset(filepath=str(tmp_path / "filings.csv"))
    assert dataset.load().index["date_filed"].to_dict() == {
        "1": pd.Timestamp("2016-02-26"),
        "2": pd.Timestamp("2016-03-01"),
    }
    assert "'Section_7' as item_7" in dataset.load().read_as
    assert texts(dataset) == {"1": {"item_7": "Sales rose."}, "2": {}}


@pytest.mark.parametrize("index_ids", [[11, 12], [11.0, 12.0], ["11.0", "12.0"], ["11", "12"]])
@pytest.mark.parametrize("text_ids", [[11, 12], [11.0, None], ["11.0", "12"]])
def test_ids_that_became_floats_are_the_same_ids(tmp_path, index_ids, text_ids):
    index = pd.DataFrame({"filing_id": index_ids, "cik": [7, 8], "date_filed": "2016-02-26"})
    index.to_csv(tmp_path / "index.csv", index=False)
    pd.DataFrame({"filing_id": text_ids, "item_1": ["a", "b"]}).to_parquet(tmp_path / "texts.parquet")
    read = texts(FilingsFileDataset(filepath=str(tmp_path / "texts.parquet"), index=str(tmp_path / "index.csv")))
    assert read["11"] == {"item_1": "a"}
    prices = tmp_path / "prices.csv"
    pd.DataFrame({"filing_id": index_ids, "date": "2016-03-01", "adj_close": 1.0}).to_csv(prices, index=False)
    assert FilingPricesFileDataset(filepath=str(prices)).load()[0].index.unique("filing_id").tolist() == ["11", "12"]


def test_texts_held_as_bytes_or_lists_are_read(tmp_path):
    table = pd.DataFrame(
        {
            "filing_id": [b"11", b"12", b"13"],
            "cik": [7, 8, 9],
            "date_filed": "2016-02-26",
            "item_1": [["We make anvils.", "They fall."], None, []],
            "item_7": ["Café".encode(), "Café".encode("latin-1"), None],
        }
    )
    table.set_index("filing_id").to_parquet(tmp_path / "filings.parquet")
    dataset = FilingsFileDataset(filepath=str(tmp_path / "filings.parquet"))
    assert texts(dataset) == {
        "11": {"item_1": "We make anvils.\n\nThey fall.", "item_7": "Café"},
        "12": {"item_7": "Caf\ufffd"},
        "13": {},
    }
    assert [filing.is_undecodable for filing in dataset.load().read()] == [False, True, False]


def test_other_kinds_of_texts_are_refused(tmp_path):
    table = TABLE.assign(item_7=[None, {"part": "x"}, None])
    table.to_parquet(tmp_path / "filings.parquet")
    with pytest.raises(DatasetError, match=r"column 'item_7', row 1: expected text, bytes, or a list .*struct<part"):
        FilingsFileDataset(filepath=str(tmp_path / "filings.parquet")).load()


def test_ids_that_are_paths_or_too_long_stop_nothing(tmp_path):
    folder = tmp_path / "reports"
    folder.mkdir()
    (tmp_path / "secret.txt").write_text("Item 1. Secret.")
    (folder / "11.txt").write_text("Item 1. Ours.")
    ids = ["11", "../secret", str(tmp_path / "secret"), "a" * 5000]
    pd.DataFrame({"filing_id": ids, "cik": 7, "date_filed": "2016-02-26"}).to_csv(tmp_path / "index.csv", index=False)
    dataset = FilingsFileDataset(filepath=str(folder), index=str(tmp_path / "index.csv"))
    source = dataset.load()
    assert source.dropped["unusable_id"] == 1
    assert source.kept["links_out_of_the_folder"] == 0
    assert texts(dataset) == {"11": {"item_1": "Ours."}}


def test_two_columns_that_could_be_meant_are_asked_about(tmp_path):
    TABLE.assign(**{"Item 1": "x"}).drop(columns="item_1").assign(**{"Section 1": "y"}).to_csv(tmp_path / "f.csv")
    with pytest.raises(DatasetError, match="'Item 1' and 'Section 1' could both be item_1. Rename the right one"):
        FilingsFileDataset(filepath=str(tmp_path / "f.csv")).load()
