"""What every command does before anything else."""

import sys
import textwrap

from kedro.validation.type_extractor import TypeExtractor

from rnn_trading.pipeline_registry import register_pipelines
from tests.processes import finished_process


def test_registering_pipelines_imports_no_heavy_library():
    """Neither do the datasets, all of which a run makes before its first node."""
    code = """
        import importlib, pkgutil, sys
        import rnn_trading.datasets, rnn_trading.settings
        from rnn_trading.pipeline_registry import register_pipelines

        register_pipelines()
        for module in pkgutil.iter_modules(rnn_trading.datasets.__path__, "rnn_trading.datasets."):
            importlib.import_module(module.name)
        print(*sys.modules)
    """
    command = [sys.executable, "-c", textwrap.dedent(code)]
    imported = finished_process(command).stdout.split()
    heavy = ["tensorflow", "keras", "matplotlib", "scipy.sparse", "scipy.stats", "sklearn", "statsmodels"]
    assert "pandas" in imported
    assert [name for name in (*heavy, "arch", "gensim", "spacy") if name in imported] == []


def test_types_of_all_nodes_can_be_resolved(caplog):
    """Kedro warns and checks no parameters of a node where they cannot."""
    assert TypeExtractor(register_pipelines()).extract_types_from_pipelines()
    assert caplog.messages == []
