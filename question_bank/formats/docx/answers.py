"""Answers that the paper states in words: key lines, answer lists and answer tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from question_bank.formats.docx import grids, labels
from question_bank.formats.docx.lines import Grid, Line
from question_bank.formats.fragments import plain

_TRUE = {"đ", "đúng", "t", "true", "x"}
_FALSE = {"s", "sai", "f", "false"}
_NAMED = re.compile(
    r"(?:^|[\s,;(|/])\(?([a-f])\s*[-–:.)=]{1,3}\s*(đúng|sai|true|false|[đsĐSTF])" + labels.NOT_LOWER, re.I
)
_IN_ORDER = re.compile(
    rf"^(?:[ĐSTFđs]|đúng|sai)(?:\s*[-,;/|]?\s*(?:[ĐSTFđs]{labels.NOT_LOWER}|đúng|sai)){{1,5}}$", re.I
)
_BLANK = re.compile(r"^[\s._…\-–▢□☐◻:]*$|^\[\s*o+\s*\]$")
_JUDGED = re.compile(r"^\s*([a-f])\s*[).:]\s*(?:(?:phát biểu|mệnh đề|khẳng định|ý)\s+)?(đúng|sai)\b(?!\s+số)", re.I)
LONGEST = 3000  # characters of a line that states an answer


@dataclass(frozen=True, slots=True)
class Stated:
    """An answer in one of its shapes: letters of options, truths of statements, or a value to type."""

    letters: str = ""
    truths: Mapping[str, bool] | None = None
    value: str = ""

    def __str__(self) -> str:
        if self.truths is not None:
            return " ".join(f"{name}-{'Đ' if holds else 'S'}" for name, holds in sorted(self.truths.items()))
        return ", ".join(self.letters) or self.value


def stated(text: str) -> Stated | None:
    """Return what an answer says, None for one left blank."""
    text = " ".join(labels.norm(text).split()).strip().rstrip(".;")
    if not text or _BLANK.match(text):
        return None
    named = _NAMED.findall(" " + text)
    if named and re.search(r"\w", _NAMED.sub("", " " + text)):
        named = []  # other words stand between: options such as "A. Đúng vì …", no list of answers
    if len(named) >= 2 and len({name.lower() for name, _ in named}) == len(named):
        return Stated(truths={name.lower(): said.lower() in _TRUE for name, said in named})
    if _IN_ORDER.match(text) and not re.fullmatch(r"[sS]+", text):
        said = re.findall(r"đúng|sai|[ĐSTFđs]", text, re.I)
        return Stated(truths={chr(ord("a") + place): word.lower() in _TRUE for place, word in enumerate(said)})
    if (match := labels.LETTERS.match(text)) and len(text) < 14:
        return Stated(letters="".join(sorted(set(re.sub(r"[^A-Ha-h]|và|and", "", match["letters"]).upper()))))
    return Stated(value=text)


def truth_of(text: str) -> bool | None:
    """Return what "Đ", "Sai" … says of a statement."""
    word = text.strip(" .()[]").lower()
    return True if word in _TRUE else False if word in _FALSE else None


def spoken(line: Line) -> str:
    """Return a line as text with formulas in LaTeX."""
    out: list[str] = []
    for place, char in enumerate(line.text):
        thing = line.things.get(place)
        out.append(plain(thing.html) if thing is not None else char)
    return "".join(out)


def judged(lines: Iterable[Line]) -> Stated | None:
    """Return the truths that a worked solution states line by line: "a) Đúng vì …", "b) Sai: …"."""
    found = [match.groups() for line in lines if (match := _JUDGED.match(labels.norm(line.text)))]
    names = [name.lower() for name, _ in found]
    if len(names) < 2 or len(set(names)) != len(names):
        return None
    return Stated(truths={name.lower(): said.lower() == "đúng" for name, said in found})


@dataclass(slots=True)
class Section:
    """What stands behind the questions: answers by part and number, and worked solutions."""

    answers: list[tuple[str, int, Stated]] = field(default_factory=list)
    solutions: dict[tuple[str, int], list[Line]] = field(default_factory=dict)
    part: str = ""
    _open: tuple[str, int] | None = None

    def take_grid(self, grid: Grid) -> None:
        """Take an answer table."""
        self._open = None
        for number, text in (grids.answers(grid) or {}).items():
            self._state(number, text)

    def take_line(self, line: Line) -> None:
        """Take a line of an answer list or of worked solutions."""
        text = " ".join(labels.norm(spoken(line)).split())
        if not text and not line.things:
            return
        pairs = (
            grids.compact(re.sub(r"^\W*(?:đáp án|key|answers?)\s*:?\s*", "", text, flags=re.I))
            if len(text) < 4000
            else None
        )
        if pairs is not None:
            self._open = None
            for number, answer in pairs.items():
                self._state(number, answer)
            return
        start = labels.question_start(line.text)
        if start is not None and (start.kind == "strong" or self._open is None or start.number == self._open[1] + 1):
            self._open = (self.part, start.number)
            rest = line.cut(start.end)
            said = " ".join(labels.norm(spoken(rest)).split())
            key = key_of_line(said) or (stated(said) if len(said) < 40 and _looks_stated(said) else None)
            if key is not None:
                self.answers.append((self.part, start.number, key))
                return
            self.solutions.setdefault(self._open, []).append(rest)
        elif self._open is not None:
            key = key_of_line(text)
            if key is not None:
                self.answers.append((*self._open, key))
            self.solutions.setdefault(self._open, []).append(line)

    def _state(self, number: int, text: str) -> None:
        answer = stated(text)
        if answer is not None:
            self.answers.append((self.part, number, answer))


def _looks_stated(text: str) -> bool:
    answer = stated(text)
    if answer is None:
        return False
    return bool(answer.letters or answer.truths) or re.fullmatch(r"[-−]?\d+(?:[.,/]\d+)?", answer.value) is not None


def key_of_line(text: str, *, strict: bool = True) -> Stated | None:
    """Return the answer that a line of its own states ("Chọn B", "Đáp án: 12,5"), None for any other line.

    A strict line states letters or truths and nothing else; otherwise a value after a colon counts as well.
    """
    match = labels.KEY_LINE.match(text) if len(text) < LONGEST else None
    if not match:
        return None
    value = match["value"].strip()
    letters = labels.LETTERS.match(value)
    if letters and (letters["end"] in ("", ".", "!", ";", "(") or not match["more"]) and _closed(value, letters):
        return Stated(letters="".join(sorted(set(re.sub(r"và|and|[^A-Ha-h]", "", letters["letters"]).upper()))))
    if match["word"].lower().startswith(("chọn", "ta")):
        return None
    answer = stated(value)
    if answer is not None and answer.truths is not None:
        return answer
    if strict or not match["colon"] or match["more"].strip():
        return None
    return answer


def _closed(value: str, letters: re.Match[str]) -> bool:
    """Tell whether a letter ends the statement, and is not the first word of a sentence about an option."""
    rest = value[letters.end() :].strip()
    if letters["end"] in ("", "!", ";"):
        return True
    # "B. 12" and "B (x = 2)" repeat the option; "A: sai vì …" speaks about one.
    return not re.match(r"(?:sai|đúng|loại|không)\b", rest, re.I) and letters["end"] != ":"
