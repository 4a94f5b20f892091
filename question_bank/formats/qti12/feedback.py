"""Feedback of a QTI 1.2 item: what belongs to the question, to one of its parts, to a result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from question_bank.formats import fragments
from question_bank.formats.qti12.material import Source
from question_bank.formats.qti12.tree import children
from question_bank.items.domain import ItemNotes

_GENERAL = ("general_fb", "general", "generalfeedback")
_BY_RESULT = (
    "correct_fb", "general_incorrect_fb", "incorrect_fb", "correct", "incorrect", "wrong", "partial",
)  # fmt: skip
Parts = Mapping[tuple[str, str], str]  # (response ident, label ident or "") → our option or gap id


@dataclass(slots=True)
class Feedback:
    """The notes of a question, and how many of its words have no place here."""

    solution: str = ""
    general: str = ""
    hints: tuple[str, ...] = ()
    per_part: dict[str, str] = field(default_factory=dict)
    unsaid: int = 0

    def notes(self) -> ItemNotes:
        """Return them as the notes of an item."""
        return ItemNotes(self.solution, self.general, self.per_part, self.hints)


def read(source: Source, item: etree._Element, parts: Parts) -> Feedback:
    """Return the feedback of an item; `parts` names the options, pairs and gaps that may have their own."""
    found = Feedback()
    leads = _leads(item)
    for one in item.iterchildren("itemfeedback"):
        ident = one.get("ident") or ""
        solutions = [source.material(inside) for inside in one.iterchildren("solution")]
        hints = [source.material(inside) for inside in one.iterchildren("hint")]
        words = "".join(source.material(inside) for inside in children(one) if inside.tag not in ("solution", "hint"))
        found.hints += tuple(hint for hint in hints if not fragments.is_empty(hint))
        if ident.lower() == "solution":
            solutions.append(words)
            words = ""
        found.solution += "".join(one for one in solutions if not fragments.is_empty(one))
        if fragments.is_empty(words):
            continue
        part = leads.get(ident)
        if ident.lower() in _GENERAL or (part == ("", "") and ident.lower() not in _BY_RESULT):
            found.general += words
        elif part is not None and part in parts and ident.lower() not in _BY_RESULT:
            found.per_part[parts[part]] = found.per_part.get(parts[part], "") + words
        else:
            found.unsaid += 1
    return found


def _leads(item: etree._Element) -> dict[str, tuple[str, str]]:
    """Return which single response brings each feedback up; ("", "") where any response does."""
    leads: dict[str, tuple[str, str]] = {}
    for rule in item.iter("respcondition"):
        condition = rule.find("conditionvar")
        inside = children(condition) if condition is not None else []
        if len(inside) != 1:
            continue
        what = inside[0]
        if what.tag == "not" and len(children(what)) == 1:
            # "Not this pair" speaks of the pair as a whole.
            what = children(what)[0]
            lead = (what.get("respident") or "", "")
        elif what.tag == "varequal":
            lead = (what.get("respident") or "", (what.text or "").strip())
        elif what.tag == "other" and rule.find("setvar") is None:
            lead = ("", "")
        else:
            continue
        for shown in rule.iterchildren("displayfeedback"):
            leads.setdefault(shown.get("linkrefid") or "", lead)
    return leads
