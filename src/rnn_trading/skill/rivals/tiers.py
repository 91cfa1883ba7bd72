"""Three tiers of rivals."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal, get_args

Tier = Literal["chance", "naive", "strong"]
TIERS: tuple[Tier, ...] = get_args(Tier)


@dataclass(frozen=True)
class Rivals:
    """The rivals of one kind of forecast. It is a sequence of functions, the weakest tier first.

    Attributes
    ----------
    chance
        What knows nothing of the row: a constant, zero, the mean or the majority of the training rows.
    naive
        A rule of one signal, with at most one slope: persistence, drift, an exponential mean.
    strong
        Fitted models: regressions, boosted trees, GARCH.

    Examples
    --------
    >>> def zero(known): ...
    >>> def ridge(known): ...
    >>> rivals = Rivals(chance=(zero,), strong=(ridge,))
    >>> [rival.__name__ for rival in rivals], rivals.tier_of("ridge"), rivals.tier_of("unknown")
    (['zero', 'ridge'], 'strong', None)
    """

    chance: tuple[Callable[..., Any], ...] = ()
    naive: tuple[Callable[..., Any], ...] = ()
    strong: tuple[Callable[..., Any], ...] = ()

    def __iter__(self) -> Iterator[Callable[..., Any]]:
        return iter((*self.chance, *self.naive, *self.strong))

    def tier_of(self, name: str) -> Tier | None:
        """The tier of a rival, by its name; None if it is not among these."""
        return next((tier for tier in TIERS if name in [rival.__name__ for rival in getattr(self, tier)]), None)
