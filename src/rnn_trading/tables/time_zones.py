"""What timestamps mean: the day that a clock in a named time zone shows."""

import difflib
import logging
import zoneinfo

import pandas as pd

logger = logging.getLogger(__name__)
ISO = "%Y-%m-%d"
OFFSET = r":[\d.]+ ?(?:[Zz]|[+-]\d\d(?::?\d\d)?)$"


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


def days(values: pd.Series, date_format: str = ISO, timezone: str | None = None) -> pd.Series:
    """The day of dates, timestamps or text.

    Parameters
    ----------
    values
        Timestamps, or text.
    date_format
        Form of text. A time and an offset after an ISO date are read only where a time zone is named.
    timezone
        Whose days are meant; None: the date counts that is written. Timestamps with a zone or an offset are converted
        to it. Those without are taken to be UTC's, unless all of them are at midnight: these are plain dates, which
        have no zone, and stay what they are.

    Returns
    -------
    pandas.Series
        datetime64[us], at midnight, ``(rows,)``; missing where there is no date or none that can be read.

    Examples
    --------
    Midnight in Tokyo is 15:00 of the day before in UTC:

    >>> stamps = pd.Series(["2016-01-03T15:00:00Z", "2016-01-04T15:00:00Z"])
    >>> days(stamps).dt.strftime("%A").tolist(), days(stamps, timezone="Asia/Tokyo").dt.strftime("%A").tolist()
    (['Sunday', 'Monday'], ['Monday', 'Tuesday'])
    """
    if pd.api.types.is_datetime64_any_dtype(values.dtype):
        stamps, zoned = values, pd.Series(values.dt.tz is not None, index=values.index)
    else:
        text = values.astype("str").str.strip()
        if timezone is not None:
            stamps, zoned = _stamps(text, date_format)
        elif date_format == ISO:
            stamps, zoned = pd.to_datetime(text.str.slice(0, len("2017-12-29")), errors="coerce", format=ISO), None
        else:
            stamps, zoned = pd.to_datetime(text, errors="coerce", format=date_format), None
    written = stamps.dt.tz_localize(None).astype("datetime64[us]")
    if timezone is not None and zoned is not None:
        written = _in_zone(stamps, written, zoned, timezone)
    return written.dt.normalize()


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


def _stamps(text: pd.Series, date_format: str) -> tuple[pd.Series, pd.Series]:
    """Timestamps of UTC, and which of them have a zone or an offset."""
    form = "ISO8601" if date_format == ISO else date_format
    zoned = text.str.contains(OFFSET, regex=True) if date_format == ISO else pd.Series("%z" in form, index=text.index)
    return pd.to_datetime(text, errors="coerce", format=form, utc=True), zoned


def _in_zone(stamps: pd.Series, written: pd.Series, zoned: pd.Series, timezone: str) -> pd.Series:
    plain = ~zoned & written.notna()
    if plain.any() and (written[plain] != written[plain].dt.normalize()).any():
        plain = pd.Series(False, index=plain.index)
    if plain.any():
        logger.warning(
            "timezone=%s changes nothing of %s dates without a time: a date has no zone", timezone, f"{plain.sum():,}"
        )
    universal = stamps if stamps.dt.tz is not None else stamps.dt.tz_localize("UTC")
    return written.where(plain, universal.dt.tz_convert(timezone).dt.tz_localize(None).astype("datetime64[us]"))
