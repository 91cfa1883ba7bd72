"""Under which names the columns of an index of filings, and of their texts, come."""

import re

from rnn_trading.filings.headings import ITEMS
from rnn_trading.tables.checks import TableError

TEXTS = (*ITEMS, "text")
# By column, other names for it. Case, spaces and signs do not matter: "Date Filed" and DATE_FILED are date_filed.
OTHER_NAMES: dict[str, tuple[str, ...]] = {
    "filing_id": ("id", "filing", "accession", "accession_number", "accession_no"),
    "date_filed": ("filing_date", "file_date", "filed_date", "filed", "filed_at"),
    "cik": ("central_index_key", "cik_number"),
    "ticker": ("symbol", "ticker_symbol"),
    "accepted": ("acceptance_datetime", "acceptance_time", "accepted_at"),
    "sector": (),
    "exchange": ("stock_exchange",),
    "known_signal": (),
    **{item: (item.replace("item", "section"),) for item in ITEMS},
    "text": ("full_text", "report_text"),
}


def recognise(
    columns: list[str], wanted: tuple[str, ...], origin: str, error: type[TableError]
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Find columns by their name.

    Parameters
    ----------
    columns
        Names as they came.
    wanted
        Some of :data:`OTHER_NAMES`.
    origin, error
        Where the table comes from, and what is raised.

    Returns
    -------
    tuple
        By name as it came, the name that is meant; and, in words, what was taken for what, where the names differ. A
        column that is called exactly as it should be is taken, whatever others there are. A ``sector`` may be the
        code of the Standard Industrial Classification, ``SIC``.

    Raises
    ------
    TableError
        If several columns could be meant, or one stands twice.

    Examples
    --------
    >>> recognise(["CIK", "Date Filed", "SIC"], ("cik", "date_filed", "ticker", "sector"), "x.csv", TableError)[0]
    {'CIK': 'cik', 'Date Filed': 'date_filed', 'SIC': 'sector'}
    >>> recognise(["Symbol", "Ticker"], ("ticker",), "x.csv", TableError)
    Traceback (most recent call last):
        ...
    rnn_trading.tables.checks.TableError: x.csv: 'Symbol' and 'Ticker' could both be ticker. Rename the right one...
    """
    found: dict[str, str] = {}
    for name in wanted:
        known = {_bare(other) for other in (name, *OTHER_NAMES[name])}
        exact = [column for column in columns if column == name]
        meant = exact or [column for column in columns if _bare(column) in known]
        if name == "sector" and not meant:
            meant = [column for column in columns if _bare(column) == "sic"]
        if len(meant) > 1:
            raise error(
                f"{origin}: {' and '.join(map(repr, meant))} could {'both' if len(meant) == 2 else 'all'} be {name}. "
                f"Rename the right one to {name}, or remove the other."
            )
        found |= dict.fromkeys(meant, name)
    return found, tuple(f"{column!r} as {name}" for column, name in found.items() if column != name)


def _bare(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())
