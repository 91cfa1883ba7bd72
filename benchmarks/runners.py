"""Is a result the same whatever runner makes it, and from whatever node? ``python benchmarks/runners.py PIPELINE``.

Each pipeline runs in a copy of the project, with ``--env test``: by the sequential runner first, then by Kedro's
parallel runner (processes) and by its thread runner, each into an empty data folder. Last, every node runs by itself:
what it writes is removed, and it has to make it again from the files that the sequential run left. If each node does,
so does any part of a pipeline, since nothing but files passes between nodes. ``same_records.py`` compares every file.

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
from contextlib import chdir, contextmanager
from pathlib import Path

import pandas as pd
from kedro.framework.project import configure_project, pipelines
from kedro.framework.session import KedroSession
from same_records import compare

ROOT = Path(__file__).parent.parent
RUNNERS = ("SequentialRunner", "ParallelRunner", "ThreadRunner")
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


def differences_of_runners(project: Path, pipeline: str, before: Path | None, kept: Path) -> list[str]:
    """Run by each runner; ``kept`` is left with what the sequential one made."""
    found = []
    for runner in RUNNERS:
        data = start(project, before)
        run(project, pipeline, runner)
        if runner == RUNNERS[0]:
            shutil.copytree(data, kept)
        else:
            files, different = compare(kept, data)
            print(f"{pipeline}, {runner}: {files:,} files compared, {len(different):,} differences", flush=True)
            found += [f"{pipeline}, {runner}: {difference}" for difference in different]
    return found


def differences_of_nodes(project: Path, pipeline: str, kept: Path) -> list[str]:
    """Run each node by itself, and compare what it wrote with what the sequential run left."""
    found = []
    nodes = pipelines[pipeline].nodes
    with chdir(project):
        for node in nodes:
            shutil.rmtree("data")
            shutil.copytree(kept, "data")
            with KedroSession.create(project, env="test") as session:
                catalog = session.load_context().catalog
                for output in node.outputs:
                    _remove(Path(catalog[output]._filepath))
                session.run(pipeline_names=[pipeline], from_nodes=[node.name], to_nodes=[node.name])
            different = compare(kept, Path("data"))[1]
            found += [f"{pipeline}, {node.name} by itself: {difference}" for difference in different]
    print(f"{pipeline}: {len(nodes)} nodes by themselves, {len(found):,} differences", flush=True)
    return found


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def main() -> int:
    """Compare the runs of some pipelines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pipelines", nargs="+", metavar="PIPELINE")
    parser.add_argument("--after", nargs="*", default=[], metavar="PIPELINE", help="run before, once, and not compared")
    parser.add_argument("--only", choices=("runners", "nodes"), help="only one of the two comparisons")
    asked = parser.parse_args()
    configure_project("rnn_trading")
    found: list[str] = []
    with copy_of_the_project() as project:
        before = None
        for pipeline in asked.after:
            start(project, before)
            run(project, pipeline, RUNNERS[0])
            before = project / f"after_{pipeline}"
            shutil.copytree(project / "data", before)
        for number, pipeline in enumerate(asked.pipelines):
            kept = project / f"kept_{number}"
            if asked.only == "nodes":
                start(project, before)
                run(project, pipeline, RUNNERS[0])
                shutil.copytree(project / "data", kept)
            else:
                found += differences_of_runners(project, pipeline, before, kept)
            if asked.only != "runners":
                found += differences_of_nodes(project, pipeline, kept)
    print(*found, sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
