"""Everything here needs TensorFlow, and most of it no traced network."""

from pathlib import Path

import pytest


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Modules here import TensorFlow: for tests that need none they are not even read."""
    return True if config.option.markexpr == "not trains" else None


def pytest_itemcollected(item: pytest.Item) -> None:
    item.add_marker(pytest.mark.trains)


@pytest.fixture(autouse=True)
def untraced_unless_marked(request):
    """What is marked ``traced`` gets networks as a run has them: where it may matter, and for long trainings."""
    if request.node.get_closest_marker("traced") is None:
        request.getfixturevalue("untraced")
