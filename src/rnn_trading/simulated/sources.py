"""Sources with a signal of known strength, or with none; the same again with another future.

They take the place of real sources where a pipeline is to be caught cheating. Every strength is a number from 0 to 1;
at 0 there is nothing to forecast. Nothing measured on them says anything about markets.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rnn_trading.filings.filings import FilingSource
from rnn_trading.filings.items import RawFiling
from rnn_trading.panels.view import PanelWindows
from rnn_trading.simulated.filings import PRAISE, WARNINGS, SimulationParameters, simulate_filings
from rnn_trading.tables.reading import Reading
from rnn_trading.text.word_vectors import VectorTable

START = pd.Timestamp("2010-01-04")  # a Monday
SESSIONS_A_WEEK = 5
WEEKLY_VOLATILITY, DAILY_VOLATILITY = 0.04, 0.01
REVERSAL = 2  # weeks
DAILY_REVERSAL = 3  # sessions: two before the newest return that a row bought one session later has seen
PERIOD, VOLATILITY_PERIOD = 20, 40  # sessions
LARGEST_SWING = 0.1
YEAR = 12
SERIES = ("first", "second")
TONE_WORDS, NEUTRAL_WORDS = 40, 200
WORDS_A_TEXT, SHARE_OF_TONE = 40, 0.25
TEST_SHARE = 0.5
VECTOR_DIMENSIONS = 8


def prices(strength: float, seed: int, tickers: int, weeks: int) -> dict[str, Any]:
    """Daily prices of a panel: random walks, or weekly returns that are partly lost again two weeks later.

    No naive rival knows of that: a network that finds it is worse than none of them.

    Parameters
    ----------
    strength
        Share of a week's return that is expected to be lost again in the second week after it, evenly over its
        sessions; nearly the information coefficient of the best forecast, which is the last past return but one,
        turned round.
    seed, tickers, weeks
        Of the panel.

    Returns
    -------
    dict
        ``prices_source``; see :mod:`rnn_trading.tables.prices`.
    """
    return _with_changes(reversing_changes(strength, seed, tickers, weeks))


def daily_prices(strength: float, seed: int, tickers: int, weeks: int) -> dict[str, Any]:
    """Daily prices of a panel: random walks, or daily returns that are partly lost again three sessions later.

    Where a row is bought a session after the last price that it has seen, that is the last past return but one.

    Parameters
    ----------
    strength
        Share of a session's return that is expected to be lost again in the third session after it.
    seed, tickers, weeks
        Of the panel.

    Returns
    -------
    dict
        ``prices_source``; see :mod:`rnn_trading.tables.prices`.
    """
    sessions = weeks * SESSIONS_A_WEEK
    return _with_changes(reversing_changes(strength, seed, tickers, sessions, sessions=1, after=DAILY_REVERSAL))


def _with_changes(changes: NDArray[np.float64]) -> dict[str, Any]:
    closes = 50 * np.exp(changes.cumsum(axis=0))
    return {"prices_source": as_panel(closes).stack().rename("adj_close").to_frame().swaplevel().sort_index()}


def reversing_changes(
    strength: float, seed: int, tickers: int, periods: int, *, sessions: int = SESSIONS_A_WEEK, after: int = REVERSAL
) -> NDArray[np.float64]:
    """Logarithmic changes of :func:`prices`, sessions x tickers.

    Periods of so many sessions lose a share of their change again so many periods ``after``.
    """
    generator = np.random.default_rng([seed, 1])
    daily = generator.normal(scale=WEEKLY_VOLATILITY / np.sqrt(SESSIONS_A_WEEK), size=(periods, sessions, tickers))
    for period in range(after, periods):
        daily[period] -= strength * daily[period - after].sum(axis=0) / sessions
    return daily.reshape(-1, tickers)


def as_panel(values: NDArray[np.float64]) -> pd.DataFrame:
    """Values of sessions and tickers with their dates and names."""
    dates = pd.bdate_range(START, periods=len(values), name="date")
    names = pd.Index([f"T{number:03d}" for number in range(values.shape[1])], name="ticker", dtype="str")
    return pd.DataFrame(values, index=dates, columns=names)


def index(name: str, strength: float, seed: int, sessions: int) -> dict[str, Any]:
    """Closes of an index with highs and lows: a random walk, or a level that returns to a wave.

    Parameters
    ----------
    name
        Of the catalog entry.
    strength
        Share of its distance from a sine wave that the logarithm of the level is expected to lose by the next session,
        and height of the wave in tenths.
    seed, sessions
        Of the index.
    """
    generator = np.random.default_rng([seed, 2])
    distance = generator.normal(scale=DAILY_VOLATILITY, size=sessions)
    for session in range(1, sessions):
        distance[session] += (1 - strength) * distance[session - 1]
    wave = strength * LARGEST_SWING * np.sin(2 * np.pi * np.arange(sessions) / PERIOD)
    return {name: _with_range(100 * np.exp(wave + distance), pd.bdate_range(START, periods=sessions, name="date"))}


def volatile_index(name: str, strength: float, seed: int, sessions: int) -> dict[str, Any]:
    """Closes whose returns have a constant volatility, or one whose logarithm is a sine wave, as high as strong."""
    generator = np.random.default_rng([seed, 3])
    wave = np.sin(2 * np.pi * np.arange(sessions) / VOLATILITY_PERIOD)
    returns = DAILY_VOLATILITY * np.exp(strength * wave) * generator.normal(size=sessions)
    return {name: _with_range(100 * np.exp(returns.cumsum()), pd.bdate_range(START, periods=sessions, name="date"))}


def _with_range(closes: NDArray[np.float64], dates: pd.DatetimeIndex) -> pd.DataFrame:
    return pd.DataFrame({"close": closes, "open": closes, "high": closes * 1.004, "low": closes * 0.996}, index=dates)


def macro(strength: float, seed: int, months: int) -> dict[str, Any]:
    """Two monthly series whose 12-month differences are white noise, or persist with this autocorrelation.

    A random walk would not do: neighbouring differences of it share eleven months, which is a signal.
    """
    generator = np.random.default_rng([seed, 4])
    differences = generator.normal(size=(months, len(SERIES)))
    for month in range(1, months):
        differences[month] += strength * differences[month - 1]
    levels = np.full((months, len(SERIES)), 100.0)
    for month in range(YEAR, months):
        levels[month] = levels[month - YEAR] + differences[month]
    dates = pd.date_range("1980-01-01", periods=months, freq="MS", name="date")
    return {"macro_source": pd.DataFrame(levels, index=dates, columns=list(SERIES))}


def reviews(strength: float, seed: int, texts: int) -> dict[str, Any]:
    """Texts of made-up words whose labels are coin flips, or agree with their words of tone.

    The second half of the texts is the test. At a strength of 0 half of the words of tone agree with the label,
    at 1 all do, at .3 65 %.
    """
    generator = np.random.default_rng([seed, 5])
    words = _made_up_words(2 * TONE_WORDS + NEUTRAL_WORDS)
    tones, neutral = np.array(words[: 2 * TONE_WORDS]).reshape(2, -1), np.array(words[2 * TONE_WORDS :])
    labels = generator.integers(2, size=texts)
    is_tone = generator.random((texts, WORDS_A_TEXT)) < SHARE_OF_TONE
    praises = (generator.random((texts, WORDS_A_TEXT)) < (1 + strength) / 2) == (labels[:, None] == 1)
    chosen = np.where(
        is_tone,
        tones[praises.astype(int), generator.integers(TONE_WORDS, size=praises.shape)],
        neutral[generator.integers(NEUTRAL_WORDS, size=praises.shape)],
    )
    ids = pd.Index([f"{number:06d}" for number in range(texts)], name="id", dtype="str")
    test = np.arange(texts) >= round((1 - TEST_SHARE) * texts)
    table = pd.DataFrame(
        {
            "split": pd.Series(np.where(test, "test", "train"), index=ids, dtype="str"),
            "label": pd.Series(labels, index=ids, dtype="int8"),
            "text": pd.Series([" ".join(row) for row in chosen], index=ids, dtype="str"),
        }
    )
    return {
        "reviews_source": (table, Reading(counts={"empty_texts": 0, "undecodable_texts": 0})),
        "word_vectors_source": _vectors(words, np.repeat([-1.0, 1.0, 0.0], [TONE_WORDS, TONE_WORDS, NEUTRAL_WORDS])),
    }


def _made_up_words(count: int) -> list[str]:
    syllables = [consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"]
    return [f"{syllables[number // len(syllables)]}{syllables[number % len(syllables)]}x" for number in range(count)]


def _vectors(words: list[str], tone: NDArray[np.float64]) -> VectorTable:
    """Random vectors whose first number tells praise, blame and neutral words apart."""
    matrix = np.random.default_rng(6).normal(scale=0.3, size=(len(words), VECTOR_DIMENSIONS)).astype(np.float32)
    matrix[:, 0] = tone
    return VectorTable(pd.Index(words, dtype="str"), matrix)


def filings(strength: float, seed: int, simulation: SimulationParameters) -> dict[str, Any]:
    """Simulated filings whose ``signal`` is the strength, and vectors of their words of praise and warning."""
    simulated = simulate_filings(replace(simulation, seed=seed, signal=strength))
    praise, warnings = (" ".join(phrases).split() for phrases in (PRAISE, WARNINGS))
    vectors = _vectors([*praise, *warnings], np.repeat([1.0, -1.0], [len(praise), len(warnings)]))
    return {
        "filings_source": simulated.filings,
        "filing_prices_source": simulated.prices,
        "word_vectors_source": vectors,
    }


def another_future(sources: dict[str, Any], after: Any, seed: int) -> dict[str, Any]:
    """The same sources, of which everything after a date is another.

    Parameters
    ----------
    sources
        Of one of the functions above.
    after
        A date; of reviews, which have none, the id of a text: the texts after it are others.
    seed
        Of the other future.

    Returns
    -------
    dict
        Values, texts and labels after that date differ, all of them; dates and ids do not.
    """
    generator = np.random.default_rng([seed, 7])
    return {name: _another(name, value, after, generator) for name, value in sources.items()}


def _another(name: str, value: Any, after: Any, generator: np.random.Generator) -> Any:
    if name == "word_vectors_source":
        return value
    if name == "reviews_source":
        table, counts = value
        later = (table.index > after) & (table["split"] == "test").to_numpy()
        table = table.copy()
        table.loc[later, "label"] = 1 - table.loc[later, "label"]
        table.loc[later, "text"] = table.loc[later, "text"].str.split().str[::-1].str[: WORDS_A_TEXT // 2].str.join(" ")
        return table, counts
    if name == "filings_source":
        return _other_texts(value, after)
    if name == "filing_prices_source":
        table, counts = value
        return _shaken(table, table.index.get_level_values("date") > after, generator), counts
    return _shaken(value, value.index.get_level_values("date") > after, generator)


def _shaken(table: pd.DataFrame, later: NDArray[np.bool_], generator: np.random.Generator) -> pd.DataFrame:
    """Numbers of later rows times a factor for the row, up to a tenth up or down."""
    factors = np.where(later, generator.uniform(0.9, 1.1, size=len(table)), 1.0)
    return table.mul(factors, axis=0)


def _other_texts(source: FilingSource, after: pd.Timestamp) -> FilingSource:
    """Filings after a date are twice as long, and but for their headings of words that no earlier filing has."""
    filed = pd.to_datetime(source.index["date_filed"])
    later = set(source.index.index[filed > after])

    def read(original: Callable[[], Iterator[RawFiling]]) -> Iterator[RawFiling]:
        for filing in original():
            yield replace(filing, text=_other_words(filing.text)) if filing.filing_id in later else filing

    return replace(source, read=lambda: read(source.read))


def _other_words(text: str | None) -> str | None:
    """Headings stay; every other paragraph stands twice, its words spelled backwards."""
    if text is None:
        return None
    parts = [
        part if part.startswith("Item") else re.sub("[A-Za-z]+", lambda word: word[0][::-1], f"{part} {part}")
        for part in text.split("\n\n")
    ]
    return "\n\n".join(parts)


def with_changes_redrawn(sources: dict[str, Any], seed: int) -> dict[str, Any]:
    """Series whose changes are drawn anew from their own, so that the past says nothing of what follows.

    The labels of a series are its own next values: this shuffles them. Changes are relative ones from session to
    session of an index, and 12-month differences of a macro series, each series by itself. They are drawn with
    replacement: in another order alone they would still sum to what they summed to, and a walk that must come back to
    a known end is no luck.
    """
    generator = np.random.default_rng([seed, 8])
    return {name: _redrawn(name, value, generator) for name, value in sources.items()}


def _redrawn(name: str, value: pd.DataFrame, generator: np.random.Generator) -> pd.DataFrame:
    if name == "macro_source":
        levels = value.to_numpy().copy()
        before = levels[YEAR:] - levels[:-YEAR]
        differences = np.column_stack([generator.choice(one, len(one)) for one in before.T])
        for month in range(YEAR, len(levels)):
            levels[month] = levels[month - YEAR] + differences[month - YEAR]
        return pd.DataFrame(levels, index=value.index, columns=value.columns)
    changes = np.log(value["close"]).diff().to_numpy()[1:]
    closes = value["close"].iloc[0] * np.exp(np.concatenate([[0.0], generator.choice(changes, len(changes))]).cumsum())
    return _with_range(closes, pd.DatetimeIndex(value.index))


def with_shuffled(table: pd.DataFrame, columns: list[str], seed: int) -> pd.DataFrame:
    """A table whose rows that have a label exchange their labels.

    Parameters
    ----------
    table
        Any.
    columns
        The label, and what was computed from it: they stay together. Rows that miss the first of them keep theirs.
    seed
        Of the order.
    """
    rows = np.flatnonzero(table[columns[0]].notna())
    order = np.random.default_rng([seed, 9]).permutation(rows)
    shuffled = table.copy()
    for column in columns:
        values = shuffled[column].to_numpy(copy=True)
        values[rows] = table[column].to_numpy()[order]
        shuffled[column] = pd.Series(values, index=table.index, dtype=table[column].dtype)
    return shuffled


def with_shuffled_future(panel: PanelWindows, seed: int) -> PanelWindows:
    """A panel whose rows exchange the returns that are to be earned; see :func:`with_shuffled`."""
    shuffled = with_shuffled(pd.DataFrame({"future": panel.future}), ["future"], seed)
    return panel.with_future(shuffled["future"].to_numpy())
