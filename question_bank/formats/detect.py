"""Choose the reader of a file by what is in it; a name only helps where the content says nothing."""

from __future__ import annotations

import io
import zipfile

from question_bank.formats import aiken, docx, drafting, gift, moodle_xml, qti
from question_bank.formats.reading import Reading

_BINARY = (b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0", b"{\\rtf", b"%PDF")
_XML = (b"<?xml", b"<quiz", b"<!DOCTYPE", b"<\x00?\x00", b"<\x00q\x00", b"\xff\xfe<\x00", b"\xfe\xff\x00<")


def read_any(data: bytes, filename: str = "") -> Reading:
    """Return the questions of a Word, QTI, Moodle XML, GIFT or Aiken file.

    Raises:
        Invalid: none of these, or broken; says the way out.
        TooLarge: over a limit.
    """
    start = data[:4000].lstrip(b"\xef\xbb\xbf \r\n\t")
    as_word, as_xml = filename.lower().endswith((".docx", ".doc", ".docm")), start.startswith(b"<")
    if (start.startswith(b"PK") and not as_word and qti.is_package(_names(data))) or (as_xml and qti.is_item(data)):
        return qti.read(data, filename)
    if start.startswith(_BINARY) or (as_word and not as_xml):
        return docx.read(data, filename)
    if (as_xml and filename.lower().endswith(".xml")) or start.startswith(_XML):
        return moodle_xml.read(data, filename)
    text, _ = drafting.decode(data)
    return aiken.read(data, filename) if aiken.is_aiken(text) else gift.read(data, filename)


def _names(data: bytes) -> tuple[str, ...]:
    """Return the names in an archive, none when it is broken."""
    try:
        return tuple(zipfile.ZipFile(io.BytesIO(data)).namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError):
        return ()
