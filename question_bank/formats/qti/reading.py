"""QTI files: one item as XML, or a package of items with their pictures."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Callable
from urllib.parse import unquote

from lxml import etree

from lms.base.errors import Invalid
from lms.base.i18n_marks import N_
from question_bank.formats import fragments
from question_bank.formats.archive import Archive
from question_bank.formats.qti.items import Lost, read_item
from question_bank.formats.qti.tree import parse
from question_bank.formats.reading import Changed, NotCarried, Reading
from question_bank.items.domain import ItemDraft

NO_QTI = N_(
    "Gói này không có câu hỏi dạng QTI 2 hoặc QTI 3. Hãy xuất lại từ chương trình gốc, chọn QTI 2.1, 2.2 hoặc 3.0."
)
WHY = {
    "template": N_("Câu hỏi có tham số ngẫu nhiên của QTI chưa có dạng tương ứng."),
    "adaptive": N_("Câu hỏi đổi theo từng lần trả lời (adaptive) chưa có dạng tương ứng."),
    "composite": N_("Câu hỏi gồm nhiều phần trả lời khác nhau chưa có dạng tương ứng."),
    "unreadable": N_("Tệp câu hỏi trong gói bị hỏng nên không đọc được."),
}
WHY_OTHER = N_("Dạng câu hỏi này chưa có dạng tương ứng.")
NO_FEEDBACK = N_("Nhận xét của câu hỏi chưa mang sang được.")
HOW_WHOLE = N_("Câu chỉ cho điểm khi đúng hết nay tính điểm từng phần, trừ khi bài kiểm tra đặt khác.")
_ITEM = re.compile(rb"<(?:[\w.-]+:)?(?:assessmentItem|qti-assessment-item)[\s>]")


def is_item(data: bytes) -> bool:
    """Tell whether XML starts as an item."""
    return bool(_ITEM.search(data[:8000]))


def is_package(names: tuple[str, ...]) -> bool:
    """Tell whether an archive is anything but a document of an office program."""
    folded = [name.lower() for name in names]
    return not any(name.startswith(("[content_types].xml", "word/", "xl/", "ppt/")) for name in folded)


def read(data: bytes, filename: str = "") -> Reading:
    """Return the question of an item, or the questions of a package in the order of its manifest.

    Raises:
        Invalid: broken, hostile, or without an item; says the way out.
        TooLarge: over a limit.
    """
    reader = _Reader()
    if not data.startswith(b"PK"):
        reader.item(parse(data), lambda address: "")
    else:
        archive = Archive(data)
        for name in _ordered(archive):
            if not is_item(content := archive.read(name)):
                continue
            try:
                root = parse(content)
            except Invalid:
                reader.lose("unreadable")
                continue
            reader.item(root, reader.pictures(archive, name))
    if not reader.found:
        raise Invalid.at("file", NO_QTI)
    return reader.reading()


def _ordered(archive: Archive) -> list[str]:
    """Return the XML files, those of the manifest first and in its order."""
    names = [name for name in archive.names if name.lower().endswith(".xml") and not name.startswith("__MACOSX/")]
    manifests = sorted((name for name in names if name.endswith("imsmanifest.xml")), key=lambda name: name.count("/"))
    if not manifests:
        return sorted(names)
    folder = posixpath.dirname(manifests[0])
    listed = [
        posixpath.normpath(posixpath.join(folder, unquote(one.get("href") or "")))
        for one in parse(archive.read(manifests[0])).iter("resource")
    ]
    return [*dict.fromkeys(name for name in listed if name in names), *sorted(set(names) - set(listed))]


class _Reader:
    def __init__(self) -> None:
        self.shelf = fragments.Shelf()
        self.drafts: list[ItemDraft] = []
        self.lost: Counter[str] = Counter()
        self.unsaid = 0
        self.found = 0

    def lose(self, what: str) -> None:
        self.found += 1
        self.lost[what] += 1

    def item(self, root: etree._Element, picture: Callable[[str], str]) -> None:
        if root.tag != "assessmentItem":
            return
        try:
            draft = read_item(root, self.shelf, picture)
        except Lost as lost:
            self.shelf.missing.clear()
            self.shelf.left_out.clear()
            self.lose(str(lost))
            return
        self.found += 1
        self.unsaid += root.find(".//modalFeedback") is not None or root.find(".//feedbackInline") is not None
        self.drafts.append(draft)

    def pictures(self, archive: Archive, item: str) -> Callable[[str], str]:
        """Return what finds the files that an item names, inside the package only."""

        def picture(address: str) -> str:
            name = posixpath.normpath(posixpath.join(posixpath.dirname(item), unquote(address.split("?")[0])))
            return self.shelf.put(archive.read(name), posixpath.basename(name)) if name in archive else ""

        return picture

    def reading(self) -> Reading:
        left_out = [NotCarried(f"qti:{what}", count, WHY.get(what, WHY_OTHER)) for what, count in self.lost.items()]
        if self.unsaid:
            left_out.append(NotCarried("qti:feedback", self.unsaid, NO_FEEDBACK))
        whole = sum(any(one.code == "all_or_nothing" for one in draft.problems) for draft in self.drafts)
        changed = (Changed("qti:all_or_nothing", whole, HOW_WHOLE),) if whole else ()
        return Reading("qti", tuple(self.drafts), self.found, self.shelf.assets, tuple(left_out), changed=changed)
