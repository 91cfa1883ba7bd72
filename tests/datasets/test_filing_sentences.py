"""The folder of sentences: nothing is read twice, and a kill in the middle costs one piece."""

import subprocess
import sys
import textwrap

import pandas as pd
import pytest
from kedro.io import DatasetError

from rnn_trading.datasets.filing_sentences import FilingSentencesDataset
from rnn_trading.filings import reading as filing_reading
from rnn_trading.filings.filings import FilingSource
from rnn_trading.filings.items import RawFiling, SentenceParameters
from rnn_trading.filings.reading import FilingReading
from rnn_trading.pipelines.data_ingestion.nodes import read_sentences
from tests.processes import started

RULES = SentenceParameters(fewest_words=2, most_words=50)


def reading(number=7, changes=None, rules=RULES, read=None):
    """Filings with an item or two each; the last but one has none, and the last is empty."""
    texts = {
        f"f{i}": f"Item 1. Iron anvils number w{'i' * (i + 1)}.\nItem 7. Sales rose strongly. Costs fell."
        for i in range(number)
    }
    texts |= {"plain": "No heading.", "empty": " "} | (changes or {})
    index = pd.DataFrame(index=pd.Index(list(texts), name="filing_id"))
    filings = [RawFiling(filing_id, text, {}) for filing_id, text in texts.items()]
    return FilingReading(FilingSource(index, read or (lambda: iter(filings))), rules)


@pytest.fixture
def pieces_of_two(monkeypatch):
    monkeypatch.setattr(filing_reading, "BATCH", 2)


@pytest.fixture
def count_reads(monkeypatch):
    read = []

    def counting(keyed, rules):
        read.extend(filing.filing_id for filing in keyed.values())
        return READ(keyed, rules)

    monkeypatch.setattr(filing_reading, "read_filings", counting)
    return read


READ = filing_reading.read_filings


def everything(folder):
    stored = FilingSentencesDataset(filepath=str(folder)).load()
    items = stored.items
    batches = pd.concat(stored.batches(items[items["item"].notna()]))
    sentences = {(row.filing_id, row.item): list(row.sentences) for row in batches.itertuples()}
    return items, sentences


def test_items_and_sentences_come_back(tmp_path, pieces_of_two):
    FilingSentencesDataset(filepath=str(tmp_path)).save(reading(3))
    items, sentences = everything(tmp_path)
    assert items["filing_id"].tolist() == ["f0", "f0", "f1", "f1", "f2", "f2", "plain", "empty"]
    assert items["words"].tolist() == [4, 5, 4, 5, 4, 5, 0, 0]
    assert items["problem"].tolist()[-2:] == ["no_items", "empty_text"]
    assert sentences["f1", "item_1"] == ["iron anvils number wii"]
    assert sentences["f1", "item_7"] == ["sales rose strongly", "costs fell"]
    assert len(sentences) == 6


def test_words_that_are_in_no_item_are_counted(tmp_path):
    twice = (
        "Cover of five words here.\nItem 1. Iron anvils.\nItem 2. x\nItem 1. We make iron anvils.\nItem 7\nSee page 9."
    )
    FilingSentencesDataset(filepath=str(tmp_path)).save(reading(1, {"twice": twice}))
    items, sentences = everything(tmp_path)
    assert sentences["twice", "item_1"] == ["iron anvils"]
    assert filing_reading.describe_texts(items) == {
        "read": 4,
        # Of f0 13, of plain 2, of twice 23.
        "words_of_text": 38,
        "words_under_no_heading": 5 + 2,
        "words_of_shorter_segments": 2,
        "items_under_plain_titles": 0,
        "items_by_reference": 1,
    }


def test_a_web_page_that_was_not_converted_has_no_item(tmp_path):
    page = "\n".join(["<div>Item 1. Business</div>", *["<p>We make anvils.</p>", "Item 7. Sales rose.<br>"] * 10])
    plain = "Item 1. We <S> make <C> anvils</TABLE>. " * 20
    FilingSentencesDataset(filepath=str(tmp_path)).save(reading(1, {"page": page, "table": plain}))
    items = everything(tmp_path)[0].set_index("filing_id")
    assert items["problem"].dropna().to_dict() == {"plain": "no_items", "empty": "empty_text", "page": "html"}


def test_sentences_of_an_earlier_version_are_named(tmp_path):
    FilingSentencesDataset(filepath=str(tmp_path)).save(reading(1))
    part = next(tmp_path.glob("part-*"))
    pd.read_parquet(part).drop(columns="form").to_parquet(part)
    with pytest.raises(DatasetError, match=r"an earlier version read, .*: kedro run --pipelines sec_filings"):
        FilingSentencesDataset(filepath=str(tmp_path)).load()


def test_nothing_is_read_twice(tmp_path, pieces_of_two, count_reads):
    dataset = FilingSentencesDataset(filepath=str(tmp_path))
    dataset.save(reading())
    first, before = list(count_reads), everything(tmp_path)
    assert len(first) == 9
    dataset.save(reading())
    assert count_reads == first
    pd.testing.assert_frame_equal(everything(tmp_path)[0], before[0])
    dataset.save(reading(changes={"f3": "Item 1. Another text altogether."}))
    assert count_reads[9:] == ["f3"]
    assert everything(tmp_path)[1]["f3", "item_1"] == ["text altogether"]
    dataset.save(reading(rules=SentenceParameters(fewest_words=3, most_words=50)))
    assert len(count_reads) == 10 + 9


def test_two_filings_with_one_text_are_read_once(tmp_path, count_reads):
    FilingSentencesDataset(filepath=str(tmp_path)).save(
        reading(1, {"twin": "Item 7. Sales rose.", "same": "Item 7. Sales rose."})
    )
    assert count_reads == ["f0", "plain", "empty", "same"]
    _, sentences = everything(tmp_path)
    assert sentences["twin", "item_7"] == sentences["same", "item_7"] == ["sales rose"]


def test_filings_that_are_gone_leave_with_their_files(tmp_path, pieces_of_two):
    dataset = FilingSentencesDataset(filepath=str(tmp_path))
    dataset.save(reading(8))
    files = len(list(tmp_path.glob("part-*")))
    dataset.save(reading(2))
    assert 0 < len(list(tmp_path.glob("part-*"))) < files
    assert set(everything(tmp_path)[0]["filing_id"]) == {"f0", "f1", "plain", "empty"}


def test_a_run_that_breaks_off_goes_on_where_it_was(tmp_path, pieces_of_two, count_reads, monkeypatch):
    monkeypatch.setattr(filing_reading, "cpu_count", lambda: 1)
    whole = list(reading().source.read())

    def breaks():
        yield from whole[:5]
        raise KeyboardInterrupt

    dataset = FilingSentencesDataset(filepath=str(tmp_path))
    with pytest.raises(KeyboardInterrupt):
        dataset.save(reading(read=breaks))
    assert not dataset.exists()
    done = list(count_reads)
    assert 0 < len(done) < 9
    dataset.save(reading())
    assert sorted(count_reads) == sorted(filing.filing_id for filing in whole)
    FilingSentencesDataset(filepath=str(tmp_path / "fresh")).save(reading())
    items, sentences = everything(tmp_path)
    fresh_items, fresh_sentences = everything(tmp_path / "fresh")
    pd.testing.assert_frame_equal(items, fresh_items)
    assert sentences == fresh_sentences


def test_a_kill_in_the_middle_leaves_whole_files(tmp_path):
    """A process that is killed while it reads leaves what a later one goes on from."""
    script = textwrap.dedent(
        """
        import sys
        from tests.datasets.test_filing_sentences import FilingSentencesDataset, filing_reading, reading
        filing_reading.BATCH, filing_reading.cpu_count = 1, lambda: 1
        whole = list(reading(30).source.read())
        def slowly():
            for number, filing in enumerate(whole):
                if number == 12:
                    print("now", flush=True)
                    sys.stdin.read()
                yield filing
        FilingSentencesDataset(filepath=sys.argv[1]).save(reading(30, read=slowly))
        """
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with started([sys.executable, "-c", script, str(tmp_path)], **pipes) as process:
        assert process.stdout.readline() == b"now\n"
    read = []
    dataset = FilingSentencesDataset(filepath=str(tmp_path))
    known = set().union(*(set(pd.read_parquet(part)["key"]) for part in tmp_path.glob("part-*")))
    assert 8 <= len(known) < 32
    for piece in reading(30).read(known):
        read += piece.table["key"].unique().tolist()
    assert len(read) == 32 - len(known)
    dataset.save(reading(30))
    assert everything(tmp_path)[0]["filing_id"].nunique() == 32


def test_no_text_at_all(tmp_path):
    FilingSentencesDataset(filepath=str(tmp_path)).save(reading(read=lambda: iter(())))
    stored = FilingSentencesDataset(filepath=str(tmp_path)).load()
    assert stored.items.empty
    columns = ["filing_id", "item", "words", "problem", "undecodable", "form", *filing_reading.WORDS]
    assert stored.items.columns.tolist() == columns
    assert list(stored.batches(stored.items)) == []


def test_all_cores_give_what_one_gives(pieces_of_two, monkeypatch):
    monkeypatch.setattr(filing_reading, "FEWEST_CHARACTERS", 0)
    alone = pd.concat([piece.table for piece in reading().read(set())]).reset_index(drop=True)
    one = READ({reading().key(filing): filing for filing in reading().source.read()}, RULES)
    assert alone.fillna("").to_dict() == one.fillna("").to_dict()


def test_filings_that_came_after_the_index_was_taken_are_not_read(tmp_path):
    taken = pd.DataFrame(index=pd.Index(["f2", "plain"], name="filing_id"))
    now = reading().source
    dataset = FilingSentencesDataset(filepath=str(tmp_path / "sentences"))
    dataset.save(read_sentences(now, taken, None, RULES))
    assert dataset.load().items["filing_id"].unique().tolist() == ["f2", "plain"]
