"""Text of strangers in Markdown is shown as it is, by a parser that does what GitHub's does."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from rnn_trading.pages import book, table
from rnn_trading.pages.plain_markdown import code, escaped
from rnn_trading.pipelines.skill_report.markdown import _inside_a_cell, render_markdown
from rnn_trading.skill.protocols import COMPARED
from rnn_trading.skill.record_files import Records
from rnn_trading.skill.summary import skill_table
from tests.test_doctests import run_examples

PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
HARMFUL = [
    *("<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<!-- x", "<?php", "&lt;b&gt; &#60;"),
    *("[x](javascript:alert(1))", "![x](https://host/x.png)", "[x]: https://host", "<https://host>", "https://host"),
    *("| a | b |", "a|b\\|c", "`a` ``b", "a\\", "*a* **b** _c_ __d__ ~~e~~", "# a", "> a", "- a", "+ a", "1. a"),
    *("2) a", "===", "---", "a\n\n# b", "\u202eabc", "\ta"),
]
texts = st.sampled_from(HARMFUL) | st.text(st.sampled_from(list("ab1 <>&;#[]()!`*_~|\\\n\t-+=.:/\"'")), max_size=12)


def shown(markdown):
    """Tags and text of what a reader sees."""
    rendered = PARSER.render(markdown)
    text = html.unescape(re.sub(r"<[^>]*>", "", rendered))
    return re.findall(r"<(\w+)", rendered), " ".join(text.split())


def one_line(text):
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


@given(texts)
def test_text_is_shown_as_it_is(text):
    tags, seen = shown(f"- {escaped(f'{text}')}")
    assert tags in (["ul", "li"], ["ul"])
    assert seen == one_line(text)


@given(texts)
def test_code_is_shown_as_it_is(text):
    tags, seen = shown(f"x {code(text)}")
    assert tags == ["p", "code"]
    assert seen == f"x {one_line(text)}".strip()


@given(texts, texts)
def test_cells_are_shown_as_they_are(text, other):
    cells = [_inside_a_cell(each) for each in (escaped(f"a{text}"), code(other), "last")]
    tags, seen = shown(f"| a | b | c |\n| --- | --- | --- |\n| {' | '.join(cells)} |")
    assert tags == ["table", "thead", "tr", *["th"] * 3, "tbody", "tr", "td", "td", "code", "td"]
    assert seen == " ".join(f"a b c {one_line(f'a{text}')} {one_line(other)} last".split())


@pytest.mark.parametrize("harmful", ["<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "`|`\n# x"])
def test_no_text_of_a_record_is_markdown(harmful):
    row = dict.fromkeys(
        [
            *("experiment", "score", "remark", "statistic", "against", "naive", "strong", "finding", "changed"),
            *("folds_and_seeds", "judged_by", "careful_beside"),
        ],
        harmful,
    )
    row |= {
        "larger_is_better": True,
        "finding_kind": "none",
        "doubtful": False,
        "published": 0.5,
        "ours": 0.5,
        "p_value": 0.5,
    }
    row |= dict.fromkeys(["p_holm", "p_fdr", "difference", "difference_low", "difference_high"], 0.1)
    row |= {f"{name}{end}": 0.1 for name in COMPARED for end in ("", "_low", "_high")}
    row |= {f"{name}_too_narrow": False for name in COMPARED}
    row |= {"naive_value": 0.1, "strong_value": 0.1}
    for cells in (table.markdown_cells(row), book.markdown_cells(row)):
        for cell in cells:
            assert set(shown(f"x {cell}")[0]) <= {"p", "code"}
        assert sum(one_line(harmful) in shown(f"x {cell}")[1] for cell in cells) >= 5


def test_no_text_of_a_problem_or_a_law_is_markdown():
    harmful = "<img src=x> [x](javascript:y)\n# z"
    records = Records(missing=[(harmful, harmful, harmful)])
    text = render_markdown([harmful], skill_table(records, ["univariate_regression.level"]), records, [harmful])
    tags, seen = shown(text)
    assert {"a", "h1"} & {*tags} == {"h1"}
    assert tags.count("h1") == 1
    assert tags.count("img") == 1  # the picture of the report
    assert seen.count(one_line(harmful)) >= 4


def test_the_examples():
    assert run_examples("rnn_trading.pages.plain_markdown").failed == 0
