"""Faults of price files are told by the names that the file has for its columns."""

import pytest
from kedro.io import DatasetError

from rnn_trading.datasets.prices_file import PricesFileDataset


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "Day,Symbol,Close\n2020-01-02,A,1.5\n2020-01-03,A,-1\n",
            "column 'Close', line 3 .A, 2020-01-03.: expected a ",
        ),
        (
            "Day,Symbol,Close\nx1,A,1.5\nx2,A,1\n",
            "column 'Day', line 2 .A.: expected a date such as 2017-12-29. Received: 'x1'; none of 2 rows can be .*"
            "Say how dates .*prices_date_format=.* Or name their column: --params prices_columns.date=NAME.$",
        ),
        (
            "Day,Symbol,Close\n2020-01-02,A,a\n2020-01-03,A,b\n",
            "column 'Close', line 2 .A, 2020-01-02.: expected a number. Received: 'a'; none of 2 rows can be read as "
            "numbers. Name their column: --params prices_columns.adj_close=NAME.$",
        ),
        ("Day,A,B\n2020-01-02,1,2\n2020-01-03,-1,3\n", "the column of a ticker, line 3 .A, 2020-01-03.: expected a "),
    ],
)
def test_faults_name_the_columns_of_the_file(tmp_path, content, message):
    path = tmp_path / "prices.csv"
    path.write_text(content)
    with pytest.raises(DatasetError, match=message):
        PricesFileDataset(filepath=path, names={"date": "Day"}).load()
