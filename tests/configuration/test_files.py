"""Files of the configuration that cannot be used: which place, which fault."""

import pytest

from rnn_trading.configuration.files import ConfigurationError, composed
from tests.test_doctests import run_examples

FILE = "conf/local/parameters.yml"


@pytest.mark.parametrize(
    ("content", "place", "fault"),
    [
        (b"a: 1\nb: [1, 2\nc: 3\n", "line 2, column 4", "a bracket that is not closed"),
        (b'{"a": 1, "b": {"c": 2}', "line 1, column 1", "a bracket that is not closed"),
        (b"a: 'one\nb: 2\n", "line 1, column 4", "a quotation mark that is not closed"),
        (b"a:\n\tb: 1\n", "line 2, column 1", "indent by spaces"),
        (b"a: b: c\n", "line 1, column 5", "quotation marks"),
        (b"a: @b\n", "line 1, column 4", "quotation marks"),
        (b"a: 1\nb: {c: 1, c: 2}\n", "line 2, column 11", "the name 'c' stands twice"),
        (b"a: 1\nb: 2\na: 3\n", "line 3, column 1", "the name 'a' stands twice"),
        (b"# first\n- a\n- b\n", "line 2, column 1", "Received: a list"),
        (b"text\n", "line 1, column 1", "Received: a single value"),
        (b"2018: x\n", "line 1, column 1", "has to be text"),
        (b"a: {[1]: 2}\n", "line 1, column 5", "cannot be a list"),
        (b"a: {<<: 3}\n", "line 1, column 9", "behind << expected a block"),
        (b"a: *nobody\n", "line 1, column 4", "undefined alias"),
        (b"a: 1\n---\nb: 2\n", "line 2, column 1", "a second document"),
        (b"a: !!python/object/apply:os.system ['true']\n", "line 1, column 4", "!!python/object/apply:os.system"),
        (b"a: !mine 3\n", "line 1, column 4", "the tag !mine"),
        (b"a: !!int abc\n", "line 1, column 4", "the value is no int"),
        (b"a: '${b'\n", "line 1, column 4", "is not a name in braces"),
        (b"a: &a [1, *a]\n", "line 1, column 4", "stands in itself"),
        (b"a: " + b"[" * 200 + b"]" * 200, "line 1, column 1", "more than 50 blocks"),
        ("a: 1\nb: \xe4\n".encode("latin-1"), "line 2, column 4", "the byte 0xe4). Save the file as UTF-8"),
        ("a: 1\n".encode("utf-16"), "line 1, column 1", "no text in UTF-8"),
        (b"\x89PNG\r\n\x1a\n", "line 1, column 1", "no text in UTF-8"),
        (b"a: 1\nb: \x00\n", "line 2, column 4", "the character U+0000"),
    ],
)
def test_a_fault_is_named_with_its_place(content, place, fault):
    with pytest.raises(ConfigurationError) as caught:
        composed(FILE, content)
    message = str(caught.value)
    assert message.startswith(f"{FILE}, {place}: ")
    assert fault in message
    assert "\n" not in message


def test_anchors_that_multiply_without_end_are_refused():
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    with pytest.raises(ConfigurationError, match="line 7, column 5: anchors make more than 1,000,000 values"):
        composed(FILE, "\n".join(lines).encode())


@pytest.mark.parametrize("content", [b"", b"# nothing\n", b"null\n", b"---\n"])
def test_an_empty_file_is_no_fault(content):
    assert composed(FILE, content) is None


def test_what_may_be_written_is_read():
    text = "\ufeffa: &a {b: 1}\nc: {<<: *a, d: '${one_of:x,${runtime_params:x,${globals:x}}}'}\ne: [~, 2018-01-01, ä]\n"
    assert composed(FILE, text.encode()) is not None


def test_no_secret_is_told():
    with pytest.raises(ConfigurationError) as caught:
        composed("conf/local/credentials.yml", b"edgar: {identity: secret")
    assert "secret" not in str(caught.value)


def test_the_examples():
    assert run_examples("rnn_trading.configuration.files").failed == 0
