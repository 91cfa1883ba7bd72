"""Forecasts of many names as people have them, beside prices that have no fault."""

from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd

from tests.field.case import Case
from tests.field.panel import parquet

NAMES = "ABCDE"
# A row a Monday; the columns are the names.
DATES = ("2020-01-06", "2020-01-13", "2020-01-20")
SCORES = ((0.5, 1.25, -0.75, 2.5, -1.5), (2.25, -0.5, 1.75, 0.25, -1.25), (-2.5, 0.5, 1.5, -0.25, 0.75))
ROWS = {
    (day, name): value for day, of in zip(DATES, SCORES, strict=True) for name, value in zip(NAMES, of, strict=True)
}
WEIGHTS = {"A": "0.2", "B": "0.3", "C": "-0.4", "D": "0.5", "E": "-0.6"}


def table(header: str = "date,ticker,prediction", form: str = "{day},{name},{value}", day: str = "%Y-%m-%d") -> str:
    """A CSV with a row for each date and name."""
    lines = [
        form.format(day=pd.Timestamp(date).strftime(day), name=name, value=value, weight=WEIGHTS[name])
        for (date, name), value in ROWS.items()
    ]
    return "\n".join([header, *lines]) + "\n"


def scores(*without: tuple[str, str], dates: Iterable[str] = DATES) -> Callable[[Any], bool]:
    """Whether all forecasts but these were taken, each on its date."""
    expected = {key: value for key, value in ROWS.items() if key not in without and key[0] in dates}

    def compare(outcome: Any) -> bool:
        taken = outcome.table[["date", "ticker", "prediction"]].itertuples(index=False)
        return {(f"{date:%Y-%m-%d}", name): value for date, name, value in taken} == expected

    return compare


def truths(outcome: Any) -> bool:
    """Whether truths that are there were kept, and those of the last date are missing."""
    missing = outcome.table["truth"].isna()
    return scores()(outcome) and outcome.table.loc[missing, "date"].unique().tolist() == [pd.Timestamp(DATES[-1])]


PLAIN = table()
WITH_TRUTHS = table("date,ticker,prediction,truth", "{day},{name},{value},0.01")
LAST_UNKNOWN = "".join(
    line.replace(",0.01", ",") if DATES[-1] in line else line for line in WITH_TRUTHS.splitlines(keepends=True)
)
FIRST = "2020-01-06,A,0.5"
LATE = "".join(f"2020-02-07,{name},{place}\n" for place, name in enumerate(NAMES))
EQUAL = "".join(f"2020-01-27,{name},1\n" for name in NAMES)
INDEXED = pd.DataFrame(
    {"score": ROWS.values()},
    pd.MultiIndex.from_tuples([(pd.Timestamp(day), name) for day, name in ROWS], names=["datetime", "instrument"]),
)
GIVEN = {"portfolio": {"weights": {"by": "given"}}}
HELD = {"portfolio": {"hold": 5}}
WEIGHED = table("date,ticker,weight", "{day},{name},{weight}")
LATEST = "\n".join(
    table(
        "ticker,last_price,tradeable_from,period,forecast,lower_95,upper_95,naive,strong,rank",
        "{name},{day},2020-01-07,2020-01-12,{value},-3,3,0,0.1,1",
    ).splitlines()[:6]
)
TOKYO = table(form="{day}T15:00:00Z,{name},{value}")
FORECASTS = [
    Case("`date`, `ticker` and `prediction`, and no truths", {"f.csv": PLAIN}, "read", "", scores()),
    Case(
        "usual names: `Symbol` and `Score`",
        {"f.csv": table("Date,Symbol,Score")},
        "read",
        "'Score' as prediction",
        scores(),
    ),
    Case("truths, but none yet of the last date", {"f.csv": LAST_UNKNOWN}, "read", "", truths),
    Case(
        "semicolons and decimal commas",
        {"f.csv": PLAIN.replace(",", ";").replace(".", ",")},
        "read",
        "decimal commas",
        scores(),
    ),
    Case(
        "Parquet with dates and names as its index, and `forecasts_columns.ticker=instrument`",
        {"f.parquet": parquet(INDEXED)},
        "read",
        "'instrument' as ticker",
        scores(),
        {"forecasts_columns": {"ticker": "instrument"}},
    ),
    Case(
        "days before months, one of them after the 12th", {"f.csv": table(day="%d/%m/%Y")}, "read", "%d/%m/%Y", scores()
    ),
    Case(
        "the same, of one date alone: 06/01/2020",
        {"f.csv": "".join(table(day="%d/%m/%Y").splitlines(keepends=True)[:6])},
        "refused",
        "1 June or 6 January",
    ),
    Case(
        "the same, `forecasts_date_format='%d/%m/%Y'`, and `portfolio.hold=5`",
        {"f.csv": "".join(table(day="%d/%m/%Y").splitlines(keepends=True)[:6])},
        "read",
        "",
        scores(dates=DATES[:1]),
        {"forecasts_date_format": "%d/%m/%Y"} | HELD,
    ),
    Case("midnight in Tokyo, stored in UTC", {"f.csv": TOKYO.replace("T15", " 15")}, "refused", "timezone=Asia/Tokyo"),
    Case("dates down, names across", {"f.csv": "date,A,B\n2020-01-06,1,2\n"}, "refused", "'ticker'"),
    Case("no dates", {"f.csv": "ticker,prediction\nA,1\nB,2\n"}, "refused", "'date'"),
    Case(
        "`forecast` and `score`, which could both be the forecast",
        {"f.csv": table("date,ticker,forecast,score", "{day},{name},{value},1")},
        "refused",
        "could both be prediction",
    ),
    Case("nothing: it is empty", {"f.csv": ""}, "refused", "it has no bytes"),
    Case("a header and no row", {"f.csv": "date,ticker,prediction\n"}, "refused", "and no row"),
    Case(
        "a word in the place of a forecast", {"f.csv": PLAIN.replace(FIRST, "2020-01-06,A,high")}, "refused", "'high'"
    ),
    Case(
        "the same, and `forecasts_bad_rows=0.1`",
        {"f.csv": PLAIN.replace(FIRST, "2020-01-06,A,high")},
        "left out",
        "bad_rows",
        scores((DATES[0], "A")),
        {"forecasts_bad_rows": 0.1},
    ),
    Case("an infinite forecast", {"f.csv": PLAIN.replace(FIRST, "2020-01-06,A,inf")}, "refused", "a finite number"),
    Case(
        "a forecast that is missing",
        {"f.csv": PLAIN.replace(FIRST, "2020-01-06,A,")},
        "left out",
        "without_forecast",
        scores((DATES[0], "A")),
    ),
    Case("two forecasts of one name and date", {"f.csv": f"{PLAIN}{FIRST}\n"}, "refused", "one row a ticker and date"),
    Case("one name only", {"f.csv": "date,ticker,prediction\n2020-01-06,A,1\n"}, "refused", "portfolio.series"),
    Case(
        "forecasts that are all equal on every date",
        {"f.csv": "date,ticker,prediction\n" + EQUAL},
        "refused",
        "Nothing is ranked",
    ),
    Case(
        "forecasts that are all equal on one date: what is held is kept",
        {"f.csv": PLAIN + EQUAL},
        "left out",
        "dates_without_ranking",
        lambda outcome: len(outcome.table) == 20,
    ),
    Case(
        "a name without prices",
        {"f.csv": f"{PLAIN}2020-01-06,X,1\n"},
        "left out",
        "without_prices",
        scores(),
    ),
    Case("no name with a price", {"f.csv": table(form="{day},{name}.US,{value}")}, "refused", "No name"),
    Case("dates before the first price", {"f.csv": PLAIN.replace("2020-01-06", "2019-01-07")}, "refused", "2019-01-07"),
    Case(
        "a date after whose first session no price is there yet",
        {"f.csv": PLAIN + LATE},
        "left out",
        "not_yet_tradable",
        lambda outcome: len(outcome.table) == 20,
    ),
    Case(
        "a Sunday beside the Friday before it, after neither of which there was a session",
        {
            "f.csv": PLAIN
            + PLAIN.split("\n", 1)[1]
            .replace("2020-01-20", "2020-01-12")
            .replace("2020-01-06", "2020-01-10")
            .replace("2020-01-13", "2020-01-24")
        },
        "left out",
        "superseded",
        lambda outcome: (
            "2020-01-12" in {f"{day:%Y-%m-%d}" for day in outcome.table["date"]} and len(outcome.table) == 25
        ),
    ),
    Case(
        "newest forecasts of a network, some weeks later, `forecasts_columns.date=last_price` and `portfolio.hold=5`",
        {"f.csv": LATEST},
        "read",
        "'last_price' as date; 'forecast' as prediction",
        scores(dates=DATES[:1]),
        {"forecasts_columns": {"date": "last_price"}} | HELD,
    ),
    Case(
        "the same, without `portfolio.hold`",
        {"f.csv": LATEST},
        "refused",
        "nothing says for how long",
        params={"forecasts_columns": {"date": "last_price"}},
    ),
    Case(
        "the same, before there are prices",
        {"f.csv": LATEST.replace(DATES[0], "2020-02-07")},
        "refused",
        "Nothing can be traded",
        params={"forecasts_columns": {"date": "last_price"}} | HELD,
    ),
    Case(
        "weights that are given, and sum",
        {"f.csv": WEIGHED},
        "read",
        "",
        lambda outcome: len(outcome.table) == 15,
        GIVEN,
    ),
    Case(
        "weights that are given, and do not sum to 1 and -1",
        {"f.csv": WEIGHED.replace("2020-01-13,D,0.5", "2020-01-13,D,0.75")},
        "refused",
        "Weights of 2020-01-13",
        params=GIVEN,
    ),
    Case("forecasts, and `portfolio.weights.by=given`", {"f.csv": PLAIN}, "refused", "no column weight", params=GIVEN),
]
