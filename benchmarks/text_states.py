"""What is made of the states of a text network, and whether it reads in both directions, on the validation rows alone.

python benchmarks/text_states.py [ROWS]

Trains the corrected network on reviews, and the corrected network on simulated filings, once for each of six ways, by
one seed. Test rows are taken out before anything is trained. ROWS: so many training and validation rows at most, for a
trial. The filings are those of an earlier ``kedro run --pipelines sec_filings``; without it there is no table of them.
"""

import dataclasses
import itertools
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import project
from kedro.io import DatasetError

from rnn_trading.experiments.filings import forecast_filings
from rnn_trading.experiments.filings import train_network as train_filings
from rnn_trading.experiments.folds import FitOf
from rnn_trading.experiments.reviews import look_up_vectors, read_reviews, split_reviews, train_network
from rnn_trading.models.states import NOTHING_KEPT
from rnn_trading.skill.metrics.panels import spearman

WAYS = [*itertools.product(("last", "mean", "attention"), (False, True))]
Measured = Callable[[Any], tuple[dict[str, float], dict[str, Any]]]


def main() -> None:
    """Print a table for reviews, and one for filings."""
    most = int(sys.argv[1]) if len(sys.argv) > 1 else None
    show("Reviews, learned embeddings", *reviews(most))
    try:
        show("Simulated filings, one network", *filings(most))
    except DatasetError as error:
        print(f"No filings: {error}. First: kedro run --pipelines sec_filings")


def show(title: str, architecture: Any, measure: Measured) -> None:
    """Print one row for each way, as it is measured."""
    print(f"\n**{title}**: validation rows, one seed\n")
    for number, (states, bidirectional) in enumerate(WAYS):
        scores, training = measure(dataclasses.replace(architecture, states=states, bidirectional=bidirectional))
        if number == 0:
            heads = ["states", "directions", *scores, "parameters", "best epoch", "seconds"]
            print(f"| {' | '.join(heads)} |\n| --- |{' ---: |' * (len(heads) - 1)}")
        cells = [states, "2" if bidirectional else "1", *(f"{score:.4f}" for score in scores.values())]
        best = training["best_epoch"]
        cells += [f"{training['parameters']:,}", str(best if isinstance(best, int) else next(iter(best.values())))]
        print(f"| {' | '.join(cells)} | {training['seconds']:.0f} |", flush=True)


def reviews(most: int | None) -> tuple[Any, Measured]:
    """The corrected network on reviews: the validation loss and AUC of its best epoch."""
    values = project.parameters("corrected")["text_sentiment"]["learned_embeddings"]
    table, _ = project.load("reviews_source")
    parts = without_test(split_reviews(table, values["split"], values["experiment"]), most)
    read = read_reviews(table, parts, values["reading"], values["model"])
    words, sequences, reader = (read[name] for name in ("words", "sequences", "text_reader"))
    vectors = look_up_vectors(words, sequences, reader, project.load("word_vectors_source"))["vectors"]

    def measure(architecture: Any) -> tuple[dict[str, float], dict[str, Any]]:
        fitted = train_network(
            *(sequences, reader, vectors, parts, values["experiment"]),
            *(architecture, values["training"], NOTHING_KEPT, FitOf("benchmark")),
        )
        history, training = fitted["history"], fitted["training"]
        best = history[(history["rows"] == "validation") & (history["epoch"] == training["best_epoch"])]
        scores = best.set_index("quantity")["value"]
        return {"log-loss": scores["loss"], "AUC": scores["auc"]}, training

    return values["model"], measure


def filings(most: int | None) -> tuple[Any, Measured]:
    """The corrected network on filings, a single one: its information coefficient on the validation filings."""
    values = project.parameters("corrected")["sec_filings"]["returns"]
    sequences, words, documents = (
        project.load(f"sec_filings.returns.fold_1.{name}") for name in ("sequences", "words", "documents")
    )
    documents, vectors = without_test(documents, most), pd.DataFrame(index=pd.Index(words, name="word"))

    def measure(architecture: Any) -> tuple[dict[str, float], dict[str, Any]]:
        fitted = train_filings(
            *(sequences, vectors, documents, values["experiment"], values["reading"], architecture),
            *(values["training"], NOTHING_KEPT, FitOf("benchmark")),
        )
        forecasts = forecast_filings(fitted["model"], sequences, documents, values["reading"])
        columns = (forecasts[name].to_numpy() for name in ("prediction", "truth"))
        return {"information coefficient": spearman(*columns)}, fitted["training"]

    return values["model"], measure


def without_test(parts: pd.DataFrame, most: int | None) -> pd.DataFrame:
    """The same without a test part, and with so many rows at most in each of the others."""
    left_out = (parts["split"] == "test").to_numpy(copy=True)
    for part in ("train", "validation") if most is not None else ():
        left_out[np.random.default_rng(0).permutation(np.flatnonzero(parts["split"] == part))[most:]] = True
    return parts.assign(split=parts["split"].mask(left_out))


if __name__ == "__main__":
    main()
