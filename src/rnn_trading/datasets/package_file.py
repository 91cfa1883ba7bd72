"""Data files that travel inside an installed Python package."""

import hashlib
import importlib.metadata
import importlib.util
from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset, DatasetError


class PackageFileDataset(AbstractDataset[None, Any]):
    """Read a file of an installed package through another dataset, after checking that it is the known one.

    The package is located, not imported.

    Parameters
    ----------
    package
        Import name, which is also its name in the package index.
    package_version
        The version whose file is known.
    file
        The file's path inside the package.
    sha256
        Hash of the known file.
    dataset
        Catalog configuration of the dataset that reads it, without ``filepath``.
    metadata
        For Kedro plugins.
    """

    def __init__(
        self,
        *,
        package: str,
        package_version: str,
        file: str,
        sha256: str,
        dataset: dict[str, Any],
        metadata: dict[str, Any] | None = None,
    ) -> None:
        self._package, self._package_version = package, package_version
        self._file, self._sha256 = file, sha256
        self._dataset = dataset
        self.metadata = metadata

    def load(self) -> Any:
        """Load the file.

        Raises
        ------
        DatasetError
            If the package or the file is missing or changed; names both versions and the remedy.
        """
        filepath = self._locate()
        digest = hashlib.sha256(filepath.read_bytes()).hexdigest()
        if digest != self._sha256:
            installed = importlib.metadata.version(self._package)
            raise DatasetError(
                f"{self._file} of the installed package {self._package} {installed} is not the file of version "
                f"{self._package_version} that is expected here (SHA-256 {self._sha256[:12]}..., received "
                f"{digest[:12]}...). {self._remedy()}"
            )
        config = {**self._dataset, "filepath": str(filepath)}
        return AbstractDataset.from_config(f"{self._package}:{self._file}", config).load()

    def save(self, data: None) -> None:
        """Refuse: an installed package is read-only."""
        raise DatasetError(f"{self._package} is an installed package: its files are only read.")

    def _locate(self) -> Path:
        found = importlib.util.find_spec(self._package)
        if found is None or found.origin is None:
            raise DatasetError(f"The package {self._package}, which carries the data, is missing. {self._remedy()}")
        filepath = Path(found.origin).parent / self._file
        if not filepath.is_file():
            raise DatasetError(
                f"The package {self._package} {importlib.metadata.version(self._package)} has no file "
                f"{self._file}. {self._remedy()}"
            )
        return filepath

    def _remedy(self) -> str:
        return f"Run: pip install --force-reinstall {self._package}=={self._package_version}"

    def _describe(self) -> dict[str, Any]:
        return {"package": self._package, "package_version": self._package_version, "file": self._file}

    def _exists(self) -> bool:
        return importlib.util.find_spec(self._package) is not None
