"""The lint of sizes: what it counts, what it refuses, and that its list only shrinks."""

import importlib.util
from pathlib import Path

SPEC = importlib.util.spec_from_file_location("lint_size", Path(__file__).parent.parent / "tools/lint_size.py")
lint_size = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(lint_size)

FUNCTION = 'def long():\n    """A docstring\n    of two lines."""\n' + "    x = 1\n" * 40
CLASS = "class Outer:\n    def inner(self):\n" + "        x = 1\n" * 40


def test_docstrings_do_not_count():
    assert list(lint_size.lengths("a.py", FUNCTION)) == [("a.py", 41, 300), ("a.py:long", 41, 40)]
    assert ("a.py:Outer.inner", 41, 40) in list(lint_size.lengths("a.py", CLASS))


def test_what_is_too_long_is_refused_and_the_list_only_shrinks():
    assert lint_size.problems({"a.py:f": (40, 40), "a.py": (300, 300)}, {}) == []
    assert lint_size.problems({"a.py:f": (41, 40)}, {}) == [
        "a.py:f: 41 lines. Expected at most 40: make smaller pieces of it."
    ]
    assert lint_size.problems({"a.py:f": (50, 40)}, {"a.py:f": 50}) == []
    assert "Expected at most 50" in lint_size.problems({"a.py:f": (51, 40)}, {"a.py:f": 50})[0]
    assert "the list says 50 lines, it needs 45" in lint_size.problems({"a.py:f": (45, 40)}, {"a.py:f": 50})[0]
    assert "it needs no entry" in lint_size.problems({"a.py:f": (40, 40)}, {"a.py:f": 50})[0]
    assert "it needs no entry" in lint_size.problems({}, {"gone.py:f": 50})[0]


def test_the_list_has_not_grown():
    """Lower the number with the list."""
    assert len(lint_size.LIST.read_text().splitlines()) <= 12
