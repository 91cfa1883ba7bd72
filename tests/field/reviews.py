"""Reviews as people have them."""

from collections.abc import Callable
from typing import Any

import pandas as pd

from tests.field.case import Case
from tests.field.panel import parquet

TEXTS = ["Fine work.", "Dull work.", "A good film, really.", "A bad film.", "Well made.", "Badly made."]


def table(*labels: Any, header: str = "label,text") -> str:
    """A CSV with a row for each text, the labels in turn."""
    lines = [f'{labels[row % len(labels)]},"{text}"' for row, text in enumerate(TEXTS)]
    return "\n".join([header, *lines]) + "\n"


def labelled(*expected: int, texts: list[str] = TEXTS) -> Callable[[Any], bool]:
    """Whether the reviews have these labels and texts."""
    return lambda outcome: (
        outcome.table["label"].tolist() == list(expected) and outcome.table["text"].tolist() == list(texts)
    )


ALL = (1, 0, 1, 0, 1, 0)
THRESHOLDS = {"review_positive_from": 4, "review_negative_to": 2}
HALF = pd.DataFrame({"label": [1, 0] * 3, "text": [text.encode() for text in TEXTS]})
REVIEWS = [
    Case("labels 1 and 0", {"r.csv": table(1, 0)}, "read", "", labelled(*ALL)),
    Case(
        "`sentiment` and `review`, with `positive` and `negative`",
        {"r.csv": table("positive", "negative", header="sentiment,review")},
        "read",
        "",
        labelled(*ALL),
    ),
    Case("labels 2 and 1", {"r.csv": table(2, 1)}, "read", "", labelled(*ALL)),
    Case(
        "stars, as `text_sentiment.stars` takes them",
        {"r.csv": table(5, 1, 3, header="stars,text")},
        "read",
        "'stars' as label",
        labelled(5, 1, 3, 5, 1, 3),
    ),
    Case(
        "stars, and `review_positive_from=4,review_negative_to=2`",
        {"r.csv": table(5, 1, 3)},
        "left out",
        "between_the_thresholds",
        labelled(1, 0, 1, 0, texts=[TEXTS[row] for row in (0, 1, 3, 4)]),
        THRESHOLDS,
    ),
    Case("texts held as bytes", {"r.parquet": parquet(HALF)}, "read", "", labelled(*ALL)),
    Case(
        "a text without a letter",
        {"r.csv": table(1, 0) + "1,!!!\n"},
        "left out",
        "",
        labelled(*ALL),
    ),
    Case(
        "bytes that are no UTF-8",
        {"r.csv": table(1, 0).encode().replace(b"Well", b"W\xe9ll")},
        "mended",
        "",
        labelled(*ALL, texts=[text.replace("Well", "W�ll") for text in TEXTS]),
    ),
    Case("a comma that is not quoted", {"r.csv": table(1, 0) + "1,good, really\n"}, "refused", "quotation marks"),
    Case("a label `maybe`", {"r.csv": table(1, 0) + "maybe,Hm.\n"}, "refused", "'maybe'"),
    Case(
        "two columns that could both be the text",
        {"r.csv": table(1, 0, header="label,review,comment").replace('"\n', '",x\n')},
        "refused",
        "could both be",
    ),
]
