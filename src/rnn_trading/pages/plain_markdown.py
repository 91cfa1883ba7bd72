"""Text from outside in Markdown: it is shown as it is, and makes no link, no HTML, no heading and no cell."""

import re

# What begins HTML, an entity, a link, code or emphasis. A lone "<" or "_" inside a word does not.
_INLINE = re.compile(r"[\\`*\[\]]|<(?=[A-Za-z/!?])|&(?=#?\w+;)|~~|:(?=//)|(?<![^\W_])_|_(?![^\W_])")
# What begins a heading, a quotation, a list or a rule at the head of a line.
_HEAD = re.compile(r"^(?:[#>=+-]|\d{1,9}(?=[.)]))")


def escaped(text: str) -> str:
    r"""Text in one line, which Markdown shows as it is; a table's cell needs its bars escaped besides.

    Examples
    --------
    >>> print(escaped("<b> [a](javascript:x) p < 0.05 adj_close"))
    \<b> \[a\](javascript:x) p < 0.05 adj_close
    >>> print(escaped("# 1"), escaped("-1.5"), escaped("12. x"))
    \# 1 \-1.5 12\. x
    """
    line = _INLINE.sub(lambda found: "".join(f"\\{each}" for each in found[0]), _one_line(text))
    head = _HEAD.match(line)
    if head is None:
        return line
    return f"{line[: head.end()]}\\{line[head.end() :]}" if head[0].isdigit() else f"\\{line}"


def code(text: str) -> str:
    """Text in one line, shown as code, whatever is in it.

    Examples
    --------
    >>> print(code("stacked_lstm.regression"), code("a`<b>"))
    `stacked_lstm.regression` ``a`<b>``
    """
    line = _one_line(text)
    fence = "`" * (max(map(len, re.findall("`+", line)), default=0) + 1)
    blank = " " if line.startswith("`") or line.endswith("`") or not line else ""
    return f"{fence}{blank}{line}{blank}{fence}"


def _one_line(text: str) -> str:
    """Without line ends and other characters that are not printed, such as those that turn the direction of text."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())
