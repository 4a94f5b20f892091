"""Run one sitting of a quiz: watch its pupils, show and change its code, let somebody in past the rules.

An invigilator is another teacher of the school, who sees neither questions nor answers, and nothing of the quiz beside
this sitting.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.errors import Conflict, Invalid, NotFound
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from lms.base.text import nfc
from lms.base.users import User
from lms.permissions import Permission, allows, require
from lms.quizzes.domain.admission import new_code
from lms.quizzes.domain.states import QuizState
from lms.quizzes.models import LetIn, Quiz, Sitting, SittingInvigilator
from lms.quizzes.service import admission, pausing, sittings, watching
from lms.quizzes.service.flow import flow_of
from lms.school import service as school

LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class SittingBoard:
    """A sitting as its invigilators see it: counts only."""

    sitting: Sitting
    rules: admission.Rules
    rows: Sequence[watching.Row]
    questions: int
    let_in: frozenset[int]
    may_run: bool

    @property
    def counts(self) -> dict[str, int]:
        """How many pupils do what."""
        found = Counter(row.doing for row in self.rows)
        return {doing.value: found[doing] for doing in watching.Doing}


def get_sitting(session: Session, actor: Actor, uid: str) -> Sitting:
    """A sitting that the person may watch.

    Raises:
        NotFound: no such sitting, or not one this person may know of.
        Conflict: its quiz has not been given to the class.
    """
    sitting = session.scalar(select(Sitting).where(Sitting.uid == uid, Sitting.school_id == actor.school_id))
    if sitting is None or not allows(actor, Permission.WATCH_SITTING, sitting):
        raise NotFound
    if sitting.quiz.state == QuizState.DRAFT:
        if not allows(actor, Permission.BUILD_QUIZ, sitting.quiz):
            raise NotFound
        raise Conflict(N_("Bài kiểm tra chưa giao cho lớp."))
    return sitting


def board(session: Session, actor: Actor, uid: str) -> SittingBoard:
    """What the pupils of a sitting are doing.

    Raises:
        NotFound, Conflict: as in `get_sitting`.
    """
    sitting = get_sitting(session, actor, uid)
    whole = watching.board_of(session, sitting.quiz)
    here = pupil_ids_of(session, sitting, [row.pupil.id for row in whole.rows])
    return SittingBoard(
        sitting,
        admission.rules_of(session, sitting.quiz),
        [row for row in whole.rows if row.pupil.id in here],
        whole.questions,
        frozenset(session.scalars(select(LetIn.pupil_id).where(LetIn.quiz_id == sitting.quiz_id))),
        allows(actor, Permission.RUN_SITTING, sitting) and sitting.quiz.state == QuizState.PUBLISHED,
    )


def pupil_ids_of(session: Session, sitting: Sitting, class_ids: Sequence[int]) -> frozenset[int]:
    """The pupils of a sitting: those it names, else those of the class whom no other names."""
    if sitting.pupils:
        return sitting.pupil_ids
    named = {pupil_id for one in sittings.list_sittings(session, sitting.quiz) for pupil_id in one.pupil_ids}
    return frozenset(class_ids) - named


def change_code(session: Session, actor: Actor, uid: str, *, at: datetime) -> Sitting:
    """Give a sitting a new code; the old one lets nobody in from now on, whoever is in stays in.

    Raises:
        NotFound, Forbidden: not this person's to run.
        Conflict: the quiz is not running.
    """
    sitting = running_sitting(session, actor, uid)
    sitting.code, sitting.code_changed_at = new_code(), at
    admission.changed(session, sitting.quiz_id)
    audit.record(session, actor, "sitting.code_changed", sitting.uid, quiz=sitting.quiz.uid)
    return sitting


def let_in(session: Session, actor: Actor, uid: str, pupil_uid: str, reason: str, *, at: datetime) -> Sitting:
    """Let one pupil of the sitting take the quiz past every rule of its door.

    Raises:
        NotFound: no such sitting, or the pupil is not of it.
        Forbidden: the person may not run it.
        Conflict: the quiz is not running.
        Invalid: no pupil, or no reason.
    """
    sitting = running_sitting(session, actor, uid)
    if not pupil_uid:
        raise Invalid.at("pupil", N_("Hãy chọn học sinh."))
    reason = nfc(reason).strip()[:LONGEST_REASON]
    if not reason:
        raise Invalid.at("reason", N_("Hãy ghi lí do cho em vào."))
    pupil = find_pupil(session, sitting, pupil_uid)
    found = session.get(LetIn, (sitting.quiz_id, pupil.id))
    if found is None:
        found = LetIn(quiz_id=sitting.quiz_id, pupil_id=pupil.id, school_id=sitting.school_id)
        session.add(found)
    found.reason, found.given_by_id, found.given_at = reason, actor.user_id, at
    admission.changed(session, sitting.quiz_id)
    audit.record(session, actor, "quiz.let_in", sitting.quiz.uid, pupil=pupil.uid, sitting=sitting.uid)
    return sitting


def pause(session: Session, actor: Actor, uid: str, *, reason: str, at: datetime) -> int:
    """Stop the clocks of the sitting's pupils who are working; returns how many.

    Raises:
        NotFound, Forbidden: not this person's to run.
        Conflict: the quiz is not running.
        Invalid: no reason.
    """
    sitting = running_sitting(session, actor, uid)
    return pausing.stop_clocks(session, actor, sitting.quiz, _pupils(session, sitting), reason=reason, at=at)


def resume(session: Session, actor: Actor, uid: str, *, at: datetime) -> int:
    """Let the clocks of the sitting's pupils go on; returns how many.

    Raises:
        NotFound, Forbidden: not this person's to run.
        Conflict: the quiz is not running, or stands as a whole: its teacher lets it go on.
    """
    sitting = running_sitting(session, actor, uid)
    if flow_of(session, sitting.quiz).paused_at is not None:
        raise Conflict(N_("Giáo viên đang tạm dừng cả bài. Giáo viên của bài cho làm tiếp."))
    return pausing.start_clocks(session, actor, sitting.quiz, _pupils(session, sitting), at=at)


def _pupils(session: Session, sitting: Sitting) -> list[User]:
    pupils = school.list_pupils(session, sitting.quiz.class_id)
    here = pupil_ids_of(session, sitting, [pupil.id for pupil in pupils])
    return [pupil for pupil in pupils if pupil.id in here]


def find_pupil(session: Session, sitting: Sitting, pupil_uid: str) -> User:
    """A pupil of the sitting.

    Raises:
        NotFound: nobody of it has that uid.
    """
    for pupil in _pupils(session, sitting):
        if pupil.uid == pupil_uid:
            return pupil
    raise NotFound


def running_sitting(session: Session, actor: Actor, uid: str) -> Sitting:
    """A sitting that the person may run, while its quiz runs.

    Raises:
        NotFound, Forbidden: not this person's to run.
        Conflict: the quiz is not running.
    """
    sitting = get_sitting(session, actor, uid)
    require(actor, Permission.RUN_SITTING, sitting)
    if sitting.quiz.state != QuizState.PUBLISHED:
        raise Conflict(N_("Bài kiểm tra đã đóng."))
    return sitting


def list_mine(session: Session, actor: Actor, *, at: datetime) -> list[Sitting]:
    """The sittings that the person invigilates and that are not over, the next first."""
    mine = exists().where(SittingInvigilator.sitting_id == Sitting.id, SittingInvigilator.teacher_id == actor.user_id)
    return list(
        session.scalars(
            select(Sitting)
            .join(Quiz, Quiz.id == Sitting.quiz_id)
            .where(
                mine,
                Sitting.school_id == actor.school_id,
                Quiz.state == QuizState.PUBLISHED,
                or_(Quiz.closes_at.is_(None), Quiz.closes_at > at),
            )
            .order_by(Quiz.opens_at, Sitting.id)
        )
    )
