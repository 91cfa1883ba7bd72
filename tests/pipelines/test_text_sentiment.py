"""Both experiments and the scoring of texts as a user runs them, on the default reviews in conf/test and on tables."""

import json

import numpy as np
import pandas as pd
import pytest
from kedro.io import DatasetError

from rnn_trading.skill.rivals.text import SENTIMENT
from rnn_trading.text.text import WordParameters, split_words

EXPERIMENTS = ("text_sentiment.learned_embeddings", "text_sentiment.pretrained_embeddings")
RIVALS = [rival.__name__ for rival in SENTIMENT]
FIGURES = {"learning_curves", "review_lengths", "calibration", "model_and_rivals", "folds_and_years"}


def load(folder, layer, name, protocol="corrected"):
    path = folder / "data" / layer / protocol / name
    return json.loads(path.read_text()) if path.suffix == ".json" else pd.read_parquet(path)


@pytest.mark.trains
@pytest.mark.parametrize("protocol", ["corrected", "as_published"])
def test_text_sentiment(project, run_notebooks, protocol, tmp_path):
    folder = project("text_sentiment", protocol=protocol)
    reviews = pd.read_parquet(folder / "data/03_primary/reviews.parquet")
    for name in EXPERIMENTS:
        table = load(folder, "07_model_output", f"{name}.parquet", protocol)
        assert table.columns.tolist() == ["id", "prediction", "truth", *RIVALS]
        parts = load(folder, "05_model_input", f"{name}.parts.parquet", protocol)
        assert table["id"].tolist() == parts.index[parts["split"] == "test"].tolist()
        assert (table["truth"] == reviews.loc[table["id"], "label"].to_numpy()).all()
        record = load(folder, "08_reporting", f"{name}/skill.json", protocol)
        assert set(record["rivals"]) == set(RIVALS)
        assert len(record["model"]["metrics"]["auc_interval"]) == 2
        assert record["data"]["source"].startswith("25,000 IMDB reviews")
        assert 0.5 < record["data"]["word_vectors"]["coverage"]["tokens"] <= 1
        assert ("on the test rows: the scores are too good" in record["verdict"]) == (protocol == "as_published")
        assert {path.stem for path in (folder / f"data/08_reporting/{protocol}/{name}").glob("*.png")} == FIGURES
        check_vocabulary(folder, name, protocol, reviews, parts)
    run_notebooks(folder, protocol, "reviews_learned", "reviews_pretrained")
    if protocol == "corrected":
        check_scores(project, folder, reviews)


def check_vocabulary(folder, name, protocol, reviews, parts):
    """The corrected vocabulary holds no word that stands in validation or test reviews alone."""
    reader = load(folder, "06_models", f"{name}.reader.json", protocol)
    rules = WordParameters(**reader["reading"]["words"])
    training = set(split_words(reviews["text"][parts["split"] == "train"], rules).distinct)
    elsewhere = set(split_words(reviews["text"], rules).distinct) - training
    reserved = reader["reading"]["vocabulary"]["reserved"]
    assert reader["vocabulary"][: len(reserved)] == list(reserved)
    sees_the_test = bool(elsewhere & set(reader["vocabulary"]))
    assert sees_the_test == (reader["reading"]["vocabulary"]["fitted_on"] == "all")
    assert protocol == "as_published" or not sees_the_test


def check_scores(project, folder, reviews):
    """Raw texts from a file get the probabilities that the test reviews had; a text without words gets none."""
    for name, ending in zip(EXPERIMENTS, ("csv", "parquet"), strict=True):
        table = load(folder, "07_model_output", f"{name}.parquet")
        texts = reviews.loc[table["id"], ["text"]].reset_index()
        texts.loc[len(texts)] = ["empty", "?!"]
        source, target = folder / f"texts.{ending}", folder / f"scores.{ending}"
        getattr(texts, "to_csv" if ending == "csv" else "to_parquet")(source, index=False)
        project("text_sentiment_inference", texts_file=str(source), scores_file=str(target), text_model=name)
        scores = pd.read_csv(target, dtype={"id": "str"}) if ending == "csv" else pd.read_parquet(target)
        assert scores["id"].tolist() == [*table["id"], "empty"]
        np.testing.assert_allclose(scores["probability"][:-1], table["prediction"], rtol=1e-6)
        assert np.isnan(scores["probability"].iloc[-1])


def test_scoring_without_a_model_says_how_to_make_one(project, tmp_path):
    (tmp_path / "texts.csv").write_text("id,text\n1,good\n")
    message = (
        r"scoring_model .data/.*\.keras., scoring_reader .*\.reader.json.. "
        "Make it: kedro run --env test --pipelines text_sentiment.learned_embeddings"
    )
    with pytest.raises(DatasetError, match=message):
        project("text_sentiment_inference", texts_file=str(tmp_path / "texts.csv"))
    for name in ("keras", "reader.json"):
        path = tmp_path / f"project/data/06_models/corrected/text_sentiment.learned_embeddings.{name}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    with pytest.raises(DatasetError, match=r"does not exist. .*--params texts_file=PATH"):
        project("text_sentiment_inference", texts_file=str(tmp_path / "none.csv"))
    with pytest.raises(Exception, match="Unknown text_model 'x'. Expected one of: text_sentiment.learned_embeddings"):
        project("text_sentiment_inference", text_model="x")


GOOD, BAD, PLAIN = ["good", "great", "fine"], ["bad", "dull", "awful"], ["film", "actor", "story", "scene", "music"]
SMALL = {
    "seeds": 1,
    "reading": {"tokens": 8},
    "model": {"units": 8},
    "training": {"epochs": 25, "batch_size": 32, "optimizer": {"learning_rate": 0.01}},
}


def simulated(n=500, seed=0, share=1.0):
    """Texts of plain words and, in a share of them, one word that tells the label."""
    generator = np.random.default_rng(seed)
    label = np.arange(n) % 2
    rows = []
    for number in range(n):
        words = list(generator.choice(PLAIN, 6))
        told = label[number] if generator.random() < share else generator.integers(0, 2)
        words[generator.integers(0, 6)] = generator.choice(GOOD if told else BAD)
        rows.append(" ".join([*words, f"n{number}"]))
    return pd.DataFrame({"label": label, "text": rows})


@pytest.fixture
def run_file(project, tmp_path):
    """Run one experiment on a table through --env files; returns the folder."""

    def run(table, name="learned_embeddings", experiment=SMALL, **runtime_params):
        path = tmp_path / "reviews.csv"
        table.to_csv(path, index=False)
        given = {"reviews_file": str(path), "text_sentiment": {name: experiment}}
        return project(f"text_sentiment.{name}", "files", drawn=False, **given, **runtime_params)

    return run


@pytest.mark.trains
@pytest.mark.parametrize("name", ["learned_embeddings", "pretrained_embeddings"])
def test_a_planted_signal_is_found_and_a_coin_is_not(run_file, name):
    told = load(run_file(simulated(), name), "08_reporting", f"text_sentiment.{name}/skill.json")
    assert told["model"]["metrics"]["auc"] > 0.95
    coin = load(run_file(simulated(share=0.0), name), "08_reporting", f"text_sentiment.{name}/skill.json")
    assert coin["model"]["metrics"]["auc_interval"][0] < 0.5
    assert coin["finding_kind"] in ("none", "worse")


@pytest.mark.trains
def test_other_test_reviews_change_no_prediction(run_file):
    """Vocabulary, vectors, stopping and rivals: nothing of one test review reaches the prediction of another."""
    table = simulated()
    name = "text_sentiment.learned_embeddings"
    before = load(run_file(table), "07_model_output", f"{name}.parquet")
    changed = before["id"].iloc[: len(before) // 2]
    altered = table.copy()
    altered.loc[changed.astype(int), "text"] = [f"unheard words {number}" for number in range(len(changed))]
    after = load(run_file(altered), "07_model_output", f"{name}.parquet")
    assert after["id"].tolist() == before["id"].tolist()
    kept = ~before["id"].isin(changed)
    columns = ["prediction", *RIVALS]
    pd.testing.assert_frame_equal(after.loc[kept, columns], before.loc[kept, columns], check_exact=True)
    assert not after.loc[~kept, "prediction"].equals(before.loc[~kept, "prediction"])


@pytest.mark.trains
def test_vectors_of_a_file(run_file, tmp_path):
    """Two dimensions in which good and bad words lie apart; one line does not parse."""
    lines = [f"{word} {sign} 0.1" for words, sign in ((GOOD, 1), (BAD, -1), (PLAIN, 0)) for word in words]
    (tmp_path / "vectors.txt").write_text("\n".join([*lines, *(f"w{i} 0.3 0.4" for i in range(200)), "broken 0.1\n"]))
    folder = run_file(simulated(), "pretrained_embeddings", vectors_file=str(tmp_path / "vectors.txt"))
    record = load(folder, "08_reporting", "text_sentiment.pretrained_embeddings/skill.json")
    assert record["model"]["metrics"]["auc"] > 0.95
    vectors = record["data"]["word_vectors"]
    assert (vectors["vectors"], vectors["dimensions"], vectors["skipped_lines"]) == (211, 2, 1)
    matrix = load(folder, "04_feature", "text_sentiment.pretrained_embeddings.vectors.parquet")
    assert matrix.loc["good"].tolist() == [1, np.float32(0.1)]
    assert (matrix.loc[["<padding>", "<unknown>"]] == 0).all(axis=None)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (simulated().assign(label=1), "needs at least 3 documents with each label, 0 and 1. Received: 0 with 0"),
        (simulated().assign(label=5), r"learned_embeddings: 'label', review 0: expected 0 .* Received: 5, and 1 kinds"),
        (
            simulated().assign(label=lambda table: table.index % 5),
            r"'label', review 2: expected 0 \(negative\) or 1 \(positive\) .* --pipelines text_sentiment.stars",
        ),
        (
            simulated().assign(label=0.5),
            "'label', review 1: expected 0 .* or whole numbers from 0 to 100, such as stars",
        ),
        (simulated().assign(text=" "), r"holds no review with a text \(500 rows, 500 empty\)"),
        (
            simulated(80).assign(text=[f"zzqqjq qxxyyjx {number}zzqqx" for number in range(80)]),
            "None of the .* words of the texts .* has one of the 400,000 pretrained vectors",
        ),
    ],
)
def test_bad_reviews_are_refused(run_file, table, message):
    with pytest.raises((DatasetError, ValueError), match=message):
        run_file(table)


@pytest.mark.trains
def test_a_reader_of_another_model_is_refused(project, run_file, tmp_path):
    folder = run_file(simulated(), experiment=SMALL | {"training": {"epochs": 1}}, protocol="as_published")
    (tmp_path / "texts.csv").write_text("id,text\n1,good film\n")
    path = folder / "data/06_models/as_published/text_sentiment.learned_embeddings.reader.json"
    reader = json.loads(path.read_text())
    for change in ({"vocabulary": [*reader["vocabulary"], "more"]}, {"reading": reader["reading"] | {"tokens": 9}}):
        path.write_text(json.dumps(reader | change))
        with pytest.raises(ValueError, match="The model takes 8 words .* they come from different runs. Train again"):
            project("text_sentiment_inference", texts_file=str(tmp_path / "texts.csv"), protocol="as_published")


@pytest.mark.trains
def test_a_file_without_texts_and_one_in_another_encoding(project, run_file, tmp_path, caplog):
    run_file(simulated(), experiment=SMALL | {"training": {"epochs": 1}})
    source, target = tmp_path / "texts.csv", tmp_path / "scores.csv"
    source.write_text("id,text\n")
    project("text_sentiment_inference", texts_file=str(source), scores_file=str(target))
    assert target.read_text() == "id,probability\n"
    source.write_bytes("id,text\n1,Amélie\n2,!!!\n".encode("latin-1"))
    with caplog.at_level("INFO", logger="rnn_trading"):
        project("text_sentiment_inference", texts_file=str(source), scores_file=str(target))
    assert "2 texts scored; 1 of them have no word" in caplog.text
    assert "1 texts hold bytes that are no UTF-8" in caplog.text
    assert "by the model" in caplog.text


def test_masked_padding_at_the_front_is_refused_before_anything_is_fitted(run_file):
    reading = SMALL["reading"] | {"padding": "front"}
    with pytest.raises(ValueError, match="Masked padding has to be at the back. Received: model.mask_padding=true"):
        run_file(simulated(), experiment=SMALL | {"reading": reading})
