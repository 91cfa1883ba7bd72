"""The examples in docstrings do what they say."""

import doctest
import importlib
import pkgutil
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

PACKAGES = (
    "splits",
    "series",
    "tables",
    "panels",
    "skill",
    "experiments",
    "workspace",
    "datasets",
    "pipelines.univariate_regression",
    "portfolio",
    "register",
    "runners",
)
OF_MODELS = ("gates", "gradients", "seeds", "skips")
# Every module in these has an example.
WITH_EXAMPLES = ("splits", "series", "tables", "panels", "skill.metrics", "skill.inference")


def modules_of(package: str) -> list[str]:
    name = f"rnn_trading.{package}"
    found = pkgutil.walk_packages(importlib.import_module(name).__path__, f"{name}.")
    return [module.name for module in found if not module.ispkg]


def names_of(module: ModuleType) -> dict[str, object]:
    """What a reader of the module can use: np, pd, and what the module defines itself; an example imports the rest."""

    def own(value: object) -> bool:
        return not isinstance(value, ModuleType) and getattr(value, "__module__", module.__name__) == module.__name__

    return {name: value for name, value in vars(module).items() if own(value)} | {"np": np, "pd": pd}


def run_examples(name: str) -> doctest.TestResults:
    module = importlib.import_module(name)
    return doctest.testmod(module, globs=names_of(module), optionflags=doctest.ELLIPSIS)


@pytest.mark.parametrize("name", [name for package in PACKAGES for name in modules_of(package)])
def test_examples_give_what_they_show(name):
    result = run_examples(name)
    assert result.failed == 0, f"{result.failed} of {result.attempted} examples, see above"


@pytest.mark.trains
@pytest.mark.parametrize("name", OF_MODELS)
def test_examples_with_networks_give_what_they_show(name):
    result = run_examples(f"rnn_trading.models.{name}")
    assert result.attempted
    assert result.failed == 0, f"{result.failed} of {result.attempted} examples, see above"


@pytest.mark.parametrize("package", WITH_EXAMPLES)
def test_every_module_has_examples(package):
    names = modules_of(package)
    modules = [importlib.import_module(name) for name in names]
    counts = [sum(len(test.examples) for test in doctest.DocTestFinder().find(module)) for module in modules]
    assert names
    assert all(counts), f"no example in {[name for name, count in zip(names, counts, strict=True) if not count]}"


def test_an_example_that_is_wrong_is_found(monkeypatch):
    from rnn_trading.splits import windows

    wrong = ">>> any_in_window(np.array([[True]]), 1).tolist()\n[[False]]\n"
    monkeypatch.setattr(windows.any_in_window, "__doc__", wrong)
    assert run_examples(windows.__name__).failed == 1
