"""What is said of gradients by lag: which windows, which networks, how far they reach."""

import numpy as np
import pandas as pd
import pytest

from rnn_trading.figures import series
from rnn_trading.models.parameters import SequenceNetworkParameters, TrainingParameters
from rnn_trading.pipelines.univariate_regression import gradients

LAGS, DAYS = 6, 300


@pytest.fixture
def measured(base_parameters):
    """Measure a network of a layer on windows of noise; returns the table, and the network."""
    from rnn_trading.models.sequence_network import build_sequence_network
    from rnn_trading.models.training import untrained

    values = base_parameters("corrected")["univariate_regression"]["volatility"]["rnn"]
    training = TrainingParameters(**values["training"])
    days = pd.bdate_range("2020-01-01", periods=DAYS)
    columns = [*map(str, range(LAGS, 0, -1)), "truth"]
    windows = pd.DataFrame(np.random.default_rng(0).normal(size=(DAYS, LAGS + 1)), days, columns)
    parts = pd.DataFrame({"split": pd.Categorical(["train"] * 200 + ["validation"] * 40 + ["test"] * 60)}, days)
    scaling = {"base": "none", "offset": 0.0, "size": 2.0}

    def measure(layer, seed=training.seed, alter=lambda windows: windows):
        units = [] if layer == "dense" else [3]
        architecture = SequenceNetworkParameters(**values["model"] | {"layer": layer, "units": units})
        model = untrained(lambda: build_sequence_network(architecture, LAGS), seed)
        return gradients.measure_gradients(model, alter(windows), parts, scaling, architecture, training)

    return measure


@pytest.mark.trains
def test_the_network_before_training_is_made_anew_by_its_seed(measured):
    same, other = measured("rnn"), measured("rnn", seed=7)
    assert same.groupby("trained")["lag"].apply(list).tolist() == [[*range(LAGS)]] * 2
    assert (same["windows"] == 100).all()
    before, after = (same.loc[same["trained"] == trained, "norm"].tolist() for trained in (False, True))
    assert before == after  # this network is still as its training would begin with it
    assert other.loc[~other["trained"], "norm"].tolist() == before
    assert other.loc[other["trained"], "norm"].tolist() != before


@pytest.mark.trains
def test_neither_the_test_rows_nor_any_target_are_looked_at(measured):
    def alter(windows):
        altered = windows.copy()
        altered.iloc[200:] = 9.0
        return altered.assign(truth=-9.0)

    pd.testing.assert_frame_equal(measured("rnn", alter=alter), measured("rnn"), check_exact=True)


@pytest.mark.trains
def test_a_network_without_a_recurrent_layer_has_no_rows(measured):
    none, some = measured("dense"), measured("rnn")
    assert none.empty
    table = gradients.gather_gradients(lstm=none, rnn=some)
    assert table["network"].unique().tolist() == ["rnn"]
    pd.testing.assert_frame_equal(table.drop(columns="network"), some)
    figure = gradients.gradient_by_lag(gradients.gather_gradients(lstm=none), "corrected")
    assert "no network has a recurrent layer" in figure.get_suptitle()


@pytest.mark.trains
@pytest.mark.xdist_group("univariate_regression")
def test_a_run_measures_one_network_of_each_cell(finished):
    folder = finished("univariate_regression", protocol="corrected", univariate_regression={})
    path = folder / "data/07_model_output/corrected/univariate_regression.volatility.gradient_norms.parquet"
    table = pd.read_parquet(path)
    assert table.groupby(["network", "trained"])["lag"].max().to_dict() == {
        (network, trained): 21 for network in ("rnn", "lstm", "gru") for trained in (False, True)
    }
    assert (table["norm"] > 0).all()
    assert (table["network"] == table["layer"]).all()


def norms():
    """A network that halves from day to day, and one that keeps all."""
    rows = [
        {"network": network, "layer": network, "trained": trained, "lag": lag, "norm": kept**lag, "windows": 100}
        for trained, shares in ((False, {"rnn": 0.5, "gru": 1.0}), (True, {"rnn": 0.1, "gru": 0.5}))
        for network, kept in shares.items()
        for lag in range(20)
    ]
    return pd.DataFrame(rows)


def test_the_title_says_how_far_the_gradient_reaches():
    # .5^6 = .016, .5^7 = .008; .1^2 is .01, no less.
    assert gradients.reaches(norms()) == {False: {"rnn": 7, "gru": None}, True: {"rnn": 3, "gru": 7}}
    figure = gradients.gradient_by_lag(norms(), "as_published")
    assert figure.get_suptitle() == (
        "How far back the trained gradient reaches: simple RNN 3 days, GRU 7 days\n"
        "Before training: simple RNN 7 days, GRU over 19 days; as published"
    )


def test_a_dot_marks_where_a_line_has_fallen_below_a_hundredth():
    before, after = series.gradient_by_lag(norms(), gradients.NAMES, gradients.reaches(norms()), "Title").axes
    dots = [
        [(line.get_xdata()[0], line.get_ydata()[0]) for line in axes.lines if len(line.get_xdata()) == 1]
        for axes in (before, after)
    ]
    assert dots == [[(7, 0.5**7)], [(3, 0.1**3), (7, 0.5**7)]]
    assert {axes.get_yscale() for axes in (before, after)} == {"log"}
