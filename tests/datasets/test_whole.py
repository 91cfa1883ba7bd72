"""A save that fails, or is killed in the middle, leaves the former file as it was."""

import base64
import multiprocessing
import sys
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pyarrow.parquet as pq
import pytest
from kedro.io import DatasetError
from matplotlib.figure import Figure

from rnn_trading.datasets.keras_model import KerasModelDataset
from rnn_trading.datasets.whole import (
    JSONDataset,
    MatplotlibDataset,
    ParquetDataset,
    PreviewedTextDataset,
    _prefix,
    read_table,
    written_whole,
)
from tests.processes import finished_process

TABLE = pd.DataFrame({"x": [1.0, 2.0]}, index=pd.MultiIndex.from_tuples([("A", 1), ("B", 2)], names=["k", "l"]))


def test_a_table_is_read_from_one_opening_of_its_file(tmp_path, monkeypatch):
    """Whoever replaces it meanwhile changes nothing of what is read."""
    path, other = tmp_path / "a.parquet", tmp_path / "b.parquet"
    dataset = ParquetDataset(filepath=str(path))
    for reader, read in ((pd, "read_parquet"), (pq, "read_table")):
        dataset.save(TABLE)
        ParquetDataset(filepath=str(other)).save(TABLE * 2)

        former = getattr(reader, read)

        def replaced(file, *given, former=former, **options):
            if other.exists():
                other.replace(path)
            return former(file, *given, **options)

        with monkeypatch.context() as patched:
            patched.setattr(reader, read, replaced)
            loaded = dataset.load() if reader is pd else read_table(path).to_pandas()
        pd.testing.assert_frame_equal(loaded, TABLE)
        pd.testing.assert_frame_equal(dataset.load(), TABLE * 2)


def test_what_others_write_in_a_folder_is_not_removed(tmp_path):
    """Their numbers of processes say nothing: they may run in another container."""
    left = tmp_path / f"{_prefix()}999999999-1-a.txt"
    left.write_text("half")
    with written_whole(tmp_path / "b.txt") as partial:
        partial.write_text("b")
        with written_whole(tmp_path / "a.txt") as other:
            other.write_text("a")
        assert left.exists()
        assert partial.exists()
    with written_whole(tmp_path / "a.txt") as other:
        other.write_text("again")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "b.txt"]


def figure():
    drawn = Figure()
    drawn.subplots().plot([1, 2])
    return drawn


@pytest.mark.parametrize(
    ("make", "data"),
    [
        (lambda path: ParquetDataset(filepath=f"{path}/a.parquet"), TABLE),
        (lambda path: JSONDataset(filepath=f"{path}/a.json"), {"x": 1}),
        (lambda path: MatplotlibDataset(filepath=f"{path}/a.png"), figure()),
    ],
)
def test_saves_and_leaves_nothing_else(make, data, tmp_path):
    dataset = make(tmp_path / "new" / "folder")
    dataset.save(data)
    assert len(list((tmp_path / "new" / "folder").iterdir())) == 1
    if isinstance(data, pd.DataFrame):
        pd.testing.assert_frame_equal(dataset.load(), data)
    elif isinstance(data, dict):
        assert dataset.load() == data
    else:
        png = (tmp_path / "new" / "folder" / "a.png").read_bytes()
        assert png.startswith(b"\x89PNG")
        assert base64.b64decode(dataset.preview()) == png
        assert dataset.load().size == (640, 480)


def test_a_full_disk_keeps_the_former_file(tmp_path, monkeypatch):
    dataset = ParquetDataset(filepath=str(tmp_path / "a.parquet"))
    dataset.save(TABLE)

    def fill_the_disk(self, target, **_):
        target.write(b"half a file")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_parquet", fill_the_disk)
    with pytest.raises(DatasetError, match="No space left on device"):
        dataset.save(TABLE * 2)
    assert [path.name for path in tmp_path.iterdir()] == ["a.parquet"]
    pd.testing.assert_frame_equal(dataset.load(), TABLE)


def test_a_kill_in_the_middle_keeps_the_former_file(tmp_path):
    path = tmp_path / "a.parquet"
    dataset = ParquetDataset(filepath=str(path))
    dataset.save(TABLE)
    before = path.read_bytes()
    killed = finished_process(
        [
            sys.executable,
            "-c",
            textwrap.dedent(
                """
                import os, sys
                import pandas as pd
                from rnn_trading.datasets.whole import ParquetDataset

                def write_and_die(self, target, **_):
                    target.write(b"half a file")
                    target.flush()
                    os._exit(9)

                pd.DataFrame.to_parquet = write_and_die
                ParquetDataset(filepath=sys.argv[1]).save(pd.DataFrame({"x": [1.0]}))
                """
            ),
            str(path),
        ],
        check=False,
    )
    assert killed.returncode == 9
    assert path.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 2
    ParquetDataset(filepath=str(tmp_path / "b.parquet")).save(TABLE)
    assert len(list(tmp_path.iterdir())) == 3  # what the kill left behind belongs to another file
    dataset.save(TABLE * 2)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.parquet", "b.parquet"]


def write_half_and_wait(target, text, both_have_begun):
    with written_whole(target) as partial, partial.open("w") as file:
        file.write(text)
        file.flush()
        both_have_begun.wait(timeout=60)
        file.write(text)


def test_two_processes_that_write_one_file_at_once_leave_a_whole_one(tmp_path):
    context = multiprocessing.get_context("spawn")
    target, both_have_begun = tmp_path / "a.txt", context.Barrier(2)
    texts = ["a" * 9, "b" * 9]
    writers = [
        context.Process(target=write_half_and_wait, args=(target, text, both_have_begun), daemon=True) for text in texts
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(timeout=60)
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert target.read_text() in {2 * text for text in texts}
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_two_threads_that_write_one_file_at_once_leave_a_whole_one(tmp_path):
    target, both_have_begun = tmp_path / "a.txt", threading.Barrier(2)
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda text: write_half_and_wait(target, text, both_have_begun), ["a" * 9, "b" * 9]))
    assert target.read_text() in {"a" * 18, "b" * 18}
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


def test_a_model_that_cannot_be_saved_keeps_the_former_file(tmp_path):
    class Unsavable:
        def save(self, path):
            path.write_bytes(b"half a model")
            raise OSError(28, "No space left on device")

    path = tmp_path / "model.keras"
    path.write_bytes(b"the former model")
    with pytest.raises(DatasetError, match="No space left on device"):
        KerasModelDataset(filepath=str(path)).save(Unsavable())
    assert path.read_bytes() == b"the former model"
    assert [file.name for file in tmp_path.iterdir()] == ["model.keras"]


def test_a_figure_loads_as_a_picture(tmp_path):
    """Which a notebook shows, and which stays when its file is gone."""
    dataset = MatplotlibDataset(filepath=str(tmp_path / "figure.png"))
    dataset.save(Figure(figsize=(3, 2), dpi=100))
    picture = dataset.load()
    (tmp_path / "figure.png").unlink()
    assert picture.size == (300, 200)
    assert picture._repr_png_().startswith(b"\x89PNG")


def test_a_text_is_shown_as_it_stands(tmp_path):
    dataset = PreviewedTextDataset(filepath=str(tmp_path / "a.txt"))
    dataset.save("a < b\n  c")
    assert dataset.preview() == "<pre>a &lt; b\n  c</pre>"
