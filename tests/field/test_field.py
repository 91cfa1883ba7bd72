import pytest

from tests.field.case import said_of
from tests.field.cases import ALL
from tests.field.table import PAGE, page

CASES = [
    pytest.param(source, parameter, case, id=f"{source}: {case.has}")
    for source, parameter, cases in ALL
    for case in cases
]


@pytest.mark.parametrize(("source", "parameter", "case"), CASES)
def test_a_file_as_people_have_it(source, parameter, case, tmp_path):
    outcome = case.run(source, parameter, tmp_path)
    if case.outcome == "refused":
        assert outcome.error is not None, f"not refused: {outcome.log}"
        assert case.says in outcome.error
    else:
        assert outcome.error is None, outcome.error
        assert case.says in f"{outcome.log}\n{said_of(outcome, tmp_path)}\n{outcome.report}"
        assert case.gives(outcome)
    if case.outcome in ("mended", "left out"):
        assert said_of(outcome, tmp_path), "nothing is counted or said"


def test_the_page_of_the_docs_is_made_from_the_cases():
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python tools/refused_table.py"
