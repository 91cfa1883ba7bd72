import re

import pytest
from matplotlib.figure import Figure
from PIL import Image

from rnn_trading.pages.experiment import experiment_page
from tests.records import record

PICTURES = {name: Image.new("RGB", (1200, 600), "white") for name in ("quintiles", "model_and_rivals", "paths_figure")}


def full_record(**changes):
    """A record as the judge writes it: with rivals, and facts of several kinds."""
    one = record("a.up", "corrected", 0.6, 0.55, **changes)
    one["rivals"] = {"last_value": {"auc": 0.55, "rows": 1234}, "no_score": {"auc": None, "by_step": [1.0]}}
    one["tests"] = [
        {"name": "Diebold-Mariano", "rival": "last_value", "loss": "squared error", "mean_difference": -0.1}
        | {"p_value": 0.04, "dates": 1250}
    ]
    one["data"] |= {"prices": {"stale": 3, "dropped": {"late": 1}}}
    one["model"] |= {"parameters": 1598, "best_epoch": {"1": 3, "2": 4}, "device": "GPU:0", "seconds": 2.5}
    return one


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def test_a_page_holds_verdict_scores_and_every_figure():
    page = experiment_page(full_record(changed={"split.purge": "0"}), **PICTURES)
    text = text_of(page)
    for expected in (
        "It is so.",
        "Not as in conf/base: split.purge = 0.",
        # The best first; interval, difference and p as the record has them.
        "model 0.600 0.580 to 0.620",
        "last value 0.550 0.530 to 0.570 +0.050 -0.010 to 0.050 0.250 1,234",
        "no score —",
        "Diebold-Mariano squared error last value -0.100 0.040 1,250 dates",
        "the 10 most influential tickers 0.510 (-0.090)",
        "auc 0.68 0.600",
        "Parameters 1,598",
        "Best epoch 1: 3; 2: 4",
        "Device GPU:0",
        "Seconds 2.500",
        "Test 100",
        "Prices stale: 3",
        "Prices: dropped late: 1",
    ):
        assert expected in text.replace("\u00a0", " "), expected
    assert re.findall(r'<img [^>]*alt="([^"]*)"', page) == [
        "a.up, corrected: model and rivals",
        "a.up, corrected: paths",
        "a.up, corrected: quintiles",
    ]
    assert page.count("data:image/png;base64,") == len(PICTURES)


def test_a_page_loads_nothing_and_what_a_record_says_is_text():
    data = {"source": "<script>alert(1)</script>", "test": {"rows": 100}, "<b>columns": ["<i>", True, None]}
    page = experiment_page(full_record(data=data, verdict="<img src=x>"), **PICTURES)
    for said in ("<script", "<b>columns", "<i>", "<img src=x"):
        assert said not in page
    assert "&lt;script&gt;alert(1)" in page
    assert re.findall(r"""(?:src|href)=["'](?!data:)([^"']*)""", page) == ["skill.json"]
    assert not re.search(r"https?:|url\(|@import", page)


def test_a_figure_without_an_entry_in_the_catalog_is_named():
    with pytest.raises(TypeError, match="'quintiles': expected a picture.*Received: Figure.*MatplotlibDataset"):
        experiment_page(full_record(), quintiles=Figure())
