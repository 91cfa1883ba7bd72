import re

import pytest
from matplotlib.figure import Figure
from PIL import Image

from rnn_trading.pages.experiment import experiment_page
from rnn_trading.pages.figures import CAPTIONS
from rnn_trading.pipeline_registry import experiments, figures_of
from tests.records import ENCOMPASSING, decision, record, tier

PICTURES = {name: Image.new("RGB", (1200, 600), "white") for name in ("quintiles", "model_and_rivals", "paths_figure")}


def full_record(**changes):
    """A record as the judge writes it: with rivals, and facts of several kinds."""
    one = record("a.up", "corrected", 0.6, 0.55, **changes)
    one["rivals"] = {"ridge": {"auc": 0.55, "rows": 1234}, "no_score": {"auc": None, "by_step": [1.0]}}
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
    page = experiment_page(full_record(changed={"split.purge": "0"}), made="Made in a test.", **PICTURES)
    text = text_of(page)
    assert text.rstrip().endswith("Made in a test.")
    for expected in (
        "○ It is so.",
        "Not as in conf/base: split.purge = 0.",
        # The best first; intervals as the record has them.
        "model 0.600 0.580 to 0.620",
        "ridge 0.550 0.530 to 0.570 1,234",
        "no score —",
        "Diebold-Mariano squared error last value −0.100 p = 0.040 1,250 dates",
        "the 10 most influential tickers 0.510 (−0.090)",
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
        "a.up, corrected: paths",
        "a.up, corrected: quintiles",
        "a.up, corrected: model and rivals",
    ]
    assert page.count("data:image/png;base64,") == len(PICTURES)


def test_a_page_loads_nothing_and_what_a_record_says_is_text():
    data = {"source": "<script>alert(1)</script>", "test": {"rows": 100}, "<b>columns": ["<i>", True, None]}
    page = experiment_page(full_record(data=data, verdict="<img src=x>"), **PICTURES)
    for said in ("<script", "<b>columns", "<i>", "<img src=x"):
        assert said not in page
    assert "&lt;script&gt;alert(1)" in page
    beside = ["paths.png", "quintiles.png", "model_and_rivals.png"]  # as they were drawn, for whoever clicks
    linked = re.findall(r"""(?:src|href)=["'](?!data:)([^"']*)""", page)
    assert linked == ["skill.json", *beside, "../../../../docs/sources.md"]
    assert not re.search(r"https?:|url\(|@import", page)


def test_a_page_shows_the_layers_of_the_network_as_they_stand():
    page = experiment_page(full_record(), summary="Line: 8 parameters\n\nValues  <b>  (None, 3)", **PICTURES)
    assert '<pre id="network">Line: 8 parameters\n\nValues  &lt;b&gt;  (None, 3)</pre>' in page
    # Where one of several networks is chosen there is no single one.
    assert 'id="network"' not in experiment_page(full_record(), **PICTURES)


def test_a_figure_without_an_entry_in_the_catalog_is_named():
    with pytest.raises(TypeError, match="'quintiles': expected a picture.*Received: Figure.*MatplotlibDataset"):
        experiment_page(full_record(), quintiles=Figure())


def test_the_model_and_its_best_rival_together_have_a_row_of_their_own():
    adds = ENCOMPASSING | {"metrics": {"auc": 0.61, "accuracy": 0.7}}
    text = text_of(experiment_page(full_record(decision=decision(encompassing=adds)), **PICTURES))
    scores = text.replace("\u00a0", " ").partition("All scores")[2]
    assert scores.index("model and ridge 0.610") < scores.index("model 0.600"), "the best first"
    assert "model and ridge" not in text_of(experiment_page(full_record(), **PICTURES))


def test_a_page_shows_how_the_finding_was_decided():
    text = text_of(experiment_page(full_record(), **PICTURES)).replace("\u00a0", " ")
    said = (
        "The information coefficient by date decides; more is better. The model has 0.030 (0.010 to 0.050), over 250 "
        "dates. A difference that matters is 0.020 or more. It asks for the order of the tickers on a date.",
        "Chance knows nothing of the row every one beaten 1 rival constant share 0.000 +0.030 0.010 to 0.050 p = 0.020 "
        "0.028",
        "Naive a rule of one signal, with at most one slope not told apart 1 rival sign of last return 0.020 +0.010",
        "Strong a fitted model level with the best 1 rival ridge 0.031 −0.001",
        "No gain is found from adding the model to ridge, the best rival on the validation rows: with weights from "
        "there (0.250 and 0.750) both together have 0.036 where that rival alone has 0.031: +0.005 (−0.001 to 0.011), "
        "p = 0.080.",
        "The second view: losses",
        "All scores",
    )
    places = [text.index(each) for each in said]
    assert places == sorted(places)


def test_what_was_not_decided_is_said():
    tiers = {"chance": tier("undecided", "zero", 0.0, None, detectable=None, doubtful=True), "naive": None}
    why_not = {"why_not": "Two weights need validation rows."}
    few = decision(value=None, interval=[None, None], tiers=tiers | {"strong": None}, encompassing=why_not)
    text = text_of(experiment_page(full_record(decision=few, finding_kind="few"), **PICTURES)).replace("\u00a0", " ")
    for said in (
        "? It is so.",
        "The model has —, over 250 dates.",
        "not told apart 1 rival zero 0.030 0.000 −0.020 to 0.020† —† —",
        "Naive a rule of one signal, with at most one slope no rival of this tier — — — — Strong",
        "Whether the model adds to its best rival was not asked. Two weights need validation rows.",
    ):
        assert said in text, said


def test_a_difference_that_matters_may_be_a_share_and_a_model_may_add_something():
    adds = ENCOMPASSING | {"adds": True, "doubtful": True}
    one = decision(matters=0.02, relative=True, encompassing=adds)
    text = text_of(experiment_page(full_record(decision=one), **PICTURES))
    assert "A difference that matters is 2 % of the rival's value or more." in text.replace("&#39;", "'")
    assert "The model adds to ridge, the best rival on the validation rows" in text
    assert "p = 0.080†." in text


def in_time(which, number, value):
    """Scores of a fold or a year beside those of one rival."""
    rival = {"rival": "ridge", "value": 0.55}
    dates = {"first_date": "2020-01-02", "last_date": "2020-12-30", "rows": 1250}
    rivals = {"best": rival, "naive": None, "strong": rival, "best_of_fold": {"rival": "ridge", "value": 0.55}}
    return {which: number, **dates, "value": value, "score": 0.512, **rivals, "ahead": value > 0.55}


def test_a_page_shows_folds_years_and_seeds():
    part = {"rows": 1000, "first_date": "2010-01-04", "last_date": "2013-12-31"}
    one = full_record(
        by_fold=[in_time("fold", 1, 0.57), in_time("fold", 2, 0.54)],
        by_year=[in_time("year", 2020, 0.56), in_time("year", 2021, 0.53)],
    )
    one["data"]["folds"] = [
        {"fold": 1, "train": part, "validation": {"rows": 0}, "test": part},
        {"fold": "final", "train": part, "validation": part},
    ]
    seeds = {"seed_42": {"auc": 0.59, "accuracy": 0.5}, "seed_43": {"auc": 0.57, "accuracy": 0.5}}
    spread = {"mean": {"accuracy": 0.5, "auc": 0.58}, "spread": {"accuracy": 0.0, "auc": 0.014}}
    one["model"] |= {"networks": 2, "by_seed": {"seeds": seeds, **spread}}
    decided = {"words": "information coefficient by date", "seeds": {"seed_42": 0.031, "seed_43": 0.011}}
    one["model"]["by_seed"]["decided"] = decided | {"mean": 0.021, "spread": 0.014}
    one["model"]["epochs"] = {f"fold_{fold}.seed_{seed}": fold + seed for fold in range(1, 5) for seed in (42, 43)}
    text = text_of(experiment_page(one, **PICTURES)).replace("\u00a0", " ")
    for said in (
        "Scores by fold By what decided: ",
        "1 2020-01-02 to 2020-12-30, 1,250 rows 0.570 0.550 ridge — 0.550 ridge +0.020 ahead 0.512",
        "Scores by year",
        "2021 1,250 rows 0.530 0.550 ridge — 0.550 ridge −0.020 behind 0.512",
        "each on all test rows. The average of all is judged. Seed Information coefficient by date auc accuracy seed "
        "42 0.031 0.590 0.500 seed 43 0.011 0.570 0.500 mean 0.021 0.580 0.500 standard deviation 0.014 0.014 0.000",
        "Fold Train Validation Test 1 2010-01-04 to 2013-12-31 1,000 rows — 2010-01-04 to 2013-12-31 1,000 rows Final",
        "Epochs 43 to 47, median 45.00, of 8 fits",
    ):
        assert said in text, said


def test_a_page_of_one_fold_and_one_seed_has_none_of_their_tables():
    one = full_record(by_fold=[in_time("fold", 1, 0.57)], by_year=[in_time("year", 2020, 0.57)])
    page = experiment_page(one, **PICTURES)
    assert not re.search('id="(?:by-fold|by-year|by-seed|folds)"', page)


def test_two_pages_from_one_record_differ_in_the_stamp_alone():
    one, other = (experiment_page(full_record(), made=made, **PICTURES) for made in ("Made first.", "Made then."))
    assert one != other
    assert one.replace("Made first.", "Made then.") == other


def test_every_figure_of_the_project_has_a_caption():
    known = {name for names in figures_of(experiments()).values() for name in names}
    assert known <= set(CAPTIONS)
    assert all(said[0].isupper() and said.endswith((".", "?")) for said in CAPTIONS.values())
    caption = re.escape(CAPTIONS["quintiles"])
    assert re.search(f"<figcaption>{caption}</figcaption>", experiment_page(full_record(), **PICTURES))
