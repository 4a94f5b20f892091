"""The text of Word, PowerPoint, Excel and OpenDocument files, out of their zip and XML (ECMA-376; OASIS ODF 1.3).

Nothing is unpacked to disk. What a part may hold is bounded while it is read, whatever the archive claims.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from lms.base.text import nfc

MOST_ENTRIES = 10_000
LARGEST_PART = 40 << 20  # bytes of one part, unpacked
LARGEST_SUM = 120 << 20  # bytes of all parts read, unpacked
_TEXTS = frozenset({"t"})  # of Word, DrawingML, Excel and OMML alike
_ENDS = frozenset({"p", "h", "tr", "br", "tab", "cr", "si", "row"})
_SLIDE = re.compile(r"ppt/(?:slides/slide|notesSlides/notesSlide)(\d+)\.xml")
_WORD = re.compile(r"word/(?:document|footnotes|endnotes)\.xml")
_EXCEL = re.compile(r"xl/sharedStrings\.xml")


class Unreadable(Exception):
    """The file does not open, or holds more than it should."""


@dataclass(frozen=True, slots=True)
class Document:
    """The words of an office file, the title in its properties, and its slides if it is a presentation."""

    text: str
    title: str = ""
    pages: int | None = None


def read_office(path: Path) -> Document:
    """Read a file's words in reading order.

    Raises:
        Unreadable: damaged, encrypted, or over the limits.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _read(_Parts(archive))
    except (zipfile.BadZipFile, zlib.error, etree.XMLSyntaxError, OSError, RuntimeError, ValueError) as problem:
        raise Unreadable(str(problem)) from problem
    except NotImplementedError as problem:  # a compression that the standard library does not know
        raise Unreadable(str(problem)) from problem


class _Parts:
    """The parts of an archive, read with a common budget."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        entries = archive.infolist()
        if len(entries) > MOST_ENTRIES:
            raise Unreadable("too many entries")
        self.names = [entry.filename for entry in entries]
        if len(set(self.names)) != len(self.names):
            raise Unreadable("two entries of one name")
        self._archive = archive
        self._room = LARGEST_SUM

    def root(self, name: str) -> etree._Element:
        """Parse a part; entities are not expanded and nothing is fetched."""
        with self._archive.open(name) as part:
            data = part.read(min(LARGEST_PART, self._room) + 1)
        self._room -= len(data)
        if len(data) > LARGEST_PART or self._room < 0:
            raise Unreadable("more text than a document holds")
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        return etree.fromstring(data, parser)


def _read(parts: _Parts) -> Document:
    if "content.xml" in parts.names:  # OpenDocument
        title = _first(parts, "meta.xml", "title")
        root = parts.root("content.xml")
        slides = sum(1 for node in root.iter("{*}page"))
        return Document(_all_words(root), title, slides or None)
    title = _first(parts, "docProps/core.xml", "title")
    slides_by_number: dict[int, str] = {}
    notes: list[str] = []
    for name in parts.names:
        found = _SLIDE.fullmatch(name)
        if found and "notes" in name:
            notes.append(name)
        elif found:
            slides_by_number[int(found[1])] = name
    chosen = [slides_by_number[number] for number in sorted(slides_by_number)] + sorted(notes)
    chosen += [name for name in parts.names if _WORD.fullmatch(name) or _EXCEL.fullmatch(name)]
    if not chosen:
        raise Unreadable("no part with text")
    roots = [parts.root(name) for name in chosen]
    if slides_by_number:
        title = title if len(title) >= 5 else _slide_title(roots[0])
    return Document(
        nfc("\n".join(text for root in roots if (text := _words(root)))), title, len(slides_by_number) or None
    )


def _words(root: etree._Element) -> str:
    """Join the runs of each paragraph; paragraphs stand on lines of their own."""
    pieces: list[str] = []
    for name, text in _walk(root):
        if name in _TEXTS:
            pieces.append(text)
        elif name in _ENDS:
            pieces.append("\n")
    return re.sub(r"\s*\n\s*", "\n", "".join(pieces)).strip()


def _walk(root: etree._Element) -> Iterator[tuple[str, str]]:
    for _event, node in etree.iterwalk(root, events=("end",)):
        if isinstance(node.tag, str):
            yield etree.QName(node).localname, node.text or ""


def _all_words(root: etree._Element) -> str:
    lines = (" ".join("".join(map(str, node.itertext())).split()) for node in root.iter("{*}p", "{*}h"))
    return nfc("\n".join(line for line in lines if line))


def _slide_title(slide: etree._Element) -> str:
    for shape in slide.iter("{*}sp"):
        place = next(shape.iter("{*}ph"), None)
        if place is not None and place.get("type") in {"title", "ctrTitle"}:
            return " ".join(_words(shape).split())
    return ""


def _first(parts: _Parts, part: str, name: str) -> str:
    if part not in parts.names:
        return ""
    node = next(parts.root(part).iter(f"{{*}}{name}"), None)
    return nfc(" ".join((node.text or "").split()))[:500] if node is not None else ""
