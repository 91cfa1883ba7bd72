"""What may be shown of a configuration, a message or a log: nothing that could be a secret.

Whatever this project writes or prints about parameters, catalogs, addresses and errors goes through here. A value that
is not shown is still said to be there.
"""

import logging
import re
import traceback
from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise
from typing import Any

HIDDEN = "(not shown)"
# In its place while a text is looked at: it has neither blanks nor brackets.
MASK = "\ue000"
Names = tuple[str, ...]
# Secrets known by their value, from credentials; shorter ones would be found inside ordinary words.
_known: set[str] = set()
SHORTEST = 6

# Words of names. With a bare colon behind them the last ones are also found in sentences, and left there.
_ALWAYS = (
    r"pass(?:word|wd|phrase)?|pwd|secret|token|credentials?|auth(?:entication|orization)?|bearer|api[_-]?key|"
    r"(?:access|account|private|secret)[_-]?key|key[_-]?id|cookies?|sas|dsn|connection[_-]?string|storage_options|"
    r"fs_args|client_kwargs|prox(?:y|ies)|identity|e?mail"
)
_SECRET = rf"{_ALWAYS}|headers|session|signature|sig|user(?:[_-]?name)?|login|pin"
_START = r"(?:(?<![^\W_])|(?-i:(?<=[a-z\d])(?=[A-Z]))|(?=(?:password|passwd|secret|token)))"
SECRET_NAME = re.compile(rf"{_START}(?:{_SECRET})(?=[\W_\d]|(?-i:(?<=[a-z])(?=[A-Z]))|$)", re.IGNORECASE)
# ``name=value``, ``'name': value``, ``name: value`` and ``name value``; the value follows. Not all of the last three
# are secrets: see :func:`_is_named`.
NAMED = re.compile(
    rf"{_START}(?:{_SECRET})[\d_]*[\"']?\s*=\s*"
    rf"|{_START}(?:(?P<strong>{_ALWAYS})|(?:{_SECRET}))[\d_]*(?P<quoted>[\"'])\s*:\s*(?!\s|expected|received|must)"
    rf"|{_START}(?P<line>{_ALWAYS})\d*:(?!//)\s*(?!expected|received|input|field|must|conf/)(?=\S)"
    rf"|\b(?:Bearer|Basic|Digest)\s+(?=[\w.+/=~-]{{8}})"
    rf"|{_START}(?P<spaced>{_ALWAYS})[ \t]{{1,8}}(?=[^\s-])"
    rf"|(?<![\w.])key\s?=\s?(?=[\"']?[A-Za-z0-9]{{0,64}}(?:[A-Za-z]\d|\d[A-Za-z])[A-Za-z]*\d+[A-Za-z])",
    re.IGNORECASE,
)
ADDRESS = re.compile(r"(?P<scheme>\b[a-z][a-z0-9+.-]{1,30}:/{1,2})(?P<rest>[^\s'\"<>]*)", re.IGNORECASE)
ENDING = r"\.(?:csv|tsv|txt|parquet|pq|h5|hdf5?|gz|zip|bz2|xz|json|ya?ml|xlsx?|html?|md|png|log|keras|npy)\b"
# Without a scheme: user:password@host, and an address of e-mail; a future at an exchange (ES@CME) is none.
_NAME = rf"(?<![\w/.+~%{MASK}-])[\w.+~%{MASK}-]{{1,128}}"
USER = re.compile(rf"{_NAME}(?::[^\s@'\"/]{{0,128}}@(?=\w)|@(?=[\w-]{{1,64}}(?:\.\w|:\d|/))(?![\w-]{{1,64}}{ENDING}))")
QUERY = re.compile(r"(?<=[\w/.-])\?[\w.~%+\[\]-]+=[^\s'\"<>)]*")
DATASET = re.compile(r"(?P<name>\bdataset [\w.]+)(?=\()")
PORT = re.compile(r"[^:]*:\d{1,5}")
QUOTES = {"'", '"'}
CLOSING = {"(": ")", "[": "]", "{": "}"}
# A part of the path of an address. Shown are words, symbols, versions, numbers and names of files.
PART = re.compile(r"[^/,;()[\]{}]+")
LONG = re.compile(r"[A-Za-z0-9]{16,}")
_PIECE = r"(?:[a-z]{1,24}|\d{1,10})"
PLAIN_PART = re.compile(
    rf"(?:[@^]|%[\da-f]{{2}})?{_PIECE}(?:(?:[-_.+~=]|%[\da-f]{{2}}){_PIECE})*|v\d{{1,3}}", re.IGNORECASE
)
FILE = re.compile(rf"[\w.~%-]{{0,100}}{ENDING}", re.IGNORECASE)
# A value behind a name and a blank is taken for a key if it has so many digits, and letters.
KEY = re.compile(r"(?=\S{0,64}?[A-Za-z])(?=(?:[^\s\d]{0,64}\d){3})(?!\d{4}-\d\d)[\w+/=~.-]{8,}")
LONGEST_NAME, LONGEST_TICKER = 64, 5
# Keys that are known by how they begin, signed ones (JWT), hexadecimal ones, and others that nobody would write.
TOKENS = (
    re.compile(r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----(?:(?!-----END).)*(?:-----END[A-Z ]{0,40}-----)?", re.DOTALL),
    re.compile(r"\b(?:AKIA|ASIA|AIza|sk-|pk-|gh[opsru]_|github_pat_|glpat-|xox[abprs]-|hf_|npm_|pypi-)[\w-]{8,}"),
    re.compile(r"\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?"),
    re.compile(r"(?<![\w/+.-])(?=[\w/+]*[a-z])(?=[\w/+]*[A-Z])(?=[\w/+]*\d)[A-Za-z0-9/+]{40}=?(?![\w/+=-]|\.\w)"),
)
# A hash is said to be one, and so is the name of a run.
RUN = re.compile(
    r"(?P<said>\b(?:commit|sha-?\d*|hash)\W{1,4}(?=[0-9a-f]+\b)|\bruns?[=/]['\"]?)?"
    r"(?P<run>[A-Za-z0-9]{16,})",
    re.IGNORECASE,
)
WORD = re.compile(r"[A-Za-z][A-Za-z_. -]{0,39}")
# Where errors of Python keep text beside their arguments: OSError, ImportError, SyntaxError.
TEXTS = ("strerror", "filename", "filename2", "msg", "text")


def remember(values: Any, *, all_of_them: bool = False) -> None:
    """Never show the secrets among these values again, wherever they stand.

    Parameters
    ----------
    values
        A configuration. Text beside names of secrets is one; what is shorter than six characters, or is a word that
        messages use as well, is not looked for.
    all_of_them
        Whether every text is a secret, whatever its name.
    """
    if isinstance(values, dict):
        for name, each in values.items():
            remember(each, all_of_them=all_of_them or is_secret(str(name)))
    elif isinstance(values, list | tuple):
        for each in values:
            remember(each, all_of_them=all_of_them)
    elif all_of_them and isinstance(values, str) and len(values) >= SHORTEST and not WORD.fullmatch(values):
        _known.add(values)


def known_secrets() -> frozenset[str]:
    """Secrets that are known by their value, for other processes of the same run to remember."""
    return frozenset(_known)


def redacted(text: str) -> str:
    """Text without what could be a secret.

    Left out are users and passwords, queries and fragments of addresses; values beside names of secrets, with all that
    is inside their brackets; arguments of a dataset, but for its file; headers; and what looks like a key.

    Parameters
    ----------
    text
        A message, a path, an address, or a line of a log.

    Examples
    --------
    >>> redacted("401 for https://me:pw@host/data?key=1#x, {'token': 'abc', 'rows': 3}")
    "401 for https://host/data?(not shown) {'token': (not shown), 'rows': 3}"
    >>> redacted("data/01_raw/prices.parquet: line 3: adj_close is -1")
    'data/01_raw/prices.parquet: line 3: adj_close is -1'
    """
    return _redacted(text, known_secrets())


@lru_cache(maxsize=16_384)
def _redacted(text: str, known: frozenset[str]) -> str:
    """Once for each text: the names and values of a configuration come again and again."""
    text = text.replace(HIDDEN, MASK)  # what was redacted before stays as it is
    for secret in sorted(known, key=len, reverse=True):
        text = text.replace(secret, MASK)
    text = _replaced(text, DATASET, _file_alone)
    text = QUERY.sub(f"?{MASK}", ADDRESS.sub(_address, text))
    text = USER.sub(f"{MASK}@", _replaced(text, NAMED, lambda _: MASK))
    for token in TOKENS:
        text = token.sub(MASK, text)
    text = RUN.sub(lambda found: found[0] if _is_no_key(found) else MASK, text)
    return text.replace(MASK, HIDDEN)


def shown(value: Any, is_known: Callable[[Names], bool], path: Names, *, words: bool = False) -> Any:
    """A value of a configuration, as it may be shown; deny by default.

    Shown are numbers, truth values and nothing, but not beside a name of a secret; and text of names that are known to
    hold none, as :func:`redacted` leaves it.

    Parameters
    ----------
    value
        Plain values of any depth.
    is_known
        Whether a path of names is known to hold no secret.
    path
        Names that lead to the value.
    words
        Whether text is also shown that is a few words without digits.

    Returns
    -------
    object
        The value, :data:`HIDDEN` in the place of each that is not shown.

    Examples
    --------
    >>> values = {"filepath": "https://host/a.csv?k=1", "args": {"api_key": 5, "sep": ";", "rows": 3}}
    >>> shown(values, lambda path: path == ("filepath",), ())
    {'filepath': 'https://host/a.csv?(not shown)', 'args': {'api_key': '(not shown)', 'sep': '(not shown)', 'rows': 3}}
    """
    if isinstance(value, dict):
        return {
            redacted(str(name)): shown(each, is_known, (*path, str(name)), words=words) for name, each in value.items()
        }
    if isinstance(value, list | tuple):
        return [shown(each, is_known, path, words=words) for each in value]
    known = is_known(path)
    if not known and any(map(is_secret, path)):
        return HIDDEN
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str) and (known or (words and WORD.fullmatch(value))):
        return redacted(value)
    return HIDDEN


def is_secret(name: str) -> bool:
    """Whether a name is one of secrets.

    Examples
    --------
    >>> [name for name in ("apiKey", "AWS_SECRET_ACCESS_KEY", "tokens", "author", "headers") if is_secret(name)]
    ['apiKey', 'AWS_SECRET_ACCESS_KEY', 'headers']
    """
    return SECRET_NAME.search(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)) is not None


def redact(error: BaseException) -> None:
    """Redact in place all that a traceback shows of an error, of those that led to it, and of those in a group.

    That is its arguments, its notes, and other texts that it keeps, as the file of an OSError.
    """
    seen: set[int] = set()
    following: list[BaseException | None] = [error]
    while following:
        one = following.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        following += [one.__cause__, one.__context__]
        if isinstance(one, BaseExceptionGroup):
            following += one.exceptions
            _redact_group(one)
        else:
            one.args = tuple(map(_redacted_argument, one.args))
        for name in (*vars(one), *TEXTS):
            value = getattr(one, name, None)
            if isinstance(value, str):
                setattr(one, name, redacted(value))
        if hasattr(one, "__notes__"):
            one.__notes__ = [redacted(str(note)) for note in one.__notes__]


def _redacted_argument(argument: Any) -> Any:
    """An argument of an error; its text where it is something else, such as another error, that would show a secret."""
    text = str(argument)
    return argument if redacted(text) == text else redacted(text)


def _redact_group(group: BaseExceptionGroup[BaseException]) -> None:
    """The message of a group can only be read: a class of its own shows another one."""
    kind, message = type(group), redacted(group.message)
    if message != group.message and isinstance(group, Exception):  # those of Python's other class keep their class
        shown = message + str(group).removeprefix(group.message)
        names = {name: getattr(kind, name) for name in ("__module__", "__qualname__")}
        methods = {"__str__": lambda _: shown, "__reduce__": lambda self: (kind, (message, self.exceptions))}
        group.__class__ = type(kind.__name__, (kind,), {"__slots__": (), **names, **methods})


class RedactedRecord(logging.LogRecord):
    """A record of a log, redacted when it is made, a traceback too: whoever handles it has nothing else.

    Kedro lets no filter of a project into ``logging.yml``, so that ``settings.py`` has all records made by this class.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        try:
            self.msg, self.args = redacted(self.getMessage()), None
        except (TypeError, ValueError):
            return  # arguments that do not fit: whoever handles the record says so, and where
        if self.exc_info and self.exc_info[0]:
            text = "".join(traceback.format_exception(*self.exc_info)).rstrip()
            self.exc_info, self.exc_text = None, redacted(text)


def _address(found: re.Match[str]) -> str:
    """An address without user, password, query and fragment."""
    place, mark, _ = _before_query(found["rest"])
    host = place.partition("/")[0]
    # A password may hold whatever stands between the parts of an address; a port is no password.
    if "@" in host or ("@" in found["rest"] and ":" in host and not PORT.fullmatch(host)):
        place, mark, _ = _before_query(found["rest"].rpartition("@")[2])
    if not found["scheme"].lower().startswith("file:"):
        host, slash, path = place.partition("/")
        place = host + slash + PART.sub(_plain_part, path)
    return f"{found['scheme']}{place}" + (f"?{MASK}" if mark else "")


def _plain_part(found: re.Match[str]) -> str:
    """A part of the path of an address, if it is no key."""
    part = found[0].rstrip(".:!")
    shown = (PLAIN_PART.fullmatch(part) or FILE.fullmatch(part)) and not any(map(_looks_drawn, LONG.findall(part)))
    return found[0] if shown or not part else MASK + found[0][len(part) :]


def _is_no_key(found: re.Match[str]) -> bool:
    """Whether a long run of letters and digits is said to be something else, begins the name of a file, or is words."""
    return bool(found["said"] or FILE.match(found.string, found.end())) or not _looks_drawn(found["run"])


def _is_named(found: re.Match[str]) -> bool:
    """Whether a name of secrets is used as one: not where it is a column, a ticker, or a word of a sentence."""
    given, text = found.groupdict(), found.string
    before = text[max(0, found.start() - LONGEST_NAME) : found.start()]
    start = re.search(r"[\w.-]*$", before)
    outside = before[: start.start()] if start else before
    if given.get("quoted"):
        inside = not outside.rstrip("\"' \tbu") or outside.rstrip("\"' \tbu")[-1] in "{[(,\n"
        return inside or bool(given["strong"] and re.match(r"[bu]?[\"'[({]", text[found.end() : found.end() + 2]))
    if given.get("spaced"):
        return before[len(outside) :].startswith("--") or KEY.match(text, found.end()) is not None
    name = before[len(outside) :] + (given.get("line") or "")
    is_ticker = name.isupper() and len(name) <= LONGEST_TICKER
    return not (given.get("line") and is_ticker) or KEY.match(text, found.end()) is not None


def _before_query(rest: str) -> tuple[str, str, str]:
    mark = re.search(r"[?#]", rest)
    return rest.partition(mark[0]) if mark else (rest, "", "")


def _file_alone(arguments: str) -> str:
    """Of the arguments of a dataset in a message, its file."""
    file = re.search(r"""\bfilepath=(?:\w*Path\()?(['"]?)([^'",)]*)\1""", arguments)
    return f"({file[2]})" if file else ""


def _replaced(text: str, pattern: re.Pattern[str], replace: Callable[[str], str]) -> str:
    """Text with the value behind each match replaced."""
    pieces, done = [], 0
    for found in pattern.finditer(text):
        if found.end() > done and (pattern is not NAMED or _is_named(found)):
            end = _end_of_value(text, found.end(), found.groupdict().get("line"))
            pieces += [text[done : found.end()], replace(text[found.end() : end])]
            done = end
    return "".join([*pieces, text[done:]])


def _end_of_value(text: str, start: int, line: str | None) -> int:
    """Where a value ends: what is in brackets or quotation marks belongs to it; without these, a word or the line."""
    closing: list[str] = []
    whole = text[start : start + 1] in QUOTES | CLOSING.keys()
    ends = "\n,;}])" if line else " \t\n,;&}])"
    place = start
    while place < len(text):
        each = text[place]
        if not closing and each in (QUOTES | set(ends) if line and not whole else ends):
            break
        if each in QUOTES:
            place = _end_of_quotation(text, place)
        else:
            if closing and each == closing[-1]:
                closing.pop()
            elif each in CLOSING:
                closing.append(CLOSING[each])
            place += 1
        if whole and not closing:
            break
    return place


def _end_of_quotation(text: str, start: int) -> int:
    place = start + 1
    while place < len(text) and text[place] != text[start]:
        place += 2 if text[place] == "\\" else 1
    return place + 1


def _looks_drawn(run: str) -> bool:
    """Whether letters and digits look drawn at random: long, and mixed as no name is."""
    changes = sum(_kind(one) != _kind(other) for one, other in pairwise(run))
    of_digits = sum(one.isdigit() != other.isdigit() for one, other in pairwise(run))
    if not of_digits:
        return changes >= 0.4 * len(run)
    if run.upper() == run:  # symbols of series are such
        return len(run) >= 24 and of_digits >= 3
    return of_digits >= 4 or changes >= 0.4 * len(run) or (len(run) >= 32 and of_digits >= 2)


def _kind(each: str) -> int:
    return 2 * each.isdigit() + each.isupper()
