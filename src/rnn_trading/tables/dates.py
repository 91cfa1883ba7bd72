"""Dates in tables from outside: read where all of a column can only be read in one way, asked about otherwise."""

import re
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

EXAMPLE = pd.Timestamp("2017-12-29")
ISO = "%Y-%m-%d"
TIME = r"(?:[T ]+\d{1,2}:\d{2}.*)?"
# Forms that can be read in one way alone. A time of day behind the date is left out.
FORMS = {
    ISO: r"(\d{4}-\d{1,2}-\d{1,2})" + TIME,
    "%Y/%m/%d": r"(\d{4}/\d{1,2}/\d{1,2})" + TIME,
    "%Y.%m.%d": r"(\d{4}\.\d{1,2}\.\d{1,2})" + TIME,
    "%Y%m%d": r"((?:1[89]|2\d)\d{2}[01]\d[0-3]\d)(?:\.0)?",
    "%b %d, %Y": r"([A-Za-z]{3} \d{1,2}, \d{4})",
    "%B %d, %Y": r"([A-Za-z]{3,9} \d{1,2}, \d{4})",
    "%d-%b-%Y": r"(\d{1,2}-[A-Za-z]{3}-\d{4})",
    "%d %b %Y": r"(\d{1,2} [A-Za-z]{3} \d{4})",
    "%d %B %Y": r"(\d{1,2} [A-Za-z]{3,9} \d{4})",
}
DAY = r"(?:0?[1-9]|[12]\d|3[01])"
YEAR_LAST = rf"({DAY}([/.-]){DAY}\2\d{{4}})" + TIME
SHORT_YEAR = r"(\d{1,2}[/.-]\d{1,2}[/.-]\d{2})"
OF_SHORT_YEAR = "{text!r} has a year of two digits, and day and month are not told apart"
# Numbers that are no dates, and what to do.
NUMBERS = {
    r"[2-6]\d{4}(?:\.0)?": "{text!r} looks like a day as Excel counts them: format the column as a date there, such as "
    "2017-12-29, and save again",
    r"1?\d{9}(?:\.0)?|1?\d{12}|1?\d{15}|1?\d{18}": "{text!r} looks like a time since 1970: turn it into a date such as "
    "2017-12-29, in the time zone of the exchange",
}


@dataclass(frozen=True)
class Dates:
    """A column as dates.

    Attributes
    ----------
    values
        datetime64, at midnight, missing where there is no date or none of this form.
    form
        As for ``strftime``; empty for timestamps.
    question
        What has to be said, or done, before the column can be read, if anything.
    by_form
        Whether the question is answered by a form.
    """

    values: pd.Series
    form: str
    question: str = ""
    by_form: bool = True


def read_dates(column: pd.Series, form: str | None = None, within: pd.Series | None = None) -> Dates:
    """Read a column of dates.

    Texts and whole numbers are read in the form that most of them have. Day and month, where the year comes last, are
    told apart by days beyond the twelfth, if the dates are then in order.

    Parameters
    ----------
    column
        Timestamps, texts or whole numbers such as 20171229.
    form
        As for ``strptime``; None: it is found.
    within
        Groups of rows within which dates are expected in order, such as tickers; None: all rows are one.

    Examples
    --------
    >>> read = read_dates(pd.Series(["12/30/2019", "1/2/2020"]))
    >>> read.form, read.values.astype("str").tolist()
    ('%m/%d/%Y', ['2019-12-30', '2020-01-02'])
    >>> read_dates(pd.Series(["1/2/2020", "1/3/2020"])).question
    "'1/2/2020' is 2 January or 1 February"
    >>> read_dates(pd.Series([20200102, 20200103])).values.astype("str").tolist()
    ['2020-01-02', '2020-01-03']
    """
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return Dates(column.dt.tz_localize(None).astype("datetime64[us]").dt.normalize(), "")
    if pd.api.types.is_float_dtype(column.dtype) and (column.dropna() % 1 == 0).all():
        column = column.astype("Int64")
    codes, texts = pd.factorize(column.where(column.notna()).astype("str").str.strip())
    distinct = [str(text) for text in texts]
    if form is not None:
        found = Dates(_parse(distinct, form), form)
    else:
        groups = np.zeros(len(column), dtype=int) if within is None else pd.factorize(within)[0]
        found = _find(distinct, codes, groups)
    values = pd.Series(_take(found.values, codes), index=column.index)
    return replace(found, values=values)


def _find(texts: list[str], codes: np.ndarray, groups: np.ndarray) -> Dates:
    """The form that most of the distinct texts have, and these in it."""
    form, most = ISO, 0
    for name, pattern in FORMS.items():
        matching = len(texts) - _stripped(texts, pattern).count("")
        form, most = (name, matching) if matching > most else (form, most)
        if most == len(texts):
            return Dates(_parse(texts, form), form)
    year_last = _stripped(texts, YEAR_LAST)
    if len(texts) - year_last.count("") > most:
        return _day_or_month(year_last, codes, groups)
    for pattern, question in {SHORT_YEAR: OF_SHORT_YEAR, **NUMBERS}.items():
        asked = [text for text in _stripped(texts, f"({pattern})") if text]
        if len(asked) > most:
            nothing = _parse([""] * len(texts), ISO)
            by_form = pattern == SHORT_YEAR
            return Dates(nothing, "%m/%d/%y" if by_form else ISO, question.format(text=asked[0]), by_form)
    return Dates(_parse(texts, form), form)


def _day_or_month(texts: list[str], codes: np.ndarray, groups: np.ndarray) -> Dates:
    """Dates such as 01/02/2020, if the column says which is the day."""
    present = [text for text in texts if text]
    separator = next(sign for sign in "/.-" if sign in present[0])
    first, second = (max(int(re.split("[/.-]", text)[place]) for text in present) for place in (0, 1))
    month_first, day_first = (separator.join(form) for form in (("%m", "%d", "%Y"), ("%d", "%m", "%Y")))
    form = day_first if first > 12 else month_first
    values = _parse(texts, form)
    question = ""
    if first > 12 and second > 12:
        odd = next(text for text in present if int(re.split("[/.-]", text)[1]) > 12)
        question = f"{odd!r} has its day second, and other dates have it first"
    elif first <= 12 and second <= 12:
        example = next((text for text in present if len({*re.split("[/.-]", text)}) == 3), present[0])
        readings = [pd.to_datetime(example, format=form) for form in (month_first, day_first)]
        question = f"{example!r} is {' or '.join(f'{day.day} {day:%B}' for day in readings)}"
    elif not _in_order(_take(values, codes), groups):
        which = "day" if form == day_first else "month"
        question = (
            f"{present[0]!r} has its {which} first, as others of its column show, but the dates are in no order then"
        )
    return Dates(values, form, question)


def _in_order(dates: np.ndarray, groups: np.ndarray) -> bool:
    """Whether the dates of each group ascend, or descend."""
    order = np.argsort(groups, kind="stable")
    steps = np.diff(dates[order]).astype("int64")
    steps[np.isnat(np.diff(dates[order])) | (np.diff(groups[order]) != 0)] = 0
    owners = groups[order][1:]
    return not set(owners[steps > 0]) & set(owners[steps < 0])


def _parse(texts: list[str], form: str) -> pd.Series:
    """Dates of texts that have the form; a time of day behind the date is left out where the form is known here."""
    pattern = FORMS.get(form)
    if pattern is not None:
        texts = _stripped(texts, pattern)
    parsed = pd.to_datetime(pd.Series(texts, dtype="str"), errors="coerce", format=form)
    return parsed.dt.tz_localize(None).astype("datetime64[us]").dt.normalize()


def _stripped(texts: list[str], pattern: str) -> list[str]:
    """What the first group of a pattern holds of each text; the empty text where it does not match."""
    compiled = re.compile(pattern, re.ASCII)
    return [match[1] if (match := compiled.fullmatch(text)) else "" for text in texts]


def _take(dates: pd.Series, codes: np.ndarray) -> np.ndarray:
    """The date of each row; a code of -1 is a missing one."""
    values = np.append(dates.to_numpy(), np.datetime64("NaT"))
    taken: np.ndarray = values[codes]
    return taken
