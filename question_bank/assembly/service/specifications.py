"""Begin, change, copy and delete specifications."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import false, or_, select
from sqlalchemy.orm import Session

from lms.base import audit
from lms.base.errors import Invalid, Message, NotFound
from lms.base.i18n import local
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor
from lms.base.subjects import Subject
from lms.base.text import nfc
from question_bank.assembly import codec
from question_bank.assembly.domain.specification import Specification, check
from question_bank.assembly.models import KeptSpecification
from question_bank.items.service.writing import may_add_or_refuse
from question_bank.permissions import Permission, can, require

SUMMER = 6  # from June on, a matrix is for the school year that begins next


@dataclass(frozen=True, slots=True)
class About:
    """What stands over a matrix."""

    title: str
    grade: int
    minutes: int

    def problems(self) -> dict[str, list[Message]]:
        """What cannot stay so, by field."""
        found: dict[str, list[Message]] = {}
        if not nfc(self.title).strip():
            found["title"] = [Message(N_("Hãy đặt tên cho ma trận, ví dụ Kiểm tra giữa học kì I."))]
        if not 1 <= self.grade <= 12:
            found["grade"] = [Message(N_("Khối lớp từ 1 đến 12."))]
        if not 5 <= self.minutes <= 240:
            found["minutes"] = [Message(N_("Thời gian làm bài từ 5 đến 240 phút."))]
        return found


def school_year_of(at: datetime) -> int:
    """The year in which the school year of a moment begins."""
    day = local(at)
    return day.year if day.month >= SUMMER else day.year - 1


def list_specifications(session: Session, actor: Actor) -> list[KeptSpecification]:
    """List what the actor may read, the latest school year first."""
    require(actor, Permission.OPEN_BANK)
    query = select(KeptSpecification).where(KeptSpecification.school_id == actor.school_id)
    if not actor.is_leader:
        ways = KeptSpecification.subject_id.in_(actor.subject_ids) if actor.is_teacher else false()
        query = query.where(or_(false(), ways))
    return list(session.scalars(query.order_by(KeptSpecification.year.desc(), KeptSpecification.changed_at.desc())))


def get_specification(session: Session, actor: Actor, uid: str) -> KeptSpecification:
    """Find a specification.

    Raises:
        NotFound: there is none, or not for this person.
    """
    found = session.scalar(select(KeptSpecification).where(KeptSpecification.uid == uid))
    if found is None or not can(actor, Permission.READ_SPECIFICATION, found):
        raise NotFound
    return found


def get_to_write(session: Session, actor: Actor, uid: str) -> KeptSpecification:
    """Find a specification that the actor may change.

    Raises:
        NotFound, Forbidden: not this person's to change.
    """
    kept = get_specification(session, actor, uid)
    require(actor, Permission.WRITE_SPECIFICATION, kept)
    return kept


def begin(
    session: Session, actor: Actor, subject: Subject, about: About, specification: Specification, *, at: datetime
) -> KeptSpecification:
    """Begin a specification of a subject.

    Raises:
        Forbidden: the actor does not belong to the subject's group.
        Invalid: something in it cannot be.
    """
    may_add_or_refuse(actor, subject)
    kept = KeptSpecification(
        school_id=subject.school_id,
        subject_id=subject.id,
        owner_id=actor.user_id,
        year=school_year_of(at),
        created_at=at,
    )
    _write(kept, about, specification, at)
    session.add(kept)
    session.flush()
    audit.record(session, actor, "specification.created", kept.uid)
    return kept


def change(
    session: Session, actor: Actor, uid: str, about: About, specification: Specification, *, at: datetime
) -> KeptSpecification:
    """Put what was written in the place of what stood there.

    Raises:
        NotFound, Forbidden: not this person's to change.
        Invalid: something in it cannot be.
    """
    kept = get_to_write(session, actor, uid)
    _write(kept, about, specification, at)
    audit.record(session, actor, "specification.changed", kept.uid)
    return kept


def _write(kept: KeptSpecification, about: About, specification: Specification, at: datetime) -> None:
    problems = about.problems()
    if problems:
        raise Invalid(problems)
    kept.title = nfc(about.title).strip()[:200]
    kept.grade, kept.minutes = about.grade, about.minutes
    kept.document = codec.encode(check(specification))
    kept.changed_at = at


def copy(session: Session, actor: Actor, uid: str, *, at: datetime) -> KeptSpecification:
    """Begin a specification of the running school year with what another one says.

    Raises:
        NotFound: there is none, or not for this person.
        Forbidden: the actor does not belong to the subject's group.
    """
    kept = get_specification(session, actor, uid)
    return begin(session, actor, kept.subject, About(kept.title, kept.grade, kept.minutes), kept.specification, at=at)


def delete(session: Session, actor: Actor, uid: str) -> None:
    """Delete a specification; quizzes that were made by it stay as they are.

    Raises:
        NotFound, Forbidden: not this person's to change.
    """
    kept = get_to_write(session, actor, uid)
    audit.record(session, actor, "specification.deleted", kept.uid)
    session.delete(kept)


def subjects_of_specifications(session: Session, school_id: int, uids: Collection[str]) -> dict[str, str]:
    """The subject's name of each specification, by its uid. Knows no permission and tells no more: for reports."""
    rows = session.execute(
        select(KeptSpecification.uid, Subject.name)
        .join(Subject, Subject.id == KeptSpecification.subject_id)
        .where(KeptSpecification.school_id == school_id, KeptSpecification.uid.in_(uids))
    )
    return dict(rows.all())
