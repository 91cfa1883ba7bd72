"""Every published figure beside ours of the same name."""

import math
import statistics
from typing import Any

from rnn_trading.skill.protocols import COMPARED
from rnn_trading.skill.record_fields import finite
from rnn_trading.skill.record_files import Records

TRAINING_ROWS = "_on_training_rows"  # ends the name of a figure
# Forecasts of the next value where the rivals forecast runs: by their metric, the place of their scores in the data.
ONE_STEP = {"half_mse": "one_step_averages_half_mse"}


def published_figures(records: Records, protocols: tuple[str, ...] = COMPARED) -> dict[str, list[dict[str, Any]]]:
    """Every published figure beside ours of the same name.

    Parameters
    ----------
    records
        See :func:`rnn_trading.skill.record_files.read_records`.
    protocols
        Whose figures are ours.

    Returns
    -------
    dict
        By experiment: ``name`` of the figure, ``published`` (a number or several), and by protocol ours; NaN where we
        have no such number; of several fits, the median. A figure ``METRIC_of_RIVAL`` is the rival's,
        and ``METRIC_of_the_AVERAGE`` that of an average, one step ahead.

    Examples
    --------
    >>> from rnn_trading.skill.record_files import Records
    >>> record = {"published": {"auc": 0.68}, "model": {"metrics": {"auc": 0.52}}, "rivals": {}}
    >>> ways = ("as_published", "corrected")
    >>> published_figures(Records(found={("stacked_lstm.classification", "corrected"): record}), ways)
    {'stacked_lstm.classification': [{'name': 'auc', 'published': 0.68, 'as_published': nan, 'corrected': 0.52}]}
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for name in dict.fromkeys(name for name, _ in records.found):
        of_protocol = {protocol: records.found.get((name, protocol)) for protocol in protocols}
        published: dict[str, Any] = {}
        for record in of_protocol.values():
            published |= (record and record["published"]) or {}
        found[name] = [
            {"name": figure, "published": value}
            | {protocol: _ours(record, figure) for protocol, record in of_protocol.items()}
            for figure, value in published.items()
        ]
    return found


def _median(value: Any) -> Any:
    """Of a number that is told by fit, the median."""
    by_fit = isinstance(value, dict) and bool(value) and all(isinstance(each, int | float) for each in value.values())
    return statistics.median(value.values()) if by_fit else value


def _ours(record: dict[str, Any] | None, figure: str) -> float:
    if record is None:
        return math.nan
    metric, _, rival = figure.partition("_of_")
    if rival in record["rivals"]:
        return finite(record["rivals"][rival].get(metric))
    averages = record.get("data", {}).get(ONE_STEP.get(metric), {})
    average = rival.removeprefix("the_")
    if average in averages:
        return finite(averages[average])
    model = record["model"]
    of_training = {f"{name}{TRAINING_ROWS}": value for name, value in (model.get("training_rows") or {}).items()}
    return finite(_median((model | of_training | model["metrics"]).get(figure)))
