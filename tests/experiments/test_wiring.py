"""Nodes that take what their arguments are named after."""

import pickle

import pandas as pd
import pytest
from matplotlib.figure import Figure

from rnn_trading.experiments import drawing, how_sure, wiring
from rnn_trading.parameters import parameters


@parameters
class EnsembleParameters:
    """A parameter set, as experiments have them."""

    networks: int


def scale(series: pd.DataFrame, ensemble: EnsembleParameters, protocol: str, shift: float = 0.0) -> pd.DataFrame:
    return series


def first(history: pd.DataFrame, skill: dict) -> Figure:
    return Figure(label=f"{history} {skill}")


def second(skill: dict, ensemble: EnsembleParameters) -> Figure:
    return Figure(label=f"{skill} {ensemble.networks}")


def test_arguments_name_datasets_and_parameters():
    made = wiring.node(scale, "scaled", series="index_prices")
    assert made.inputs == ["index_prices", "params:ensemble", "params:protocol"]
    assert (made.outputs, made.name, made.tags) == (["scaled"], "scale", set())
    assert wiring.node(scale, "scaled", shift="params:shift").inputs[-1] == "params:shift"
    trained = wiring.train(scale, "vocabulary")
    assert trained.outputs == ["history", "training", "vocabulary", "model"]
    assert trained.tags == {"gpu", "fit"}


def test_further_datasets_are_for_functions_that_take_any():
    made = wiring.node(gather, "gathered", fold_1="first", fold_2="second")
    assert made.inputs == ["series", "first", "second"]
    assert made.func(series=1, fold_1=2, fold_2=3) == [1, 2, 3]


def gather(series, **by_fold):
    return [series, *by_fold.values()]


def test_a_name_that_is_no_argument_is_refused():
    with pytest.raises(ValueError, match="scale has no argument 'serie'"):
        wiring.node(scale, "scaled", serie="index_prices")


def test_figures_are_drawn_from_what_each_takes():
    drawn = wiring.draw({"one": first, "other": second})
    assert drawn.inputs == ["history", "skill", "params:ensemble"]
    figures = drawn.run({"history": "h", "skill": "s", "params:ensemble": EnsembleParameters(networks=3)})
    assert {name: figure.get_label() for name, figure in figures.items()} == {"one": "h s", "other": "s 3"}
    # By a runner of several processes nodes are pickled.
    assert pickle.loads(pickle.dumps(drawn.func))(history="h", skill="s", ensemble=EnsembleParameters(networks=1))


COLLECTED = ("a.b.predictions", "a.b.validation_predictions")


def test_an_experiment_has_a_namespace_of_its_own():
    pipeline = wiring.experiment("a.b", [wiring.node(scale, "scaled"), wiring.judge(collect_and_judge)], ["series"])
    assert pipeline.inputs() == {
        *("series", "params:a.b.ensemble", "params:protocol"),
        *("a.b.model_predictions", "a.b.rival_predictions", "a.b.forecasts_by_seed", "a.b.trials"),
    }
    judged = {"a.b.skill", "a.b.folds_and_years", "a.b.intervals", "a.b.page"}
    assert pipeline.all_outputs() == {"a.b.scaled", *COLLECTED, *judged}


def collect_and_judge(predictions: pd.DataFrame) -> dict:
    return {}


def test_predictions_are_collected_side_by_side():
    index = pd.Index([1, 2, 3, 4], name="id")
    parts = pd.Categorical(["train", "validation", "test", "test"])
    model = pd.DataFrame({"split": parts, "prediction": [1.0, 2, 3, 4], "truth": 1.0}, index)
    rivals = pd.DataFrame({"zero": [0.0, 0.5, 0.7]}, index[:0:-1])
    collected = wiring.collect_predictions(model, rivals)
    assert {name: table.to_dict("list") for name, table in collected.items()} == {
        "predictions": {"id": [3, 4], "prediction": [3, 4], "truth": [1, 1], "zero": [0.5, 0.0]},
        "validation_predictions": {"id": [2], "prediction": [2], "truth": [1], "zero": [0.7]},
    }


def test_a_row_of_two_folds_meets_the_rivals_of_each():
    # Day 2 is a test day of the first fold and a validation day of the second.
    days = pd.Index([1, 2, 2, 3], name="date")
    parts = ["validation", "test"] * 2
    model = pd.DataFrame({"fold": [1, 1, 2, 2], "split": parts, "prediction": [1.0, 2, 3, 4], "truth": 1.0}, days)
    rivals = pd.DataFrame({"fold": [2, 2, 1, 1], "zero": [0.3, 0.4, 0.2, 0.1]}, days[[1, 3, 1, 0]])
    collected = wiring.collect_predictions(model, rivals)
    assert {name: table.to_dict("list") for name, table in collected.items()} == {
        "predictions": {"date": [2, 3], "fold": [1, 2], "prediction": [2, 4], "truth": [1, 1], "zero": [0.2, 0.4]},
        "validation_predictions": {
            **{"date": [1, 2], "fold": [1, 2], "prediction": [1, 3], "truth": [1, 1], "zero": [0.1, 0.3]}
        },
    }
    with pytest.raises(ValueError, match="must forecast the same rows"):
        wiring.collect_predictions(model, rivals.drop(columns="fold"))


def test_without_a_split_every_row_is_of_the_test():
    runs = pd.DataFrame({"id": [1, 2, 3], "prediction": [1.0, 2, 3], "truth": 1.0})
    collected = wiring.collect_predictions(runs, pd.DataFrame({"zero": [0.0, 0.5, 1.0]}))
    assert list(collected["predictions"]) == ["id", "prediction", "truth", "zero"]
    assert len(collected["predictions"]) == 3
    none = collected["validation_predictions"]
    assert none.empty
    assert none.dtypes.equals(collected["predictions"].dtypes)


def test_rows_without_a_key_are_counted_anew():
    runs = pd.DataFrame({"split": ["validation", "test"], "prediction": [1.0, 2.0], "truth": 1.0})
    collected = wiring.collect_predictions(runs, pd.DataFrame({"zero": [0.0, 0.5]}))
    assert collected["predictions"].index.tolist() == [0]
    assert list(collected["predictions"]) == ["prediction", "truth", "zero"]


@pytest.mark.parametrize("rows", [1, 2])
def test_the_model_and_its_rivals_forecast_the_same_rows(rows):
    model = pd.DataFrame({"split": ["train", "validation", "test"], "prediction": 1.0, "truth": 1.0})
    rivals = pd.DataFrame({"zero": 0.0}, model.index[-rows:] - (rows == 2))
    with pytest.raises(ValueError, match=f"Received: 2 rows of the model, {rows} of the rivals, 1 in both"):
        wiring.collect_predictions(model, rivals)


def third(history: dict) -> Figure:
    return Figure()


def fourth(ensemble: EnsembleParameters | None) -> Figure:
    return Figure()


def test_an_argument_of_several_figures_is_one_dataset():
    with pytest.raises(ValueError, match="take 'history' as .*DataFrame.* and, third, as <class 'dict'>"):
        wiring.draw({"first": first, "third": third})
    assert wiring.draw({"fourth": fourth}).inputs == ["params:ensemble"]


def test_titles_say_where_the_data_are_from():
    skill = {"experiment": "a.b", "protocol": "as_published", "data": {}}
    assert drawing.title("Training", skill) == "Training\na.b, as published"
    assert drawing.title("Training", skill | {"data": {"simulated": True}}).endswith("as published, simulated data")


def judge_all(history: pd.DataFrame) -> dict:
    return {}


def test_an_experiment_that_is_judged_ends_in_a_page_of_all_its_figures():
    nodes = [
        wiring.judge(judge_all),
        wiring.draw({"first": first}),
        wiring.draw({"fourth_figure": fourth}, name="more"),
    ]
    made = wiring.experiment("a.b", nodes)
    assert wiring.figures_on_pages(made) == {"a.b": ["first", "fourth", "folds_and_years", "intervals"]}
    assert "a.b.page" in made.outputs()
    assert wiring.figures_on_pages(wiring.experiment("a.b", nodes[1:])) == {}


def test_an_experiment_that_draws_probabilities_has_no_figure_of_intervals():
    made = wiring.experiment("a.b", [wiring.judge(judge_all), wiring.draw({**how_sure.OF_PROBABILITIES})])
    assert wiring.figures_on_pages(made) == {"a.b": ["calibration", "folds_and_years"]}


def describe_all(model: dict) -> str:
    return ""


def test_the_summary_of_a_network_stands_on_the_page_and_is_no_figure():
    described = wiring.node(describe_all, "summary")
    made = wiring.experiment("a.b", [described, wiring.judge(judge_all), wiring.draw({"first": first})])
    (page,) = (each for each in made.nodes if each.outputs == ["a.b.page"])
    assert page.inputs == ["a.b.skill", "a.b.summary", "a.b.first", "a.b.folds_and_years", "a.b.intervals"]
    assert wiring.figures_on_pages(made) == {"a.b": ["first", "folds_and_years", "intervals"]}


def test_experiments_of_one_folder_end_in_one_page_that_leads_to_theirs():
    one, other = (wiring.experiment(name, [wiring.judge(judge_all)]) for name in ("a.b", "a.c"))
    made = wiring.together("a", [one, other])
    assert made.outputs() == {"a.index"}
    assert wiring.together("a", [one]).outputs() == {"a.b.page"}
