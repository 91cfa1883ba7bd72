"""What the documents name is there: files, links, modules."""

import importlib.util
import re
from pathlib import Path

import rnn_trading

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
CONFIGURATION = sorted(path for path in ROOT.glob("conf/**/*.yml") if path.relative_to(ROOT).parts[1] != "local")
IN_THE_PROJECT = re.compile(r"`((?:src|conf|tests|benchmarks|tools|docs|notebooks)/[\w./-]+)`")
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[\w-]+)?\)")
MODULE = re.compile(r"\b(rnn_trading(?:\.[a-z_]+)+)")
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
            # A function or class stands at the end of the name of its module.
            if not any(made in name for made in MADE) and not (_is_module(name) or _is_module(name.rpartition(".")[0])):
                gone.append(f"{page.name}: {name}")
    assert gone == []


def test_the_citation_names_the_version():
    assert f"version: {rnn_trading.__version__}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")


def _is_module(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False
