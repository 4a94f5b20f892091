"""Check a receipt: which hand-in it stands for, and whether the answers on the server are still those."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base.errors import Invalid
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from lms.permissions import Permission, allows, require
from lms.quizzes.domain.answers import Event, project
from lms.quizzes.domain.receipts import receipt_of, typed_receipt
from lms.quizzes.models import Attempt, Reopening, ResponseCurrent, Submission
from lms.quizzes.service.events import answer_events


class Verdict(StrEnum):
    """What a receipt turned out to be."""

    SAME = "same"  # the answers that count are those that were handed in
    ADDED = "added"  # those are all there; answers kept apart were decided to count afterwards
    CHANGED = "changed"  # what is stored is not what was handed in
    REPLACED = "replaced"  # of an earlier hand-in, before the attempt was given back


@dataclass(frozen=True, slots=True)
class Checked:
    """The hand-in that a receipt stands for."""

    code: str
    verdict: Verdict
    attempt: Attempt
    handed_in_at: datetime | None
    answers: int  # that were handed in


def check_receipt(session: Session, actor: Actor, typed: str) -> Checked:
    """Find what a receipt stands for, among the quizzes whose results the person may see.

    Raises:
        Forbidden: the person is not on the staff.
        Invalid: it is no receipt, or of no hand-in that the person may know of.
    """
    require(actor, Permission.SEE_SCHOOL, None)
    code = typed_receipt(typed)
    if not code:
        raise Invalid.at("code", N_("Mã biên nhận có 10 kí tự, gồm chữ cái và các số từ 2 đến 7, ví dụ ABCDE-FGH23."))
    found = _current(session, actor, code) or _replaced(session, actor, code)
    if found is None:
        raise Invalid.at("code", N_("Không có bài nào của thầy cô mang mã này. Hãy so lại từng kí tự với giấy của em."))
    return found


def _current(session: Session, actor: Actor, code: str) -> Checked | None:
    for attempt, submission in session.execute(
        select(Attempt, Submission)
        .join(Submission, Submission.attempt_id == Attempt.id)
        .where(Submission.receipt == code, Submission.school_id == actor.school_id)
    ):
        if allows(actor, Permission.SEE_QUIZ_RESULTS, attempt.quiz):
            verdict, answers = _compare(session, attempt, code)
            return Checked(code, verdict, attempt, submission.handed_in_at, answers)
    return None


def _compare(session: Session, attempt: Attempt, code: str) -> tuple[Verdict, int]:
    """Make the receipt anew from what is stored: from the answers that count, and from the events as they came."""
    rows = session.execute(
        select(ResponseCurrent.slot, ResponseCurrent.response).where(ResponseCurrent.attempt_id == attempt.id)
    )
    counted: dict[int, Any] = {row.slot: row.response for row in rows}
    events = answer_events(session, attempt)
    handed_in = _responses(replace(event, decided=False) for event in events)
    if receipt_of(attempt.uid, handed_in) == code:
        if counted == handed_in:
            return Verdict.SAME, len(handed_in)
        if counted == _responses(events):
            return Verdict.ADDED, len(handed_in)
    return Verdict.CHANGED, len(counted)


def _responses(events: Iterable[Event]) -> dict[int, Any]:
    return {slot: event.response for slot, event in project(events).items()}


def _replaced(session: Session, actor: Actor, code: str) -> Checked | None:
    for reopening in session.scalars(
        select(Reopening).where(Reopening.receipt == code, Reopening.school_id == actor.school_id)
    ):
        if allows(actor, Permission.SEE_QUIZ_RESULTS, reopening.attempt.quiz):
            return Checked(code, Verdict.REPLACED, reopening.attempt, reopening.handed_in_at, 0)
    return None
