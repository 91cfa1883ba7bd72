import pandas as pd
import pytest

from rnn_trading.tables.reading import Reading
from rnn_trading.tables.reviews import (
    ReviewColumns,
    ReviewError,
    parse_reviews,
    review_quality,
    states_rating,
    validate_reviews,
)


def raw(**columns):
    return pd.DataFrame({"label": [1, 0, 1], "text": ["Good", "Bad", "Fine"]} | columns)


def test_the_canonical_table():
    table, reading = parse_reviews(raw(further=[1, 2, 3]), "here")
    assert table.columns.tolist() == ["split", "label", "text"]
    assert table.index.tolist() == ["0", "1", "2"]
    assert table["label"].dtype == "int8"
    assert table["split"].isna().all()
    assert reading == Reading((), {"empty_texts": 0, "undecodable_texts": 0})
    validate_reviews(table)


@pytest.mark.parametrize(
    ("labels", "expected", "recognised"),
    [
        ([1.0, 0.0, 1.0], [1, 0, 1], ()),
        (["1", "0", "1.0"], [1, 0, 1], ()),
        ([True, False, True], [1, 0, 1], ()),
        (["Positive", " negative", "POS"], [1, 0, 1], ("labels in words, positive and negative",)),
        (["True", "False", "True"], [1, 0, 1], ("labels in words, positive and negative",)),
        ([2, 1, 2], [1, 0, 1], ("labels 2 as positive, 1 as negative",)),
        (["1", "-1", "1"], [1, 0, 1], ("labels 1 as positive, -1 as negative",)),
        ([1, 2, 3], [1, 2, 3], ()),  # stars
        ([2, 2, 2], [2, 2, 2], ()),
    ],
)
def test_labels_as_people_write_them(labels, expected, recognised):
    table, reading = parse_reviews(raw(label=labels), "here")
    assert (table["label"].tolist(), reading.recognised) == (expected, recognised)


def test_stars_with_thresholds_become_two_labels():
    stars = pd.DataFrame({"stars": ["1", "4.5", "2.5", "4"], "text": list("abcd")})
    table, reading = parse_reviews(stars, "here", told=ReviewColumns(positive_from=4, negative_to=2))
    assert table["label"].to_dict() == {"0": 0, "1": 1, "3": 1}
    assert reading.counts["between_the_thresholds"] == 1
    assert reading.recognised == ("'stars' as label", "labels from 4 as positive, to 2 as negative")
    with pytest.raises(ReviewError, match="'label', row 1: expected a number, since review_positive_from is set"):
        parse_reviews(raw(label=["1", "good", "2"]), "here", told=ReviewColumns(positive_from=4, negative_to=2))
    for wrong in ({"positive_from": 4}, {"negative_to": 4}, {"positive_from": 4, "negative_to": 4}):
        with pytest.raises(ReviewError, match="expected both, the first above the second"):
            ReviewColumns(**wrong)


def test_columns_by_usual_names_and_those_that_could_both_be_meant():
    table = pd.DataFrame({"Review": ["a", "b"], "Sentiment": [1, 0]})
    read, reading = parse_reviews(table, "here")
    assert read["text"].tolist() == ["a", "b"]
    assert reading.recognised == ("'Sentiment' as label", "'Review' as text")
    for further, name in (({"comment": ["c", "d"]}, "text"), ({"rating": [1, 5]}, "label")):
        both = table.assign(**further)
        with pytest.raises(ReviewError, match=f"could both be {name}. Say which: --params reviews_columns.{name}="):
            parse_reviews(both, "here")
        assert parse_reviews(both, "here", told=ReviewColumns({name: next(iter(further))}))[0].shape == (2, 3)
    with pytest.raises(ValueError, match="reviews_columns: expected text, label. Received: 'id'"):
        ReviewColumns({"id": "x"})


def test_a_column_that_is_told_is_taken_and_the_file_s_own_of_that_name_set_aside():
    table = pd.DataFrame({"text": ["raw", "raw 2"], "cleaned": ["a", "b"], "label": [1, 0], "split": ["train", "test"]})
    read, _ = parse_reviews(table, "here", told=ReviewColumns({"text": "cleaned"}))
    assert read["text"].tolist() == ["a", "b"]
    assert read["split"].tolist() == ["train", "test"]


def test_an_index_may_hold_ids_or_labels():
    table = raw(split=["Train", "test", "TRAIN"]).set_index(pd.Index(["a", "b", "c"], name="id"))
    read, _ = parse_reviews(table, "here")
    assert read.index.tolist() == ["a", "b", "c"]
    assert read["split"].tolist() == ["train", "test", "train"]
    assert parse_reviews(raw().set_index("label"), "here")[0]["label"].tolist() == [1, 0, 1]


def test_texts_that_are_bytes_and_what_is_no_text():
    read, reading = parse_reviews(raw(text=["Amélie".encode(), b"Am\xe9lie", "c"]), "here")
    assert read["text"].tolist() == ["Amélie", "Am\ufffdlie", "c"]
    assert reading.counts["undecodable_texts"] == 1
    with pytest.raises(ReviewError, match=r"'text', row 1: expected a text. Received: \['b'\]"):
        parse_reviews(raw(text=["a", ["b"], "c"]), "here")


def test_ids_that_are_floats_have_no_decimal_point():
    assert parse_reviews(raw(id=[7.0, 8.0, 9.0]), "here")[0].index.tolist() == ["7", "8", "9"]
    # As those of filings: text that a float has become, beside other ids, too.
    assert parse_reviews(raw(id=["7.0", "008", "x"]), "here")[0].index.tolist() == ["7", "008", "x"]
    with pytest.raises(ReviewError, match="here: the ids '7.0' and '7' would both be '7'"):
        parse_reviews(raw(id=["7.0", "7", "x"]), "here")
    with pytest.raises(ReviewError, match="here: column 'id', row 1: the id '1.23E\\+12' .* has lost digits"):
        parse_reviews(raw(id=["7", "1.23E+12", "x"]), "here")


def test_authors_are_kept_where_they_are_known():
    table, _ = parse_reviews(raw(author=["ann", None, 3], text=["Good", "Bad", ""]), "here")
    assert table.columns.tolist() == ["split", "label", "text", "author"]
    assert table["author"].iloc[0] == "ann"
    assert table["author"].isna().tolist() == [False, True]
    validate_reviews(table)


def test_empty_texts_are_left_out_and_counted_and_others_keep_their_ids():
    table, reading = parse_reviews(raw(text=["Good", " \n?!", None], split=["train", "test", "test"]), "here")
    assert table.index.tolist() == ["0"]
    assert reading.counts["empty_texts"] == 2
    table, reading = parse_reviews(raw(text=["1 <br /> 2", "<br /><br />", "___"]), "here")
    assert (table.index.tolist(), reading.counts["empty_texts"]) == (["0"], 2)
    with pytest.raises(ReviewError, match=r"here holds no review with a text \(3 rows, 3 empty\)"):
        parse_reviews(raw(text=["", " ", None]), "here")


def test_replaced_bytes_are_counted():
    assert parse_reviews(raw(text=["Am\ufffdlie", "b", "c"]), "here")[1].counts["undecodable_texts"] == 1


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (
            {"label": [1, 101, 0]},
            r"'label', row 1: expected 0 \(negative\) or 1 \(positive\), .* whole numbers from 0 to 100, such as stars "
            r".*review_positive_from=7.*Received: 101 \(1 such row\)",
        ),
        ({"label": ["pos", "neutral", "neg"]}, "expected 0"),
        ({"label": ["pos", "1", "neg"]}, "expected 0"),
        ({"label": [4.5, 1, 5]}, "row 0: expected 0 .*Received: 4.5"),
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
    with pytest.raises(ReviewError, match="column 'label' is missing. Received: 'text'. Name it: --params reviews_"):
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
