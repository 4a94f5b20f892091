"""Documents as Word files: Office Open XML (ECMA-376), written part by part."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

from lxml import etree
from PIL import Image, UnidentifiedImageError

from lms.base.documents import word_parts
from lms.base.documents.model import (
    Align,
    Block,
    Break,
    Cell,
    Document,
    Formula,
    Inline,
    Lines,
    Options,
    Paragraph,
    Picture,
    Section,
    Table,
    Text,
)
from lms.base.documents.word_maths import office_math
from lms.base.maths import MathsError

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_TWIPS = 56.7  # a millimetre
_EMU = 9525  # a pixel
_WIDEST = 600  # pixels of a picture on the line
_LINE, _LONG_LINE = 170.0, 262.0  # millimetres between the margins of upright and of lying pages
_ENDINGS = {"image/png": "png", "image/jpeg": "jpeg", "image/gif": "gif", "image/bmp": "bmp"}
_MOMENT = (2026, 1, 1, 0, 0, 0)  # of every entry, so that the same document gives the same bytes


def word(document: Document) -> bytes:
    """Return a document as a .docx file; the same document gives the same bytes."""
    return _Writer(document).file()


class _Writer:
    def __init__(self, document: Document) -> None:
        self._document = document
        self._media: dict[bytes, tuple[str, str]] = {}  # bytes → (relation, name)
        self._feet: list[str] = []
        self._drawn = 0
        self._line = _LINE

    def file(self) -> bytes:
        sections = self._document.sections
        body = "".join(self._section(one, last=place == len(sections) - 1) for place, one in enumerate(sections))
        parts: dict[str, bytes] = {
            "[Content_Types].xml": word_parts.content_types(len(self._feet)),
            "_rels/.rels": word_parts.RELATIONS,
            "docProps/core.xml": word_parts.core(self._document.title),
            "word/document.xml": word_parts.document(body),
            "word/styles.xml": word_parts.styles(self._document.size),
            "word/settings.xml": word_parts.SETTINGS,
            "word/_rels/document.xml.rels": word_parts.relations(self._media.values(), len(self._feet)),
        }
        for number, foot in enumerate(self._feet, 1):
            parts[f"word/footer{number}.xml"] = word_parts.footer(
                foot, self._document.page_word, alone=len(self._feet) == 1
            )
        for data, (_relation, name) in self._media.items():
            parts[f"word/media/{name}"] = data
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in parts.items():
                archive.writestr(zipfile.ZipInfo(name, _MOMENT), data, zipfile.ZIP_DEFLATED)
        return packed.getvalue()

    def _section(self, section: Section, *, last: bool) -> str:
        self._feet.append(section.foot)
        self._line = _LONG_LINE if section.landscape else _LINE
        properties = word_parts.section(len(self._feet), landscape=section.landscape)
        body = self._blocks(section.blocks)
        return body + (properties if last else f"<w:p><w:pPr>{properties}</w:pPr></w:p>")

    def _blocks(self, blocks: Iterable[Block]) -> str:
        return "".join(self._block(block) for block in blocks)

    def _block(self, block: Block) -> str:
        match block:
            case Paragraph():
                return self._paragraph(block)
            case Options():
                return self._options(block)
            case Table():
                return self._table(block)
            case Lines(count=count):
                return "".join(word_parts.dotted_line(round(self._line * _TWIPS)) for _ in range(count))

    def _paragraph(self, paragraph: Paragraph, *, tabs: str = "") -> str:
        pieces = []
        if paragraph.together:
            pieces.append("<w:keepNext/>")
        pieces.append(tabs)
        if paragraph.space:
            pieces.append(f'<w:spacing w:before="{round(paragraph.space * _TWIPS)}"/>')
        if paragraph.indent:
            pieces.append(f'<w:ind w:left="{round(paragraph.indent * _TWIPS)}"/>')
        if paragraph.align is not Align.LEFT:
            pieces.append(f'<w:jc w:val="{paragraph.align}"/>')
        content = "".join(self._inline(one, paragraph.size) for one in paragraph.inlines)
        properties = "".join(pieces)
        return f"<w:p>{f'<w:pPr>{properties}</w:pPr>' if properties else ''}{content}</w:p>"

    def _options(self, options: Options) -> str:
        """Options of a row stand in one paragraph behind tabs, as teachers type them."""
        if options.columns == 1:
            return "".join(self._tall(entry.label, entry.content) for entry in options.entries)
        step = self._line / options.columns
        stops = "".join(f'<w:tab w:val="left" w:pos="{round(place * step * _TWIPS)}"/>' for place in range(1, 4))
        rows = [options.entries[at : at + options.columns] for at in range(0, len(options.entries), options.columns)]
        made = []
        for row in rows:
            runs = []
            for place, entry in enumerate(row):
                runs.append("<w:r><w:tab/></w:r>" if place else "")
                runs += [self._inline(one, 0) for one in (*entry.label, Text(" "))]
                for block in entry.content:
                    assert isinstance(block, Paragraph)
                    runs += [self._inline(one, 0) for one in block.inlines]
            made.append(f"<w:p><w:pPr><w:tabs>{stops}</w:tabs></w:pPr>{''.join(runs)}</w:p>")
        return "".join(made)

    def _tall(self, label: Sequence[Inline], content: Sequence[Block]) -> str:
        head: tuple[Inline, ...] = (*label, Text(" "))
        if content and isinstance(content[0], Paragraph):
            return self._blocks((Paragraph((*head, *content[0].inlines)), *content[1:]))
        return self._blocks((Paragraph(head), *content))

    def _inline(self, inline: Inline, size: float) -> str:
        match inline:
            case Text():
                return _run(inline, size)
            case Break():
                return "<w:r><w:br/></w:r>"
            case Formula(latex=latex):
                return _formula(latex)
            case Picture():
                return self._picture(inline)

    def _picture(self, picture: Picture) -> str:
        ending = _ENDINGS.get(picture.media_type)
        if ending is None:
            return _run(Text(f"[{picture.alt}]"), 0)
        number = len(self._media) + 1
        relation, _name = self._media.setdefault(picture.data, (f"rIdP{number}", f"picture{number}.{ending}"))
        width, height = _size(picture)
        self._drawn += 1
        return word_parts.drawing(relation, self._drawn, width * _EMU, height * _EMU, quoteattr(picture.alt))

    def _table(self, table: Table) -> str:
        share = self._line * _TWIPS / sum(table.widths)
        widths = [round(width * share) for width in table.widths]
        grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
        rows = "".join(
            self._row(row, widths, head=place < table.heads) for place, row in enumerate(_merged(table.rows))
        )
        look = word_parts.RULED if table.ruled else ""
        return (
            f"<w:tbl><w:tblPr>{look}<w:tblLayout w:type='fixed'/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"
        )

    def _row(self, row: Sequence[Cell | int], widths: Sequence[int], *, head: bool) -> str:
        made, column = [], 0
        for cell in row:
            spanned = cell if isinstance(cell, int) else cell.columns
            pieces = [f'<w:tcW w:w="{sum(widths[column : column + spanned])}" w:type="dxa"/>']
            if spanned > 1:
                pieces.append(f'<w:gridSpan w:val="{spanned}"/>')
            if isinstance(cell, int):
                pieces.append("<w:vMerge/>")
            elif cell.rows > 1:
                pieces.append('<w:vMerge w:val="restart"/>')
            if isinstance(cell, Cell) and cell.shaded:
                pieces.append('<w:shd w:val="clear" w:color="auto" w:fill="EDEDE6"/>')
            content = self._blocks(cell.blocks) if isinstance(cell, Cell) else ""
            ends = content if content.endswith("</w:p>") else f"{content}<w:p/>"
            made.append(f"<w:tc><w:tcPr>{''.join(pieces)}</w:tcPr>{ends}</w:tc>")
            column += spanned
        again = "<w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>" if head else "<w:trPr><w:cantSplit/></w:trPr>"
        return f"<w:tr>{again}{''.join(made)}</w:tr>"


def _merged(rows: Sequence[Sequence[Cell]]) -> list[list[Cell | int]]:
    """Return rows in which a number stands for a cell of a row above that reaches down: how many columns it has."""
    reach: dict[int, tuple[int, int]] = {}  # first column → rows still to come, columns
    full: list[list[Cell | int]] = []
    for row in rows:
        made: list[Cell | int] = []
        column = 0
        waiting = list(row)
        while waiting or column in reach:
            if column in reach:
                left, columns = reach.pop(column)
                if left > 1:
                    reach[column] = (left - 1, columns)
                made.append(columns)
                column += columns
                continue
            cell = waiting.pop(0)
            made.append(cell)
            if cell.rows > 1:
                reach[column] = (cell.rows - 1, cell.columns)
            column += cell.columns
        full.append(made)
    return full


def _run(text: Text, size: float) -> str:
    marks = "".join(
        mark
        for on, mark in (
            (text.bold, "<w:b/>"),
            (text.italic, "<w:i/>"),
            (text.strike, "<w:strike/>"),
            (size, f'<w:sz w:val="{round(size * 2)}"/>'),
            (text.underline, '<w:u w:val="single"/>'),
            (text.script, f'<w:vertAlign w:val="{"subscript" if text.script == "sub" else "superscript"}"/>'),
        )
        if on
    )
    properties = f"<w:rPr>{marks}</w:rPr>" if marks else ""
    return f'<w:r>{properties}<w:t xml:space="preserve">{escape(_printable(text.text))}</w:t></w:r>'


def _printable(text: str) -> str:
    return "".join(letter for letter in text if letter >= " " or letter in "\t\n")


def _formula(latex: str) -> str:
    """Return a formula for the line; one that cannot be read stands as its source between dollars."""
    try:
        return etree.tostring(office_math(latex), encoding="unicode")
    except MathsError:
        return _run(Text(f"${latex}$"), 0)


def _size(picture: Picture) -> tuple[int, int]:
    """Return the size in pixels of the page, no wider than the line."""
    width, height = picture.width, picture.height
    if not (width and height):
        try:
            with Image.open(io.BytesIO(picture.data)) as opened:
                natural = opened.size
        except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
            natural = (width or height or 200, height or width or 200)
        if width:
            height = round(natural[1] * width / natural[0])
        elif height:
            width = round(natural[0] * height / natural[1])
        else:
            width, height = natural
    if width > _WIDEST:
        width, height = _WIDEST, round(height * _WIDEST / width)
    return max(1, width), max(1, height)
