"""One made-up paper from its head to the answers behind it."""

from __future__ import annotations

import random
from dataclasses import dataclass

from bench.papers import content
from bench.papers.behind import answers_behind
from bench.papers.choices import set_choice
from bench.papers.content import shown, xml
from bench.papers.layouts import Layout, Marking
from bench.papers.others import TRUTHS, VALUES, set_cluster, set_essay, set_short
from bench.papers.sheet import Sheet, Wanted
from bench.papers.wordml import STYLES, docx, numbering, paragraph, run, table

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "a5f645400000000049454e44ae426082"
)  # one pixel
PASSAGES = 0.05  # of the places where one could begin
READ = (
    "Đọc đoạn trích sau và trả lời các câu hỏi từ câu {} đến câu {}:",
    "Dựa vào thông tin sau, trả lời các câu từ {} đến {}.",
    "Read the following passage and answer the questions from {} to {}.",
    "Sử dụng dữ kiện sau để trả lời các câu {} – {}:",
)
LETTERHEAD = table(
    [
        [
            paragraph(run("SỞ GIÁO DỤC VÀ ĐÀO TẠO", "b")) + paragraph("TRƯỜNG THPT NGUYỄN TRÃI"),
            paragraph(run("ĐỀ KIỂM TRA CUỐI HỌC KÌ I", "b")) + paragraph("Môn: Vật lí – Lớp 12"),
        ]
    ]
)


@dataclass
class Paper:
    """A Word file with what it says."""

    name: str
    data: bytes
    wanted: list[Wanted]


def made(seed: int, layout: Layout, marking: Marking, questions: int) -> Paper:
    """Return a paper of so many questions."""
    dice = random.Random(seed)
    sheet = Sheet(dice, layout, marking)
    parts = layout.numbered and not layout.frame
    shape = dice.choice(("plain", "national", "school")) if parts else "plain"
    _head(sheet)
    if shape == "plain":
        _choices(sheet, questions)
    else:
        _parts(sheet, questions, shape)
    _foot(sheet)
    counted = layout.head.removeprefix("auto:") if layout.head.startswith("auto:") else "%1."
    lists = numbering(*[[("decimal", counted), ("upperLetter", "%2."), ("lowerLetter", "%3)")] for _ in range(4)])
    parts_of_file = {"word/numbering.xml": lists, "word/styles.xml": STYLES}
    data = docx(*sheet.body, parts=parts_of_file, media={content.PICTURE: PNG})
    return Paper(f"{layout.name} · {marking.name} · {shape}", data, sheet.wanted)


def _head(sheet: Sheet) -> None:
    if sheet.dice.random() < 0.5:
        sheet.body.append(LETTERHEAD)
    else:
        sheet.body += [paragraph(run("ĐỀ KIỂM TRA GIỮA KÌ", "b")), paragraph("Thời gian làm bài: 50 phút")]
    sheet.body.append(paragraph("Họ, tên thí sinh: ……………… Số báo danh: ………  Mã đề: 101"))


def _foot(sheet: Sheet) -> None:
    if sheet.rows:
        sheet.body.append(table(sheet.rows))
    sheet.body.append(paragraph(sheet.dice.choice(("HẾT", "-----HẾT-----", "---------- Hết ----------"))))
    if sheet.dice.random() < 0.5:
        sheet.body.append(paragraph("Thí sinh không được sử dụng tài liệu. Cán bộ coi thi không giải thích gì thêm."))
    sheet.body += answers_behind(sheet.marking.behind, sheet.answers, sheet.solutions, sheet.dice)


def _parts(sheet: Sheet, questions: int, shape: str) -> None:
    """Write the parts of the national paper of 2025, or of a school's with essays."""
    few = questions // 5 if shape == "national" else questions // 10
    essays = 0 if shape == "national" else few
    truths, values = sheet.dice.choice(TRUTHS), sheet.dice.choice(VALUES)
    _open_part(sheet, "I", "Câu trắc nghiệm nhiều phương án lựa chọn.", "Mỗi câu thí sinh chỉ chọn một phương án.")
    _choices(sheet, questions - 2 * few - essays)
    _open_part(sheet, "II", "Câu trắc nghiệm đúng sai.", "Trong mỗi ý a), b), c), d), thí sinh chọn đúng hoặc sai.")
    for number in range(1, few + 1):
        set_cluster(sheet, number, truths)
    _open_part(sheet, "III", "Câu trắc nghiệm trả lời ngắn.", f"Thí sinh trả lời từ câu 1 đến câu {few}.")
    for number in range(1, few + 1):
        set_short(sheet, number, values)
    if essays:
        _open_part(sheet, "IV", "Tự luận.", "")
        for number in range(1, essays + 1):
            set_essay(sheet, number)


def _open_part(sheet: Sheet, ident: str, title: str, rule: str) -> None:
    sheet.part = f"PHẦN {ident}"
    sheet.list = {"I": 1, "II": 2, "III": 3, "IV": 4}[ident]
    heading = run(f"{sheet.part}. {title}", "b")
    if sheet.dice.random() < 0.5:
        sheet.body.append(paragraph(heading, run(" " + rule)))
    else:
        sheet.body += [paragraph(heading), paragraph(run(rule, "i"))]


def _choices(sheet: Sheet, count: int) -> None:
    number = 1
    parts = sheet.layout.numbered and not sheet.layout.frame
    while number <= count:
        last = number + sheet.dice.choice((1, 2))
        if parts and last <= count and sheet.dice.random() < PASSAGES:
            _shared(sheet, number, last)
            number = last + 1
        else:
            set_choice(sheet, number)
            number += 1


def _shared(sheet: Sheet, first: int, last: int) -> None:
    """Write a passage and its questions."""
    words = [content.one_of(content.PASSAGE, sheet.dice) for _ in range(2)]
    opening = sheet.dice.choice(READ).format(first, last)
    sheet.body += [paragraph(run(opening, "b")), *(paragraph(xml(one)) for one in words)]
    for number in range(first, last + 1):
        set_choice(sheet, number)
        sheet.wanted[-1].passage = "".join(shown(one) for one in words)
