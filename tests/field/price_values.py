"""Prices of which values or dates are odd."""

import pandas as pd

from tests.field.case import Case
from tests.field.panel import CLOSES, DAYS, is_the_panel, left_of_the_panel, panel

LAST = DAYS[-1]
VOLUMES = panel("date,ticker,adj_close,adj_volume", "{day},{ticker},{close},1000")


def dated(dates: pd.Series | pd.DatetimeIndex, form: str = "%Y-%m-%d") -> str:
    """Two tickers that never stand still, on these dates."""
    lines = [
        f"{date.strftime(form)},{ticker},{first + step % 7 + step / 16}"
        for ticker, first in (("A", 10), ("B", 20))
        for step, date in enumerate(dates)
    ]
    return "\n".join(["date,ticker,adj_close", *lines]) + "\n"


def filled() -> str:
    """Every day of six weeks; weekends carry the price of Friday."""
    days = pd.date_range("2020-01-06", periods=42)
    steps = [step - max(0, day.weekday() - 4) for step, day in enumerate(days)]
    lines = [
        f"{day:%Y-%m-%d},{ticker},{first + step % 11 + step / 16}"
        for ticker, first in (("A", 10), ("B", 20))
        for day, step in zip(days, steps, strict=True)
    ]
    return "\n".join(["date,ticker,adj_close", *lines]) + "\n"


def without_weekends(outcome) -> bool:
    """Whether working days, and no others, were taken."""
    days = outcome.table.index.get_level_values("date")
    return len(days) == 60 and (days.day_of_week < 5).all()


SESSIONS = pd.bdate_range("2020-01-06", periods=40)
IN_TOKYO = dated(SESSIONS.tz_localize("Asia/Tokyo").tz_convert("UTC"), "%Y-%m-%dT%H:%M:%SZ")


def of_tokyo(outcome) -> bool:
    """Whether the days of Tokyo were taken."""
    return outcome.table.index.unique("date").equals(pd.DatetimeIndex(SESSIONS, name="date"))


VALUES = [
    Case("a price that is no number", {"p.csv": panel().replace(",12.5\n", ",twelve\n", 1)}, "refused", "'twelve'"),
    Case(
        "the same, and `prices_bad_rows=0.05`",
        {"p.csv": panel().replace(",12.5\n", ",twelve\n", 1)},
        "left out",
        "bad_rows",
        left_of_the_panel(("A", DAYS[3])),
        {"prices_bad_rows": 0.05},
    ),
    Case(
        "a price of 0 without volume on the last day of a ticker",
        {"p.csv": VOLUMES.replace(f"{LAST},B,27.75,1000", f"{LAST},B,0,0")},
        "left out",
        "prices_of_zero_at_the_end",
        left_of_the_panel(("B", LAST)),
    ),
    Case("a price of 0 in the middle", {"p.csv": panel().replace(",12.5\n", ",0\n", 1)}, "refused", DAYS[3]),
    Case("a price below 0", {"p.csv": panel().replace(",12.5\n", ",-12.5\n", 1)}, "refused", DAYS[3]),
    Case("an infinite price", {"p.csv": panel().replace(",12.5\n", ",inf\n", 1)}, "refused", "inf"),
    Case(
        "an empty cell",
        {"p.csv": panel().replace(",12.5\n", ",\n", 1)},
        "left out",
        "missing_prices",
        left_of_the_panel(("A", DAYS[3])),
    ),
    Case(
        "a row that says what another says",
        {"p.csv": panel() + panel().splitlines(keepends=True)[-1]},
        "left out",
        "repeated_rows",
        is_the_panel,
    ),
    Case("two prices of one ticker and day", {"p.csv": panel() + f"{LAST},B,30.0\n"}, "refused", LAST),
    Case(
        "several faults at once",
        {"p.csv": panel().replace(",12.5\n", ",-1\n", 1).replace(",20.5\n", ",x\n", 1) + f"{LAST},B,30.0\n"},
        "refused",
        "'x'",
    ),
    Case(
        "tickers called `NA` and `0005`",
        {"p.csv": panel().replace(",A,", ",NA,").replace(",B,", ",0005,")},
        "read",
        "",
        lambda outcome: (
            outcome.table["adj_close"]["NA"].tolist() == CLOSES["A"]
            and outcome.table["adj_close"]["0005"].tolist() == CLOSES["B"]
        ),
    ),
    Case(
        "one ticker in two cases",
        {"p.csv": panel().replace(f"{LAST},A,", f"{LAST},a,")},
        "mended",
        "",
        is_the_panel,
    ),
    Case("a single ticker", {"p.csv": panel().split("2020-01-06,B")[0]}, "refused", "at least 2 tickers"),
]
CALENDARS = [
    Case("a date of the year 0216", {"p.csv": panel().replace(LAST, "0216" + LAST[4:], 1)}, "refused", "0216"),
    Case("a date of the year 2106", {"p.csv": panel().replace(LAST, "2106" + LAST[4:], 1)}, "refused", "2106"),
    Case("a date of the year 9999", {"p.csv": panel().replace(LAST, "9999" + LAST[4:], 1)}, "refused", "9999"),
    Case(
        "one date 30 years before all others", {"p.csv": dated(SESSIONS) + "1990-01-02,A,3\n"}, "refused", "1990-01-02"
    ),
    Case(
        "dates with a month that could be the day",
        {"p.csv": dated(SESSIONS[:3], "%d/%m/%Y")},
        "refused",
        "prices_date_format",
    ),
    Case(
        "days before months, as the days above 12 show",
        {"p.csv": dated(SESSIONS, "%d/%m/%Y")},
        "read",
        "",
        of_tokyo,
    ),
    Case(
        "midnight in Tokyo, stored in UTC: Sundays to Thursdays",
        {"p.csv": dated(SESSIONS.tz_localize("Asia/Tokyo").tz_convert("UTC"))},
        "refused",
        "time zone",
    ),
    Case("the same as timestamps with a zone", {"p.csv": IN_TOKYO}, "refused", "time zone"),
    Case("the same, and `timezone=Asia/Tokyo`", {"p.csv": IN_TOKYO}, "read", "", of_tokyo, {"timezone": "Asia/Tokyo"}),
    Case(
        "weekends that carry the price of Friday",
        {"p.csv": filled()},
        "left out",
        "repeated_weekend_sessions",
        without_weekends,
    ),
    Case(
        "a price every hour",
        {
            "p.csv": dated(
                pd.DatetimeIndex([day + pd.Timedelta(hours=h) for day in SESSIONS for h in (10, 11, 12)]),
                "%Y-%m-%d %H:%M:%S",
            )
        },
        "refused",
        "hours",
    ),
    Case(
        "a price a week", {"p.csv": dated(pd.date_range("2015-01-02", periods=60, freq="W-FRI"))}, "refused", "weekly"
    ),
]
