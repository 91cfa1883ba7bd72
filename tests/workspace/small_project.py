"""A project of two nodes, and all that goes with its runs."""

import json
from pathlib import Path

from kedro.io import DataCatalog
from kedro.pipeline import Node, Pipeline
from kedro.runner import SequentialRunner

from rnn_trading.datasets.file import SourceFileDataset
from rnn_trading.datasets.training_state import TrainingStateDataset
from rnn_trading.datasets.whole import JSONDataset
from rnn_trading.workspace.lineage import Lineage
from rnn_trading.workspace.origins import origin_of
from rnn_trading.workspace.run import Run, files_of, new_facts

TABLE, SCALED = "03_primary/table.json", "04_feature/scaled.json"


class Source(SourceFileDataset):
    """A number in a file of the user."""

    def load(self):
        return json.loads(self._filepath.read_text())


def ingest(source, rules):
    return source + rules


def scale(table, factor, state):
    return table * factor


PIPELINE = Pipeline(
    [
        Node(ingest, ["source", "params:rules"], "table", name="ingest"),
        Node(scale, ["table", "params:factor", "scaled_state"], "scaled", name="scale"),
    ]
)


class Project:
    """Runs both nodes, or some."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.data = folder, folder / "data"
        self.mine, self.other = (self.source(name, value) for name, value in (("mine.json", 1), ("other.json", 10)))

    def source(self, name, value):
        (self.folder / name).write_text(json.dumps(value))
        return name

    def prepare(self, source="mine.json", run=None, only_missing=False, nodes=None, rules=1, factor=2, commit="a" * 40):
        folder = self.data if run is None else self.data / "runs" / run
        catalog = DataCatalog(
            {
                "source": Source(filepath=str(self.folder / source)),
                "table": JSONDataset(filepath=str(folder / TABLE)),
                "scaled": JSONDataset(filepath=str(folder / SCALED)),
                "scaled_state": TrainingStateDataset(filepath=str(folder / "06_models/scaled.training_state")),
            }
        )
        made_from = {"params:rules": rules, "params:factor": factor}
        made_from |= {name: {"type": "Source", "filepath": source} for name in ("source", "scaled_state")}
        pipeline = PIPELINE.filter(node_names=nodes)
        for name in ("rules", "factor"):
            catalog[f"params:{name}"] = made_from[f"params:{name}"]
        lineage = Lineage(pipeline, {"all": PIPELINE}, made_from, catalog, self.folder)
        facts = new_facts(f"run on {source}") | {"commit": commit, "clean": True}
        files = files_of(pipeline, catalog, only_missing)
        made = Run(self.folder, lineage, facts, lambda dataset: f"make {dataset}", "run=OTHER", *files, {"table"})
        return made, pipeline, catalog

    def run(self, only_missing=False, **given):
        made, pipeline, catalog = self.prepare(only_missing=only_missing, **given)
        made.begin()
        try:
            SequentialRunner().run(pipeline, catalog, only_missing_outputs=only_missing)
        except Exception:
            made.end(failed=True)
            raise
        made.end(failed=False)
        return made

    def contents(self):
        """Files and what is in them, without the notes."""
        found = self.data.rglob("*")
        return {
            path.relative_to(self.data).as_posix(): json.loads(path.read_text())
            for path in found
            if path.is_file() and not any(part.startswith(".") for part in path.relative_to(self.data).parts)
        }

    def origin(self, path):
        return origin_of(self.folder, self.data / path)
