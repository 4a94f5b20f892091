"""Cloze, the little language of Moodle's embedded answers: `{1:MULTICHOICE:=đúng~sai}`.

Grammar: docs.moodle.org, "Embedded Answers (Cloze) question type".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from types import MappingProxyType

from question_bank.formats.fragments import plain

KINDS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("SHORTANSWER", "SA", "MW"), "text"),
        **dict.fromkeys(("SHORTANSWER_C", "SAC", "MWC"), "exact_text"),
        **dict.fromkeys(("NUMERICAL", "NM"), "number"),
        **dict.fromkeys(
            ("MULTICHOICE", "MC", "MULTICHOICE_V", "MCV", "MULTICHOICE_H", "MCH", "MULTICHOICE_S", "MCS",
             "MULTICHOICE_VS", "MCVS", "MULTICHOICE_HS", "MCHS"),
            "choice",
        ),
        **dict.fromkeys(
            ("MULTIRESPONSE", "MR", "MULTIRESPONSE_H", "MRH", "MULTIRESPONSE_S", "MRS", "MULTIRESPONSE_HS", "MRHS"),
            "several",
        ),
    }
)  # fmt: skip

_FIELD = re.compile(r"\{(\d{0,4}):([A-Z_]{2,17}):((?:\\.|[^\\}])*)\}", re.S)
_WEIGHT = re.compile(r"\s*%(-?\d{1,3}(?:\.\d{1,10})?)%")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer in a field: its text (HTML for choices), the percentage it is worth, what is said to it."""

    text: str
    percent: str
    feedback: str


@dataclass(frozen=True, slots=True)
class Field:
    """One gap: its weight among the gaps, its kind (a value of `KINDS`) and its answers."""

    weight: int
    kind: str
    answers: tuple[Answer, ...]
    shuffled: bool = False


def fields(source: str) -> tuple[str, tuple[Field, ...]]:
    """Return the text with `[[1]]`, `[[2]]` … where the fields stood, and the fields."""
    found: list[Field] = []

    def take(match: re.Match[str]) -> str:
        kind = KINDS.get(match[2])
        if kind is None:
            return match[0]
        answers = _answers(match[3], html=kind in ("choice", "several"))
        found.append(Field(int(match[1] or 1), kind, answers, shuffled=match[2].endswith("S")))
        return f"[[{len(found)}]]"

    return _FIELD.sub(take, source), tuple(found)


def _answers(block: str, *, html: bool) -> tuple[Answer, ...]:
    found: list[Answer] = []
    for piece in re.split(r"(?<!\\)~", block):
        body = piece.strip()
        percent = "0"
        if body.startswith("="):
            percent, body = "100", body[1:]
        elif match := _WEIGHT.match(body):
            percent, body = match[1], body[match.end() :]
        # An entity holds a "#" that starts no feedback.
        text, *rest = re.split(r"(?<![\\&])#", body, maxsplit=1)
        found.append(Answer(_shown(text, html=html), percent, _shown(rest[0], html=True) if rest else ""))
    return tuple(answer for answer in found if answer.text)


def _shown(text: str, *, html: bool) -> str:
    text = re.sub(r"\\([~#}\"/\\=])", r"\1", text).strip()
    return text if html else unescape(plain(text) if "<" in text else text).strip()
