"""What the documents name is there: files, links, modules."""

import re
from fnmatch import fnmatch
from pathlib import Path

from kedro.config import OmegaConfigLoader

import rnn_trading
from rnn_trading.pipeline_registry import experiments, protocols_of, records_made_by
from rnn_trading.plan import Plan
from rnn_trading.settings import CONFIG_LOADER_ARGS

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
CONFIGURATION = sorted(path for path in ROOT.glob("conf/**/*.yml") if path.relative_to(ROOT).parts[1] != "local")
IN_THE_PROJECT = re.compile(r"`((?:src|conf|tests|benchmarks|tools|docs|notebooks)/[\w./-]+)`")
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[\w-]+)?\)")
MODULE = re.compile(r"\b(rnn_trading(?:\.\w+)+)")
FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
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


def test_no_text_is_a_leftover_of_two_versions():
    mark = re.compile(r"^(?:[<>=|]{7}.*|[A-Z]{4,})$", re.MULTILINE)
    pages = {page.name: FENCED.sub("", page.read_text(encoding="utf-8")) for page in PAGES}
    assert {name: found for name, text in pages.items() if (found := mark.findall(text))} == {}


def test_the_table_of_folds_and_seeds_is_that_of_the_parameters():
    """Of every experiment of the corrected protocol, which is in one row, and in no other."""
    given = {"protocol": "corrected"}
    loader = OmegaConfigLoader(str(ROOT / "conf"), env="base", runtime_params=given, **CONFIG_LOADER_ARGS)
    plan = Plan.from_parameters(loader["parameters"])
    section = (
        (ROOT / "docs/protocols.md").read_text(encoding="utf-8").split("\n## Folds and seeds\n")[1].split("\n## ")[0]
    )
    rows = [[cell.strip() for cell in line.split("|")[1:5]] for line in section.splitlines() if line.startswith("| `")]
    told = [(re.findall("`(.*?)`", names), *map(int, numbers)) for names, *numbers in rows]
    for name, protocols in protocols_of(records_made_by(experiments())).items():
        if "corrected" in protocols:
            fits = plan.of(name)
            networks = (fits.folds + fits.final) * len(fits.seeds)
            found = [numbers for patterns, *numbers in told if any(fnmatch(name, each) for each in patterns)]
            assert found == [[fits.folds, len(fits.seeds), networks]], name


def _is_there(name: str) -> bool:
    """Whether a name is a package, a module, or a function or class in one; nothing is imported, TensorFlow neither."""
    path = ROOT / "src" / name.replace(".", "/")
    if path.is_dir() or path.with_suffix(".py").is_file():
        return True
    name = path.name
    defined = re.compile(rf"^(?:def|class) {name}\b|^{name}\b.*=|^from \.\w+ import .*\b{name}\b", re.MULTILINE)
    inside = (path.parent.with_suffix(".py"), path.parent / "__init__.py")
    return any(defined.search(each.read_text(encoding="utf-8")) for each in inside if each.is_file())
