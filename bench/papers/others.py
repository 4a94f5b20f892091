"""Questions of the other parts: statements to judge, numbers to find, essays."""

from __future__ import annotations

from bench.papers import content
from bench.papers.content import shown, xml
from bench.papers.sheet import Sheet, Wanted
from bench.papers.wordml import paragraph, run, table

TRUTHS = ("label", "behind", "dash", "ticks", "line", "short line", "table", "judged")
VALUES = ("Đáp án: {}", "Đáp số: {}", "Trả lời: {}", "label", "table")
NUMBERS = ("12", "-3", "0,5", "2025", "3,14", "120", "-1,5", "7")
WORD = {True: "Đúng", False: "Sai"}
OPEN = 0.04  # of the questions have no key, or not a whole one


def set_cluster(sheet: Sheet, number: int, way: str) -> None:
    """Write a question with four statements to judge."""
    dice = sheet.dice
    words = content.one_of(content.STEMS, dice, sheet.mark)
    said = content.statements(dice)
    truths = [True, False, dice.random() < 0.5, dice.random() < 0.5]
    dice.shuffle(truths)
    left = dice.choice("abcd") if dice.random() < OPEN else ""  # the statement that nothing is said of
    opening, level = sheet.opening(number, words)
    rows = list(zip("abcd", said, truths, strict=True))
    lines: list[str] = []
    for letter, one, holds in rows:
        told = {"behind": f" ({WORD[holds][0]})", "dash": f" – {WORD[holds]}"}.get(way, "")
        text = xml(one) + (run(told) if told and letter != left else "")
        look = [sheet.marking.look or "u"] if way == "label" and holds and not left else []
        if sheet.layout.spread == "auto":
            lines.append(paragraph(text, numbered=(sheet.list, 2), mark=look[0] if look else ""))
        else:
            lines.append(paragraph(run(f"{letter})", *look), run(" "), text))
    if way == "ticks":
        ticks = [
            ["", ""] if letter == left else ["X" if holds else "", "" if holds else "X"] for letter, _, holds in rows
        ]
        cells = [paragraph(run(f"{letter}) "), xml(one)) for letter, one, _ in rows]
        lines = [
            table([["Phát biểu", "Đúng", "Sai"], *([cell, *tick] for cell, tick in zip(cells, ticks, strict=True))])
        ]
    if not left:
        lines += _told(sheet, number, way, truths)
    sheet.body += [opening, *lines]
    key = None if left else tuple(truths)
    options = [shown(one) for one in said]
    sheet.wanted.append(Wanted("cluster", shown(words), options, key, str(number), sheet.part, level=level))


def _told(sheet: Sheet, number: int, way: str, truths: list[bool]) -> list[str]:
    """Return the lines behind the statements that say which hold."""
    if way == "line":
        return [
            paragraph("Đáp án: " + ", ".join(f"{a}) {WORD[holds]}" for a, holds in zip("abcd", truths, strict=True)))
        ]
    if way == "short line":
        return [paragraph("Đáp án: " + "".join(WORD[holds][0] for holds in truths))]
    if way == "judged":
        reasons = [
            f"{a}) {WORD[holds]}. Vì điều kiện {a}{number} thoả mãn." for a, holds in zip("abcd", truths, strict=True)
        ]
        return [paragraph(run("Lời giải", "b")), *(paragraph(one) for one in reasons)]
    if way == "table":
        sheet.answer_behind(number, "".join(WORD[holds][0] for holds in truths))
    return []


def set_short(sheet: Sheet, number: int, way: str) -> None:
    """Write a question with a number to find."""
    dice = sheet.dice
    words = content.one_of(content.SHORTS, dice, sheet.mark)
    value = dice.choice(NUMBERS)
    left = dice.random() < OPEN
    opening, level = sheet.opening(number, words)
    sheet.body.append(opening)
    if left:
        sheet.body += [paragraph("Đáp án: ……")] if dice.random() < 0.5 else []
    elif way == "label":
        sheet.body.append(paragraph(run("A. "), run(value, "u")))
    elif way == "table":
        sheet.answer_behind(number, value)
    else:
        sheet.body.append(paragraph(run(way.format(value))))
    key = None if left else value.replace(",", ".")
    sheet.wanted.append(Wanted("short_number", shown(words), [], key, str(number), sheet.part, level=level))


def set_essay(sheet: Sheet, number: int) -> None:
    """Write a question to answer at length, half of them in two steps."""
    words = content.one_of(content.ESSAYS, sheet.dice, sheet.mark)
    opening, level = sheet.opening(number, words)
    steps = ["a) Tính giá trị thứ nhất.", "b) Chứng minh điều còn lại."] if sheet.dice.random() < 0.5 else []
    sheet.body += [opening, *(paragraph(one) for one in steps)]
    said = shown(words) + "".join("".join(one.split()) for one in steps)
    sheet.wanted.append(Wanted("essay", said, [], "essay", str(number), sheet.part, level=level))
