"""Text in CSV files that a spreadsheet opens: no cell is a formula.

Spreadsheets take a cell that begins with one of ``= + - @``, a tab or a line end for a formula, which can fetch
addresses and start programs. An apostrophe in front makes it text ("CSV injection", OWASP).
"""

import pandas as pd

# Also those of full width, which some spreadsheets take for the others.
_BEGINS = r"[=+\-@\t\r\n＝＋－＠]"  # noqa: RUF001
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"


def without_formulas(cells: pd.Series) -> pd.Series:
    """Text with an apostrophe before each cell that a spreadsheet would take for a formula; numbers stay as they are.

    One that begins so after apostrophes of its own gets another, so that :func:`as_they_were` finds what there was.

    Parameters
    ----------
    cells
        Text; a missing one stays missing.

    Examples
    --------
    >>> without_formulas(pd.Series(["=1+1", "-5", "-x", "A", "'@a", None], dtype="str")).tolist()
    ["'=1+1", '-5', "'-x", 'A', "''@a", nan]
    """
    formulas = cells.str.match(f"'*{_BEGINS}") & ~cells.str.fullmatch(_NUMBER)
    return cells.where(~formulas.fillna(value=False), "'" + cells)


def as_they_were(cells: pd.Series) -> pd.Series:
    """The text that was given to :func:`without_formulas`.

    Examples
    --------
    >>> as_they_were(pd.Series(["'=1+1", "-5", "'A", "''@a"])).tolist()
    ['=1+1', '-5', "'A", "'@a"]
    """
    return cells.where(~cells.str.match(f"'+{_BEGINS}").fillna(value=False), cells.str.slice(1))
