"""What a question file says itself, made apart from the readers that are measured.

Keys are compared as plain values: the texts of the right options with their percentages, the accepted texts or numbers,
the pairs, the letters.
"""

from __future__ import annotations

import json
import re
import zipfile
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from openpyxl import load_workbook

from question_bank.formats.fragments import plain
from question_bank.items.domain import (
    ChoiceKey,
    EssayKey,
    GapKey,
    ItemDraft,
    ItemType,
    NumberKey,
    PairKey,
    TextKey,
    TruthKey,
)

SIGNS = {"F0DF": "←", "F0E0": "→"}  # of the font Wingdings
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@dataclass(frozen=True)
class Question:
    """A type by its name and a key as plain values, None where there is none."""

    type: str
    key: Any


@dataclass(frozen=True)
class Expectation:
    """How many questions a file holds and, where that can be known, which."""

    count: int
    questions: list[Question] | None


def key_of(draft: ItemDraft) -> Any:
    """Return the key of a draft as plain values."""
    key, body = draft.key, draft.body
    texts = {option.id: words(option.html) for option in (*body.options, *body.targets)}
    if isinstance(key, ChoiceKey):
        return sorted((texts[ident], percent(share)) for ident, share in key.weights.items())
    if isinstance(key, TruthKey):
        return key.truths["s"] if body.type is ItemType.TRUE_FALSE else [key.truths[one.id] for one in body.options]
    if isinstance(key, TextKey):
        return [(squeezed(one.text), percent(one.share)) for one in key.accepted]
    if isinstance(key, NumberKey):
        return [(Fraction(one.value), Fraction(one.tolerance), percent(one.share)) for one in key.accepted]
    if isinstance(key, PairKey):
        return [(texts[left], texts[right]) for left, right in key.pairs.items()]
    if isinstance(key, GapKey):
        choices = {gap.id: {one.id: words(one.html) for one in gap.choices} for gap in body.gaps}
        return [[choices[name].get(one.text, one.text) for one in accepted] for name, accepted in key.gaps.items()]
    return "essay" if isinstance(key, EssayKey) else None


def percent(share: Fraction) -> int:
    """Return a share in whole ten-thousandths, which forgives the digits that files cut off."""
    return round(share * 10000)


def words(html: str) -> str:
    """Return the words of a fragment without white space."""
    return squeezed(plain(html))


def squeezed(text: str) -> str:
    """Return text without white space."""
    return "".join(text.split())


def of(path: Path, data: bytes, facts: dict[str, Any]) -> Expectation | None:
    """Return what a file says of itself, None where only a person could tell."""
    try:
        return _of(path, data, facts)
    except (zipfile.BadZipFile, ParseError, DefusedXmlException, KeyError, ValueError, IndexError, StopIteration):
        return None  # broken: the reader must refuse it with a sentence


def _of(path: Path, data: bytes, facts: dict[str, Any]) -> Expectation | None:
    beside = path.with_suffix(".json")
    if path.suffix == ".gift" and beside.exists():
        return gift_json(json.loads(beside.read_text(encoding="utf-8")))
    if "brace_blocks" in facts:
        return gift_blocks(data.decode("utf-8-sig"), facts["brace_blocks"])
    if path.suffix == ".xml" and b"<quiz" in data[:2000]:
        return moodle(data, facts)
    if "docx" in facts:
        return word(data)
    if "xlsx" in facts:
        return sheet(data)
    if "aiken" in path.name:
        return aiken(data.decode("utf-8"))
    return None


def gift_json(entries: list[dict[str, Any]]) -> Expectation:
    """Read the syntax trees beside GIFT files (as the PEG grammar of GIFT prints them)."""
    found = [_gift_tree(entry) for entry in entries if entry["type"] != "Category"]
    return Expectation(len(found), found)


def _gift_tree(entry: dict[str, Any]) -> Question:
    choices = entry.get("choices") or []
    if entry["type"] == "TF":
        return Question("true_false", entry["isTrue"])
    if entry["type"] == "Description":
        return Question("description", None)
    if entry["type"] == "Essay":
        return Question("essay", "essay")
    if entry["type"] == "Numerical":
        rows = choices if isinstance(choices, list) else [{"weight": None, "text": choices}]
        key = []
        for row in rows:
            number = row["text"]
            if number["type"] == "high-low":
                low, high = Fraction(str(number["numberLow"])), Fraction(str(number["numberHigh"]))
                value, around = (low + high) / 2, (high - low) / 2
            else:
                value, around = Fraction(str(number["number"])), Fraction(str(number.get("range", 0)))
            weight = 100 if row["weight"] is None else row["weight"]
            if weight:
                key.append((value, around, percent(Fraction(weight) / 100)))
        return Question("short_number", key)
    rows = [
        (words(row["text"]["text"]) if entry["type"] == "MC" else squeezed(row["text"]["text"]), row) for row in choices
    ]
    if entry["type"] == "Short":
        return Question(
            "short_text", [(text, percent(Fraction(str(row["weight"] or 100)) / 100)) for text, row in rows]
        )
    weights = []
    for text, row in rows:
        said = text if row["text"]["format"] == "html" else squeezed(row["text"]["text"])
        full = row["isCorrect"] and row["weight"] is None
        weights.append((said, 10000 if full else percent(Fraction(str(row["weight"] or 0)) / 100)))
    single = any(row["isCorrect"] for _, row in rows)
    return Question("single_choice" if single else "multiple_choice", sorted(pair for pair in weights if pair[1]))


def gift_blocks(text: str, count: int) -> Expectation:
    """Tell type and key of each brace block by its signs alone."""
    text = re.sub(r"(?m)^\s*//.*$", "", text)
    found: list[Question] = []
    for block in re.findall(r"(?<!\\)\{((?:\\.|[^}\\])*)\}", text):
        body = re.sub(r"####.*", "", block, flags=re.S).strip()
        hidden = re.sub(r"\\(.)", lambda match: chr(0xE000 + ord(match[1])), body)

        def shown(piece: str) -> str:
            piece = re.sub(r"^\s*\[(?:html|plain|moodle|markdown)\]", "", piece.split("#")[0])
            return squeezed(re.sub("[\ue000-\ue0ff]", lambda match: chr(ord(match[0]) - 0xE000), piece))

        rows = []
        for sign, weight, piece in re.findall(r"([=~])\s*(?:%(-?[\d.]+)%)?([^=~]*)", hidden):
            rows.append((sign, Fraction(weight) / 100 if weight else Fraction(sign == "="), piece))
        if not body:
            found.append(Question("essay", "essay"))
        elif hidden.startswith("#"):
            numbers = rows or [("=", Fraction(1), hidden[1:])]
            if rows and rows[0][0] == "~":
                numbers = [("=", Fraction(1), hidden[1:].split("~")[0])]
            key = []
            for _, share, piece in numbers:
                low, dots, high = shown(piece).partition("..")
                value, _, around = shown(piece).partition(":")
                if dots:
                    key.append(
                        ((Fraction(low) + Fraction(high)) / 2, (Fraction(high) - Fraction(low)) / 2, percent(share))
                    )
                else:
                    key.append((Fraction(value), Fraction(around or 0), percent(share)))
            found.append(Question("short_number", key))
        elif "~" in hidden:
            kind = "single_choice" if any(sign == "=" for sign, _, _ in rows) else "multiple_choice"
            found.append(Question(kind, sorted((shown(piece), percent(share)) for _, share, piece in rows if share)))
        elif re.match(r"(T|TRUE|F|FALSE)\s*(#|$)", hidden):
            found.append(Question("true_false", hidden.startswith("T")))
        elif rows and all("->" in piece for _, _, piece in rows):
            pairs = [tuple(shown(side) for side in piece.split("->")) for _, _, piece in rows]
            found.append(Question("matching", [pair for pair in pairs if pair[0]]))
        else:
            found.append(Question("short_text", [(shown(piece), percent(share)) for _, share, piece in rows if share]))
    return Expectation(count, found)


MOODLE = {
    "truefalse": "true_false", "shortanswer": "short_text", "numerical": "short_number", "matching": "matching",
    "essay": "essay", "description": "description", "gapselect": "gap_fill", "ddwtos": "gap_fill",
}  # fmt: skip


def moodle(data: bytes, facts: dict[str, Any]) -> Expectation:
    """Read Moodle XML with the standard library; the files are those given, not a stranger's."""
    found: list[Question] = []
    for question in ElementTree.fromstring(data).iter("question"):
        kind = question.get("type") or ""
        if kind == "category":
            continue
        given = [
            (words(answer.findtext("text") or ""), Fraction(answer.get("fraction") or 0) / 100, answer)
            for answer in question.findall("answer")
        ]
        if kind == "multichoice":
            single = question.findtext("single") == "true"
            key: Any = sorted((text, percent(share)) for text, share, _ in given if share)
            found.append(Question("single_choice" if single else "multiple_choice", key))
        elif kind == "truefalse":
            found.append(Question("true_false", next(text for text, share, _ in given if share == 1) == "true"))
        elif kind == "shortanswer":
            found.append(Question("short_text", [(text, percent(share)) for text, share, _ in given if share]))
        elif kind == "numerical":
            key = [
                (Fraction(text), Fraction(answer.findtext("tolerance") or 0), percent(share))
                for text, share, answer in given
            ]
            found.append(Question("short_number", key))
        elif kind == "matching":
            pairs = [
                (words(sub.findtext("text") or ""), words(sub.findtext("answer/text") or ""))
                for sub in question.findall("subquestion")
            ]
            found.append(Question("matching", [pair for pair in pairs if pair[0]]))
        elif kind in ("gapselect", "ddwtos"):
            boxes = [
                words(box.findtext("text") or "")
                for box in (*question.findall("selectoption"), *question.findall("dragbox"))
            ]
            places = re.findall(r"\[\[(\d+)\]\]", question.findtext("questiontext/text") or "")
            found.append(Question("gap_fill", [[boxes[int(place) - 1]] for place in places]))
        else:
            found.append(Question(MOODLE.get(kind, kind), "essay" if kind == "essay" else None))
    return Expectation(int(facts.get("questions_excl_category", len(found))), found)


def word(data: bytes) -> Expectation | None:
    """Tell the questions of a Word file by its runs of letters A, B, C … and the key by the underlined ones.

    Enough for papers of choices whose keys are underlined; None for any other.
    """
    with zipfile.ZipFile(BytesIO(data)) as package:
        root = ElementTree.fromstring(package.read("word/document.xml"))
    text = ""
    for paragraph in root.iter(f"{W}p"):
        text += "\n"
        for run in paragraph.iter(f"{W}r"):
            mark = run.find(f"{W}rPr/{W}u")
            lined = mark is not None and mark.get(f"{W}val") != "none"
            for child in run:
                said = (
                    child.text or ""
                    if child.tag == f"{W}t"
                    else "\n"
                    if child.tag == f"{W}br"
                    else "\t"
                    if child.tag == f"{W}tab"
                    else ""
                )
                if child.tag == f"{W}sym":
                    said = SIGNS.get(child.get(f"{W}char") or "", "")
                text += "".join(f"{char}\u0332" if lined and not char.isspace() else char for char in said)
    options = re.findall(r"(?:(?<=[\n\t])|(?<=\n )|(?<=\t ))([A-H])(\u0332?)\.(\u0332?)([^\n\t]*)", text)
    if not any("\u0332" in "".join(option) for option in options):
        return None
    sets: list[list[tuple[str, bool, str]]] = []
    for letter, label, dot, rest in options:
        if letter == "A":
            sets.append([])
        if sets:
            bare = rest.replace("\u0332", "").strip()
            sets[-1].append(
                (letter, bool(label or dot) or (bool(bare) and rest.count("\u0332") > len(bare) // 2), squeezed(bare))
            )
    found = []
    for choices in sets:
        marked = [text for _, lined, text in choices if lined]
        found.append(Question("single_choice", [(marked[0], 10000)] if len(marked) == 1 else None))
    return Expectation(len(found), found)


def sheet(data: bytes) -> Expectation | None:
    """A list of questions with four options and the letter of the right one, under a row of heads that name it."""
    rows = [
        [str(cell or "").strip() for cell in row]
        for row in load_workbook(BytesIO(data)).active.iter_rows(values_only=True)
    ]
    head = next((place for place, row in enumerate(rows) if "Đáp Án Đúng" in row), None)
    if head is None:
        return None
    first, right = rows[head].index("Đáp Án A"), rows[head].index("Đáp Án Đúng")
    asked = [row for row in rows[head + 1 :] if any(row)]
    keys = [[(row[first + "ABCD".index(row[right])], percent(Fraction(1)))] for row in asked]
    return Expectation(len(asked), [Question("single_choice", key) for key in keys])


def aiken(text: str) -> Expectation:
    """Read Aiken: options by letter and the line ANSWER."""
    found = []
    for block in re.split(r"\n\s*\n", text.strip()):
        options = dict(re.findall(r"(?m)^([A-Z])[.)] (.*)$", block))
        answer = re.findall(r"(?m)^ANSWER: ([A-Z])", block)[0]
        found.append(Question("single_choice", [(squeezed(options[answer]), 10000)]))
    return Expectation(len(found), found)
