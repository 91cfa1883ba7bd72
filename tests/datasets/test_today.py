"""The date of a run."""

from datetime import date

import pandas as pd
import pytest
from kedro.io import DatasetError

from rnn_trading.datasets.today import TodayDataset


@pytest.mark.parametrize("day", ["2022-12-23", date(2022, 12, 23), 20221223])
def test_a_date_is_taken_as_it_reads(day):
    assert TodayDataset(day=day).load() == pd.Timestamp("2022-12-23")


@pytest.mark.parametrize("day", [2022, 0, "", "nat", "2022-12-23T00:00Z", "23.12.2022"])
def test_what_is_no_date_is_refused(day):
    with pytest.raises(DatasetError, match=f"today: expected a date such as 2022-12-23, or null. Received: {day!r}"):
        TodayDataset(day=day)
