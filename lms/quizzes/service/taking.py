"""Take a quiz: begin, go on, save without JavaScript, hand in."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, cast

from sqlalchemy import Table, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, joinedload, lazyload

from lms.base.errors import AppError, Conflict, NotFound
from lms.base.i18n_marks import N_
from lms.base.ids import new_uid
from lms.base.permissions import Actor
from lms.base.subjects import Subject
from lms.courses.models import Course
from lms.permissions import Permission, require
from lms.quizzes.domain.admission import NOWHERE, Visit
from lms.quizzes.domain.answers import project
from lms.quizzes.domain.behaviours import DEFERRED, Conduct
from lms.quizzes.domain.flow import Place, first_place
from lms.quizzes.domain.leases import NOBODY, check_lease
from lms.quizzes.domain.states import AttemptState, EventKind, HandedInBy, QuizState, Standing
from lms.quizzes.domain.timing import Allowance, standing_of
from lms.quizzes.hot.moving import Going
from lms.quizzes.models import Admission, Attempt, AttemptEvent, Quiz, Submission
from lms.quizzes.service import admission
from lms.quizzes.service.closing import Ending, close_attempt, close_attempts, needs_closing
from lms.quizzes.service.events import answer_events, events_of
from lms.quizzes.service.frozen import FrozenForm, forms_of, get_form
from lms.quizzes.service.given import responses_of
from lms.quizzes.service.pausing import check_not_paused
from lms.quizzes.service.reading import Running, get_entry, get_own_attempt, lock_attempts, lock_own_attempt
from question_bank import api as bank

PLAIN = "plain"  # the tab name of answers that came by the form instead of the script
_MILLISECOND = timedelta(milliseconds=1)


class FormValues(Protocol):
    """A form as werkzeug gives it."""

    def getlist(self, key: str) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class StartPage:
    """What a pupil sees before beginning."""

    quiz: Quiz
    attempts: Sequence[Attempt]
    open_attempt: Attempt | None
    may_begin: bool
    closes_at: datetime | None  # for this pupil
    extra: Allowance
    questions: int
    conduct: Conduct

    @property
    def left(self) -> int:
        return max(0, self.quiz.attempts_allowed - len(self.attempts))

    @property
    def kind(self) -> Hashable:
        """What tells the pages of pupils without an attempt apart, but for the quiz itself."""
        return self.may_begin, self.closes_at, self.extra, self.questions


def start_page(session: Session, actor: Actor, uid: str, *, at: datetime) -> StartPage:
    """What a pupil may know before beginning: rules, times, earlier attempts; no question.

    Raises:
        NotFound: no such quiz for this person.
        Forbidden: the person does not learn in this class.
    """
    entry = get_entry(session, actor, uid)
    require(actor, Permission.TAKE_QUIZ, entry)
    quiz = session.scalars(_ALONE, {"id": entry.id}).one()
    attempts = _own_attempts(session, quiz, actor.user_id) if entry.earlier else []
    running = next((one for one in attempts if one.state == AttemptState.OPEN), None)
    allowance, window = entry.allowance, quiz.window
    ends = window.end_for(allowance) if window else None
    inside = window is not None and ends is not None and window.opens_at <= at < ends
    forms = forms_of(session, quiz.id) if quiz.state != QuizState.DRAFT else ()
    form = get_form(session, forms[0]) if forms else None
    conduct = form.conduct if form else DEFERRED
    unlimited = conduct.is_practice or len(attempts) < quiz.attempts_allowed
    return StartPage(
        quiz=quiz,
        attempts=attempts,
        open_attempt=running,
        may_begin=quiz.state == QuizState.PUBLISHED and inside and unlimited,
        closes_at=ends,
        extra=allowance,
        questions=form.questions if form else 0,
        conduct=conduct,
    )


_ALONE = (
    select(Quiz)
    .where(Quiz.id == bindparam("id"))
    .options(joinedload(Quiz.course).options(lazyload(Course.school_class), lazyload(Course.subject)))
)


def _own_attempts(session: Session, quiz: Quiz, pupil_id: int) -> list[Attempt]:
    return list(
        session.scalars(
            select(Attempt).where(Attempt.quiz_id == quiz.id, Attempt.pupil_id == pupil_id).order_by(Attempt.number)
        )
    )


@dataclass(frozen=True, slots=True)
class ExamPage:
    """What the page of a running attempt is made from."""

    attempt: Running
    quiz_uid: str
    title: str  # of the quiz
    subject: str
    form: FrozenForm
    answers: Mapping[int, Any]
    seqs: Mapping[int, int]  # when each was given, so that a page knows whether what it kept is newer
    next_seq: int
    remaining: timedelta
    place: Place
    section_left: timedelta | None
    here: bool
    shut_out: bool  # nobody holds the lease: the pupil was signed out everywhere


@dataclass(frozen=True, slots=True)
class Begun:
    """An attempt, and its page if it began just now; one that was running already is at its own address."""

    attempt: Running
    page: ExamPage | None = None


def begin(session: Session, actor: Actor, uid: str, *, device: str, at: datetime, visit: Visit = NOWHERE) -> Begun:
    """Begin an attempt on this device, or return the one that is running.

    Raises:
        NotFound, Forbidden: not a quiz that this person may take.
        Conflict: outside the window, or no attempt is left.
        NotAdmitted, Invalid, TooMany: the door of the quiz asks for something else.
    """
    quiz = get_entry(session, actor, uid)
    require(actor, Permission.TAKE_QUIZ, quiz)
    earlier, allowance = quiz.earlier, quiz.allowance
    for attempt_id, state in earlier:
        if state == AttemptState.OPEN:
            running = session.get_one(Attempt, attempt_id)
            if not needs_closing(running, at):
                admission.check_attempt(session, running, visit)
                return Begun(running)
    window = quiz.window
    if quiz.state != QuizState.PUBLISHED or window is None:
        raise Conflict(N_("Bài kiểm tra đã đóng, không bắt đầu được nữa."))
    number = len(earlier) + 1
    form = get_form(session, _form_for(session, quiz.id, actor.user_id, number))
    if number > quiz.attempts_allowed and not form.conduct.is_practice:
        raise Conflict(N_("Em đã dùng hết số lượt làm bài này."))
    window.check_may_begin(allowance, at)
    check_not_paused(quiz)
    admission.enter(session, quiz.id, actor.user_id, visit)
    deadline = window.deadline(allowance, at)
    place = first_place(form.rules, allowance, at)
    own = {"quiz_id": quiz.id, "pupil_id": actor.user_id}
    values = {
        **own,
        "uid": new_uid(),
        "school_id": quiz.school_id,
        "form_id": form.id,
        "number": number,
        "state": AttemptState.OPEN.value,
        "started_at": at,
        "deadline_at": deadline,
        "accept_until_at": deadline + window.grace,
        "reached": place.reached,
        "section_ends_at": place.section_ends_at,
        "device": device,
    }
    entered = session.execute(_ENTER[session.get_bind().dialect.name], values).one_or_none()
    if entered is None:  # the same pupil began in another request of this very moment
        return Begun(session.execute(_NUMBERED, own | {"number": number}).one())
    attempt: Running = entered
    page = ExamPage(
        attempt=attempt,
        quiz_uid=quiz.uid,
        title=quiz.title,
        subject=quiz.subject,
        form=form,
        answers={},
        seqs={},
        next_seq=1,
        remaining=max(timedelta(0), deadline - at),
        place=place,
        section_left=None if place.section_ends_at is None else max(timedelta(0), place.section_ends_at - at),
        here=True,
        shut_out=False,
    )
    return Begun(attempt, page)


_attempts = cast(Table, Attempt.__table__)
_attempt = _attempts.c
_NUMBERED = select(*_attempt).where(
    _attempt.quiz_id == bindparam("quiz_id"),
    _attempt.pupil_id == bindparam("pupil_id"),
    _attempt.number == bindparam("number"),
)
_ONCE = ("quiz_id", "pupil_id", "number")
_ENTER = {
    "sqlite": sqlite.insert(_attempts).on_conflict_do_nothing(index_elements=_ONCE).returning(*_attempt),
    "postgresql": postgresql.insert(_attempts).on_conflict_do_nothing(index_elements=_ONCE).returning(*_attempt),
}


def _form_for(session: Session, quiz_id: int, pupil_id: int, number: int) -> int:
    """Neighbours in the class list get different forms, and a second attempt another one."""
    forms = forms_of(session, quiz_id)
    return forms[(pupil_id + number - 1) % len(forms)]


_PAGE = (
    select(
        *_attempt,
        Quiz.__table__.c.uid.label("quiz_uid"),
        Quiz.__table__.c.title,
        Subject.__table__.c.name.label("subject"),
    )
    .join_from(_attempts, Quiz.__table__, Quiz.__table__.c.id == _attempt.quiz_id)
    .join(Course.__table__, Course.__table__.c.id == Quiz.__table__.c.course_id)
    .join(Subject.__table__, Subject.__table__.c.id == Course.__table__.c.subject_id)
    .where(
        _attempt.uid == bindparam("uid"),
        _attempt.pupil_id == bindparam("pupil_id"),
        _attempt.school_id == bindparam("school_id"),
    )
)


def exam_page(
    session: Session, actor: Actor, uid: str, *, device: str, at: datetime, visit: Visit = NOWHERE
) -> ExamPage:
    """What a pupil's own attempt looks like now.

    Raises:
        NotFound: no such attempt of this person.
        NotAdmitted: it may not go on from here.
    """
    own = {"uid": uid, "pupil_id": actor.user_id, "school_id": actor.school_id}
    found = session.execute(_PAGE, own).one_or_none()
    if found is None:
        raise NotFound
    attempt: Running = found
    if not needs_closing(attempt, at):
        admission.check_attempt(session, found, visit)
    events = events_of(session, [attempt.id])[attempt.id]
    current = project(events)
    form = get_form(session, attempt.form_id)
    now = attempt.paused_at or at
    place = Going(session.connection(), attempt, form.rules, at).shown
    return ExamPage(
        attempt=attempt,
        quiz_uid=found.quiz_uid,
        title=found.title,
        subject=found.subject,
        form=form,
        answers={slot: event.response for slot, event in current.items()},
        seqs={slot: event.seq for slot, event in current.items()},
        next_seq=max((event.seq for event in events), default=0) + 1,
        remaining=max(timedelta(0), attempt.deadline_at - now),
        place=place,
        section_left=None if place.section_ends_at is None else max(timedelta(0), place.section_ends_at - now),
        here=attempt.device == device,
        shut_out=attempt.device == NOBODY,
    )


def save_plain(
    session: Session,
    actor: Actor,
    uid: str,
    values: FormValues,
    *,
    device: str,
    at: datetime,
    visit: Visit = NOWHERE,
    go_on: bool = False,
) -> Attempt:
    """Store the answers of the plain form: what differs from what is stored becomes an event.

    A page whose script has saved everything changes nothing here. With `go_on` what is before the next question, or
    section, is left behind, where the quiz has no way back.

    Raises:
        NotFound: no such attempt of this person.
        Conflict: another device has taken over.
        Invalid: an answer is none of its question's.
        NotAdmitted: it may not go on from here.
    """
    attempt = get_own_attempt(session, actor, uid, lock=True)
    admission.check_attempt(session, attempt, visit)
    standing = standing_of(
        AttemptState(attempt.state), attempt.device == device, attempt.accept_until_at, attempt.paused_at or at
    )
    if standing is Standing.OTHER_DEVICE:
        raise Conflict(N_("Em đang làm bài trên máy khác. Hãy mở lại trang để tiếp tục trên máy này."))
    form = get_form(session, attempt.form_id)
    if form.conduct.is_practice:
        raise NotFound  # its answers come one by one, see `practising`
    current = project(answer_events(session, attempt))
    going = Going(session.connection(), attempt, form.rules, at)
    last = session.scalar(select(func.max(AttemptEvent.client_seq)).where(AttemptEvent.attempt_id == attempt.id))
    first = max((last or 0) + 1, (at - attempt.started_at) // _MILLISECOND)
    changed: list[tuple[int, EventKind, str]] = []
    for number, body in form.bodies.items():
        if body.type is bank.ItemType.DESCRIPTION:
            continue
        response = bank.check_response(body, bank.response_from_form(body, values, prefix=f"q{number}-"))
        known = current.get(number)
        if response == (known.response if known else {}) or (known is None and not bank.is_answered(response)):
            continue
        if number < going.place.reached and not bank.is_answered(response):
            continue  # left behind, and so not in the form
        changed.append((number, EventKind.ANSWER, json.dumps(response, ensure_ascii=False)))
    following = form.rules.next_floor(going.place.reached) if go_on and form.rules.forward_only else None
    if following is not None:
        changed.append((following, EventKind.REACHED, "null"))
    session.add_all(
        AttemptEvent(
            school_id=attempt.school_id,
            attempt_id=attempt.id,
            client_id=f"{device}.{PLAIN}",
            client_seq=first + offset,
            kind=kind,
            slot=number,
            payload=payload,
            client_mono_ms=0,
            standing=going.standing_of(number) if standing is Standing.APPLIED else standing,
            server_at=at,
        )
        for offset, (number, kind, payload) in enumerate(changed)
    )
    if standing is Standing.APPLIED:
        attempt.reached, attempt.section_ends_at = going.place.reached, going.place.section_ends_at
    session.flush()
    return attempt


def hand_in(
    session: Session, actor: Actor, uid: str, *, device: str | None = None, at: datetime, visit: Visit = NOWHERE
) -> Submission:
    """Hand in one's own attempt from this device, if one is given; doing it again gives the same receipt.

    Raises:
        NotFound: no such attempt of this person.
        Conflict: it is running on another device, which alone may end it.
        NotAdmitted: it may not be handed in from here; what was saved is taken at the deadline.
    """
    return _end(session, actor, lock_own_attempt(session, actor, uid), device, at, visit)


@dataclass(frozen=True, slots=True)
class Leaving:
    """A page that hands in by its ticket, which named the actor."""

    actor: Actor
    uid: str
    device: str
    visit: Visit = NOWHERE


def hand_in_together(session: Session, leaving: Sequence[Leaving], *, at: datetime) -> Sequence[Submission | AppError]:
    """Hand in for pages whose tickets named the actors: good when a sign-in ran out, not for who was shut out.

    Each gets its submission, or what it would have met alone: NotFound when there is no such attempt of this person,
    Forbidden when the lease was withdrawn, Conflict and NotAdmitted as in `hand_in`.
    """
    attempts = lock_attempts(session, [one.uid for one in leaving])
    endings: dict[int, Ending] = {}
    met: list[int | AppError] = []
    for one in leaving:
        attempt = attempts.get((one.uid, one.actor.user_id, one.actor.school_id))
        try:
            if attempt is None:
                raise NotFound
            check_lease(attempt.device)
            by = _ending_by(session, attempt, one.device, at, one.visit)
        except AppError as refusal:
            met.append(refusal)
            continue
        endings.setdefault(attempt.id, Ending(attempt, by, one.actor))  # a page that asked twice is answered twice
        met.append(attempt.id)
    submissions = close_attempts(session, list(endings.values()), at=at) if endings else {}
    return [submissions[one] if isinstance(one, int) else one for one in met]


def _end(
    session: Session, actor: Actor, attempt: Running, device: str | None, at: datetime, visit: Visit
) -> Submission:
    by = _ending_by(session, attempt, device, at, visit)
    return close_attempt(session, attempt, by, at=at, actor=actor)


def _ending_by(session: Session, attempt: Running, device: str | None, at: datetime, visit: Visit) -> HandedInBy:
    """For whose doing an attempt ends now, when this device asks."""
    if needs_closing(attempt, at):
        return HandedInBy.SERVER
    if device not in {None, attempt.device} and attempt.state == AttemptState.OPEN:
        raise Conflict(N_("Em đang làm bài trên máy khác. Hãy nộp bài trên máy đó."))
    admission.check_attempt(session, attempt, visit)
    return HandedInBy.PUPIL


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a pupil takes away from a finished attempt."""

    quiz_uid: str
    title: str  # of the quiz
    receipt: str
    handed_in_by: str
    handed_in_at: datetime
    answered: int
    questions: int
    in_seb: bool  # the test was written in Safe Exam Browser


_submission, _door = Submission.__table__.c, Admission.__table__.c
_RECEIPT = (
    select(
        _attempt.id,
        _attempt.form_id,
        Quiz.__table__.c.uid.label("quiz_uid"),
        Quiz.__table__.c.title,
        _submission.receipt,
        _submission.handed_in_by,
        _submission.handed_in_at,
        _door.seb_required,
    )
    .join_from(_attempts, Quiz.__table__, Quiz.__table__.c.id == _attempt.quiz_id)
    .outerjoin(Submission.__table__, _submission.attempt_id == _attempt.id)
    .outerjoin(Admission.__table__, _door.quiz_id == _attempt.quiz_id)
    .where(
        _attempt.uid == bindparam("uid"),
        _attempt.pupil_id == bindparam("pupil_id"),
        _attempt.school_id == bindparam("school_id"),
    )
)


def get_receipt(session: Session, actor: Actor, uid: str) -> Receipt:
    """The receipt of one's own attempt.

    Raises:
        NotFound: no such attempt of this person.
        Conflict: it has not been handed in.
    """
    own = {"uid": uid, "pupil_id": actor.user_id, "school_id": actor.school_id}
    found = session.execute(_RECEIPT, own).one_or_none()
    if found is None:
        raise NotFound
    if found.receipt is None:
        raise Conflict(N_("Bài này chưa nộp."))
    responses = responses_of(session, found.id).values()
    return Receipt(
        quiz_uid=found.quiz_uid,
        title=found.title,
        receipt=found.receipt,
        handed_in_by=found.handed_in_by,
        handed_in_at=found.handed_in_at,
        answered=sum(1 for response in responses if bank.is_answered(response)),
        questions=get_form(session, found.form_id).questions,
        in_seb=bool(found.seb_required),
    )
