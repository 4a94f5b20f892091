"""From the fields of a plain HTML form to a response, the dict that scoring reads.

The question card (`templates/macros/question.html`) names its controls `<prefix><part>`; the parts are:
`choice` (single), `choices` (several), `t-<id>` (true/false and cluster), `text` (short, essay), `p-<id>` (matching),
`o-<id>` (ordering: the place of the thing, from 1), `g-<id>` (gap).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from lms.base.text import nfc
from question_bank.items.domain import ItemBody, ItemType

_TRUTHS: Mapping[str, bool] = {"true": True, "false": False}
SINGLE_STATEMENT = "s"


class FormValues(Protocol):
    """A form as werkzeug gives it."""

    def getlist(self, key: str) -> Sequence[str]: ...


def response_from_form(body: ItemBody, values: FormValues, prefix: str = "") -> dict[str, Any]:
    """Build the response to a question from the fields that begin with *prefix*.

    A part that was left blank is absent or None, never invented; foreign values are for `check_response` to refuse.
    """

    def first(part: str) -> str:
        found = values.getlist(prefix + part)
        return nfc(found[0]) if found else ""

    match body.type:
        case ItemType.SINGLE_CHOICE:
            return {"choice": first("choice") or None}
        case ItemType.MULTIPLE_CHOICE:
            return {"choices": [nfc(value) for value in values.getlist(prefix + "choices")]}
        case ItemType.TRUE_FALSE:
            return {"truths": {SINGLE_STATEMENT: _TRUTHS.get(first(f"t-{SINGLE_STATEMENT}"))}}
        case ItemType.CLUSTER:
            return {"truths": {option.id: _TRUTHS.get(first(f"t-{option.id}")) for option in body.options}}
        case ItemType.SHORT_TEXT | ItemType.SHORT_NUMBER | ItemType.ESSAY:
            return {"text": first("text")}
        case ItemType.MATCHING:
            chosen = {option.id: first(f"p-{option.id}") for option in body.options}
            return {"pairs": {left: right for left, right in chosen.items() if right}}
        case ItemType.ORDERING:
            return {"order": _order(body, first)}
        case ItemType.GAP_FILL:
            return {"gaps": {gap.id: first(f"g-{gap.id}") for gap in body.gaps}}
        case _:
            return {}


def _order(body: ItemBody, first: Any) -> list[str]:
    """The things that got a place, by it; two with one place keep the order of the page."""
    placed = []
    for option in body.options:
        place = first(f"o-{option.id}").strip()
        if place.isascii() and place.isdigit() and len(place) <= 3:
            placed.append((int(place), option.id))
    return [name for _, name in sorted(placed, key=lambda one: one[0])]
