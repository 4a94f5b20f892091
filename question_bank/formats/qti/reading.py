"""QTI 2 and 3 files: one item as XML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from lxml import etree

from lms.base.errors import Invalid
from lms.base.i18n_marks import N_
from question_bank.formats.collecting import Collector, Picture
from question_bank.formats.qti.items import read_item
from question_bank.formats.qti.source import Lost
from question_bank.formats.qti.tree import parse
from question_bank.formats.reading import Reading

NO_ITEM = N_("Tệp QTI này không có câu hỏi nào.")
WHY: Mapping[str, str] = MappingProxyType(
    {
        "qti:template": N_("Câu hỏi có tham số ngẫu nhiên của QTI chưa có dạng tương ứng."),
        "qti:adaptive": N_("Câu hỏi đổi theo từng lần trả lời (adaptive) chưa có dạng tương ứng."),
        "qti:composite": N_("Câu hỏi gồm nhiều phần trả lời khác nhau chưa có dạng tương ứng."),
        "qti:unreadable": N_("Tệp câu hỏi trong gói bị hỏng nên không đọc được."),
        "qti:feedback": N_(
            "Nhận xét chung theo kết quả (đúng, đúng một phần, sai) không mang sang; nhận xét từng phương án thì có."
        ),
    }
)
_ITEM = re.compile(rb"<(?:[\w.-]+:)?(?:assessmentItem|qti-assessment-item)[\s>]")


def is_item(data: bytes) -> bool:
    """Tell whether XML starts as an item."""
    return bool(_ITEM.search(data[:8000]))


def read(data: bytes, filename: str = "") -> Reading:
    """Return the question of an item; its pictures are elsewhere and named as missing.

    Raises:
        Invalid: broken, hostile, or no item; says the way out.
        TooLarge: over a limit.
    """
    collector = Collector()
    read_into(collector, parse(data), lambda address: "")
    if not collector.found:
        raise Invalid.at("file", NO_ITEM)
    return collector.reading("qti", WHY)


def read_into(collector: Collector, root: etree._Element, picture: Picture) -> None:
    """Gather the question of an item; anything else holds none."""
    if root.tag != "assessmentItem":
        return
    try:
        found = read_item(root, collector.shelf, picture)
    except Lost as lost:
        collector.lose(f"qti:{lost}")
        return
    if found.unsaid:
        collector.beside["qti:feedback"] += found.unsaid
    collector.take(found.draft)
