"""The school's own page, and a class with its pupils."""

from __future__ import annotations

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from lms.base.i18n import _
from lms.base.web import current_actor, current_session
from lms.school import service
from lms.school.views.blueprint import bp


@bp.get("")
def show() -> ResponseReturnValue:
    """Show the school: its year, classes and subject groups."""
    session, actor = current_session(), current_actor()
    overview = service.overview(session, actor)
    return render_template("lms/school/show.html", overview=overview, steps=_steps(overview))


def _steps(overview: service.Overview) -> list[tuple[bool, str, str]]:
    """What a new school does first, as (done, where, words); nothing once all is there."""
    if overview.is_ready or not overview.may_arrange:
        return []
    return [
        (overview.has_teachers, url_for("school.people"), _("Thêm giáo viên, hoặc nhập từ tệp Excel")),
        (overview.has_heads, url_for("school.groups"), _("Xếp giáo viên vào tổ chuyên môn và chọn tổ trưởng")),
        (overview.has_pupils, url_for("roster.start"), _("Nhập danh sách học sinh; các lớp tự được tạo")),
        (overview.has_assignments, url_for("school.assignments"), _("Phân công giảng dạy; trang lớp học tự được mở")),
    ]


@bp.get("/classes/<uid>")
def show_class(uid: str) -> ResponseReturnValue:
    """Show a class: its pupils and teachers."""
    session, actor = current_session(), current_actor()
    found, pupils = service.class_list(session, actor, uid)
    return render_template(
        "lms/school/class.html",
        school_class=found,
        pupils=pupils,
        assignments=service.list_assignments(session, found.id),
        may_reset=service.may_reset_passwords(actor, found),
    )
