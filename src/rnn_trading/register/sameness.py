"""Configurations that differ in a parameter that changes no fit are one."""

from typing import Any

import pandas as pd

# Forecasts of one fit: what it depends on, the rows, and what is made of it there.
FORECASTS = ["fold", "seed", "key", "data", "validation_score", "test_score"]
ByPlace = dict[tuple[str, int], set[tuple[Any, ...]]]


def first_with_the_same_fits(entries: pd.DataFrame) -> pd.Series:
    """Of each entry, the first configuration that has the same fits: its own, unless there is another.

    Two configurations are one if they have a fit in common, and no fold and seed in which they have none: a parameter
    that changes what readers are shown, and no network, is no try. One that changes the fits of one fold alone is, and
    so is one that makes other forecasts of the same network, as far as scores tell.

    Parameters
    ----------
    entries
        Of one experiment, protocol and source, in the order of time; see
        :func:`rnn_trading.register.entries.as_table`.

    Returns
    -------
    pandas.Series
        Hashes of configurations, with the index of the entries.

    Examples
    --------
    >>> one = {"fold": "1", "seed": 42, "key": "k", "data": "rows", "validation_score": None, "test_score": 0.1}
    >>> fits = [one | {"configuration": "a"}, one | {"configuration": "b"}, one | {"configuration": "c", "key": "l"}]
    >>> first_with_the_same_fits(pd.DataFrame(fits)).tolist()
    ['a', 'a', 'c']
    """
    fits_of: dict[str, ByPlace] = {}
    owner: dict[tuple[Any, ...], list[str]] = {}
    names: dict[str, str] = {}
    for name, rows in entries.groupby("configuration", sort=False):
        fits: ByPlace = {}
        for row in rows[FORECASTS].itertuples(index=False):
            fits.setdefault((row.fold, row.seed), set()).add(tuple(map(str, row)))
        every = {fit for each in fits.values() for fit in each}
        sharing = dict.fromkeys(first for fit in sorted(every) for first in owner.get(fit, []))
        first = next((each for each in sharing if _agree(fits, fits_of[each])), name)
        names[name] = first
        merged = fits_of.setdefault(first, {})
        for place, some in fits.items():
            merged.setdefault(place, set()).update(some)
        for fit in every:
            owners = owner.setdefault(fit, [])
            owners += [] if first in owners else [first]
    return entries["configuration"].map(names)


def _agree(fits: ByPlace, others: ByPlace) -> bool:
    """Whether there is no fold and seed in which both have fits, and none in common."""
    return all(fits[place] & others[place] for place in fits.keys() & others.keys())
