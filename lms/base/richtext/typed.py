r"""From what people type to the vocabulary: plain text of a form, or HTML of an editor, with LaTeX between delimiters.

Delimiters are `\(…\)` and `$…$` in the line, `\[…\]` and `$$…$$` on a line of their own; `\$` is a dollar sign. A lone
`$` is money unless it closes in the same paragraph and stands against its formula (`$x$`, not `5$ và 10$`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from lxml import html
from lxml.html import HtmlElement

from lms.base.richtext.vocabulary import TAGS, clean, final, inner_html, parse
from lms.base.text import nfc

_OPENING = re.compile(r"\\\(|\\\[|\$\$|\$|\\\$|\\\\")
_CLOSING = {r"\(": r"\)", r"\[": r"\]", "$$": "$$"}
_BLANK_LINE = re.compile(r"\n[ \t]*\n\s*")
_TAG = re.compile(rf"</?(?:{'|'.join(sorted(TAGS | {'font', 'h1', 'h5', 'h6'}))})(?:\s[^<>]*)?/?>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{1,6}|#x[0-9a-fA-F]{1,6});")
_RAW_OPENING = re.compile(r"\\[(\[]")
_LESS_THAN = re.compile(r"<(?!/?[a-zA-Z][a-zA-Z0-9]*(?:\s[^<>]*)?/?>)")
_LONGEST_RAW = 4_000  # characters between delimiters that are searched for a closing one
_VERBATIM = {"code", "pre"}


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of ordinary text, or the LaTeX of a formula."""

    text: str
    tex: bool = False
    display: bool = False


def _closing_dollar(text: str, start: int) -> int:
    """Return where the `$` is that closes a formula begun before `start`, or -1 when the opening one is money."""
    if start >= 2 and text[start - 2].isalnum() and text[start : start + 1].isspace():
        return -1  # "5$ và"
    end = start
    while (end := text.find("$", end)) != -1 and text[end - 1] == "\\":
        end += 1
    closes = end > start and not text[end + 1 : end + 2].isdigit()
    return end if closes else -1


def split_maths(text: str) -> Iterator[Piece]:
    r"""Cut one paragraph into ordinary text and formulas, in order.

    >>> [(piece.text, piece.tex) for piece in split_maths(r"Cho \(x>0\), giá 5$.")]
    [('Cho ', False), ('x>0', True), (', giá 5$.', False)]
    """
    plain: list[str] = []
    place = 0
    unclosed: set[str] = set()  # delimiters that do not close any more, so that the whole stays linear
    while found := _OPENING.search(text, place):
        plain.append(text[place : found.start()])
        opening, start = found[0], found.end()
        place = start
        if opening == r"\$":
            plain.append("$")
            continue
        if opening in unclosed or opening == "\\\\":
            plain.append(opening)
            continue
        closing = _CLOSING.get(opening, "$")
        end = _closing_dollar(text, start) if opening == "$" else text.find(closing, start)
        if end == -1 and opening != "$":
            unclosed.add(opening)
        latex = text[start:end].strip() if end != -1 else ""
        if not latex:
            plain.append(opening)
            continue
        if before := "".join(plain):
            yield Piece(before)
        plain = []
        yield Piece(latex, tex=True, display=opening in {r"\[", "$$"})
        place = end + len(closing)
    if rest := "".join(plain) + text[place:]:
        yield Piece(rest)


def _paragraph(text: str) -> str:
    """Return one typed paragraph as `<p>` elements with display formulas between them."""
    blocks: list[str] = []
    line: list[str] = []

    def end_line() -> None:
        content = re.sub(r"^(?:\s|<br>)+|(?:\s|<br>)+\Z", "", "".join(line))
        if content:
            blocks.append(f"<p>{content}</p>")
        line.clear()

    for piece in split_maths(text):
        if not piece.tex:
            line.append("<br>".join(escape(part, quote=False) for part in piece.text.split("\n")))
        elif piece.display:
            end_line()
            blocks.append(f'<div class="tex">{escape(piece.text, quote=False)}</div>')
        else:
            line.append(f'<span class="tex">{escape(piece.text, quote=False)}</span>')
    end_line()
    return "".join(blocks)


def from_plain(text: str) -> str:
    r"""Return typed text as HTML: a blank line begins a paragraph, a line end breaks the line, formulas are marked.

    >>> from_plain("Tính $x^2$:\na < b\n\n$$y$$")
    '<p>Tính <span class="tex">x^2</span>:<br>a &lt; b</p><div class="tex">y</div>'
    """
    lines = nfc(text).replace("\r\n", "\n").replace("\r", "\n").strip()
    return final("".join(_paragraph(part) for part in _BLANK_LINE.split(lines)))


def _looks_like_html(text: str) -> bool:
    return bool(_TAG.search(text) or _ENTITY.search(text))


def _guarded(latex: str) -> str:
    kept = _LESS_THAN.sub("&lt;", latex)
    return kept if _TAG.search(kept) else kept.replace("<", "&lt;")


def _guard_less_than(markup: str) -> str:
    r"""Escape each `<` inside delimiters that begins no tag of ours, so that `\(a<b\)` is not taken for `<b>`."""
    parts: list[str] = []
    place = 0
    for found in _RAW_OPENING.finditer(markup):
        start = found.end()
        end = markup.find(_CLOSING[found[0]], start, start + _LONGEST_RAW)
        if found.start() >= place and end != -1:
            parts += [markup[place:start], _guarded(markup[start:end])]
            place = end
    return "".join([*parts, markup[place:]])


def _formula(piece: Piece, *, display: bool) -> HtmlElement:
    element = html.Element("div" if display else "span")
    element.set("class", "tex")
    # A display formula where no block may stand keeps its size.
    element.text = piece.text if display or not piece.display else rf"\displaystyle {piece.text}"
    return element


def _marked(text: str | None, *, blocks_allowed: bool) -> tuple[str | None, list[HtmlElement]]:
    """Return what stands before the first formula, and the formulas, each with the text after it as its tail."""
    before: str | None = None
    formulas: list[HtmlElement] = []
    for piece in split_maths(text or ""):
        if piece.tex:
            formulas.append(_formula(piece, display=piece.display and blocks_allowed))
        elif formulas:
            formulas[-1].tail = piece.text
        else:
            before = piece.text
    return before, formulas


def _mark_formulas(element: HtmlElement, *, at_block: bool) -> None:
    """Turn delimited LaTeX in the text of an element and of all below it into formula elements."""
    for child in list(element):
        if isinstance(child.tag, str) and child.tag not in _VERBATIM and child.get("class") is None:
            inner_block = child.tag in {"p", "li", "td", "th", "blockquote", "div", "figcaption"}
            _mark_formulas(child, at_block=inner_block)
        before, formulas = _marked(child.tail, blocks_allowed=at_block)
        if formulas:
            child.tail = before
            place = element.index(child) + 1
            element[place:place] = formulas
    before, formulas = _marked(element.text, blocks_allowed=at_block)
    if formulas:
        element.text = before
        element[0:0] = formulas


def _split_paragraphs(root: HtmlElement) -> None:
    """Take display formulas out of the paragraphs they stand in, which end before them and go on after."""
    for paragraph in [found for found in root.iter("p") if found.find("div") is not None]:
        parent = paragraph.getparent()
        assert parent is not None
        part = html.Element("p")
        part.text = paragraph.text
        parts = [part]
        for child in list(paragraph):
            if child.tag == "div":
                after = html.Element("p")
                after.text, child.tail = child.tail, None
                parts += [child, after]
                part = after
            else:
                part.append(child)
        kept = [one for one in parts if one.tag != "p" or len(one) or (one.text or "").strip()]
        kept[-1].tail = paragraph.tail
        place = parent.index(paragraph)
        parent[place : place + 1] = kept


def from_author(text: str) -> str:
    r"""Return what an author wrote, as HTML of an editor or as plain text, in the vocabulary with formulas marked.

    >>> from_author(r"<p>Cho <b>\(x&lt;1\)</b></p>")
    '<p>Cho <b><span class="tex">x&lt;1</span></b></p>'
    """
    if not _looks_like_html(text):
        return from_plain(text)
    root = parse(clean(_guard_less_than(nfc(text))))
    _mark_formulas(root, at_block=True)
    _split_paragraphs(root)
    return final(inner_html(root))
