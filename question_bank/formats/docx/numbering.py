"""Word's automatic numbers as the text that a reader sees: "Câu 3.", "B.", "ii)" (ECMA-376 §17.9)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from question_bank.formats.docx.lines import Style
from question_bank.formats.docx.styles import Styles, applied, value, w

_PLACE = re.compile(r"%([1-9])")


@dataclass(slots=True)
class Level:
    """One level of a list."""

    start: int = 1
    format: str = "decimal"
    text: str = ""
    suffix: str = "tab"
    restart: int | None = None
    legal: bool = False
    look: etree._Element | None = None


@dataclass(slots=True)
class _List:
    levels: dict[int, Level]
    shared: str  # lists of the same abstract one count together
    counts: dict[int, int] = field(default_factory=dict)


class Numbering:
    """The lists of a document with where each stands; paragraphs must be asked in order."""

    def __init__(self, tree: etree._Element | None, styles: Styles) -> None:
        """Take the tree of numbering.xml."""
        self.styles = styles
        self._lists: dict[str, _List] = {}
        self._counts: dict[str, dict[int, int]] = {}
        if tree is None:
            return
        abstract = {value(one, "abstractNumId"): one for one in tree.iterchildren(w("abstractNum"))}
        for number in tree.iterchildren(w("num")):
            ident = value(number, "numId")
            base = value(number.find(w("abstractNumId")))
            levels = self._levels(abstract, base)
            shared = base
            for override in number.iterchildren(w("lvlOverride")):
                at = _int(value(override, "ilvl"))
                if (own := override.find(w("lvl"))) is not None:
                    levels[at] = _level(own)
                if (start := override.find(w("startOverride"))) is not None:
                    levels[at] = _restarted(levels.get(at, Level()), _int(value(start), 1))
                    shared = f"num:{ident}"
            self._lists[ident] = _List(levels, shared)

    def _levels(self, abstract: dict[str, etree._Element], ident: str) -> dict[int, Level]:
        one = abstract.get(ident)
        if one is None:
            return {}
        return {_int(value(level, "ilvl")): _level(level) for level in one.iterchildren(w("lvl"))}

    def label(self, paragraph: etree._Element | None, style: str, base: Style) -> tuple[str, Style] | None:
        """Return the number of the next paragraph with its look, None where it has none.

        `paragraph` is its `w:pPr`, `base` how its text looks.
        """
        found = self._membership(paragraph, style)
        if found is None:
            return None
        number, at = found
        one = self._lists.get(number)
        level = one.levels.get(at) if one else None
        if one is None or level is None:
            return None
        counts = self._counts.setdefault(one.shared, {})
        counts[at] = counts.get(at, level.start - 1) + 1
        for deeper in [n for n in counts if n > at]:
            limit = one.levels[deeper].restart if deeper in one.levels else None
            if limit is None or (limit > 0 and at < limit):
                del counts[deeper]
        text = _PLACE.sub(lambda match: self._shown(one, counts, int(match[1]) - 1, level), level.text)
        if level.format in ("bullet", "none") and not _PLACE.search(level.text):
            text = (
                "" if level.format == "none" and not level.text.strip() else "•" if level.format == "bullet" else text
            )
        look = self.styles.run(applied(base, level.look), paragraph.find(w("rPr")) if paragraph is not None else None)
        return (text + " ", look) if text else None

    def _shown(self, one: _List, counts: dict[int, int], at: int, level: Level) -> str:
        other = one.levels.get(at, Level())
        count = counts.get(at, other.start)
        return shown(count, "decimal" if level.legal else other.format)

    def _membership(self, paragraph: etree._Element | None, style: str) -> tuple[str, int] | None:
        own = paragraph.find(w("numPr")) if paragraph is not None else None
        number = value(own.find(w("numId"))) if own is not None else ""
        at = value(own.find(w("ilvl"))) if own is not None else ""
        if not number:
            for one in self.styles.chain(style):
                inherited = one.find(f"{w('pPr')}/{w('numPr')}")
                if inherited is not None and value(inherited.find(w("numId"))):
                    number = value(inherited.find(w("numId")))
                    at = at or value(inherited.find(w("ilvl")))
                    break
        return (number, _int(at)) if number and number != "0" else None


def _level(element: etree._Element) -> Level:
    restart = element.find(w("lvlRestart"))
    return Level(
        start=_int(value(element.find(w("start"))), 1),
        format=value(element.find(w("numFmt"))) or "decimal",
        text=value(element.find(w("lvlText"))),
        suffix=value(element.find(w("suff"))) or "tab",
        restart=_int(value(restart)) if restart is not None else None,
        legal=element.find(w("isLgl")) is not None,
        look=element.find(w("rPr")),
    )


def _restarted(level: Level, start: int) -> Level:
    return Level(start, level.format, level.text, level.suffix, level.restart, level.legal, level.look)


def _int(text: str, default: int = 0) -> int:
    return int(text) if text.isdigit() and len(text) < 6 else default


def shown(count: int, form: str) -> str:
    """Return a count the way a list shows it.

    >>> [shown(3, form) for form in ("decimal", "upperLetter", "lowerRoman", "decimalZero")]
    ['3', 'C', 'iii', '03']
    """
    if form in ("upperLetter", "lowerLetter") and count > 0:
        letters = chr(ord("A") + (count - 1) % 26) * ((count - 1) // 26 + 1)
        return letters if form == "upperLetter" else letters.lower()
    if form in ("upperRoman", "lowerRoman") and 0 < count < 4000:
        roman = ""
        rest = count
        for worth, sign in _ROMAN:
            roman += sign * (rest // worth)
            rest %= worth
        return roman if form == "upperRoman" else roman.lower()
    if form == "decimalZero":
        return f"{count:02d}"
    return "" if form in ("bullet", "none") else str(count)


_ROMAN = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"),
    (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip
