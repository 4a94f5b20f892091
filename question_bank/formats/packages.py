"""Packages of questions: QTI of any version, Common Cartridge, Blackboard; each file goes to the reader of its kind."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from urllib.parse import unquote

from lxml import etree

from lms.base.errors import Invalid
from lms.base.i18n_marks import N_
from question_bank.formats import blackboard, cartridge, qti, qti12, xml
from question_bank.formats.archive import Archive
from question_bank.formats.cartridge import Manifest
from question_bank.formats.collecting import Collector, Picture
from question_bank.formats.qti import reading as qti_reading
from question_bank.formats.qti import tree as qti_tree
from question_bank.formats.qti12 import reading as qti12_reading
from question_bank.formats.qti12 import tree as qti12_tree
from question_bank.formats.reading import Reading
from question_bank.formats.tag_words import with_tags
from question_bank.items.domain import ItemDraft

NO_QUESTIONS = N_(
    "Gói này không có câu hỏi dạng QTI, Common Cartridge hay Blackboard. Hãy xuất lại từ chương trình gốc,"
    " chọn một trong các dạng ấy."
)
_ENDINGS = (".xml", ".qti", ".dat")
_BANK = re.compile(rb"<(?:[\w.-]+:)?(?:assessment|objectbank)\b[^>]*?\bident\s*=\s*[\"']([^\"']{1,200})[\"']")
_ITEMS = re.compile(rb"<(?:[\w.-]+:)?item[\s>]")


@dataclass(frozen=True, slots=True)
class _Kind:
    name: str
    claims: Callable[[bytes], bool]
    parse: Callable[[bytes], etree._Element]
    read_into: Callable[[Collector, etree._Element, Picture], None]


_KINDS = (
    _Kind("qti", qti.is_item, qti_tree.parse, qti.read_into),
    _Kind("qti12", qti12.is_interop, qti12_tree.parse, qti12.read_into),
    _Kind("blackboard", blackboard.is_pool, xml.parse, blackboard.read_into),
)
WHY: Mapping[str, str] = MappingProxyType({**qti_reading.WHY, **qti12_reading.WHY, **blackboard.WHY, **cartridge.WHY})


def is_package(names: tuple[str, ...]) -> bool:
    """Tell whether an archive is anything but a document of an office program."""
    folded = [name.lower() for name in names]
    return not any(name.startswith(("[content_types].xml", "word/", "xl/", "ppt/")) for name in folded)


def read(data: bytes, filename: str = "") -> Reading:
    """Return the questions of a package in the order of its manifest.

    Raises:
        Invalid: broken, hostile, or without a question; says the way out.
        TooLarge: over a limit.
    """
    archive = Archive(data)
    manifest = cartridge.read_manifest(archive)
    collector = Collector()
    read_as: Counter[str] = Counter()
    for name, kind in _chosen(archive, manifest):
        try:
            root = kind.parse(archive.read(name))
        except Invalid:
            collector.lose("qti:unreadable")
            continue
        before, had = collector.found, len(collector.drafts)
        kind.read_into(collector, root, _pictures(archive, name, collector))
        collector.drafts[had:] = [_described(draft, manifest, name) for draft in collector.drafts[had:]]
        read_as["blackboard" if name.lower().endswith(".dat") else kind.name] += collector.found - before
    if not collector.found:
        raise Invalid.at("file", NO_QUESTIONS)
    if manifest.is_cartridge:
        collector.beside += manifest.others
        return collector.reading("common_cartridge", WHY)
    return collector.reading(max(read_as, key=lambda kind: read_as[kind]) if read_as else "qti", WHY)


def _described(draft: ItemDraft, manifest: Manifest, name: str) -> ItemDraft:
    """Return a question with what the manifest says of its file."""
    if category := manifest.categories.get(name):
        draft = replace(draft, category=draft.category or category)
    return with_tags(draft, manifest.keywords.get(name, ()))


def _chosen(archive: Archive, manifest: Manifest) -> list[tuple[str, _Kind]]:
    """Return the files of questions and their kinds, those of the manifest first and in its order.

    Canvas writes a quiz twice, once as the cartridge standard has it and once with all its types; the one with more
    questions stays, and of two alike that with more said (the second).
    """
    places: dict[str, int] = {}
    chosen: list[tuple[str, _Kind, int]] = []
    for name in _ordered(archive, manifest):
        content = archive.read(name)
        kind = next((kind for kind in _KINDS if kind.claims(content)), None)
        if kind is None:
            continue
        bank = _BANK.search(content[:8000]) if kind.name == "qti12" else None
        ident = bank[1].decode("utf-8", "replace") if bank else name
        entry = (name, kind, len(_ITEMS.findall(content)))
        if ident in places:
            if entry[2] >= chosen[places[ident]][2]:
                chosen[places[ident]] = entry
            continue
        places[ident] = len(chosen)
        chosen.append(entry)
    return [(name, kind) for name, kind, _ in chosen]


def _ordered(archive: Archive, manifest: Manifest) -> list[str]:
    names = [name for name in archive.names if name.lower().endswith(_ENDINGS) and not name.startswith("__MACOSX/")]
    known = set(names)
    listed = dict.fromkeys(name for name in manifest.files if name in known)
    return [*listed, *sorted(known - listed.keys())]


def _pictures(archive: Archive, item: str, collector: Collector) -> Picture:
    """Return what finds the files that an item names, inside the package only."""

    def picture(address: str) -> str:
        name = _place(archive, item, address)
        return collector.shelf.put(archive.read(name), posixpath.basename(name)) if name else ""

    return picture


def _place(archive: Archive, item: str, address: str) -> str:
    """Return the file that an address of an item means, "" where there is none or it is not clear."""
    address = unquote(address.split("?")[0].split("#")[0])
    for base in ("$IMS-CC-FILEBASE$", "$IMS_CC_FILE_BASE$", "$IMS_CC_FILEBASE$"):
        address = address.replace(base, "")
    if stored := re.search(r"xid-\d+_\d+", address):
        # Blackboard names a stored file by its number only.
        found = [name for name in archive.names if stored[0] in name and not name.endswith(".xml")]
        return found[0] if len(found) == 1 else ""
    address = address.lstrip("/")
    for folder in (posixpath.dirname(item), "", "web_resources"):
        name = posixpath.normpath(posixpath.join(folder, address))
        if name in archive:
            return name
    tail = posixpath.normpath("/" + address)
    found = [name for name in archive.names if address and f"/{name}".endswith(tail) and "__MACOSX" not in name]
    return found[0] if len(found) == 1 else ""
