"""Files of the configuration, looked at before they are read: what is wrong in which file, line and column.

Lines and columns begin at 1. No message repeats what a file holds, since it may be a secret.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import click
import yaml
from omegaconf.errors import GrammarParseError, OmegaConfBaseException
from omegaconf.grammar_parser import parse

# Written in C where PyYAML was built with it.
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
TEXT, MERGE, NULL = (f"tag:yaml.org,2002:{name}" for name in ("str", "merge", "null"))
# Of each file, by its name in messages, its tree; None: it is empty.
Trees = dict[str, yaml.MappingNode | None]
DEEPEST, MOST_VALUES = 50, 1_000_000  # blocks in blocks; values of a file
MEND = "Mend this place, or take the file away."


class ConfigurationError(click.ClickException, ValueError):
    """A file of the configuration that cannot be used: which file, where in it, what is wrong, and what to do.

    Commands of Kedro and of its plugins, too, end with its message alone.
    """


def composed(path: str, content: bytes) -> yaml.MappingNode | None:
    """The tree of a YAML or JSON file; None if it is empty.

    Parameters
    ----------
    path
        Of the file, for messages.
    content
        Its bytes.

    Raises
    ------
    ConfigurationError
        If it is no text in UTF-8, no YAML, holds anything but names and values at its top, a name twice in one
        block, a tag of Python's, or ``${`` that is not closed.

    Examples
    --------
    >>> composed("conf/local/parameters.yml", b"macro: {source: mine")
    Traceback (most recent call last):
    rnn_trading.configuration.files.ConfigurationError: conf/local/parameters.yml, line 1, column 8: a bracket that ...
    """
    return _composed(path, content)


@lru_cache(maxsize=128)
def _composed(path: str, content: bytes) -> yaml.MappingNode | None:
    """A tree once for all loaders of a process, which look at it and change nothing."""
    text = _text(path, content)
    try:
        root = yaml.compose(text, Loader=LOADER)
    except yaml.MarkedYAMLError as error:
        raise _refused(path, *_problem(error, text)) from None
    except RecursionError:
        raise ConfigurationError(f"{path}: more than {DEEPEST} blocks stand in each other. {MEND}") from None
    if root is None or root.tag == NULL:
        return None
    if not isinstance(root, yaml.MappingNode):
        found = "a list" if isinstance(root, yaml.SequenceNode) else "a single value"
        raise _refused(path, root.start_mark, f"expected names with values (name: value). Received: {found}")
    for key, _ in root.value:
        if key.tag not in (TEXT, MERGE):
            raise _refused(path, key.start_mark, "a name at the top has to be text: put it in quotation marks")
    _check_nesting(path, root, [], {})
    for node in _nodes(root):
        _check(path, node)
    return root


def place(path: str, mark: Any) -> str:
    """Where in a file something stands."""
    return f"{path}, line {mark.line + 1}, column {mark.column + 1}"


def found_at(files: Trees, names: tuple[str, ...]) -> str | None:
    r"""Where a value stands that is called by nested names, in the first file that has it; None: nowhere.

    Examples
    --------
    >>> files = {"a.yml": None, "b.yml": composed("b.yml", b"model:\n  units: 3")}
    >>> found_at(files, ("model", "units"))
    'b.yml, line 2, column 3'
    >>> found_at(files, ("model", "unit"))
    """
    for path, root in files.items():
        node: Any = root
        mark = None
        for name in names:
            pairs = node.value if isinstance(node, yaml.MappingNode) else []
            key, node = next(((key, value) for key, value in pairs if key.value == name), (None, None))
            mark = key.start_mark if key is not None else None
        if mark is not None:
            return place(path, mark)
    return None


def unresolved(files: Trees, error: OmegaConfBaseException) -> ConfigurationError:
    """What cannot be put in the place of a ``${...}``, and where that stands, as far as the files tell."""
    words = str(error).splitlines()[0].rpartition("resolving interpolation: ")[2].strip('".')
    names = tuple(re.split(r"[.\[]", (getattr(error, "full_key", None) or "").replace("]", "")))
    wanted = re.search(r"['`](.+?)['`]|type (\S+)", words)
    text = next(filter(None, wanted.groups()), "") if wanted else ""
    where = _holding(files, text) or found_at(files, names) or "--params, or a file of the configuration"
    return ConfigurationError(
        f"{where}: {words}. Expected behind ${{ a name of the same environment, globals:NAME or runtime_params:NAME; "
        "in credentials also oc.env:VARIABLE."
    )


def _holding(files: Trees, text: str) -> str | None:
    """Where the first value stands that names something in braces."""
    found = (where for where, value in values(files) if text and "${" in value and text in value)
    return next(found, None)


def values(files: Trees) -> Iterator[tuple[str, str]]:
    """Where each single value stands, and what is written there; of what stands behind an anchor, once."""
    for path, root in files.items():
        for node in _nodes(root) if root is not None else ():
            if isinstance(node, yaml.ScalarNode):
                yield place(path, node.start_mark), node.value


def tops(files: Trees) -> dict[str, str]:
    """Names at the top of the files, and where each stands first."""
    found: dict[str, str] = {}
    for path, root in files.items():
        for key, _ in root.value if root is not None else ():
            if key.tag != MERGE:
                found.setdefault(key.value, place(path, key.start_mark))
    return found


def used(name: str, files: Trees) -> bool:
    r"""Whether what stands under a name at the top of a file stands in other places, too: by an anchor, or in braces.

    Examples
    --------
    >>> text = b"_a: {b: &b 1}\n_c: 2\n_d: 3\ne: {f: *b, g: 'the ${_c}'}"
    >>> [name for name in ("_a", "_c", "_d") if used(name, {"a.yml": composed("a.yml", text)})]
    ['_a', '_c']
    """
    pairs = [pair for root in files.values() if root is not None for pair in root.value]
    own = {id(node) for key, value in pairs if key.value == name for node in _nodes(value)}
    in_braces = re.compile(rf"\$\{{\s*{re.escape(name)}\b")
    return any(
        id(node) in own or (isinstance(node, yaml.ScalarNode) and in_braces.search(node.value))
        for key, value in pairs
        if key.value != name
        for node in _nodes(value)
    )


def _text(path: str, content: bytes) -> str:
    """A file as text that YAML takes."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        start = _mark(content[: error.start].decode("utf-8"))
        what = f"is no text in UTF-8 (the byte 0x{content[error.start]:02x})"
        raise ConfigurationError(f"{place(path, start)}: {what}. Save the file as UTF-8.") from None
    unprintable = yaml.reader.Reader.NON_PRINTABLE.search(text)
    if unprintable:
        what = f"is no text: it holds the character U+{ord(unprintable[0]):04X}"
        raise _refused(path, _mark(text[: unprintable.start()]), what)
    return text


def _mark(before: str) -> yaml.Mark:
    """The place behind some text."""
    return yaml.Mark("", len(before), before.count("\n"), len(before) - before.rfind("\n") - 1, None, None)


# What PyYAML says of where it was, and what that means; those of an opening bracket or quotation mark have its place.
MEANT = {
    "while scanning a quoted scalar": "a quotation mark that is not closed",
    "while parsing a flow sequence": "a bracket that is not closed, or has no comma between its values",
    "while parsing a flow mapping": "a bracket that is not closed, or has no comma between its values",
}


def _problem(error: yaml.MarkedYAMLError, text: str) -> tuple[yaml.Mark, str]:
    """Where a parser stopped, and why; never the lines that it shows, which may hold a secret."""
    if error.context in MEANT:
        return error.context_mark, MEANT[error.context]
    mark, words = error.problem_mark or error.context_mark, error.problem or error.context or "is no YAML"
    if error.context == "while parsing a flow node":
        words = "a value is missing, or a bracket is not closed"
    elif "cannot start any token" in words and text.splitlines()[mark.line][mark.column :].startswith("\t"):
        words = "a tab stands where spaces are expected: indent by spaces"
    elif "cannot start any token" in words or "mapping values are not allowed" in words:
        words = f"{words}: put the value in quotation marks"
    elif "another document" in words:
        words = "a second document begins (---): expected one"
    return mark, words


def _refused(path: str, mark: yaml.Mark, problem: str) -> ConfigurationError:
    return ConfigurationError(f"{place(path, mark)}: {problem}. {MEND}")


def _nodes(root: yaml.Node) -> Iterator[yaml.Node]:
    """A node and all below it, each once, in the order of the file; keys of names are none of them."""
    seen, stack = set(), [root]
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        if isinstance(node, yaml.MappingNode):
            stack += [value for _, value in reversed(node.value)]
        elif isinstance(node, yaml.SequenceNode):
            stack += reversed(node.value)


def _check_nesting(path: str, node: yaml.Node, around: list[yaml.Node], counted: dict[int, int]) -> int:
    """Number of values of a node; refuse a block that is in itself, and blocks and anchors without end."""
    if id(node) in counted:
        return counted[id(node)]
    if len(around) > DEEPEST:
        raise _refused(path, around[0].start_mark, f"more than {DEEPEST} blocks stand in each other")
    if any(node is each for each in around):
        raise _refused(path, node.start_mark, "a block stands in itself")
    inside = [] if isinstance(node, yaml.ScalarNode) else node.value
    parts = [pair[1] if isinstance(pair, tuple) else pair for pair in inside]
    counted[id(node)] = 1 + sum(_check_nesting(path, part, [*around, node], counted) for part in parts)
    if counted[id(node)] > MOST_VALUES:
        raise _refused(path, node.start_mark, f"anchors make more than {MOST_VALUES:,} values of this block")
    return counted[id(node)]


def _check(path: str, node: yaml.Node) -> None:
    """Refuse one node of what PyYAML composes and does not construct, or constructs and OmegaConf does not take."""
    if node.tag not in yaml.SafeLoader.yaml_constructors:
        tag = node.tag.replace("tag:yaml.org,2002:", "!!")
        raise _refused(path, node.start_mark, f"the tag {tag} is not read: a configuration holds plain values only")
    if isinstance(node, yaml.ScalarNode):
        _check_value(path, node)
    elif isinstance(node, yaml.MappingNode):
        _check_names(path, node)


def _check_value(path: str, node: yaml.ScalarNode) -> None:
    try:
        yaml.SafeLoader("").construct_object(node)
        if "${" in node.value:
            parse(node.value)
    except GrammarParseError:
        raise _refused(path, node.start_mark, "what begins with ${ is not a name in braces, as ${name}") from None
    except (yaml.YAMLError, ValueError, KeyError):
        raise _refused(path, node.start_mark, f"the value is no {node.tag.rpartition(':')[2]}") from None


def _check_names(path: str, node: yaml.MappingNode) -> None:
    seen: set[str] = set()
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise _refused(path, key.start_mark, "a name cannot be a list or a block")
        if key.tag == MERGE:
            parts = value.value if isinstance(value, yaml.SequenceNode) else [value]
            if not all(isinstance(part, yaml.MappingNode) for part in parts):
                raise _refused(path, value.start_mark, "behind << expected a block, or a list of blocks")
        elif key.value in seen:
            raise _refused(path, key.start_mark, f"the name {key.value!r} stands twice in one block")
        seen.add(key.value)
