"""Go on with an attempt on another machine by an invigilator's code, for a pupil who cannot sign in there."""

from __future__ import annotations

from datetime import datetime

from limits import RateLimitItemPerMinute
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from lms.base import audit, ratelimit
from lms.base.errors import Conflict, Invalid
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from lms.base.users import User
from lms.quizzes.domain.admission import Visit
from lms.quizzes.domain.resuming import digest_of, is_good, new_resume_code
from lms.quizzes.domain.states import AttemptState
from lms.quizzes.models import Attempt, ResumeCode, Sitting
from lms.quizzes.service import admission, invigilating
from lms.quizzes.service.closing import needs_closing
from lms.quizzes.service.flow import tell_running

DEVICE_TRIES = RateLimitItemPerMinute(10)
ADDRESS_TRIES = RateLimitItemPerMinute(60)  # a room shares one address, and several machines may fail at once
NOT_GOOD = N_("Mã không đúng, đã dùng hoặc đã hết hạn. Em xin giám thị mã mới.")


def make_code(
    session: Session, actor: Actor, sitting_uid: str, pupil_uid: str, *, at: datetime
) -> tuple[Sitting, User, str]:
    """Make a code for the running attempt of a pupil of the sitting; the one made before is good no more.

    Returns the code too, which is kept nowhere: it is shown this once.

    Raises:
        NotFound, Forbidden: not this person's sitting to run, or the pupil is not of it.
        Conflict: the quiz is not running, or the pupil is not writing it.
        Invalid: no pupil.
    """
    sitting = invigilating.running_sitting(session, actor, sitting_uid)
    if not pupil_uid:
        raise Invalid.at("pupil", N_("Hãy chọn học sinh."))
    pupil = invigilating.find_pupil(session, sitting, pupil_uid)
    attempt = session.scalar(
        select(Attempt).where(
            Attempt.quiz_id == sitting.quiz_id, Attempt.pupil_id == pupil.id, Attempt.state == AttemptState.OPEN
        )
    )
    if attempt is None or needs_closing(attempt, at):
        raise Conflict(N_("Em này không có bài đang làm."))
    session.execute(delete(ResumeCode).where(ResumeCode.attempt_id == attempt.id, ResumeCode.used_at.is_(None)))
    code = new_resume_code()
    session.add(
        ResumeCode(
            school_id=attempt.school_id,
            attempt_id=attempt.id,
            code_hash=digest_of(code),
            made_by_id=actor.user_id,
            made_at=at,
        )
    )
    audit.record(session, actor, "attempt.code_made", attempt.uid, pupil=pupil.uid, sitting=sitting.uid)
    return sitting, pupil, code


def use_code(session: Session, typed: str, *, device: str, visit: Visit, at: datetime) -> Attempt:
    """Move the lease of the attempt that a code stands for to this device. Nobody is signed in by it.

    Whatever is wrong with a code, the answer is the same, after the same work.

    Raises:
        Invalid: the code is wrong, used, too old, or its attempt has ended.
        NotAdmitted: the attempt may not go on from here; the code stays good.
        TooMany: too many tries.
    """
    ratelimit.allow(DEVICE_TRIES, "resume", device)
    ratelimit.allow(ADDRESS_TRIES, "resume", visit.address)
    found = session.execute(
        select(ResumeCode, Attempt, User.disabled_at)
        .join(Attempt, Attempt.id == ResumeCode.attempt_id)
        .join(User, User.id == Attempt.pupil_id)
        .where(ResumeCode.code_hash == digest_of(typed))
        .with_for_update(of=[ResumeCode, Attempt])
    ).one_or_none()
    if found is None:
        raise Invalid.at("code", NOT_GOOD)
    code, attempt, disabled_at = found
    ended = attempt.state != AttemptState.OPEN or needs_closing(attempt, at)
    if ended or disabled_at is not None or not is_good(code.made_at, code.used_at, at):
        raise Invalid.at("code", NOT_GOOD)
    admission.check_attempt(session, attempt, visit)
    code.used_at, attempt.device = at, device
    tell_running(session, attempt.quiz)
    audit.record(session, None, "attempt.code_used", attempt.uid, school_id=attempt.school_id)
    return attempt
