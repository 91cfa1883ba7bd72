"""Counts and names in the words of a message, in the singular or the plural."""

from collections.abc import Mapping, Sequence


def counted(count: int, one: str, several: str = "") -> str:
    """A number with what is counted.

    Parameters
    ----------
    count
        How many.
    one, several
        What stands behind it in the singular and the plural; the latter is the former with an s unless given.

    Examples
    --------
    >>> counted(1, "such row"), counted(2000, "such row"), counted(1, "of 9 rows has", "of 9 rows have")
    ('1 such row', '2,000 such rows', '1 of 9 rows has')
    """
    return f"{count:,} {one if count == 1 else several or f'{one}s'}"


def are_missing(names: Sequence[str], one: str = "column", several: str = "columns") -> str:
    """Which columns, or what else, are missing, as the beginning of a sentence.

    Examples
    --------
    >>> are_missing(["date"]), are_missing(["date", "ticker", "adj_close"])
    ("column 'date' is missing", "columns 'date', 'ticker' and 'adj_close' are missing")
    """
    *others, last = map(repr, names)
    return f"{several} {', '.join(others)} and {last} are missing" if others else f"{one} {last} is missing"


def reasons(counts: Mapping[str, int]) -> str:
    """Counts by reason, without those of zero; empty if there is none.

    Examples
    --------
    >>> reasons({"repeated_rows": 2, "empty_rows": 0, "broken_lines": 1})
    'repeated rows 2, broken lines 1'
    """
    return ", ".join(f"{reason.replace('_', ' ')} {count:,}" for reason, count in counts.items() if count)
