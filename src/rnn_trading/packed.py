"""The configuration that travels inside the package, for a run outside of the project."""

from pathlib import Path

from kedro.utils import find_kedro_project

# Put into a wheel by setup.py; of a checkout, the configuration itself.
_PACKAGE = Path(__file__).resolve().parent
_PLACES = (_PACKAGE / "conf", _PACKAGE.parents[1] / "conf")
PACKED = next((place for place in _PLACES if (place / "base").is_dir()), _PLACES[0])


def root() -> Path:
    """The folder from which relative paths of the catalog are meant: of a project, or the current one.

    As Kedro finds it: a command may be given in a folder inside a project.
    """
    return Path(find_kedro_project(Path.cwd()) or Path.cwd())
