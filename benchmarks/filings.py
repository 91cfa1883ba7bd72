"""How fast and in how much memory 1,000 filings of 12,000 words become sequences, and what a second run costs.

python benchmarks/filings.py
"""

import dataclasses
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import project
import pyarrow as pa
import pyarrow.parquet as pq
from joblib import cpu_count

from rnn_trading.datasets.filing_sentences import FilingSentencesDataset
from rnn_trading.datasets.filings_file import FilingsFileDataset
from rnn_trading.filings.reading import FilingReading
from rnn_trading.filings.sequences import phrases_of, sequences_of, words_of
from rnn_trading.simulated.filings import simulate_filings

FILINGS, YEARS, SENTENCES = 1000, 4, 830


def write_filings(path: Path) -> int:
    """Simulated filings, longer than the default ones, in a Parquet file; returns how many words they have."""
    default = project.parameters("corrected")["filings"]["simulation"]
    longer = dataclasses.replace(default, firms=FILINGS // YEARS, years=YEARS, sentences=SENTENCES)
    simulated = simulate_filings(longer)
    index = simulated.filings.index.reset_index()
    schema = pa.schema(
        [("filing_id", pa.string()), ("cik", pa.string()), ("date_filed", pa.string()), ("text", pa.string())]
    )
    words = 0
    with pq.ParquetWriter(path, schema) as writer:
        for row, filing in zip(index.itertuples(), simulated.filings.read(), strict=True):
            words += len((filing.text or "").split())
            cells = [[row.filing_id], [row.firm], [f"{row.date_filed:%Y-%m-%d}"], [filing.text]]
            writer.write_table(pa.table(dict(zip(schema.names, cells, strict=True)), schema))
    return words


def read(path: Path, folder: Path) -> None:
    """Read them, twice, and print times and memory; in a process of its own, whose memory starts small."""
    parameters = project.parameters("corrected")
    dataset = FilingSentencesDataset(filepath=str(folder))
    reading = FilingReading(FilingsFileDataset(filepath=str(path)).load(), parameters["filings"]["sentences"])
    first = timed("sentences", lambda: dataset.save(reading))
    second = timed("sentences again", lambda: dataset.save(reading))
    print(f"a second run takes {second / first:.3f} of the first")
    stored = dataset.load()
    rules = parameters["sec_filings"]["returns"]["reading"]
    results: dict[str, Any] = {}
    items = stored.items
    timed("phrases", lambda: results.update(phrases=phrases_of(stored, items, rules.phrases)))
    timed("joining phrases", lambda: results.update(words=words_of(stored, items, results["phrases"])))
    ids, words = results["words"]
    timed(
        "sequences", lambda: results.update(sequences=sequences_of(words, pd.Series(True, index=ids), rules.vocabulary))
    )
    stored_bytes = sum(file.stat().st_size for file in folder.iterdir())
    print(f"sentences on disk: {stored_bytes / 1e6:.0f} MB of {path.stat().st_size / 1e6:.0f} MB of Parquet")
    # Linux counts in kilobytes; workers end with this process, so the largest of them stands for each.
    own, of_worker = (
        resource.getrusage(who).ru_maxrss / 1e6 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(f"peak memory: {own:.2f} GB, and {of_worker:.2f} GB in the largest worker, of {cpu_count()}")


def timed(name: str, work: Callable[[], object]) -> float:
    """Print how long a piece of work takes, and return its seconds."""
    started = time.perf_counter()
    work()
    seconds = time.perf_counter() - started
    print(f"{name}: {seconds:.1f} s", flush=True)
    return seconds


def main() -> None:
    """Write the filings, and read them."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "filings.parquet"
        words = write_filings(path)
        print(f"{FILINGS:,} filings, {words / FILINGS:,.0f} words each")
        subprocess.run([sys.executable, __file__, str(path), str(Path(folder) / "sentences")], check=True)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        read(Path(sys.argv[1]), Path(sys.argv[2]))
    else:
        main()
