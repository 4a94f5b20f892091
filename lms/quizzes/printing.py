"""Forms of a quiz as a paper: what its pupils get, the teacher's copy with keys, the sheet of all keys.

The teacher's copy says the key as teachers do in Word (a label underlined, "Đáp án:"), so that the question bank reads
it again. A paper is Vietnamese whatever language its teacher works in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby, zip_longest
from typing import Any

from lms.base.documents.model import (
    Align,
    Block,
    Cell,
    Document,
    Entry,
    Formula,
    Lines,
    Options,
    Paragraph,
    Section,
    Table,
    Text,
    cell,
    line,
    words,
)
from lms.base.documents.richtext import Maker, Pictures
from lms.base.richtext import to_plain
from lms.quizzes.domain.sheets import in_words
from question_bank import api as bank

Kind = bank.ItemType
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII")
_LONG, _SHORT = 36, 15  # signs of an option that still stands two and four in a row
_ESSAY_LINES = 8
_JUDGED = {True: "Đ", False: "S"}


@dataclass(frozen=True, slots=True)
class Head:
    """What stands over the questions."""

    school: str
    title: str
    subject: str
    grade: int
    minutes: int | None


@dataclass(frozen=True, slots=True)
class Printed:
    """A form to print: its code and its frozen slots (`lms.quizzes.models.Form`)."""

    code: str
    slots: Sequence[Mapping[str, Any]]


Items = Mapping[str, bank.BankItem]


def paper(head: Head, forms: Sequence[Printed], pictures: Pictures) -> Document:
    """Return the papers that pupils get, each form counted for itself."""
    return _document(head, forms, Maker(pictures), {})


def teachers_copy(head: Head, forms: Sequence[Printed], items: Items, pictures: Pictures) -> Document:
    """Return the forms with their keys, levels, points and solutions; `items` by version uid."""
    return _document(head, forms, Maker(pictures), items)


def key_sheet(head: Head, forms: Sequence[Printed], items: Items) -> Document:
    """Return the keys of all forms side by side."""
    rows = [tuple(cell(text, bold=True) for text in ("Câu", *(f"Mã đề {form.code}" for form in forms)))]
    columns = [
        {
            slot["label"]: key_words(_body(slot), items[slot["version"]].key) or "tự luận"
            for slot in form.slots
            if slot["label"]
        }
        for form in forms
    ]
    labels = sorted({label for column in columns for label in column}, key=int)
    for label in labels:
        rows.append((cell(label, bold=True), *(cell(column.get(label, "")) for column in columns)))
    table = Table(tuple(rows), (0.6, *(1.0 for _ in forms)), heads=1)
    title = line(f"ĐÁP ÁN: {head.title}", bold=True, align=Align.CENTRE)
    return Document(head.title, (Section((title, Paragraph(()), table), foot=head.title),), page_word="Trang")


def _document(head: Head, forms: Sequence[Printed], maker: Maker, items: Items) -> Document:
    sections = [Section(tuple(_form(head, form, maker, items)), foot=f"Mã đề {form.code}") for form in forms]
    return Document(head.title, tuple(sections), page_word="Trang")


def _body(slot: Mapping[str, Any]) -> bank.ItemBody:
    return bank.decode_body(slot["body"])


def _form(head: Head, form: Printed, maker: Maker, items: Items) -> Iterator[Block]:
    yield _masthead(head)
    yield Paragraph(words(f"Mã đề: {form.code}", bold=True), align=Align.RIGHT)
    if not items:
        yield line("Họ và tên: ……………………………………………………… Lớp: …………")
    several = len({slot["part"] for slot in form.slots if slot["part"]}) > 1
    number = 0
    for part, run in groupby(form.slots, key=lambda slot: slot["part"]):
        slots = list(run)
        if part and several:
            yield Paragraph(words(f"PHẦN {_ROMAN[number % 8]}. {part}", bold=True), space=3, together=True)
            number += 1
        yield from _part(slots, maker, items)
    yield Paragraph(words("HẾT", bold=True), align=Align.CENTRE, space=4)


def _masthead(head: Head) -> Table:
    time = f" – Thời gian: {head.minutes} phút" if head.minutes else ""
    left = (line(head.school, bold=True, align=Align.CENTRE),)
    right = (
        line(head.title, bold=True, align=Align.CENTRE),
        line(f"Môn: {head.subject} – Khối {head.grade}{time}", align=Align.CENTRE),
    )
    return Table(((Cell(left), Cell(right)),), (2, 3), ruled=False)


def _part(slots: Sequence[Mapping[str, Any]], maker: Maker, items: Items) -> Iterator[Block]:
    for passage, run in groupby(slots, key=lambda slot: _body(slot).passage_id or _body(slot).passage):
        group = list(run)
        if passage:
            labels = [slot["label"] for slot in group if slot["label"]]
            yield from _passage(labels, _body(group[0]).passage, maker)
        for slot in group:
            yield from _question(slot, maker, items.get(slot["version"]))


def _passage(labels: Sequence[str], passage: str, maker: Maker) -> Iterator[Block]:
    """The text that questions share, behind the sentence by which the question bank knows it again."""
    if labels:
        these = f"câu {labels[0]}" if len(labels) == 1 else f"các câu từ {labels[0]} đến {labels[-1]}"
        yield Paragraph(words(f"Dùng thông tin sau để trả lời {these}.", italic=True), space=2, together=True)
    yield from maker.blocks(passage)


def _question(slot: Mapping[str, Any], maker: Maker, item: bank.BankItem | None) -> Iterator[Block]:
    body = _body(slot)
    prompt = maker.blocks(body.prompt)
    if not slot["label"]:
        yield from prompt
        return
    tags = ""
    if item is not None:
        level = f"[{item.level}] " if item.level else ""
        tags = f"{level}({in_words(Fraction(slot['worth']))} điểm) "
    label = (*words(f"Câu {slot['label']}. ", bold=True), *words(tags))
    first = prompt[0] if prompt else Paragraph(())
    if isinstance(first, Paragraph):
        yield Paragraph((*label, *first.inlines), space=2)
        yield from prompt[1:]
    else:
        yield Paragraph(label, space=2, together=True)
        yield from prompt
    key = item.key if item else None
    yield from _answers(body, key, maker)
    if item is not None:
        if body.type not in {Kind.SINGLE_CHOICE, Kind.ESSAY} and (said := key_words(body, key)):
            yield line(f"Đáp án: {said}")
        if item.notes.solution:
            yield line("Lời giải:", bold=True)
            yield from maker.blocks(item.notes.solution)
    elif body.type is Kind.ESSAY:
        yield Lines(_ESSAY_LINES)


def _answers(body: bank.ItemBody, key: bank.ItemKey | None, maker: Maker) -> Iterator[Block]:
    match body.type:
        case Kind.SINGLE_CHOICE | Kind.MULTIPLE_CHOICE:
            yield _options(body.options, "A", ".", _marked(key), maker, _columns(body.options, maker))
        case Kind.CLUSTER:
            yield _options(body.options, "a", ")", _marked(key), maker, 1)
        case Kind.TRUE_FALSE:
            yield line("☐ Đúng     ☐ Sai")
        case Kind.MATCHING:
            yield _pairs(body, maker)
        case Kind.ORDERING:
            yield _options(body.options, "A", ".", set(), maker, 1)
        case Kind.GAP_FILL:
            for number, gap in enumerate(body.gaps, 1):
                if gap.choices:
                    said = " / ".join(to_plain(choice.html) for choice in gap.choices)
                    yield line(f"({number}) {said}")
        case Kind.SHORT_TEXT | Kind.SHORT_NUMBER if key is None:
            yield line("Trả lời: ………………………")


def _marked(key: bank.ItemKey | None) -> set[str]:
    """Return the options whose labels are underlined in the teacher's copy."""
    match key:
        case bank.ChoiceKey(weights):
            return {name for name, weight in weights.items() if weight > 0}
        case bank.TruthKey(truths):
            return {name for name, holds in truths.items() if holds}
        case _:
            return set()


def _letter(first: str, place: int) -> str:
    return chr(ord(first) + place)


def _options(
    options: Sequence[bank.Option], first: str, sign: str, marked: set[str], maker: Maker, columns: int
) -> Options:
    entries = tuple(
        Entry(
            (Text(f"{_letter(first, place)}{sign}", bold=first == "A", underline=option.id in marked),),
            maker.blocks(option.html),
        )
        for place, option in enumerate(options)
    )
    return Options(entries, columns)


def _columns(options: Sequence[bank.Option], maker: Maker) -> int:
    """How many options fit in a row: four short ones, two of half a line, else each has its own."""
    longest = 0
    for option in options:
        blocks = maker.blocks(option.html)
        if len(blocks) > 1 or any(not isinstance(block, Paragraph) for block in blocks):
            return 1
        inlines = [one for block in blocks if isinstance(block, Paragraph) for one in block.inlines]
        if any(not isinstance(one, Text | Formula) for one in inlines):
            return 1
        length = sum(
            len(one.text) if isinstance(one, Text) else len(one.latex) * 2 // 3
            for one in inlines
            if isinstance(one, Text | Formula)
        )
        longest = max(longest, length)
    return 4 if longest <= _SHORT else 2 if longest <= _LONG else 1


def _pairs(body: bank.ItemBody, maker: Maker) -> Table:
    rows = []
    for place, (left, right) in enumerate(zip_longest(body.options, body.targets)):
        rows.append(
            tuple(
                Cell((line(f"{name}."), *maker.blocks(one.html)) if one else (line(""),))
                for one, name in ((left, str(place + 1)), (right, _letter("a", place)))
            )
        )
    return Table(tuple(rows), (1, 1))


def key_words(body: bank.ItemBody, key: bank.ItemKey | None) -> str:
    """Return the key in the letters that the options of this body have on paper; nothing for an essay."""
    upper = {option.id: _letter("A", place) for place, option in enumerate(body.options)}
    match key:
        case bank.ChoiceKey(weights):
            return ", ".join(letter for name, letter in upper.items() if weights.get(name, 0) > 0)
        case bank.TruthKey(truths) if body.options:
            return ", ".join(f"{letter.lower()}-{_JUDGED[truths[name]]}" for name, letter in upper.items())
        case bank.TruthKey(truths):
            return "Đúng" if truths["s"] else "Sai"
        case bank.NumberKey(accepted):
            return accepted[0].value.replace(".", ",") if accepted else ""
        case bank.TextKey(accepted):
            return accepted[0].text if accepted else ""
        case bank.PairKey(pairs):
            targets = {target.id: _letter("a", place) for place, target in enumerate(body.targets)}
            return ", ".join(f"{place}-{targets[pairs[one.id]]}" for place, one in enumerate(body.options, 1))
        case bank.OrderKey(order):
            return " → ".join(upper[name] for name in order)
        case bank.GapKey(gaps):
            choices = {choice.id: to_plain(choice.html) for gap in body.gaps for choice in gap.choices}
            said = [gaps[gap.id][0].text for gap in body.gaps if gaps.get(gap.id)]
            return "; ".join(f"({number}) {choices.get(text, text)}" for number, text in enumerate(said, 1))
        case _:
            return ""
