"""Texts so simple that nothing has to be parsed: paragraphs with emphasis, formulas and gaps, as `clean` leaves them.

Most of what a bank holds is of this kind, and a file of questions brings thousands. The test beside the tests of the
vocabulary holds that the short way and the long way agree.
"""

from __future__ import annotations

import re
from html import unescape

# Only what both parsers pass on untouched: no tag that moves others, no sign that is written otherwise.
_SIGNS = r"(?:[^<>&\x00-\x08\x0b-\x1f\x7f-\xa0\ufdd0-\ufdef\ufffe\uffff]|&(?:amp|lt|gt);)"
_TEX = rf'<span class="tex">(?!\s){_SIGNS}++(?<!\s)</span>'
_EMPHASIS = "|".join(f"<{tag}>{_SIGNS}++</{tag}>" for tag in ("b", "i", "u", "sub", "sup"))
_GAP = r'<span class="gap" data-gap="[A-Za-z0-9_-]{1,40}"></span>'
_LINE = rf"(?:{_SIGNS}|<br>|{_EMPHASIS}|{_TEX}|{_GAP})"
_SIMPLE = re.compile(rf"(?:<p>{_LINE}++</p>)++|{_LINE}*+")
_BREAK = re.compile(r"</?p>|<br>")
_TAG = re.compile(r"<[^>]*>")


def is_simple(markup: str) -> bool:
    """Tell whether a text in NFC is one that `clean` would give back as it is."""
    return _SIMPLE.fullmatch(markup) is not None


def words_of(markup: str) -> str:
    """Return a simple text as one reads it, a line end where a paragraph or line ends."""
    lines = _BREAK.sub("\n", markup)
    return unescape(_TAG.sub("", lines.replace('<span class="gap"', " … <span")))
