"""Unpickle plain values, and nothing that could run code.

pandas keeps lists of column names, frequencies, time zones and columns of text as pickles inside HDF5 files. Whoever
makes such a file decides what its pickles call when they are read. Here a pickle may name nothing but what pandas
itself writes (:data:`CALLS`), and each of these names stands for a function of this module.
"""

import io
import math
import pickle
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import partial
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from pandas.tseries import offsets

Call = Callable[..., Any]
PLAIN = (str, bytes, bool, int, float, type(None), np.generic, date, timedelta, tzinfo, pd.offsets.BaseOffset)
NUMBERS_AND_TEXT = re.compile(r"[?bhilqefdgFDBHILQ]|[biufcSUO]\d+|[mM]8")
UNITS = ("Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "generic")
RESOLUTIONS = {7: "s", 8: "ms", 9: "us", 10: "ns"}
# Frequencies that are told by numbers alone. Others hold calendars of holidays.
FREQUENCIES = (
    *("Day", "Hour", "Minute", "Second", "Milli", "Micro", "Nano", "BusinessDay", "Week"),
    *("MonthBegin", "MonthEnd", "BusinessMonthBegin", "BusinessMonthEnd", "SemiMonthBegin", "SemiMonthEnd"),
    *("QuarterBegin", "QuarterEnd", "BQuarterBegin", "BQuarterEnd", "YearBegin", "YearEnd", "BYearBegin", "BYearEnd"),
)


class NotPlainError(ValueError):
    """Something that is neither numbers, text nor dates, or that could run code."""


class _Unfinished:
    """A value whose content follows it in the pickle; ``finish`` makes it of that content."""

    def __init__(self, finish: Call) -> None:
        self.finish, self.state = finish, None


class _Named:
    """A name in a pickle, and what it stands for here."""

    def __init__(self, call: Call) -> None:
        self.call = call


def _dtype(code: str, *_: Any) -> _Unfinished:
    """A type of numbers, dates or text; its byte order follows, and the unit of dates."""

    def finish(state: Any) -> np.dtype[Any]:
        order = state[1] if state else "="
        if not NUMBERS_AND_TEXT.fullmatch(code) or order not in ("<", ">", "=", "|"):
            raise NotPlainError("a NumPy type that is neither numbers nor text")
        if code[0] not in "mM":
            return np.dtype(order + code)
        unit, number = state[-1][1][:2]
        unit = unit.decode() if isinstance(unit, bytes) else unit
        if unit not in UNITS or not isinstance(number, int):
            raise NotPlainError("a NumPy type of dates without a unit")
        return np.dtype(f"{order}{code}" if unit == "generic" else f"{order}{code}[{number}{unit}]")

    return _Unfinished(finish)


def _array(*_: Any) -> _Unfinished:
    """An array of objects; its shape, type and items follow. The items stand row by row."""

    def finish(state: Any) -> np.ndarray:
        _, shape, dtype, _, items = state
        if dtype != np.dtype(object) or not isinstance(items, list) or math.prod(shape) != len(items):
            raise NotPlainError("an array that is not a list of values")
        return np.fromiter(items, dtype=object, count=len(items)).reshape(shape)

    return _Unfinished(finish)


def _scalar(dtype: np.dtype[Any], data: bytes | str) -> Any:
    """A number, date or text of NumPy, from its bytes."""
    content = data.encode("latin1") if isinstance(data, str) else data  # Python 2 wrote text
    if dtype.hasobject or len(content) != dtype.itemsize:
        raise NotPlainError("a value of another size than its NumPy type")
    return np.frombuffer(content, dtype)[0] if content else dtype.type()


def _bytes(text: str, encoding: str) -> bytes:
    """Bytes, as old protocols write them."""
    if encoding not in ("latin1", "latin-1"):
        raise NotPlainError("bytes in an encoding that Python does not pickle them in")
    return text.encode("latin1")


def _frequency(name: str, *numbers: Any, **named: Any) -> Any:
    """A frequency, from its numbers."""
    return getattr(offsets, name)(*numbers, **named)


def _instance(of: Any, *_: Any) -> _Unfinished:
    """A frequency as pandas wrote it before 1.1: its numbers follow by name. None where they are not understood."""

    def finish(state: Any) -> Any:
        given = {**state, **(state.get("kwds") or {})}
        further = {name: given[name] for name in ("weekday", "startingMonth", "month") if name in given}
        try:
            return of(given["n"], bool(given.get("normalize")), **further)
        except (TypeError, ValueError, KeyError):
            return None

    return _Unfinished(finish)


def _timestamp(value: int, _: Any = None, zone: tzinfo | None = None, resolution: int = 10) -> Any:
    """A point in time, from its number since 1970 in UTC."""
    moment = pd.Timestamp(value, unit=RESOLUTIONS[resolution]).as_unit(RESOLUTIONS[resolution])
    return moment if zone is None else moment.tz_localize("UTC").tz_convert(zone)


def _zone(name: str, *_: Any) -> ZoneInfo:
    """A time zone by its name."""
    return ZoneInfo(name)


def _attribute(of: Any, name: str) -> _Named:
    """What is pickled of a time zone: ``getattr(ZoneInfo, "_unpickle")``, and no other attribute of anything."""
    if of is not _zone or name != "_unpickle":
        raise NotPlainError("builtins.getattr")
    return _Named(_zone)


def _named(name: str, call: Call, *modules: str) -> dict[tuple[str, str], Call]:
    return {(module, name): call for module in modules}


_OFFSETS = ("pandas._libs.tslibs.offsets", "pandas.tseries.offsets", "pandas.core.datetools")
_ARRAYS = ("numpy._core.multiarray", "numpy.core.multiarray")
_BUILTINS = ("builtins", "__builtin__")
# What a pickle may name, by module and name, and what is called instead. Some have had several places.
CALLS = {
    **_named("ndarray", _array, "numpy"),
    **_named("dtype", _dtype, "numpy"),
    **_named("_reconstruct", _array, *_ARRAYS),
    **_named("scalar", _scalar, *_ARRAYS),
    **_named("encode", _bytes, "_codecs"),
    **{("datetime", kind.__name__): kind for kind in (date, datetime, timedelta, timezone)},
    **_named("_unpickle_timestamp", _timestamp, "pandas._libs.tslibs.timestamps"),
    **_named("Timestamp", _timestamp, "pandas._libs.tslibs.timestamps", "pandas._libs.tslib", "pandas.tslib"),
    **_named("_nat_unpickle", lambda *_: pd.NaT, "pandas._libs.tslibs.nattype"),
    **_named("__nat_unpickle", lambda *_: pd.NaT, "pandas._libs.tslibs.nattype", "pandas._libs.tslib", "pandas.tslib"),
    **_named("getattr", _attribute, *_BUILTINS),
    **_named("object", lambda *_: None, *_BUILTINS),
    **_named("bytes", lambda: b"", *_BUILTINS),
    **_named("ZoneInfo", _zone, "zoneinfo"),
    **_named("_p", _zone, "pytz"),
    **_named("_UTC", lambda *_: UTC, "pytz"),
    **_named("_reconstructor", _instance, "copyreg", "copy_reg"),
    **{key: call for name in FREQUENCIES for key, call in _named(name, partial(_frequency, name), *_OFFSETS).items()},
}
NA = ("pandas", "NA")


def loads(data: bytes, *, encoding: str = "utf-8", **_: Any) -> Any:
    """As ``pickle.loads``, of plain values alone; in its place where a library unpickles.

    Parameters
    ----------
    data
        A pickle of any protocol.
    encoding
        Of the text of Python 2.

    Returns
    -------
    object
        Numbers, text, dates, time zones, frequencies, missing values, and lists, tuples, dicts and arrays of them.

    Raises
    ------
    NotPlainError
        If the pickle names anything that is not in :data:`CALLS`, or holds another kind of value. Nothing was called.
    Exception
        Of any kind, if the bytes are no pickle.

    Examples
    --------
    >>> import pickle
    >>> loads(pickle.dumps([("Close", "A"), 1.5, None, pd.offsets.Week(weekday=4)]))
    [('Close', 'A'), 1.5, None, <Week: weekday=4>]
    >>> loads(pickle.dumps(print))
    Traceback (most recent call last):
    ...
    rnn_trading.datasets.plain_pickles.NotPlainError: builtins.print
    """
    return _finished(_Unpickler(io.BytesIO(data), encoding=encoding).load(), {})


# The one in C reserves memory for whatever number of values a pickle claims to have, and cannot be told what not to do.
class _Unpickler(pickle._Unpickler):
    """Calls the functions of :data:`CALLS`, keeps states until the end, and knows no other way to make a value."""

    stack: list[Any]

    def find_class(self, module: str, name: str) -> Any:
        """What a name stands for."""
        if (module, name) == NA:
            return pd.NA
        if (module, name) not in CALLS:
            raise NotPlainError(f"{module}.{name}"[:100])
        return _Named(CALLS[module, name])

    def load_reduce(self) -> None:
        """Call a name."""
        arguments = self.stack.pop()
        if not isinstance(self.stack[-1], _Named):
            raise pickle.UnpicklingError("a call of what is no name")
        self.stack[-1] = self.stack[-1].call(*_finished(list(arguments), {}, names=True))

    def load_build(self) -> None:
        """Keep what follows a value."""
        state = self.stack.pop()
        if not isinstance(self.stack[-1], _Unfinished):
            raise pickle.UnpicklingError("a state of what has none")
        self.stack[-1].state = state

    # Lists, tuples, dicts, numbers and text are made as Python makes them.
    dispatch: ClassVar[dict[int, Any]] = {
        code: method
        for code, method in pickle._Unpickler.dispatch.items()
        if method.__name__.removeprefix("load_")
        not in (
            *("persid", "binpersid", "ext1", "ext2", "ext4", "inst", "obj", "newobj", "newobj_ex"),
            *("empty_set", "additems", "frozenset", "bytearray8", "next_buffer", "readonly_buffer"),
        )
    } | {pickle.REDUCE[0]: load_reduce, pickle.BUILD[0]: load_build}


def _finished(value: Any, seen: dict[int, Any], *, names: bool = False) -> Any:
    """A value with all that is in it finished, each part once."""
    if value is pd.NA or isinstance(value, PLAIN):
        return value
    if names and isinstance(value, _Named):
        return value.call
    if id(value) not in seen:
        inside = lambda each: _finished(each, seen, names=names)  # noqa: E731
        if isinstance(value, list | tuple):
            seen[id(value)] = type(value)(map(inside, value))
        elif isinstance(value, dict):
            seen[id(value)] = {inside(key): inside(each) for key, each in value.items()}
        elif isinstance(value, _Unfinished):
            seen[id(value)] = value.finish(inside(value.state))
        else:
            raise NotPlainError(f"a {type(value).__name__}")
    return seen[id(value)]
