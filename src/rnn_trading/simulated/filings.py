"""Simulated annual reports whose tone is tied to the return that follows, and matching prices.

No package carries the text of real reports. These let every step run, and show whether a network finds a signal that is
known to be there: most sentences come from the firm and its sector, and some praise or warn, by one of a few
phrases. The more a report praises than warns, the higher the return of the sessions after it, up to a stated
correlation. Nothing that is measured on them says anything about markets.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pandas.tseries.holiday import USFederalHolidayCalendar
from pandas.tseries.offsets import CustomBusinessDay
from pydantic import Field

from rnn_trading.filings.filings import FilingSource, no_filings, parse_filing_index, parse_filing_prices
from rnn_trading.filings.items import RawFiling
from rnn_trading.filings.returns import entry_positions
from rnn_trading.parameters import parameters
from rnn_trading.tables.reading import Reading

# No word of them is on the lists of rnn_trading.filings.tone, or a rival would know the answer beforehand.
PRAISE = ("order coverage", "capacity utilization", "repeat bookings")
WARNINGS = ("customer turnover", "deferred shipments", "price concessions")
SESSIONS_OF_REACTION = 5
# Calendar days of prices before the first filing and after the last.
MARGIN = pd.Timedelta(days=120)
KEPT_FROM_YEAR_TO_YEAR = 0.8

SECTORS = (
    "refinery pipeline drilling crude wellhead tanker reservoir turbine barrel offshore acreage compressor methane "
    "seismic",
    "software platform license subscriber server database browser developer interface module archive bandwidth "
    "encryption",
    "clinic therapy patient trial molecule dosage physician laboratory vaccine implant diagnosis antibody hospital "
    "surgeon",
    "bank deposit mortgage borrower branch loan teller custody treasury underwriting checking trustee collateral "
    "broker",
    "store merchandise shopper warehouse apparel catalog franchise shelf checkout supplier outlet footwear cosmetics "
    "grocery",
    "foundry alloy machinery welding assembly tooling forging casting bearing conveyor hydraulics gearbox lathe crane",
    "farm harvest grain fertilizer irrigation livestock dairy orchard tractor seedling poultry silo soybean pasture",
    "railroad freight container terminal locomotive trucking harbor airline cargo pallet dispatch tonnage hangar "
    "vessel",
)
SUBJECTS = (
    "management division subsidiary segment board unit affiliate workforce region department laboratory headquarters "
    "partnership staff sales purchasing engineering logistics accounting research"
).split()
VERBS = (
    "reviewed extended replaced financed measured expanded consolidated maintained inspected licensed renewed "
    "evaluated transferred insured monitored scheduled acquired leased operated upgraded assembled catalogued "
    "certified classified commissioned converted delivered described designed documented examined installed integrated "
    "introduced organized planned prepared purchased recorded relocated repaired restructured selected shipped "
    "standardized tested"
).split()
ADJECTIVES = (
    "regional domestic annual principal additional existing seasonal international industrial commercial strategic "
    "technical competitive federal environmental qualified independent certain material recurring administrative "
    "affordable applicable available broad central customary dedicated digital direct diverse electronic exclusive "
    "flexible general integrated internal local long mobile modern modular municipal outdoor permanent portable "
    "primary professional public rural scheduled secondary senior specialized temporary typical urban visible weekly"
).split()
NOUNS = (
    "contract facility agreement process schedule inventory regulation property equipment policy insurance audit "
    "budget competitor obligation product channel territory vendor permit standard program committee inquiry estimate "
    "appraisal building calendar campus ceremony charter circuit compliance component consultant corridor course "
    "design directory drawing estate exhibit fleet forum guide handbook holiday index installation journal kiosk "
    "layout ledger manual market meeting method museum network office park patent pension plan project proposal "
    "prototype publication questionnaire quota record registry route sample seminar shift site sketch station statute "
    "storage survey system template tenant ticket tower trademark training union upgrade utility valuation vehicle "
    "venue website yard"
).split()
PLACES = (
    "texas ohio ontario europe california florida illinois asia mexico georgia virginia oregon kansas nevada utah iowa "
    "quebec brazil france germany spain italy poland india japan korea chile peru kenya egypt"
).split()
BOILERPLATE = (
    "This annual report contains forward looking statements within the meaning of federal securities laws.",
    "Actual results may differ materially from those expressed or implied in such statements.",
    "We undertake no obligation to update any forward looking statement after the date of this report.",
    "Readers should carefully consider the following risk factors together with all other information.",
    "The following discussion should be read together with the consolidated financial statements and notes.",
    "Our exposure to market risk is confined to interest rates and foreign currency exchange rates.",
)
# Shares of a filing's sentences, and which boilerplate opens each item.
LAYOUT = (
    ("Item 1.", "Business", 0.35, (0, 1)),
    ("Item 1A.", "Risk Factors", 0.3, (2, 3)),
    ("Item 7.", "Management's Discussion and Analysis of Financial Condition and Results of Operations", 0.25, (4,)),
    ("Item 7A.", "Quantitative and Qualitative Disclosures About Market Risk", 0.1, (5,)),
)


@parameters
class SimulationParameters:
    """What is simulated.

    Parameters
    ----------
    firms, years, first_year
        Each firm files once a year; 0 firms: nothing is simulated.
    sentences
        Sentences of a filing beside praise and warnings.
    mentions
        Praise, and warnings, in a filing of neutral tone, on average.
    signal
        Correlation of the tone with the firm's own part of the logarithmic return of five sessions from the first close
        after publication (the market's part lowers it): 0 to switch it off. Nothing real comes near the default.
    at_once
        Further part of the reaction, in the same units, between the last close before publication and the first one
        after it, where nobody can earn it.
    after_hours
        Share of filings that are accepted after the close.
    volatility
        Standard deviation of a firm's own daily returns.
    market_volatility
        Standard deviation of the daily return that all firms share.
    seed
        Seed of everything.
    """

    firms: Annotated[int, Field(ge=0)]
    years: Annotated[int, Field(ge=1)]
    first_year: Annotated[int, Field(ge=1993, le=2100)]
    sentences: Annotated[int, Field(ge=len(LAYOUT))]
    mentions: Annotated[float, Field(gt=0)]
    signal: Annotated[float, Field(ge=0, lt=1)]
    at_once: Annotated[float, Field(ge=0)]
    after_hours: Annotated[float, Field(ge=0, le=1)]
    volatility: Annotated[float, Field(gt=0)]
    market_volatility: Annotated[float, Field(ge=0)]
    seed: Annotated[int, Field(ge=0)]


@dataclass(frozen=True)
class SimulatedFilings:
    """Filings and the prices around them.

    Attributes
    ----------
    filings
        See :class:`rnn_trading.filings.filings.FilingSource`; ``known_signal`` is the tone, with mean 0 and standard
        deviation 1. Texts are written when they are read.
    prices
        See :func:`rnn_trading.filings.filings.parse_filing_prices`, by ticker.
    """

    filings: FilingSource
    prices: tuple[pd.DataFrame, Reading]


def simulate_filings(simulation: SimulationParameters) -> SimulatedFilings:
    """Draw filings, their tone, and prices that follow it; equal parameters give equal texts and prices."""
    if simulation.firms == 0:
        empty = pd.DataFrame({"adj_close": pd.Series(dtype="float64")})
        index = pd.MultiIndex.from_arrays([pd.Index([], dtype="str"), pd.DatetimeIndex([])], names=["ticker", "date"])
        return SimulatedFilings(no_filings(), (empty.set_index(index), Reading()))
    generator = np.random.default_rng([simulation.seed, 0])
    table = _draw_filings(simulation, generator)
    prices = _draw_prices(simulation, table, generator)
    source = replace(parse_filing_index(table, "simulated filings"), read=lambda: _write(simulation, table))
    return SimulatedFilings(source, parse_filing_prices(prices, "simulated prices"))


def _draw_filings(simulation: SimulationParameters, generator: np.random.Generator) -> pd.DataFrame:
    firms = np.repeat(np.arange(simulation.firms), simulation.years)
    years = np.tile(np.arange(simulation.first_year, simulation.first_year + simulation.years), simulation.firms)
    due = np.repeat(generator.integers(0, 340, simulation.firms), simulation.years)
    days = pd.to_datetime(years.astype(str), format="%Y") + pd.to_timedelta(
        due + generator.integers(0, 14, len(firms)), "D"
    )
    working = np.array(days.to_numpy(), dtype="datetime64[D]")
    days = pd.DatetimeIndex(np.busday_offset(working, 0, roll="forward"))
    late = generator.random(len(firms)) < simulation.after_hours
    hours = np.where(late, generator.uniform(16, 17.5, len(firms)), generator.uniform(6, 16, len(firms)))
    tone = generator.normal(size=len(firms))
    praise, warnings = (generator.poisson(simulation.mentions * np.exp(sign * 0.7 * tone)) for sign in (1, -1))
    balance = praise - warnings
    return pd.DataFrame(
        {
            "filing_id": [f"S{firm:04d}-{year}" for firm, year in zip(firms, years, strict=True)],
            "cik": firms + 1,
            "ticker": [f"SIM{firm:04d}" for firm in firms],
            "date_filed": days,
            "accepted": days + pd.to_timedelta(np.floor(hours * 3600), "s"),
            "known_signal": (balance - balance.mean()) / max(balance.std(), 1e-9),
            "praise": praise,
            "warnings": warnings,
        }
    )


def _draw_prices(simulation: SimulationParameters, table: pd.DataFrame, generator: np.random.Generator) -> pd.DataFrame:
    """Daily closes of every firm, long: the tone moves the five sessions after the entry, and the one before it."""
    trading_day = CustomBusinessDay(calendar=USFederalHolidayCalendar())
    sessions = pd.date_range(table["date_filed"].min() - MARGIN, table["date_filed"].max() + MARGIN, freq=trading_day)
    own = generator.normal(scale=simulation.volatility, size=(simulation.firms, len(sessions)))
    entry = entry_positions(table["date_filed"], table["accepted"], sessions, "first_close_after_public")
    reaction = simulation.volatility * np.sqrt(SESSIONS_OF_REACTION) * table["known_signal"].to_numpy()
    firm = table["cik"].to_numpy() - 1
    after = entry[:, None] + np.arange(1, SESSIONS_OF_REACTION + 1)
    own[firm[:, None], after] *= np.sqrt(1 - simulation.signal**2)
    own[firm[:, None], after] += simulation.signal * reaction[:, None] / SESSIONS_OF_REACTION
    own[firm, entry] += simulation.signal * simulation.at_once * reaction
    market = generator.normal(scale=simulation.market_volatility, size=len(sessions))
    closes = 50 * np.exp((own + market).cumsum(axis=1))
    tickers = table.drop_duplicates("ticker")["ticker"].to_numpy()
    wide = pd.DataFrame(closes.T, index=pd.Index(sessions, name="date"), columns=tickers)
    return wide.reset_index().melt("date", var_name="ticker", value_name="adj_close")


def _write(simulation: SimulationParameters, table: pd.DataFrame) -> Iterator[RawFiling]:
    for filing in table.itertuples():
        yield RawFiling(filing.filing_id, _text(simulation, filing), {})


def _text(simulation: SimulationParameters, filing: Any) -> str:
    firm, year = filing.cik, filing.date_filed.year
    generator = np.random.default_rng([simulation.seed, firm, year])
    sector = SECTORS[firm % len(SECTORS)].split()
    body = _firm_sentences(simulation, firm, year, sector)
    tone = [PRAISE] * filing.praise + [WARNINGS] * filing.warnings
    sentences = [*body, *(_remark(phrases, sector, generator) for phrases in tone)]
    generator.shuffle(sentences)
    contents = "\n".join(f"{item} {title}" for item, title, _, _ in LAYOUT)
    parts, first = [f"ANNUAL REPORT\n\nFor the fiscal year {year - 1}\n\n{contents}"], 0
    for item, title, share, opening in LAYOUT:
        last = first + round(share * len(sentences)) if item != LAYOUT[-1][0] else len(sentences)
        paragraph = " ".join([*(BOILERPLATE[number] for number in opening), *sentences[first:last]])
        parts.append(f"{item} {title}\n\n{paragraph}")
        first = last
    return "\n\n".join([*parts, "Item 8. Financial Statements and Supplementary Data\n\nSee the notes."])


def _firm_sentences(simulation: SimulationParameters, firm: int, year: int, sector: list[str]) -> list[str]:
    """What a firm says of itself: most sentences stand in the report of the year before, too."""
    written = np.random.default_rng([simulation.seed, firm])
    sentences = [_statement(sector, written) for _ in range(simulation.sentences)]
    for number in range(simulation.first_year, year + 1):
        changes = np.random.default_rng([simulation.seed, firm, number, 1])
        for position in np.flatnonzero(changes.random(len(sentences)) > KEPT_FROM_YEAR_TO_YEAR):
            sentences[position] = _statement(sector, changes)
    return sentences


def _statement(sector: list[str], generator: np.random.Generator) -> str:
    subject, verb, place = (_one_of(words, generator) for words in (SUBJECTS, VERBS, PLACES))
    first, second = (_one_of(ADJECTIVES, generator) for _ in range(2))
    thing, other = (_one_of(NOUNS, generator) for _ in range(2))
    product, part = (_one_of(sector, generator) for _ in range(2))
    return f"Our {first} {subject} {verb} the {product} {thing} and the {second} {part} {other} in {place.title()}."


def _remark(phrases: tuple[str, ...], sector: list[str], generator: np.random.Generator) -> str:
    phrase, subject, thing, product = (_one_of(words, generator) for words in (phrases, SUBJECTS, NOUNS, sector))
    return f"During the period the {subject} reported {phrase} in the {product} {thing} of the firm."


def _one_of(words: Sequence[str], generator: np.random.Generator) -> str:
    return words[int(generator.integers(len(words)))]
