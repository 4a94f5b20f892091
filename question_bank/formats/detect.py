"""Choose the reader of a file by what is in it; a name only helps where the content says nothing."""

from __future__ import annotations

from question_bank.formats import gift, moodle_xml
from question_bank.formats.reading import Reading


def read_any(data: bytes, filename: str = "") -> Reading:
    """Return the questions of a file of any kind that can be read."""
    if data.lstrip(b"\xef\xbb\xbf \r\n\t").startswith((b"<?xml", b"<quiz")):
        return moodle_xml.read(data, filename)
    return gift.read(data, filename)
