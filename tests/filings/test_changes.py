"""What is new in a report: a slow reference, by hand, and never by a later report."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnn_trading.filings.changes import FIRST_REPORT, IDS, NEW, RUN, STOOD_THERE, changes_of, previous_reports
from rnn_trading.text.text import TokenSequences


def sequences(texts):
    starts = np.concatenate([[0], np.cumsum([len(text) for text in texts])]).astype(np.int64)
    return TokenSequences(np.array([word for text in texts for word in text], dtype=np.int32), starts)


def slow_changes(now, before):
    runs = {tuple(before[at : at + RUN]) for at in range(len(before) - RUN + 1)}
    stood = [False] * len(now)
    for at in range(len(now) - RUN + 1):
        if tuple(now[at : at + RUN]) in runs:
            stood[at : at + RUN] = [True] * RUN
    return [STOOD_THERE if each else NEW for each in stood]


def days(*dates):
    return pd.Series(pd.to_datetime(list(dates)))


WORDS = st.lists(st.integers(2, 5), max_size=12)


@settings(max_examples=100, deadline=None)
@given(WORDS, WORDS)
def test_what_is_new_is_what_a_slow_comparison_finds(before, now):
    said = changes_of(sequences([before, now]), pd.Series(["A", "A"]), days("2020-02-01", "2021-02-01"))
    assert said.ids.tolist() == [FIRST_REPORT] * len(before) + slow_changes(now, before)
    assert said.lengths.tolist() == [len(before), len(now)]


def test_only_the_firms_own_last_report_counts():
    texts = [[2, 3, 4], [5, 6, 7], [2, 3, 4], [2, 3, 4], [5, 6, 7]]
    firms = pd.Series(["A", "A", "A", "B", "A"])
    dates = days("2020-01-01", "2021-01-01", "2022-01-01", "2022-06-01", "2022-01-01")
    said = [ids.tolist() for ids in np.split(changes_of(sequences(texts), firms, dates).ids, [3, 6, 9, 12])]
    # The third repeats the first, not the last before it; the fifth, of the same day, the second.
    assert said == [[FIRST_REPORT] * 3, [NEW] * 3, [NEW] * 3, [FIRST_REPORT] * 3, [STOOD_THERE] * 3]
    assert IDS > NEW


def test_no_later_report_is_looked_at():
    generator = np.random.default_rng(0)
    texts = [generator.integers(2, 9, 30).tolist() for _ in range(12)]
    firms, dates = pd.Series(["A", "B", "C"] * 4), pd.Series(np.repeat(pd.date_range("2020-01-31", periods=4), 3))
    said = changes_of(sequences(texts), firms, dates)
    later = [text if row < 9 else [2] * 30 for row, text in enumerate(texts)]
    other = changes_of(sequences(later), firms, dates)
    assert other.ids[: 9 * 30].tolist() == said.ids[: 9 * 30].tolist()
    without = changes_of(sequences(texts[:9]), firms[:9], dates[:9])
    assert without.ids.tolist() == said.ids[: 9 * 30].tolist()


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 1, 0], [1, 2, 0]])
def test_the_order_of_reports_does_not_matter(order):
    dates, firms = days("2020-01-01", "2021-01-01", "2022-01-01"), pd.Series(["A"] * 3)
    expected = np.array([-1, 0, 1])[order]
    found = previous_reports(firms[order], dates[order].reset_index(drop=True))
    assert [order[row] if row >= 0 else -1 for row in found] == expected.tolist()
