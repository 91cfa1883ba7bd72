"""Filings in folds: each reads the texts anew, and may use others."""

import numpy as np
import pandas as pd

from rnn_trading.experiments import filings
from rnn_trading.experiments.filings import filing_experiment, of_all_folds
from rnn_trading.filings.splits import describe_filing_folds, describe_filing_parts
from rnn_trading.plan import Plan
from rnn_trading.skill.record import Experiment

NAME = "sec_filings.returns"
DAYS = pd.to_datetime([f"2020-01-{day:02}" for day in range(1, 7)])


def documents(parts, problem=()):
    table = pd.DataFrame({"split": parts, "entry": DAYS, "firm": list("ABCABC"), "problem": None})
    return table.assign(problem=pd.Series(dict(problem), dtype="str").reindex(table.index))


BY_FOLD = {
    "fold_1": documents(["train", "train", "validation", "test", None, None], {4: "after_the_last_date"}),
    # The fourth filing was tested, and is too short for the phrases of the second fold.
    "fold_2": documents(["train", "train", "train", None, "validation", None], {3: "too_few_tokens", 5: "no_text"}),
    "fold_final": documents(["train", "train", "train", "train", "validation", None], {5: "no_text"}),
}


def test_rows_of_parts_are_those_of_each_fold():
    table = of_all_folds(BY_FOLD)
    assert [*table] == ["split", "entry", "firm", "problem", "fold_1", "fold_2", "final"]
    assert describe_filing_parts(table)["test"]["rows"] == 1
    rows = [[fold[part]["rows"] for part in ("train", "validation", "test")] for fold in describe_filing_folds(table)]
    assert rows == [[2, 1, 1], [3, 1, 0], [4, 1, 0]]
    # What some fold uses has no problem.
    assert table["problem"].dropna().to_dict() == {5: "no_text"}


def test_reports_take_the_documents_of_every_fold():
    walk = {"walk_forward": {"folds": 2, "final_fit": True}}
    pipeline = filing_experiment(NAME, Plan.from_parameters({"sec_filings": {"returns": walk}}))
    (gather,) = (node for node in pipeline.nodes if node.name == f"{NAME}.gather_reports")
    taken = {f"{NAME}.fold_{fold}.documents" for fold in (1, 2, "final")}
    assert {name for name in gather.inputs if name.endswith(".documents")} == taken
    assert not taken & pipeline.inputs()


def test_intervals_of_a_record_know_when_each_return_was_known():
    generator = np.random.default_rng(0)
    days, ids = pd.bdate_range("2015-01-02", periods=300), [f"filing_{place}" for place in range(300)]
    table = pd.DataFrame({"filing_id": ids, "firm": "A", "date": days, "training_mean": 0.001})
    table = table.assign(prediction=generator.normal(size=300) / 100, truth=generator.normal(size=300) / 20)
    facts = {"exit": days + pd.Timedelta(7, "D"), "early": False, "stale": False}
    sources = pd.DataFrame(facts, index=pd.Index(ids, name="filing_id"))
    signals = pd.DataFrame({"known_signal": np.nan}, index=sources.index)
    experiment = Experiment(name="a.filings", task="filings", published=None, published_on=None)
    test, validation = table[150:].reset_index(drop=True), table[:150]
    judged = filings.judge(test, validation, sources, signals, {"source": "x"}, {}, experiment, "corrected")
    assert judged["intervals"]["newest"]["until"] == f"{days[-1] + pd.Timedelta(7, 'D'):%Y-%m-%d}"
    assert 0.85 < judged["intervals"]["levels"]["95"]["coverage"] <= 1
    assert [*judged["rivals"]] == ["training_mean"]
