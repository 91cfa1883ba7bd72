"""Is a result the same whatever runner makes it, and from whatever node? ``python benchmarks/runners.py PIPELINE``.

Each pipeline runs in a copy of the project, with ``--env test``: by the sequential runner first, then by Kedro's
parallel runner (processes), by its thread runner and by the workers of this project, each into an empty data folder.
Last, every node runs by itself: what it writes is removed, and it has to make it again from the files that the
sequential run left. If each node does, so does any part of a pipeline, since nothing but files passes between nodes.
``same_records.py`` compares every file.

``text_sentiment_inference`` and ``skill_report`` read what other pipelines made: name these in ``--after``.
Ends with 1 if anything differs, and says what.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
from kedro.framework.project import configure_project, pipelines
from kedro.framework.session import KedroSession
from kedro.pipeline import Pipeline
from kedro.runner import SequentialRunner
from same_records import compare, file_differences

ROOT = Path(__file__).parent.parent
RUNNERS = ("SequentialRunner", "ParallelRunner", "ThreadRunner", "rnn_trading.runners.ExecutorRunner")
TEXTS = {"id": ["1", "2", "3"], "text": ["a good film", "a bad film", "!"]}


@contextmanager
def copy_of_the_project() -> Iterator[Path]:
    """A folder with the configuration of the project, and a file of texts to score; gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(ROOT / "pyproject.toml", folder)
        shutil.copytree(ROOT / "conf", Path(folder) / "conf")
        (Path(folder) / "src").mkdir()
        yield Path(folder)


def start(project: Path, before: Path | None) -> Path:
    """A data folder with nothing in it but what pipelines before made, and the texts; returns it."""
    data = project / "data"
    shutil.rmtree(data, ignore_errors=True)
    if before is not None:
        shutil.copytree(before, data)
    (data / "01_raw").mkdir(parents=True, exist_ok=True)
    pd.DataFrame(TEXTS).to_csv(data / "01_raw/texts.csv", index=False)
    return data


def run(project: Path, pipeline: str, runner: str) -> None:
    """`kedro run` in a process of its own: a parallel run begins without TensorFlow."""
    command = [sys.executable, "-m", "kedro", "run", "--env", "test", "--pipelines", pipeline, "--runner", runner]
    done = subprocess.run(command, cwd=project, env=os.environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{pipeline} failed under {runner}:\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}")


def differences_of_runners(project: Path, pipeline: str, before: Path | None) -> list[str]:
    """Run by each runner; the data folder is left as the first one, the sequential, filled it."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder) / "data"
        for runner in RUNNERS:
            data = start(project, before)
            run(project, pipeline, runner)
            if not kept.exists():
                data.rename(kept)
                continue
            files, different = compare(kept, data)
            print(f"{pipeline}, {runner}: {files:,} files compared, {len(different):,} differences", flush=True)
            found += [f"{pipeline}, {runner}: {difference}" for difference in different]
        start(project, kept)
    return found


def differences_of_nodes(project: Path, pipeline: str) -> list[str]:
    """Run each node by itself on the data folder as it is, and compare what it writes with what was there."""
    found = []
    session = KedroSession.create(project, env="test")
    with session:
        catalog = session.load_context().catalog
    nodes = pipelines[pipeline].nodes  # by the folds and seeds of the context
    for node in nodes:
        with tempfile.TemporaryDirectory() as folder:
            paths = {output: Path(catalog[output]._filepath) for output in node.outputs}
            aside = {path: Path(folder) / f"{output}{path.suffix}" for output, path in paths.items()}
            for path, kept in aside.items():
                path.rename(kept)
            SequentialRunner().run(Pipeline([node]), catalog)
            different = [difference for path, kept in aside.items() for difference in _differences(kept, path)]
        found += [f"{pipeline}, {node.name} by itself: {difference}" for difference in different]
    print(f"{pipeline}: {len(nodes)} nodes by themselves, {len(found):,} differences", flush=True)
    return found


def _differences(before: Path, after: Path) -> list[str]:
    return compare(before, after)[1] if after.is_dir() else list(file_differences(before, after))


def main() -> int:
    """Compare the runs of some pipelines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pipelines", nargs="+", metavar="PIPELINE")
    parser.add_argument("--after", nargs="*", default=[], metavar="PIPELINE", help="run before, once, and not compared")
    asked = parser.parse_args()
    configure_project("rnn_trading")
    found: list[str] = []
    with copy_of_the_project() as project:
        before = None
        for pipeline in asked.after:
            data = start(project, before)
            run(project, pipeline, RUNNERS[0])
            before = data.rename(project / f"after_{pipeline}")
        for pipeline in asked.pipelines:
            found += differences_of_runners(project, pipeline, before)
            found += differences_of_nodes(project, pipeline)
    print(*found, sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
