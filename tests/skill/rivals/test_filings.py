"""Rivals of filings: each finds what it looks for."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from rnn_trading.skill.rivals.filings import (
    FILINGS,
    FilingRows,
    KnownFilings,
    cosine_to_previous,
    similarity_to_previous,
)
from rnn_trading.skill.rivals.fitting import forecast_with


def test_similarity_to_the_previous_filing_by_hand():
    counts = csr_array(np.array([[1.0, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]]))
    firms = pd.Series(["a", "a", "b", "a", "b"])
    dates = pd.Series(pd.to_datetime(["2014-01-01", "2015-01-01", "2015-01-01", "2013-01-01", "2014-01-01"]))
    found = cosine_to_previous(counts, np.array([0, 1, 2]), firms, dates)
    # Words 0 and 1 stand in two of the three training filings each: equal weights, so 1 / sqrt(2).
    assert found[1] == pytest.approx(1 / np.sqrt(2))
    assert found[0] == 0.0  # after the third filing, with which it shares nothing
    assert found[2] == 0.0
    assert np.isnan(found[[3, 4]]).all()


def rival_rows(n, seed):
    generator = np.random.default_rng(seed)
    return FilingRows(
        csr_array(generator.poisson(1.0, (n, 30)).astype(float)),
        generator.normal(size=(n, 3)),
        np.where(generator.random(n) < 0.3, np.nan, generator.random(n)),
    )


def filing_rivals(train, target, test):
    none = FilingRows(train.counts[:0], train.tone[:0], train.similarity[:0])
    known = KnownFilings((train, target), (none, target[:0]))
    return forecast_with(FILINGS, known, test, pd.RangeIndex(len(test.tone)))


def test_each_rival_finds_what_it_looks_for():
    train, test = rival_rows(300, 0), rival_rows(100, 1)
    noise = np.random.default_rng(2).normal(0, 0.001, 300)
    by_word = filing_rivals(train, 0.05 * np.log1p(train.counts.toarray()[:, 3]) + noise, test)
    assert by_word["tfidf_ridge"].corr(pd.Series(test.counts.toarray()[:, 3])) > 0.8
    assert (by_word["zero"] == 0).all()
    assert np.ptp(by_word["training_mean"]) == 0
    by_tone = filing_rivals(train, 0.05 * train.tone[:, 1] + noise, test)
    assert by_tone["length_and_tone_ridge"].corr(pd.Series(test.tone[:, 1])) > 0.99
    alone = FilingRows(train.counts, train.tone, np.full(300, np.nan))
    without = filing_rivals(alone, train.tone[:, 1], test)
    np.testing.assert_allclose(without["similarity_to_previous"], without["training_mean"])


def filings(similarity):
    rows = len(similarity)
    return FilingRows(csr_array((rows, 2)), np.zeros((rows, 3)), np.array(similarity))


def test_similarity_is_one_slope_by_hand():
    """Mean similarity .5, mean return .2: the slope is (.2 x .1 + .2 x .1) / (.2 ** 2 + .2 ** 2) = .5."""
    train = filings([0.3, 0.7, np.nan]), np.array([0.1, 0.3, 0.2])
    forecast = similarity_to_previous(KnownFilings(train, (filings([]), np.empty(0))))
    np.testing.assert_allclose(forecast(filings([0.5, 0.9, np.nan])), [0.2, 0.4, 0.2])


@pytest.mark.parametrize("rival", FILINGS.strong)
def test_the_penalty_is_chosen_on_the_validation_filings(rival):
    """What the training filings say holds in the validation filings, or its contrary does."""
    train = rival_rows(300, 0)
    target = 0.05 * train.tone[:, 1] + 0.05 * np.log1p(train.counts.toarray()[:, 3])
    same, contrary = (rival(KnownFilings((train, target), (train, sign * target)))(train) for sign in (1, -1))
    assert np.ptp(contrary) < 0.05 * np.ptp(same)
