"""Where a run is: its folder, and its configuration, which also travels inside the package."""

import os
import tomllib
from pathlib import Path

from kedro.utils import find_kedro_project, is_kedro_project

_PACKAGE = Path(__file__).resolve().parent
# Put into a wheel by setup.py; of a checkout, the configuration itself.
_PLACES = (_PACKAGE / "conf", _PACKAGE.parents[1] / "conf")
PACKED = next((place for place in _PLACES if (place / "base").is_dir()), _PLACES[0])


def root() -> Path:
    """The folder from which relative paths of the catalog are meant: of a project, or the current one.

    As Kedro finds it: a command may be given in a folder inside a project.
    """
    return Path(find_kedro_project(Path.cwd()) or Path.cwd())


def in_project() -> bool:
    """Whether ``kedro run`` would run this package here."""
    if not is_kedro_project(root()):
        return False
    project = tomllib.loads((root() / "pyproject.toml").read_text(encoding="utf-8"))
    return bool(project["tool"]["kedro"].get("package_name") == _PACKAGE.name)


def configuration() -> Path:
    """The configuration of a run that names none: ``conf`` of the project or the current folder, else the packed one.

    A folder ``conf`` without ``base`` is not taken for it: it holds what is added to the packed one.
    """
    here = root() / "conf"
    is_another = is_kedro_project(root()) and not in_project()
    return here if (here / "base").is_dir() and not is_another else PACKED


def use_its_logging() -> None:
    """Let Kedro log as the configuration has it, also where that is packed; to be called before Kedro is imported."""
    logging = configuration() / "logging.yml"
    if logging.is_file():
        os.environ.setdefault("KEDRO_LOGGING_CONFIG", str(logging))
