"""Bytes of a file that may be compressed, with a limit on what may come out, and one message for each thing wrong."""

import bz2
import gzip
import io
import lzma
import os
import re
import stat
import struct
import zipfile
import zlib
from pathlib import Path
from typing import IO, Any, BinaryIO, Literal

Packing = Literal["gzip", "bzip2", "xz", "zip"]
MAGIC: dict[bytes, Packing] = {b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz", b"PK\x03\x04": "zip"}
# Tables of numbers and texts shrink to a fifth or a tenth; a file of one repeated byte to a thousandth.
MOST_RATIO, RATIO_COUNTS_FROM = 200, 64 * 2**20
MOST_BYTES = 16 * 2**30
# What Python's modules raise for bytes that do not unpack; beside their own errors those of their arithmetic.
DAMAGED = (
    *(EOFError, OSError, RuntimeError, NotImplementedError, zlib.error, lzma.LZMAError, zipfile.BadZipFile),
    *(ValueError, IndexError, KeyError, OverflowError, struct.error),
)
BUFFER_BYTES = 2**18
# As a path, an address has one slash behind the scheme; one letter is a drive of Windows.
ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/.*")
ENCRYPTED = 1
# What the programs that pack a folder add of their own.
NOT_PACKED_BY_USERS = ("__MACOSX/", ".DS_Store", "Thumbs.db")


def reason_of(error: Exception) -> str:
    """Last line of what an error says, without a stop at its end, or its name."""
    said = str(error).strip().rstrip(".")
    return said.splitlines()[-1] if said else type(error).__name__


def damaged(filepath: Path, error: Exception) -> str:
    """What to say of a file that breaks off or does not unpack."""
    return f"{filepath} cannot be read: {reason_of(error)}. It is damaged, or was cut off on its way: fetch it again."


def check_file(filepath: Path, error: type[Exception], missing: str) -> None:
    """Refuse what is no file with content that may be read.

    Parameters
    ----------
    filepath
        What should be a file.
    error
        What is raised.
    missing
        What the message says behind "does not exist": what was expected, and what to do.

    Raises
    ------
    Exception
        ``error``: for nothing, an address, a link that leads nowhere, a folder, a pipe or device, a file that may not
        be read, and an empty one.
    """
    try:
        if filepath.is_symlink() and not filepath.exists():
            raise error(
                f"{filepath} does not exist: it is a link to {os.readlink(filepath)}, where no file is. {missing}"
            )
        if not filepath.exists() and ADDRESS.fullmatch(filepath.as_posix()):
            raise error(
                f"{filepath} is an address. Addresses are not fetched: save what it gives to a file, and name that "
                f"file. {missing}"
            )
        if not filepath.exists():
            raise error(f"{filepath} does not exist. {missing}")
        status = filepath.stat()
        if stat.S_ISDIR(status.st_mode):
            raise error(f"{filepath} is a folder, not a file. {missing}")
        if not stat.S_ISREG(status.st_mode):
            raise error(f"{filepath} is a pipe or a device, not a file. Write its content to a file first.")
        with filepath.open("rb"):
            pass
    except PermissionError as denied:
        raise error(f"{filepath} cannot be read: permission denied. Allow your user to read it.") from denied
    except OSError as other:
        raise error(f"{filepath} cannot be read: {reason_of(other)}.") from other
    if status.st_size == 0:
        raise error(f"{filepath} is empty: it has no bytes. {missing}")


class LimitedReader(io.RawIOBase):
    """Unpacked bytes, counted while they are read.

    Parameters
    ----------
    stream
        Gives the unpacked bytes.
    file
        The packed bytes, from which the stream reads; closed with it.
    packed
        Packed size in bytes.
    name
        Of the file, for messages.
    error
        What is raised.
    most_bytes
        Most bytes that may come out.

    Raises
    ------
    Exception
        ``error``, while it is read: for more bytes than ``most_bytes``, for more than 200 times the packed size (from
        64 MiB on), and for bytes that do not unpack.

    Examples
    --------
    >>> import gzip, io
    >>> packed = io.BytesIO(gzip.compress(bytes(1000)))
    >>> LimitedReader(gzip.open(packed), packed, 29, "zeros.gz", ValueError, most_bytes=100).read()
    Traceback (most recent call last):
        ...
    ValueError: zeros.gz unpacks to more than 100 bytes from 29: such a file is made to fill a memory...
    """

    def __init__(
        self,
        stream: IO[bytes],
        file: IO[bytes],
        packed: int,
        name: Path | str,
        error: type[Exception],
        *,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._stream, self._name, self._error, self._packed = stream, name, error, packed
        self._limit = min(most_bytes, max(RATIO_COUNTS_FROM, MOST_RATIO * packed))
        self._file, self._done = file, 0

    @property
    def position(self) -> int:
        """Packed bytes that have been read."""
        return self._file.tell()

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        """Fill a buffer as far as the stream goes."""
        try:
            read = self._stream.read(len(buffer))
        except DAMAGED as error:
            raise self._error(damaged(Path(self._name), error)) from error
        self._done += len(read)
        if self._done > self._limit:
            raise self._error(
                f"{self._name} unpacks to more than {self._limit:,} bytes from {self._packed:,}: such a file is made "
                "to fill a memory or a disk. If you know it to be good, unpack it yourself, and name the unpacked file."
            )
        buffer[: len(read)] = read
        return len(read)

    def close(self) -> None:
        """Close what was opened."""
        if not self.closed:
            self._stream.close()
            self._file.close()
        super().close()


class PackedFile:
    """A file of bytes, as they are or compressed: gzip, bzip2, xz, or a ZIP archive with one file in it.

    What it is, its first bytes say, not its ending.

    Parameters
    ----------
    filepath
        Path of the file.
    error
        What is raised.
    member
        Name of the file inside a ZIP archive; not needed if there is one only.
    most_bytes
        Most bytes that a packed file may unpack to.

    Raises
    ------
    Exception
        ``error``: if the file cannot be opened, a ZIP archive is damaged, holds no file or several, or does not hold
        ``member``.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> import gzip
    >>> from pathlib import Path
    >>> path = Path(folder.name) / "a.csv"
    >>> _ = path.write_bytes(gzip.compress(b"date,close"))
    >>> file = PackedFile(path, ValueError)
    >>> with file.open() as stream:
    ...     file.packing, stream.read()
    ('gzip', b'date,close')
    >>> folder.cleanup()
    """

    def __init__(
        self, filepath: Path, error: type[Exception], member: str | None = None, *, most_bytes: int = MOST_BYTES
    ) -> None:
        self.filepath, self.error, self.most_bytes = filepath, error, most_bytes
        with filepath.open("rb") as file:
            head = file.read(max(map(len, MAGIC)))
        self.packing: Packing | None = next((name for magic, name in MAGIC.items() if head.startswith(magic)), None)
        self.size = filepath.stat().st_size
        self.member = self._choose(member) if self.packing == "zip" else None

    def open(self) -> io.BufferedReader:
        """Open the unpacked bytes; the caller closes them."""
        file = self.filepath.open("rb")
        try:
            return io.BufferedReader(self._unpacked(file), BUFFER_BYTES)
        except DAMAGED as error:
            file.close()
            raise self.error(damaged(self.filepath, error)) from error

    def head(self, length: int) -> bytes:
        """First unpacked bytes."""
        with self.open() as stream:
            return stream.read(length)

    def _unpacked(self, file: BinaryIO) -> LimitedReader:
        packed, most = self.size, self.most_bytes
        stream: Any
        if self.packing == "gzip":
            stream = gzip.GzipFile(fileobj=file)
        elif self.packing == "bzip2":
            stream = bz2.BZ2File(file)
        elif self.packing == "xz":
            stream = lzma.LZMAFile(file)
        elif self.packing == "zip":
            archive = zipfile.ZipFile(file)
            packed = archive.getinfo(str(self.member)).compress_size
            stream = archive.open(str(self.member))
        else:
            stream, most = file, max(self.size, self.most_bytes)
        return LimitedReader(stream, file, packed, self.filepath, self.error, most_bytes=most)

    def _choose(self, member: str | None) -> str:
        try:
            with zipfile.ZipFile(self.filepath) as archive:
                infos = [info for info in archive.infolist() if not info.filename.endswith("/")]
        except DAMAGED as error:
            raise self.error(damaged(self.filepath, error)) from error
        held = [info.filename for info in infos]
        names = [name for name in held if not any(mark in name for mark in NOT_PACKED_BY_USERS)]
        if any(name.startswith("xl/") for name in names):
            raise self.error(f"{self.filepath} is a workbook of Excel. Save the sheet as CSV, and name that file.")
        chosen = names[0] if member is None and len(names) == 1 else member
        if chosen not in held:
            raise self.error(
                f"{self.filepath} holds {len(names):,} files: {', '.join(names[:8]) or 'none'}"
                f"{', ...' if len(names) > 8 else ''}. Expected one, or its name: --params table_key=NAME."
            )
        if infos[held.index(chosen)].flag_bits & ENCRYPTED:
            raise self.error(f"{self.filepath}: {chosen} has a password. Unpack it, and name the unpacked file.")
        return str(chosen)
