"""Rivals that were trained elsewhere: what they are given, and what is refused; those with weights are tiny ones."""

import contextlib
import json
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pydantic import ValidationError

from rnn_trading.skill.rivals import pretrained
from rnn_trading.skill.rivals.lists import tier_of
from rnn_trading.skill.rivals.pretrained import (
    BATCH,
    CHRONOS_BOLT,
    FAMILIES,
    PRETRAINED,
    Pretrained,
    PretrainedParameters,
    contexts,
    load,
    refuse_unusable,
)
from tests.tiny_chronos import BLOCK, CONTEXT, model_folder, needs_extra, save_chronos_bolt

VALUES = 100 + np.random.default_rng(0).normal(size=150).cumsum()


def parameters(weights, **changes):
    return PretrainedParameters(**{"name": "chronos_bolt", "weights": weights, "trained_until": None} | changes)


class Mean:
    """Forecasts the mean of what is known, and keeps what it was given."""

    context_length, block = 8, 3

    def __init__(self):
        self.given = []

    def __call__(self, contexts, steps):
        self.given.append((contexts, steps))
        return np.repeat(np.nanmean(contexts, axis=1)[:, None], steps, axis=1)


def test_it_is_given_all_that_is_known_up_to_what_it_can_read():
    model = Pretrained("mean", Mean())
    found = model.paths(VALUES, np.array([1, 5, 100]), 2)
    assert found.tolist() == [[VALUES[max(0, at - 8) : at].mean()] * 2 for at in (1, 5, 100)]


@pytest.mark.parametrize(("steps", "rows"), [(1, BATCH), (3, BATCH), (4, 1)])
def test_batches_have_one_shape(steps, rows):
    """Beyond what it forecasts at once, each row brings forth many."""
    network = Mean()
    Pretrained("mean", network).paths(VALUES, np.arange(10, 10 + BATCH + 3), steps)
    assert {(batch.shape, asked) for batch, asked in network.given} == {((rows, 8), steps)}


@given(arrays(float, 12, elements=st.floats(-1e6, 1e6)), st.lists(st.integers(1, 12), min_size=1), st.integers(1, 20))
def test_contexts_are_slices(values, first_targets, length):
    found = contexts(values, np.array(first_targets), length)
    for row, first in zip(found, first_targets, strict=True):
        known = values[max(0, first - length) : first]
        assert row[length - len(known) :].tolist() == known.tolist()
        assert np.isnan(row[: length - len(known)]).all()


def test_nothing_to_forecast_is_no_forecast():
    assert Pretrained("mean", Mean()).paths(VALUES, np.array([], dtype=int), 3).shape == (0, 3)


def test_a_forecast_needs_a_value_before_it():
    with pytest.raises(ValueError, match="The rival mean needs a value before each forecast"):
        Pretrained("mean", Mean()).paths(VALUES, np.array([0, 5]), 1)


def test_what_is_not_finite_is_refused():
    class Nothing(Mean):
        def __call__(self, contexts, steps):
            return np.where(np.arange(len(contexts))[:, None] == 1, np.nan, 1.0)

    with pytest.raises(ValueError, match="The rival nothing must give finite numbers. Received: 1 of 3"):
        Pretrained("nothing", Nothing()).paths(VALUES, np.array([5, 6, 7]), 1)


@pytest.mark.parametrize("shape", [(1, 2), (8,), (8, 1), (8, 3)])
def test_answers_of_another_shape_are_refused(shape):
    """NumPy would repeat one row, or one step, for all."""

    class Other(Mean):
        def __call__(self, contexts, steps):
            return np.ones(shape)

    with pytest.raises(
        ValueError, match=r"The rival other must give \S+ x 2 numbers.*Received: an answer of the shape"
    ):
        Pretrained("other", Other()).paths(VALUES, np.arange(5, 13), 2)


def test_without_weights_there_is_no_such_rival():
    assert load(parameters(None)) == []
    refuse_unusable(parameters(None))


@pytest.mark.parametrize(
    ("changes", "message"),
    [({"name": "chronos"}, "chronos_bolt"), ({"trained_until": "lately"}, "date"), ({"batch": 3}, "batch")],
)
def test_parameters_are_checked(changes, message):
    with pytest.raises(ValidationError, match=message):
        parameters(None, **changes)


@pytest.fixture
def folder(tmp_path):
    return model_folder(tmp_path, CHRONOS_BOLT)


def test_a_name_that_is_no_folder_is_not_downloaded():
    with pytest.raises(ValueError, match="expected a folder on this computer.*'someones/model'.*Nothing is downloaded"):
        load(parameters("someones/model"))


def test_a_folder_without_weights_is_refused(folder):
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ValueError, match=r"Missing: model.safetensors\. .*others can hold code"):
        load(parameters(str(folder)))


@pytest.mark.parametrize("said", [{"architectures": ["T5ForConditionalGeneration"]}, {}, ["ChronosBolt"]])
def test_another_family_is_refused(folder, said):
    (folder / "config.json").write_text(json.dumps(said))
    with pytest.raises(ValueError, match="expected a model of the family chronos_bolt"):
        load(parameters(str(folder)))


def test_a_broken_configuration_is_refused(folder):
    (folder / "config.json").write_text("{")
    with pytest.raises(ValueError, match="is not JSON"):
        load(parameters(str(folder)))


@pytest.mark.parametrize("cut", [lambda whole: whole[:-1], lambda whole: whole[:20], lambda _: b"version https://git"])
def test_weights_that_were_cut_off_are_refused(folder, cut):
    weights = folder / "model.safetensors"
    weights.write_bytes(cut(weights.read_bytes()))
    with pytest.raises(ValueError, match=r"pretrained.weights: '.*model.safetensors' .* is no whole safetensors file"):
        refuse_unusable(parameters(str(folder)))


def test_what_its_library_cannot_load_is_refused_by_the_name_of_the_parameter(folder, monkeypatch):
    def load_nothing(_):
        raise KeyError("chronos_config")

    monkeypatch.setitem(FAMILIES, "chronos_bolt", pretrained.Family(load_nothing, CHRONOS_BOLT, (), "median"))
    with pytest.raises(
        ValueError, match="cannot be loaded as chronos_bolt .'chronos_config'.. Copy the model once more"
    ):
        load(parameters(str(folder)))


def test_without_the_extra_its_name_is_said(folder, monkeypatch):
    family = FAMILIES["chronos_bolt"]
    monkeypatch.setitem(
        FAMILIES, "chronos_bolt", pretrained.Family(family.load, CHRONOS_BOLT, ("no_such_package",), "median")
    )
    with pytest.raises(ValueError, match=r"extra pretrained, of which no_such_package .*rnn-trading\[pretrained\]"):
        refuse_unusable(parameters(str(folder)))


def test_nothing_heavy_is_imported_to_look_at_a_folder(folder):
    code = (
        "import sys; from rnn_trading.skill.rivals.pretrained import PretrainedParameters, refuse_unusable\n"
        f"given = PretrainedParameters(name='chronos_bolt', weights={str(folder)!r}, trained_until=None)\n"
        "try: refuse_unusable(given)\n"
        "except ValueError as error: assert 'extra pretrained' in str(error)\n"
        "assert not {'torch', 'transformers', 'chronos'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=300)


def test_a_column_of_each_family_has_a_tier():
    assert {tier_of(name) for name in PRETRAINED} == {"strong"}
    assert set(PRETRAINED) == set(FAMILIES)


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    return save_chronos_bolt(tmp_path_factory.mktemp("weights"))


@pytest.fixture(scope="module")
def tiny(weights):
    return load(parameters(str(weights)))[0]


@needs_extra
@pytest.mark.parametrize("steps", [1, BLOCK, 3 * BLOCK + 1])
def test_forecasts_are_the_medians_of_the_library(weights, tiny, steps):
    """Of full contexts to the bit, whatever the other rows are; of short ones, without padding, but for rounding."""
    import torch
    from chronos import ChronosBoltPipeline

    library = ChronosBoltPipeline.from_pretrained(str(weights), local_files_only=True)
    places = np.array([3, CONTEXT, 70, 150])
    found = tiny.paths(VALUES, places, steps)
    assert found.shape == (4, steps)
    middle = library.quantiles.index(0.5)
    for row, place in zip(found, places, strict=True):
        known = torch.tensor(VALUES[:place], dtype=torch.float32)
        with pytest.warns(UserWarning, match="We recommend") if steps > BLOCK else contextlib.nullcontext():
            direct = library.predict(known, prediction_length=steps)[0, middle]
        np.testing.assert_allclose(row, direct.numpy(), rtol=1e-5)
    assert np.ptp(found) > 0


@needs_extra
@pytest.mark.parametrize("steps", [1, 2 * BLOCK])
def test_nothing_after_the_origin_matters_and_a_forecast_repeats_to_the_bit(tiny, weights, steps):
    places = np.arange(2, 110, 3)
    first = tiny.paths(VALUES, places, steps)
    np.testing.assert_array_equal(tiny.paths(VALUES, places, steps), first)
    np.testing.assert_array_equal(load(parameters(str(weights)))[0].paths(VALUES, places, steps), first)
    early = places <= 50
    changed = np.concatenate([VALUES[:50], VALUES[50:] * 3 + 1])
    np.testing.assert_array_equal(tiny.paths(changed, places, steps)[early], first[early])
    assert not np.array_equal(tiny.paths(changed, places, steps)[~early], first[~early])
    # Nor does it matter how many values and rows follow.
    np.testing.assert_array_equal(tiny.paths(VALUES[:50], places[early], steps), first[early])


@needs_extra
def test_the_number_of_threads_is_as_before(tiny):
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        tiny.paths(VALUES, np.array([20]), 1)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


@needs_extra
def test_the_libraries_are_offline(tiny):
    assert (os.environ["HF_HUB_OFFLINE"], os.environ["TRANSFORMERS_OFFLINE"]) == ("1", "1")
