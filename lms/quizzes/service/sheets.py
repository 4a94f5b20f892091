"""What lies on a marker's desk: the answers of all pupils to one question, one of them open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base.errors import NotFound
from lms.base.permissions import Actor
from lms.base.users import User
from lms.permissions import Permission, require
from lms.quizzes.domain.rubrics import Rubric
from lms.quizzes.domain.sheets import sheet_uid
from lms.quizzes.models import Attempt, ItemScore, MarkGiven, Quiz, ResponseCurrent, TeacherComment
from lms.quizzes.service.reading import get_quiz
from lms.quizzes.service.rubrics import find_rubric
from question_bank import api as bank


@dataclass(frozen=True, slots=True)
class Sheet:
    """One pupil's answer to a question that a person marks."""

    uid: str
    attempt_uid: str
    attempt_id: int
    slot: int
    name: str
    points: Fraction | None
    worth: Fraction

    @property
    def waits(self) -> bool:
        return self.points is None


@dataclass(frozen=True, slots=True)
class Desk:
    """The answers to one question in the order in which they are worked through."""

    quiz: Quiz
    item: bank.BankItem
    sheets: Sequence[Sheet]
    rubric: Rubric | None

    @property
    def waiting(self) -> int:
        return sum(sheet.waits for sheet in self.sheets)

    @property
    def done(self) -> int:
        return len(self.sheets) - self.waiting

    def sheet(self, uid: str) -> Sheet:
        """The sheet of this name.

        Raises:
            NotFound: none of these.
        """
        for sheet in self.sheets:
            if sheet.uid == uid:
                return sheet
        raise NotFound


@dataclass(frozen=True, slots=True)
class Opened:
    """A sheet with what its marker reads: the answer, the words said to the pupil so far, and what was done before."""

    text: str
    comment: str
    history: Sequence[MarkGiven]  # latest first

    @property
    def seen(self) -> int:
        """Which act of marking was the last one, 0 for none; whoever marks says what they have seen."""
        return self.history[0].id if self.history else 0

    @property
    def chosen(self) -> list[int]:
        """The levels of the rubric that were chosen last."""
        latest: Sequence[dict[str, Any]] = next((one.levels for one in self.history if one.levels), [])
        return [said["at"] for said in latest]


def open_desk(session: Session, actor: Actor, uid: str, version_uid: str) -> Desk:
    """Every pupil's answer to one question, by the pupils' names.

    Raises:
        NotFound: no such quiz for this person, or nobody has handed in an answer to this question.
        Forbidden: the person may not mark it.
    """
    quiz = get_quiz(session, actor, uid)
    require(actor, Permission.MARK_QUIZ, quiz)
    rows = session.execute(
        select(ItemScore.slot, ItemScore.points, ItemScore.worth, Attempt.id, Attempt.uid, User.full_name)
        .join(Attempt, Attempt.id == ItemScore.attempt_id)
        .join(User, User.id == Attempt.pupil_id)
        .where(ItemScore.run_id == quiz.current_run_id, ItemScore.version_uid == version_uid)
        .order_by(User.sort_name, User.id, Attempt.number)
    ).all()
    if not rows:
        raise NotFound
    sheets = [
        Sheet(
            uid=sheet_uid("", row.uid, row.slot),
            attempt_uid=row.uid,
            attempt_id=row.id,
            slot=row.slot,
            name=row.full_name,
            points=row.points,
            worth=row.worth,
        )
        for row in rows
    ]
    item = bank.load_versions(session, quiz.school_id, [version_uid])[version_uid]
    return Desk(quiz, item, sheets, find_rubric(session, quiz, version_uid))


def open_sheet(session: Session, sheet: Sheet) -> Opened:
    """What stands on a sheet of a desk that the caller has opened."""
    response = session.scalar(
        select(ResponseCurrent.response).where(
            ResponseCurrent.attempt_id == sheet.attempt_id, ResponseCurrent.slot == sheet.slot
        )
    )
    comment = session.scalar(
        select(TeacherComment.text).where(
            TeacherComment.attempt_id == sheet.attempt_id, TeacherComment.slot == sheet.slot
        )
    )
    return Opened(written_in(response), comment or "", history_of(session, sheet.attempt_id, sheet.slot))


def written_in(response: object) -> str:
    """The text of a written answer, its lines ended in one way."""
    text = response.get("text", "") if isinstance(response, dict) else ""
    return str(text).replace("\r\n", "\n").replace("\r", "\n")


def history_of(session: Session, attempt_id: int, slot: int) -> list[MarkGiven]:
    """Every act of marking an answer, the latest first."""
    given = select(MarkGiven).where(MarkGiven.attempt_id == attempt_id, MarkGiven.slot == slot)
    return list(session.scalars(given.order_by(MarkGiven.id.desc())))
