"""From the forecasts of fits to the count that a judge is given, through the files of a run."""

import inspect
import logging
import pickle
import shutil

import numpy as np
import pandas as pd
import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Node, Pipeline
from kedro.runner import SequentialRunner

from rnn_trading.datasets.register import RegisterDataset, RegisterEntryDataset
from rnn_trading.datasets.whole import JSONDataset
from rnn_trading.experiments import series
from rnn_trading.experiments.registering import Judged, count_trials, counted_again, register_fit, scores_of
from rnn_trading.experiments.wiring import experiment, given, node
from rnn_trading.skill.record import Experiment
from rnn_trading.skill.runs import table_of_runs
from rnn_trading.skill.summary import skill_table
from rnn_trading.skill.tasks import TASKS
from rnn_trading.workspace.run import files_of
from tests import records as files

MADE = {"commit": "0123456789ab", "clean": True, "version": "0.11.0"}


def forecasts(first="2020-01-01", shift=0.0):
    days = pd.bdate_range(first, periods=6, name="date")
    parts = ["train", "validation", "validation", "test", "test", "test"]
    table = pd.DataFrame({"split": parts, "truth": [1.0, 1.0, 2.0, 1.0, 2.0, 3.0]}, index=days)
    return table.assign(prediction=table["truth"] + shift)


def test_scores_are_those_of_the_headline_on_the_rows_of_each_part():
    scores = scores_of(TASKS["volatility"], forecasts(shift=0.5))
    # Errors of .5 everywhere: of truths with a variance of 1/4 and of 2/3.
    assert (scores.validation, scores.test) == (pytest.approx(0.0), pytest.approx(1 - 0.25 * 3 / 2))
    assert (scores.metric, scores.larger_is_better, scores.test_rows) == ("r2", True, 3)
    assert (scores.tested_from, scores.tested_until) == ("2020-01-06", "2020-01-08")


def test_only_the_rows_of_the_headline_count_and_the_last_target_ends_the_test():
    kinds = pd.DataFrame({"run": ["restarted", "restarted", "one_step"], "date": pd.Timestamp("2020-01-01")})
    table = kinds.assign(step=[1, 2, 1], target_date=pd.to_datetime(["2020-01-02", "2020-01-03", "2020-02-01"]))
    table["run"] = [TASKS["runs"].only["run"]] * 2 + ["another"]
    scores = scores_of(TASKS["runs"], table.assign(truth=[1.0, 2.0, 9.0], prediction=[1.0, 4.0, 0.0]))
    assert scores.test == pytest.approx(np.sqrt(2))
    assert (scores.tested_from, scores.tested_until, scores.test_rows) == ("2020-01-01", "2020-01-03", 2)


def test_documents_have_no_dates_and_one_class_has_no_score():
    table = pd.DataFrame({"id": ["a", "b"], "truth": [1.0, 1.0], "prediction": [0.2, 0.9]})
    scores = scores_of(TASKS["sentiment"], table)
    assert (scores.test, scores.validation, scores.tested_from, scores.test_rows) == (None, None, None, 2)
    final = scores_of(TASKS["volatility"], forecasts().assign(split="train"))
    assert (final.test, final.tested_from, final.test_rows) == (None, None, 0)


def test_the_rows_have_a_hash_whatever_is_forecast():
    first = scores_of(TASKS["volatility"], forecasts()).data
    assert scores_of(TASKS["volatility"], forecasts(shift=1.0)).data == first
    assert scores_of(TASKS["volatility"], forecasts("2020-01-02")).data != first
    assert scores_of(TASKS["volatility"], forecasts().assign(truth=2.0)).data != first


def judge(training, protocol):
    return {"judged": protocol, **training["trials"]}


def facts(key):
    return {"key": key, "ended": "2026-01-31T12:05:00Z", "epochs": 3, "seconds": 1.5, "device": "CPU"}


class Project:
    """Two folds of an experiment, registered, counted and judged."""

    def __init__(self, folder, design="d1", keys=("a", "b"), source="mine.csv", tried_before=0):
        name = "mine.volatility"
        fits = [f"fold_{number}.seed_42" for number in (1, 2)]
        parameters = {"params:experiment": f"params:{name}.experiment", "params:protocol": "params:protocol"}
        self.pipeline = Pipeline([])
        for number, fit in enumerate(fits, start=1):
            function = given(register_fit, fold=f"fold_{number}", seed=42)
            entered = node(function, "trial", model_predictions="model_predictions")
            fitted = {"namespace": f"{name}.{fit}", "prefix_datasets_with_namespace": True}
            self.pipeline += Pipeline([entered], parameters=parameters, **fitted)
        taken = {"register": f"{name}.register", "experiment": f"params:{name}.experiment"}
        taken |= {fit.replace(".", "__"): f"{name}.{fit}.trial" for fit in fits}
        counted = [Node(count_trials, taken, f"{name}.trials", name="count", namespace=name)]
        self.pipeline += Pipeline(counted) + experiment(name, [node(Judged(judge), "record")])
        of = Experiment(
            name=name,
            task="volatility",
            published=None,
            published_on=None,
            tried_before=tried_before,
            made=MADE,
            configuration={"hash": design, "parameters": {"units": [16]}, "source": source},
        )
        entries = {f"params:{name}.experiment": of, "params:protocol": "corrected", f"{name}.training": {"epochs": 3}}
        entries[f"{name}.forecasts_by_seed"] = pd.DataFrame({"split": ["validation", "test"], "seed_42": [1.0, 2.0]})
        for fit, key, first in zip(fits, keys, ("2020-01-01", "2021-01-01"), strict=True):
            entries |= {f"{name}.{fit}.training": facts(key), f"{name}.{fit}.model_predictions": forecasts(first)}
        self.catalog = DataCatalog({each: MemoryDataset(value) for each, value in entries.items()})
        self.register = folder / "09_register/corrected" / name
        for fit in fits:
            place = {"filepath": str(self.register)}
            trial = RegisterEntryDataset(filepath=str(folder / f"{fit}.json"), register=place)
            self.catalog[f"{name}.{fit}.trial"] = trial
        self.catalog[f"{name}.register"] = RegisterDataset(filepath=str(self.register))
        self.catalog[f"{name}.record"] = JSONDataset(filepath=str(folder / "record.json"))
        self.name = name

    def run(self, *from_nodes):
        pipeline = self.pipeline.from_nodes(*from_nodes) if from_nodes else self.pipeline
        SequentialRunner().run(pipeline, self.catalog)
        return self.catalog.load(f"{self.name}.record")


def test_a_run_registers_counts_and_judges(tmp_path, caplog):
    caplog.set_level(logging.INFO, "rnn_trading")
    first = Project(tmp_path).run()
    assert (first["judged"], first["configurations"], first["fits"], first["new"]) == ("corrected", 1, 2, True)
    assert "no other fit of this experiment and source is in the register of trials" in caplog.text
    assert Project(tmp_path).run() == first  # the same fits again
    caplog.clear()
    second = Project(tmp_path, "d2", keys=("c", "d")).run()
    assert (second["configurations"], second["fits"], second["new"]) == (2, 4, False)
    assert "mine.volatility (corrected): 2 configurations tried; 4 fits since 2026-01-31T12:05:00Z" in caplog.text


def test_what_was_tried_before_there_was_a_register_is_counted_too(tmp_path):
    found = Project(tmp_path, tried_before=2).run()
    assert (found["configurations"], found["tries"], found["before"]) == (3, 3, 2)
    assert "before" not in Project(tmp_path / "another").run()


def test_the_same_fits_on_a_file_of_another_name_are_counted_there(tmp_path):
    Project(tmp_path).run()
    copy = Project(tmp_path, source="copy.csv").run()
    assert (copy["configurations"], copy["fits"], copy["new"]) == (1, 2, True)
    assert copy["since"] == "2026-01-31T12:05:00Z"
    assert len(Project(tmp_path).catalog.load("mine.volatility.register").entries) == 4


def test_records_are_counted_again_when_they_are_read(tmp_path, caplog):
    trials = Project(tmp_path).run() | {"best_by_luck": None}
    every = RegisterDataset(filepath=str(tmp_path / "09_register"))
    one, old = (files.record(name, "corrected", 0.5, 0.5, trials=of) for name, of in (("a.up", trials), ("b", None)))
    records = files.read(files.files(one, old))
    assert records.problems == []
    at_once = counted_again(every.load(), records)
    assert at_once.found["a.up", "corrected"]["trials"]["tries_now"] == 1
    assert at_once.found["b", "corrected"] == records.found["b", "corrected"]
    assert "judged after" not in caplog.text
    for number in range(2, 11):
        Project(tmp_path, f"d{number}", keys=(f"a{number}", f"b{number}")).run()
    late = counted_again(every.load(), records)
    said = "judged after 1 try, now there are 10: its p-values are not corrected for them"
    assert f"a.up (corrected): {said}. Run it again." in caplog.text
    table = skill_table(late, ["a.up", "b"]).set_index("experiment")
    assert table.loc["a.up", "remark"] == f"1 configuration tried; {said}"
    assert table_of_runs({"main": records, "late": late}).groupby("run")["remark"].unique().map(set).to_dict() == {
        "main": {""},
        "late": {said, ""},
    }


def test_what_was_tried_before_is_counted_again_too(tmp_path):
    """One try of before a register, and two that are in it by now."""
    trials = Project(tmp_path).run() | {"best_by_luck": None, "before": 1, "configurations": 2, "tries": 2}
    Project(tmp_path, "d2", keys=("a2", "b2")).run()
    every = RegisterDataset(filepath=str(tmp_path / "09_register"))
    records = files.read(files.files(files.record("a.up", "corrected", 0.5, 0.5, trials=trials)))
    assert counted_again(every.load(), records).found["a.up", "corrected"]["trials"]["tries_now"] == 3
    broken = files.read(files.files(files.record("a.up", "corrected", 0.5, 0.5, trials=trials | {"before": -3})))
    assert "trials.before" in broken.problems[0]


def test_what_is_not_counted_is_not_judged(tmp_path):
    project = Project(tmp_path)
    project.run()
    (tmp_path / "record.json").unlink()
    shutil.rmtree(project.register)
    with pytest.raises(ValueError, match=r"2 of 2 fits are not in the register.*run the experiment again"):
        project.run(f"{project.name}.count")
    assert not (tmp_path / "record.json").exists()
    assert project.run()["new"]


def test_the_register_is_neither_written_nor_read_by_one_run_alone(tmp_path):
    """Two runs at once append to it: none of its files is claimed, set aside, or said to be of another source."""
    project = Project(tmp_path)
    writes, reads = files_of(project.pipeline, project.catalog, only_missing_outputs=False)
    assert sorted(path.name for path in writes.values()) == [
        "fold_1.seed_42.json",
        "fold_2.seed_42.json",
        "record.json",
    ]
    assert reads == {}


def test_a_judge_that_is_counted_is_a_node_like_others():
    counted = Judged(series.judge)
    taken = node(counted, "skill").inputs
    assert {"trials", "forecasts_by_seed", "params:experiment", "params:protocol", "training"} <= {*taken}
    assert [*inspect.signature(counted).parameters][-2:] == ["trials", "forecasts_by_seed"]
    assert pickle.loads(pickle.dumps(counted)).judge is series.judge
