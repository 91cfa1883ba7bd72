import numpy as np

from rnn_trading.figures import text as text_plots
from rnn_trading.skill.metrics.documents import evaluate_documents


def test_lengths():
    lengths = np.concatenate([np.arange(1, 300), [9000]])
    figure = text_plots.text_lengths(lengths, 100, "Lengths")
    (axes,) = figure.axes
    assert sum(bar.get_height() for bar in axes.patches) == 297
    assert "3 longer texts are not shown" in axes.get_xlabel()
    assert figure.get_suptitle() == "Lengths\n66.7% of 300 are longer than the input"
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert labels == ["the network sees 100 words", "median: 150 words"]


def test_calibration():
    generator = np.random.default_rng(0)
    truth = generator.integers(0, 2, 200).astype(float)
    metrics = evaluate_documents(np.clip(0.5 * truth + 0.5 * generator.random(200), 0, 1), truth)
    record = {"model": {"metrics": metrics}, "rivals": {"majority": evaluate_documents(np.full(200, 0.5), truth)}}
    curves, counts = text_plots.calibration(record, "Calibration").axes
    assert len(curves.lines) == 3
    assert sum(bar.get_height() for bar in counts.patches) == 200
    assert "Share of positive reviews" in curves.get_ylabel()
