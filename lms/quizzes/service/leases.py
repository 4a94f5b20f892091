"""The lease of an attempt: one device holds it, another may take it over, whoever is shut out loses it."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts import service as accounts
from lms.base import audit
from lms.base.errors import Forbidden
from lms.base.permissions import Actor
from lms.base.users import User
from lms.quizzes.domain.admission import NOWHERE, Visit
from lms.quizzes.domain.leases import NOBODY, PAGE_NO_LONGER_GOOD
from lms.quizzes.domain.states import AttemptState
from lms.quizzes.models import Attempt
from lms.quizzes.service.admission import check_attempt
from lms.quizzes.service.flow import tell_running
from lms.quizzes.service.reading import get_own_attempt


def take_over(session: Session, actor: Actor, uid: str, *, device: str, visit: Visit = NOWHERE) -> Attempt:
    """Go on with the attempt on this device; what the other one sends from now on is kept but does not count.

    Raises:
        NotFound: no such attempt of this person.
        Forbidden: the account was closed while this request was on its way.
        NotAdmitted: it may not go on from here.
    """
    attempt = get_own_attempt(session, actor, uid, lock=True)
    check_attempt(session, attempt, visit)
    if session.scalar(select(User.disabled_at).where(User.id == actor.user_id)) is not None:
        raise Forbidden(PAGE_NO_LONGER_GOOD)
    if attempt.state == AttemptState.OPEN and attempt.device != device:
        attempt.device = device
        tell_running(session, attempt.quiz)
    return attempt


def withdraw_leases(session: Session, actor: Actor, user: User) -> None:
    """Take the lease of every running attempt from whoever works there as *user*.

    Their tickets are refused from now on. What was acknowledged stays and is handed in at the deadline; a person who
    may sign in again goes on by taking over.
    """
    running = session.scalars(
        select(Attempt)
        .where(Attempt.pupil_id == user.id, Attempt.state == AttemptState.OPEN, Attempt.device != NOBODY)
        .order_by(Attempt.id)  # as the writer of answers locks them
        .with_for_update()
    ).all()
    for attempt in running:
        attempt.device = NOBODY
        tell_running(session, attempt.quiz)
        audit.record(session, actor, "attempt.lease_withdrawn", attempt.uid, quiz=attempt.quiz.uid)


accounts.after_shutting_out(withdraw_leases)
