"""The school in figures, from its own data: what the authorities ask for twice a year."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from lms.base.audit import AuditEntry
from lms.base.i18n_marks import N_
from lms.base.permissions import Actor, Role
from lms.base.users import RoleGrant, User
from lms.permissions import Permission, allows


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with what it counts; `of` is the whole when it is a share."""

    label: str
    count: int
    of: int | None = None
    definition: str = ""

    @property
    def percent(self) -> int | None:
        """The share in whole per cent; None when there is nothing to share."""
        return round(100 * self.count / self.of) if self.of else None


def find_figures(session: Session, actor: Actor) -> list[Figure] | None:
    """The figures of the school, or None for a person who does not answer for it."""
    if not allows(actor, Permission.SEE_REPORTS):
        return None
    teachers, teachers_in = _people(session, actor, Role.TEACHER)
    pupils, pupils_in = _people(session, actor, Role.PUPIL)
    return [
        Figure(
            N_("Giáo viên có tài khoản đã dùng"),
            teachers_in,
            teachers,
            N_("Giáo viên đã đăng nhập ít nhất một lần, trên tổng số giáo viên."),
        ),
        Figure(
            N_("Học sinh có tài khoản đã dùng"),
            pupils_in,
            pupils,
            N_("Học sinh đã đăng nhập ít nhất một lần, trên tổng số học sinh."),
        ),
        Figure(
            N_("Lượt làm bài kiểm tra trên máy"),
            _acts(session, actor, "attempt.handed_in"),
            definition=N_("Số lượt làm bài đã nộp từ đầu."),
        ),
        Figure(
            N_("Bài học đã giao"),
            _acts(session, actor, "course.activity_published"),
            definition=N_("Số lần giáo viên giao nội dung cho lớp."),
        ),
        Figure(
            N_("Câu hỏi được duyệt"),
            _acts(session, actor, "item.approved"),
            definition=N_("Số câu hỏi mà tổ trưởng chuyên môn đã duyệt."),
        ),
        Figure(
            N_("Học liệu được duyệt"),
            _acts(session, actor, "material.approved"),
            definition=N_("Số phiên bản học liệu mà tổ trưởng chuyên môn đã duyệt."),
        ),
    ]


def _people(session: Session, actor: Actor, role: Role) -> tuple[int, int]:
    """How many people hold the role, and how many of them have signed in."""
    holders = (
        select(User.id)
        .join(RoleGrant, RoleGrant.user_id == User.id)
        .where(User.school_id == actor.school_id, RoleGrant.role == role, User.disabled_at.is_(None))
    )
    signed_in = select(AuditEntry.actor_id).where(
        AuditEntry.school_id == actor.school_id, AuditEntry.kind == "account.signed_in"
    )
    total = session.scalar(select(func.count()).select_from(holders.subquery())) or 0
    active = session.scalar(select(func.count()).select_from(holders.where(User.id.in_(signed_in)).subquery())) or 0
    return total, active


def _acts(session: Session, actor: Actor, kind: str) -> int:
    return (
        session.scalar(
            select(func.count())
            .select_from(AuditEntry)
            .where(AuditEntry.school_id == actor.school_id, AuditEntry.kind == kind)
        )
        or 0
    )
