"""How many folds and which seeds each experiment has: what pipelines need to know of the parameters of a session.

A pipeline has a node for each network that is fitted. So it depends on parameters, which Kedro reads after its
pipelines are asked for: the context of a session says here what its parameters are, before it asks for them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

DEFAULT_PROTOCOL = "corrected"
DECIDING = ("walk_forward", "seeds", "other_seeds", "seed")
LARGEST = 2**63 - 1  # a whole number that a column of a table holds
MOST_FITS = 2_000  # of one experiment: each is some nodes, and to plan them takes seconds
# In names of datasets: fold_1, fold_2, ..., fold_final, and seed_42, ...
FOLD_PREFIX, SEED_PREFIX = "fold_", "seed_"
# The fit on everything that is known.
FINAL = "final"
FINAL_FOLD = f"{FOLD_PREFIX}{FINAL}"


@dataclass(frozen=True)
class Fits:
    """The networks of an experiment.

    Attributes
    ----------
    folds
        How many.
    seeds
        Of each fold, whose forecasts are averaged.
    others
        Further seeds of each fold, which are shown beside the average.
    final
        Whether networks are fitted on everything, too, for forecasts of the future.
    walks
        Whether there are folds at all: documents without a date have none.
    declared
        By name, the parameter that says how many ``seeds``, or which ``other_seeds``.

    Examples
    --------
    >>> fits = Fits(folds=2, seeds=(42, 43), final=True)
    >>> fits.names, fits.last
    (('fold_1', 'fold_2'), 'fold_final')
    """

    folds: int = 1
    seeds: tuple[int, ...] = (0,)
    others: tuple[int, ...] = ()
    final: bool = False
    walks: bool = False
    declared: Mapping[str, str] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the folds that are judged."""
        return tuple(f"{FOLD_PREFIX}{number}" for number in range(1, self.folds + 1))

    @property
    def last(self) -> str:
        """The fold whose networks know most: what forecasts the future."""
        return FINAL_FOLD if self.final else self.names[-1]

    @property
    def single(self) -> bool:
        """Whether there is one network."""
        return self.folds == len(self.seeds) == 1 and not self.others and not self.final


class Plan:
    """The networks of all experiments, by parameters.

    Parameters
    ----------
    parameters
        Of a session, as plain values. Of an experiment the nearest block counts that has a value: ``walk_forward``,
        ``seeds`` and ``other_seeds`` may stand in its own or in one above it. What is missing counts as one fold and
        one seed.

    Examples
    --------
    >>> parameters = {"mine": {"walk_forward": {"folds": 3}, "level": {"seeds": 2, "training": {"seed": 7}}}}
    >>> fits = Plan(parameters).of("mine.level")
    >>> fits.folds, fits.seeds, fits.final
    (3, (7, 8), False)
    >>> Plan({}).of("mine.level")
    Fits(folds=1, seeds=(0,), others=(), final=False, walks=False, declared={})
    """

    def __init__(self, parameters: Mapping[str, Any]) -> None:
        self.parameters = parameters

    @property
    def protocol(self) -> str:
        """The protocol of the session, by which an experiment may have other nodes."""
        return str(self.parameters.get("protocol", DEFAULT_PROTOCOL))

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, Any]) -> "Plan":
        """The plan of all parameters of a session, without those that decide nothing here."""
        named = {"protocol": parameters["protocol"]} if "protocol" in parameters else {}
        return cls(named | _deciding(parameters))

    def changed_by(self, changes: Mapping[str, Any]) -> "Plan":
        """The plan of parameters some of which are replaced, as nested values."""
        return Plan(_merged(self.parameters, _deciding(changes)))

    def of(self, experiment: str) -> Fits:
        """Of one experiment, by its dotted name.

        Raises
        ------
        ValueError
            If a number of folds or seeds is none, there would be too many fits, or ``final_fit`` is neither true nor
            false.
        """
        (where, walk), (place, training) = (self._nearest(experiment, name) for name in ("walk_forward", "training"))
        walk, training = (block if isinstance(block, Mapping) else {} for block in (walk, training))
        counts, others = self._nearest(experiment, "seeds"), self._nearest(experiment, "other_seeds")
        folds = _whole(f"{where}.folds", walk.get("folds"), 1)
        start = _whole(f"{place}.seed", training.get("seed"), 0)
        number, final = _whole(*counts, 1), walk.get("final_fit", False)
        if not isinstance(final, bool):
            raise ValueError(f"{where}.final_fit: expected true or false. Received: {final!r}.")
        if (folds + final) * number > MOST_FITS:
            raise ValueError(
                f"{where}.folds, {counts[0]}: expected at most {MOST_FITS:,} fits of an experiment. Received: "
                f"{folds:,} folds{' and the final fit' if final else ''} of {number:,} seeds each."
            )
        seeds = tuple(range(start, start + number))
        further = [] if others[1] is None else others[1]
        if not (isinstance(further, list | tuple) and all(_is_whole(each, 0) for each in further)):
            raise ValueError(f"{others[0]}: expected a list of seeds, 0 or more. Received: {further!r}.")
        return Fits(
            *(folds, seeds),
            tuple(dict.fromkeys(seed for seed in further if seed not in seeds)),
            final,
            bool(walk),
            {
                name: f"params:{path}"
                for name, (path, value) in {"seeds": counts, "other_seeds": others}.items()
                if value is not None
            },
        )

    def _nearest(self, experiment: str, name: str) -> tuple[str, Any]:
        """A name, whole, in the innermost block on the way to an experiment that has it, and its value."""
        found: tuple[str, Any] = name, None
        block: Any = self.parameters
        path = ""
        for part in experiment.split("."):
            block = block.get(part) if isinstance(block, Mapping) else None
            path = f"{path}{part}."
            if isinstance(block, Mapping) and name in block:
                found = f"{path}{name}", block[name]
        return found


def fold_number(name: str) -> int | str:
    """Number of a fold in tables and records, by its name; the final fit is ``final``.

    Examples
    --------
    >>> fold_number("fold_2"), fold_number("fold_final"), fold_number("final")
    (2, 'final', 'final')
    """
    number = name.removeprefix(FOLD_PREFIX)
    return number if number == FINAL else int(number)


def _deciding(values: Mapping[str, Any]) -> dict[str, Any]:
    """Of nested values those that decide how many networks there are, under their names."""
    kept: dict[str, Any] = {}
    for name, value in values.items():
        if name in DECIDING:
            kept[name] = value
        elif isinstance(value, Mapping) and (inside := _deciding(value)):
            kept[name] = inside
    return kept


def _merged(values: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(values)
    for name, change in changes.items():
        inside = merged.get(name)
        both = isinstance(inside, Mapping) and isinstance(change, Mapping)
        merged[name] = _merged(inside, change) if both else change  # type: ignore[arg-type]
    return merged


def _is_whole(value: Any, smallest: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and smallest <= value <= LARGEST


def _whole(name: str, value: Any, smallest: int) -> int:
    """A whole number of a parameter; the smallest, where there is none."""
    if value is None:
        return smallest
    # What a parameter set would convert, such as 3.0, has to be right here, too: pipelines are made from it.
    if not _is_whole(value, smallest):
        raise ValueError(f"{name}: expected a whole number of {smallest} or more. Received: {value!r}.")
    return int(value)


ONE_EACH = Plan({})
_current = ONE_EACH


def use(plan: Plan) -> bool:
    """Let pipelines that are registered from now on have the networks of a plan; whether it is another than before."""
    global _current  # noqa: PLW0603  Kedro registers pipelines without an argument
    changed = plan.parameters != _current.parameters
    _current = plan
    return changed


def current() -> Plan:
    """The plan in use; without a session, one fold and one seed of everything."""
    return _current
