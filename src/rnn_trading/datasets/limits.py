"""How much a source may answer."""

from collections.abc import Iterable

from kedro.io import DatasetError

MEBIBYTE = 2**20
# Fifty years of a symbol's days are one mebibyte; a large bank's report with all its exhibits is two hundred.
LARGEST_TABLE = 64 * MEBIBYTE
LARGEST_REPORT = 512 * MEBIBYTE
# Keras' reviews are 17 mebibytes, and unpacked 54.
LARGEST_DOWNLOAD = 512 * MEBIBYTE


class TooLargeError(DatasetError):
    """More than a source has any reason to send."""


def at_most(pieces: Iterable[bytes], most: int, source: str) -> bytes:
    """Join the pieces of an answer, as they are unpacked, and stop when they become too many.

    Parameters
    ----------
    pieces
        Of an answer that is read piece by piece.
    most
        Bytes.
    source
        Who answered, and what was asked for.

    Raises
    ------
    TooLargeError
        Before more than one piece too much is in memory.

    Examples
    --------
    >>> at_most([b"ab", b"c"], 3, "a source")
    b'abc'
    >>> at_most(iter([b"ab"] * 10**9), 3, "a source")
    Traceback (most recent call last):
        ...
    rnn_trading.datasets.limits.TooLargeError: a source: an answer of more than 3 bytes was not read on.
    """
    whole, size = [], 0
    for piece in pieces:
        size += len(piece)
        if size > most:
            shown = f"{most // MEBIBYTE} MiB" if most >= MEBIBYTE else f"{most} bytes"
            raise TooLargeError(f"{source}: an answer of more than {shown} was not read on.")
        whole.append(piece)
    return b"".join(whole)
