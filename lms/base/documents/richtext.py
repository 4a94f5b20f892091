"""Stored text (`lms.base.richtext`) → what stands on the pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from lxml.html import HtmlElement

from lms.base.documents.model import Block, Break, Cell, Formula, Inline, Paragraph, Picture, Table, Text
from lms.base.richtext.vocabulary import parse

Pictures = Callable[[str], tuple[bytes, str] | None]
_BLOCKS = frozenset("p h2 h3 h4 ul ol table blockquote pre div figure figcaption".split())
_INDENT = 6.0
_GAP = "…………"


class Maker:
    """Makes blocks of texts; `pictures` gives the bytes and the media type of a picture from its SHA-256."""

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures

    def blocks(self, markup: str) -> tuple[Block, ...]:
        """Return a stored text as blocks."""
        return tuple(self._holder(parse(markup), 0)) if markup else ()

    def _holder(self, element: HtmlElement, indent: float) -> Iterator[Block]:
        """Give the blocks that an element holds; words between them make paragraphs of their own."""
        loose: list[Inline] = _text(element.text, Text(""))
        for child in element:
            if not isinstance(child.tag, str):
                continue
            if child.tag in _BLOCKS:
                yield from _paragraph(loose, indent)
                loose = []
                yield from self._block(child, indent)
            else:
                loose += self._inline(child, Text(""))
            loose += _text(child.tail, Text(""))
        yield from _paragraph(loose, indent)

    def _block(self, element: HtmlElement, indent: float) -> Iterator[Block]:
        match element.tag:
            case "table":
                yield self._table(element)
            case "ul" | "ol":
                for place, entry in enumerate(element.iterchildren("li"), int(element.get("start") or 1)):
                    label = f"{place}. " if element.tag == "ol" else "– "
                    first, *rest = list(self._holder(entry, indent + _INDENT)) or [Paragraph(())]
                    if isinstance(first, Paragraph):
                        first = replace(first, inlines=(Text(label), *first.inlines))
                    yield first
                    yield from rest
            case "blockquote":
                yield from self._holder(element, indent + _INDENT)
            case "div" if element.get("class") == "tex":
                yield Paragraph((Formula(element.text or ""),), indent=indent)
            case "h2" | "h3" | "h4":
                yield from _paragraph(self._inlines(element, Text("", bold=True)), indent)
            case "pre":
                lines = "".join(str(piece) for piece in element.itertext()).rstrip("\n").split("\n")
                yield from (Paragraph((Text(line.replace(" ", "\u00a0")),), indent=indent) for line in lines)
            case _:
                yield from self._holder(element, indent)

    def _inlines(self, element: HtmlElement, look: Text) -> list[Inline]:
        found = _text(element.text, look)
        for child in element:
            if isinstance(child.tag, str):
                found += self._inline(child, look)
            found += _text(child.tail, look)
        return found

    def _inline(self, element: HtmlElement, look: Text) -> list[Inline]:
        kind = element.get("class") or ""
        if element.tag == "br":
            return [Break()]
        if element.tag == "img":
            return self._picture(element)
        if kind == "tex":
            return [Formula(element.text or "")]
        if kind == "gap":
            return [replace(look, text=_GAP)]
        return self._inlines(element, _looking(look, str(element.tag)))

    def _picture(self, element: HtmlElement) -> list[Inline]:
        found = self._pictures((element.get("src") or "").removeprefix("asset:"))
        alt = element.get("alt") or ""
        if found is None:
            return [Text(f"[{alt}]")] if alt else []
        width, height = (int(element.get(name) or 0) for name in ("width", "height"))
        return [Picture(*found, alt=alt, width=width, height=height)]

    def _table(self, element: HtmlElement) -> Table:
        rows: list[tuple[Cell, ...]] = []
        for row in element.iter("tr"):
            cells = [cell for cell in row if cell.tag in {"td", "th"}]
            rows.append(
                tuple(
                    Cell(
                        tuple(self._holder(cell, 0)),
                        columns=int(cell.get("colspan") or 1),
                        rows=int(cell.get("rowspan") or 1),
                        shaded=cell.tag == "th",
                    )
                    for cell in cells
                )
            )
        wide = max((sum(cell.columns for cell in row) for row in rows), default=1)
        return Table(tuple(rows), (1.0,) * wide)


def _text(words: str | None, look: Text) -> list[Inline]:
    return [replace(look, text=words)] if words else []


def _paragraph(inlines: list[Inline], indent: float) -> Iterator[Paragraph]:
    if any(not isinstance(one, Text) or one.text.strip() for one in inlines):
        yield Paragraph(tuple(inlines), indent=indent)


def _looking(look: Text, tag: str) -> Text:
    match tag:
        case "b" | "strong":
            return replace(look, bold=True)
        case "i" | "em":
            return replace(look, italic=True)
        case "u":
            return replace(look, underline=True)
        case "s":
            return replace(look, strike=True)
        case "sub" | "sup":
            return replace(look, script=tag)
        case _:
            return look
