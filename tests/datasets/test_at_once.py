"""Two processes save the same dataset again and again while a third reads it: whatever it reads is whole."""

import multiprocessing
import time
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from rnn_trading.datasets.filing_sentences import FilingSentencesDataset
from rnn_trading.datasets.hdf_store import HDFStoreDataset
from rnn_trading.datasets.keras_model import KerasModelDataset
from rnn_trading.datasets.text_stream import ScoresFileDataset
from rnn_trading.datasets.token_sequences import TokenSequencesDataset
from rnn_trading.datasets.training_state import StateFolder
from rnn_trading.datasets.whole import JSONDataset, MatplotlibDataset, ParquetDataset, PreviewedTextDataset, TextDataset
from rnn_trading.filings.filings import FilingSource
from rnn_trading.filings.items import RawFiling, SentenceParameters
from rnn_trading.filings.reading import FilingReading
from rnn_trading.models.states import State
from rnn_trading.text.text import TokenSequences

VERSIONS = (1, 2)
ROUNDS = 8
ROWS = 4000  # some pages of a disk


def table(version):
    return pd.DataFrame({"x": np.full(ROWS * version, float(version))})


def text(version):
    return f"{version}\n" * ROWS * version


def figure(version):
    drawn = Figure(figsize=(version, 1), dpi=100)
    drawn.subplots().plot([version] * 9)
    return drawn


class Model:
    """Saves itself as Keras does: an archive, piece by piece."""

    def __init__(self, version):
        self.version = version

    def save(self, path):
        with zipfile.ZipFile(path, "w") as archive:
            for part in range(9):
                archive.writestr(f"{part}", text(self.version))


def filings(version):
    """Other filings and other texts, in as many files as versions."""
    texts = {f"f{version}{number}": f"Item 1. Anvils {'rose ' * version}." for number in range(3 * version)}
    index = pd.DataFrame(index=pd.Index(list(texts), name="filing_id"))
    raw = [RawFiling(name, content, {}) for name, content in texts.items()]
    return FilingReading(FilingSource(index, lambda: iter(raw)), SentenceParameters(fewest_words=2, most_words=50))


def read_sentences(dataset):
    stored = dataset.load()
    items = stored.items
    rows = pd.concat(stored.batches(items))
    versions = set(items["filing_id"].str[1]) | {str(row[0].count("rose")) for row in rows["sentences"]}
    (version,) = map(int, versions)
    assert len(items) == len(rows) == 3 * version
    return version


def read_state(folder):
    state = folder.read("network")
    assert (state.arrays["weights"] == state.facts["version"]).all()
    return state.facts["version"]


def read_model(dataset):
    with zipfile.ZipFile(dataset._filepath) as archive:
        assert archive.testzip() is None
        return read_text(archive.read("8").decode())


def read_text(content):
    version = int(content[0])
    assert content == text(version)
    return version


def read_table(loaded):
    version = int(loaded["x"].iloc[0])
    pd.testing.assert_frame_equal(loaded[["x"]], table(version))
    return version


def scores(version):
    return [pd.DataFrame({"id": [str(version)] * ROWS, "probability": 1.0})] * version


def sequences(version):
    return TokenSequences(np.full(2 * ROWS, version, np.int32), np.arange(0, 2 * ROWS + 1, 2, np.int64))


def read_sequences(loaded):
    assert loaded.starts[-1] == len(loaded.ids)
    return int(loaded.ids.max())


def datasets(folder: Path):
    """By name: the dataset, what is saved of a version, and what reads the version, or fails."""
    texts = dict.fromkeys(VERSIONS, "no file")
    csv, parquet = (
        ScoresFileDataset(filepath=f"{folder}/scores.{end}", source=f"{texts}") for end in ("csv", "parquet")
    )
    state = StateFolder(folder / "training_state", 0.0)
    plain = {
        "parquet": (ParquetDataset(filepath=f"{folder}/a.parquet"), table, read_table),
        "json": (JSONDataset(filepath=f"{folder}/a.json"), text, read_text),
        "html": (TextDataset(filepath=f"{folder}/a.html"), text, read_text),
        "txt": (PreviewedTextDataset(filepath=f"{folder}/a.txt"), text, read_text),
        "png": (MatplotlibDataset(filepath=f"{folder}/a.png"), figure, lambda loaded: loaded.size[0] // 100),
        "h5": (
            HDFStoreDataset(filepath=f"{folder}/a.h5"),
            lambda version: {"a": table(version), "b": table(version)},
            lambda loaded: {read_table(loaded["a"]), read_table(loaded["b"])}.pop(),
        ),
        "csv scores": (csv, scores, lambda loaded: int(loaded["id"].unique().item())),
        "parquet scores": (parquet, scores, lambda loaded: int(loaded["id"].unique().item())),
    }
    tokens = TokenSequencesDataset(filepath=f"{folder}/tokens.parquet")
    plain["tokens"] = (tokens, sequences, read_sequences)
    made = {
        name: (lambda version, d=dataset, m=make: d.save(m(version)), lambda d=dataset, r=read: r(d.load()))
        for name, (dataset, make, read) in plain.items()
    }
    model = KerasModelDataset(filepath=f"{folder}/a.keras")
    sentences = FilingSentencesDataset(filepath=f"{folder}/sentences")
    made["keras"] = (lambda version: model.save(Model(version)), lambda: read_model(model))
    made["sentences"] = (lambda version: sentences.save(filings(version)), lambda: read_sentences(sentences))
    made["state"] = (
        lambda version: state.write("network", State({"version": version}, {"weights": np.full(ROWS, version)})),
        lambda: read_state(state),
    )
    return made


def save_again_and_again(folder, version, seconds, both):
    made = datasets(folder)
    both.wait(timeout=120)
    end, rounds = time.monotonic() + seconds, 0
    while time.monotonic() < end or rounds < ROUNDS:
        for save, _ in made.values():
            save(version)
        rounds += 1


def read_while_two_save(folder, seconds=0.0):
    """How often each dataset was read in which version, while two processes saved it for some seconds at least."""
    made = datasets(folder)
    for save, _ in made.values():
        save(1)
    context = multiprocessing.get_context("spawn")
    both = context.Barrier(3)
    writers = [
        context.Process(target=save_again_and_again, args=(folder, version, seconds, both), daemon=True)
        for version in VERSIONS
    ]
    for writer in writers:
        writer.start()
    both.wait(timeout=120)
    seen = {name: dict.fromkeys(VERSIONS, 0) for name in made}
    while any(writer.is_alive() for writer in writers):
        for name, (_, read) in made.items():
            seen[name][read()] += 1
    assert [writer.exitcode for writer in writers] == [0, 0]
    return seen


def test_no_read_is_broken(tmp_path):
    seen = read_while_two_save(tmp_path)
    assert all(sum(versions.values()) > 0 for versions in seen.values())
    assert [path for path in tmp_path.rglob(".partial-*")] == []
