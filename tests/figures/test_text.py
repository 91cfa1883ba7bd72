import numpy as np

from rnn_trading.figures import text as text_plots


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
