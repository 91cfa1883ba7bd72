"""Are the results of two runs equal? ``python benchmarks/same_records.py BEFORE AFTER``, two folders such as ``data``.

Every file that a run writes is compared: skill records and other JSON, Parquet and HDF5 tables to the last bit, the
weights of saved networks, other files byte by byte. Of figures and pages only that they are there; when and how
long something ran, and by which code, is no result. Ends with 1 if something differs, and says what.
"""

import argparse
import json
import math
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pandas as pd

from rnn_trading.datasets.plain_hdf5 import plain_store

ONLY_THERE = (".png", ".html")
# How long something took, when and by what it was made; in tables, too.
NO_RESULTS = ("seconds", "made", "ended", "when", "since", "commit", "clean")
# What a file of arrays says of itself.
FACTS = ("facts", "digest")


def differences(before: Any, after: Any, name: str = "") -> Iterator[str]:
    """Places at which two nested values differ."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in (key for key in dict.fromkeys([*before, *after]) if key not in NO_RESULTS):
            place = f"{name}.{key}" if name else str(key)
            if key in before and key in after:
                yield from differences(before[key], after[key], place)
            else:
                yield f"{place}: only {'before' if key in before else 'after'}"
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for position, (one, other) in enumerate(zip(before, after, strict=True)):
            yield from differences(one, other, f"{name}[{position}]")
    elif not _equal(before, after):
        yield f"{name}: {before!r} became {after!r}"


def _equal(before: Any, after: Any) -> bool:
    if isinstance(before, float) and isinstance(after, float) and math.isnan(before) and math.isnan(after):
        return True
    return type(before) is type(after) and before == after


def table_differences(before: pd.DataFrame, after: pd.DataFrame) -> Iterator[str]:
    """How two tables differ."""
    before, after = (table.drop(columns=[*NO_RESULTS], errors="ignore") for table in (before, after))
    try:
        pd.testing.assert_frame_equal(before, after, check_exact=True)
    except AssertionError as error:
        yield " ".join(str(error).split())


def stored(path: Path) -> dict[str, pd.DataFrame]:
    """All tables of an HDF5 file, by key."""
    with plain_store(path) as store:
        return {key: store[key] for key in store.keys()}


def store_differences(before: dict[str, pd.DataFrame], after: dict[str, pd.DataFrame]) -> Iterator[str]:
    """How tables of one key differ, and which keys only one of them has."""
    for key in sorted(before.keys() | after.keys()):
        if key in before and key in after:
            yield from (f"{key}: {difference}" for difference in table_differences(before[key], after[key]))
        else:
            yield f"{key}: only {'before' if key in before else 'after'}"


def weights(path: Path) -> list[np.ndarray]:
    """Weights of a saved network, without those of its optimizer."""
    found: dict[str, np.ndarray] = {}

    def keep(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset) and not name.startswith("optimizer"):
            found[name] = item[()]

    with zipfile.ZipFile(path) as archive, archive.open("model.weights.h5") as file, h5py.File(file) as store:
        store.visititems(keep)
    return [found[name] for name in sorted(found)]


def arrays(path: Path) -> dict[str, np.ndarray]:
    """Arrays of a file by name, but for what it says of itself."""
    with np.load(path) as stored_arrays:
        return {name: stored_arrays[name] for name in stored_arrays.files if name not in FACTS}


def array_differences(before: dict[str, np.ndarray], after: dict[str, np.ndarray]) -> Iterator[str]:
    """Which arrays differ, and which only one side has."""
    for name in sorted(before.keys() | after.keys()):
        if not (name in before and name in after):
            yield f"{name}: only {'before' if name in before else 'after'}"
        elif not _equal_arrays(before[name], after[name]):
            yield f"{name}: the numbers differ"


def _equal_arrays(before: np.ndarray, after: np.ndarray) -> bool:
    return before.dtype == after.dtype and np.array_equal(before, after, equal_nan=before.dtype.kind == "f")


def file_differences(before: Path, after: Path) -> Iterator[str]:
    """How two files of one name differ."""
    if before.suffix == ".json":
        yield from differences(*(json.loads(path.read_text(encoding="utf-8")) for path in (before, after)))
    elif before.suffix == ".parquet":
        yield from table_differences(pd.read_parquet(before), pd.read_parquet(after))
    elif before.suffix == ".h5":
        yield from store_differences(stored(before), stored(after))
    elif before.suffix == ".keras":
        one, other = weights(before), weights(after)
        if len(one) != len(other) or not all(map(_equal_arrays, one, other)):
            yield "the weights differ"
    elif before.suffix == ".npz":
        yield from array_differences(arrays(before), arrays(after))
    elif before.suffix not in ONLY_THERE and before.read_bytes() != after.read_bytes():
        yield "the contents differ"


def is_hidden(path: Path, folder: Path) -> bool:
    """Whether it is no result: notes on the origin of files, claims of runs."""
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def compare(before: Path, after: Path) -> tuple[int, list[str]]:
    """Number of files compared, and every difference with its file."""
    names = [
        {path.relative_to(folder) for path in folder.rglob("*") if path.is_file() and not is_hidden(path, folder)}
        for folder in (before, after)
    ]
    found = [f"{name}: only {'before' if name in names[0] else 'after'}" for name in sorted(names[0] ^ names[1])]
    both = sorted(names[0] & names[1])
    for name in both:
        try:
            found += [f"{name}: {difference}" for difference in file_differences(before / name, after / name)]
        except (OSError, ValueError, KeyError) as error:
            found.append(f"{name}: cannot be read: {error}")
    return len(both), found


def main(arguments: list[str] | None = None) -> int:
    """Compare two folders, and print every difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    folders = parser.parse_args(arguments)
    for folder in (folders.before, folders.after):
        if not folder.is_dir():
            parser.error(f"{folder} is no folder.")
    files, found = compare(folders.before, folders.after)
    if not files:
        parser.error("The two folders have no result of one name in common.")
    print(*found, f"{files:,} files compared: {len(found):,} differences.", sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
