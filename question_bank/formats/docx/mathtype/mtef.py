"""The records of an equation (MTEF version 5, as the MathType SDK documents it) as a tree."""

from __future__ import annotations

from dataclasses import dataclass, field

DEPTH = 60
MOST = 20_000  # records of one equation

END, LINE, CHAR, TEMPLATE, PILE, MATRIX, EMBELLISHMENT, RULER, FONT_STYLE, SIZE = range(10)
COLOR, COLOR_DEF, FONT_DEF, PREFERENCES, ENCODING = range(15, 20)
FUTURE = 100
NUDGE = 0x08


class Unreadable(ValueError):
    """The bytes are no equation of version 5, or hold a record that is not known."""


@dataclass(slots=True)
class Char:
    """A character with its style ("typeface") and what is set over or through it."""

    code: int
    typeface: int
    marks: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Line:
    """A slot: things in a row."""

    things: list[Thing] = field(default_factory=list)
    empty: bool = False


@dataclass(slots=True)
class Template:
    """A structure: which one, its variation, and its slots and signs in order."""

    selector: int
    variation: int
    slots: list[Line | Pile] = field(default_factory=list)
    signs: list[Char] = field(default_factory=list)


@dataclass(slots=True)
class Pile:
    """Lines one under the other."""

    lines: list[Line]


@dataclass(slots=True)
class Matrix:
    """Cells in rows."""

    rows: int
    columns: int
    cells: list[Line]


Thing = Char | Template | Pile | Matrix | Line


def tree(data: bytes) -> list[Thing]:
    """Return the things of an equation.

    Raises:
        Unreadable: damaged, another version, or a record that is not known.
    """
    try:
        return _Reader(data).equation()
    except IndexError as error:
        raise Unreadable("cut off") from error


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.left = MOST

    def byte(self) -> int:
        value = self.data[self.at]
        self.at += 1
        return value

    def word(self) -> int:
        return self.byte() | self.byte() << 8

    def number(self) -> int:
        """Return an unsigned integer of one byte, or of two behind 255."""
        value = self.byte()
        return self.word() if value == 255 else value

    def name(self) -> None:
        while self.byte():
            pass

    def equation(self) -> list[Thing]:
        if self.byte() != 5:
            raise Unreadable("version")
        self.at += 4  # platform, product, its version and subversion
        self.name()  # application key
        self.at += 1  # inline or block
        return self.things(0)

    def things(self, depth: int) -> list[Thing]:
        """Return the things up to the end of a list."""
        if depth > DEPTH:
            raise Unreadable("too deep")
        found: list[Thing] = []
        while self.at < len(self.data):
            self.left -= 1
            if self.left < 0:
                raise Unreadable("too long")
            kind = self.byte()
            if kind == END:
                return found
            thing = self.thing(kind, depth)
            if thing is not None:
                found.append(thing)
        if depth:
            raise Unreadable("cut off")
        return found

    def thing(self, kind: int, depth: int) -> Thing | None:
        if kind == LINE:
            return self.line(depth)
        if kind == CHAR:
            return self.char()
        if kind == TEMPLATE:
            return self.template(depth)
        if kind == PILE:
            options = self.options()
            self.at += 2  # alignments
            if options & 0x02:
                self.ruler_record()
            return Pile([one for one in self.things(depth + 1) if isinstance(one, Line)])
        if kind == MATRIX:
            return self.matrix(depth)
        self.setting(kind)
        return None

    def options(self) -> int:
        """Return the options of a record; the nudge that they may announce is passed over."""
        options = self.byte()
        if options & NUDGE and (self.byte(), self.byte()) == (128, 128):
            self.at += 4
        return options

    def line(self, depth: int) -> Line:
        options = self.options()
        if options & 0x04:
            self.at += 2  # spacing
        if options & 0x02:
            self.ruler_record()
        if options & 0x01:
            return Line(empty=True)
        return Line(self.things(depth + 1))

    def char(self) -> Char:
        options = self.options()
        typeface = self.byte() - 128
        code = 0 if options & 0x20 else self.word()
        # Its place in a font says nothing without that font: a character without a code stays unknown.
        self.at += (1 if options & 0x04 else 0) + (2 if options & 0x10 else 0)
        found = Char(code, typeface)
        if options & 0x01:
            while (kind := self.byte()) != END:
                if kind != EMBELLISHMENT:
                    raise Unreadable(f"record {kind} among embellishments")
                self.options()
                found.marks.append(self.byte())
        return found

    def template(self, depth: int) -> Template:
        self.options()
        selector = self.byte()
        variation = self.byte()
        if variation & 0x80:
            variation = variation & 0x7F | self.byte() << 8
        self.at += 1  # options of the template
        inner = self.things(depth + 1)
        found = Template(selector, variation)
        found.slots = [one for one in inner if isinstance(one, Line | Pile)]
        found.signs = [one for one in inner if isinstance(one, Char)]
        if len(found.slots) + len(found.signs) < len(inner):
            raise Unreadable("a structure that is no slot")
        return found

    def matrix(self, depth: int) -> Matrix:
        self.options()
        self.at += 3  # alignments
        rows, columns = self.byte(), self.byte()
        self.at += (2 * (rows + 1) + 7) // 8 + (2 * (columns + 1) + 7) // 8  # lines between
        cells = [one for one in self.things(depth + 1) if isinstance(one, Line)]
        if len(cells) != rows * columns:
            raise Unreadable("cells")
        return Matrix(rows, columns, cells)

    def ruler_record(self) -> None:
        if self.byte() != RULER:
            raise Unreadable("ruler")
        self.setting(RULER)

    def setting(self, kind: int) -> None:
        """Pass over a record that says how things look."""
        if kind == RULER:
            self.at += 3 * self.byte()
        elif kind == FONT_STYLE:
            self.number()
            self.at += 1
        elif kind == SIZE:
            size = self.byte()
            self.at += 2 if size == 101 else 3 if size == 100 else 1
        elif 10 <= kind <= 14:
            pass
        elif kind == COLOR:
            self.number()
        elif kind == COLOR_DEF:
            options = self.byte()
            self.at += 8 if options & 0x01 else 6
            if options & 0x04:
                self.name()
        elif kind == FONT_DEF:
            self.number()
            self.name()
        elif kind == PREFERENCES:
            self.preferences()
        elif kind == ENCODING:
            self.name()
        elif kind >= FUTURE:
            length = self.number()
            self.at += length
        else:
            raise Unreadable(f"record {kind}")

    def preferences(self) -> None:
        self.at += 1
        for _ in range(2):
            self.dimensions(self.byte())
        for _ in range(self.byte()):
            if self.number():
                self.at += 1

    def dimensions(self, count: int) -> None:
        """Pass over lengths, each a nibble for its unit, digits, and fifteen."""
        nibbles = 0
        while count:
            value = self.data[self.at + nibbles // 2] >> (0 if nibbles % 2 else 4) & 15
            nibbles += 1
            count -= value == 15
        self.at += (nibbles + 1) // 2
