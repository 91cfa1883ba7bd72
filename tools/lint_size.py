"""Refuse functions over 40 lines and files over 300, docstrings not counted.

What is longer today stands in ``tools/long.txt`` with its length, and may only become shorter: an entry that is no
longer needed, or that says more than there is, is refused, too. ``python tools/lint_size.py`` checks; ``--update``
lowers the entries of the list, and never adds one.
"""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

FUNCTION, FILE = 40, 300
LIST = Path(__file__).with_name("long.txt")
Definition = ast.FunctionDef | ast.AsyncFunctionDef


def docstring_lines(node: ast.AST) -> int:
    """Lines of the docstring of a module, class or function."""
    body = getattr(node, "body", [])
    first = body[0] if body else None
    text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
    return (first.end_lineno or 0) - first.lineno + 1 if first is not None and text else 0


def lengths(path: str, text: str) -> Iterator[tuple[str, int, int]]:
    """Of a file and each of its functions: its name, its lines without docstrings, and how many are allowed."""
    tree = ast.parse(text, path)
    documented = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    yield path, len(text.splitlines()) - sum(map(docstring_lines, documented)), FILE
    for name, function in _functions(tree):
        inside = [node for node in ast.walk(function) if node in documented]
        whole = (function.end_lineno or 0) - function.lineno + 1  # without decorators, which may be tables of cases
        yield f"{path}:{name}", whole - sum(map(docstring_lines, inside)), FUNCTION


def _functions(node: ast.AST, prefix: str = "") -> Iterator[tuple[str, Definition]]:
    for child in ast.iter_child_nodes(node):
        name = f"{prefix}{getattr(child, 'name', '')}"
        if isinstance(child, Definition):
            yield name, child
        yield from _functions(child, f"{name}." if isinstance(child, Definition | ast.ClassDef) else prefix)


def problems(found: dict[str, tuple[int, int]], allowed: dict[str, int]) -> list[str]:
    """What is too long, and what of the list is not needed.

    Parameters
    ----------
    found
        By name, lines and the most that are allowed.
    allowed
        The list: lines of what is longer than that.
    """
    said = []
    for name, (lines, most) in found.items():
        if lines > max(most, allowed.get(name, 0)):
            said.append(
                f"{name}: {lines} lines. Expected at most {allowed.get(name, most)}: make smaller pieces of it."
            )
    for name, listed in allowed.items():
        lines, most = found.get(name, (0, 0))
        if lines < listed:
            needed = f"{lines}" if lines > most else "no entry"
            said.append(
                f"{name}: the list says {listed} lines, it needs {needed}. Run: python tools/lint_size.py --update"
            )
    return said


def main(arguments: list[str]) -> int:
    """Check all Python files that git knows."""
    listed = subprocess.run(["git", "ls-files", "*.py"], capture_output=True, text=True, check=True).stdout.split()
    found: dict[str, tuple[int, int]] = {}
    for path in filter(lambda path: Path(path).is_file(), listed):
        for name, lines, most in lengths(path, Path(path).read_text(encoding="utf-8-sig")):
            # Of several definitions of one name, such as a property and its setter, the longest counts.
            found[name] = max((lines, most), found.get(name, (0, most)))
    allowed = {}
    for line in LIST.read_text(encoding="utf-8").splitlines():
        lines, _, name = line.partition(" ")
        allowed[name] = int(lines)
    if arguments == ["--update"]:
        kept = {name: min(lines, found[name][0]) for name, lines in allowed.items() if name in found}
        kept = {name: lines for name, lines in kept.items() if lines > found[name][1]}
        LIST.write_text("".join(f"{lines} {name}\n" for name, lines in sorted(kept.items())), encoding="utf-8")
        return 0
    said = problems(found, allowed)
    sys.stdout.write("".join(f"{line}\n" for line in said) or f"{len(listed)} files: none too long.\n")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
