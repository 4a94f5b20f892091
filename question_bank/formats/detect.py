"""Choose the reader of a file by what is in it; a name only helps where the content says nothing.

`READERS` is the one list of them: a new format is a `Reader` in its place in the order.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from question_bank.formats import (
    aiken,
    blackboard,
    docx,
    drafting,
    gift,
    latex,
    moodle_xml,
    packages,
    pdf,
    plain_paper,
    qti,
    qti12,
    sheet,
)
from question_bank.formats.reading import Reading

_BINARY = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0", b"{\\rtf")
_XML = (b"<?xml", b"<quiz", b"<!DOCTYPE", b"<\x00?\x00", b"<\x00q\x00", b"\xff\xfe<\x00", b"\xfe\xff\x00<")


@dataclass(frozen=True)
class File:
    """A file that looks for its reader."""

    data: bytes
    name: str = ""

    @cached_property
    def start(self) -> bytes:
        """Its first bytes without blanks and byte order mark."""
        return self.data[:4000].lstrip(b"\xef\xbb\xbf \r\n\t")

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names in an archive, none when it is broken or no archive."""
        try:
            return tuple(zipfile.ZipFile(io.BytesIO(self.data)).namelist())
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError):
            return ()

    @cached_property
    def text(self) -> str:
        """Its text; raises as `drafting.decode` does."""
        return drafting.decode(self.data)[0]

    @property
    def as_xml(self) -> bool:
        """Whether it opens with a tag."""
        return self.start.startswith(b"<")

    def ends(self, *endings: str) -> bool:
        """Whether its name has one of these endings."""
        return self.name.lower().endswith(endings)


@dataclass(frozen=True, slots=True)
class Reader:
    """A format: its name as in `Reading.format` (a package: that of what is in it), what claims and what reads it."""

    name: str
    claims: Callable[[File], bool]
    read: Callable[[bytes, str], Reading]


def _is_word(file: File) -> bool:
    return file.ends(".docx", ".doc", ".docm")


# Asked in this order; the last takes what is left.
READERS: tuple[Reader, ...] = (
    Reader("xlsx", lambda file: sheet.is_workbook(file.names) or file.ends(".xlsx", ".xlsm", ".xls"), sheet.read),
    Reader("csv", lambda file: file.ends(".csv") and not file.as_xml, sheet.read),
    Reader(
        "package",
        lambda file: file.start.startswith(b"PK") and not _is_word(file) and packages.is_package(file.names),
        packages.read,
    ),
    Reader("qti", lambda file: file.as_xml and qti.is_item(file.data), qti.read),
    Reader("qti12", lambda file: file.as_xml and qti12.is_interop(file.data), qti12.read),
    Reader("blackboard", lambda file: file.as_xml and blackboard.is_pool(file.data), blackboard.read),
    Reader("pdf", lambda file: file.start.startswith(b"%PDF"), pdf.read),
    Reader("docx", lambda file: file.start.startswith(_BINARY) or (_is_word(file) and not file.as_xml), docx.read),
    Reader(
        "moodle_xml", lambda file: (file.as_xml and file.ends(".xml")) or file.start.startswith(_XML), moodle_xml.read
    ),
    Reader("latex", lambda file: latex.is_exam(file.text), latex.read),
    Reader("aiken", lambda file: aiken.is_aiken(file.text), aiken.read),
    Reader("text", lambda file: plain_paper.is_paper(file.text), plain_paper.read),
    Reader("gift", lambda file: True, gift.read),
)


def read_any(data: bytes, filename: str = "") -> Reading:
    """Return the questions of a file of any of the formats.

    Raises:
        Invalid: none of these, or broken; says the way out.
        TooLarge: over a limit.
    """
    return reader_of(data, filename).read(data, filename)


def reader_of(data: bytes, filename: str = "") -> Reader:
    """Return the reader that takes a file.

    Raises:
        Invalid, TooLarge: it is neither of a known kind nor text.
    """
    file = File(data, filename)
    return next(reader for reader in READERS if reader.claims(file))
