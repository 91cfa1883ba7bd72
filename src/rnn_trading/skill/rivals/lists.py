"""Which rival stands in which tier, over all kinds of forecasts."""

import re

from rnn_trading.skill.rivals import filings, macro, panels, returns, series, stars, text
from rnn_trading.skill.rivals.pretrained import PRETRAINED
from rnn_trading.skill.rivals.tiers import Tier

_LISTS = (
    *(panels.CLASSIFICATION, panels.REGRESSION),
    *(series.LEVEL, series.VOLATILITY, returns.SIGNED_RETURNS, series.RUNS),
    *(macro.MACRO, text.SENTIMENT, stars.STARS, filings.FILINGS),
)
# The published averages of runs are named after their length; see `averaging_rivals` in `series.py`.
_AVERAGE = re.compile(r"mean_of_last_\d+")
# Of the mid-price: the close of the last day, which is newer than the middle of its range.
LAST_CLOSE = "last_close"
# The network that feeds on its own forecasts, beside one that forecasts paths at once: it is fitted, as a strong rival.
RECURSION = "recursion"


def tier_of(name: str) -> Tier:
    """The tier of a rival, by the name of its column.

    Raises
    ------
    ValueError
        If no list of rivals has the name, or two lists have it in different tiers.

    Examples
    --------
    >>> tier_of("training_mean"), tier_of("persistence"), tier_of("mean_of_last_50"), tier_of("ridge")
    ('chance', 'naive', 'naive', 'strong')
    >>> tier_of("chronos_bolt")
    'strong'
    """
    if name == LAST_CLOSE or _AVERAGE.fullmatch(name):
        return "naive"
    # Of a model that was trained elsewhere, where it cannot have seen the test: see `elsewhere.py`.
    if name == RECURSION or name in PRETRAINED:
        return "strong"
    found = {tier for rivals in _LISTS if (tier := rivals.tier_of(name))}
    if len(found) != 1:
        received = "two tiers" if found else "a rival that stands in no list"
        raise ValueError(
            f"{name}: expected a rival of one tier. Received: {received}. Put its function into one tier of the lists "
            "in rnn_trading/skill/rivals."
        )
    return found.pop()
