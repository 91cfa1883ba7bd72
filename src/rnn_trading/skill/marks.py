"""Marks of findings: a character and a colour for each kind, the same in tables, on pages, in figures and in the log.

The fuller a circle, the stronger the rivals that were beaten. A mark is told by its shape alone; the colours differ for
readers with deuteranopia and protanopia, too.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mark:
    """How a kind of finding is shown.

    Attributes
    ----------
    character
        One character, which stands for the kind without its colour.
    colour
        As in CSS; at least 3 : 1 against white.
    says
        What it means, in a few words.
    """

    character: str
    colour: str
    says: str


MISSING = "missing"
MARKS = {
    "every": Mark("●", "#003f7d", "skill beyond every rival"),
    "naive": Mark("◐", "#0078b8", "skill beyond naive rivals"),
    "chance": Mark("◔", "#4f97c9", "better than chance only"),
    "none": Mark("○", "#6b6b6b", "cannot be told from chance"),
    "worse": Mark("▼", "#b84a00", "worse than a naive rival or chance"),
    "few": Mark("?", "#998a4a", "too few rows for a verdict"),
    MISSING: Mark("·", "#949494", "no record"),
}


def mark_of(kind: str | None) -> Mark:
    """The mark of a kind of finding; that of a missing record for None.

    Raises
    ------
    ValueError
        If there is no such kind.

    Examples
    --------
    >>> mark_of("naive").character, mark_of(None).says
    ('◐', 'no record')
    """
    if (kind or MISSING) not in MARKS:
        raise ValueError(f"Finding: expected a kind of {', '.join(MARKS)}. Received: {kind!r}.")
    return MARKS[kind or MISSING]


def marked(kind: str | None, finding: str) -> str:
    """A finding after its mark.

    Examples
    --------
    >>> marked("chance", "Better than chance only")
    '◔ Better than chance only'
    """
    return f"{mark_of(kind).character} {finding}"
