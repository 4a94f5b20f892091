"""Word files → drafts."""

from __future__ import annotations

from collections.abc import Sequence

from lms.base.errors import Invalid
from lms.base.i18n_marks import N_
from question_bank.formats import problems
from question_bank.formats.docx import grids, keys, marks
from question_bank.formats.docx.choices import parse
from question_bank.formats.docx.drafts import draft
from question_bank.formats.docx.lines import Block
from question_bank.formats.docx.package import DAMAGED, Package, W
from question_bank.formats.docx.segments import cut
from question_bank.formats.docx.walk import Walker
from question_bank.formats.fragments import Shelf
from question_bank.formats.reading import NotCarried, Reading
from question_bank.items.domain import ItemDraft

_WHY = {
    "docx:footnote": N_("Chú thích cuối trang không mang sang được."),
    "docx:loose_text": N_("Đoạn chữ nằm giữa các câu, không thuộc câu nào."),
}


def read(data: bytes, filename: str = "") -> Reading:
    """Return the questions of a Word paper.

    Raises:
        Invalid: no .docx, damaged, locked, or without a single question; says the way out.
        TooLarge: over a limit, packed or unpacked.
    """
    package = Package(data)
    root = package.tree(package.main)
    if root is None or root.tag != f"{{{W}}}document":
        raise Invalid.at("file", DAMAGED)
    shelf = Shelf()
    walker = Walker(package, shelf)
    paper = walker.paper(root)
    drafts, loose = drafts_of(paper.blocks)
    left_out = tuple(NotCarried(what, count, _WHY[what]) for what, count in sorted(paper.lost.items()))
    told = tuple(problems.old_encoding(name) for name in sorted(walker.old_fonts))
    return Reading("docx", drafts, len(drafts), shelf.assets, (*left_out, *loose), told)


def drafts_of(blocks: Sequence[Block]) -> tuple[tuple[ItemDraft, ...], tuple[NotCarried, ...]]:
    """Return the questions of a paper that lies before us as lines and tables, and what belongs to none of them.

    Raises:
        Invalid: there is no question.
    """
    found = cut(grids.laid_out(blocks))
    questions = [parse(raw) for raw in found.questions]
    if not questions:
        raise Invalid.at(
            "file",
            N_("Không thấy câu hỏi nào. Mỗi câu cần bắt đầu bằng “Câu 1.”, phương án bằng “A.”, “B.”, “C.”, “D.”."),
        )
    marks.settle(questions)
    used = marks.usage(questions)
    behind, solutions = keys.assign(questions, found.section)
    drafts = tuple(
        draft(question, keys.judge(question, used, behind.get(place, [])), solutions.get(place, []))
        for place, question in enumerate(questions)
    )
    what = "docx:loose_text"
    return drafts, (NotCarried(what, found.loose, _WHY[what]),) if found.loose else ()
