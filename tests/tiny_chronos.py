"""A model of the form of Chronos-Bolt with random weights, small enough to be made in a test."""

import importlib.util
import json
from pathlib import Path

import pytest

CONTEXT, BLOCK = 64, 8
ABSENT = any(importlib.util.find_spec(name) is None for name in ("chronos", "torch", "transformers"))


def needs_extra(test):
    """Skip a test without the extra. It is none of the fast: PyTorch looks for TensorFlow when it is imported."""
    return pytest.mark.trains(pytest.mark.skipif(ABSENT, reason="the extra pretrained is not installed")(test))


def save_chronos_bolt(folder: Path) -> Path:
    """Write the model into a folder, as those that were trained are."""
    import torch
    from chronos.chronos_bolt import ChronosBoltModelForForecasting
    from transformers import T5Config

    torch.manual_seed(0)
    config = T5Config(
        d_model=16,
        d_kv=8,
        d_ff=32,
        num_layers=2,
        num_decoder_layers=2,
        num_heads=2,
        vocab_size=2,
        pad_token_id=0,
        eos_token_id=1,
        decoder_start_token_id=0,
        reg_token_id=1,
        feed_forward_proj="relu",
        initializer_factor=0.5,
    )
    config.chronos_config = {
        "context_length": CONTEXT,
        "prediction_length": BLOCK,
        "input_patch_size": 4,
        "input_patch_stride": 4,
        "quantiles": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
        "use_reg_token": True,
    }
    ChronosBoltModelForForecasting(config).save_pretrained(folder)
    return folder


def model_folder(folder, architecture):
    """What looks like a model from outside: its family, and weights of one number."""
    (folder / "config.json").write_text(json.dumps({"architectures": [architecture]}))
    header = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    (folder / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + bytes(4))
    return folder
