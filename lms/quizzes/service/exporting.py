"""Hand out what pupils answered: each handed-in attempt with its answers and points, some at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base import audit, db
from lms.base.errors import Conflict
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from lms.base.users import User
from lms.permissions import Permission, require
from lms.quizzes.domain.states import QuizState
from lms.quizzes.models import Attempt, AttemptScore, ItemScore, Quiz, ResponseCurrent, Submission
from lms.quizzes.service.frozen import get_form
from lms.quizzes.service.panels import panel_of
from lms.quizzes.service.reading import get_quiz

AT_ONCE = 50  # attempts that are held in memory


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer with its points; None while it waits for a person."""

    slot: int
    version_uid: str
    kind: str
    response: Mapping[str, Any]
    points: Fraction | None
    worth: Fraction


@dataclass(frozen=True, slots=True)
class HandedIn:
    """An attempt as it is handed out: whose, which, when, what."""

    attempt_uid: str
    number: int
    pupil_uid: str
    pupil_code: str
    pupil_name: str
    form_code: str
    started_at: datetime
    handed_in_at: datetime
    receipt: str
    points: Fraction | None
    worth: Fraction | None
    waiting: int
    answers: Sequence[Answered]


def open_export(session: Session, actor: Actor, uid: str, kind: str) -> Quiz:
    """Check that a person may take the answers of a quiz home, and write it down.

    Raises:
        NotFound, Forbidden: the answers are not this person's to read.
        Conflict: the quiz is a draft, or is marked without names until its marks are out.
    """
    quiz = get_quiz(session, actor, uid)
    require(actor, Permission.READ_ATTEMPTS, quiz)
    if quiz.state == QuizState.DRAFT:
        raise Conflict(N_("Bài kiểm tra chưa giao cho lớp."))
    if panel_of(session, quiz).hides_names:
        raise Conflict(N_("Bài đang được chấm không tên. Công bố điểm xong mới tải bài làm về được."))
    audit.record(session, actor, "quiz.responses_exported", quiz.uid, format=kind)
    return quiz


def handed_in(quiz_id: int, run_id: int | None) -> Iterator[HandedIn]:
    """Every handed-in attempt of a quiz in the order of their start, `AT_ONCE` in memory; reads by itself.

    Knows no permission: for who has opened an export.
    """
    with db.open_session(writes=False) as session:
        ids = session.scalars(
            select(Submission.attempt_id)
            .join(Attempt, Attempt.id == Submission.attempt_id)
            .where(Attempt.quiz_id == quiz_id)
            .order_by(Submission.attempt_id)
        ).all()
        for start in range(0, len(ids), AT_ONCE):
            yield from _some(session, ids[start : start + AT_ONCE], run_id)
            session.expunge_all()


def _some(session: Session, ids: Sequence[int], run_id: int | None) -> list[HandedIn]:
    points: dict[tuple[int, int], Any] = {
        (row.attempt_id, row.slot): row
        for row in session.execute(
            select(ItemScore.attempt_id, ItemScore.slot, ItemScore.points, ItemScore.worth).where(
                ItemScore.run_id == run_id, ItemScore.attempt_id.in_(ids)
            )
        )
    }
    responses: dict[tuple[int, int], Any] = {
        (row.attempt_id, row.slot): row.response
        for row in session.execute(
            select(ResponseCurrent.attempt_id, ResponseCurrent.slot, ResponseCurrent.response).where(
                ResponseCurrent.attempt_id.in_(ids)
            )
        )
    }
    found = []
    for attempt, pupil, submission, total in session.execute(
        select(Attempt, User, Submission, AttemptScore)
        .join(User, User.id == Attempt.pupil_id)
        .join(Submission, Submission.attempt_id == Attempt.id)
        .outerjoin(AttemptScore, (AttemptScore.attempt_id == Attempt.id) & (AttemptScore.run_id == run_id))
        .where(Attempt.id.in_(ids))
        .order_by(Attempt.id)
    ):
        form = get_form(session, attempt.form_id)
        answers = []
        for slot in form.document:
            number = slot["number"]
            if not slot["label"]:  # a text to read, nothing to answer
                continue
            scored = points.get((attempt.id, number))
            answers.append(
                Answered(
                    number,
                    slot["version"],
                    str(form.bodies[number].type),
                    responses.get((attempt.id, number)) or {},
                    scored.points if scored else None,
                    Fraction(slot["worth"]),
                )
            )
        found.append(
            HandedIn(
                attempt_uid=attempt.uid,
                number=attempt.number,
                pupil_uid=pupil.uid,
                pupil_code=pupil.code or "",
                pupil_name=pupil.full_name,
                form_code=form.code,
                started_at=attempt.started_at,
                handed_in_at=submission.handed_in_at,
                receipt=submission.receipt,
                points=total.points if total else None,
                worth=total.worth if total else None,
                waiting=total.waiting if total else 0,
                answers=answers,
            )
        )
    return found
