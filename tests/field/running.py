"""From a file to the canonical table and its report, as `kedro run --env files` does it, in memory.

Forecasts are traded as well, at prices that have no fault.
"""

import json
import logging
from collections.abc import Callable, Iterator
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
from rnn_trading.pipelines import portfolio
from rnn_trading.pipelines.data_ingestion import pipeline as ingestion
from rnn_trading.settings import CONFIG_LOADER_ARGS
from tests.field.panel import prices

# Runtime parameters that name files.
FILES = (
    "prices_file",
    "index_file",
    "macro_file",
    "reviews_file",
    "filings_file",
    "filing_index",
    "filing_prices_file",
    "forecasts_file",
)
ROOT = Path(__file__).parent.parent.parent
# Of each source: its pipeline, the node, the table and the report that it makes.
SOURCES = {
    "prices": (ingestion.create_prices, "ingest_prices", "prices", "prices_report"),
    "index": (ingestion.create_index, "ingest_index_prices", "index_prices", "index_prices_report"),
    "macro": (ingestion.create_macro, "ingest_macro", "macro", "macro_report"),
    "reviews": (ingestion.create_reviews, "ingest_reviews", "reviews", "reviews_report"),
    "filings": (ingestion.create_filings, "ingest_filings", "filings", "filing_tables_report"),
    "forecasts": (portfolio.create_pipeline, "build_portfolio", "portfolio_scores", "portfolio_counts"),
}
# What does not come from the file.
GIVEN: dict[str, Callable[[], Any]] = {"prices": prices, "portfolio_index_source": lambda: None}


@dataclass(frozen=True)
class Outcome:
    """What came of a file: a table and its report, or the message of a refusal; and the log."""

    table: pd.DataFrame | None = None
    report: dict[str, Any] = field(default_factory=dict)
    error: str | None = None
    log: str = ""
    warnings: tuple[str, ...] = ()
    others: dict[str, Any] = field(default_factory=dict)


def ingest(source: str, **params: Any) -> Outcome:
    """Run the ingest node of a source on files that runtime parameters name.

    Errors that a user's input does not explain are raised: a traceback is a fault.
    """
    create, node, table, report = SOURCES[source]
    pipeline = create().filter(node_names=[f"data_ingestion.{node}" if create().nodes[0].namespace else node])
    parameters, catalog = _configuration(params)
    with _logged() as said:
        try:
            made = _run(pipeline, parameters, catalog)
        except USER_ERRORS as error:
            return Outcome(error=_message(error), log=_text(said))
    others = {name: value for name, value in made.items() if name not in (table, report)}
    warnings = tuple(record.getMessage() for record in said if record.levelno >= logging.WARNING)
    return Outcome(made[table], made[report], log=_text(said), warnings=warnings, others=others)


def _text(records: list[logging.LogRecord]) -> str:
    return "\n".join(record.getMessage() for record in records)


def _configuration(params: dict[str, Any]) -> tuple[Any, Any]:
    """A copy of parameters and catalog: to resolve them takes most of a second, to read a file none."""
    files = {name: str(path) for name, path in params.items() if name in FILES}
    parameters, catalog = _resolved(json.dumps(params | {name: f"<{name}>" for name in files}, sort_keys=True))
    return _with_files(parameters, files), _with_files(catalog, files)


@cache
def _resolved(given: str) -> tuple[Any, Any]:
    """Parameters and catalog of the environment; files are called after the parameters that name them."""
    loader = ParsedOnce(str(ROOT / "conf"), env="files", runtime_params=json.loads(given), **CONFIG_LOADER_ARGS)
    return loader["parameters"], loader["catalog"]


def _with_files(value: Any, files: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _with_files(part, files) for name, part in value.items()}
    if isinstance(value, list):
        return [_with_files(part, files) for part in value]
    if isinstance(value, str):
        for name, path in files.items():
            value = value.replace(f"<{name}>", path)
    return value


def _run(pipeline: Pipeline, raw: dict[str, Any], sources: dict[str, Any]) -> dict[str, Any]:
    parameters = ParameterValidator({"__default__": pipeline}).validate_raw_params(raw)
    catalog = DataCatalog()
    for name in pipeline.inputs():
        if name.startswith("params:"):
            catalog[name] = MemoryDataset(_block(parameters, name.removeprefix("params:")))
        elif name in GIVEN:
            catalog[name] = MemoryDataset(GIVEN[name]())
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
def _logged() -> Iterator[list[logging.LogRecord]]:
    """Lines that the project logs, from INFO on."""
    lines: list[logging.LogRecord] = []
    handler = logging.Handler(logging.INFO)
    handler.emit = lines.append  # type: ignore[method-assign]
    logger = logging.getLogger("rnn_trading")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield lines
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
