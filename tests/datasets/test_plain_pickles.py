"""Pickles of plain values come back as they were; what a pickle names beyond that is never called."""

import datetime as dt
import math
import os
import pickle
import pickletools
import zoneinfo

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_trading.datasets.plain_pickles import FREQUENCIES, NotPlainError, loads

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)
VALUES = [
    *(None, True, -3, 2**70, 1.5, "ä", b"\xff\x00", b"", ["a", ("b", 1)], {"names": [None], 1: {"freq": None}}),
    *(np.float64(1.5), np.int8(-1), np.bool_(True), np.str_("ä"), np.str_(""), np.bytes_(b"a")),
    *(np.datetime64("2020-01-06", "ns"), np.timedelta64(3, "D"), np.datetime64("NaT")),
    *(pd.Timestamp("2020-01-06 12:00:00.000000001", tz="Europe/Berlin"), pd.Timestamp("2020-01-06").as_unit("s")),
    *(dt.date(2020, 1, 6), dt.datetime(2020, 1, 6, tzinfo=dt.UTC), dt.timezone(dt.timedelta(hours=2))),
    *(zoneinfo.ZoneInfo("America/New_York"), pd.NaT, pd.NA, pd.offsets.QuarterEnd(2, startingMonth=11)),
    *(getattr(pd.offsets, name)() for name in FREQUENCIES),
]
ARRAYS = [
    np.array(["a", None, 1.5, np.nan, ["b"]], dtype=object),
    np.asfortranarray(np.array([["a", "b", None], ["c", "d", "e"]], dtype=object)),
    np.empty((3, 0), dtype=object),
    np.array([pd.Timestamp("2020-01-06"), pd.NaT, dt.date(2020, 1, 6)], dtype=object),
]


class Harmful:
    """Calls something when it is unpickled."""

    def __init__(self, call, *arguments):
        self.call, self.arguments = call, arguments

    def __reduce__(self):
        return self.call, self.arguments


class State:
    """Is a class of its own, made with ``__new__``."""


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_values_come_back(value, protocol):
    found = loads(pickle.dumps(value, protocol))
    assert type(found) is type(value)
    assert found is value or found == value or (pd.isna(found) and pd.isna(value))


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("array", ARRAYS, ids=["a row", "by columns", "empty", "dates"])
def test_arrays_of_values_come_back(array, protocol):
    found = loads(pickle.dumps(array, protocol))
    assert (found.dtype, found.shape) == (array.dtype, array.shape)
    pairs = zip(found.ravel(), array.ravel(), strict=True)
    assert all(type(one) is type(other) and (one == other or pd.isna(one)) for one, other in pairs)


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary() | st.dates(),
    lambda inside: st.lists(inside) | st.tuples(inside, inside) | st.dictionaries(st.text(), inside),
    max_leaves=8,
)


@given(plain, st.sampled_from(PROTOCOLS))
def test_nested_values_come_back(value, protocol):
    assert loads(pickle.dumps(value, protocol)) == value


@pytest.mark.parametrize(
    ("pickled", "value"),
    [
        # A list of names and a frequency by Python 2, and a frequency by pandas before 1.1.
        (b"(lp1\nS'open'\np2\naS'close'\np3\na.", ["open", "close"]),
        (
            b"ccopy_reg\n_reconstructor\n(cpandas.tseries.offsets\nBusinessDay\nc__builtin__\nobject\nNtR"
            b"(dS'n'\nI2\nsS'normalize'\nI00\nsS'kwds'\n(dsb.",
            pd.offsets.BusinessDay(2),
        ),
        (
            b"ccopy_reg\n_reconstructor\n(cpandas.tseries.offsets\nWeek\nc__builtin__\nobject\nNtR"
            b"(dS'n'\nI1\nsS'kwds'\n(dS'weekday'\nI4\nssb.",
            pd.offsets.Week(weekday=4),
        ),
        (b"cpytz\n_p\n(S'Europe/Berlin'\nI3600\nI0\nS'CET'\ntR.", zoneinfo.ZoneInfo("Europe/Berlin")),
    ],
)
def test_pickles_of_old_pandas_come_back(pickled, value):
    assert loads(pickled) == value


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("call", ["os.mkdir({!r})", "builtins.eval", "builtins.exec", "builtins.getattr"])
def test_nothing_else_is_called(call, protocol, tmp_path):
    target = str(tmp_path / "made")
    code = f"__import__('os').mkdir({target!r})"
    harmful = {
        "os.mkdir({!r})": Harmful(os.mkdir, target),
        "builtins.eval": Harmful(eval, code),
        "builtins.exec": Harmful(exec, code),
        "builtins.getattr": Harmful(getattr, "text", "format"),
    }[call]
    for value in (harmful, [harmful], {"a": harmful}, {"freq": (1, harmful)}):
        with pytest.raises(NotPlainError):
            loads(pickle.dumps(value, protocol))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    "value",
    [State(), print, State, {1}, frozenset({1}), slice(1), np.arange(3), np.dtype("f8,i4"), bytearray(b"a"), 1j],
)
def test_other_values_are_refused(value, protocol):
    with pytest.raises((NotPlainError, pickle.UnpicklingError, KeyError)):
        loads(pickle.dumps(value, protocol))


def test_a_name_is_no_value():
    with pytest.raises(NotPlainError):
        loads(b"cnumpy\nndarray\n.")
    with pytest.raises(NotPlainError, match=r"builtins\.getattr"):
        loads(b"cbuiltins\ngetattr\n(cnumpy\nndarray\nS'tofile'\ntR.")
    with pytest.raises(NotPlainError, match="encoding"):
        loads(b"c_codecs\nencode\n(Va\nVrot13\ntR.")


@pytest.mark.parametrize(
    "claims",
    [
        # Memory for 2 ** 31 values; an array of 10 ** 12; a text of 2 ** 60 bytes.
        b"\x80\x04Nr\x00\x00\x00\x80.",
        pickle.dumps(np.array(["a"], dtype=object), 2).replace(
            b"K\x01K\x01\x85", b"K\x01\x8a\x06\x00\x10\xa5\xd4\xe8\x00\x85"
        ),
        b"\x80\x05\x96\x00\x00\x00\x00\x00\x00\x00\x10.",
    ],
)
def test_a_claim_reserves_no_memory(claims):
    if claims.startswith(b"\x80\x04N"):
        assert loads(claims) is None
    else:
        with pytest.raises((NotPlainError, KeyError)):
            loads(claims)


@given(
    st.sampled_from([pickle.dumps(value, protocol) for value in (*VALUES, *ARRAYS) for protocol in (0, 2, 5)]),
    st.data(),
)
def test_a_changed_pickle_gives_plain_values_or_an_error(pickled, data):
    """Whatever the bytes say: nothing but plain values comes out, and nothing is called that is not known."""
    changed = bytearray(pickled)
    for place in data.draw(st.lists(st.integers(0, len(changed) - 1), min_size=1, max_size=4)):
        changed[place] = data.draw(st.integers(0, 255))
    try:
        found = loads(bytes(changed))
    except Exception:
        return
    assert _is_plain(found), pickletools.dis(bytes(changed))


def _is_plain(value):
    if isinstance(value, list | tuple | np.ndarray):
        return all(map(_is_plain, value))
    if isinstance(value, dict):
        return all(map(_is_plain, (*value, *value.values())))
    kinds = (str, bytes, int, float, type(None), np.generic, np.dtype, dt.date, dt.timedelta, dt.tzinfo)
    return isinstance(value, (*kinds, pd.offsets.BaseOffset)) or value is pd.NA or math.isnan(value)
