"""What ranks over the rows of all folds would say, and what ranks within folds say: false alarms and power.

Networks of different folds were fitted on different years, so that the level and the size of their forecasts differ.
Here they differ by luck: six folds of 40 weeks of 20 rows, whose outcomes have a level by week and one by fold.
"""

import numpy as np
import pandas as pd

from rnn_trading.skill.headline import headline
from rnn_trading.skill.inference.means import SIGNIFICANCE
from rnn_trading.skill.statistics import FILINGS
from rnn_trading.skill.tasks import TASKS

FOLDS, WEEKS, ROWS = 6, 40, 20
DRAWS, DRAWS_OF_INTERVALS = 1000, 200
# Standard deviation over folds: of the level of forecasts, in their own, and of the logarithm of their size.
LEVELS, SIZES = 1.0, 0.7
# Of outcomes: standard deviation of their level by week and by fold, in that of a row.
BY_WEEK, BY_FOLD = 0.2, 0.1


def rows(generator: np.random.Generator, skill: float) -> pd.DataFrame:
    """Forecasts whose correlation with the outcome within a week is ``skill``, on a level and of a size by fold."""
    count = FOLDS * WEEKS * ROWS
    fold, week = (np.repeat(np.arange(size), count // size) for size in (FOLDS, FOLDS * WEEKS))
    signal, own = generator.normal(size=(2, count))
    truth = skill * signal + np.sqrt(1 - skill**2) * own
    truth += BY_WEEK * generator.normal(size=FOLDS * WEEKS)[week] + BY_FOLD * generator.normal(size=FOLDS)[fold]
    level, size = LEVELS * generator.normal(size=FOLDS), np.exp(SIZES * generator.normal(size=FOLDS))
    dates = pd.date_range("2000-01-05", periods=FOLDS * WEEKS, freq="7D")[week]
    table = pd.DataFrame({"fold": fold + 1, "date": dates, "prediction": level[fold] + size[fold] * signal})
    return table.assign(truth=truth, firm=np.arange(count) % ROWS, ticker=np.arange(count) % ROWS, zero=0.0)


def found(table: pd.DataFrame) -> bool:
    """Whether the information coefficient of filings differs from chance."""
    return FILINGS.of(table, "prediction", None, 1).p_value < SIGNIFICANCE


def beside_one_half(table: pd.DataFrame) -> bool:
    """Whether the interval of the AUC does not hold one half."""
    task = TASKS["classification"]
    labels = table.assign(truth=(table["truth"] > 0).astype(float))
    low, high = headline(task, labels, {"zero": {"auc": 0.5}}, 1)["interval"]
    return not low <= 0.5 <= high


def main() -> None:
    """Print shares of draws, for ranks over all rows and within folds."""
    print("what | correlation | over all rows | within folds")
    for what, says, draws in (
        ("filings: p below 5 %", found, DRAWS),
        ("AUC: interval beside one half", beside_one_half, DRAWS_OF_INTERVALS),
    ):
        for skill in (0.0, 0.03, 0.05):
            generator = np.random.default_rng(0)
            tables = [rows(generator, skill) for _ in range(draws)]
            pooled, within = (
                np.mean([says(each) for each in of]) for of in ((each.drop(columns="fold") for each in tables), tables)
            )
            print(f"{what} | {skill:.2f} | {pooled:.1%} | {within:.1%}", flush=True)


if __name__ == "__main__":
    main()
