"""What pyproject.toml cannot say: the configuration travels in the wheel, as the folder ``conf`` of the package."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

CONFIGURATION = Path(__file__).parent / "conf"


def copy_configuration(target: Path) -> None:
    """Copy all environments but ``local``, which is its owner's alone; what an earlier build left goes."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(CONFIGURATION, target, ignore=shutil.ignore_patterns("local", ".*"))


class BuildWithConfiguration(build_py):
    """Builds the package, and its configuration inside of it."""

    def run(self) -> None:
        """Build."""
        super().run()
        if not self.editable_mode:
            copy_configuration(Path(self.build_lib) / "rnn_trading" / "conf")


if __name__ == "__main__":
    setup(cmdclass={"build_py": BuildWithConfiguration})
