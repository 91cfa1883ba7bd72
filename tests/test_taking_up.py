"""A run can be taken up at any node, by any runner: what passes between nodes lies in files, and nodes can be sent."""

import json
import pickle
from collections import Counter

import pandas as pd
import pytest
from kedro.config import OmegaConfigLoader
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Pipeline

from rnn_trading.experiments.wiring import given, node
from rnn_trading.pipeline_registry import register_pipelines
from rnn_trading.settings import CONFIG_LOADER_ARGS
from rnn_trading.skill.record_files import Records
from rnn_trading.skill.summary import skill_table
from tests.conftest import ROOT
from tests.records import EXPECTED, THREE, canaries, files, read


@pytest.fixture(scope="module")
def pipelines() -> dict[str, Pipeline]:
    return register_pipelines()


@pytest.fixture(scope="module", params=["base", "files", "live", "test"])
def catalog(request) -> DataCatalog:
    loader = OmegaConfigLoader(str(ROOT / "conf"), env=request.param, **CONFIG_LOADER_ARGS)
    credentials = loader["credentials"] if request.param == "live" else None
    return DataCatalog.from_config(loader["catalog"], credentials)


def in_memory(pipeline: Pipeline, catalog: DataCatalog) -> list[str]:
    """What one node gives to another without a file; what has no entry would be in memory, too."""
    between = pipeline.all_outputs() & pipeline.all_inputs()
    return sorted(name for name in between if isinstance(catalog.get(name), MemoryDataset | None))


def test_nothing_between_two_nodes_is_in_memory(pipelines, catalog):
    assert {name: found for name, pipeline in pipelines.items() if (found := in_memory(pipeline, catalog))} == {}


def test_every_output_has_a_file_of_its_own(pipelines, catalog):
    outputs = {name for pipeline in pipelines.values() for name in pipeline.all_outputs()}
    written = Counter(str(catalog[name]._filepath) for name in outputs)
    assert [path for path, times in written.items() if times > 1] == []


def test_every_dataset_can_be_sent_to_another_process(pipelines, catalog):
    used = {name for pipeline in pipelines.values() for name in pipeline.datasets()}
    for name in sorted(name for name in used if name in catalog):
        sent = pickle.loads(pickle.dumps(catalog[name]))
        assert (type(sent), str(sent)) == (type(catalog[name]), str(catalog[name])), name


def test_every_node_can_be_sent_to_another_process(pipelines):
    for name, pipeline in pipelines.items():
        for each in pipeline.nodes:
            assert pickle.loads(pickle.dumps(each)) == each, name


def test_what_would_be_in_memory_is_found():
    made = node(given(_first, what="a"), "made", text="told")
    assert in_memory(Pipeline([made, node(_second, "end")]), DataCatalog()) == ["made"]


def _first(text: str, *, what: str) -> str:
    return text + what


def _second(made: str) -> str:
    return made


def test_records_come_back_from_a_file_as_they_were():
    records = read({**files(*THREE), **canaries(), "corrected/b/skill.json": b"[]"})
    again = Records.from_plain(json.loads(json.dumps(records.as_plain())))
    assert (again.missing, again.problems, again.canaries) == (records.missing, records.problems, records.canaries)
    table, same = (skill_table(each, list(EXPECTED)) for each in (records, again))
    pd.testing.assert_frame_equal(table, same, check_exact=True)
