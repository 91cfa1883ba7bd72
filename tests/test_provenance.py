import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path

import pytest

from rnn_trading.provenance import UNKNOWN, code_digest, commit_of, libraries_of, made_now


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A folder under git with one commit that has one file."""
    if not shutil.which("git"):
        pytest.skip("needs git")
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "code.py").write_text("1\n")

    def git(*arguments):
        own = ["-c", "user.name=a", "-c", "user.email=a@b"]
        return subprocess.run(["git", *own, "-C", tmp_path, *arguments], check=True, capture_output=True, text=True)

    git("init", "--quiet")
    git("add", "code.py")
    git("commit", "--quiet", "--message", "one")
    return tmp_path, git("rev-parse", "HEAD").stdout.strip()


def test_a_commit_is_that_of_the_folder_and_says_what_is_not_committed(repository):
    folder, commit = repository
    commit_of.cache_clear()
    assert commit_of(folder) == commit[:12]
    (folder / "code.py").write_text("2\n")
    commit_of.cache_clear()
    assert commit_of(folder) == f"{commit[:12]}-dirty"


def test_a_folder_that_git_does_not_track_has_no_known_commit(repository):
    """As a package that is installed into an environment inside somebody's repository."""
    installed = repository[0] / "site-packages"
    installed.mkdir()
    (installed / "code.py").write_text("1\n")
    assert commit_of(installed) == UNKNOWN


def test_without_git_the_commit_is_unknown(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert commit_of(Path(tmp_path) / "nowhere") == UNKNOWN


def test_what_was_made_says_whether_its_code_was_committed(repository, monkeypatch):
    folder, commit = repository
    monkeypatch.setattr("rnn_trading.provenance.__file__", str(folder / "code.py"))
    for text, clean in [("1\n", True), ("2\n", False)]:
        (folder / "code.py").write_text(text)
        commit_of.cache_clear()
        made = made_now()
        assert (made["commit"], made["clean"]) == (commit[:12], clean)
    assert made["packages"]["pandas"] == version("pandas")


def test_a_digest_of_code_follows_what_is_imported_and_leaves_out_what_computes_nothing(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    package = tmp_path / "digested"
    package.mkdir()
    sources = {
        "__init__": "",
        "top": "def f():\n    from digested import inner\n    return inner.f()\n",
        "inner": "from .deepest import number\n\ndef f():\n    return number\n",
        "deepest": "number = 1\n",
        "beside": "number = 1\n",
    }

    def write(**changes):
        for name, text in (sources | changes).items():
            (package / f"{name}.py").write_text(text)
        return code_digest(["digested.top"])

    first = write()
    assert write(deepest="number = 23\n") != first  # two imports away, from within a function, and relative
    assert write(beside="number = 23\n") == first
    assert write(deepest='"""One."""\n\n# as it is\nnumber = 1\n') == first
    with pytest.raises(ValueError, match="The module digested.gone has no source"):
        code_digest(["digested.gone"])


def test_a_digest_follows_what_lies_beside_a_module_and_names_what_it_uses_of_others(tmp_path, monkeypatch):
    """As of a network of a user: one file imports another, and a library that this project does not know."""
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "own_networks.py").write_text("import json\nimport own_layers\nfrom click.testing import CliRunner\n")
    modules = ["own_networks", "rnn_trading.place"]

    def write(text):
        (tmp_path / "own_layers.py").write_text(text)
        return code_digest(modules)

    first = write("import yaml\nfactor = 1\n")
    assert libraries_of(modules) == {"PyYAML": version("PyYAML"), "click": version("click")}
    assert write("import yaml\nfactor = 23\n") != first
    assert write("import yaml\n\nfactor = 1\n") == first
