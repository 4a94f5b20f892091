"""The manifest of a package (IMS Content Packaging): its files in order and, of a Common Cartridge, what else it holds.

Common Cartridge 1.0–1.4: the types of resources end in `assessment`, `question-bank`, or name what is no question.
"""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import unquote

from lxml import etree

from lms.base.i18n_marks import N_
from question_bank.formats import fragments, xml
from question_bank.formats.archive import Archive

WHY: Mapping[str, str] = MappingProxyType(
    {
        "cartridge:content": N_(
            "Trang và tệp của khoá học không thuộc ngân hàng câu hỏi; hình trong câu hỏi vẫn được lấy."
        ),
        "cartridge:discussion": N_("Chủ đề thảo luận của khoá học không thuộc ngân hàng câu hỏi."),
        "cartridge:link": N_("Liên kết của khoá học không thuộc ngân hàng câu hỏi."),
        "cartridge:tool": N_("Công cụ ngoài (LTI) của khoá học không thuộc ngân hàng câu hỏi."),
        "cartridge:assignment": N_("Bài tập của khoá học không thuộc ngân hàng câu hỏi."),
        "cartridge:settings": N_("Thiết đặt của khoá học và của bài kiểm tra không mang sang."),
        "cartridge:other": N_("Phần này của khoá học không thuộc ngân hàng câu hỏi."),
    }
)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a manifest says: its files in order, whether it is a Common Cartridge, what in it is no question."""

    files: tuple[str, ...] = ()
    is_cartridge: bool = False
    others: Counter[str] = field(default_factory=Counter)
    keywords: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by the first file of a resource
    categories: Mapping[str, str] = field(default_factory=dict)


def read_manifest(archive: Archive) -> Manifest:
    """Return the manifest nearest to the root, an empty one where there is none.

    Raises:
        Invalid: it is broken.
    """
    names = sorted(
        (name for name in archive.names if posixpath.basename(name).lower() == "imsmanifest.xml"),
        key=lambda name: name.count("/"),
    )
    if not names:
        return Manifest()
    root = xml.parse(archive.read(names[0]))
    folder = posixpath.dirname(names[0])
    files: list[str] = []
    others: Counter[str] = Counter()
    types: list[str] = []
    keywords: dict[str, tuple[str, ...]] = {}
    categories: dict[str, str] = {}
    for resource in _named(root, "resource"):
        inside = [posixpath.normpath(posixpath.join(folder, unquote(one))) for one in _addresses(resource)]
        files += inside
        if inside:
            keywords[inside[0]] = tuple(_strings(resource, "keyword"))
            categories[inside[0]] = "/".join(_strings(resource, "entry"))
        kind = (resource.get("type") or "").lower()
        types.append(kind)
        what = _what(kind, inside)
        if what:
            others[what] += 1
    schema = " ".join(xml.text_of(one) for one in _named(root, "schema"))
    is_cartridge = "common cartridge" in schema.lower() or any("imscc" in one for one in types)
    return Manifest(tuple(files), is_cartridge, others, keywords, categories)


def _strings(resource: etree._Element, name: str) -> list[str]:
    """Return what the LOM of a resource says in elements of one name, without blanks around."""
    found = [fragments.tidy(xml.text_of(one)).strip() for one in _named(resource, name)]
    return [one for one in found if one]


def _named(root: etree._Element, name: str) -> Iterator[etree._Element]:
    return (one for one in root.iter() if isinstance(one.tag, str) and etree.QName(one).localname == name)


def _addresses(resource: etree._Element) -> list[str]:
    own = [
        resource.get("href") or "",
        *(str(value) for key, value in resource.attrib.items() if str(key).endswith("}file")),
    ]
    return [one for one in (*own, *(file.get("href") or "" for file in _named(resource, "file"))) if one]


def _what(kind: str, files: list[str]) -> str:
    """Return what a resource is by its type and its files, "" where it holds questions."""
    last = kind.rpartition("/")[2]
    names = {posixpath.basename(name) for name in files}
    if kind.startswith(("imsqti", "assessment/x-bb")) or last in ("assessment", "question-bank"):
        return ""
    if "assignment_settings.xml" in names or kind.startswith("assignment"):
        return "cartridge:assignment"
    if kind.startswith("associatedcontent"):
        return (
            "cartridge:settings"
            if any(name.endswith((".xml", ".txt", ".qti")) for name in names)
            else "cartridge:content"
        )
    for start, what in _STARTS:
        if kind.startswith(start):
            return what
    return "cartridge:other"


_STARTS = (
    ("webcontent", "cartridge:content"),
    ("imsdt", "cartridge:discussion"),
    ("imswl", "cartridge:link"),
    ("imsbasiclti", "cartridge:tool"),
)
