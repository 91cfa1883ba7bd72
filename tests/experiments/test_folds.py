"""What is done once a fold and once a network, on toys without a network."""

from typing import Any

import pandas as pd
import pytest
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Pipeline
from kedro.runner import SequentialRunner

from rnn_trading.experiments import folds, wiring
from rnn_trading.experiments.folds import SPLIT_OF_FOLD, FitOf, Folds, of_the_folds_of
from rnn_trading.plan import Plan

NAME = "toy.level"
TWIN = f"{NAME}.twin"
DAYS = pd.Index(pd.bdate_range("2020-01-01", periods=6), name="date")
SERIES = pd.DataFrame({"value": [1.0, 3.0, 5.0, 7.0, 9.0, 11.0]}, DAYS)
PARTS = pd.DataFrame(
    {
        "split": ["train", "train", "validation", "test", "test", "test"],
        "fold_1": ["train", "train", "validation", "test", None, None],
        "fold_2": ["train", "train", "train", "validation", "test", "test"],
        "final": ["train", "train", "train", "train", "validation", "validation"],
    },
    DAYS,
)


def scale(series: pd.DataFrame, split_dates: pd.DataFrame) -> dict[str, float]:
    return {"mean": float(series.loc[split_dates["split"] == "train", "value"].mean())}


def fit_rivals(series: pd.DataFrame, split_dates: pd.DataFrame, fold: str) -> pd.DataFrame:
    rows = split_dates.index[split_dates["split"].isin(["validation", "test"])]
    return pd.DataFrame({"number": float(fold.removeprefix("fold_"))}, rows)


def train(scaling: dict[str, float], fit: FitOf) -> dict[str, Any]:
    history = pd.DataFrame({"epoch": [1], "rows": ["train"], "quantity": ["loss"], "value": [0.5]})
    facts = {"networks": 1, "parameters": 1, "epochs": 1, "seconds": 1.0, "device": "CPU", "title": fit.title}
    facts["first"] = fit.first
    return {"model": scaling["mean"] + float(fit.seed or 0), "history": history, "training": facts}


def forecast(model: float, series: pd.DataFrame, split_dates: pd.DataFrame) -> pd.DataFrame:
    rows = split_dates.dropna()
    return rows.assign(prediction=model, truth=series["value"][rows.index])


EACH_FOLD = (SPLIT_OF_FOLD, wiring.node(scale, "scaling"), wiring.rivals(fit_rivals))
EACH_FIT = (wiring.train(train), wiring.forecast(forecast))


def planned(final: bool = True, **parameters: Any) -> Plan:
    walk = {"folds": 2, "final_fit": final}
    return Plan.from_parameters({"toy": {"level": {"walk_forward": walk, "training": {"seed": 42}} | parameters}})


def experiment(plan: Plan) -> Pipeline:
    return folds.experiment(NAME, [], Folds(plan.of(NAME), EACH_FOLD, EACH_FIT, newest=("scaling",)))


def twin(plan: Plan) -> Pipeline:
    shared = of_the_folds_of(NAME, "split_dates", "scaling", "rival_predictions")
    return folds.experiment(TWIN, [], Folds(plan.of(TWIN), (), EACH_FIT, shared), {"series": f"{NAME}.series"})


def run(pipeline: Pipeline, *outputs: str, **given: Any) -> dict[str, Any]:
    data = {f"{NAME}.series": SERIES, f"{NAME}.split_dates": PARTS} | given
    catalog = DataCatalog({name: MemoryDataset(value) for name, value in data.items()})
    made = SequentialRunner().run(pipeline.to_outputs(*(f"{NAME}.{each}" for each in outputs)), catalog)
    return {name.removeprefix(f"{NAME}."): dataset.load() for name, dataset in made.items()}


COLLECTED = ("model_predictions", "forecasts_by_seed", "rival_predictions", "history", "training", "scaling")
SEEDS = {f"params:{NAME}.seeds": 2, f"params:{NAME}.other_seeds": [7]}
TWO_SEEDS = {"seeds": 2, "other_seeds": [7]}


def test_what_is_made_once_a_fold_and_what_once_a_fit():
    pipeline = experiment(planned(**TWO_SEEDS))
    of_folds = {name for name in pipeline.all_outputs() if name.startswith(f"{NAME}.fold_")}
    judged = [f"{NAME}.fold_{number}" for number in (1, 2)]
    fits = [f"seed_{seed}" for seed in (42, 43, 7)]
    of_a_fold = ("split_dates", "scaling", "rival_predictions", "model_predictions", "forecasts_by_seed")
    of_a_fit = ("history", "training", "model", "trial")
    assert of_folds == {
        *(f"{fold}.{each}" for fold in judged for each in of_a_fold),
        *(f"{fold}.{fit}.{each}" for fold in judged for fit in fits for each in (*of_a_fit, "model_predictions")),
        # The final fit forecasts nothing, and has no rivals.
        *(f"{NAME}.fold_final.{each}" for each in ("split_dates", "scaling")),
        *(f"{NAME}.fold_final.{fit}.{each}" for fit in fits for each in of_a_fit),
    }


def test_nodes_are_grouped_by_fold_and_a_gpu_is_for_fits():
    pipeline = experiment(planned(**TWO_SEEDS))
    names = {node.name for node in pipeline.nodes}
    assert {f"{NAME}.folds.fold_1.scale", f"{NAME}.folds.fold_2.seed_43.train", f"{NAME}.folds.gather_fits"} <= names
    assert sum(name.endswith(".scale") for name in names) == 3
    fits = {node.name for node in pipeline.nodes if "fit" in node.tags}
    assert fits == {
        f"{NAME}.folds.{fold}.seed_{seed}.train" for fold in ("fold_1", "fold_2", "fold_final") for seed in (42, 43, 7)
    }
    assert all("gpu" in node.tags for node in pipeline.nodes if "fit" in node.tags)


def test_folds_are_stacked_and_only_seeds_that_count_are_averaged():
    made = run(experiment(planned(**TWO_SEEDS)), *COLLECTED, **SEEDS)
    predictions = made["model_predictions"]
    test = predictions[predictions["split"] == "test"]
    # Training rows have the means 2 and 3; seeds 42 and 43 add 42.5.
    assert test[["fold", "prediction"]].to_numpy().tolist() == [[1, 44.5], [2, 45.5], [2, 45.5]]
    assert test.index.tolist() == DAYS[3:].tolist()
    single = made["forecasts_by_seed"]
    assert single.loc[single["fold"] == 1, ["seed_42", "seed_43", "seed_7"]].iloc[0].tolist() == [44, 45, 9]
    assert "prediction" not in single
    # Day 4 is tested in the first fold and validates in the second.
    assert made["rival_predictions"].loc[DAYS[3], "number"].tolist() == [1.0, 2.0]
    assert made["history"][["fold", "seed"]].to_numpy().tolist() == [[k, s] for k in (1, 2) for s in (42, 43, 7)]


def test_what_all_fits_came_to_and_what_belongs_to_the_newest_networks():
    made = run(experiment(planned(**TWO_SEEDS)), *COLLECTED, **SEEDS)
    training = made["training"]
    assert (training["folds"], training["fits"], training["networks"], training["seconds"]) == (2, 4, 2, 4.0)
    assert training["other_seeds"] == [7]
    assert training["final_fit"]["fits"] == 2
    assert training["title"]["fold_2.seed_43"] == f"{NAME}, fold 2, seed 43"
    assert training["final_fit"]["title"]["fold_final.seed_42"] == f"{NAME}, final fit, seed 42"
    # One fit alone says what is true of all.
    assert [fit for fit, first in training["first"].items() if first] == ["fold_1.seed_42"]
    assert training["final_fit"]["first"] is False
    assert made["scaling"] == {"mean": 4.0}  # of the final fit, whose training rows are the first four
    assert run(experiment(planned(final=False)), "scaling")["scaling"] == {"mean": 3.0}


def test_what_is_judged_is_scaled_as_in_the_first_fold():
    """And not as in the final fit, whose training rows were tested."""
    judged = wiring.node(spread, "spread", scaling=f"{folds.FIRST}scaling")
    plan = planned()
    own = folds.experiment(NAME, [judged], Folds(plan.of(NAME), EACH_FOLD, EACH_FIT, newest=("scaling",)))
    assert run(own, "spread")["spread"] == 2.0
    # Of an experiment that takes the scaling of another, it is that of the other's first fold.
    shared = of_the_folds_of(NAME, "split_dates", "scaling", "rival_predictions")
    beside = folds.experiment(TWIN, [judged], Folds(plan.of(TWIN), (), EACH_FIT, shared), {"series": f"{NAME}.series"})
    assert run(own + beside, "twin.spread")["twin.spread"] == 2.0


def spread(scaling: dict[str, float]) -> float:
    return scaling["mean"]


def test_an_experiment_shares_what_is_made_in_the_folds_of_another():
    pipeline = twin(planned())
    assert {
        *(f"{NAME}.fold_{fold}.{each}" for fold in (1, 2) for each in ("split_dates", "scaling", "rival_predictions")),
        f"{NAME}.fold_final.scaling",
    } <= pipeline.inputs()
    assert not any("scale" in node.name for node in pipeline.nodes)
    both = experiment(planned()) + pipeline
    whole = run(both, "twin.model_predictions", "model_predictions")
    pd.testing.assert_frame_equal(whole["twin.model_predictions"], whole["model_predictions"])


def test_a_fold_by_itself_does_not_depend_on_how_many_follow():
    """What a fit is made from changes with nothing of another fold: its file stays good."""
    one, two = (
        Plan.from_parameters({"toy": {"level": {"walk_forward": {"folds": number}}}}).of(NAME) for number in (1, 2)
    )
    made = [folds.experiment(NAME, [], Folds(fits, EACH_FOLD, EACH_FIT)) for fits in (one, two)]
    of_the_first = [
        {(node.name, *node.inputs, *node.outputs) for node in each.nodes if ".fold_1." in node.name} for each in made
    ]
    assert of_the_first[0] == of_the_first[1]


def test_what_has_no_date_has_no_folds():
    fits = Plan.from_parameters({"toy": {"level": {"seeds": 2}}}).of(NAME)
    pipeline = folds.experiment(NAME, [], Folds(fits, (wiring.rivals(fit_rivals),), EACH_FIT), ["scaling"])
    parts = PARTS[["split"]]
    given = {"scaling": {"mean": 1.0}, f"{NAME}.series": SERIES, f"{NAME}.split_dates": parts}
    given[f"params:{NAME}.seeds"] = 2
    wanted = [f"{NAME}.{each}" for each in folds.STACKED]
    made = SequentialRunner().run(
        pipeline.to_outputs(*wanted), DataCatalog({name: MemoryDataset(value) for name, value in given.items()})
    )
    tables = [made[name].load() for name in wanted]
    assert not any("fold" in table for table in tables)
    assert tables[0]["prediction"].unique().tolist() == [1.5]  # seeds 0 and 1


def test_the_only_network_is_called_by_its_experiment():
    plan = Plan.from_parameters({"toy": {"level": {"walk_forward": {"folds": 1}, "training": {"seed": 42}}}})
    training = run(experiment(plan), "training")["training"]
    assert training["title"] == NAME


@pytest.mark.parametrize(("fold", "column"), [("fold_2", "fold_2"), ("fold_final", "final")])
def test_the_split_of_a_fold_is_its_column(fold, column):
    split = folds.split_of_fold(PARTS, fold)
    assert split["split"].tolist() == PARTS[column].tolist()
    assert list(split) == ["split"]


def test_an_average_lacks_none_of_the_seeds_that_are_shown_beside_it():
    table = pd.DataFrame({"split": "test", "prediction": [1.0, 2.0], "truth": 1.0})
    beside = {"seed_42": table, "seed_50": table.assign(prediction=9.0)}
    made = folds.average_seeds(seeds=1, other_seeds=[50], **beside)
    assert made["model_predictions"]["prediction"].tolist() == [1.0, 2.0]
    assert made["forecasts_by_seed"]["seed_50"].tolist() == [9.0, 9.0]
    with pytest.raises(ValueError, match=r"Expected forecasts of all other_seeds. Missing: \[51\]"):
        folds.average_seeds(seeds=1, other_seeds=[51], **beside)
