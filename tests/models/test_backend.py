"""What is settled before TensorFlow is used. There is no GPU here: TensorFlow's answers are made up."""

import logging
from types import SimpleNamespace

import pytest

from rnn_trading.models import backend, training

GPUS = [SimpleNamespace(name="GPU:0"), SimpleNamespace(name="GPU:1")]


@pytest.fixture
def gpus(monkeypatch):
    for listing in ("list_physical_devices", "get_visible_devices"):
        monkeypatch.setattr(backend.tf.config, listing, lambda kind: GPUS if kind == "GPU" else [])


def test_memory_of_every_gpu_grows_as_needed(gpus, monkeypatch):
    grown = []
    monkeypatch.setattr(backend.tf.config.experimental, "set_memory_growth", lambda *given: grown.append(given))
    backend.let_memory_grow()
    assert grown == [(GPUS[0], True), (GPUS[1], True)]


def test_a_gpu_that_is_in_use_already_is_named(gpus, monkeypatch, caplog):
    def refuse(gpu, grow):
        raise RuntimeError("cannot be modified after being initialized")

    monkeypatch.setattr(backend.tf.config.experimental, "set_memory_growth", refuse)
    with caplog.at_level(logging.WARNING):
        backend.let_memory_grow()
    assert "TensorFlow keeps all memory of GPU:0: cannot be modified after being initialized" in caplog.text


def test_the_device_is_named(gpus, monkeypatch):
    details = {"device_name": "NVIDIA H100"}
    monkeypatch.setattr(backend.tf.config.experimental, "get_device_details", lambda gpu: details)
    assert training._device("auto") == ("/GPU:0", "GPU NVIDIA H100")
    assert training._device("cpu") == ("/CPU:0", "CPU")
    details.clear()
    assert training._device("gpu") == ("/GPU:0", "GPU")
