"""Simulated filings: the same again, text that reads as a report, and a signal of the strength that is stated."""

import numpy as np
import pytest

from rnn_trading.filings.filings import windows_around_filings
from rnn_trading.filings.returns import FilingReturnParameters, forward_returns
from rnn_trading.filings.tone import NEGATIVE, POSITIVE
from rnn_trading.simulated.filings import PRAISE, WARNINGS, SimulationParameters, simulate_filings
from tests.helpers import changed

LABEL = FilingReturnParameters(
    entry="first_close_after_public",
    sessions=5,
    above=-0.9,
    below=9.0,
    overlapping="keep",
    stale_after_sessions=5,
)


@pytest.fixture(scope="module")
def simulation(base_parameters):
    values = base_parameters("corrected")["filings"]["simulation"]
    return SimulationParameters(**values | {"firms": 60, "years": 2})


def log_returns(simulation, label=LABEL):
    simulated = simulate_filings(simulation)
    index = simulated.filings.index
    table = forward_returns(index, windows_around_filings(index, simulated.prices[0], 93, 31), label)
    assert table["problem"].isna().all()
    return index["known_signal"].to_numpy(), np.log1p(table["truth"].to_numpy())


def test_equal_parameters_give_equal_texts_and_prices(simulation):
    first, second = simulate_filings(simulation), simulate_filings(simulation)
    assert list(first.filings.read()) == list(second.filings.read())
    assert first.prices[0].equals(second.prices[0])
    assert first.filings.index.equals(second.filings.index)
    other = simulate_filings(changed(simulation, seed=1))
    assert list(other.filings.read()) != list(first.filings.read())


def test_a_report_has_its_items_and_its_tone(simulation):
    simulated = simulate_filings(simulation)
    balance = {}
    for filing in simulated.filings.read():
        items = filing.split()
        assert list(items) == ["item_1", "item_1a", "item_7", "item_7a"]
        text = " ".join(items.values())
        praise, warnings = (sum(text.count(phrase) for phrase in phrases) for phrases in (PRAISE, WARNINGS))
        balance[filing.filing_id] = praise - warnings
    signal = simulated.filings.index["known_signal"]
    assert np.corrcoef([balance[name] for name in signal.index], signal)[0, 1] == pytest.approx(1)
    assert (signal.mean(), signal.std(ddof=0)) == (pytest.approx(0), pytest.approx(1))


def test_the_signal_has_the_strength_that_is_stated(simulation):
    quiet = changed(simulation, market_volatility=0.0, firms=300, signal=0.6)
    signal, returns = log_returns(quiet)
    # 600 filings: a correlation of .6 has a standard error of .026.
    assert np.corrcoef(signal, returns)[0, 1] == pytest.approx(0.6, abs=0.08)
    assert returns.std() == pytest.approx(quiet.volatility * np.sqrt(5), rel=0.1)
    signal, returns = log_returns(changed(quiet, signal=0.0))
    assert abs(np.corrcoef(signal, returns)[0, 1]) < 0.12


def test_what_happens_at_once_cannot_be_earned(simulation):
    """The published entry, at a close that was gone, takes part of the reaction; the corrected one does not."""
    loud = changed(simulation, market_volatility=0.0, at_once=3.0, after_hours=1.0, firms=200)
    corrected, published = (
        np.corrcoef(*log_returns(loud, changed(LABEL, entry=entry)))[0, 1]
        for entry in ("first_close_after_public", "close_on_or_before_filing")
    )
    assert corrected == pytest.approx(loud.signal, abs=0.08)
    assert published > corrected + 0.1


def test_no_list_of_words_knows_the_phrases():
    words = {word for phrase in (*PRAISE, *WARNINGS) for word in phrase.split()}
    assert not words & (POSITIVE | NEGATIVE)


def test_nothing_is_simulated_without_firms(simulation):
    empty = simulate_filings(changed(simulation, firms=0))
    assert len(empty.filings) == 0
    assert empty.prices[0].empty
