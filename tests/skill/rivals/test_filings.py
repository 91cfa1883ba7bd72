"""Rivals of filings: each finds what it looks for."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from rnn_trading.skill.rivals.filings import FILINGS, FilingRows, KnownFilings, cosine_to_previous
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
    return forecast_with(FILINGS, KnownFilings(train, target), test, pd.RangeIndex(len(test.tone)))


def test_each_rival_finds_what_it_looks_for():
    train, test = rival_rows(300, 0), rival_rows(100, 1)
    noise = np.random.default_rng(2).normal(0, 0.001, 300)
    by_word = filing_rivals(train, 0.05 * np.log1p(train.counts.toarray()[:, 3]) + noise, test)
    assert by_word["tfidf_ridge"].corr(pd.Series(test.counts.toarray()[:, 3])) > 0.8
    assert (by_word["zero"] == 0).all()
    assert np.ptp(by_word["training_mean"]) == 0
    by_tone = filing_rivals(train, 0.05 * train.tone[:, 1] + noise, test)
    assert by_tone["length_and_tone_ridge"].corr(pd.Series(test.tone[:, 1])) > 0.99
    target = np.where(np.isnan(train.similarity), 0.1, train.similarity)
    by_change = filing_rivals(train, target + noise, test)["similarity_to_previous"]
    there = ~np.isnan(test.similarity)
    assert by_change[there].corr(pd.Series(test.similarity)[there]) > 0.99
    assert by_change[~there].mean() == pytest.approx(0.1, abs=0.01)
    alone = FilingRows(train.counts, train.tone, np.full(300, np.nan))
    assert np.isfinite(filing_rivals(alone, target, test).to_numpy()).all()
