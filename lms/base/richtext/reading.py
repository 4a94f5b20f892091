"""What a stored text holds, for search, snippets and bookkeeping."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from lxml import etree
from lxml.html import HtmlElement

from lms.base.richtext.simple import is_simple, words_of
from lms.base.richtext.vocabulary import BLOCKS, parse

TEX = re.compile(r'<(span|div) class="tex">([^<]*)</\1>')
_ASSET = re.compile(r'\bsrc="asset:([0-9a-f]{64})"')


def assets_in(markup: str) -> frozenset[str]:
    """Return the SHA-256 of every picture that a cleaned text shows."""
    return frozenset(_ASSET.findall(markup))


def tex_in(markup: str) -> tuple[str, ...]:
    """Return the LaTeX of every formula of a cleaned text, in order."""
    return tuple(unescape(found[2]) for found in TEX.finditer(markup))


def _pieces(element: HtmlElement) -> Iterator[str]:
    tag = element.tag
    if not isinstance(tag, str):
        return
    if tag == "br" or tag in BLOCKS:
        yield "\n"
    elif tag == "img":
        yield f" {element.get('alt', '')} "
    elif element.get("class") == "gap":
        yield " … "
    yield element.text or ""
    for child in element:
        yield from _pieces(child)
        yield child.tail or ""
    if tag in {"td", "th"}:
        yield " "
    elif tag in BLOCKS:
        yield "\n"


def to_plain(markup: str) -> str:
    r"""Return a text as one reads it aloud line by line: for search and snippets. Formulas stay LaTeX.

    >>> to_plain('<p>Cho <span class="tex">x &gt; 1</span>.<br>Tính</p><ul><li>a</li></ul>')
    'Cho x > 1.\nTính\na'
    """
    lines = (" ".join(line.split()) for line in _text(markup).split("\n"))
    return "\n".join(line for line in lines if line)


def _text(markup: str) -> str:
    if "<" not in markup and "&" not in markup:
        return markup
    return words_of(markup) if is_simple(markup) else "".join(_pieces(parse(markup)))


def blocks(markup: str) -> tuple[str, ...]:
    """Return the blocks at the top of a cleaned text, in order; together they are the text. Bare words are one block.

    >>> blocks("<p>Một</p><p>Hai</p>")
    ('<p>Một</p>', '<p>Hai</p>')
    """
    if not markup:
        return ()
    root = parse(markup)
    if (root.text or "").strip() or any((child.tail or "").strip() or child.tag not in BLOCKS for child in root):
        return (markup,)
    return tuple(etree.tostring(child, encoding="unicode", method="html", with_tail=False) for child in root)
