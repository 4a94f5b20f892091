"""Documents as PDF, by typst: its mathematics and its fonts (Libertinus with Vietnamese) come with the library."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image, UnidentifiedImageError

from lms.base.documents.model import (
    Align,
    Block,
    Break,
    Cell,
    Document,
    Entry,
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
from lms.base.documents.typst_maths import quoted, typst_maths
from lms.base.maths import MathsError

MEDIA_TYPE = "application/pdf"
FONT = "Libertinus Serif"
_ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif"}
_POINTS = 0.75  # of a pixel
_WIDEST = 450.0  # points between the margins
_ALIGNS = {Align.LEFT: "left", Align.CENTRE: "center", Align.RIGHT: "right"}


def pdf(document: Document) -> bytes:
    """Return a document as PDF."""
    writer = _Writer(document)
    return compiled(writer.source(), writer.files)


def compiled(source: str, files: Mapping[str, bytes]) -> bytes:
    """Return what typst makes of a source and the pictures that it names.

    They lie in a folder of their own for a moment, outside which typst reads nothing.
    """
    import typst  # 30 MB, loaded when something is first printed

    with TemporaryDirectory(prefix="gieo-print-") as folder:
        for name, data in {"main.typ": source.encode(), **files}.items():
            Path(folder, name).write_bytes(data)
        made = typst.compile(str(Path(folder, "main.typ")), root=folder, ignore_system_fonts=True)
    assert isinstance(made, bytes)
    return made


def words(text: str) -> str:
    """Return plain words as markup in which nothing means anything."""
    return f"#{quoted(text)};" if text else ""


class _Writer:
    def __init__(self, document: Document) -> None:
        self._document = document
        self.files: dict[str, bytes] = {}

    def source(self) -> str:
        document = self._document
        head = (
            f"#set document(title: {quoted(document.title)})\n"
            f'#set text(font: "{FONT}", lang: "vi", size: {document.size}pt)\n'
            '#show math.equation.where(block: false): set text(top-edge: "bounds", bottom-edge: "bounds")\n'
            "#set par(leading: 0.6em, spacing: 0.6em)\n#set block(spacing: 0.6em)\n#set table(inset: 3pt)\n"
        )
        return head + "".join(self._section(one, place) for place, one in enumerate(document.sections))

    def _section(self, section: Section, place: int) -> str:
        end, side = f"<end-{place}>", "17mm" if section.landscape else "20mm"
        start = f"{section.foot} · " if section.foot else ""
        number = f"#counter(page).display()/#counter(page).at({end}).first()"
        foot = f"context [#align(right)[{words(start + self._document.page_word + ' ')}{number}]]"
        return (
            f'#page(paper: "a4", flipped: {str(section.landscape).lower()}, '
            f"margin: (x: {side}, y: 18mm), footer: {foot})[\n"
            f"#counter(page).update(1)\n{self._blocks(section.blocks)}\n#metadata(none) {end}\n]\n"
        )

    def _blocks(self, blocks: Iterable[Block]) -> str:
        return "\n".join(self._block(block) for block in blocks)

    def _block(self, block: Block) -> str:
        match block:
            case Paragraph():
                return self._paragraph(block)
            case Options():
                return self._options(block)
            case Table():
                return self._table(block)
            case Lines(count=count):
                return '#block(above: 8mm, line(length: 100%, stroke: (thickness: 0.6pt, dash: "dotted")))\n' * count

    def _paragraph(self, paragraph: Paragraph) -> str:
        content = self._inlines(paragraph.inlines) or "#v(0.6em)"
        if paragraph.size:
            content = f"#text(size: {paragraph.size}pt)[{content}]"
        if paragraph.align is not Align.LEFT:
            content = f"#align({_ALIGNS[paragraph.align]})[{content}]"
        wishes = ["width: 100%"]
        if paragraph.space:
            wishes.append(f"above: {paragraph.space + 2}mm")
        if paragraph.indent:
            wishes.append(f"inset: (left: {paragraph.indent}mm)")
        if paragraph.together:
            wishes.append("sticky: true")
        return f"#block({', '.join(wishes)})[{content}]"

    def _inlines(self, inlines: Iterable[Inline]) -> str:
        return "".join(map(self._inline, inlines))

    def _inline(self, inline: Inline) -> str:
        match inline:
            case Text():
                return _text(inline)
            case Break():
                return "#linebreak()"
            case Formula(latex=latex):
                return _formula(latex)
            case Picture():
                return self._picture(inline)

    def _picture(self, picture: Picture) -> str:
        data, ending = picture.data, _ENDINGS.get(picture.media_type)
        try:
            with Image.open(io.BytesIO(data)) as opened:
                natural = opened.width
                if ending is None:
                    out = io.BytesIO()
                    opened.convert("RGBA").save(out, "PNG")
                    data, ending = out.getvalue(), "png"
        except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
            return words(f"[{picture.alt}]")
        name = f"p{len(self.files)}.{ending}"
        self.files[name] = data
        width = min(_WIDEST, (picture.width or natural) * _POINTS)
        return f'#box(image("{name}", width: {width:.1f}pt, alt: {quoted(picture.alt)}))'

    def _options(self, options: Options) -> str:
        cells = ", ".join(f"[{self._entry(entry)}]" for entry in options.entries)
        return f"#grid(columns: (1fr,) * {options.columns}, row-gutter: 0.6em, column-gutter: 2mm, {cells})"

    def _entry(self, entry: Entry) -> str:
        label = self._inlines(entry.label)
        if entry.content and isinstance(entry.content[0], Paragraph):
            return f"{label} {self._inlines(entry.content[0].inlines)}\n{self._blocks(entry.content[1:])}"
        return f"{label} {self._blocks(entry.content)}"

    def _table(self, table: Table) -> str:
        columns = ", ".join(f"{width}fr" for width in table.widths)
        heads = [self._cell(cell) for cell in chain.from_iterable(table.rows[: table.heads])]
        rest = [self._cell(cell) for cell in chain.from_iterable(table.rows[table.heads :])]
        head = [f"table.header({', '.join(heads)})"] if heads else []
        stroke = "0.5pt" if table.ruled else "none"
        return f"#table(columns: ({columns},), stroke: {stroke}, {', '.join([*head, *rest])})"

    def _cell(self, cell: Cell) -> str:
        wishes = [f"colspan: {cell.columns}"] if cell.columns > 1 else []
        wishes += [f"rowspan: {cell.rows}"] if cell.rows > 1 else []
        wishes += ['fill: rgb("#EDEDE6")'] if cell.shaded else []
        return f"table.cell({', '.join(wishes)})[{self._blocks(cell.blocks)}]"


def _text(text: Text) -> str:
    made = words(text.text)
    for on, name in (
        (text.bold, "strong"), (text.italic, "emph"), (text.strike, "strike"), (text.underline, "underline"),
        (text.script == "sub", "sub"), (text.script == "sup", "super"),
    ):  # fmt: skip
        if on:
            made = f"#{name}[{made}]"
    return made


def _formula(latex: str) -> str:
    """Return a formula for the line; one that cannot be read stands as its source between dollars."""
    try:
        return f"${typst_maths(latex) or quoted('')}$"
    except MathsError:
        return words(f"${latex}$")
