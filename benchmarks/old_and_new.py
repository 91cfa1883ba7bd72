"""An old commit beside the working tree, in one run: what it takes to register, to begin, and to fit five networks.

python benchmarks/old_and_new.py                           # beside the last commit of version 0.10.0
python benchmarks/old_and_new.py --old COMMIT --rounds 5

Both are copied to folders without a repository, and take turns, by this Python and the packages that it has. A run is
``kedro run --env test --pipelines multivariate.macro``: five tiny networks of one split, their rivals, judge and page.
Of wall clock and CPU the median of the rounds is shown, and between what and what they lay. It needs Linux.
"""

import argparse
import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parent.parent
LAST_OF_0_10 = "a774115ab7d537d27a2b3f85f02a5c9113e4fd3a"
PIPELINE, NETWORKS = "multivariate.macro", 5
# What the log says of a node that begins.
NODE = " Running "
REGISTER = """
import sys, time
from pathlib import Path
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
bootstrap_project(Path.cwd())
session = KedroSession.create(Path.cwd())
with session:
    session.load_context()
from rnn_trading.pipeline_registry import register_pipelines
wall, cpu = time.perf_counter(), time.process_time()
made = register_pipelines()
print(len(made), time.perf_counter() - wall, time.process_time() - cpu)
"""
Seconds = tuple[float, float]  # of wall clock and CPU


def is_here(commit: str) -> bool:
    """Whether the project lies in a repository that has the commit."""
    asked = ["git", "cat-file", "-e", f"{commit}^{{commit}}"]
    try:
        return subprocess.run(asked, cwd=ROOT, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def old_tree(commit: str, folder: Path) -> Path:
    """The project as it was at a commit."""
    packed = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def new_tree(folder: Path) -> Path:
    """The project as it lies here, committed or not, without a configuration of your own and without data."""
    for name in ("src", "conf"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("local", "__pycache__"))
    (folder / "conf/local").mkdir()
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def parameters_of(tree: Path) -> str:
    """What makes five networks of one split, under the names of that version."""
    block = "ensemble: {networks"  # until 0.10
    if block in (tree / "conf/base/multivariate/parameters.yml").read_text():
        return f"{PIPELINE}.ensemble.networks={NETWORKS}"
    values = {"walk_forward.folds": 1, "walk_forward.final_fit": "false", "seeds": NETWORKS}
    return ",".join(f"{PIPELINE}.{name}={value}" for name, value in values.items())


def registering(tree: Path) -> dict[str, Seconds]:
    """``register_pipelines()`` with the default folds and seeds."""
    *_, wall, cpu = subprocess.run(
        [sys.executable, "-c", REGISTER], cwd=tree, env=environment(tree), check=True, capture_output=True, text=True
    ).stdout.split()
    return {"register_pipelines()": (float(wall), float(cpu))}


def running(tree: Path) -> dict[str, Seconds]:
    """A run into an empty data folder: until its first node, and to its end."""
    shutil.rmtree(tree / "data", ignore_errors=True)
    command = [sys.executable, "-m", "kedro", "run", "--env", "test", "--pipelines", PIPELINE]
    began, first, said = time.perf_counter(), None, []
    process = subprocess.Popen(
        [*command, "--params", parameters_of(tree)],
        cwd=tree,
        env=environment(tree),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    for line in process.stdout or ():
        said.append(line)
        if first is None and NODE in line:
            first = time.perf_counter() - began, cpu_of(process.pid)
    _, status, used = os.wait4(process.pid, 0)
    whole = time.perf_counter() - began, used.ru_utime + used.ru_stime
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode or first is None:
        raise SystemExit(f"The run in {tree.name} failed:\n{''.join(said)[-4000:]}")
    return {"kedro run, until its first node": first, f"kedro run, {NETWORKS} networks, to its end": whole}


def environment(tree: Path) -> dict[str, str]:
    """That of this process, with the package of the tree."""
    return os.environ | {"PYTHONPATH": str(tree / "src"), "KEDRO_DISABLE_TELEMETRY": "1", "TF_CPP_MIN_LOG_LEVEL": "2"}


def cpu_of(pid: int) -> float:
    """Seconds of CPU that a process has used until now."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def show(measured: dict[str, dict[str, list[Seconds]]]) -> None:
    """Print what was measured of each side, by what was measured."""
    for name in next(iter(measured.values())):
        print(name)
        middles = []
        for side, by_name in measured.items():
            kinds = [*zip(*by_name[name], strict=True)]
            middles.append([median(kind) for kind in kinds])
            shown = (
                f"{kind} {median(values):7.2f} s ({min(values):.2f} to {max(values):.2f})"
                for kind, values in zip(("wall", "CPU"), kinds, strict=True)
            )
            print(f"  {side:4}", *shown, sep="  ")
        old, new = middles
        print(f"  new over old: wall {new[0] / old[0]:.2f}, CPU {new[1] / old[1]:.2f}", flush=True)


def main() -> int:
    """Measure both, in turns."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--old", metavar="COMMIT", help="default: the last commit of version 0.10.0, where it is here")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    commit = given.old or LAST_OF_0_10
    if not is_here(commit):
        print(f"No commit {commit} in a repository here: nothing to compare with.")
        return 1 if given.old else 0
    with tempfile.TemporaryDirectory() as folder:
        trees = {"old": old_tree(commit, Path(folder) / "old"), "new": new_tree(Path(folder) / "new")}
        measured: dict[str, dict[str, list[Seconds]]] = {side: {} for side in trees}
        for number in range(given.rounds + 1):
            for side, tree in trees.items():
                found = registering(tree) | (running(tree) if number else {})
                for name, seconds in found.items() if number else ():  # the first only compiles modules
                    measured[side].setdefault(name, []).append(seconds)
    print(f"{commit[:12]} and the working tree, {given.rounds} rounds in turns; load {os.getloadavg()[0]:.1f}")
    show(measured)
    return 0


if __name__ == "__main__":
    sys.exit(main())
