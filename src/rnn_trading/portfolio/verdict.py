"""What is left, in plain words."""

import math
from typing import Any

from rnn_trading.portfolio.parameters import SESSIONS_A_YEAR
from rnn_trading.skill.formats import MINUS, NOTHING
from rnn_trading.tables.wording import counted

SIGNIFICANCE = 0.05


def verdict(net: dict[str, Any], basis_points: float, sessions: int) -> str:
    """What a portfolio earns after its costs, in a sentence.

    Parameters
    ----------
    net
        ``mean``, a year, ``interval`` (95 %) and ``luck``; see :mod:`rnn_trading.portfolio.measures`.
    basis_points
        Cost of a side.
    sessions
        For which it was held: of too few for an interval, nothing is said of a year.

    Examples
    --------
    >>> luck = {"tries": 1, "p_of_maximum": 0.8}
    >>> verdict({"mean": -0.012, "interval": [-0.04, 0.017], "luck": luck}, 10, 252)
    'Net of 10 bp: −1.2 % a year (95 %: −4.0 to 1.7): nothing is left.'
    >>> luck = {"tries": 40, "p_of_maximum": 0.3}
    >>> verdict({"mean": 0.052, "interval": [0.012, 0.09], "luck": luck}, 2.5, 252)
    'Net of 2.5 bp: 5.2 % a year (95 %: 1.2 to 9.0): something is left, but the best of 40 tries without skill has as \
much in 30 % of cases.'
    >>> verdict({"mean": 2.52, "interval": [float("nan")] * 2, "luck": luck}, 10, 5)
    'Net of 10 bp: 5.0 % in 5 sessions, which are too few to say more.'
    """
    low, high = net["interval"]
    after = f"Net of {basis_points:g} bp:"
    if math.isnan(low):
        earned = number(100 * net["mean"] * sessions / SESSIONS_A_YEAR)
        return f"{after} {earned} % in {counted(sessions, 'session')}, which are too few to say more."
    both = f"(95 %: {number(100 * low)} to {number(100 * high)})"
    return f"{after} {number(100 * net['mean'])} % a year {both}: {_left(net, low, high)}."


def _left(net: dict[str, Any], low: float, high: float) -> str:
    if high < 0:
        return "money is lost"
    if net["mean"] <= 0:
        return "nothing is left"
    if low <= 0:
        return "that cannot be told from nothing"
    luck = net["luck"]
    if luck["p_of_maximum"] >= SIGNIFICANCE:
        often = f"has as much in {100 * luck['p_of_maximum']:.0f} % of cases"
        best = (
            "a portfolio without skill" if luck["tries"] == 1 else f"the best of {luck['tries']:,} tries without skill"
        )
        return f"something is left, but {best} {often}"
    return "something is left"


def number(value: float | None, decimals: int = 1) -> str:
    """A number with a real minus sign, and none before zero; nothing where there is none.

    Examples
    --------
    >>> number(-1.234), number(-0.04), number(1234.5, 0), number(None)
    ('−1.2', '0.0', '1,234', '—')
    """
    if value is None or math.isnan(value):
        return NOTHING
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    digits = f"{abs(value):,.{decimals}f}"
    return f"{MINUS}{digits}" if value < 0 and digits.strip("0.,") else digits
