"""The body of a document → lines and tables, in reading order, with nothing dropped in silence."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from html import escape

from lxml import etree

from question_bank.formats import encodings
from question_bank.formats.docx import omml
from question_bank.formats.docx.lines import Block, Grid, Line, Style, Thing, split_soft
from question_bank.formats.docx.numbering import Numbering
from question_bank.formats.docx.package import Package
from question_bank.formats.docx.pictures import Pictures
from question_bank.formats.docx.styles import Styles, applied, value, w
from question_bank.formats.docx.symbols import readable, symbol
from question_bank.formats.docx.typed_tex import with_formulas
from question_bank.formats.fragments import Shelf, tex, tidy

MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
DEPTH = 60
SKIPPED = {w(name) for name in ("del", "moveFrom", "pPr", "rPr", "instrText", "delText", "sdtPr", "sdtEndPr", "tblPr")}
BLOCKS = {w("p"), w("tbl")}
_SOURCES_OF_TEXT = f".//{w('txbxContent')}"


@dataclass(slots=True)
class Paper:
    """A document as blocks, with what it holds that cannot be carried."""

    blocks: list[Block] = field(default_factory=list)
    lost: Counter[str] = field(default_factory=Counter)


class Walker:
    """Walks one document."""

    def __init__(self, package: Package, shelf: Shelf) -> None:
        folder = package.main.rpartition("/")[0]
        relations = package.relations(package.main)
        paths = {kind: path for kind, path in relations.values() if kind in ("styles", "numbering")}
        self.styles = Styles(package.tree(paths.get("styles", f"{folder}/styles.xml")))
        self.numbering = Numbering(package.tree(paths.get("numbering", f"{folder}/numbering.xml")), self.styles)
        self.pictures = Pictures(package, package.main, shelf)
        self.lost: Counter[str] = Counter()
        self.old_fonts: set[str] = set()  # encodings of before Unicode that some run was in
        self.boxes: list[Block] = []  # text boxes met in the paragraph at hand

    def paper(self, root: etree._Element) -> Paper:
        """Return the blocks of a `w:document`."""
        body = root.find(w("body"))
        blocks = self.blocks(body if body is not None else root, 0)
        return Paper(blocks, self.lost)

    def blocks(self, holder: etree._Element, depth: int) -> list[Block]:
        found: list[Block] = []
        if depth > DEPTH:
            return found
        for child in holder:
            if not isinstance(child.tag, str) or child.tag in SKIPPED:
                continue
            if child.tag == w("p"):
                found += self.paragraph(child, depth)
            elif child.tag == w("tbl"):
                found.append(self.table(child, depth + 1))
            elif child.tag == f"{MC}AlternateContent":
                found += self.blocks(_alternative(child), depth + 1)
            elif len(child):
                found += self.blocks(child, depth + 1)
        return found

    def paragraph(self, element: etree._Element, depth: int) -> list[Block]:
        properties = element.find(w("pPr"))
        style = value(properties.find(w("pStyle"))) if properties is not None else ""
        base = self.styles.paragraph(style)
        line = Line()
        label = self.numbering.label(properties, style, base)
        if label:
            line.add(*label)
            line.label = len(label[0])
        outer, self.boxes = self.boxes, []
        self.inside(element, line, base, depth)
        boxes, self.boxes = self.boxes, outer
        return [*split_soft(with_formulas(line)), *boxes]

    def inside(self, holder: etree._Element, line: Line, base: Style, depth: int) -> None:
        """Add what a paragraph, a link, a field or an insertion holds to the line."""
        if depth > DEPTH:
            return
        for child in holder:
            tag = child.tag
            if not isinstance(tag, str) or tag in SKIPPED:
                continue
            if tag == w("r"):
                self.run(child, line, base, depth + 1)
            elif tag in (omml.m("oMath"), omml.m("oMathPara")):
                formula = omml.latex(child)
                if formula:
                    line.put(Thing("formula", tex(formula)), formula_look(child, base))
            elif tag == f"{MC}AlternateContent":
                self.inside(_alternative(child), line, base, depth + 1)
            elif len(child):
                self.inside(child, line, base, depth + 1)

    def run(self, element: etree._Element, line: Line, base: Style, depth: int) -> None:
        properties = element.find(w("rPr"))
        look = base
        font = ""
        if properties is not None:
            look = self.styles.run(base, properties)
            if properties.find(w("vanish")) is not None and value(properties.find(w("vanish"))) not in ("0", "false"):
                return
            font = value(properties.find(w("rFonts")), "ascii") or value(properties.find(w("rFonts")), "hAnsi")
        self.pieces(element, line, look, font, depth)

    def pieces(self, element: etree._Element, line: Line, look: Style, font: str, depth: int) -> None:
        for child in element:
            tag = child.tag
            if not isinstance(tag, str) or depth > DEPTH:
                continue
            if tag == w("t"):
                line.add(tidy(self.unicode(child.text or "", font, look)).replace("\n", " "), look)
            elif tag in (w("tab"), w("ptab")):
                line.add("\t", look)
            elif tag in (w("br"), w("cr")):
                if value(child, "type") not in ("page", "column"):
                    line.add("\n", look)
            elif tag == w("noBreakHyphen"):
                line.add("-", look)
            elif tag == w("sym"):
                line.add(self.sign(child), look)
            elif tag == w("drawing"):
                self.put(line, self.pictures.drawing(child), look)
                self.text_boxes(child, depth)
            elif tag == w("pict"):
                self.put(line, self.pictures.vml(child), look)
                self.text_boxes(child, depth)
            elif tag == w("object"):
                self.put(line, self.pictures.embedded(child), look)
            elif tag == f"{MC}AlternateContent":
                self.pieces(_alternative(child), line, look, font, depth + 1)
            elif tag == w("instrText") and (child.text or "").strip().upper().startswith("EQ "):
                line.put(Thing("formula", escape((child.text or "").strip(), quote=False), "eq_field"), look)
            elif tag in (w("footnoteReference"), w("endnoteReference")):
                self.lost["docx:footnote"] += 1

    def unicode(self, text: str, font: str, look: Style) -> str:
        """Return the text of a run as its font draws it: symbols, and Vietnamese of before Unicode."""
        changed = encodings.from_font(text, font or look.font)
        if changed == text:
            return readable(text, font)
        self.old_fonts.add(str(encodings.legacy_of(font or look.font)))
        return changed

    def sign(self, element: etree._Element) -> str:
        try:
            return symbol(int(value(element, "char"), 16), value(element, "font"))
        except ValueError:
            return ""

    def put(self, line: Line, things: list[Thing], look: Style) -> None:
        for thing in things:
            line.put(thing, look)

    def text_boxes(self, element: etree._Element, depth: int) -> None:
        for content in element.iterfind(_SOURCES_OF_TEXT):
            self.boxes += self.blocks(content, depth + 1)

    def table(self, element: etree._Element, depth: int) -> Grid:
        rows: list[list[list[Block]]] = []
        spans: list[list[tuple[int, int]]] = []
        open_cells: dict[int, tuple[int, int]] = {}  # column → (row, index) of a cell that goes on downwards
        for row in _children(element, w("tr")):
            cells: list[list[Block]] = []
            sizes: list[tuple[int, int]] = []
            column = 0
            for cell in _children(row, w("tc")):
                properties = cell.find(w("tcPr"))
                wide = _count(properties, "gridSpan")
                merge = properties.find(w("vMerge")) if properties is not None else None
                if merge is not None and value(merge) != "restart" and column in open_cells:
                    above, index = open_cells[column]
                    across, down = spans[above][index]
                    spans[above][index] = (across, down + 1)
                else:
                    if merge is not None:
                        open_cells[column] = (len(rows), len(cells))
                    else:
                        open_cells.pop(column, None)
                    cells.append(self.blocks(cell, depth + 1))
                    sizes.append((wide, 1))
                column += wide
            rows.append(cells)
            spans.append(sizes)
        return Grid(rows, spans)


def formula_look(element: etree._Element, base: Style) -> Style:
    """Return the look that all of a formula has: whoever marks an option marks the formula in it."""
    looks = {applied(base, run.find(w("rPr"))) for run in element.iter(omml.m("r"))}
    return replace(looks.pop(), script="") if len(looks) == 1 else base


def _children(holder: etree._Element, tag: str) -> list[etree._Element]:
    """Return children of a kind, also those that content controls and tracked changes wrap."""
    found: list[etree._Element] = []
    for child in holder:
        if child.tag == tag:
            found.append(child)
        elif isinstance(child.tag, str) and child.tag in (w("sdt"), w("sdtContent"), w("ins"), w("customXml")):
            found += _children(child, tag)
    return found


def _count(properties: etree._Element | None, name: str) -> int:
    text = value(properties.find(w(name))) if properties is not None else ""
    return int(text) if text.isdigit() and 0 < int(text) < 64 else 1


def _alternative(element: etree._Element) -> etree._Element:
    """Return the alternative to read: the first choice, unless only the fallback holds a picture that we can read."""
    choice, fallback = element.find(f"{MC}Choice"), element.find(f"{MC}Fallback")
    if choice is None:
        return fallback if fallback is not None else element
    if (
        fallback is not None
        and next(choice.iter("{*}blip"), None) is None
        and next(fallback.iter("{*}imagedata"), None) is not None
    ):
        return fallback
    return choice
