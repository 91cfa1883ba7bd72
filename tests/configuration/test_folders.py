"""Folders and archives of the configuration."""

import shutil
import tarfile
from pathlib import Path

import pytest
from kedro.config import MissingConfigException
from omegaconf.errors import OmegaConfBaseException

from rnn_trading import place
from rnn_trading.configuration.files import ConfigurationError


@pytest.mark.parametrize(
    ("file", "content", "key", "message"),
    [
        ("parameters.yml", "macro: [1, 2\n", "parameters", "line 1, column 8: a bracket that is not closed"),
        ("globals.yml", "a: [\n", "parameters", "line 2, column 1: a value is missing, or a bracket"),
        ("credentials.yml", "a: {b: c", "credentials", "line 1, column 4: a bracket that is not closed"),
        ("catalog.yml", "- a\n", "catalog", "line 1, column 1: .* Received: a list"),
        (
            "parameters.yml",
            "a: 1\nmacro: ${nobody}\n",
            "parameters",
            "line 2, column 8: .*'nobody' not found. Expected",
        ),
        ("parameters.yml", "a: '${oc.env:HOME}'\n", "parameters", "line 1, column 4: Unsupported .* oc.env"),
        ("parameters.yml", "a: {b: '${globals:nobody}'}\n", "parameters", "line 1, column 8: Globals key 'nobody'"),
        ("globals.yml", "a: '${runtime_params:b}'\n", "globals", "line 1, column 4: .*runtime_params"),
        ("credentials.yml", "a: '${oc.env:NOBODY}'\n", "credentials", "line 1, column 4: .*'NOBODY' not found"),
        ("parameters.yml", "\nmacro: [1]\n", "parameters", "line 2, column 1: macro: expected a block .*: a list"),
        ("parameters.yml", "macro: {series: {a: 1}}", "parameters", "line 1, column 9: macro.series: expected a list"),
        ("parameters.yml", "macro: 3\n", "parameters", "line 1, column 1: macro: .* Received: a single value"),
        ("catalog.yml", "\nmacro_source: {filepath: a}", "catalog", "line 2, column 1: .* has no type.*: filepath"),
        ("catalog.yml", "macro_source:\n", "catalog", "line 1, column 1: .* macro_source has no type.*: None"),
        ("catalog.yml", "macro_source: {type: 3}\n", "catalog", "line 1, column 1: .* macro_source has no type"),
    ],
)
def test_a_broken_file_is_named_with_its_place(conf, load, file, content, key, message):
    (conf / "local" / file).write_text(content)
    with pytest.raises(ConfigurationError, match=f"^conf/local/.*{message}") as caught:
        load(conf)[key]
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("file", ["parameters.yml", "catalog.yml", "credentials.yml", "globals.yml"])
def test_an_empty_file_changes_nothing(conf, load, file):
    (conf / "local" / file).write_text("")
    key = file.removesuffix(".yml")
    assert load(conf)[key] == (load(conf, "base")[key] if key != "credentials" else {})


def test_a_value_that_a_resolver_refuses_keeps_its_words(conf, load):
    (conf / "local/globals.yml").write_text("protocol: mine\n")
    with pytest.raises(OmegaConfBaseException, match="Unknown protocol 'mine'"):
        load(conf)["parameters"]


def test_an_environment_that_is_not_there_is_refused_with_those_that_are(conf, load):
    known = "base, files, live, local, quick, test"
    with pytest.raises(MissingConfigException, match=f"--env mine: .* Expected one of: {known}"):
        load(conf, "mine")["parameters"]
    with pytest.raises(MissingConfigException, match="There is no configuration in conf/local"):
        load(conf / "local", "test")["parameters"]


def pack(conf, path, name="conf"):
    """An archive of the configuration, under a name, or of what is in it."""
    with tarfile.open(path, "w:gz") as archive:
        for each in sorted(conf.iterdir()) if name is None else [conf]:
            archive.add(each, name or each.name)
    return path


def test_an_archive_is_read_as_its_folder(conf, load, tmp_path):
    archive = pack(conf, tmp_path / "packed.tar.gz")
    unpacked, packed_up = (load(each, "files", prices_file="mine.csv", protocol="book") for each in (conf, archive))
    for key in ("parameters", "catalog", "globals"):
        assert packed_up[key] == unpacked[key]


@pytest.mark.parametrize("kind", ["tgz", "zip", "without a folder"])
def test_archives_of_any_kind_are_read(conf, load, tmp_path, kind):
    if kind == "zip":
        archive = shutil.make_archive(str(tmp_path / "packed"), "zip", conf.parent, "conf")
    else:
        archive = pack(conf, tmp_path / "packed.tgz", None if kind == "without a folder" else "conf")
    assert load(archive, "files")["globals"] == load(conf, "files")["globals"]
    assert load(archive, "live")["credentials"] == load(conf, "live")["credentials"]
    assert load(archive).environments() == ["base", "files", "live", "local", "quick", "test"]


def test_an_archive_without_the_folder_local_has_none(own_conf, load):
    (own_conf / "local").rmdir()
    archive = pack(own_conf, own_conf.parent / "packed.tar.gz")
    assert load(archive)["globals"] == load(own_conf, "base")["globals"]


def test_an_archive_that_was_replaced_is_read_anew(own_conf, load):
    archive = pack(own_conf, own_conf.parent / "packed.tar.gz")
    assert load(archive)["globals"]["vectors_file"] is None
    globals_file = own_conf / "base/globals.yml"
    globals_file.write_text(globals_file.read_text().replace("vectors_file: null", "vectors_file: mine.txt"))
    pack(own_conf, archive)
    assert load(archive)["globals"]["vectors_file"] == "mine.txt"


def test_a_broken_file_in_an_archive_is_named(own_conf, load):
    (own_conf / "base/globals.yml").write_text("a: [1")
    with pytest.raises(ConfigurationError, match="packed.tar.gz, conf/base/globals.yml, line 1, column "):
        load(pack(own_conf, own_conf.parent / "packed.tar.gz"))


@pytest.mark.parametrize("ending", ["tar.gz", "zip"])
@pytest.mark.parametrize("kept", [0, 10, 2_000])
def test_what_is_no_whole_archive_is_refused(own_conf, load, ending, kept):
    kind = {"tar.gz": "gztar", "zip": "zip"}[ending]
    whole = Path(shutil.make_archive(str(own_conf.parent / "whole"), kind, own_conf.parent, "conf"))
    cut = own_conf.parent / f"cut.{ending}"
    cut.write_bytes(whole.read_bytes()[:kept])
    with pytest.raises(ConfigurationError, match=f"cut.{ending}: .*Make it anew: kedro package"):
        load(cut)["parameters"]


def test_an_archive_of_something_else_is_refused(own_conf, load):
    with pytest.raises(ConfigurationError, match="expected the archive of a folder with base in it"):
        load(pack(own_conf / "files", own_conf.parent / "files.tar.gz"))["parameters"]
    with pytest.raises(ConfigurationError, match="packed by its name .not by ./"):
        load(pack(own_conf, own_conf.parent / "dots.tar.gz", "./conf"))["parameters"]


def test_beside_the_packed_configuration_lie_local_and_what_is_not_packed(own_conf, load, monkeypatch):
    elsewhere = own_conf.parent / ".site/package/conf"  # a hidden folder above is no matter
    shutil.copytree(own_conf, elsewhere)
    shutil.rmtree(elsewhere / "local")
    shutil.rmtree(own_conf / "base")
    monkeypatch.setattr(place, "PACKED", elsewhere)
    (own_conf / "mine").mkdir()
    for env in ("local", "mine", "test"):
        (own_conf / env / "globals.yml").write_text(f"vectors_file: {env}.txt\n")
    found = {env: load(elsewhere, env)["globals"]["vectors_file"] for env in (None, "mine", "test")}
    assert found == {None: "local.txt", "mine": "mine.txt", "test": None}
