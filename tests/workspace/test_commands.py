import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kedro.framework.cli.utils import _split_params

from rnn_trading.workspace.commands import run_command

TEXT = st.text(st.characters(exclude_categories=["C"], exclude_characters=","), max_size=12)
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**9), 10**9), st.floats(allow_nan=False, allow_infinity=False), TEXT
)


@given(VALUES)
@pytest.mark.filterwarnings("ignore")
def test_a_command_gives_the_values_that_it_was_made_of(value):
    words = shlex.split(run_command(None, ["multivariate"], {"a": {"b": value}}), comments=True)
    if "--params" in words:
        assert _split_params(None, None, words[words.index("--params") + 1]) == {"a": {"b": value}}
    else:
        # What YAML and OmegaConf take for something else in any form, such as ${a}.
        assert isinstance(value, str)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("%d/%m/%Y", 'x="%d/%m/%Y"'),
        ("007", 'x="007"'),
        ("a: b", 'x="a: b"'),
        ("#x", 'x="#x"'),
        ("\xa0", 'x="\xa0"'),
        (None, "x=null"),
    ],
)
def test_what_yaml_would_read_otherwise_is_quoted(value, written):
    assert shlex.split(run_command(None, ["a"], {"x": value}))[-1] == written


@pytest.mark.parametrize("value", ["A,B", [1, 2]])
def test_what_the_command_line_cannot_give_is_named(value):
    assert run_command(None, ["a"], {"x": value, "y": 1}).endswith(
        "--params y=1    # and x, which --params cannot give"
    )
