"""The paper as lines: text with a style for every character, and pictures or formulas standing in it as one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape

OBJECT = "\ufffc"  # stands in the text where a picture, a formula or a table stands


@dataclass(frozen=True, slots=True)
class Style:
    """How a character looks, as far as it may mean something; `color` and `shade` are "" for black on white."""

    bold: bool = False
    italic: bool = False
    underline: bool = False
    strike: bool = False
    script: str = ""  # "sub" or "sup"
    color: str = ""
    shade: str = ""
    font: str = field(default="", compare=False)  # only for what its codes mean


PLAIN = Style()


@dataclass(frozen=True, slots=True)
class Thing:
    """A picture, a formula or a table in its HTML; `kind` is picture, formula, table or shape."""

    kind: str
    html: str
    problem: str = ""  # what a person should look at: "mathtype", "picture_format", "shape", "chart"


@dataclass(slots=True)
class Line:
    """One line of the paper. `soft` continues the paragraph of the line before it."""

    text: str = ""
    styles: list[Style] = field(default_factory=list)
    things: dict[int, Thing] = field(default_factory=dict)
    soft: bool = False
    label: int = 0  # how many characters at the start Word's automatic numbering wrote
    truth: bool | None = None  # for a statement of a table with columns "Đúng" and "Sai"

    def add(self, text: str, style: Style) -> None:
        """Append text."""
        self.text += text
        self.styles += [style] * len(text)

    def put(self, thing: Thing, style: Style) -> None:
        """Append a picture, a formula or a table."""
        self.things[len(self.text)] = thing
        self.add(OBJECT, style)

    def cut(self, start: int, end: int | None = None) -> Line:
        """Return a part of the line."""
        stop = len(self.text) if end is None else end
        things = {place - start: thing for place, thing in self.things.items() if start <= place < stop}
        label = max(0, self.label - start)
        return Line(self.text[start:stop], self.styles[start:stop], things, self.soft, label, self.truth)

    def trimmed(self) -> Line:
        """Return the line without white space at its ends."""
        start = len(self.text) - len(self.text.lstrip())
        return self.cut(start, max(start, len(self.text.rstrip())))

    def join(self, other: Line) -> None:
        """Append another line."""
        for place, thing in other.things.items():
            self.things[len(self.text) + place] = thing
        self.text += other.text
        self.styles += other.styles

    @property
    def blank(self) -> bool:
        """Whether nothing is on the line."""
        return not self.text.strip()

    @property
    def only_things(self) -> bool:
        """Whether the line holds pictures or tables and no words."""
        return bool(self.things) and not self.text.replace(OBJECT, "").strip()


@dataclass(slots=True)
class Grid:
    """A table: rows of cells, a cell being lines and inner tables."""

    rows: list[list[list[Line | Grid]]]
    spans: list[list[tuple[int, int]]]  # (columns, rows) of each cell


Block = Line | Grid


def split_soft(line: Line) -> list[Line]:
    """Return a paragraph cut at its line breaks."""
    if "\n" not in line.text:
        return [line]
    parts: list[Line] = []
    start = 0
    for place in [*(n for n, char in enumerate(line.text) if char == "\n"), len(line.text)]:
        part = line.cut(start, place)
        part.soft = line.soft or bool(parts)
        parts.append(part)
        start = place + 1
    return parts


def inline_html(line: Line, *, without: Iterable[str] = ()) -> str:
    """Return a line as inline HTML; `without` names emphasis to leave out (bold, underline, italic)."""
    dropped = set(without)
    out: list[str] = []
    place = 0
    text = line.text
    while place < len(text):
        thing = line.things.get(place)
        if thing is not None:
            out.append(thing.html)
            place += 1
            continue
        style = line.styles[place]
        end = place + 1
        while (
            end < len(text) and end not in line.things and _shown(line.styles[end], dropped) == _shown(style, dropped)
        ):
            end += 1
        words = escape(text[place:end].replace("\t", " ").replace("\u00a0", " "), quote=False)
        out.append(_wrapped(words, _shown(style, dropped)))
        place = end
    return "".join(out).strip()


def _shown(style: Style, dropped: set[str]) -> tuple[str, ...]:
    tags: list[str] = []
    if style.script:
        tags.append(style.script)
    for name, tag in (("underline", "u"), ("italic", "i"), ("bold", "b"), ("strike", "s")):
        if getattr(style, name) and name not in dropped:
            tags.append(tag)
    return tuple(tags)


def _wrapped(words: str, tags: Sequence[str]) -> str:
    if not words.strip():
        # A blank that is underlined is a line to write on.
        return words
    head = words[: len(words) - len(words.lstrip())]
    tail = words[len(words.rstrip()) :]
    core = words.strip()
    for tag in tags:
        core = f"<{tag}>{core}</{tag}>"
    return head + core + tail


def flow_html(lines: Sequence[Line], *, without: Iterable[str] = ()) -> str:
    """Return lines as paragraphs; soft lines are joined by breaks, tables stand on their own."""
    out: list[str] = []
    current: list[str] = []

    def close() -> None:
        if current:
            out.append(f"<p>{'<br>'.join(current)}</p>")
            current.clear()

    for line in lines:
        if line.blank:
            continue
        indent = _indent(line.text) if out or current else ""
        line = line.trimmed()
        if not line.soft:
            close()
        table_places = [place for place, thing in line.things.items() if thing.kind == "table"]
        start = 0
        for place in sorted(table_places):
            before = inline_html(line.cut(start, place), without=without)
            if before:
                current.append(before)
            close()
            out.append(line.things[place].html)
            start = place + 1
        rest = inline_html(line.cut(start), without=without)
        if rest:
            current.append(indent + rest)
    close()
    return "".join(out)


def _indent(text: str) -> str:
    """Return the indentation of a line of program code; a single space or tab is only untidy."""
    spaces = text[: len(text) - len(text.lstrip())].replace("\t", "    ")
    return (
        "&nbsp;" * min(len(spaces), 40)
        if (len(spaces) > 1 and not text.startswith("\t")) or spaces.count(" ") > 4
        else ""
    )


def option_html(lines: Sequence[Line], *, without: Iterable[str] = ()) -> str:
    """Return lines as an option wants them: one line stays bare, several become paragraphs."""
    full = [line for line in lines if not line.blank]
    if len(full) == 1 and not any(thing.kind == "table" for thing in full[0].things.values()):
        return inline_html(full[0].trimmed(), without=without)
    return flow_html(full, without=without)


def plain_text(lines: Iterable[Block]) -> str:
    """Return the words of lines and tables, a line each."""
    out: list[str] = []
    for block in lines:
        if isinstance(block, Grid):
            out += [plain_text(cell) for row in block.rows for cell in row]
        else:
            out.append(block.text.replace(OBJECT, "▢"))
    return "\n".join(line for line in out if line.strip())
