"""Which encoding a text file has, as far as its bytes say so without doubt."""

import codecs
import io
from typing import BinaryIO

# The longer marks first: UTF-32's begins with UTF-16's.
MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
WORDS = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8"}
WIDE = ("utf-16", "utf-32")
MOSTLY = 0.7


def encoding_of(head: bytes, told: str | None = None) -> str:
    """Encoding of a text by its first bytes: what a byte-order mark says, what was told, what NUL bytes say, or UTF-8.

    Letters of ASCII have a NUL byte in each pair in UTF-16 and three of four in UTF-32, always at the same place.

    Parameters
    ----------
    head
        First bytes of the file; some hundreds are enough.
    told
        Encoding that the user names.

    Examples
    --------
    >>> [encoding_of("date,close".encode(name)) for name in ("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32-le")]
    ['utf-8', 'utf-8-sig', 'utf-16', 'utf-16-be', 'utf-32-le']
    """
    marked = next((name for mark, name in MARKS.items() if head.startswith(mark)), None)
    if marked or told or b"\0" not in head:
        return marked or told or "utf-8"
    empty = [_share_of_nul(head[place::4]) >= MOSTLY for place in range(4)]
    patterns = {
        (False, True, True, True): "utf-32-le",
        (True, True, True, False): "utf-32-be",
        (False, True, False, True): "utf-16-le",
        (True, False, True, False): "utf-16-be",
    }
    return patterns.get(tuple(empty), "utf-8")  # type: ignore[arg-type]


def _share_of_nul(part: bytes) -> float:
    return part.count(0) / len(part) if part else 0.0


class WithoutNul(io.RawIOBase):
    r"""Bytes of a text in which a NUL byte is no text.

    Parameters
    ----------
    stream
        The bytes.
    replacement
        Byte that replaces NUL; None: it is refused.

    Raises
    ------
    UnicodeError
        While it is read: for a NUL byte, without a replacement.

    Examples
    --------
    >>> import io
    >>> io.BufferedReader(WithoutNul(io.BytesIO(b"a\0b"), b"\xff")).read()
    b'a\xffb'
    """

    def __init__(self, stream: BinaryIO, replacement: bytes | None) -> None:
        self._stream, self._replacement = stream, replacement

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        """Fill a buffer as far as the stream goes."""
        read = self._stream.read(len(buffer))
        if b"\0" in read:
            if self._replacement is None:
                raise UnicodeError("NUL bytes")
            read = read.replace(b"\0", self._replacement)
        buffer[: len(read)] = read
        return len(read)

    def close(self) -> None:
        """Close the stream."""
        self._stream.close()
        super().close()


def open_text(stream: BinaryIO, encoding: str, errors: str) -> io.TextIOWrapper:
    r"""Text of bytes, line ends as they are; a NUL byte is no text, but in encodings of two or four bytes.

    In UTF-8 it becomes U+FFFD where errors are replaced, by way of a byte that no UTF-8 text has.

    Examples
    --------
    >>> import io
    >>> open_text(io.BytesIO(b"a\0b\r\n"), "utf-8", "replace").read()
    'a\ufffdb\r\n'
    """
    binary: BinaryIO = stream
    if not encoding.startswith(WIDE):
        replacement = b"\xff" if encoding in WORDS and errors == "replace" else None
        binary = io.BufferedReader(WithoutNul(stream, replacement), io.DEFAULT_BUFFER_SIZE * 8)
    return io.TextIOWrapper(binary, encoding=encoding, errors=errors, newline="")


def first_undecodable_line(stream: BinaryIO, encoding: str) -> tuple[int, bytes]:
    """Number and bytes of the first line that is not in a one-byte encoding or UTF-8; 0 if lines cannot be told."""
    if encoding.startswith(WIDE):
        return 0, b""
    for number, line in enumerate(stream, start=1):
        try:
            line.decode(encoding)
        except UnicodeDecodeError:
            return number, line
        if b"\0" in line:
            return number, line
    return 0, b""
