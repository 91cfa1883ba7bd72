"""The experiment as a user runs it: simulated filings in conf/test, filings of a user's own, real ones, and bad
ones."""

import json

import numpy as np
import pandas as pd
import pytest

from rnn_trading.experiments.newest import LatestError
from rnn_trading.filings.filings import FilingError
from rnn_trading.skill.rivals.filings import FILINGS
from tests.finished import Finished, same
from tests.helpers import REAL_DATA

NAME = "sec_filings.returns"
RIVALS = [rival.__name__ for rival in FILINGS]
FIGURES = {
    *("learning_curves", "forecasts_and_returns", "filing_lengths", "model_and_rivals", "folds_and_years", "intervals")
}


def load(folder, layer, name, protocol="corrected"):
    path = folder / "data" / layer / protocol / name
    return json.loads(path.read_text()) if path.suffix == ".json" else pd.read_parquet(path)


def skill(folder, protocol="corrected"):
    record = load(folder, "08_reporting", f"{NAME}/skill.json", protocol)
    del record["model"]["seconds"], record["made"]["time"]
    return record


def every_filing_is_accounted_for(folder, filings, protocol="corrected"):
    data = skill(folder, protocol)["data"]
    used = sum(data[part]["rows"] for part in ("train", "validation", "test"))
    assert used + sum(data["dropped"].values()) == filings
    return data["dropped"]


@pytest.mark.trains
@pytest.mark.parametrize("protocol", ["corrected", "as_published"])
def test_sec_filings(project, run_notebooks, protocol):
    folder = project("sec_filings", protocol=protocol)
    table = load(folder, "07_model_output", f"{NAME}.parquet", protocol)
    assert table.columns.tolist() == ["filing_id", "fold", "firm", "date", "prediction", "truth", *RIVALS]
    documents = load(folder, "05_model_input", f"{NAME}/fold_1.documents.parquet", protocol)
    test = documents[documents["split"] == "test"].sort_values(["entry", "sequence"])
    assert table["filing_id"].tolist() == test.index.tolist()
    assert table["truth"].tolist() == test["truth"].tolist()
    record = skill(folder, protocol)
    assert set(record["rivals"]) == set(RIVALS)
    assert record["data"]["simulated"] is True
    assert "The filings are simulated, and say nothing of markets" in record["verdict"]
    assert ("on the test rows" in record["verdict"]) == (protocol == "as_published")
    assert record["verdict"].startswith("Too few rows for a verdict (")
    assert len(record["model"]["by_seed"]["seeds"]) == 2
    assert {path.stem for path in (folder / f"data/08_reporting/{protocol}/{NAME}").glob("*.png")} == FIGURES
    every_filing_is_accounted_for(folder, 48, protocol)
    if protocol == "corrected":
        by_part = {part: documents[documents["split"] == part] for part in ("train", "validation", "test")}
        assert by_part["train"]["exit"].max() < by_part["validation"]["entry"].min()
        assert by_part["validation"]["exit"].max() < by_part["test"]["entry"].min()
        assert not documents["early"].any()
    else:
        assert documents.loc[documents["split"].notna(), "early"].any()
    run_notebooks(folder, protocol, "filings")
    newest_reports_are_what_the_training_said_of_them(Finished(folder, NAME, protocol=protocol), protocol)
    project("sec_filings_inference", protocol=protocol)
    newest = load(folder, "07_model_output", f"{NAME}.latest.parquet", protocol)
    assert set(newest["filing_id"]) <= set(table["filing_id"])  # every return is known


def newest_reports_are_what_the_training_said_of_them(finished, protocol):
    """As if each were new: to the bit. A draw at random is trained on later dates, so that all prices are taken."""
    predictions = finished.predictions.set_index("filing_id")
    filed = finished.given["filings"]["date_filed"]
    asked = predictions.index[[0, len(predictions) // 2, -1]] if protocol == "corrected" else [None]
    for report in asked:
        table = finished.of(None if report is None else filed[report]).set_index("filing_id")
        judged = table.index[table.index.isin(predictions.index)]
        same(table.loc[judged], predictions.loc[judged])
        assert report is None or report in judged
        assert (table["tradeable_from"] >= table["date_filed"]).all()
        assert (table["period"] > table["tradeable_from"]).all()
    if protocol == "corrected":
        with pytest.raises(LatestError, match="fitted, or stopped, on all 1 reports whose return was not known"):
            finished.of(pd.Timestamp("2013-06-03"))
        of_others = finished.given["filings"].iloc[5:]
        with pytest.raises(LatestError, match="reports that it was trained and judged on are not there"):
            finished.of(None, filings=of_others)


WORDS = "anvil forge hammer iron steel copper bellows furnace smith chain rivet nail ingot ladle tongs".split()
SMALL = {
    "reading": {"tokens": 60, "fewest_tokens": 20, "phrases": {"min_count": 5}},
    "model": {"dimensions": 4, "units": 3},
    "training": {"epochs": 1},
    "walk_forward": {"folds": 1, "final_fit": False},
    "seeds": 1,
}


def made_up(n=60, seed=0):
    """An index, reports, and prices by ticker: one filing a week, five firms in turn."""
    generator = np.random.default_rng(seed)
    days = pd.bdate_range("2014-01-01", periods=5 * n + 60)
    index = pd.DataFrame(
        {
            "filing_id": np.arange(1000, 1000 + n),
            "cik": np.arange(n) % 5 + 7,
            "ticker": [f"T{number % 5}" for number in range(n)],
            "company": "Smith, Inc.",
            "date_filed": days[10 : 10 + 5 * n : 5].strftime("%Y-%m-%d"),
        }
    )
    reports = {
        filing_id: "Item 1. Business\n" + " ".join(f"{' '.join(generator.choice(WORDS, 8))}." for _ in range(8))
        for filing_id in index["filing_id"]
    }
    walks = 50 * np.exp(generator.normal(0, 0.02, (len(days), 5)).cumsum(axis=0))
    prices = pd.DataFrame(walks, index=pd.Index(days, name="date"), columns=[f"T{number}" for number in range(5)])
    return index, reports, prices.reset_index().melt("date", var_name="ticker", value_name="adj_close")


@pytest.fixture
def run_files(project, tmp_path):
    """Run on an index, a folder of reports and prices through --env files; returns the folder of the project."""

    def run(index, reports, prices, experiment=SMALL, **runtime_params):
        folder = tmp_path / "reports"
        folder.mkdir(exist_ok=True)
        for filing_id, text in reports.items():
            content = text if isinstance(text, bytes) else text.encode()
            (folder / f"{filing_id}.txt").write_bytes(content)
        paths = {"filing_index": tmp_path / "index.csv", "filing_prices_file": tmp_path / "prices.parquet"}
        if isinstance(index, str):
            paths["filing_index"].write_text(index)
        else:
            index.to_csv(paths["filing_index"], index=False)
        prices.to_parquet(paths["filing_prices_file"])
        given = {name: str(path) for name, path in paths.items()}
        return project(
            "sec_filings",
            "files",
            drawn=False,
            filings_file=str(folder),
            sec_filings={"returns": experiment},
            **given,
            **runtime_params,
        )

    return run


@pytest.mark.trains
def test_what_is_wrong_with_filings_is_counted(run_files):
    index, reports, prices = made_up()
    ids = index["filing_id"].tolist()
    text = index.astype({"date_filed": "str"})
    text.loc[3, "date_filed"] = "March"
    text.loc[4, "ticker"] = None
    text.loc[5, "filing_id"] = ids[6]  # the first of the two is kept
    text.loc[11, "ticker"] = "NONE"
    lines = text.to_csv(index=False).splitlines()
    lines[9] = lines[9].replace('"', "")  # the comma in Smith, Inc. is not quoted any more
    reports |= {
        ids[12]: "",
        ids[13]: "Nothing here is an item.",
        ids[14]: "Item 1. Brief.",
        ids[15]: b"\xff\xfe\x00Item",
    }
    del reports[ids[16]]
    reports[ids[17]] += f"\nItem 2. A forge.\nItem 1. {'nail ' * 5}\n"
    reports[ids[18]] = (reports[ids[18]] + " \xe9.").encode("latin-1")
    reports[ids[19]] = reports[ids[19]] + f" {'iron steel copper anvil nail. ' * 300}"
    prices = prices[(prices["ticker"] != "T0") | (prices["date"] > "2014-02-01")]
    folder = run_files("\n".join(lines), reports, prices)
    dropped = every_filing_is_accounted_for(folder, 60)
    assert {reason: count for reason, count in dropped.items() if count} == {
        "broken_lines": 1,
        "unreadable_dates": 1,
        "repeated_id": 1,
        "no_prices": 2,
        "before_the_first_price": 1,
        "empty_text": 1,
        "no_items": 2,
        "no_text": 1,
        "all_items_flagged": 2,
        "in_the_gap_of_the_split": 2,
    }
    counts_say_what_texts_are(skill(folder)["data"])


def counts_say_what_texts_are(data):
    assert data["undecodable_texts"] == 2
    assert data["items"]["item_1"]["far_longer"] == 1
    assert data["filings"]["texts"]["words_of_shorter_segments"] == 5
    # That of the report without an item; the fourteenth holds a single undecodable word.
    assert data["filings"]["texts"]["words_under_no_heading"] == 5 + 1
    assert data["items"]["item_1"]["far_shorter"] == 1
    assert data["simulated"] is False
    assert data["known_signal"] is None


def test_nothing_left_is_an_error(run_files):
    index, reports, prices = made_up(30)
    with pytest.raises(FilingError, match="None of 30 filings has a price: no ticker of the prices"):
        run_files(index.assign(ticker="X"), reports, prices)
    with pytest.raises(ValueError, match=r"None of 30 filings has a return to forecast \(after_the_last_price 30\)"):
        run_files(index, reports, prices, SMALL | {"label": {"sessions": 400}})
    with pytest.raises(
        ValueError, match=r"None of 30 filings has a return to forecast \(no_items 30\). Check the texts"
    ):
        run_files(index, dict.fromkeys(reports, "no items"), prices)
    with pytest.raises(ValueError, match=r"None of 30 filings has a return to forecast \(no_text 30\)"):
        run_files(index.assign(filing_id=index["filing_id"] + 5000), reports, prices)
    with pytest.raises(ValueError, match="Masked padding has to be at the back"):
        run_files(index, reports, prices, SMALL | {"reading": SMALL["reading"] | {"padding": "front"}})
    with pytest.raises(ValueError, match=r"Too few filings are left: train 0 \(at least 10\).*too_few_tokens"):
        run_files(index, reports, prices, SMALL | {"reading": SMALL["reading"] | {"fewest_tokens": 5000}})


@pytest.mark.trains
def test_a_later_filing_changes_no_earlier_forecast(run_files):
    """Text and prices after a date have no say in what was forecast before it, to the bit."""
    index, reports, prices = made_up()
    limits = {"split": {"validation_from": "2014-08-01", "test_from": "2014-11-01"}}
    first = load(run_files(index, reports, prices, SMALL | limits), "07_model_output", f"{NAME}.parquet")
    half = first["date"].sort_values().iloc[len(first) // 2]
    later = index["date_filed"] > f"{half:%Y-%m-%d}"
    changed = reports | dict.fromkeys(index.loc[later, "filing_id"], "Item 1. " + "secret sauce of gold rose. " * 20)
    prices = prices.assign(adj_close=prices["adj_close"].where(prices["date"] <= half + pd.Timedelta(days=10), 77.0))
    second = load(run_files(index, changed, prices, SMALL | limits), "07_model_output", f"{NAME}.parquet")
    before = first["date"] <= half
    columns = ["filing_id", "prediction", *RIVALS]
    pd.testing.assert_frame_equal(first.loc[before, columns], second.loc[before, columns], check_exact=True)
    assert not second.loc[~before, "prediction"].equals(first.loc[~before, "prediction"])


STRONG = {
    "filings": {"simulation": {"firms": 150, "years": 4, "sentences": 12, "signal": 0.9}},
    "sec_filings": {
        "returns": {
            "reading": {"tokens": 250, "phrases": {"min_count": 25}},
            "model": {"dimensions": 8, "units": 8},
            "training": {"epochs": 6, "batch_size": 32},
            "seeds": 1,
        }
    },
}


def with_signal(signal):
    return STRONG | {"filings": {"simulation": STRONG["filings"]["simulation"] | {"signal": signal}}}


@pytest.mark.minutes
@pytest.mark.trains
def test_a_planted_signal_is_found_and_none_where_there_is_none(project):
    found = skill(project("sec_filings", drawn=False, **STRONG))
    assert found["data"]["known_signal"]["share"] >= 0.8
    nothing = skill(project("sec_filings", drawn=False, **with_signal(0.0)))
    low, high = nothing["model"]["metrics"]["ic_interval_by_date"]
    assert low < 0 < high
    assert abs(nothing["model"]["metrics"]["ic"]) < 0.25


@pytest.mark.trains
def test_real_filings(project):
    """175 real reports: most without prices, and far too few for a verdict, which must say so."""
    if not REAL_DATA.is_dir():
        pytest.skip(f"real filings are not here: {REAL_DATA.name} is no folder beside the project")
    folder = project(
        "sec_filings",
        "files",
        filings_file=str(REAL_DATA / "filings.parquet"),
        filing_index=str(REAL_DATA / "filing_index.csv"),
        filing_prices_file=str(REAL_DATA / "filing_prices.parquet"),
        sec_filings={"returns": SMALL | {"training": {"epochs": 2}}},
    )
    dropped = every_filing_is_accounted_for(folder, 175)
    assert dropped["no_prices"] == 38
    record = skill(folder)
    assert record["verdict"].startswith("Too few rows for a verdict (")
    assert record["data"]["filings"]["with_a_time"] == 0
    prices = pd.read_parquet(REAL_DATA / "filing_prices.parquet").set_index(["filing_id", "offset"])["adj_close"]
    documents = load(folder, "05_model_input", f"{NAME}/fold_1.documents.parquet")
    truth = documents["truth"].dropna()
    # No time is known: the entry is the session after the filing date. Prices are in single precision.
    by_hand = [prices[int(name), 6] / prices[int(name), 1] - 1 for name in truth.index]
    np.testing.assert_allclose(truth, by_hand, atol=1e-6)


@pytest.mark.trains
def test_pretrained_vectors_and_attention(project):
    """Phrases have the mean of their words' vectors; what has none is counted."""
    model = {"embeddings": "pretrained", "dimensions": None, "states": "attention", "bidirectional": False}
    changes = {"model": model, "training": {"epochs": 1}, "seeds": 1}
    folder = project("sec_filings", sec_filings={"returns": changes})
    vectors = skill(folder)["data"]["word_vectors"]
    assert 0 < vectors["phrases"]
    assert 0.5 < vectors["coverage"]["tokens"] <= 1
    matrix = load(folder, "04_feature", f"{NAME}/fold_1.vectors.parquet")
    words = load(folder, "04_feature", f"{NAME}/fold_1.words.json")
    assert matrix.index.tolist() == words
    assert matrix.loc[[word for word in words if "_" in word]].any(axis=None)
    assert not matrix.iloc[:2].any(axis=None)
