"""Losses and monitors that a network cannot have, by what it forecasts."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from rnn_trading.experiments.losses import refuse_loss
from rnn_trading.experiments.starting import choose_start, refuse_starts
from tests.helpers import TRAINING


def refused(task, *, link=None, by_date=False, grid=(), builder=None, **training):
    """None of what fits."""
    of_link = {} if link is None else {"link": link}
    network = SimpleNamespace(builder=builder, grid=grid, **of_link)
    return refuse_loss("mine", replace(TRAINING, **training), network, task, by_date=by_date)


@pytest.mark.parametrize(
    ("task", "settings"),
    [
        ("volatility", {"loss": "qlike", "link": "multiply"}),
        ("level", {"link": "add"}),
        ("runs", {"loss": "summed_half_mse", "monitor": "run_half_mse"}),
        ("regression", {"link": "add", "by_date": True, "loss": "correlation_by_date", "monitor": "ic"}),
        ("classification", {"loss": "binary_crossentropy", "monitor": "auc"}),
        ("sentiment", {"loss": "binary_crossentropy", "monitor": "accuracy"}),
        ("stars", {"loss": "ordinal_crossentropy"}),
        ("macro", {"link": "add", "loss": "mae_of_known", "monitor": "first_step"}),
        ("macro", {"loss": "mae", "monitor": "mae"}),
        ("filings", {"monitor": "ic"}),
        # A network of somebody's own gives what it likes, on the targets of the experiment.
        ("macro", {"builder": "mine:build", "link": "add", "loss": "mae_of_known"}),
        ("volatility", {"builder": "mine:build", "link": "add", "loss": "qlike"}),
    ],
)
def test_what_fits_passes(task, settings):
    assert refused(task, **settings) is None


@pytest.mark.parametrize(
    ("task", "settings", "message"),
    [
        ("volatility", {"link": "multiply", "loss": "binary_crossentropy"}, "needs outcomes of 0 and 1.*volatilities"),
        ("regression", {"by_date": True, "link": "add", "loss": "binary_crossentropy"}, "forecasts ranks"),
        ("level", {"link": "add", "loss": "qlike"}, "training.loss=qlike needs forecasts above zero"),
        ("level", {"link": "multiply"}, "model.link=multiply is for what is above zero.*forecasts levels"),
        ("volatility", {"link": "add"}, "model.link=multiply is for what is above zero"),
        ("level", {"link": "add", "loss": "summed_half_mse"}, "is for paths that feed on their own steps"),
        ("level", {"link": "add", "loss": "mae_of_known"}, "is for months of which the last may be unknown"),
        ("macro", {"link": "add"}, "training.loss=mae_of_known is for months.*Received: training.loss=mse"),
        ("sentiment", {"loss": "ordinal_crossentropy"}, "is for stars"),
        ("stars", {"loss": "binary_crossentropy"}, "needs outcomes of 0 and 1"),
        ("level", {"loss": "correlation_by_date"}, "compares tickers of a date"),
        ("volatility", {"link": "multiply", "monitor": "ic"}, "monitor=ic needs a panel"),
        ("level", {"monitor": "first_step"}, "monitor=first_step needs training.loss=mae_of_known"),
        ("level", {"monitor": "auc"}, "monitor=auc needs training.loss=binary_crossentropy"),
        ("level", {"monitor": "run_half_mse"}, "needs runs of several steps"),
        ("classification", {"loss": "binary_crossentropy", "monitor": "mae"}, "Expected: loss or accuracy or auc"),
        (
            "regression",
            {"by_date": True, "link": "add", "loss": "correlation_by_date", "monitor": "mae"},
            "Expected: loss or ic",
        ),
        (
            "level",
            {"link": "add", "grid": ({"units": [4]},), "patience": None, "start_from_epoch": 1},
            "Expected training.patience",
        ),
    ],
)
def test_what_does_not_fit_is_named(task, settings, message):
    with pytest.raises(ValueError, match=f"mine: .*{message}"):
        refused(task, **settings)


def start_of(task, **inputs):
    blocks = {
        "params:mine.inputs": SimpleNamespace(**inputs),
        "params:mine.experiment": SimpleNamespace(task=task, name="mine"),
    }
    refuse_starts([SimpleNamespace(inputs=["series", "params:mine.inputs"])], blocks.__getitem__)


def test_starts_are_rivals_of_what_is_forecast():
    start_of("level", start=("persistence", "drift"), channels=("changes",), known=())
    start_of("regression", start=("reversal",), known=("volatility",))
    for task, start in (("level", "har"), ("regression", "ewma"), ("macro", "drift"), ("volatility", "foo")):
        with pytest.raises(ValueError, match=rf"inputs\.start: expected rivals of mine: .*Received: {start}"):
            start_of(task, start=(start,), known=())
    with pytest.raises(ValueError, match=r"mine\.inputs\.channels: expected each name once. Received: sizes, sizes"):
        start_of("volatility", start=("ewma",), channels=("sizes", "sizes"), known=())


def test_a_start_without_a_score_is_refused():
    with pytest.raises(ValueError, match="Received: none that is finite of a. Leave them out"):
        choose_start({"a": float("nan"), "b": 1.0}, "mine")
