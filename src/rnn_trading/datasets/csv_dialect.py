"""How a CSV is written: what separates its cells, where its header stands, and whether there is one."""

import csv
import io
import re
from dataclasses import dataclass
from itertools import islice

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}
NAMED: dict[str, str] = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
# One cell may hold a whole annual report.
LONGEST_CELL = 2**30
ROWS_LOOKED_AT = 100
EXCEL_SEPARATOR = re.compile(r'"?sep=(.)"?\s*')
NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?")
DECIMAL = re.compile(r"[+-]?\d*\.\d+")
DATE = re.compile(r"\d{4}-\d\d-\d\d.*|\d{1,4}[./]\d{1,2}[./]\d{2,4}")
NOT_TABLES = {
    "<": "a web page or XML, not a table: the download failed, or the address was that of a page",
    "{": "JSON, not a table",
    "[{": "JSON, not a table",
    "%PDF": "a PDF, not a table",
    "version https://git-lfs": "a pointer of Git LFS, not the file itself: git lfs pull fetches it",
}
csv.field_size_limit(LONGEST_CELL)


class DialectError(ValueError):
    """A text that is no CSV, or whose form cannot be told; the message goes behind the name of the file."""


class SampleError(ValueError):
    """The sample ends within the header."""


@dataclass(frozen=True)
class Dialect:
    """How a CSV is written.

    Attributes
    ----------
    separator
        One character.
    names
        Cells of the header, without white space around them, and without empty ones at the end.
    skipped
        Lines above the header: comments, blank ones, Excel's ``sep=;``.
    """

    separator: str
    names: tuple[str, ...]
    skipped: int

    @property
    def words(self) -> list[str]:
        """What is not plain about it."""
        words = [] if self.separator == "," else [SEPARATORS.get(self.separator, repr(self.separator))]
        return words + ([f"{self.skipped} line{'s' * (self.skipped > 1)} above the header"] if self.skipped else [])


def find_dialect(sample: str, *, whole: bool, separator: str | None = None) -> Dialect:
    r"""Tell the dialect of a CSV by its first lines.

    A separator is taken if the header has two cells or more, and no row has more of them than the header, or fewer;
    empty cells at the end do not count. Where no separator occurs in the header, the table has one column.

    Parameters
    ----------
    sample
        Beginning of the text.
    whole
        Whether it is all of the text; else its last line may be cut.
    separator
        Where it is known.

    Raises
    ------
    SampleError
        If the sample is not whole, and ends within the header.
    DialectError
        For no text, a page of the web and the like, several separators that would do, and for a first line that is a
        row of data.

    Examples
    --------
    >>> find_dialect("Date;Close\n2020-01-06;1,5\n", whole=True)
    Dialect(separator=';', names=('Date', 'Close'), skipped=0)
    >>> find_dialect("2020-01-06,1.5\n", whole=True)
    Traceback (most recent call last):
        ...
    rnn_trading.datasets.csv_dialect.DialectError: the first line looks like data...
    """
    _refuse_what_is_no_table(sample)
    told, skipped, rest = _skip_preamble(sample)
    separator = separator or told
    tries = {sign: _records(rest, sign, whole=whole) for sign in ([separator] if separator else SEPARATORS)}
    widths = {sign: len(_names(records[0])) for sign, (records, _) in tries.items() if records}
    if not widths and not whole:
        raise SampleError("The sample ends within the header.")
    chosen = separator or _choose(tries, widths)
    names = _names(tries[chosen][0][0]) if widths.get(chosen) else ()
    if not names:
        raise DialectError(
            "its first line cannot be parsed, or names no column. End every quotation, and double marks within it."
        )
    _refuse_data(names)
    _refuse_unclear_comment(sample, skipped, len(names))
    return Dialect(chosen, names, skipped)


def fits(cells: list[str], width: int) -> bool:
    """Whether a row has as many cells as the header; empty ones at its end do not count if the header has several.

    Examples
    --------
    >>> fits(["a", "b", "", ""], 2), fits(["a", "b", "c"], 2), fits(["a"], 2)
    (True, False, False)
    """
    return len(cells) == width or (len(cells) > width > 1 and not any(cell.strip() for cell in cells[width:]))


def _refuse_what_is_no_table(sample: str) -> None:
    beginning = sample.lstrip("\ufeff \t\r\n")
    if not beginning:
        raise DialectError("it holds no text. Expected a header, and rows below it.")
    kind = next((words for mark, words in NOT_TABLES.items() if beginning.startswith(mark)), None)
    if kind is not None and not re.match(r"<[A-Za-z]+>[,;\t|]", beginning):  # Stooq's header: <TICKER>,<PER>,<DATE>
        raise DialectError(f"it is {kind}. It begins with {beginning[:40]!r}.")


def _skip_preamble(sample: str) -> tuple[str | None, int, str]:
    """Separator that Excel's first line names, lines above the header, and the text from the header on."""
    told, skipped, lines = None, 0, list(io.StringIO(sample, newline=""))
    for line in lines:
        named = EXCEL_SEPARATOR.fullmatch(line.lstrip("\ufeff"))
        if named and skipped == 0:
            told = named[1]
        elif line.strip("\ufeff \t\r\n") and not line.lstrip("\ufeff").startswith("#"):
            break
        skipped += 1
    return told, skipped, "".join(lines[skipped:])


def _refuse_unclear_comment(sample: str, skipped: int, width: int) -> None:
    above = list(islice(io.StringIO(sample, newline=""), skipped))
    comments = [line.strip() for line in above if line.lstrip("\ufeff").startswith("#")]
    # In a sentence a space follows a comma.
    if comments and (
        re.search(r"[,;\t|]\S", comments[-1]) or max(map(comments[-1].count, SEPARATORS)) >= max(width - 1, 1)
    ):
        raise DialectError(
            f"the line {comments[-1][:80]!r} may be the header or a comment. Remove the sign # from a header, "
            "and the whole line if it is a comment."
        )


def _records(text: str, separator: str, *, whole: bool) -> tuple[list[list[str]], bool]:
    """First rows, and whether they parse."""
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        rows.extend(islice(reader, ROWS_LOOKED_AT))
    except csv.Error as error:
        return [row for row in rows if row], not whole and "unexpected end" in str(error)
    if not whole and len(rows) < ROWS_LOOKED_AT:
        rows = rows[:-1]  # the last one may be cut
    return [row for row in rows if row], True


def _names(header: list[str]) -> tuple[str, ...]:
    names = [name.strip("\ufeff").strip() for name in header]
    while names and not names[-1]:
        names.pop()
    return tuple(names)


def _choose(tries: dict[str, tuple[list[list[str]], bool]], widths: dict[str, int]) -> str:
    several = [sign for sign, width in widths.items() if width > 1]
    if not several:
        return ","
    consistent = [
        sign
        for sign in several
        if tries[sign][1] and all(fits(row, widths[sign]) or not any(row) for row in tries[sign][0][1:])
    ]
    left = consistent or several
    if len(left) > 1:
        options = " or ".join(f"{SEPARATORS[sign]} ({widths[sign]} columns)" for sign in left)
        raise DialectError(
            f"its cells may be separated by {options}. Say which: --params table_separator={' or '.join(NAMED)}."
        )
    return left[0]


def _refuse_data(names: tuple[str, ...]) -> None:
    first = next((name for name in names if name), "")
    if NUMBER.fullmatch(first) or DATE.fullmatch(first) or any(DECIMAL.fullmatch(name) for name in names):
        raise DialectError(
            f"the first line looks like data, not like names of columns: {', '.join(names)[:80]}. Put a line with the "
            "names of the columns above it."
        )
