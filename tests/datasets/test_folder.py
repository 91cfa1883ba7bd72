import pytest
from kedro.io import DatasetError

from rnn_trading.datasets.folder import FolderDataset


def test_files_are_read_as_they_are_and_by_their_paths(tmp_path):
    for path in ("b/x.json", "a/x.json", "a/y.txt", "a/.partial-x.json"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_bytes(path.encode())
    found = FolderDataset(str(tmp_path), ["*/*.json"]).load()
    assert list(found.items()) == [("a/x.json", b"a/x.json"), ("b/x.json", b"b/x.json")]
    assert FolderDataset(str(tmp_path / "none"), ["*"]).load() == {}


def test_a_folder_is_not_saved_as_a_whole(tmp_path):
    with pytest.raises(DatasetError, match="is only read as a whole: save its files through their own entries"):
        FolderDataset(str(tmp_path), ["*"]).save({})
