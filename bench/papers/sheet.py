"""The sheet that a paper is written on: its habits, what is written so far, and what that says."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from bench.papers.content import Words, xml
from bench.papers.layouts import Layout, Marking
from bench.papers.wordml import paragraph, run

TAGS = ("[NB]", "[TH]", "[VD]", "[VDC]", "(NB)", "(CLO2)", "(0,25 điểm)")
LEVELS = ("NB", "TH", "VD", "VDC")
HABITS: tuple[tuple[str, ...], ...] = ((), ("b",), ("blue",), ("b", "blue"))


@dataclass
class Wanted:
    """What a question says: its key is a letter, four truths, a number, or None where the paper leaves it open."""

    kind: str
    prompt: str
    options: list[str] = field(default_factory=list)
    key: Any = None
    number: str = ""
    part: str = ""
    passage: str = ""
    level: str = ""
    solution: str = ""


class Sheet:
    """A paper while it is written: a way of marking and of laying out, kept as a teacher would."""

    def __init__(self, dice: random.Random, layout: Layout, marking: Marking) -> None:
        self.dice, self.layout, self.marking = dice, layout, marking
        self.habit = () if marking.look == "b" else dice.choice(HABITS)  # how labels of options look
        self.body: list[str] = []
        self.rows: list[list[str]] = []  # of the one table that holds all questions
        self.answers: dict[str, list[tuple[int, str]]] = {}  # part → (number, answer)
        self.solutions: dict[str, list[tuple[int, str, str]]] = {}
        self.wanted: list[Wanted] = []
        self.part = ""
        self.list = 1  # the list of Word's that counts the questions at hand

    @property
    def mark(self) -> str:
        """A word that no other question of the paper has."""
        return f"{len(self.wanted) + 1}q"

    def answer_behind(self, number: int, answer: str) -> None:
        """Keep an answer for the foot of the paper."""
        self.answers.setdefault(self.part, []).append((number, answer))

    def opening(self, number: int, words: Words) -> tuple[str, str]:
        """Return the paragraph that opens a question, and the level that its label tells."""
        layout, dice = self.layout, self.dice
        looks = ("b",) if dice.random() < 0.7 else ("b", "blue")
        text = self.wrapped(xml(words, dice=dice if layout.cut else None))
        if layout.head.startswith("auto:"):
            return paragraph(text, numbered=(self.list, 0)), ""
        if not layout.head or layout.frame:
            return paragraph(text), ""
        label, level = layout.head.format(number), ""
        if layout.tag:
            tag = dice.choice(TAGS)
            level = tag[1:-1] if tag[1:-1] in LEVELS else ""
            label = f"{tag} {label}" if layout.tag == "before" else f"{label} {tag}{dice.choice('.:')}"
        if layout.own_line:
            return paragraph(run(label, *looks)) + paragraph(text), level
        at = dice.randrange(1, len(label)) if layout.cut else 0
        halves = [run(label[:at], *looks)] if at else []
        return paragraph(*halves, run(label[at:], *looks), run(" "), text), level

    def wrapped(self, inner: str) -> str:
        """Return runs as somebody's insertion, or in a content control, where the paper has those."""
        if self.layout.wrapped == "tracked":
            gone = '<w:del w:id="1"><w:r><w:delText>bỏ đi A. </w:delText></w:r></w:del>'
            return f'{gone}<w:ins w:id="2">{inner}</w:ins>'
        if self.layout.wrapped == "control":
            return f"<w:sdt><w:sdtPr/><w:sdtContent>{inner}</w:sdtContent></w:sdt>"
        return inner
