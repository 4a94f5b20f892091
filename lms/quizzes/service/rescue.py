"""Take a rescue file: store what a page could not send, as if it had come now by the page's own ticket."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.errors import AppError, Forbidden, Invalid
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from lms.permissions import Permission, allows
from lms.quizzes.domain.admission import NOWHERE, Visit
from lms.quizzes.domain.states import AttemptState, Standing
from lms.quizzes.hot import tokens
from lms.quizzes.hot.checking import TAB, check, paper
from lms.quizzes.hot.storing import Arrival, Stored, store
from lms.quizzes.hot.wire import MOST_EVENTS, SentEvent
from lms.quizzes.models import Attempt, AttemptEvent, Sitting
from lms.quizzes.service import admission
from lms.quizzes.service.closing import needs_closing
from lms.quizzes.service.invigilating import pupil_ids_of
from lms.quizzes.service.rescue_files import Contents, open_file

NOT_OURS = N_("Tệp này không do trang làm bài của trường tạo ra.")
SOMEBODY_ELSE = N_("Tệp này là bài của người khác, bạn không nộp thay được.")
NOTHING = N_("Trong tệp không có câu trả lời nào dùng được.")
CUT_OFF = N_("Học sinh đã bị ngắt khỏi mọi máy, nên tệp chưa nhận được. Em đăng nhập, mở lại bài rồi nộp tệp lần nữa.")


@dataclass(frozen=True, slots=True)
class Rescued:
    """What became of a file: how many events are new, and how many of those wait for a person's word."""

    pupil: str
    quiz: str
    fresh: int
    kept: int  # too late, or from a device that another one has replaced


def take_file(
    session: Session, actor: Actor, secret: str, data: bytes, *, at: datetime, visit: Visit = NOWHERE
) -> Rescued:
    """Store the events of a rescue file by the usual rules; doing it again adds nothing.

    Pupils bring their own, a teacher of the class or an invigilator of the room brings any.

    Raises:
        Invalid: the file is torn, changed, another school's, somebody else's, or holds nothing.
        NotAdmitted: a pupil brings it from where the test may not be taken.
    """
    contents = open_file(secret, actor.school_id, data)
    ticket = _ticket(secret, contents)
    attempt = session.scalar(
        select(Attempt)
        .where(Attempt.uid == contents.attempt, Attempt.id == ticket.attempt_id, Attempt.school_id == actor.school_id)
        .with_for_update()
    )
    if attempt is None:
        raise Invalid.at("file", NOT_OURS)
    if attempt.pupil_id == actor.user_id:
        if attempt.state == AttemptState.OPEN and not needs_closing(attempt, at):
            admission.check_attempt(session, attempt, visit)
    elif not _watches(session, actor, attempt):
        raise Invalid.at("file", SOMEBODY_ELSE)
    arrivals = _arrivals(ticket, contents)
    if not arrivals:
        raise Invalid.at("file", NOTHING)
    known = _known(session, attempt)
    standings: Counter[str] = Counter()
    for arrival, stored in zip(arrivals, store(session.connection(), arrivals), strict=True):
        if isinstance(stored, Forbidden):
            raise Invalid.at("file", CUT_OFF)
        if not isinstance(stored, Stored):
            raise stored
        standings.update(value for seq, value in stored.saved if (arrival.client_id, seq) not in known)
    kept = standings.total() - standings[Standing.APPLIED]
    audit.record(
        session, actor, "attempt.rescued", attempt.uid, quiz=attempt.quiz.uid, events=standings.total(), kept=kept
    )
    return Rescued(attempt.pupil.full_name, attempt.quiz.title, standings.total(), kept)


def _ticket(secret: str, contents: Contents) -> tokens.Ticket:
    try:
        return tokens.read(secret, contents.attempt, contents.token)
    except AppError:
        raise Invalid.at("file", NOT_OURS) from None


def _watches(session: Session, actor: Actor, attempt: Attempt) -> bool:
    if allows(actor, Permission.WATCH_QUIZ, attempt.quiz):
        return True
    return any(
        allows(actor, Permission.WATCH_SITTING, sitting)
        and attempt.pupil_id in pupil_ids_of(session, sitting, [attempt.pupil_id])
        for sitting in session.scalars(select(Sitting).where(Sitting.quiz_id == attempt.quiz_id))
    )


def _arrivals(ticket: tokens.Ticket, contents: Contents) -> list[Arrival]:
    """The events that could be answers, by the tab that made them, in messages of the usual size."""
    by_tab: dict[str, list[SentEvent]] = defaultdict(list)
    for event in contents.events:
        if TAB.fullmatch(event.tab):
            by_tab[event.tab].append(SentEvent(event.seq, event.slot, event.response, event.mono, event.kind))
    rules = paper(ticket.form_id).rules
    arrivals = []
    for tab, events in by_tab.items():
        good, _refused = check(ticket.form_id, events)
        arrivals += [
            Arrival(ticket, f"{ticket.device}.{tab}", good[start : start + MOST_EVENTS], rules)
            for start in range(0, len(good), MOST_EVENTS)
        ]
    return arrivals


def _known(session: Session, attempt: Attempt) -> set[tuple[str, int]]:
    query = select(AttemptEvent.client_id, AttemptEvent.client_seq).where(AttemptEvent.attempt_id == attempt.id)
    return {(client_id, seq) for client_id, seq in session.execute(query)}
