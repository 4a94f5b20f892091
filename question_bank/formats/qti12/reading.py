"""Files of QTI 1.2: the items of a `questestinterop`, with the texts that stand before them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from lxml import etree

from lms.base.errors import Invalid
from lms.base.i18n_marks import N_
from question_bank.formats import fragments
from question_bank.formats.collecting import Collector, Picture
from question_bank.formats.qti12.items import Lost, kind_of, read_item, with_passage
from question_bank.formats.qti12.material import Source
from question_bank.formats.qti12.tree import fields, parse
from question_bank.formats.reading import Reading

NO_ITEMS = N_("Tệp QTI này không có câu hỏi nào.")
WHY: Mapping[str, str] = MappingProxyType(
    {
        "qti12:calculated": N_("Câu hỏi tính theo công thức với số ngẫu nhiên chưa có dạng tương ứng."),
        "qti12:upload": N_("Câu hỏi nộp tệp chưa có dạng tương ứng; hãy giao bằng bài tập nộp tệp."),
        "qti12:hotspot": N_("Câu hỏi chỉ vào vị trí trên hình chưa có dạng tương ứng."),
        "qti12:categorization": N_("Câu hỏi xếp nhiều ý vào từng nhóm chưa có dạng tương ứng."),
        "qti12:bankentry": N_("Câu hỏi chỉ được nhắc tới, nội dung nằm ở ngân hàng khác không có trong tệp."),
        "qti12:composite": N_("Câu hỏi gồm nhiều phần trả lời khác nhau chưa có dạng tương ứng."),
        "qti12:rules": N_("Câu hỏi chấm nhiều điểm số cùng lúc chưa có dạng tương ứng."),
        "qti12:presentation": N_("Câu hỏi trong tệp không có nội dung."),
        "qti12:feedback": N_(
            "Nhận xét chung theo kết quả (đúng, đúng một phần, sai) không mang sang; nhận xét từng phương án thì có."
        ),
    }
)
_ROOT = re.compile(rb"<(?:[\w.-]+:)?questestinterop[\s>]")


def is_interop(data: bytes) -> bool:
    """Tell whether XML starts as a file of QTI 1.2."""
    return bool(_ROOT.search(data[:8000]))


def read(data: bytes, filename: str = "") -> Reading:
    """Return the questions of a file; its pictures are elsewhere and named as missing.

    Raises:
        Invalid: broken, hostile, or without an item; says the way out.
        TooLarge: over a limit.
    """
    collector = Collector()
    read_into(collector, parse(data), lambda address: "")
    if not collector.found:
        raise Invalid.at("file", NO_ITEMS)
    return collector.reading("qti12", WHY)


def read_into(collector: Collector, root: etree._Element, picture: Picture) -> None:
    """Gather the questions of a file."""
    passages = _passages(root)
    shown = {name: _passage(one, collector, picture) for name, one in passages.items()}
    for item in root.iter("item", "bankentry_item"):
        if item.tag == "bankentry_item":
            collector.lose("qti12:bankentry")
            continue
        if item.get("ident") in shown:
            continue  # stands before its questions
        try:
            found = read_item(item, collector.shelf, picture)
        except Lost as lost:
            collector.lose(f"qti12:{lost}")
            continue
        if passage := shown.get(stimulus := _stimulus(item)):
            found = with_passage(found, passage, stimulus)
        if found.unsaid:
            collector.beside["qti12:feedback"] += found.unsaid
        collector.take(found.draft, _category(item))


def _stimulus(item: etree._Element) -> str:
    """Return the ident of the text that stands before an item, "" where there is none."""
    said = fields(item).get("parent_stimulus_item_ident") or ""
    return said or next((one.get("parent_stimulus_item_ident") or "" for one in item.iterancestors("section")), "")


def _passages(root: etree._Element) -> dict[str, etree._Element]:
    """Return the items that only show a text before others, by their ident."""
    asked = {_stimulus(item) for item in root.iter("item")} - {""}
    return {
        item.get("ident") or "": item
        for item in root.iter("item")
        if item.get("ident") in asked and kind_of(item) == "text_only_question"
    }


def _passage(item: etree._Element, collector: Collector, picture: Picture) -> str:
    presentation = item.find("presentation")
    source = Source(collector.shelf, picture)
    html = source.prompt(presentation, own=False) if presentation is not None else ""
    return html if not fragments.is_empty(html) else ""


def _category(item: etree._Element) -> str:
    """Return the titles of what an item stands in: the quiz or bank, then the groups below its first section."""
    titles: list[str] = []
    sections = 0
    for one in reversed(list(item.iterancestors("assessment", "objectbank", "section"))):
        sections += one.tag == "section"
        title = one.get("title") or fields(one).get("bank_title") or ""
        title = " ".join(fragments.tidy(title).replace("/", " ").split())
        if title and (one.tag != "section" or sections > 1):
            titles.append(title)
    return "/".join(titles)
