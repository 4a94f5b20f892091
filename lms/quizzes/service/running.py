"""The running attempts that an act is about: those of some pupils, or of the whole class."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.base.errors import Invalid, NotFound
from lms.base.i18n_marks import N_
from lms.base.text import nfc
from lms.base.users import User
from lms.quizzes.domain.states import AttemptState
from lms.quizzes.models import Attempt, Quiz
from lms.school import service as school

LONGEST_REASON = 300


def pupils_meant(session: Session, quiz: Quiz, pupil_uids: Sequence[str] | None) -> list[User]:
    """The pupils with these uids, or the whole class where None.

    Raises:
        NotFound: one of them is not in the class.
        Invalid: nobody was chosen.
    """
    everyone = {pupil.uid: pupil for pupil in school.list_pupils(session, quiz.class_id)}
    if pupil_uids is None:
        return list(everyone.values())
    if not pupil_uids:
        raise Invalid.at("pupil", N_("Hãy chọn học sinh, hoặc chọn cả lớp."))
    if not set(pupil_uids) <= everyone.keys():
        raise NotFound
    return [everyone[pupil_uid] for pupil_uid in dict.fromkeys(pupil_uids)]


def lock_running(session: Session, quiz: Quiz, pupils: Sequence[User]) -> list[Attempt]:
    """The running attempts of these pupils, locked in the order of ids, as the writer of answers does."""
    return list(
        session.scalars(
            select(Attempt)
            .where(
                Attempt.quiz_id == quiz.id,
                Attempt.pupil_id.in_([pupil.id for pupil in pupils]),
                Attempt.state == AttemptState.OPEN,
            )
            .order_by(Attempt.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def checked_reason(reason: str, missing: str) -> str:
    """The reason as it is kept.

    Raises:
        Invalid: there is none.
    """
    reason = nfc(reason).strip()[:LONGEST_REASON]
    if not reason:
        raise Invalid.at("reason", missing)
    return reason
