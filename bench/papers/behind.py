"""The answers behind a made-up paper: tables, lists and worked solutions."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from bench.papers.wordml import paragraph, run, table

Answers = Mapping[str, Sequence[tuple[int, str]]]  # part → (number, answer)
HEADINGS = ("ĐÁP ÁN", "BẢNG ĐÁP ÁN", "Đáp án và hướng dẫn giải", "ĐÁP ÁN ĐỀ THI", "HƯỚNG DẪN CHẤM")


def answers_behind(
    way: str, answers: Answers, solutions: Mapping[str, Sequence[tuple[int, str, str]]], dice: random.Random
) -> list[str]:
    """Return what stands behind the paper; parts other than the first go in tables whatever the way."""
    if not any(answers.values()):
        return []
    body = [paragraph(run(dice.choice(HEADINGS), "b"))]
    for part, said in answers.items():
        if part:
            body.append(paragraph(run(part, "b")))
        letters = all(answer.isupper() and set(answer) <= set("ABCDEFGH") for _, answer in said)
        if letters and solutions.get(part):
            for number, letter, reason in solutions[part]:
                body.append(paragraph(run(f"Câu {number}. ", "b"), run(f"Chọn {letter}.")))
                body.append(paragraph(reason))
        elif letters:
            body += _listed(way, said, dice)
        elif all(set(answer) <= set("ĐS") for _, answer in said):
            body += _truths(said, dice)
        else:
            body.append(_grid(said))
    return body


def _grid(said: Sequence[tuple[int, str]]) -> str:
    return table([["Câu", *(str(number) for number, _ in said)], ["Đáp án", *(answer for _, answer in said)]])


def _truths(said: Sequence[tuple[int, str]], dice: random.Random) -> list[str]:
    way = dice.choice(("rows", "columns", "lines"))
    if way == "rows":
        return [table([["Câu", "a", "b", "c", "d"], *([str(number), *truths] for number, truths in said)])]
    if way == "columns":
        numbers = ["Câu", *(str(number) for number, _ in said)]
        rows = [[f"{letter})", *(truths[place] for _, truths in said)] for place, letter in enumerate("abcd")]
        return [table([numbers, *rows])]
    return [
        paragraph(
            f"Câu {number}: " + "; ".join(f"{letter}) {truth}" for letter, truth in zip("abcd", truths, strict=True))
        )
        for number, truths in said
    ]


def _listed(way: str, said: Sequence[tuple[int, str]], dice: random.Random) -> list[str]:
    tens = [said[at : at + 10] for at in range(0, len(said), 10)]
    if way == "blocks":
        rows = []
        for ten in tens:
            filling = [""] * (10 - len(ten))
            rows += [
                ["Câu", *(str(number) for number, _ in ten), *filling],
                ["Đ/A", *(letter for _, letter in ten), *filling],
            ]
        return [table(rows)]
    if way == "column":
        return [table([["Câu", "Đáp án"], *([str(number), letter] for number, letter in said)])]
    if way == "columns":
        high = -(-len(said) // 4)
        stacks = [said[at : at + high] for at in range(0, len(said), high)]
        rows = [["Câu", "Đáp án"] * len(stacks)]
        for line in range(high):
            cells = [stack[line] if line < len(stack) else ("", "") for stack in stacks]
            rows.append([str(one) for cell in cells for one in cell])
        return [table(rows)]
    if way == "cells":
        rows = [[f"{number}-{letter}" for number, letter in ten] + [""] * (10 - len(ten)) for ten in tens]
        return [table(rows)]
    if way == "1A":
        return [paragraph("  ".join(f"{number}{letter}" for number, letter in ten)) for ten in tens]
    if way == "1.A":
        return [paragraph("\t".join(f"{number}.{letter}" for number, letter in ten)) for ten in tens]
    if way == "lines":
        return [paragraph(f"Câu {number}: {letter}") for number, letter in said]
    return [_grid(part) for part in ([said] if dice.random() < 0.5 else tens)]
