"""What a user sees around a run. No result depends on a hook."""

import atexit
import logging
import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.framework.project import pipelines
from kedro.io import CatalogProtocol
from kedro.pipeline import Node, Pipeline

from rnn_trading.configuration.files import tops
from rnn_trading.configuration.names import Known, refuse_unknown_names
from rnn_trading.configuration.unread import refuse_unread
from rnn_trading.datasets.register import RegisterEntryDataset
from rnn_trading.datasets.runs import BETWEEN, MAIN
from rnn_trading.experiments.losses import refuse_losses
from rnn_trading.experiments.starting import refuse_starts
from rnn_trading.makers import Asked, command, refuse_missing, refuse_other_protocol
from rnn_trading.pipeline_registry import DEFAULT, shared_tables
from rnn_trading.progress import FIT, Fits, to_do
from rnn_trading.redaction import redact, redacted
from rnn_trading.skill.marks import marked
from rnn_trading.skill.protocols import report_command
from rnn_trading.skill.rivals.pretrained import refuse_unusable
from rnn_trading.workspace.commands import command_of, run_command, whole_command
from rnn_trading.workspace.folders import run_folder
from rnn_trading.workspace.lineage import Lineage
from rnn_trading.workspace.run import Run, files_of, new_facts

logger = logging.getLogger(__name__)

# Of each pipeline, the runtime parameter that names a file of the user, and what is in it.
OWN_FILES = {
    "stacked_lstm": ("prices_file", "prices"),
    "daily_weekly_sequences": ("prices_file", "prices"),
    "univariate_regression": ("index_file", "index"),
    "multivariate": ("macro_file", "series"),
    "text_sentiment": ("reviews_file", "reviews"),
}
PRETRAINED = "params:pretrained"
SHOWN_AT_THE_END = {
    "canaries": "Results of the canaries",
    "skill_report_page": "Report",
    "portfolio_page": "Tear sheet of the portfolio",
    "series_portfolio_page": "Positions in one series",
}


class RefusalsHook:
    """Refuse, before anything runs, names that nothing would read, and inputs that are not there."""

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Compare names in ``--params`` and in files of the environment with those that are declared and read."""
        loader: Any = context.config_loader
        refuse_unread(loader, pipelines)
        given = loader.runtime_params or {}
        if "run" in given:
            run_folder("" if given["run"] is None else given["run"])  # `run=` is no name, and not meant to be data
        if given:
            environment = loader.env or loader.default_run_env
            files = loader.beside(environment, given.get("protocol"))
            elsewhere = {each: tops(loader.trees("globals", [each])) for each in loader.environments()}
            known = Known(files["parameters"] | files["globals"], pipelines)
            refuse_unknown_names(given, known, loader.env or "base", elsewhere)

    @hook_impl
    def before_pipeline_run(self, run_params: dict[str, Any], pipeline: Pipeline, catalog: CatalogProtocol) -> None:
        """Look for what the run does not make itself, a rival from elsewhere among it, and for the right protocol."""
        asked: Asked = getattr(catalog, "asked", Asked())
        refuse_other_protocol(run_params["pipeline_names"] or [], asked.protocol)
        _refuse_registers(pipeline, catalog)
        if not run_params["only_missing_outputs"]:  # then it is not known yet which nodes run
            _refuse_pretrained(pipeline, catalog)
            refuse_losses(pipeline.nodes, catalog.load)
            refuse_starts(pipeline.nodes, catalog.load)
            refuse_missing(pipeline, catalog, pipelines, asked)


def _refuse_registers(pipeline: Pipeline, catalog: CatalogProtocol) -> None:
    """Refuse a register of trials to which nothing could be added, before there is something to add."""
    datasets = (catalog.get(name) for name in sorted(pipeline.datasets()))
    registers = {each.parts.folder: each.parts for each in datasets if isinstance(each, RegisterEntryDataset)}
    for parts in registers.values():
        parts.refuse()


def _refuse_pretrained(pipeline: Pipeline, catalog: CatalogProtocol) -> None:
    """Refuse a rival from elsewhere that could not be loaded, where one is to forecast."""
    outputs = [name for node in pipeline.nodes if PRETRAINED in node.inputs for name in node.outputs]
    if any(name.endswith(".rival_predictions") for name in outputs):
        refuse_unusable(catalog.load(PRETRAINED))


class SecretsHook:
    """Redact an error before another hook sees it: Kedro-Viz writes it into a file."""

    @hook_impl(tryfirst=True)
    def on_node_error(self, error: Exception) -> None:
        """See :func:`rnn_trading.redaction.redact`."""
        redact(error)

    @hook_impl(tryfirst=True)
    def on_pipeline_error(self, error: Exception) -> None:
        """See :func:`rnn_trading.redaction.redact`."""
        redact(error)


class WorkspaceHook:
    """Refuse, before its first node, a run that would disturb another or read what does not fit; see ``workspace``.

    Hooks run in the process that began a run, whatever its runner. What a session interrupts (Ctrl-C) has no hook: it
    ends with the process, or with the next run in the same thread.
    """

    def __init__(self) -> None:
        atexit.register(self._end_all)
        # By thread: sessions may run in several.
        self._contexts: dict[int, KedroContext] = {}
        self._runs: dict[int, Run] = {}

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Keep the configuration for the run that follows."""
        self._contexts[threading.get_ident()] = context

    @hook_impl(trylast=True)  # after whatever else refuses
    def before_pipeline_run(self, run_params: dict[str, Any], pipeline: Pipeline, catalog: CatalogProtocol) -> None:
        """Begin the run; see :meth:`rnn_trading.workspace.run.Run.begin`."""
        self._end(failed=True)  # what was interrupted
        run = _workspace_run(self._contexts[threading.get_ident()], run_params, pipeline, catalog)
        run.begin()
        self._runs[threading.get_ident()] = run

    @hook_impl
    def after_dataset_saved(self, dataset_name: str) -> None:
        """Say what was set aside when a first file is written; of other threads and processes, the end says it."""
        run = self._runs.get(threading.get_ident())
        if run is not None:
            run.has_written(dataset_name)

    @hook_impl
    def after_pipeline_run(self) -> None:
        """Note what was written."""
        self._end(failed=False)

    @hook_impl
    def on_pipeline_error(self) -> None:
        """Note what was written; if nothing was, all is as before."""
        self._end(failed=True)

    def _end(self, failed: bool) -> None:
        run = self._runs.pop(threading.get_ident(), None)
        if run is not None:
            run.end(failed)

    def _end_all(self) -> None:
        """End what was interrupted, at the end of the process."""
        for run in self._runs.values():
            run.end(failed=True)


def _workspace_run(
    context: KedroContext, run_params: dict[str, Any], pipeline: Pipeline, catalog: CatalogProtocol
) -> Run:
    loader: Any = context.config_loader
    project, registered = Path(context.project_path), dict(pipelines.items())
    given = run_params["runtime_params"] or {}
    writes, reads = files_of(pipeline, catalog, run_params["only_missing_outputs"])

    def whole(dataset: str) -> str:
        names = run_params["pipeline_names"]
        if any(dataset in registered[name].all_outputs() for name in names or [DEFAULT]):
            return redacted(whole_command(run_params, given, names))
        return redacted(command(dataset, registered, getattr(catalog, "asked", Asked())) or "")

    return Run(
        project=project,
        lineage=Lineage(pipeline, registered, loader.made_from(), catalog, project),
        facts=new_facts(redacted(command_of(run_params, given))),
        whole=whole,
        beside=redacted(command_of(run_params, {**given, "run": "OTHER"})),
        writes=writes,
        reads=reads,
        shared=shared_tables(),
        only_missing=run_params["only_missing_outputs"],
    )


class ProgressHook:
    """Say which node runs, which tables it wrote, and at the end what was found and where it lies.

    What is said of nodes is said where Kedro's runners run them in this process.
    """

    def __init__(self) -> None:
        self._fits = Fits(0)

    @hook_impl
    def before_node_run(self, node: Node) -> None:
        """Log the node's name."""
        logger.info("Running %s", node.name)

    @hook_impl
    def after_node_run(self, node: Node, outputs: dict[str, Any]) -> None:
        """Log how far the run is with its fits, and what the quality report of the prices found."""
        line = self._fits.done() if FIT in node.tags else None
        if line:
            logger.info(line)
        report = outputs.get("prices_report")
        if report:
            named = {key: value for key, value in report.items() if key != "read_as"}  # said where it was read
            counts = {key: len(value) if isinstance(value, list) else value for key, value in named.items()}
            found = [f"{key.replace('_', ' ')} {n:,}" for key, n in counts.items() if isinstance(n, int) and n]
            logger.info("Prices: %s", ", ".join(found))

    @hook_impl
    def before_pipeline_run(self, run_params: dict[str, Any], pipeline: Pipeline, catalog: CatalogProtocol) -> None:
        """Note which outputs are there: files alone tell what a run wrote, whatever runner and process did it."""
        self._before = _files(pipeline, catalog)
        self._catalog = catalog
        fits = [node for node in pipeline.nodes if FIT in node.tags]
        if run_params["only_missing_outputs"]:
            fits = [node for node in fits if not all(map(catalog.exists, node.outputs))]
        self._fits = Fits(len(fits))
        if line := to_do(node.name for node in fits):
            logger.info(line)

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, data: Any) -> None:
        """Log the table, or the tables, that were written to a file."""
        path = getattr(self._catalog.get(dataset_name), "_filepath", None)
        line = in_one_line(data)
        if line and path is not None:
            logger.info("  %s: %s, %s", dataset_name, line, os.path.relpath(path))

    @hook_impl
    def after_pipeline_run(self, run_params: dict[str, Any], pipeline: Pipeline, catalog: CatalogProtocol) -> None:
        """Log the verdict of every skill record that the run wrote, and where scores, canaries and the report lie.

        Of what it left as it was, only that there was nothing to do. After one whole pipeline, the page to look at, and
        what to run next.
        """
        written = {name for name, file in _files(pipeline, catalog).items() if file != self._before[name]}
        # A node without outputs runs always.
        if run_params["only_missing_outputs"] and not written and all(node.outputs for node in pipeline.nodes):
            logger.info("Nothing had to run: every output is there, as an earlier run left it.")
        if "scores" in written:
            paths = (os.path.relpath(catalog[name]._filepath) for name in ("scores", "scoring_model"))
            logger.info("Scores: %s, by the model %s", *paths)
        for name, words in SHOWN_AT_THE_END.items():
            if name in written:
                logger.info("%s: %s", words, os.path.relpath(catalog[name]._filepath))
        for name in sorted(output for output in written if output.endswith(".skill")):
            record = catalog.load(name)
            logger.info(
                "%s (%s): %s\n  Page, record and figures: %s",
                *(record["experiment"], record["protocol"], marked(record["finding_kind"], record["verdict"])),
                _folder(catalog, name),
            )
        pages = sorted(name for name in written if name.endswith((".page", ".index")))
        first = next((name for name in pages if name.endswith(".index")), pages[0] if pages else None)
        if first and _is_whole(run_params["pipeline_names"]):
            following = next_commands(run_params, catalog.load("params:run") if "params:run" in catalog else None)
            logger.info("Look at it in a browser: %s\n%s", os.path.relpath(catalog[first]._filepath), following)


def next_commands(run_params: Mapping[str, Any], run: str | int | None) -> str:
    """What who has seen a first result wants next, in the folders of the run.

    Parameters
    ----------
    run_params
        What Kedro tells hooks of a run.
    run
        The name of the run; None: it has none.

    Examples
    --------
    >>> print(next_commands({"pipeline_names": ["multivariate"], "env": None}, None))
    Next:
      make report    # all experiments, every way, on one page
      kedro run --env files --pipelines multivariate --params macro_file=/path/to/macro.csv    # your own series
    >>> print(next_commands({"pipeline_names": ["multivariate"], "env": "files"}, "wide"))
    Next:
      python -m rnn_trading.report --run wide    # all experiments, every way, on one page
      kedro run --pipelines compare_runs --params runs=main+wide    # beside the run without a name
    """
    lines = ["Next:", f"  {report_command(run)}    # all experiments, every way, on one page"]
    pipeline = (run_params["pipeline_names"] or [""])[0]
    if run_params.get("env") != "files" and pipeline in OWN_FILES:
        parameter, what = OWN_FILES[pipeline]
        own = run_command("files", [pipeline], {parameter: f"/path/to/{parameter.removesuffix('_file')}.csv"})
        lines.append(f"  {own}    # your own {what}")
    if run is not None:
        compare = run_command(None, ["compare_runs"], {"runs": f"{MAIN}{BETWEEN}{run}"})
        lines.append(f"  {compare}    # beside the run without a name")
    return "\n".join(lines)


def _is_whole(names: Sequence[str] | None) -> bool:
    """Whether one pipeline was asked for, and not one experiment of it, of which a report runs many.

    With it may run what belongs to it in one protocol alone.
    """
    whole = [name for name in names or [] if "." not in name]
    return len(whole) == 1 and all(name == whole[0] or name.startswith(f"{whole[0]}.") for name in names or [])


def _files(pipeline: Pipeline, catalog: CatalogProtocol) -> dict[str, tuple[int, int] | None]:
    """By the name of each output that is a file, which file it is and when it was written; None: not there."""
    paths = {name: getattr(catalog.get(name), "_filepath", None) for name in pipeline.all_outputs()}
    return {name: _which(Path(path)) for name, path in paths.items() if path is not None}


def _which(path: Path) -> tuple[int, int] | None:
    try:
        file = path.stat()
    except FileNotFoundError:
        return None
    return file.st_ino, file.st_mtime_ns


def _folder(catalog: CatalogProtocol, name: str) -> str:
    return os.path.relpath(catalog[name]._filepath.parent)


def in_one_line(data: Any) -> str | None:
    """Rows, columns and dates of a table, or of each of several by name; None of anything else.

    Parameters
    ----------
    data
        A table, or a dict of tables. Its dates are those of an index level or column ``date``; missing ones do not
        count. Levels of the index are no columns.

    Examples
    --------
    >>> days = pd.Index(pd.to_datetime(["2020-01-06", "2020-01-07"]), name="date")
    >>> table = pd.DataFrame({"value": [1.0, 2.0]}, index=days)
    >>> in_one_line(table)
    '2 rows x 1 column, 2020-01-06 to 2020-01-07'
    >>> in_one_line({"first": table, "second": table.reset_index(drop=True)})
    'first 2 rows x 1 column, 2020-01-06 to 2020-01-07; second 2 rows x 1 column'
    >>> in_one_line({"value": 1.0})
    """
    if isinstance(data, pd.DataFrame):
        return ", ".join([_size(data), *_dates(data)])
    if isinstance(data, dict) and data and all(isinstance(each, pd.DataFrame) for each in data.values()):
        return "; ".join(f"{name} {in_one_line(table)}" for name, table in data.items())
    return None


def _size(table: pd.DataFrame) -> str:
    rows, columns = table.shape
    return f"{rows:,} row{'s' * (rows != 1)} x {columns:,} column{'s' * (columns != 1)}"


def _dates(table: pd.DataFrame) -> list[str]:
    if "date" in table.index.names:
        level: Any = table.index.get_level_values("date")
    else:
        level = table.get("date", pd.Series(dtype="datetime64[s]"))
    dates = pd.Series(level).dropna()
    if dates.empty or not pd.api.types.is_datetime64_any_dtype(dates):
        return []
    return [f"{dates.min():%Y-%m-%d} to {dates.max():%Y-%m-%d}"]
