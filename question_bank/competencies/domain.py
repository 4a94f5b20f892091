"""What a competency framework is, in the terms of IMS CASE 1.0, and the ways of naming levels of thinking.

A framework (CFDocument) holds items (CFItem) and associations (CFAssociation). The tree is not stored: it follows
from the associations of type `isChildOf`, whose origin is the child and whose destination is an item or the
framework itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from lms.base.errors import Invalid
from lms.base.i18n_marks import N_

CHILD_OF = "isChildOf"
MOST_ITEMS = 20_000
DEEPEST = 20
EMPTY: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Item:
    """One node of a framework: a strand, a topic or an outcome (yêu cầu cần đạt).

    `code` is the issuer's own (humanCodingScheme) and never interpreted to find anything; `grades` are school
    grades without leading zeros; `extra` keeps what CASE allows and we do not use, for the way out.
    """

    identifier: str
    statement: str
    code: str = ""
    kind: str = ""
    grades: tuple[str, ...] = ()
    notes: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Association:
    """That one node stands to another as `kind` says; a destination may lie in somebody else's framework."""

    identifier: str
    origin: str
    kind: str
    destination: str
    position: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Framework:
    """A whole framework as published by its issuer."""

    identifier: str
    title: str
    creator: str = ""
    subject: str = ""  # the code of the school subject it is for: "toan"
    source: str = ""
    note: str = ""
    items: tuple[Item, ...] = ()
    associations: tuple[Association, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    definitions: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Node:
    """An item in its place: under which parent (None: at the top), how deep, and as which child."""

    item: Item
    parent: str | None
    depth: int
    position: int


def walk(framework: Framework) -> Iterator[Node]:
    """Go through the tree from the top, each parent before its children.

    An item with several parents stands under the one named first; one without a parent in the framework stands at the
    top. Brothers and sisters follow their sequence numbers, then the file.

    Raises:
        Invalid: an item is its own ancestor, or the tree is absurdly deep.
    """
    place = {item.identifier: number for number, item in enumerate(framework.items)}
    by_identifier = {item.identifier: item for item in framework.items}
    parents: dict[str, tuple[str, int]] = {}
    for link in framework.associations:
        if link.kind == CHILD_OF and link.origin in place and link.origin not in parents:
            unplaced = link.destination not in place
            parents[link.origin] = ("" if unplaced else link.destination, _order(link))
    children: dict[str, list[str]] = {}
    for identifier in place:
        children.setdefault(parents.get(identifier, ("", 0))[0], []).append(identifier)
    for siblings in children.values():
        siblings.sort(key=lambda one: (parents.get(one, ("", 0))[1], place[one]))
    seen = 0
    waiting: list[tuple[str, str | None, int, int]] = [
        (one, None, 0, number) for number, one in reversed(list(enumerate(children.get("", []))))
    ]
    while waiting:
        identifier, parent, depth, position = waiting.pop()
        if depth > DEEPEST:
            raise Invalid.at("file", N_("Cây năng lực sâu quá %(most)d bậc."), most=DEEPEST)
        seen += 1
        yield Node(by_identifier[identifier], parent, depth, position)
        below = list(enumerate(children.get(identifier, [])))
        waiting.extend((one, identifier, depth + 1, number) for number, one in reversed(below))
    if seen != len(place):
        raise Invalid.at("file", N_("Có mục vừa là cha vừa là con của chính nó nên không dựng được cây."))


def _order(link: Association) -> int:
    return link.position if link.position is not None else 1 << 30


def check(framework: Framework) -> Framework:
    """Return the framework when it is sound.

    Raises:
        Invalid: no title, no items or too many, an identifier twice, a statement missing, or no tree.
    """
    if not framework.title.strip():
        raise Invalid.at("file", N_("Khung năng lực trong tệp không có tên."))
    if not framework.items:
        raise Invalid.at("file", N_("Tệp không có mục nào của khung năng lực."))
    if len(framework.items) > MOST_ITEMS or len(framework.associations) > 10 * MOST_ITEMS:
        raise Invalid.at("file", N_("Tệp có quá nhiều mục; mỗi khung nhận nhiều nhất %(most)d mục."), most=MOST_ITEMS)
    known: set[str] = {framework.identifier}
    for number, item in enumerate(framework.items, start=1):
        if not item.identifier or item.identifier in known:
            raise Invalid.at("file", N_("Mục thứ %(number)d thiếu mã nhận dạng hoặc trùng mã."), number=number)
        if not item.statement.strip():
            raise Invalid.at("file", N_("Mục thứ %(number)d không có nội dung."), number=number)
        known.add(item.identifier)
    for _ in walk(framework):
        pass
    return framework


def grade_of(written: str) -> str:
    """Give a school grade as we write it: "08" → "8", "Lớp 8" → "8"; other words stay as they are.

    >>> [grade_of(text) for text in ("08", "Lớp 8", "KG")]
    ['8', '8', 'KG']
    """
    found = re.fullmatch(r"(?:[Ll]ớp\s*)?0*(\d{1,2})", written.strip())
    return found[1] if found else written.strip()


@dataclass(frozen=True, slots=True)
class CodeParts:
    """The parts of an outcome code of Ho Chi Minh City's Decision 791/2025, such as `020108.0202d3`."""

    level: str
    subject: str
    grade: str
    strand: str
    topic: str
    outcome: str
    thinking: str


_HCM = re.compile(r"(\d\d)(\d\d)(\d\d)\.(\d\d)(\d\d)([a-zđ])(\d)")


def code_parts(code: str) -> CodeParts | None:
    """Take a code apart where it has the form of Decision 791/2025; None for every other code.

    >>> code_parts("020108.0202d3").grade
    '08'
    """
    found = _HCM.fullmatch(code.strip())
    return CodeParts(*found.groups()) if found else None


@dataclass(frozen=True, slots=True)
class Level:
    """One level of thinking: its short code on papers, its name, and its place from easy to hard."""

    code: str
    name: str
    rank: int


@dataclass(frozen=True, slots=True)
class LevelScheme:
    """A way of naming levels, by the document that set it."""

    code: str
    name: str
    levels: tuple[Level, ...]
    aliases: Mapping[str, str] = field(default_factory=dict)  # words found in files → level code

    def find(self, written: str) -> Level | None:
        """Find a level by its code, its name or another word for it, whatever the case."""
        wanted = written.strip().casefold()
        wanted = next((code.casefold() for word, code in self.aliases.items() if word.casefold() == wanted), wanted)
        return next((one for one in self.levels if wanted in (one.code.casefold(), one.name.casefold())), None)


def _scheme(code: str, name: str, levels: Sequence[tuple[str, str]], aliases: Mapping[str, str] = EMPTY) -> LevelScheme:
    return LevelScheme(code, name, tuple(Level(*level, rank) for rank, level in enumerate(levels, start=1)), aliases)


LEVEL_SCHEMES: Mapping[str, LevelScheme] = MappingProxyType(
    {
        scheme.code: scheme
        for scheme in (
            _scheme(
                "three",  # Official letter 7991/BGDĐT-GDTrH (2024)
                N_("Biết – Hiểu – Vận dụng"),
                (("B", N_("Biết")), ("H", N_("Hiểu")), ("VD", N_("Vận dụng"))),
                {"NB": "B", "TH": "H", "Nhận biết": "B", "Thông hiểu": "H", "VDC": "VD", "Vận dụng cao": "VD"},
            ),
            _scheme(
                "four",  # Official letter 5512/BGDĐT-GDTrH (2020) and the matrices that follow it
                N_("Nhận biết – Thông hiểu – Vận dụng – Vận dụng cao"),
                (
                    ("NB", N_("Nhận biết")),
                    ("TH", N_("Thông hiểu")),
                    ("VD", N_("Vận dụng")),
                    ("VDC", N_("Vận dụng cao")),
                ),
                {"B": "NB", "H": "TH", "Biết": "NB", "Hiểu": "TH"},
            ),
            _scheme(
                "primary",  # Circular 27/2020, article 7
                N_("Mức 1 – Mức 2 – Mức 3"),
                (("M1", N_("Mức 1")), ("M2", N_("Mức 2")), ("M3", N_("Mức 3"))),
                {"1": "M1", "2": "M2", "3": "M3"},
            ),
        )
    }
)


def find_level(written: str, scheme: str = "four") -> Level | None:
    """Find the level meant by a word or an abbreviation found in a file; None when it is none."""
    return LEVEL_SCHEMES[scheme].find(written)
