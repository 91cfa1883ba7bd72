import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_trading.splits.documents import DocumentSplitParameters, describe_documents, split_documents
from tests.helpers import changed

SPLIT = DocumentSplitParameters(test_share=0.2, validation_share=0.1, neighbours=1, validate_on="validation", seed=42)


def documents(n=100, positive=0.5):
    labels = pd.Series((np.arange(n) < positive * n).astype("int8"), index=[f"r{i}" for i in range(n)])
    texts = pd.Series([f"text {i}" for i in range(n)], index=labels.index)
    return labels, texts, pd.Series(None, index=labels.index, dtype="str")


def test_shares_are_kept_in_both_classes():
    labels, texts, given = documents(200, positive=0.3)
    parts = split_documents(labels, texts, given, SPLIT)
    counts = pd.crosstab(parts, labels)
    assert counts.to_dict() == {
        0: {"train": 98, "validation": 14, "test": 28},
        1: {"train": 42, "validation": 6, "test": 12},
    }
    assert describe_documents(parts, labels)["test"] == {"rows": 40, "positive_share": 0.3}
    assert parts.equals(split_documents(labels, texts, given, SPLIT))
    assert not parts.equals(split_documents(labels, texts, given, changed(SPLIT, seed=1)))


def test_as_published_the_same_test_and_no_validation():
    labels, texts, given = documents()
    corrected = split_documents(labels, texts, given, SPLIT)
    published = split_documents(labels, texts, given, changed(SPLIT, validate_on="test"))
    assert (published == "test").equals(corrected == "test")
    assert set(published) == {"train", "test"}


@given(st.integers(0, 10_000), st.integers(1, 7))
def test_what_belongs_together_is_on_one_side(seed, neighbours):
    labels, _, given = documents(600)
    texts = pd.Series(np.random.default_rng(seed).integers(0, 400, 600).astype(str), index=labels.index)
    parts = split_documents(labels, texts, given, changed(SPLIT, seed=seed, neighbours=1))
    assert parts.groupby(texts).nunique().max() == 1
    parts = split_documents(
        labels, pd.Series(labels.index, index=labels.index), given, changed(SPLIT, neighbours=neighbours)
    )
    assert parts.groupby(np.arange(600) // neighbours).nunique().max() == 1


def test_a_given_test_is_kept_and_its_duplicates_leave_the_training():
    labels, texts, _ = documents(160)
    given = pd.Series(np.where(np.arange(160) % 2 == 0, "test", "train"), index=labels.index)
    texts.iloc[1] = texts.iloc[0]
    with_neighbours = split_documents(labels, texts, given, changed(SPLIT, neighbours=5))
    assert with_neighbours.isna().sum() == 1
    parts = split_documents(labels, texts, given, SPLIT)
    assert (parts == "test").equals(given == "test")
    assert parts.isna().tolist() == [False, True, *[False] * 158]
    assert (parts == "validation").sum() == 8
    assert describe_documents(parts, labels)["unused"] == {"rows": 1}
    published = split_documents(labels, texts, given, changed(SPLIT, validate_on="test", copies_of_the_test="keep"))
    assert published.astype("str").equals(given.rename("split"))


def test_a_given_validation_is_kept():
    labels, texts, _ = documents(40)
    given = pd.Series(np.resize(["train", "validation", "test", "train"], 40), index=labels.index)
    assert split_documents(labels, texts, given, SPLIT).astype("str").equals(given.rename("split"))


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (
            [1] * 40,
            "The train part of the split needs at least 3 documents with each label, 0 and 1. "
            "Received: 0 with 0 and 28 with 1",
        ),
        ([1, 0], "The train part .* of 2 documents"),
        ([1] * 39 + [0], "Received: 1 with 0 and 27 with 1, of 40 documents"),
    ],
)
def test_parts_without_both_classes_are_refused(labels, message):
    labels = pd.Series(labels)
    with pytest.raises(ValueError, match=message):
        split_documents(labels, labels.index.to_series(), pd.Series(None, index=labels.index, dtype="str"), SPLIT)


def test_shares_that_leave_nothing_are_refused():
    with pytest.raises(ValueError, match="leave nothing to train on: expected a sum below 1. Received: 0.6 and 0.4"):
        changed(SPLIT, test_share=0.6, validation_share=0.4)
