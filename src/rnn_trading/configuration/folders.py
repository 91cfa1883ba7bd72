"""Kedro's configuration loader, for folders and archives, with errors that name the file and the place in it."""

import mimetypes
import os
import pickle
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import fsspec
from kedro.config import MissingConfigException, OmegaConfigLoader
from kedro.utils import CLOUD_PROTOCOLS, HTTP_PROTOCOLS
from omegaconf.errors import OmegaConfBaseException

from rnn_trading import place
from rnn_trading.configuration.files import MEND, ConfigurationError, Trees, composed, found_at, unresolved

ARCHIVES = {"application/x-tar": "tar", "application/zip": "zip", "application/x-zip-compressed": "zip"}
COMPRESSIONS = {"gzip": "gzip", "bzip2": "bz2", "xz": "xz"}
REMOTE = (*CLOUD_PROTOCOLS, *HTTP_PROTOCOLS)


class ParsedOnce(OmegaConfigLoader):
    """Kedro's loader, for several of them in one process: a folder is parsed once, and again when a file has changed.

    What stands in braces is resolved by each loader for itself. The configuration is a folder, or an archive (tar or
    zip) of one, as ``kedro package`` makes it.

    Raises
    ------
    ConfigurationError
        If a file cannot be used, with line and column; or if an archive cannot be read.
    """

    # By place: the files as they were then, those that were parsed, and what is in each, pickled. Kedro merges in
    # place, and a copy is made from bytes in a third of the time that a deep copy takes.
    _parsed: ClassVar[dict[tuple[str | Path, ...], tuple[Any, set[Path], bytes]]] = {}

    # By place: the files as they were then, and what was resolved.
    _resolved: ClassVar[dict[tuple[str | Path | None, ...], tuple[Any, dict[str, dict[str, Any]]]]] = {}

    def __init__(
        self,
        conf_source: str,
        env: str | None = None,
        runtime_params: dict[str, Any] | None = None,
        **options: Any,
    ) -> None:
        self._options = options
        super().__init__(conf_source, env, runtime_params, **options)

    def __getitem__(self, key: str) -> dict[str, Any]:
        """Configuration by its key."""
        self._register_globals_resolver()  # else the globals would be those of the loader that was made last
        try:
            values: dict[str, Any] = super().__getitem__(key)
        except OmegaConfBaseException as error:
            if str(error).startswith("ValueError raised"):
                raise  # a value that a resolver of the project refuses, in words of its own
            raise unresolved(self.trees(key), error) from error
        if key == "catalog" and key not in self:
            self._refuse_without_type(values)
        return values

    def beside(self, env: str | None, protocol: str | None) -> Mapping[str, dict[str, Any]]:
        """Parameters, catalog and globals of an environment under no runtime parameter but the protocol, to be read.

        They are resolved once a process, and again when a file has changed; what is changed they do not say.
        """
        place = (self.conf_source, env, protocol)
        folders = [self._get_conf_env_path(each) for each in {self.base_env, env or self.default_run_env}]
        now = self._as_of_now(sorted(folders))
        then, resolved = self._resolved.get(place, (None, {}))
        if now != then:
            loader = ParsedOnce(str(self.conf_source), env, {"protocol": protocol} if protocol else {}, **self._options)
            resolved = {key: loader[key] for key in ("parameters", "catalog", "globals")}
            self._resolved[place] = now, resolved
        return resolved

    def trees(self, key: str, environments: Iterable[str] | None = None) -> Trees:
        """Files that have to do with a key; those of the run's environment before those of ``conf/base``.

        Parameters
        ----------
        key
            ``parameters``, ``catalog``, ``credentials`` or ``globals``.
        environments
            Names of others.
        """
        found: Trees = {}
        for environment in dict.fromkeys(environments or [self.env or self.default_run_env, self.base_env]):
            found |= self._trees(self._get_conf_env_path(environment), self.config_patterns[key])
        return found

    def own_parameters(self) -> dict[str, Any]:
        """Parameters that the files of the environment declare, without those of ``conf/base`` and of ``--params``.

        They are to be read, and resolved as often as those of :meth:`beside`.
        """
        protocol = {name: value for name, value in self.runtime_params.items() if name == "protocol"}
        place = (self.conf_source, self.env, protocol.get("protocol"), "own")
        folders = [self._get_conf_env_path(each) for each in {self.base_env, self.env or self.default_run_env}]
        now = self._as_of_now(sorted(folders))
        then, resolved = self._resolved.get(place, (None, {}))
        if now != then:
            resolved = {"parameters": self._own_parameters(protocol)}
            self._resolved[place] = now, resolved
        return resolved["parameters"]

    def _own_parameters(self, protocol: dict[str, Any]) -> dict[str, Any]:
        loader = ParsedOnce(str(self.conf_source), self.env, protocol, **self._options)
        folder = loader._get_conf_env_path(self.env or self.default_run_env)
        files = loader._read_dir_configs(folder, self.config_patterns["parameters"], "parameters", set())
        loader._register_runtime_params_resolver()  # its globals, which were read last, have none
        try:
            values: dict[str, Any] = loader._merge_and_resolve("parameters", files)
        except OmegaConfBaseException:
            loader["parameters"]  # what is wrong it says with the place, or in words of conf/base
            raise
        return {name: value for name, value in values.items() if name not in protocol}

    def environments(self) -> list[str]:
        """Names of the folders that can be given as an environment."""
        folders = [Path(each["name"]) for each in self._fs.ls(self._root, detail=True) if each["type"] == "directory"]
        return sorted(folder.name for folder in folders if not folder.name.startswith((".", "_")))

    def _refuse_without_type(self, catalog: dict[str, Any]) -> None:
        for name, entry in catalog.items():
            if isinstance(entry, dict) and isinstance(entry.get("type"), str):
                continue
            received = f"{', '.join(map(str, entry)) or 'nothing'}" if isinstance(entry, dict) else repr(entry)
            raise ConfigurationError(
                f"{found_at(self.trees('catalog'), (name,)) or 'the catalog'}: the entry {name} has no type. Expected "
                "type, the class of a dataset, and its arguments: an entry replaces that of conf/base as a whole. "
                f"Received: {received}."
            )

    @staticmethod
    def _initialise_filesystem_and_protocol(conf_source: str) -> tuple[fsspec.AbstractFileSystem, str]:
        """As Kedro does it, but an archive may have any ending that says its compression, and must be a whole one."""
        kind, compression = mimetypes.guess_type(conf_source)
        protocol = ARCHIVES.get(kind or "")
        if protocol is None:
            return OmegaConfigLoader._initialise_filesystem_and_protocol(conf_source)
        options = {"compression": COMPRESSIONS.get(compression or "")} if protocol == "tar" else {}
        try:
            system = fsspec.filesystem(protocol, fo=conf_source, **options)
        except (OSError, EOFError, ValueError, tarfile.TarError, zipfile.BadZipFile, zlib.error) as error:
            raise ConfigurationError(
                f"{conf_source}: cannot be read as an archive of a configuration ({error}). Make it anew: kedro package"
            ) from error
        return system, protocol

    @cached_property
    def _root(self) -> str:
        """The folder of all environments; of an archive, that in which the folder ``base`` lies."""
        if self._protocol in REMOTE:
            return str(self._remote_root_path)
        if self._protocol == "file":
            return os.path.abspath(self.conf_source)
        names = [name for name in self._fs.find("", withdirs=True) if not name.startswith(".")]
        bases = [Path(name) for name in names if Path(name).name == self.base_env]
        if not bases:
            raise ConfigurationError(
                f"{self.conf_source}: expected the archive of a folder with {self.base_env} in it, packed by its name "
                "(not by ./ or an absolute path). Make it anew: kedro package"
            )
        folder = min(bases, key=lambda path: len(path.parts)).parent.as_posix()
        return "" if folder == "." else folder

    def _get_conf_env_path(self, env: str) -> str:
        """The folder of an environment; beside the data lie ``local`` and others that the packed one lacks."""
        inside = str(Path(self._root) / env)
        if self._root == str(place.PACKED) and (env == self.default_run_env or not self._fs.isdir(inside)):
            return str(place.root() / "conf" / env)
        return inside

    def _shown(self, path: str) -> str:
        """A file as messages name it."""
        if self._protocol != "file":
            return f"{self.conf_source}, {path}"
        beside = os.path.relpath(path)
        return path if beside.startswith("..") else beside

    def _is_hidden(self, path_str: str) -> bool:
        """Whether a name begins with a dot, of a file or a folder inside an environment; those above do not matter."""
        path = Path(path_str)
        for folder in (Path(self._root), place.root() / "conf"):
            if path.is_relative_to(folder):
                path = path.relative_to(folder)
        return any(part.startswith(".") for part in path.parts)

    def _as_of_now(self, folders: Iterable[str]) -> Any:
        """What says whether a file was changed since."""
        archive = os.stat(self.conf_source) if self._protocol in ARCHIVES.values() else None
        return [self._fs.find(folder, detail=True) for folder in folders], archive and (
            archive.st_mtime_ns,
            archive.st_size,
        )

    def _trees(self, folder: str, patterns: Iterable[str]) -> Trees:
        """The files of a folder that Kedro reads, by its rules."""
        names = {name for pattern in patterns for name in self._fs.glob(Path(f"{folder}/{pattern}").as_posix())}
        read = [name for name in sorted(names) if self._is_valid_config_path(Path(name)) and not self._is_hidden(name)]
        return {self._shown(name): composed(self._shown(name), self._content(name)) for name in read}

    def _content(self, name: str) -> bytes:
        try:
            content: bytes = self._fs.cat_file(name)
        except (OSError, EOFError, tarfile.TarError, zipfile.BadZipFile, zlib.error) as error:
            raise ConfigurationError(f"{self._shown(name)}: cannot be read ({error}). {MEND}") from error
        return content

    def _read_dir_configs(
        self,
        conf_path: str,
        patterns: Iterable[str],
        key: str,
        processed_files: set[Path],
        read_environment_variables: bool | None = False,
    ) -> dict[Path, Any]:
        if not self._fs.isdir(Path(conf_path).as_posix()):
            return self._missing(conf_path)
        if read_environment_variables:  # which may have changed
            self._trees(conf_path, patterns)
            return super()._read_dir_configs(conf_path, patterns, key, processed_files, True)
        place = (self.conf_source, conf_path, key, *patterns)
        now = self._as_of_now([conf_path])
        then, files, configs = self._parsed.get(place, (None, set(), b""))
        if now != then:
            self._trees(conf_path, patterns)
            files = set()
            configs = pickle.dumps(super()._read_dir_configs(conf_path, patterns, key, files))
            self._parsed[place] = now, files, configs
        processed_files |= files
        copied: dict[Path, Any] = pickle.loads(configs)
        return copied

    def _merge_configs(self, config: dict[str, Any], env_config: dict[str, Any], key: str, env_path: str) -> Any:
        for name, expected, received in _unlike(config, env_config) if key in self.merge_strategy else ():
            where = found_at(self.trees(key), name) or "--params"
            raise ConfigurationError(f"{where}: {'.'.join(name)}: expected {expected}. Received: {received}.")
        if self.merge_strategy.get(key) == "soft":
            return _merged(config, env_config)  # as Kedro does it, without an object for each value
        return super()._merge_configs(config, env_config, key, env_path)

    def _missing(self, conf_path: str) -> dict[Path, Any]:
        """Nothing, of the environment that is read where none is named: it is in no archive. Any other is refused."""
        environment = Path(conf_path).name
        if environment == self.default_run_env:
            return {}
        if environment == self.base_env:
            raise MissingConfigException(
                f"There is no configuration in {self._shown(self._root)}: expected a folder with {environment} in it. "
                "Name it with --conf-source"
            )
        raise MissingConfigException(
            f"--env {environment}: there is no folder {self._shown(conf_path)}. Expected one of: "
            f"{', '.join(self.environments())}."
        )


def _merged(values: dict[str, Any], others: dict[str, Any]) -> dict[str, Any]:
    """Resolved values with others over them, block by block; lists are replaced."""
    merged = values | others
    for name in values.keys() & others.keys():
        if isinstance(values[name], dict) and isinstance(others[name], dict):
            merged[name] = _merged(values[name], others[name])
    return merged


def _unlike(values: Any, others: Any, around: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Names of blocks and lists for which others have something else, and what both have; null may stand for any."""
    if isinstance(values, dict) and isinstance(others, dict):
        for name in values.keys() & others.keys():
            yield from _unlike(values[name], others[name], (*around, str(name)))
    elif others is not None and (isinstance(values, dict) or (isinstance(values, list) and isinstance(others, dict))):
        yield around, _kind(values), _kind(others)


def _kind(value: Any) -> str:
    block, sequence = "a block of names with values", "a list"
    return block if isinstance(value, dict) else sequence if isinstance(value, list) else "a single value"
