import pandas as pd
import pytest

from rnn_trading.tables.reviews import ReviewError, parse_reviews, review_quality, states_rating, validate_reviews


def raw(**columns):
    return pd.DataFrame({"label": [1, 0, 1], "text": ["Good", "Bad", "Fine"]} | columns)


def test_the_canonical_table():
    table, counts = parse_reviews(raw(further=[1, 2, 3]), "here")
    assert table.columns.tolist() == ["split", "label", "text"]
    assert table.index.tolist() == ["0", "1", "2"]
    assert table["label"].dtype == "int8"
    assert table["split"].isna().all()
    assert counts.counts == {"empty_texts": 0, "undecodable_texts": 0}
    validate_reviews(table)


def test_authors_are_kept_where_they_are_known():
    table, _ = parse_reviews(raw(author=["ann", None, 3], text=["Good", "Bad", ""]), "here")
    assert table.columns.tolist() == ["split", "label", "text", "author"]
    assert table["author"].iloc[0] == "ann"
    assert table["author"].isna().tolist() == [False, True]
    validate_reviews(table)


def test_empty_texts_are_left_out_and_counted_and_others_keep_their_ids():
    table, counts = parse_reviews(raw(text=["Good", " \n?!", None], split=["train", "test", "test"]), "here")
    assert table.index.tolist() == ["0"]
    assert counts.counts["empty_texts"] == 2
    with pytest.raises(ReviewError, match=r"here holds no review with a text \(3 rows, 3 empty\)"):
        parse_reviews(raw(text=["", " ", None]), "here")


def test_replaced_bytes_are_counted():
    assert parse_reviews(raw(text=["Am\ufffdlie", "b", "c"]), "here")[1].counts["undecodable_texts"] == 1


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (
            {"label": [1, 101, 0]},
            r"'label', row 1: expected 0 \(negative\) or 1 \(positive\), or whole numbers from 0 to 100, such as stars"
            r"\. Received: 101 \(1 such row\)",
        ),
        ({"label": ["pos", "neg", "pos"]}, "Received: 'pos'"),
        ({"label": [1, None, 0]}, "row 1: expected 0"),
        ({"split": ["train", "dev", "test"]}, "expected one of train, validation, test, or nothing. Received: 'dev'"),
        ({"split": ["train", None, "test"]}, "row 1: expected a split in every row or in none"),
        ({"id": ["a", None, "b"]}, "'id', row 1: expected an id"),
        ({"id": ["a", "b", "a"]}, "'id', row 2: expected every id once. Received: 'a'"),
    ],
)
def test_refused(columns, message):
    with pytest.raises(ReviewError, match=message):
        parse_reviews(raw(**columns), "here")


def test_a_missing_column_is_named():
    with pytest.raises(ReviewError, match="column 'label' is missing. Expected: label, text"):
        parse_reviews(raw().drop(columns="label"), "here")


def test_quality_by_hand():
    texts = ["A  film", "a film", "8/10 from me", "Bad"]
    table, _ = parse_reviews(pd.DataFrame({"label": [1, 0, 1, 0], "text": texts}), "here")
    report = review_quality(table)
    assert (report["reviews"], report["positive_share"]) == (4, 0.5)
    assert (report["duplicates"], report["contradictions"], report["states_rating"]) == (1, 1, 1)
    assert report["characters"] == {"median": 6, "fewest": 3, "most": 12}


@pytest.mark.parametrize(
    ("text", "states"),
    [
        *((text, True) for text in ("I give it 8/10.", "7.5 out of 10", "10 out of ten!", "a 3 / 10 film", "(1/10)")),
        *((text, False) for text in ("18/100", "on 9/11", "1/2 an hour", "one of the 10 best", "10 years")),
    ],
)
def test_stated_ratings(text, states):
    assert states_rating(pd.Series([text])).tolist() == [states]
