"""What stands on the pages of a document. Lengths are millimetres unless said otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class Align(StrEnum):
    """Where the lines of a paragraph stand."""

    LEFT = "left"
    CENTRE = "center"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Text:
    """Words with one look; `script` is "sub", "sup" or empty."""

    text: str
    bold: bool = False
    italic: bool = False
    underline: bool = False
    strike: bool = False
    script: str = ""


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula in LaTeX."""

    latex: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture with its bytes; width and height in pixels of the page, 0 where nothing was said."""

    data: bytes
    media_type: str
    alt: str = ""
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Break:
    """The end of a line inside a paragraph."""


Inline: TypeAlias = Text | Formula | Picture | Break


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph. `space` stands before it; `together` keeps it on the page of what follows; `size` is in points."""

    inlines: tuple[Inline, ...]
    align: Align = Align.LEFT
    indent: float = 0
    space: float = 0
    together: bool = False
    size: float = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """An option with its label ("A."), both as they look."""

    label: tuple[Inline, ...]
    content: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Options:
    """Options side by side, so many in a row."""

    entries: tuple[Entry, ...]
    columns: int


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table."""

    blocks: tuple[Block, ...]
    columns: int = 1
    rows: int = 1
    shaded: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `widths` are shares of the line, `heads` the rows that come again on each page."""

    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[float, ...]
    heads: int = 0
    ruled: bool = True


@dataclass(frozen=True, slots=True)
class Lines:
    """Dotted lines to write on."""

    count: int


Block: TypeAlias = "Paragraph | Options | Table | Lines"


@dataclass(frozen=True, slots=True)
class Section:
    """Pages that are counted for themselves, with the words at their foot before the page number."""

    blocks: tuple[Block, ...]
    foot: str = ""
    landscape: bool = False


@dataclass(frozen=True, slots=True)
class Document:
    """A document on A4; `size` is that of its letters in points."""

    title: str
    sections: tuple[Section, ...]
    page_word: str = ""  # "Trang", before the number at the foot
    size: float = 12


def words(text: str, *, bold: bool = False, italic: bool = False, underline: bool = False) -> tuple[Inline, ...]:
    """Return a text as inlines."""
    return (Text(text, bold=bold, italic=italic, underline=underline),) if text else ()


def line(text: str, *, bold: bool = False, italic: bool = False, align: Align = Align.LEFT) -> Paragraph:
    """Return a paragraph of plain words."""
    return Paragraph(words(text, bold=bold, italic=italic), align=align)


def cell(text: str, *, bold: bool = False, align: Align = Align.CENTRE, columns: int = 1, rows: int = 1) -> Cell:
    """Return a cell of plain words."""
    return Cell((line(text, bold=bold, align=align),), columns=columns, rows=rows, shaded=bold)
