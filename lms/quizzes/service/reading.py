"""Find quizzes and attempts, for those who may know of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from lms.base.errors import NotFound
from lms.base.permissions import Actor, foreign
from lms.base.subjects import Subject
from lms.courses.models import Course
from lms.permissions import Permission, allows, require
from lms.quizzes.domain.states import QuizState
from lms.quizzes.domain.switches import Shown, shown
from lms.quizzes.domain.timing import Allowance, Window, window_of
from lms.quizzes.models import Accommodation, Attempt, Form, Quiz, QuizFlow
from question_bank import api as bank


class Running(Protocol):
    """An attempt as far as its clock, its page and its end ask: the mapped object or a row of the table."""

    @property
    def id(self) -> int: ...
    @property
    def uid(self) -> str: ...
    @property
    def school_id(self) -> int: ...
    @property
    def quiz_id(self) -> int: ...
    @property
    def pupil_id(self) -> int: ...
    @property
    def form_id(self) -> int: ...
    @property
    def state(self) -> str: ...
    @property
    def started_at(self) -> datetime: ...
    @property
    def deadline_at(self) -> datetime: ...
    @property
    def accept_until_at(self) -> datetime: ...
    @property
    def paused_at(self) -> datetime | None: ...
    @property
    def reached(self) -> int: ...
    @property
    def section_ends_at(self) -> datetime | None: ...
    @property
    def device(self) -> str: ...


class QuizFacts(Protocol):
    """A quiz as far as rules about people ask: the row of the table or an `Entry`."""

    @property
    def school_id(self) -> int: ...
    @property
    def class_id(self) -> int: ...
    @property
    def subject_id(self) -> int: ...
    @property
    def state(self) -> str: ...


def may_see(actor: Actor, quiz: QuizFacts) -> bool:
    """Say whether the person may know that this quiz exists; a draft is its teachers' own."""
    if foreign(actor, quiz):
        return False
    if allows(actor, Permission.BUILD_QUIZ, quiz):
        return True
    if quiz.state == QuizState.DRAFT:
        return False
    return (
        allows(actor, Permission.SEE_QUIZ_RESULTS, quiz)
        or allows(actor, Permission.TAKE_QUIZ, quiz)
        or (actor.is_parent and quiz.class_id in actor.child_class_ids)
    )


def get_quiz(session: Session, actor: Actor, uid: str) -> Quiz:
    """Find a quiz.

    Raises:
        NotFound: no such quiz, or not one this person may know of.
    """
    quiz = session.scalar(select(Quiz).where(Quiz.uid == uid))
    if quiz is None or not may_see(actor, quiz):
        raise NotFound
    return quiz


@dataclass(frozen=True, slots=True)
class Entry:
    """What beginning asks of a quiz as it stands now: one narrow read, since a whole grade begins at once."""

    id: int
    uid: str
    title: str
    school_id: int
    class_id: int
    subject_id: int
    subject: str  # its name
    state: str
    opens_at: datetime | None
    closes_at: datetime | None
    duration_seconds: int | None
    grace_seconds: int
    attempts_allowed: int
    paused_at: datetime | None
    allowance: Allowance  # of whoever asks
    earlier: Sequence[tuple[int, str]]  # their attempts by number: id and state

    @property
    def window(self) -> Window | None:
        return window_of(self.opens_at, self.closes_at, self.duration_seconds, self.grace_seconds)


_quiz, _course, _flow, _extra, _attempt = (
    Quiz.__table__.c,
    Course.__table__.c,
    QuizFlow.__table__.c,
    Accommodation.__table__.c,
    Attempt.__table__.c,
)
_FACTS = (
    _quiz.id,
    _quiz.uid,
    _quiz.title,
    _quiz.school_id,
    _course.class_id,
    _course.subject_id,
    Subject.__table__.c.name.label("subject"),
    _quiz.state,
    _quiz.opens_at,
    _quiz.closes_at,
    _quiz.duration_seconds,
    _quiz.grace_seconds,
    _quiz.attempts_allowed,
    _flow.paused_at,
)
_ENTRY = (
    select(
        *_FACTS,
        _extra.percent,
        _extra.seconds,
        _attempt.id.label("attempt_id"),
        _attempt.state.label("attempt_state"),
    )
    .join_from(Quiz.__table__, Course.__table__, _course.id == _quiz.course_id)
    .join(Subject.__table__, Subject.__table__.c.id == _course.subject_id)
    .outerjoin(QuizFlow.__table__, _flow.quiz_id == _quiz.id)
    .outerjoin(Accommodation.__table__, (_extra.quiz_id == _quiz.id) & (_extra.pupil_id == bindparam("pupil_id")))
    .outerjoin(Attempt.__table__, (_attempt.quiz_id == _quiz.id) & (_attempt.pupil_id == bindparam("pupil_id")))
    .where(_quiz.uid == bindparam("uid"))
    .order_by(_attempt.number)
)


def get_entry(session: Session, actor: Actor, uid: str) -> Entry:
    """Find a quiz as `get_quiz` does, as far as beginning needs it, with what the actor has of it already.

    Raises:
        NotFound: no such quiz, or not one this person may know of.
    """
    rows = session.execute(_ENTRY, {"uid": uid, "pupil_id": actor.user_id}).all()
    if not rows:
        raise NotFound
    first = rows[0]
    allowance = Allowance(first.percent or 0, first.seconds or 0)
    earlier = [(row.attempt_id, row.attempt_state) for row in rows if row.attempt_id is not None]
    facts = {column.name: first._mapping[column] for column in _FACTS}
    entry = Entry(**facts, allowance=allowance, earlier=earlier)
    if not may_see(actor, entry):
        raise NotFound
    return entry


def get_own_attempt(session: Session, actor: Actor, uid: str, *, lock: bool = False) -> Attempt:
    """Find one of the actor's own attempts.

    Raises:
        NotFound: no such attempt, or another pupil's.
    """
    query = select(Attempt).where(
        Attempt.uid == uid, Attempt.pupil_id == actor.user_id, Attempt.school_id == actor.school_id
    )
    attempt = session.scalar(query.with_for_update() if lock else query)
    if attempt is None:
        raise NotFound
    return attempt


_OWN = select(*_attempt).where(
    _attempt.uid == bindparam("uid"),
    _attempt.pupil_id == bindparam("pupil_id"),
    _attempt.school_id == bindparam("school_id"),
)
_OWN_LOCKED = _OWN.with_for_update()
_LOCKED = (
    select(*_attempt).where(_attempt.uid.in_(bindparam("uids", expanding=True))).order_by(_attempt.id).with_for_update()
)


def lock_own_attempt(session: Session, actor: Actor, uid: str) -> Running:
    """Find one of the actor's own attempts as a row and lock it, for the many who hand in at the same moment.

    Raises:
        NotFound: no such attempt, or another pupil's.
    """
    own = {"uid": uid, "pupil_id": actor.user_id, "school_id": actor.school_id}
    found = session.execute(_OWN_LOCKED, own).one_or_none()
    if found is None:
        raise NotFound
    attempt: Running = found
    return attempt


def lock_attempts(session: Session, uids: Sequence[str]) -> dict[tuple[str, int, int], Running]:
    """Lock attempts in the order of their ids; each stands under its uid and whose it is: pupil and school."""
    rows = session.execute(_LOCKED, {"uids": uids}).all()
    return {(row.uid, row.pupil_id, row.school_id): row for row in rows}


def shown_of(quiz: Quiz, at: datetime) -> Shown:
    """What the pupils of a quiz may see of their results at this moment."""
    return shown(quiz.release_rules, quiz.release_acts, QuizState(quiz.state), quiz.released_at, at)


def find_attempt(session: Session, uid: str) -> Attempt | None:
    """An attempt by its address. Knows no permission: for those who hold a proof of their own."""
    return session.scalar(select(Attempt).where(Attempt.uid == uid))


def get_attempt_of(session: Session, quiz: Quiz, uid: str, *, lock: bool = False) -> Attempt:
    """Find an attempt at a quiz that the caller has found and may look into.

    Raises:
        NotFound: it is not an attempt at this quiz.
    """
    query = select(Attempt).where(Attempt.uid == uid, Attempt.quiz_id == quiz.id)
    attempt = session.scalar(query.with_for_update(key_share=True) if lock else query)
    if attempt is None:
        raise NotFound
    return attempt


def forms_for_teacher(session: Session, actor: Actor, uid: str) -> list[Form]:
    """The forms of a quiz, for those who may see its questions before the pupils.

    Raises:
        NotFound, Forbidden: not this person's quiz.
    """
    quiz = get_quiz(session, actor, uid)
    require(actor, Permission.SEE_QUIZ_RESULTS, quiz)
    return list(session.scalars(select(Form).where(Form.quiz_id == quiz.id).order_by(Form.id)))


def find_picture(session: Session, actor: Actor, form_uid: str, sha256: str, at: datetime) -> str:
    """The media type of a picture in a form, for its teachers, a pupil who has it, and the pupil's parents.

    Raises:
        NotFound: it stands in none of the form's questions, or the person has not got the form.
    """
    form = session.scalar(select(Form).where(Form.uid == form_uid, Form.school_id == actor.school_id))
    if form is None or not _has_form(session, actor, form, sha256, at):
        raise NotFound
    media_type = bank.holds_asset(session, form.school_id, [slot["version"] for slot in form.document], sha256)
    if media_type is None:
        raise NotFound
    return media_type


def _has_form(session: Session, actor: Actor, form: Form, sha256: str, at: datetime) -> bool:
    quiz = session.get_one(Quiz, form.quiz_id)
    if may_see(actor, quiz) and allows(actor, Permission.SEE_QUIZ_RESULTS, quiz):
        return True
    people = {actor.user_id, *actor.child_ids}
    mine = select(Attempt.id).where(Attempt.form_id == form.id, Attempt.pupil_id.in_(people)).limit(1)
    if session.scalar(mine) is None:
        return False
    if shown_of(quiz, at).key:
        return True
    # Until the key may be seen, so may no picture of a solution or a rubric.
    return any(sha256 in bank.asset_hashes(bank.decode_body(slot["body"])) for slot in form.document)
