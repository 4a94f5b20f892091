"""Random papers, made without looking at the reader: every item and key must come back, and no key out of nothing."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

import pytest

from question_bank.formats.docx import read
from question_bank.items.domain import ChoiceKey, ItemDraft, ItemType, NumberKey, TruthKey
from tests.question_bank.formats.word import docx, paragraph, run, table

LETTERS = "ABCDEFGH"
WORDS = (
    "vận tốc gia tốc lực quãng đường tam giác đạo hàm nguyên hàm số mặt phẳng khối chóp axit bazơ muối este tế bào "
    "dân cư khí hậu triều đại cách mạng nhân vật đoạn trích Hà Nội Huế Đà Nẵng apple river went 2x + 1 = 5 3,5 km/h"
).split()
HEADS = ("Câu {}.", "Câu {}:", "Câu {}", "CÂU {}.", "Question {}:", "{}.", "{})", "Bài {}.")
MARKS = (
    "underline label", "underline letter", "underline all", "colour label", "colour text", "highlight label",
    "bold label", "bold text", "star", "tick", "line", "choose", "solution", "grid", "column", "list", "dashes",
)  # fmt: skip
LAYOUTS = ("one", "two", "four", "spaces", "table", "glued", "inline")


@dataclass
class Wanted:
    """What a question must come back as."""

    kind: ItemType
    prompt: str
    options: list[str] = field(default_factory=list)
    key: object = None


def words(dice: random.Random, low: int, high: int) -> str:
    return " ".join(dice.choice(WORDS) for _ in range(dice.randint(low, high)))


class Maker:
    """Makes one paper: a way of marking and a way of laying out, kept through the paper as a teacher would."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.mark = MARKS[seed % len(MARKS)]
        self.head = self.dice.choice(HEADS)
        self.sign = self.dice.choice((". ", ".", ") ", ". "))
        self.habit = self.dice.choice(((), ("b",), ("blue",), ("b", "blue")))
        if self.mark.startswith("bold"):
            self.habit = ()
        self.body: list[str] = []
        self.answers: list[tuple[int, str]] = []
        self.wanted: list[Wanted] = []

    def option(self, letter: str, text: str, right: bool) -> str:
        looks = list(self.habit)
        label, rest = letter + self.sign, text
        on = {"underline": "u", "colour": "red", "highlight": "yellow", "bold": "b"}.get(self.mark.split()[0], "")
        where = self.mark.split()[1] if " " in self.mark else ""
        if right and self.mark == "star":
            label = "*" + label
        if right and self.mark == "tick":
            rest += " (x)"
        if not (right and on):
            return run(label, *looks) + run(rest)
        marked = [look for look in looks if not (on == "red" and look == "blue")] + [on]
        if where == "letter":
            return run(label[:1], *marked) + run(label[1:], *looks) + run(rest)
        if where == "label":
            return run(label, *marked) + run(rest)
        if where == "text":
            return run(label, *looks) + run(rest, on)
        return run(label, *marked) + run(rest, on)

    def lay(self, options: list[str]) -> None:
        layout = self.dice.choice(LAYOUTS)
        across = {"two": 2, "four": 4}.get(layout, 1)
        if layout == "table":
            self.body.append(table([[paragraph(one) for one in options[:2]], [paragraph(one) for one in options[2:]]]))
        elif layout == "glued":
            self.body.append(paragraph(run("\n").join(options)))
        elif layout == "spaces":
            self.body.append(paragraph(run("    ").join(options)))
        else:
            for start in range(0, len(options), across):
                self.body.append(paragraph(run("\t").join(options[start : start + across])))

    def choice(self, number: int) -> None:
        dice = self.dice
        prompt = words(dice, 4, 14) + dice.choice(("?", ":", " là"))
        texts = [f"{words(dice, 1, 4)} {place}{number}" for place in range(4)]
        right = dice.choice("ABCD")
        fate = dice.random()
        marked = (
            ""
            if fate < 0.08
            else right + dice.choice([one for one in "ABCD" if one != right])
            if fate < 0.16
            else right
        )
        tag = dice.choice(("", "", " [NB]", " (CLO2)", " (0,25 điểm)"))
        head = self.head.format(number) if "Câu" not in self.head or not tag else f"Câu {number}{tag}."
        self.body.append(paragraph(run(head + " ", "b"), run(prompt)))
        if dice.random() < 0.2:
            self.body.append(paragraph(words(dice, 5, 9) + "."))
        self.lay([self.option(letter, text, letter in marked) for letter, text in zip("ABCD", texts, strict=True)])
        if marked and self.mark in ("line", "choose", "solution"):
            if self.mark == "solution":
                self.body += [
                    paragraph(run("Lời giải", "b")),
                    paragraph(words(dice, 4, 9) + "."),
                    paragraph(f"Chọn {marked[0]}."),
                ]
                self.body += [paragraph(f"Chọn {marked[1]}.")] if len(marked) > 1 else []
            else:
                self.body += [paragraph(f"{'Đáp án:' if self.mark == 'line' else 'Chọn'} {', '.join(marked)}")]
        if marked and self.mark in ("grid", "column", "list", "dashes"):
            marked = marked[:1]
            self.answers.append((number, marked))
        if dice.random() < 0.3:
            self.body.append(paragraph())
        key = marked if len(marked) == 1 else None
        self.wanted.append(Wanted(ItemType.SINGLE_CHOICE, prompt, texts, key))

    def paper(self) -> bytes:
        dice = self.dice
        if dice.random() < 0.6:
            self.body += [
                paragraph(run("SỞ GIÁO DỤC VÀ ĐÀO TẠO", "b")),
                paragraph("Môn: Vật lí. Thời gian: 50 phút"),
                paragraph(),
            ]
        count = dice.randint(6, 12)
        for number in range(1, count + 1):
            self.choice(number)
        if dice.random() < 0.5 and "{" in self.head and "Câu" in self.head:
            self.clusters()
        self.body.append(paragraph(dice.choice(("HẾT", "-----HẾT-----", "---- Hết ----"))))
        if self.answers:
            self.body.append(paragraph(run(dice.choice(("ĐÁP ÁN", "BẢNG ĐÁP ÁN", "Đáp án và hướng dẫn giải")), "b")))
            numbers, letters = [str(number) for number, _ in self.answers], [letter for _, letter in self.answers]
            if self.mark == "grid":
                self.body.append(table([["Câu", *numbers], ["Đáp án", *letters]]))
            elif self.mark == "column":
                self.body.append(table([["Câu", "Đáp án"], *([n, a] for n, a in zip(numbers, letters, strict=True))]))
            elif self.mark == "list":
                self.body.append(paragraph("\t".join(f"{n}{a}" for n, a in zip(numbers, letters, strict=True))))
            else:
                self.body.append(table([[f"{n}-{a}" for n, a in zip(numbers, letters, strict=True)]]))
        return docx(*self.body)

    def clusters(self) -> None:
        dice = self.dice
        self.body.append(
            paragraph(run("PHẦN II. Câu trắc nghiệm đúng sai.", "b"), " Ở mỗi ý, thí sinh chọn đúng hoặc sai.")
        )
        style = dice.choice(("underline", "behind", "line"))
        for number in range(1, 4):
            truths = [True, False, dice.random() < 0.5, dice.random() < 0.5]
            dice.shuffle(truths)
            prompt = words(dice, 4, 9)
            self.body.append(paragraph(f"Câu {number}. {prompt}"))
            texts = [f"{words(dice, 3, 6)} {place}{number}." for place in range(4)]
            for letter, text, holds in zip("abcd", texts, truths, strict=True):
                if style == "underline":
                    self.body.append(paragraph(run(letter + ")", *(["u"] if holds else [])), run(" " + text)))
                else:
                    said = f" ({'Đ' if holds else 'S'})" if style == "behind" else ""
                    self.body.append(paragraph(f"{letter}) {text}{said}"))
            if style == "line":
                said = ", ".join(
                    f"{letter}) {'Đúng' if holds else 'Sai'}" for letter, holds in zip("abcd", truths, strict=True)
                )
                self.body.append(paragraph("Đáp án: " + said))
            self.wanted.append(Wanted(ItemType.CLUSTER, prompt, texts, tuple(truths)))
        self.body.append(paragraph(run("PHẦN III. Câu trắc nghiệm trả lời ngắn", "b")))
        for number in range(1, 3):
            value = dice.choice(("12", "-3", "0,5", "2025"))
            prompt = words(dice, 4, 9)
            self.body += [paragraph(f"Câu {number}. {prompt}"), paragraph(f"Đáp án: {value}")]
            self.wanted.append(Wanted(ItemType.SHORT_NUMBER, prompt, [], value.replace(",", ".")))


def plain_key(draft: ItemDraft) -> object:
    key = draft.key
    if isinstance(key, ChoiceKey):
        assert list(key.weights.values()) == [1]
        return next(iter(key.weights)).upper()
    if isinstance(key, TruthKey):
        return tuple(key.truths[option.id] for option in draft.body.options)
    if isinstance(key, NumberKey):
        return key.accepted[0].value
    return None


@pytest.mark.parametrize("seed", range(170))
def test_random_papers(seed: int) -> None:
    maker = Maker(seed)
    drafts = read(maker.paper()).drafts
    assert [draft.body.type for draft in drafts] == [one.kind for one in maker.wanted]
    for draft, one in zip(drafts, maker.wanted, strict=True):
        assert draft.body.prompt.startswith(f"<p>{one.prompt.strip()}")
        assert [option.html for option in draft.body.options] == one.options
        assert plain_key(draft) == one.key
        assert draft.blocked is (one.key is None)
