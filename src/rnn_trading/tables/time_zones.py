"""What timestamps mean: the day that a clock in a named time zone shows."""

import difflib
import logging
import zoneinfo

import pandas as pd

logger = logging.getLogger(__name__)
# A time of day behind a date, and its offset.
TIME = (
    r"\d[T ]+(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::\d\d(?:[.,]\d+)?)? *(?P<half>[AaPp][Mm])? *"
    r"(?P<offset>[Zz]|UTC|GMT|[+-]\d\d(?::?\d\d)?)?$"
)


def checked_zone(timezone: str | None) -> str | None:
    """The name of a time zone, or None as it came.

    Raises
    ------
    ValueError
        For a name that is not in the IANA database; names close ones.

    Examples
    --------
    >>> checked_zone("Asia/Tokyo")
    'Asia/Tokyo'
    >>> checked_zone("Berlin")
    Traceback (most recent call last):
        ...
    ValueError: timezone: 'Berlin' is no time zone. Did you mean Europe/Berlin? Expected a name such as Asia/Tokyo...
    """
    known = zoneinfo.available_timezones()
    if timezone is None or timezone in known:
        return timezone
    cities = {name.rsplit("/", 1)[-1].casefold(): name for name in sorted(known)}
    wanted = str(timezone).rsplit("/", 1)[-1].replace(" ", "_").casefold()
    near = [cities[city] for city in difflib.get_close_matches(wanted, cities, n=3, cutoff=0.7)]
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    raise ValueError(
        f"timezone: {timezone!r} is no time zone.{hint} Expected a name such as Asia/Tokyo or America/New_York, or null"
    )


def days_in_zone(written: pd.Series, values: pd.Series, timezone: str) -> pd.Series:
    """The days of a time zone, from the dates that are written and the times of day behind them.

    Parameters
    ----------
    written
        Dates as they are written, at midnight, missing where there is none; datetime64[us], ``(rows,)``.
    values
        What they were read from: timestamps, or text of any form with the time behind the date.
    timezone
        Whose days are meant. Timestamps with a zone or an offset are converted to it. Those without are taken to be
        UTC's, unless all of them are at midnight: these are plain dates, which have no zone, and stay what they are.

    Returns
    -------
    pandas.Series
        datetime64[us], at midnight, ``(rows,)``; missing where there is no date, or a time that cannot be read.

    Examples
    --------
    Midnight in Tokyo is 15:00 of the day before in UTC:

    >>> stamps, written = pd.Series(["2016-01-03T15:00:00Z"]), pd.Series(pd.DatetimeIndex(["2016-01-03"]))
    >>> days_in_zone(written, stamps, "Asia/Tokyo").dt.strftime("%A, %d %B").tolist()
    ['Monday, 04 January']
    """
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        local = values.dt.tz_localize(None)
        times, offsets = local - local.dt.normalize(), pd.Series(pd.NaT, index=values.index, dtype="timedelta64[ns]")
        if values.dt.tz is not None:
            offsets = local - values.dt.tz_convert("UTC").dt.tz_localize(None)
    else:
        times, offsets = _times_and_offsets(values.astype("str").str.strip())
    plain = written.notna() & offsets.isna()
    if (times[plain] != pd.Timedelta(0)).any():
        plain = pd.Series(False, index=written.index)  # times of UTC
    if plain.any():
        logger.warning(
            "timezone=%s changes nothing of %s dates without a time: a date has no zone", timezone, f"{plain.sum():,}"
        )
    universal = (written + times - offsets.fillna(pd.Timedelta(0))).dt.tz_localize("UTC")
    there = universal.dt.tz_convert(timezone).dt.tz_localize(None).astype("datetime64[us]").dt.normalize()
    return written.where(plain, there)


def _times_and_offsets(text: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Time since midnight, missing where it cannot be read; and how far it is ahead of UTC, where that is said."""
    found = text.str.extract(TIME)
    hours = pd.to_numeric(found["hour"])
    hours = hours.where(found["half"].isna(), hours % 12 + 12 * (found["half"].str.upper() == "PM"))
    times = pd.to_timedelta(60 * hours + pd.to_numeric(found["minute"]), unit="min")
    times = times.where(text.str.contains(":"), pd.Timedelta(0))
    digits = found["offset"].str.replace(":", "").str.upper().replace({"Z": "+00", "UTC": "+00", "GMT": "+00"})
    minutes = 60 * pd.to_numeric(digits.str.slice(1, 3)) + pd.to_numeric(digits.str.slice(3, 5).replace("", "0"))
    return times, pd.to_timedelta(minutes.where(digits.str.slice(0, 1) == "+", -minutes), unit="min")


def with_an_offset(values: pd.Series) -> pd.Series:
    """Mark timestamps, or text, that say how far they are from UTC.

    Examples
    --------
    >>> with_an_offset(pd.Series(["2020-01-31T15:00:00Z", "2020-01-31 16:00:00-05:00", "2020-01-31 16:00"])).tolist()
    [True, True, False]
    """
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return values.notna() & (values.dt.tz is not None)
    return _times_and_offsets(values.astype("str").str.strip())[1].notna()


def with_a_time(values: pd.Series) -> pd.Series:
    """Mark timestamps, or ISO text, of another time than midnight.

    Examples
    --------
    >>> with_a_time(pd.Series(["2020-01-31T15:00:00Z", "2020-01-31 00:00:00", "2020-01-31"])).tolist()
    [True, False, False]
    """
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        return values.notna() & (values != values.dt.normalize())
    return values.astype("str").str.contains(r"\d[T ](?!00:00(?!:\d*[1-9]))\d\d:\d\d", regex=True)
