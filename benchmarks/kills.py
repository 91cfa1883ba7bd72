"""What does a kill leave? ``python benchmarks/kills.py --kills 100`` kills runs at random moments, and looks.

Runs of a pipeline on two sources in turn, with the tiny parameters of ``conf/test``, in a new project. After each kill
every file that was there before is whole, and lies where it did or was set aside; the next run ends well, with the
tables of a run that was never killed, and leaves nothing behind that is half written. Ends with 1 if this is not so.
"""

import argparse
import hashlib
import io
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from PIL import Image

from rnn_trading.workspace.origins import origin_of

ROOT = Path(__file__).parent.parent
# Both have the parameters of conf/test; the second has a source of its own.
ENVIRONMENTS = ("test", "mine")
SOURCE = """
prices_source:
  type: rnn_trading.datasets.prices_file.PricesFileDataset
  filepath: prices.parquet
macro_source:
  type: rnn_trading.datasets.macro_file.MacroFileDataset
  filepath: macro.csv
"""
SECONDS_BEFORE = 0.7  # before a run is seen to have begun: it looks at what is there, and sets aside


def _read_all(store: h5py.File) -> None:
    store.visititems(lambda _, item: item[()] if isinstance(item, h5py.Dataset) else None)


def _store(content: bytes) -> None:
    with h5py.File(io.BytesIO(content)) as store:
        _read_all(store)


def _model(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if archive.testzip() is not None:
            raise ValueError("a damaged archive")
        _store(archive.read("model.weights.h5"))


def _page(content: bytes) -> None:
    if not content.rstrip().endswith(b"</html>"):
        raise ValueError("a page without its end")


# By the ending of a file, what raises an error if it is not whole.
READERS: dict[str, Callable[[bytes], object]] = {
    ".parquet": lambda content: pq.read_table(io.BytesIO(content)),
    ".json": json.loads,
    ".png": lambda content: Image.open(io.BytesIO(content)).load(),
    ".h5": _store,
    ".keras": _model,
    ".html": _page,
    ".txt": lambda content: content.decode(),
}


def contents(data: Path) -> dict[str, bytes]:
    """Files by their path, without what is hidden and states of trainings, which come and go."""
    found = {path.relative_to(data): path for path in data.rglob("*") if path.is_file()}
    kept = {
        name: path
        for name, path in found.items()
        if not any(part.startswith(".") or part.endswith(".training_state") for part in name.parts)
    }
    return {name.as_posix(): path.read_bytes() for name, path in kept.items()}


def not_whole(files: dict[str, bytes]) -> Iterator[str]:
    """Files that cannot be read."""
    for name, content in files.items():
        try:
            READERS[Path(name).suffix](content)
        except Exception as error:  # whatever a broken file raises
            yield f"{name} is not whole ({type(error).__name__}: {error})"


def lost(before: dict[str, bytes], after: dict[str, bytes], same_source: bool) -> Iterator[str]:
    """Files of before that are not there any more; those of another source must still be there as they were."""
    everywhere = {(name.rpartition("runs/")[2].partition("/")[2], digest(content)) for name, content in after.items()}
    for name, content in before.items():
        inside = name.rpartition("runs/")[2].partition("/")[2] if name.startswith("runs/") else name
        there = after.get(name) == content or (inside, digest(content)) in everywhere
        if not there and not (same_source and name in after):
            yield f"{name} is lost"


def digest(content: bytes) -> str:
    """Hash of a file."""
    return hashlib.sha256(content).hexdigest()


def left_behind(project: Path) -> Iterator[str]:
    """What a run that ended well should not have left."""
    data = project / "data"
    yield from (f"{path} was left" for path in data.rglob(".partial-*"))
    yield from (f"{path} was left" for path in (data / ".running").glob("*.json"))
    yield from (
        f"{path} has a plan of a run that has ended"
        for path in data.rglob(".origins/**/*.json")
        if json.loads(path.read_text())["planned"]
    )
    yield from (f"{name} has no origin" for name in contents(data) if origin_of(project, data / name) is None)


def new_project(folder: Path) -> None:
    """A project with two environments, and a source of its own for the second."""
    shutil.copy(ROOT / "pyproject.toml", folder)
    shutil.copytree(ROOT / "conf", folder / "conf", ignore=shutil.ignore_patterns("local"))
    (folder / "conf/local").mkdir()
    (folder / "src").mkdir()
    shutil.copytree(folder / "conf/test", folder / "conf/mine")
    with (folder / "conf/mine/catalog.yml").open("a") as catalog:
        catalog.write(SOURCE)
    generator = np.random.default_rng(0)
    days, months = pd.bdate_range("2009-01-01", "2018-01-31"), pd.date_range("1985-01-01", "2016-05-01", freq="MS")
    walks = 50 * np.exp(generator.normal(0, 0.02, (len(days), 8)).cumsum(axis=0))
    prices = pd.DataFrame(walks, days, [f"T{number}" for number in range(8)]).rename_axis(
        index="date", columns="ticker"
    )
    prices.stack().rename("adj_close").reset_index().to_parquet(folder / "prices.parquet")
    macro = pd.DataFrame(100 + generator.normal(0, 1, (len(months), 2)).cumsum(axis=0), months)
    macro.set_axis(["GACDFSA066MSFRBPHI", "INDPRO"], axis=1).rename_axis("date").to_csv(folder / "macro.csv")


def start(project: Path, pipeline: str, environment: str) -> subprocess.Popen[bytes]:
    """Begin a run, as the first of a group of processes."""
    command = [sys.executable, "-m", "kedro", "run", "--env", environment, "--pipelines", pipeline]
    with (project / "log").open("wb") as log:
        return subprocess.Popen(command, cwd=project, stdout=log, stderr=log, start_new_session=True)


def run_whole(project: Path, pipeline: str, environment: str) -> tuple[float, float]:
    """Run to the end; seconds until it was seen to have begun, and until its end."""
    first, begun = time.monotonic(), None
    process = start(project, pipeline, environment)
    while process.poll() is None:
        if begun is None and list((project / "data").glob(".running/*.json")):
            begun = time.monotonic() - first
        time.sleep(0.005)
    if process.returncode:
        raise SystemExit(f"A run failed:\n{(project / 'log').read_text()}")
    return begun or 0.0, time.monotonic() - first


def kill(project: Path, pipeline: str, environment: str, seconds: float) -> bool:
    """Begin a run and kill it, and all that it started, after some seconds; whether it had not ended by then."""
    process = start(project, pipeline, environment)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        return True
    return False


def tables(files: dict[str, bytes]) -> dict[str, str]:
    """Hashes of what every run writes alike, by path; not what was set aside."""
    return {name: digest(each) for name, each in files.items() if name.endswith(".parquet") and name[:5] != "runs/"}


def main(arguments: list[str] | None = None) -> int:
    """Kill runs, look, and say what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pipeline", default="daily_weekly_sequences")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args(arguments)
    generator, counts, wrong = random.Random(given.seed), Counter[str](), []
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        data = project / "data"
        new_project(project)
        right, times = {}, {}
        for environment in ENVIRONMENTS:
            times[environment] = run_whole(project, given.pipeline, environment)
            right[environment] = tables(contents(data))
        lies_there = ENVIRONMENTS[-1]
        while counts["killed"] < given.kills:  # some runs have ended by then
            number = counts["killed"] + counts["ended before"] + 1
            environment = generator.choice(ENVIRONMENTS)
            begun, ended = times[environment]
            before, same = contents(data), environment == lies_there
            killed = kill(project, given.pipeline, environment, generator.uniform(begun - SECONDS_BEFORE, ended))
            counts["killed"] += killed
            counts["ended before"] += not killed
            after = contents(data)
            counts["left a half of a file under a hidden name"] += any(data.rglob(".partial-*"))
            counts["killed after files were set aside"] += len(after) > len(before) and not same
            counts["files changed"] += sum(after.get(name) != content for name, content in before.items())
            found = [*not_whole(after), *lost(before, after, same)]
            times[environment] = run_whole(project, given.pipeline, environment)
            last = contents(data)
            found += [*not_whole(last), *lost(after, last, True), *left_behind(project)]
            found += [] if tables(last) == right[environment] else ["tables are not those of a run that was not killed"]
            lies_there = environment
            wrong += [f"run {number}: {each}" for each in found]
            print(number, environment, "killed" if killed else "ended", *found, sep="  ", flush=True)
            for aside in sorted((data / "runs").iterdir())[:-4]:
                shutil.rmtree(aside)  # else they would fill the disk
    print(dict(counts), f"{len(wrong)} faults", *wrong, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
