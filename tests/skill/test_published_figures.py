"""Every published figure beside ours of the same name."""

import math

from rnn_trading.skill.published_figures import published_figures
from rnn_trading.skill.record_files import Records
from tests.records import THREE, files, read, record


def test_published_figures_stand_beside_ours():
    many = {"auc": 0.68, "epochs": 11, "auc_of_the_book": 0.63, "ic_of_other_runs": [0.04, 0.06], "auc_of_ridge": 0.6}
    records = read(files(THREE[0], record("a.up", "corrected", 0.52, 0.53, published=many)))
    figures = published_figures(records)["a.up"]
    assert [figure["name"] for figure in figures] == list(many)
    assert math.isnan(figures[0].pop("careful"))
    assert figures[0] == {"name": "auc", "published": 0.68, "as_published": 0.6, "corrected": 0.52}
    assert (figures[1]["published"], figures[1]["corrected"]) == (11, 7)
    huge = record("a.up", "corrected", 0.52, 0.53, published=many, model={"metrics": {"auc": 10**400}, "epochs": [1]})
    assert all(math.isnan(figure["corrected"]) for figure in published_figures(read(files(huge)))["a.up"][:4])
    assert math.isnan(figures[2]["corrected"])
    assert [figures[3]["published"], figures[4]["as_published"], figures[4]["corrected"]] == [[0.04, 0.06], 0.55, 0.53]
    assert published_figures(read(files(THREE[2]))) == {"a.down": []}


def test_a_published_average_stands_beside_ours_one_step_ahead():
    published = {"half_mse_of_the_mean_of_last_100": 0.00418, "half_mse_of_the_median": 0.1}
    data = {"source": "x", "one_step_averages_half_mse": {"mean_of_last_100": 0.00417, "ewma": 0.00003}}
    records = read(files(record("a.up", "as_published", 0.6, 0.5, published=published, data=data)))
    average, unknown = published_figures(records)["a.up"]
    assert (average["published"], average["as_published"]) == (0.00418, 0.00417)
    assert math.isnan(average["corrected"])
    assert math.isnan(unknown["as_published"])


def test_figures_of_training_rows_are_those_of_the_training_rows():
    level = {
        "published": {"rmse_on_training_rows": 18.18},
        "model": {"metrics": {"rmse": 24.6}, "training_rows": {"rmse": 22.1}},
        "rivals": {},
    }
    (figure,) = published_figures(Records(found={("a.level", "as_published"): level}))["a.level"]
    assert figure["as_published"] == 22.1
