"""A question shown beside the form in which it is written, whole or as the part that a script asks for."""

from __future__ import annotations

from collections.abc import Sequence

from flask import render_template
from flask.typing import ResponseReturnValue

from lms.base.web import leave_queue
from question_bank.items.cards import Card
from question_bank.items.checking import problems_in
from question_bank.items.domain import ItemDraft, Problem


def previewed(draft: ItemDraft, endpoint: str) -> tuple[Card, Sequence[Problem]]:
    """Return a draft as pupils will see it, and what is still wrong with it; *endpoint* serves its pictures."""
    return Card.of_draft(draft, endpoint), problems_in(draft.body, draft.key)


def preview_part(draft: ItemDraft, endpoint: str) -> ResponseReturnValue:
    """Answer with the preview alone, as often as somebody pauses in typing; drawing formulas holds up no writer."""
    leave_queue()
    card, seen = previewed(draft, endpoint)
    return render_template("question_bank/items/_preview.html", card=card, seen=seen)
