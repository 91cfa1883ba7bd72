"""Reviews whose source says which are the test, as published and corrected: what is trained on, and what is misread."""

import pandas as pd
import pytest

from rnn_trading.experiments.reviews import gather_reports, read_reviews, split_reviews
from rnn_trading.models.parameters import TextNetworkParameters
from rnn_trading.skill.record import Experiment
from rnn_trading.splits.documents import DocumentSplitParameters
from rnn_trading.tables.reviews import parse_reviews
from rnn_trading.text.text import ReadingParameters

# The first training text stands in the test, in other letters; three texts are not ASCII.
TEXTS = [f"text {number}" for number in range(120)]
TEXTS[0], TEXTS[1], TEXTS[2], TEXTS[3] = "A  Copy", "a copy", "voil\u00e0", "na\u00efve"
TEXTS[5] = "don\u2019t"
RAW = pd.DataFrame({"label": [0, 0, 1, 1] * 30, "split": ["train", "test"] * 60, "text": TEXTS})


@pytest.mark.parametrize(
    ("protocol", "dropped", "trained_on", "misread"),
    [("corrected", 1, 0, 0), ("as_published", 0, 1, 3), ("book", 0, 1, 3)],
)
def test_the_report_counts_copies_of_the_test_and_misread_texts(
    base_parameters, protocol, dropped, trained_on, misread
):
    values = base_parameters(protocol)["text_sentiment"]["pretrained_embeddings"]
    reviews, read = parse_reviews(RAW, "mine.csv")
    experiment = Experiment(**values["experiment"])
    parts = split_reviews(reviews, DocumentSplitParameters(**values["split"]), experiment)
    reading, model = ReadingParameters(**values["reading"]), TextNetworkParameters(**values["model"])
    made = read_reviews(reviews, parts, reading, model)
    report = gather_reports(
        reviews, {"source": "mine", "dropped": read.counts}, made["text_reader"], made["sequences"], parts, {}
    )
    assert report["dropped"]["training_texts_of_the_test"] == dropped
    assert report["trained_on"] == {"texts_of_the_test": trained_on}
    assert report["misread"] == {"texts": misread}
    assert ("voil\u00e3" in made["words"]) == (protocol != "corrected")


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ({"states": "mean"}, r"model.states=mean: .* take model.states=attention or last"),
        ({"states": "last", "words_mean": True}, r"model.words_mean=true: .* take model.words_mean=false\."),
        (
            {"states": ["mean", "max"], "words_mean": True},
            r"model.words_mean=true, model.states=\[mean, max\]: .* take model.words_mean=false and "
            r"model.states=\[max\]\.",
        ),
    ],
)
def test_a_mean_over_no_words_is_refused_and_every_mean_is_named(base_parameters, model, message):
    """The source leaves out what has no letter; a text of markup alone has no word either."""
    values = base_parameters("corrected")["text_sentiment"]["pretrained_embeddings"]
    reading = ReadingParameters(**values["reading"])
    reviews = pd.DataFrame({"text": ["a film", "<br />"]}, index=pd.Index(["5", "7"], name="id"))
    parts = pd.DataFrame({"split": ["train", "train"]}, index=reviews.index)
    with pytest.raises(ValueError, match=message) as refused:
        read_reviews(reviews, parts, reading, TextNetworkParameters(**values["model"] | model))
    assert "Received: 1 without, such as review 7" in str(refused.value)
