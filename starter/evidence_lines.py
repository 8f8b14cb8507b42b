"""Lines of text out of bytes: UTF-8, no NUL, none endless; and records of CSV, which may go over several lines.

Knows nothing of what a line says. Holds one line or one record at a time. Lines count from 1, as editors count them.
"""

import math
import os
import stat
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

LONGEST = 1_000_000
"""Bytes of one line, and of one record."""
GIVEN_UP = 100_000_000
"""Bytes after which a line is taken to have no end: nothing more of the file is read."""
_BOM = b"\xef\xbb\xbf"
_OTHERS = (
    (b"\xff\xfe", "is UTF-16; UTF-8 is expected: save it as such"),
    (b"\xfe\xff", "is UTF-16; UTF-8 is expected: save it as such"),
    (b"PK\x03\x04", "is a spreadsheet or an archive; text is expected: save it as CSV in UTF-8"),
    (b"\x1f\x8b", "is compressed by gzip; text is expected: `gunzip -c FILE | sla measure import -` reads it"),
)


class Line(NamedTuple):
    """One line, or one record, without what ends it."""

    no: int
    text: str


class BadLine(NamedTuple):
    """One that cannot be read, and what would be right."""

    no: int
    wrong: str


def lines_of(stream: BinaryIO) -> Iterator[Line | BadLine]:
    """Every line, ended by LF or CR LF. After a file that is something else altogether nothing more comes, and of a
    file that grows while it is read nothing that was not there at first: another time takes that."""
    no, left = 0, _size_of(stream)
    while left > 0 and (raw := stream.readline(LONGEST + 1)):
        no += 1
        left -= len(raw)
        if no == 1:
            if wrong := next((wrong for mark, wrong in _OTHERS if raw.startswith(mark)), None):
                yield BadLine(1, wrong)
                return
            raw = raw.removeprefix(_BOM)
        if len(raw) <= LONGEST:
            yield _line(no, raw)
            continue
        skipped = _skip_rest(stream, raw)
        if skipped > GIVEN_UP:
            wrong = f"does not end within {GIVEN_UP:,} bytes, and nothing after it was read; one row a line is expected"
            yield BadLine(no, wrong)
            return
        left -= skipped
        yield BadLine(no, f"is longer than {LONGEST:,} bytes; one row a line is expected")


def _size_of(stream: BinaryIO) -> float:
    """So many bytes are there to read; endless where nobody knows, as of a pipe."""
    try:
        told = os.fstat(stream.fileno())
        return told.st_size - stream.tell() if stat.S_ISREG(told.st_mode) and told.st_size else math.inf
    except (OSError, ValueError):
        return math.inf


def _skip_rest(stream: BinaryIO, raw: bytes) -> int:
    """Reads on to the end of the line; how many bytes these were."""
    skipped = 0
    while raw and not raw.endswith(b"\n") and skipped <= GIVEN_UP:
        raw = stream.readline(LONGEST)
        skipped += len(raw)
    return skipped


def _line(no: int, raw: bytes) -> Line | BadLine:
    bare = raw.removesuffix(b"\n").removesuffix(b"\r")
    if b"\0" in bare:
        return BadLine(no, f"has a NUL at byte {bare.index(0) + 1}; text is expected")
    try:
        text = bare.decode()
    except UnicodeDecodeError as error:
        byte = bare[error.start]
        latin = f", which Latin-1 reads as {chr(byte)!r}" if byte >= 0xA0 else ""
        return BadLine(no, f"is no UTF-8 at byte {error.start + 1} (0x{byte:02X}{latin}); save the file as UTF-8")
    if "\r" in text:
        return BadLine(no, "has a carriage return inside; lines that end with LF or CR LF are expected")
    return Line(no, text)


def records_of(lines: Iterator[Line | BadLine]) -> Iterator[Line | BadLine]:
    """Records of CSV: a line, or several where a quoted cell goes over them. Empty lines are none."""
    for line in lines:
        if isinstance(line, BadLine):
            yield line
        elif line.text.count('"') % 2:
            yield _joined(line, lines)
        elif line.text.strip():
            yield line


def _joined(first: Line, lines: Iterator[Line | BadLine]) -> Line | BadLine:
    """The record that begins with a line whose quote is still open."""
    parts, size, last = [first.text], len(first.text), first.no
    for line in lines:
        last = line.no
        if isinstance(line, BadLine):
            return BadLine(first.no, f"goes on to line {line.no}, which {line.wrong}")
        parts.append(line.text)
        size += len(line.text)
        if line.text.count('"') % 2:
            return Line(first.no, "\n".join(parts))
        if size > LONGEST:
            break
    return BadLine(first.no, f'has a quote (") that is not closed by line {last}; each quote needs its second one')
