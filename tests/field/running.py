"""From a file to the canonical table and its report, as `kedro run --env files` does it, in memory."""

import copy
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from kedro.io import AbstractDataset, DataCatalog, MemoryDataset
from kedro.pipeline import Pipeline
from kedro.runner import SequentialRunner
from kedro.validation.parameter_validator import ParameterValidator

from rnn_trading.cli import USER_ERRORS, _message
from rnn_trading.config import ParsedOnce
from rnn_trading.pipelines.data_ingestion import pipeline as ingestion
from rnn_trading.settings import CONFIG_LOADER_ARGS

# Runtime parameters that name files, and the names that these have without them.
FILES = {
    "prices_file": "data/01_raw/prices.parquet",
    "index_file": "data/01_raw/index.parquet",
    "macro_file": "data/01_raw/macro.csv",
    "reviews_file": "data/01_raw/reviews.csv",
    "filings_file": "data/01_raw/filings.parquet",
    "filing_index": "null",
    "filing_prices_file": "data/01_raw/filing_prices.parquet",
}
BLOCKS = ("data_ingestion", "index_prices", "macro", "reviews", "filings.ingestion")
ROOT = Path(__file__).parent.parent.parent
# Of each source: its pipeline, the node, the table and the report that it makes.
SOURCES = {
    "prices": (ingestion.create_prices, "ingest_prices", "prices", "prices_report"),
    "index": (ingestion.create_index, "ingest_index_prices", "index_prices", "index_prices_report"),
    "macro": (ingestion.create_macro, "ingest_macro", "macro", "macro_report"),
    "reviews": (ingestion.create_reviews, "ingest_reviews", "reviews", "reviews_report"),
    "filings": (ingestion.create_filings, "ingest_filings", "filings", "filing_tables_report"),
}


@dataclass(frozen=True)
class Outcome:
    """What came of a file: a table and its report, or the message of a refusal; and what the log said."""

    table: pd.DataFrame | None = None
    report: dict[str, Any] = field(default_factory=dict)
    error: str | None = None
    log: str = ""
    others: dict[str, Any] = field(default_factory=dict)

    @property
    def said(self) -> str:
        """All that a user reads."""
        return "\n".join(filter(None, [self.error, self.log]))


def ingest(source: str, **params: Any) -> Outcome:
    """Run the ingest node of a source on files that runtime parameters name.

    Errors that a user's input does not explain are raised: a traceback is a fault.
    """
    create, node, table, report = SOURCES[source]
    pipeline = create().filter(node_names=[f"data_ingestion.{node}" if create().nodes[0].namespace else node])
    catalog = ParsedOnce(str(ROOT / "conf"), env="files", runtime_params=params, **CONFIG_LOADER_ARGS)["catalog"]
    files = {name: value for name, value in params.items() if name in FILES}
    parameters = _parameters(json.dumps({name: value for name, value in params.items() if name not in FILES}))
    for block in BLOCKS:
        _name_files(_block(parameters, block), files)
    with _logged() as said:
        try:
            made = _run(pipeline, parameters, catalog)
        except USER_ERRORS as error:
            return Outcome(error=_message(error), log="\n".join(said))
    others = {name: value for name, value in made.items() if name not in (table, report)}
    return Outcome(made[table], made[report], log="\n".join(said), others=others)


def _parameters(given: str) -> Any:
    """A copy of the parameters of the environment: to resolve them takes most of a second, to read a file none."""
    return copy.deepcopy(_resolved(given))


@cache
def _resolved(given: str) -> Any:
    return ParsedOnce(str(ROOT / "conf"), env="files", runtime_params=json.loads(given), **CONFIG_LOADER_ARGS)[
        "parameters"
    ]


def _name_files(block: dict[str, Any], files: dict[str, str]) -> None:
    for name, path in files.items():
        block["source"] = block["source"].replace(FILES[name], str(path))


def _run(pipeline: Pipeline, raw: dict[str, Any], sources: dict[str, Any]) -> dict[str, Any]:
    parameters = ParameterValidator({"__default__": pipeline}).validate_raw_params(raw)
    catalog = DataCatalog()
    for name in pipeline.inputs():
        if name.startswith("params:"):
            catalog[name] = MemoryDataset(_block(parameters, name.removeprefix("params:")))
        else:
            catalog[name] = AbstractDataset.from_config(name, dict(sources[name]))
    outputs = {name: MemoryDataset() for name in pipeline.outputs()}
    for name, dataset in outputs.items():
        catalog[name] = dataset
    SequentialRunner().run(pipeline, catalog)
    return {name: dataset.load() for name, dataset in outputs.items()}


def _block(values: Any, name: str) -> Any:
    for part in name.split("."):
        values = values[part]
    return values


@contextmanager
def _logged() -> Iterator[list[str]]:
    """Lines that the project logs, from INFO on."""
    lines: list[str] = []
    handler = logging.Handler(logging.INFO)
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("rnn_trading")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield lines
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
