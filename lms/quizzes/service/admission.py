"""The door of a quiz: its rules, and the check that every request of a test passes.

Each process keeps the rules of the quizzes that are being taken and reads them anew after `FRESH_SECONDS`, so that a
request pays for a look into a dictionary, and a change that another process made is in force as soon.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from weakref import WeakKeyDictionary

import structlog
from limits import RateLimitItemPerHour, RateLimitItemPerMinute
from sqlalchemy import Engine, bindparam, exists, func, select
from sqlalchemy.orm import Session

from lms.base import audit, db, ratelimit
from lms.base.errors import AppError, Conflict, Invalid, NotFound
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from lms.permissions import Permission, require
from lms.quizzes.domain import seb
from lms.quizzes.domain.admission import Guard, NotAdmitted, Place, Visit, check_password, new_code
from lms.quizzes.domain.seb import SebRule
from lms.quizzes.domain.states import AttemptState, QuizState
from lms.quizzes.models import Admission, Attempt, Form, LetIn, Quiz, Sitting, SittingPupil
from lms.quizzes.service import reading
from lms.quizzes.service.reading import get_quiz
from lms.school.models import Room

log = structlog.get_logger()
FRESH_SECONDS = 2.0
TRIES = (RateLimitItemPerMinute(10), RateLimitItemPerHour(40))
"""How often a pupil may try a password or a code of a quiz; by pupil, since a class shares one address."""


def check(session: Session | None, quiz_id: int, pupil_id: int, visit: Visit, attempt_uid: str = "") -> None:
    """Go on only from where, and as, the quiz may be taken. No *session*: the caller holds no connection.

    Raises:
        NotAdmitted: not so; says what to do.
    """
    guard = guard_of(session, quiz_id)
    if guard is not None:
        _checked(guard, quiz_id, pupil_id, visit, attempt_uid)


def enter(session: Session, quiz_id: int, pupil_id: int, visit: Visit) -> None:
    """Go on only when this pupil may begin the quiz so: the right words were typed too.

    Raises:
        NotAdmitted: not from this machine.
        Invalid: a wrong password or code.
        TooMany: too many tries.
    """
    guard = guard_of(session, quiz_id)
    if guard is None:
        return
    _checked(guard, quiz_id, pupil_id, visit)
    if (guard.password or guard.asks_code) and pupil_id not in guard.let_in:
        for limit in TRIES:
            ratelimit.allow(limit, "quiz-door", str(quiz_id), str(pupil_id))
    try:
        guard.check_words(pupil_id, visit)
    except AppError as problem:
        log.warning("exam.turned_away", quiz=quiz_id, user=pupil_id, kind=type(problem).__name__)
        raise


class Goes(Protocol):
    """An attempt as far as the door asks: the mapped object or a row of its table."""

    @property
    def uid(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def quiz_id(self) -> int: ...
    @property
    def pupil_id(self) -> int: ...


def check_attempt(session: Session, attempt: Goes, visit: Visit) -> None:
    """Go on only from where a running attempt may go on; one that is handed in has no door.

    Raises:
        NotAdmitted: not from here.
    """
    if attempt.state == AttemptState.OPEN:
        check(session, attempt.quiz_id, attempt.pupil_id, visit, attempt.uid)


def find_picture(session: Session, actor: Actor, form_uid: str, sha256: str, visit: Visit, *, at: datetime) -> str:
    """The media type of a picture in a form, as `reading.find_picture`; for whoever writes it, by the same door.

    Raises:
        NotFound: no such picture for this person.
        NotAdmitted: the person is writing the test and may not go on from here.
    """
    media_type = reading.find_picture(session, actor, form_uid, sha256, at)
    running = session.scalar(
        select(Attempt)
        .join(Form, Form.id == Attempt.form_id)
        .where(Form.uid == form_uid, Attempt.pupil_id == actor.user_id, Attempt.state == AttemptState.OPEN)
    )
    if running is not None:
        check_attempt(session, running, visit)
    return media_type


def _checked(guard: Guard, quiz_id: int, pupil_id: int, visit: Visit, attempt_uid: str = "") -> None:
    try:
        guard.check_visit(pupil_id, visit, attempt_uid)
    except NotAdmitted as problem:
        log.warning(
            "exam.turned_away", quiz=quiz_id, user=pupil_id, address=visit.address, why=problem.message.text[:30]
        )
        raise


def proves_browser(session: Session, quiz_id: int, visit: Visit) -> bool:
    """Whether the quiz asks for Safe Exam Browser and this very request has proven it."""
    guard = guard_of(session, quiz_id)
    return guard is not None and guard.seb is not None and guard.seb.proven_by(visit.base, visit.proofs)


@dataclass(frozen=True, slots=True)
class Door:
    """What a pupil must bring to begin or go on; `problem` says why this machine will not do."""

    password: bool = False
    code: bool = False
    problem: str = ""
    room: str = ""
    seb: bool = False  # Safe Exam Browser is asked for
    seb_file: bool = False  # and the quiz gives out the file for it
    in_seb: bool = False  # and this request came from it

    @property
    def plain(self) -> bool:
        """Whether a press is enough."""
        return not (self.password or self.code or self.problem or self.seb)


def door_of(session: Session, quiz: Quiz, pupil_id: int, visit: Visit, *, inside: bool) -> Door:
    """What the door of a quiz asks of a pupil who stands before it on this machine; *inside*: an attempt runs."""
    room = ", ".join(sorted(rooms_for(session, quiz.id, pupil_id)))
    guard = guard_of(session, quiz.id)
    if guard is None or pupil_id in guard.let_in:
        return Door(room=room)
    try:
        guard.check_network(pupil_id, visit)
    except NotAdmitted as problem:
        return Door(problem=problem.message.text, room=room)
    return Door(
        password=bool(guard.password) and not inside,
        code=guard.asks_code and not inside,
        room=room,
        seb=guard.seb is not None,
        seb_file=guard.seb is not None and guard.seb.own,
        in_seb=guard.proven(pupil_id, visit),
    )


def rooms_for(session: Session, quiz_id: int, pupil_id: int) -> set[str]:
    """The names of the rooms for a pupil: of the sittings that name the pupil, else of those that name nobody."""
    sittings = session.execute(_SITTINGS, {"quiz_id": quiz_id, "pupil_id": pupil_id}).all()
    chosen = [one for one in sittings if one.names_pupil] or [one for one in sittings if not one.names_anybody]
    return {one.room for one in chosen if one.room is not None}


_sitting, _room, _seat = (model.__table__.c for model in (Sitting, Room, SittingPupil))
_SITTINGS = (
    select(
        _room.name.label("room"),
        exists().where(_seat.sitting_id == _sitting.id, _seat.pupil_id == bindparam("pupil_id")).label("names_pupil"),
        exists().where(_seat.sitting_id == _sitting.id).label("names_anybody"),
    )
    .select_from(Sitting.__table__)
    .outerjoin(Room.__table__, _room.id == _sitting.room_id)
    .where(_sitting.quiz_id == bindparam("quiz_id"))
)


def count_sittings(session: Session, quiz: Quiz) -> int:
    """How many sittings a quiz has."""
    return session.scalar(select(func.count()).select_from(Sitting).where(Sitting.quiz_id == quiz.id)) or 0


# The rules in memory


@dataclass(slots=True)
class _Kept:
    guard: Guard | None
    read_at: float


_lock = threading.Lock()
_guards: WeakKeyDictionary[Engine, dict[int, _Kept]] = WeakKeyDictionary()  # by database, then by quiz
MOST_KEPT = 2000


def guard_of(session: Session | None, quiz_id: int) -> Guard | None:
    """The rules of a quiz as this process knows them, at most `FRESH_SECONDS` old; None when there are none.

    Reads through *session* where the caller has one: a second connection in the same request could wait for ever
    behind requests that wait for this one (test_fifty_starts_at_once_make_one_attempt).
    """
    engine = db.engine_for(writes=False)
    quizzes = _guards.get(engine)
    kept = quizzes.get(quiz_id) if quizzes is not None else None
    now = time.monotonic()
    if kept is not None and now - kept.read_at < FRESH_SECONDS:
        return kept.guard
    if session is not None:
        guard = read_guard(session, quiz_id)
    else:
        with db.open_session(writes=False) as reading_session:
            guard = read_guard(reading_session, quiz_id)
    with _lock:
        quizzes = _guards.setdefault(engine, {})
        if len(quizzes) >= MOST_KEPT:
            quizzes.clear()
        quizzes[quiz_id] = _Kept(guard, now)
    return guard


def read_guard(session: Session, quiz_id: int) -> Guard | None:
    """The rules of a quiz as they stand in the database; None when it asks nothing."""
    rules = session.get(Admission, quiz_id)
    if rules is None:
        return None
    sittings = session.scalars(select(Sitting).where(Sitting.quiz_id == quiz_id).order_by(Sitting.id))
    guard = Guard(
        password=rules.password,
        asks_code=rules.code_required,
        asks_network=rules.network_required,
        seb=_seb_rule(session, rules),
        places=tuple(
            Place(one.code, tuple(one.room.networks) if one.room is not None else None, one.pupil_ids)
            for one in sittings
        ),
        let_in=frozenset(session.scalars(select(LetIn.pupil_id).where(LetIn.quiz_id == quiz_id))),
    )
    return None if guard.idle else guard


def _seb_rule(session: Session, rules: Admission) -> SebRule | None:
    if not rules.seb_required:
        return None
    return SebRule(
        quiz_uid=session.get_one(Quiz, rules.quiz_id).uid,
        own=rules.seb_own,
        quit_password=rules.seb_quit_password,
        config_keys=tuple(rules.seb_config_keys),
        exam_keys=tuple(rules.seb_exam_keys),
    )


def seb_file(session: Session, uid: str, base: str) -> bytes:
    """The `.seb` file of a running quiz that asks for Safe Exam Browser.

    Asks for no sign-in: SEB fetches it before anybody could. It names the quiz's address and no more.

    Raises:
        NotFound: no such quiz, or it gives out no file.
    """
    found = session.execute(
        select(Quiz, Admission).join(Admission, Admission.quiz_id == Quiz.id).where(Quiz.uid == uid)
    ).one_or_none()
    if found is None or found[0].state != QuizState.PUBLISHED or not (found[1].seb_required and found[1].seb_own):
        raise NotFound
    return seb.seb_file(seb.exam_settings(base, uid, found[1].seb_quit_password))


def changed(session: Session, quiz_id: int) -> None:
    """Let this process read the rules of a quiz anew once the change is stored."""
    engine = db.engine_for(writes=False)
    db.after_commit(session, lambda: _forget(engine, quiz_id))


def _forget(engine: Engine, quiz_id: int) -> None:
    with _lock:
        _guards.get(engine, {}).pop(quiz_id, None)


# The teacher's side


@dataclass(frozen=True, slots=True)
class Rules:
    """What the form of the door holds."""

    password: str = ""
    code_required: bool = False
    network_required: bool = False
    seb_required: bool = False
    seb_own: bool = True
    seb_config_keys: str = ""  # as typed
    seb_exam_keys: str = ""
    seb_quit_password: str = ""


def rules_for_editing(session: Session, actor: Actor, uid: str) -> tuple[Quiz, Rules]:
    """A quiz and the rules of its door, for those who build it.

    Raises:
        NotFound, Forbidden: not this person's quiz.
    """
    quiz = get_quiz(session, actor, uid)
    require(actor, Permission.BUILD_QUIZ, quiz)
    return quiz, rules_of(session, quiz)


def rules_of(session: Session, quiz: Quiz) -> Rules:
    """The rules of a quiz's door. Knows no permission: for verbs and reads that have asked."""
    kept = session.get(Admission, quiz.id)
    if kept is None:
        return Rules()
    return Rules(
        kept.password,
        kept.code_required,
        kept.network_required,
        kept.seb_required,
        kept.seb_own,
        "\n".join(kept.seb_config_keys),
        "\n".join(kept.seb_exam_keys),
        kept.seb_quit_password,
    )


def save_rules(session: Session, actor: Actor, uid: str, rules: Rules, *, at: datetime) -> Quiz:
    """Write the rules of a quiz's door; of one that runs too, for on the day a network or a word may fail.

    A quiz that asks for a room gets a first sitting of the whole class, where it has none yet.

    Raises:
        NotFound, Forbidden: not this person's quiz.
        Conflict: it is over.
        Invalid: a password or key cannot be, or in a running quiz the rules would keep everybody out.
    """
    quiz = get_quiz(session, actor, uid)
    require(actor, Permission.BUILD_QUIZ, quiz)
    if quiz.state == QuizState.CLOSED:
        raise Conflict(N_("Bài kiểm tra đã đóng, quy định vào phòng không đổi được nữa."))
    kept = session.get(Admission, quiz.id)
    if kept is None:
        kept = Admission(quiz_id=quiz.id, school_id=quiz.school_id)
        session.add(kept)
    kept.password = check_password(rules.password)
    kept.code_required, kept.network_required = rules.code_required, rules.network_required
    _write_seb(kept, rules)
    if (rules.code_required or rules.network_required) and not count_sittings(session, quiz):
        session.add(Sitting(school_id=quiz.school_id, quiz=quiz, code=new_code(), code_changed_at=at))
    session.flush()
    if quiz.state == QuizState.PUBLISHED:
        check_ready(session, quiz)
    changed(session, quiz.id)
    audit.record(
        session, actor, "quiz.door_set", quiz.uid,
        password=bool(kept.password), code=kept.code_required, network=kept.network_required,
        seb=kept.seb_required,
    )  # fmt: skip
    return quiz


def _write_seb(kept: Admission, rules: Rules) -> None:
    kept.seb_required, kept.seb_own = rules.seb_required, rules.seb_own
    kept.seb_config_keys = seb.read_keys(rules.seb_config_keys, "seb_config_keys")
    kept.seb_exam_keys = seb.read_keys(rules.seb_exam_keys, "seb_exam_keys")
    kept.seb_quit_password = check_password(rules.seb_quit_password, "seb_quit_password")
    if kept.seb_required and not (kept.seb_own or kept.seb_config_keys or kept.seb_exam_keys):
        raise Invalid.at("seb_config_keys", N_("Hãy dùng tệp của bài, hoặc điền ít nhất một khoá."))


def check_ready(session: Session, quiz: Quiz) -> None:
    """Go on only when the door lets somebody in.

    Raises:
        Invalid: rooms or networks are missing.
    """
    guard = read_guard(session, quiz.id)
    problem = guard.problem() if guard is not None else ""
    if problem:
        raise Invalid.at("", problem)
