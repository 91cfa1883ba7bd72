"""Show the register of trials."""

import logging
from typing import Any

from rnn_trading.datasets.spreadsheet import without_formulas
from rnn_trading.pages.register import EMPTY, register_page
from rnn_trading.register.entries import Register
from rnn_trading.register.summary import by_configuration, by_experiment
from rnn_trading.register.tested import first_and_last
from rnn_trading.skill.formats import format_score

logger = logging.getLogger(__name__)


def show_register(register_of_trials: Register) -> dict[str, Any]:
    """What was tried of each experiment, in the log, and every fit.

    Parameters
    ----------
    register_of_trials
        All of it.

    Returns
    -------
    dict
        ``register_table``: one row a fit, for a spreadsheet: no text of it is a formula. ``register_page``: HTML.
    """
    entries = register_of_trials.entries
    if entries.empty:
        logger.info("The register of trials is empty. %s", EMPTY)
    for row in by_experiment(by_configuration(entries)).itertuples():
        logger.info(
            "%s (%s): %s configuration%s, %s fits, %s to %s, %s s; %s at best %s on validation, %s on the test%s (%s)",
            *(row.experiment, row.protocol, f"{row.configurations:,}", "s" * (row.configurations != 1)),
            *(f"{row.fits:,}", row.first, row.last, f"{row.seconds:,.0f}", row.metric),
            *(format_score(row.best_validation_score), format_score(row.best_test_score)),
            *(f" of {dates}" if (dates := first_and_last(row.tested)) else "", row.source),
        )
    texts = {name: without_formulas(entries[name]) for name in entries.select_dtypes("str")}
    return {"register_table": entries.assign(**texts), "register_page": register_page(register_of_trials)}
