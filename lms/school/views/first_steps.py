"""What a school does before its first lesson, for the school's page and the administrator's morning."""

from __future__ import annotations

from flask import url_for

from lms.base.i18n import _
from lms.school import service


def first_steps(overview: service.Overview) -> list[tuple[bool, str, str]]:
    """What a new school does first, as (done, where, words); nothing once all is there."""
    if overview.is_ready or not overview.may_arrange:
        return []
    return [
        (overview.has_teachers, url_for("school.people"), _("Thêm giáo viên, hoặc nhập từ tệp Excel")),
        (overview.has_heads, url_for("school.groups"), _("Xếp giáo viên vào tổ chuyên môn và chọn tổ trưởng")),
        (overview.has_pupils, url_for("roster.start"), _("Nhập danh sách học sinh; các lớp tự được tạo")),
        (overview.has_assignments, url_for("school.assignments"), _("Phân công giảng dạy; trang lớp học tự được mở")),
    ]
