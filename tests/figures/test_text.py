import numpy as np

from rnn_trading.figures import text as text_plots
from rnn_trading.skill.metrics.documents import evaluate_documents


def test_every_length_is_shown_on_a_log_axis_and_the_cut_is_marked():
    lengths = np.concatenate([np.arange(1, 300), [9000]])
    (axes,) = text_plots.text_lengths(lengths, 100, "reviews", "Title").axes
    assert (axes.get_xscale(), axes.get_ylabel()) == ("log", "Reviews")
    assert sum(bar.get_height() for bar in axes.patches) == 300
    # Bars are as wide as each other on this axis.
    edges = [bar.get_x() for bar in axes.patches]
    np.testing.assert_allclose(np.diff(np.log(edges)), np.log(9001) / 60)
    cut, median = axes.lines
    assert (set(cut.get_xdata()), set(median.get_xdata())) == ({100}, {150.5})
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
