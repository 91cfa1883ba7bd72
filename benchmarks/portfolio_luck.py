"""How often luck passes for skill: the deflated Sharpe ratio, and the p of the maximum, of the best of N ways.

Returns without skill: normal ones; ones with heavy tails (Student, 4 degrees of freedom); and ones that carry on a
tenth of the one before. Both answers take sessions for independent. Prints how often each says skill at 5 %.
"""

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from rnn_trading.portfolio.measures import luck_of

SAMPLES, SESSIONS, CARRIED = 2_000, 1_250, 0.1
TRIES = (1, 10, 100)
KINDS = ("normal", "heavy tails", "carried on")


def ways(kind: str, tries: int, draw: np.random.Generator) -> NDArray[np.float64]:
    """Returns of so many ways without skill, ``(tries, sessions)``."""
    shape = (tries, SESSIONS)
    if kind == "heavy tails":
        return draw.standard_t(4, shape)
    noise = draw.normal(size=shape)
    if kind == "carried on":
        return np.asarray(scipy.signal.lfilter([1], [1, -CARRIED], noise, axis=1))
    return noise


def rates(kind: str, tries: int) -> tuple[float, float]:
    """How often the best is called skill: by the deflated ratio, and by the p of the maximum."""
    draw, deflated, maximum = np.random.default_rng(tries), 0, 0
    for _ in range(SAMPLES):
        drawn = ways(kind, tries, draw)
        luck = luck_of(pd.Series(drawn[(drawn.mean(axis=1) / drawn.std(axis=1)).argmax()]), tries)
        deflated += luck["deflated"] > 0.95
        maximum += luck["p_of_maximum"] < 0.05
    return deflated / SAMPLES, maximum / SAMPLES


def main() -> None:
    """Print a row for each kind of returns and number of tries."""
    print("returns      tries  deflated > .95  p of maximum < .05")
    for kind in KINDS:
        for tries in TRIES:
            deflated, maximum = rates(kind, tries)
            print(f"{kind:<12} {tries:>5}  {deflated:>14.3f}  {maximum:>18.3f}")


if __name__ == "__main__":
    main()
