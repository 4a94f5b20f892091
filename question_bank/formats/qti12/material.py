"""What an item of QTI 1.2 shows: material → fragments, with a mark where a response stands in the words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import escape

from lxml import etree
from lxml import html as lxml_html

from question_bank.formats import fragments, mathml, problems, xml
from question_bank.formats.qti12.tree import RESPONSES, children
from question_bank.items.domain import Problem

MARK = re.compile("\ue001(\\d+)\ue002")
_BREAK = "\ue003"
_BLOCK = re.compile(r"<(?:p|ul|ol|table|pre|h2|h3|h4|blockquote)\b")
_FILES = ("mataudio", "matvideo", "matapplet", "matapplication")


@dataclass(slots=True)
class Source:
    """One item while it is read; `picture` turns an address of the item into one of the shelf, or into nothing."""

    shelf: fragments.Shelf
    picture: Callable[[str], str]
    problems: list[Problem] = field(default_factory=list)

    def material(self, element: etree._Element) -> str:
        """Return what a material (or anything that holds material) shows, as a fragment."""
        return joined(self._pieces(element))

    def _pieces(self, element: etree._Element) -> list[str]:
        return [self._piece(one) for one in element.iter() if isinstance(one.tag, str)]

    def label(self, element: etree._Element) -> str:
        """Return the words of a choice, without the paragraph around them."""
        return fragments.unwrap(self.material(element))

    def prompt(self, presentation: etree._Element, own: bool) -> str:
        """Return the words of the item with a mark for each response; `own` takes in what stands inside of it."""
        pieces: list[str] = []
        self._gather(presentation, pieces, own, [0])
        return joined(pieces)

    def _gather(self, element: etree._Element, pieces: list[str], own: bool, count: list[int]) -> None:
        for one in children(element):
            if one.tag in RESPONSES:
                if own:
                    for part in one.iterchildren("material"):
                        pieces += self._pieces(part)
                count[0] += 1
                pieces.append(f"\ue001{count[0]}\ue002")
            elif one.tag == "material":
                pieces += self._pieces(one)
            elif one.tag in ("flow", "flow_mat"):
                pieces.append(_BREAK)
                self._gather(one, pieces, own, count)
                pieces.append(_BREAK)

    def _piece(self, element: etree._Element) -> str:
        match str(element.tag):
            case "mattext" | "matemtext" | "mat_formattedtext":
                return self._text(element)
            case "matbreak":
                return "<br>"
            case "matimage":
                return self._image(element)
            case "flow" | "flow_mat":
                return _BREAK
            case tag if tag in _FILES:
                self.shelf.left_out.append(element.get("uri") or tag)
        return ""

    def _text(self, element: etree._Element) -> str:
        kind = (element.get("texttype") or element.get("type") or "").lower()
        inside = (element.text or "") + "".join(
            etree.tostring(one, encoding="unicode", method="html") for one in children(element)
        )
        if len(children(element)) or "html" in kind or (not kind and fragments.looks_like_html(inside)):
            return self.html(inside)
        return fragments.inline(re.sub(r"[ \t\r\n\f]+", " ", xml.text_of(element)))

    def html(self, source: str) -> str:
        """Return HTML of the file as a fragment: pictures from the package, formula pictures as formulas."""
        if "<img" in source.lower() or "<math" in source.lower():
            source = self._with_pictures(source)
        return fragments.import_html(source, self.shelf)

    def _with_pictures(self, source: str) -> str:
        try:
            root = lxml_html.fragment_fromstring(source, create_parent="div")
        except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
            return source
        for math in list(root.iter("math")):
            if not mathml.replace(math) and not any(one.code == "maths_flat" for one in self.problems):
                self.problems.append(problems.maths_flat())
        for image in list(root.iter("img")):
            latex = image.get("data-equation-content") or ""
            if latex.strip():
                # Canvas shows a formula as a picture and keeps its LaTeX beside.
                formula = etree.Element("span", {"class": "tex"})
                formula.text, formula.tail = latex, image.tail
                parent = image.getparent()
                if parent is not None:
                    parent.replace(image, formula)
                continue
            address = image.get("src") or ""
            if address and not address.startswith(("data:", "asset:")):
                image.set("src", self._found(address))
        return (root.text or "") + "".join(etree.tostring(one, encoding="unicode", method="html") for one in root)

    def _image(self, element: etree._Element) -> str:
        address = element.get("uri") or ""
        if not address and xml.text_of(element).strip():
            kind = element.get("imagtype") or "image/png"
            data = re.sub(r"\s+", "", xml.text_of(element))
            return fragments.import_html(f'<img src="data:{escape(kind)};base64,{escape(data)}" alt="">', self.shelf)
        found = self._found(address)
        return f'<img src="{found}" alt="{escape(element.get("label") or "")}">' if found else ""

    def _found(self, address: str) -> str:
        found = self.picture(address)
        if not found:
            self.shelf.missing.append(address)
        return found


def joined(pieces: list[str]) -> str:
    """Return pieces as paragraphs: inline ones that follow one another share one, a break or a block ends it."""
    blocks: list[str] = []
    run = ""
    for piece in (part for one in pieces for part in re.split(f"({_BREAK})", one)):
        if piece == _BREAK or _BLOCK.match(piece):
            if run.strip():
                blocks.append(f"<p>{run.strip()}</p>")
            run = ""
            blocks.append(piece if piece != _BREAK else "")
        elif piece.strip() or run:
            run += piece
    if run.strip():
        blocks.append(f"<p>{run.strip()}</p>")
    return "".join(blocks)
