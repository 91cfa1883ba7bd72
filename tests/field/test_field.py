"""What is not here of files that people had.

A heading on every page: tests/filings/test_segments.py. A configuration in an archive: tests/test_cli.py. Several
processes: tests/pipelines/test_runners.py. Yahoo's closes below 0: tests/datasets/test_yahoo_histories.py. A run that
takes up what another file left: tests/workspace/test_origins.py.
"""

import pytest

from tests.field.cases import GROUPS
from tests.field.table import PAGE, row, tried

CASES = [
    pytest.param(group, position, id=f"{GROUPS[group].source}: {case.has}")
    for group in range(len(GROUPS))
    for position, case in enumerate(GROUPS[group].cases)
]


@pytest.fixture(scope="module")
def lines():
    return PAGE.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(("group", "position"), CASES)
def test_a_file_as_people_have_it(group, position, lines):
    case, (outcome, said) = GROUPS[group].cases[position], tried(group, position)
    if case.outcome == "refused":
        assert outcome.error is not None, f"not refused: {outcome.log}"
        assert case.says in outcome.error
    else:
        assert outcome.error is None, outcome.error
        assert case.says in f"{outcome.log}\n{said}\n{outcome.report}"
        assert case.gives(outcome)
    if case.outcome in ("mended", "left out"):
        assert said, "nothing is counted or said"
    assert row(case, said) in lines, "run: python tools/refused_table.py"


def test_the_page_of_the_docs_has_these_rows_and_no_others(lines):
    """Which rows they are is asked where a case runs: cases are spread over processes, and run once."""
    heads = [line.removeprefix("## ") for line in lines if line.startswith("## ")]
    assert heads == [group.title for group in GROUPS]
    rows = [line for line in lines if line.startswith("| ")]
    assert len(rows) == sum(2 + len(group.cases) for group in GROUPS), "run: python tools/refused_table.py"
