"""The number of parameters of a network beside the published one, where it depends on the data."""

import logging
from typing import Any

from rnn_trading.skill.record import Experiment

logger = logging.getLogger(__name__)


def beside_published(
    made: dict[str, Any], experiment: Experiment, ids: int, dimensions: int, of: str, *, first: bool = True
) -> dict[str, Any]:
    """Say, in the record and once in the log, that a network has another number of parameters than the published one.

    The embedding depends on the data, and other parameters may have been changed beside it: its share is told as a
    fact, not as the reason.

    Parameters
    ----------
    made
        What a training node returns; see :func:`rnn_trading.experiments.fitting.fitted`.
    experiment
        Whose ``published`` figures may have ``parameters``.
    ids, dimensions
        Rows of the embedding, and numbers in a row.
    of
        What has a row: ``words``, ``tickers``.
    first
        Whether it is the first network of the experiment, of which the log tells.

    Returns
    -------
    dict
        The same; its ``training`` with ``size``, a sentence, if another number was published.

    Examples
    --------
    >>> from rnn_trading.skill.record import Experiment
    >>> published = {"parameters": 29371}
    >>> experiment = Experiment(
    ...     name="stacked_lstm.classification", task="classification", published=published, published_on=None
    ... )
    >>> beside_published({"training": {"parameters": 29371}}, experiment, 2489, 10, "tickers")
    {'training': {'parameters': 29371}}
    >>> beside_published({"training": {"parameters": 4681}}, experiment, 20, 10, "tickers")["training"]["size"]
    '4,681 parameters, 29,371 published; 200 of ours are the embedding, a row of 10 numbers for each of 20 tickers'
    """
    published = (experiment.published or {}).get("parameters")
    own = made["training"]["parameters"]
    if published is None or published == own:
        return made
    size = (
        f"{own:,} parameters, {published:,} published; {ids * dimensions:,} of ours are the embedding, "
        f"a row of {dimensions} numbers for each of {ids:,} {of}"
    )
    if first:
        logger.info("%s: %s", experiment.name, size)
    return made | {"training": made["training"] | {"size": size}}
