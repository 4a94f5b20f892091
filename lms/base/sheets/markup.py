"""XML parts of a workbook, walked by their bytes: no document types, no entities, no network."""

from __future__ import annotations

import re
from collections.abc import Callable
from pyexpat import ExpatError, ParserCreate
from typing import Protocol

from lms.base.errors import Invalid, TooLarge
from lms.base.i18n_marks import N_

DEEPEST = 64  # elements inside one another; a workbook has about ten
_TAG = re.compile(rb"""<(?:"[^"]*"|'[^']*'|[^>"'])*>""")


class Walker(Protocol):
    """Hears of elements by their local names; `start` and `end` are offsets in the part's bytes."""

    def open(self, name: str, attributes: dict[str, str], start: int, tag_end: int, closed: bool) -> None: ...

    def close(self, name: str, end: int) -> None: ...

    def text(self, text: str) -> None: ...


def local(name: str) -> str:
    """Return a name without its prefix."""
    return name.rpartition(":")[2]


def walk(data: bytes, walker: Walker) -> None:
    """Tell *walker* of every element of a part, with exact byte offsets.

    Raises:
        Invalid: not well-formed, not in a form like ASCII, or with a document type (where entity attacks live).
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff", b"\x00", b"<\x00")):
        raise _unreadable()
    parser = ParserCreate()
    parser.buffer_text = True
    self_closed: list[int] = []  # where each open element ended its only tag, or -1

    def refuse(*_args: object) -> None:
        raise _unreadable()

    def opened(name: str, attributes: dict[str, str]) -> None:
        start = parser.CurrentByteIndex
        tag = _TAG.match(data, start)
        if tag is None or len(self_closed) >= DEEPEST:
            raise _unreadable()
        closed = tag[0].endswith(b"/>")
        self_closed.append(tag.end() if closed else -1)
        walker.open(name, attributes, start, tag.end(), closed)

    def closed(name: str) -> None:
        end = self_closed.pop()
        walker.close(name, end if end >= 0 else data.index(b">", parser.CurrentByteIndex) + 1)

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    parser.CharacterDataHandler = walker.text
    try:
        parser.Parse(data, True)
    except (ExpatError, ValueError) as error:
        raise _unreadable() from error


class TextsOf:
    """Collects the text of every *item* element, from the *piece* elements inside it, without phonetic runs."""

    def __init__(self, item: str, piece: str, most: int) -> None:
        self.texts: list[str] = []
        self._most = most
        self._item, self._piece = item, piece
        self._in_piece, self._phonetic = False, 0

    def open(self, name: str, attributes: dict[str, str], start: int, tag_end: int, closed: bool) -> None:
        name = local(name)
        if name == self._item:
            self.texts.append("")
            if len(self.texts) > self._most:
                raise TooLarge(N_("Bảng tính có quá nhiều chữ. Hãy tách ra từng lớp rồi tải lên."))
        self._phonetic += name == "rPh"
        self._in_piece = name == self._piece and not self._phonetic

    def close(self, name: str, end: int) -> None:
        name = local(name)
        self._phonetic -= name == "rPh"
        if name == self._piece:
            self._in_piece = False

    def text(self, text: str) -> None:
        if self._in_piece and self.texts:
            self.texts[-1] += text


class Elements:
    """Calls *seen* with local name and attributes of every element, with the path of local names above it."""

    def __init__(self, seen: Callable[[tuple[str, ...], dict[str, str]], None]) -> None:
        self._path: list[str] = []
        self._seen = seen

    def open(self, name: str, attributes: dict[str, str], start: int, tag_end: int, closed: bool) -> None:
        self._path.append(local(name))
        self._seen(tuple(self._path), attributes)

    def close(self, name: str, end: int) -> None:
        self._path.pop()

    def text(self, text: str) -> None:
        return


def _unreadable() -> Invalid:
    return Invalid.at("file", N_("Tệp có phần không đọc an toàn được. Hãy mở bằng Excel, lưu lại rồi tải lên."))
