"""What the documents name is there: files, links, modules."""

import re
from pathlib import Path

import rnn_trading

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
CONFIGURATION = sorted(path for path in ROOT.glob("conf/**/*.yml") if path.relative_to(ROOT).parts[1] != "local")
IN_THE_PROJECT = re.compile(r"`((?:src|conf|tests|benchmarks|tools|docs|notebooks)/[\w./-]+)`")
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[\w-]+)?\)")
MODULE = re.compile(r"\b(rnn_trading(?:\.\w+)+)")
# What the walks of CONTRIBUTING.md make, and the form of a name.
MADE = ("trading_range", "NAME", "my_networks", "conf/local")


def test_files_and_links_are_there():
    gone = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        if page.name != "CHANGELOG.md":  # which tells of names as they were
            files = [name for name in IN_THE_PROJECT.findall(text) if not any(made in name for made in MADE)]
            gone += [f"{page.name}: {name}" for name in files if not (ROOT / name).exists()]
        gone += [f"{page.name}: {link}" for link in LINK.findall(text) if not (page.parent / link).exists()]
    assert gone == []


def test_modules_can_be_found():
    gone = []
    for page in (*PAGES, *CONFIGURATION):
        for name in MODULE.findall(page.read_text(encoding="utf-8")):
            if not any(made in name for made in MADE) and not _is_there(name):
                gone.append(f"{page.name}: {name}")
    assert gone == []


def test_the_citation_names_the_version():
    assert f"version: {rnn_trading.__version__}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")


def _is_there(name: str) -> bool:
    """Whether a name is a package, a module, or a function or class in one; nothing is imported, TensorFlow neither."""
    path = ROOT / "src" / name.replace(".", "/")
    if path.is_dir() or path.with_suffix(".py").is_file():
        return True
    name = path.name
    defined = re.compile(rf"^(?:def|class) {name}\b|^{name}\b.*=|^from \.\w+ import .*\b{name}\b", re.MULTILINE)
    inside = (path.parent.with_suffix(".py"), path.parent / "__init__.py")
    return any(defined.search(each.read_text(encoding="utf-8")) for each in inside if each.is_file())
