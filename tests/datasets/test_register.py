"""The register on the disk: appended to by several at once, cut, of another version, deleted, not writable."""

import json
import logging
import sys
from contextlib import ExitStack

import pyarrow.parquet as pq
import pytest
from kedro.io import DatasetError

from rnn_trading.datasets.register import Parts, RegisterDataset, RegisterEntryDataset, RegisterError
from rnn_trading.register.entries import REGISTER_VERSION
from tests.processes import started
from tests.register.entries_made_up import entry

ADD = """
import sys
from pathlib import Path
from rnn_trading.datasets.register import Parts
from tests.register.entries_made_up import entry
mine = sys.argv[1]
for number in range(1, 31):
    Parts(Path(sys.argv[2])).add(entry("shared" * number))
    Parts(Path(sys.argv[2])).add(entry(mine * number))
"""


def keys(folder):
    return RegisterDataset(filepath=str(folder)).load().entries["key"].tolist()


def test_several_processes_append_at_once(tmp_path):
    """Each enters 30 fits of its own, and 30 that the others enter, too."""
    with ExitStack() as stack:
        processes = [
            stack.enter_context(started([sys.executable, "-c", ADD, mine, str(tmp_path)])) for mine in ("a", "b", "c")
        ]
        assert [process.wait() for process in processes] == [0, 0, 0]
    register = Parts(tmp_path).read()
    expected = {each * number for each in ("a", "b", "c", "shared") for number in range(1, 31)}
    assert sorted(register.entries["key"]) == sorted(expected)
    assert register.unreadable == {}
    assert len(list(tmp_path.iterdir())) == 120  # and nothing else


def test_a_fit_is_one_trial_however_often_it_is_entered(tmp_path):
    parts, first = Parts(tmp_path), entry("aa")
    parts.add(first)
    (path,) = tmp_path.iterdir()
    written = path.stat()
    parts.add(entry("aa", when="2030-01-01T00:00:00Z"))
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (written.st_ino, written.st_mtime_ns)
    assert parts.read().entries["when"].tolist() == [first["when"]]
    # Judged as another design, on other rows, or on a source of another name.
    for number, other in enumerate((entry("aa", "d2"), entry("aa", data="others"), entry("aa", source="copy.csv")), 2):
        assert not parts.holds(other)
        parts.add(other)
        assert len(parts.read().entries) == number


def test_what_comes_back_is_what_was_entered(tmp_path):
    for given in (entry("aa"), entry("bbb", validation=None, test=None, dates=(None, None), clean=None)):
        dataset = RegisterEntryDataset(
            filepath=str(tmp_path / "run/trial.json"), register={"filepath": str(tmp_path / "register")}
        )
        dataset.save(given)
        assert dataset.load() == given
    assert keys(tmp_path / "register") == ["aa", "bbb"]


def cut(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def of_no_entry(path):
    table = pq.read_table(path)
    pq.write_table(table.drop_columns("key"), path)


def of_two(path):
    table = pq.read_table(path).to_pylist()
    pq.write_table(type(pq.read_table(path)).from_pylist(table * 2), path)


def empty(path):
    path.write_bytes(b"")


def earlier(path):
    path.rename(path.with_name(path.name.replace(f".v{REGISTER_VERSION}.", ".v0.")))


def by_hand(path):
    path.rename(path.with_name("notes.parquet"))


def test_a_part_of_before_there_were_grids_is_read(tmp_path):
    Parts(tmp_path).add(entry("aa"))
    (path,) = tmp_path.iterdir()
    pq.write_table(pq.read_table(path).drop_columns("networks"), path)
    assert Parts(tmp_path).read().entries["networks"].tolist() == [1]


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (cut, "cut or damaged"),
        (empty, "cut or damaged"),
        (of_no_entry, "'key' is missing"),
        (of_two, "2 entries"),
        (earlier, "not the name of a part"),
        (by_hand, "not the name of a part"),
    ],
)
def test_good_parts_are_kept_and_bad_ones_named_once(tmp_path, caplog, damage, why):
    parts = Parts(tmp_path / "corrected/mine.volatility")
    for key in ("aa", "bbb"):
        parts.add(entry(key))
    damage(next(parts.folder.glob("aa-d1-*")))
    with caplog.at_level(logging.WARNING):
        register = RegisterDataset(filepath=str(tmp_path)).load()
    assert register.entries["key"].tolist() == ["bbb"]
    ((name, said),) = register.unreadable.items()
    assert name.startswith("corrected/mine.volatility/")
    assert why in said
    (message,) = caplog.messages
    assert "1 part cannot be read and is not counted" in message
    assert why in message


def test_a_fit_whose_part_was_cut_can_be_entered_again(tmp_path):
    parts = Parts(tmp_path)
    parts.add(entry("aa"))
    cut(next(tmp_path.iterdir()))
    assert not parts.holds(entry("aa"))
    parts.add(entry("aa"))
    assert (keys(tmp_path), parts.read().unreadable) == (["aa"], {})


def test_a_register_of_a_later_version_is_refused_and_left_as_it_is(tmp_path):
    parts = Parts(tmp_path)
    parts.add(entry("aa"))
    (path,) = tmp_path.iterdir()
    path.rename(tmp_path / f"aa-d1.v{REGISTER_VERSION + 1}.parquet")
    for ask in (parts.refuse, parts.read, lambda: parts.add(entry("bbb"))):
        with pytest.raises(
            RegisterError, match=f"later version .*aa-d1.*v{REGISTER_VERSION + 1}.*install that version"
        ):
            ask()
    assert len(list(tmp_path.iterdir())) == 1


def test_a_register_that_cannot_be_written_is_refused_before_a_fit(tmp_path, monkeypatch):
    file = tmp_path / "data"
    file.touch()
    with pytest.raises(RegisterError, match="data is no folder"):
        Parts(file / "09_register/corrected").refuse()
    monkeypatch.setattr("os.access", lambda path, mode: False)  # root may write anywhere
    with pytest.raises(RegisterError, match="cannot be written to"):
        Parts(tmp_path / "register").refuse()


def test_no_register_is_an_empty_one(tmp_path):
    dataset = RegisterDataset(filepath=str(tmp_path / "none"))
    assert not dataset.exists()
    assert dataset.load().entries.empty
    with pytest.raises(DatasetError, match="only read"):
        dataset.save({})


def test_after_a_register_was_deleted_its_fits_are_entered_again(tmp_path):
    dataset = RegisterEntryDataset(filepath=str(tmp_path / "t.json"), register={"filepath": str(tmp_path / "register")})
    assert not dataset.exists()
    dataset.save(entry("aa"))
    assert dataset.exists()
    next((tmp_path / "register").iterdir()).unlink()
    assert not dataset.exists()  # a run of missing outputs makes it anew
    dataset.save(json.loads((tmp_path / "t.json").read_text()))
    assert keys(tmp_path / "register") == ["aa"]


def test_what_is_no_entry_is_refused(tmp_path):
    with pytest.raises(RegisterError, match="no entry of the register: 'seconds': expected float, received 'long'"):
        Parts(tmp_path).add(entry("aa", seconds="long"))
    with pytest.raises(RegisterError, match="expected letters, digits"):
        Parts(tmp_path).add(entry("../aa"))
    assert list(tmp_path.iterdir()) == []


def test_a_link_to_a_disk_that_is_not_there_is_refused_before_a_fit(tmp_path):
    (tmp_path / "register").symlink_to(tmp_path / "not mounted")
    with pytest.raises(RegisterError, match="register is no folder: fits could not be entered"):
        Parts(tmp_path / "register/corrected/mine.volatility").refuse()


def test_a_folder_in_the_place_of_a_part_is_named(tmp_path):
    parts = Parts(tmp_path)
    parts.add(entry("a"))
    (part,) = tmp_path.glob("*.parquet")
    part.unlink()
    part.mkdir()
    with pytest.raises(RegisterError, match="is a folder, where the entry of a fit has to lie. Move it away"):
        parts.add(entry("a"))


@pytest.mark.parametrize("text", ["", "{}", "[]", "[1", '{"key": 7}'])
def test_an_entry_beside_the_fit_that_is_none_is_made_anew(tmp_path, text):
    path = tmp_path / "fold_1.seed_42.trial.json"
    dataset = RegisterEntryDataset(filepath=str(path), register={"filepath": str(tmp_path / "register")})
    dataset.save(entry("a"))
    assert dataset.exists()
    path.write_text(text)
    assert not dataset.exists()
