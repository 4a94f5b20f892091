r"""Stored text as a teacher types it in a plain box, and back.

Formulas stand as `\(…\)`, pictures as `[hình 1]` (counted through the whole question), gaps as `[[đáp án|đáp án khác]]`
or, to pick from, `[[=đúng|sai|sai]]`. Text that needs more than paragraphs and line ends stays HTML.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html import escape, unescape

from lms.base import richtext
from lms.base.text import nfc

_IMAGE = re.compile(r"<img [^<>]*>")
_GAP = re.compile(r'<span class="gap" data-gap="([A-Za-z0-9_-]{1,40})"></span>')
_TEX = re.compile(r'<(span|div) class="tex">([^<]*)</\1>')
_PLAIN_TAGS = re.compile(r"</?p>|<br ?/?>")
_TYPED_IMAGE = re.compile(r"\[\s*hình\s+(\d{1,3})\s*\]", re.IGNORECASE)
_TYPED_GAP = re.compile(r"\[\[(.{1,500}?)\]\]", re.DOTALL)
# Private-use characters keep the place of a picture or a gap while the text around is read.
_OPEN, _CLOSE = "\ue000", "\ue001"
_KEPT_PLACE = re.compile(f"{_OPEN}([ig])([A-Za-z0-9_-]+){_CLOSE}")

GapWords = Callable[[str], str]


def images_in(texts: Sequence[str]) -> tuple[str, ...]:
    """Return the picture elements of the texts in order of appearance, each once."""
    return tuple(dict.fromkeys(found for html in texts for found in _IMAGE.findall(html)))


def to_typed(html: str, images: Sequence[str] = (), gap_words: GapWords = str) -> str:
    r"""Return a stored text as it is typed; `gap_words` gives what stands between the brackets of a gap.

    >>> to_typed('<p>Cho <span class="tex">x&lt;1</span>,<br>tính</p><p>y</p>')
    'Cho \\(x<1\\),\ntính\n\ny'
    """

    def place_of(found: re.Match[str]) -> str:
        return f"[hình {images.index(found[0]) + 1}]" if found[0] in images else ""

    marked = _GAP.sub(lambda found: f"[[{escape(gap_words(found[1]), quote=False)}]]", _IMAGE.sub(place_of, html))
    delimited = _TEX.sub(_delimited, marked)
    if not re.search(r"<", _PLAIN_TAGS.sub("", delimited)):
        plain = _as_lines(_TEX.sub(_delimited, _escaped_dollars(marked)))
        if _same(from_typed(plain, images, lambda _: ""), _GAP.sub("", html)):
            return plain
    return delimited


def _delimited(found: re.Match[str]) -> str:
    return rf"\[{found[2]}\]" if found[1] == "div" else rf"\({found[2]}\)"


def _escaped_dollars(marked: str) -> str:
    """Escape the dollars of prose; those of formulas stand between delimiters."""
    parts = _TEX.split(marked)
    out = []
    for place in range(0, len(parts), 3):
        out.append(parts[place].replace("$", r"\$"))
        if place + 2 < len(parts):
            out.append(f'<{parts[place + 1]} class="tex">{parts[place + 2]}</{parts[place + 1]}>')
    return "".join(out)


def _as_lines(html: str) -> str:
    text = re.sub(r"</p>\s*(?=<p>|\\\[)|(?<=\\\])\s*(?=<p>|\\\[)", "\n\n", html)
    text = re.sub(r"<br ?/?>", "\n", text).replace("<p>", "").replace("</p>", "")
    return unescape(text).strip()


def _same(one: str, other: str) -> bool:
    """Compare two texts as far as a page shows it: a lone paragraph is as good as none."""

    def bare(html: str) -> str:
        return re.sub(r"\s+", " ", unwrapped(html.strip()))

    return bare(one) == bare(other)


def from_typed(text: str, images: Sequence[str] = (), gap_id: Callable[[str], str] | None = None) -> str:
    """Return typed text in the vocabulary of `lms.base.richtext`.

    `gap_id` is given what stands between the brackets of each gap and answers with the gap's id, "" for no gap.
    """
    text = nfc(text).replace(_OPEN, "").replace(_CLOSE, "")
    text = _TYPED_IMAGE.sub(lambda found: f"{_OPEN}i{int(found[1])}{_CLOSE}", text)
    if gap_id is not None:
        text = _TYPED_GAP.sub(lambda found: _kept_gap(gap_id(found[1].strip())), text)

    def back(found: re.Match[str]) -> str:
        if found[1] == "g":
            return f'<span class="gap" data-gap="{found[2]}"></span>'
        place = int(found[2])
        return images[place - 1] if 0 < place <= len(images) else f"[hình {place}]"

    return richtext.clean(_KEPT_PLACE.sub(back, richtext.from_author(text)))


def _kept_gap(name: str) -> str:
    return f"{_OPEN}g{name}{_CLOSE}" if name else ""


def unwrapped(html: str) -> str:
    """Return a text that is one paragraph without the paragraph, as options want it."""
    if html.startswith("<p>") and html.endswith("</p>") and html.count("<p>") == 1:
        return html[3:-4]
    return html
