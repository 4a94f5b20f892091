"""The banks of the demo: questions written by teachers, most approved, some waiting, one sent back."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from lms.base.permissions import Actor
from lms.demo.asking import Asked
from lms.demo.bank_informatics import informatics
from lms.demo.bank_maths import CHANCE, maths
from lms.demo.drawings import DRAWINGS, drawing
from question_bank import api as bank

GRADE = 8
WAITING = 5  # of the questions on chance, not yet looked at by the subject head
RETURNED = "Cần nói rõ phép thử đang xét, nếu không học sinh trả lời theo nhiều cách."


@dataclass(frozen=True, slots=True)
class Drawn:
    """A drawing with its bytes, as readers of question files give pictures."""

    sha256: str
    data: bytes
    name: str


def fill_maths(
    session: Session, author: Actor, colleague: Actor, head: Actor, subject_id: int, *, at: datetime
) -> dict[str, bank.BankItem]:
    """Fill the bank of Toán; returns the approved questions that have a name.

    The colleague wrote every third one; those on chance are still on their way through the review.
    """
    asked = maths()
    ready = [one for one in asked if one.place.topic != CHANCE]
    named: dict[str, bank.BankItem] = {}
    for writer, part in ((author, [one for n, one in enumerate(ready) if n % 3]), (colleague, ready[::3])):
        items = _save(session, writer, subject_id, part, bank.ItemState.APPROVED, head, at=at - timedelta(days=24))
        named |= {one.name: item for one, item in zip(part, items, strict=True) if one.name}
    late = [one for one in asked if one.place.topic == CHANCE]
    waiting = _save(session, author, subject_id, late, bank.ItemState.SUBMITTED, None, at=at - timedelta(days=2))
    bank.request_changes(session, head, waiting[-1].version_uid, RETURNED, at=at - timedelta(hours=20))
    return named


def fill_informatics(
    session: Session, author: Actor, head: Actor, subject_id: int, *, at: datetime
) -> list[bank.BankItem]:
    """Fill the bank of Tin học, the last two questions waiting; returns the approved ones."""
    asked = informatics()
    ready = _save(session, author, subject_id, asked[:-2], bank.ItemState.APPROVED, head, at=at - timedelta(days=15))
    _save(session, author, subject_id, asked[-2:], bank.ItemState.SUBMITTED, None, at=at - timedelta(days=1))
    return ready


def _save(
    session: Session,
    author: Actor,
    subject_id: int,
    asked: Sequence[Asked],
    state: bank.ItemState,
    head: Actor | None,
    *,
    at: datetime,
) -> list[bank.BankItem]:
    pictures = {one.picture: _picture(one.picture) for one in asked if one.picture}
    items: list[bank.BankItem] = []
    for one in asked:
        draft = one.draft
        if one.picture:
            said, shown = DRAWINGS[one.picture][0], pictures[one.picture]
            prompt = f'{draft.body.prompt}<p><img src="asset:{shown.sha256}" alt="{said}"></p>'
            draft = replace(draft, body=replace(draft.body, prompt=prompt))
        tags = bank.Tags(
            grade=GRADE,
            topic=one.place.topic,
            level=one.place.level,
            outcomes=(one.place.outcome,),
            points=draft.points,
        )
        used = {pictures[one.picture].sha256: pictures[one.picture]} if one.picture else None
        items += bank.save_new_items(
            session, author, subject_id, [draft], assets=used, tags=tags, state=state, reviewer=head, at=at
        )
    return items


def _picture(name: str) -> Drawn:
    data = drawing(name)
    return Drawn(hashlib.sha256(data).hexdigest(), data, f"{name}.png")
