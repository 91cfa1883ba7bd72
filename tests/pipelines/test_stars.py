"""Stars as a user runs them: a table, a rated folder, and what is refused."""

import json

import numpy as np
import pandas as pd
import pytest
from kedro.io import DatasetError

from rnn_trading.pipeline_registry import experiments, register_pipelines, run_by_name_alone
from rnn_trading.pipelines.skill_report.nodes import tabulate_skill
from rnn_trading.skill.record_files import read_records
from rnn_trading.skill.rivals.stars import STARS

NAME = "text_sentiment.stars"
RIVALS = [rival.__name__ for rival in STARS]
FIGURES = {
    *("learning_curves", "review_lengths", "forecasts_by_label", "model_and_rivals", "folds_and_years", "intervals")
}
PLAIN = ["film", "actor", "story", "scene", "music"]
OF_STARS = {1: "awful", 2: "dull", 4: "fine", 5: "great"}
SMALL = {
    "seeds": 1,
    "reading": {"tokens": 8},
    "model": {"units": 8},
    "training": {"epochs": 25, "batch_size": 32, "optimizer": {"learning_rate": 0.01}},
}


def simulated(n=500, seed=0):
    """Texts of plain words and one that tells how many stars there are, 1, 2, 4 or 5, in nine of ten."""
    generator = np.random.default_rng(seed)
    stars = generator.choice([*OF_STARS], n)
    told = np.where(generator.random(n) < 0.9, stars, generator.choice([*OF_STARS], n))
    texts = [
        " ".join(generator.permutation([*generator.choice(PLAIN, 5), OF_STARS[each], f"n{number}"]))
        for number, each in enumerate(told)
    ]
    return pd.DataFrame({"label": stars, "text": texts})


@pytest.fixture
def run_stars(project, tmp_path):
    """Run stars on a table through --env files; returns the folder."""

    def run(table, experiment=SMALL, **runtime_params):
        path = tmp_path / "reviews.csv"
        table.to_csv(path, index=False)
        values = {"stars": experiment}
        return project(NAME, "files", reviews_file=str(path), text_sentiment=values, **runtime_params)

    return run


def load(folder, layer, name, protocol="corrected"):
    path = folder / "data" / layer / protocol / name
    return json.loads(path.read_text()) if path.suffix == ".json" else pd.read_parquet(path)


@pytest.mark.trains
def test_planted_stars_are_found(run_stars):
    table = simulated()
    folder = run_stars(table)
    predictions = load(folder, "07_model_output", f"{NAME}.parquet")
    assert predictions.columns.tolist() == ["id", "prediction", "truth", *RIVALS]
    assert (predictions["truth"] == table["label"].to_numpy()[predictions["id"].astype(int)]).all()
    assert predictions["prediction"].between(1, 5).all()
    record = load(folder, "08_reporting", f"{NAME}/skill.json")
    metrics = record["model"]["metrics"]
    assert metrics["rank_correlation"] > 0.75
    assert metrics["auc"] > 0.9
    assert metrics["rmse"] < 1.1
    assert record["decision"]["tiers"]["naive"]["status"] == "beaten"
    assert record["headline"]["words"] == "rank correlation"
    assert set(record["data"]["test"]["labels"]) == {"1", "2", "4", "5"}
    assert {path.stem for path in (folder / f"data/08_reporting/corrected/{NAME}").glob("*.png")} == FIGURES
    history = load(folder, "06_models", f"{NAME}.history.parquet")
    assert set(history["quantity"]) == {"loss"}


@pytest.mark.trains
def test_as_published_it_runs_without_validation_reviews(run_stars):
    experiment = SMALL | {"training": {"epochs": 1, "batch_size": 32}}
    folder = run_stars(simulated(300), experiment, protocol="as_published")
    record = load(folder, "08_reporting", f"{NAME}/skill.json", "as_published")
    assert "on the test rows: the scores are too good" in record["verdict"]
    assert record["published"] is None


def test_two_kinds_of_labels_are_refused(run_stars):
    message = "stars: expected labels of more than two kinds, .* Received: 0 and 1 alone. .* text_sentiment.learned_emb"
    with pytest.raises(ValueError, match=message):
        run_stars(simulated().assign(label=lambda table: table["label"] // 3))


def test_few_reviews_of_a_label_are_refused(run_stars):
    table = simulated()
    table.loc[:1, "label"] = 3
    message = "needs at least 3 documents with each label, 1, 2, 3, 4 and 5. Received: .* 2 with 3"
    with pytest.raises(ValueError, match=message):
        run_stars(table)


def rated_folder(folder, name="{}_{}"):
    for split in ("train", "test"):
        for stars in (1, 2, 9, 10):
            part = folder / split / ("neg" if stars < 5 else "pos")
            part.mkdir(parents=True, exist_ok=True)
            for number in range(3):
                text = f"{split} {stars} {number}"
                (part / f"{name.format(10 * stars + number, stars)}.txt").write_text(text)


def test_a_rated_folder_has_its_stars_in_the_names(project, tmp_path):
    rated_folder(tmp_path / "rated")
    given = {"reviews_file": str(tmp_path / "rated"), "review_labels": "stars"}
    reviews = pd.read_parquet(project("data_ingestion.reviews", "files", **given) / "data/03_primary/reviews.parquet")
    assert reviews.loc["test/pos/102_10", "label"] == 10
    assert reviews["label"].value_counts().to_dict() == {1: 6, 2: 6, 9: 6, 10: 6}
    rated_folder(tmp_path / "unrated", "{}")
    with pytest.raises(DatasetError, match="expected a name with the rating, such as 200_8.txt. Received: 10.txt"):
        project("data_ingestion.reviews", "files", **given | {"reviews_file": str(tmp_path / "unrated")})
    with pytest.raises(Exception, match="Unknown review_labels 'x'. Expected one of: sentiment, stars"):
        project("data_ingestion.reviews", "files", **given | {"review_labels": "x"})


def test_it_runs_by_its_name_alone_and_no_report_misses_it():
    pipelines = register_pipelines()
    for name in ("__default__", "text_sentiment"):
        assert f"{NAME}.skill" not in pipelines[name].all_outputs()
    assert f"{NAME}.skill" in pipelines[NAME].all_outputs()
    assert run_by_name_alone(experiments()) == [NAME]
    records = read_records({}, {NAME: NAME, "a.b": "a.b"}, {"corrected": []}, not_missed=[NAME])
    assert {name for name, _, _ in records.missing} == {"a.b", "canaries"}
    table = tabulate_skill(records.as_plain(), {}, names=[NAME, "a.b"], not_missed=[NAME])
    assert table["experiment"].tolist() == ["a.b"]
    # One that is there and cannot be read is a problem all the same.
    broken = read_records({f"corrected/{NAME}/skill.json": b"[]"}, {NAME: NAME}, {"corrected": []}, not_missed=[NAME])
    assert (NAME, "corrected", f"kedro run --pipelines {NAME}") in broken.missing
