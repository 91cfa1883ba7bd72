"""How the model and its rivals look in every figure: the model stands out, a rival has the colour of its tier.

Within a tier rivals differ in mark and dash: colour alone tells no line. Colours were chosen so that readers with
deuteranopia and protanopia tell them apart; `tests/figures/test_colours.py` says how far apart they are.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from rnn_trading.skill.rivals.lists import tier_of
from rnn_trading.skill.rivals.tiers import TIERS, Tier

MODEL_COLOUR = "#D55E00"
TIER_COLOURS: dict[Tier, str] = {"chance": "#8A8A8A", "naive": "#56B4E9", "strong": "#004A80"}
LINE_MARKS = ("s", "^", "D", "v", "P", "X", "<", "*", ">", "h")
# On and off, in widths of the line.
DASHES: tuple[Any, ...] = ((4, 1.5), (1, 1.2), (6, 1.5, 1, 1.5), (8, 2), (3, 1, 1, 1, 1, 1), (2, 3), (6, 3, 2, 3))
MOST_MARKS = 12  # on a line


def rival_styles(names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Of each rival, the style of its line: arguments of ``Axes.plot``.

    Parameters
    ----------
    names
        Of rivals; see :func:`rnn_trading.skill.rivals.lists.tier_of`.

    Returns
    -------
    dict
        By name, tier by tier, the weakest first.

    Examples
    --------
    >>> styles = rival_styles(["ridge", "zero", "histogram_gradient_boosting"])
    >>> {name: (style["color"], style["marker"]) for name, style in styles.items()}
    {'zero': ('#8A8A8A', 's'), 'ridge': ('#004A80', '^'), 'histogram_gradient_boosting': ('#004A80', 'D')}
    """
    styles: dict[str, dict[str, Any]] = {}
    of_tier: Counter[Tier] = Counter()
    for name in by_tier(names):
        tier = tier_of(name)
        styles[name] = {
            "color": TIER_COLOURS[tier],
            "marker": LINE_MARKS[len(styles) % len(LINE_MARKS)],
            "dashes": DASHES[of_tier[tier] % len(DASHES)],
            "linewidth": 1.5,
            "markersize": 5,
        }
        of_tier[tier] += 1
    return styles


def by_tier(names: Iterable[str]) -> list[str]:
    """Names of rivals, the weakest tier first; within a tier as they were.

    Examples
    --------
    >>> by_tier(["ridge", "persistence", "zero"])
    ['zero', 'persistence', 'ridge']
    """
    return sorted(names, key=lambda name: TIERS.index(tier_of(name)))


def every(points: int) -> int:
    """Each how many points a line has a mark, so that marks do not cover it.

    Examples
    --------
    >>> every(10), every(600)
    (1, 50)
    """
    return max(1, -(-points // MOST_MARKS))
