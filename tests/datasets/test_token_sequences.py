import numpy as np

from rnn_trading.datasets.token_sequences import TokenSequencesDataset
from rnn_trading.text.text import TokenSequences


def test_sequences_survive_a_file_compactly(tmp_path):
    lengths = np.random.default_rng(0).integers(0, 50, 10_000)
    ids = np.random.default_rng(1).integers(0, 100, lengths.sum()).astype(np.int32)
    sequences = TokenSequences(ids, np.concatenate([[0], lengths.cumsum()]))
    dataset = TokenSequencesDataset(filepath=str(tmp_path / "sequences.parquet"))
    dataset.save(sequences)
    loaded = dataset.load()
    np.testing.assert_array_equal(loaded.ids, sequences.ids)
    np.testing.assert_array_equal(loaded.starts, sequences.starts)
    assert loaded.ids.dtype == np.int32
    assert (tmp_path / "sequences.parquet").stat().st_size < 4 * len(ids) < 4 * 50 * len(sequences)
