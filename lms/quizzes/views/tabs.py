"""The tabs above a teacher's pages of a quiz: only those that the person may open; those above the rules of a draft."""

from __future__ import annotations

from flask import url_for

from lms.base.i18n import _
from lms.base.permissions import Actor
from lms.permissions import Permission, allows
from lms.quizzes.models import Quiz

Tab = tuple[str, str, bool, None]


def tabs_for(actor: Actor, quiz: Quiz, here: str) -> list[Tab]:
    """The tabs as `macros/acts.html` draws them; `here` names the one that is open."""
    every = (
        ("board", _("Diễn biến"), Permission.WATCH_QUIZ),
        ("results", _("Kết quả"), Permission.SEE_QUIZ_RESULTS),
        ("releases", _("Công bố"), Permission.RELEASE_RESULTS),
        ("tasks", _("Chấm bài"), Permission.MARK_QUIZ),
        ("deliveries", _("Đến muộn"), Permission.READ_ATTEMPTS),
        ("regrades", _("Chấm lại"), Permission.SEE_QUIZ_RESULTS),
        ("requests", _("Phúc khảo"), Permission.READ_ATTEMPTS),
        ("reopenings", _("Mở lại"), Permission.SEE_QUIZ_RESULTS),
        ("preview", _("Đề"), Permission.SEE_QUIZ_RESULTS),
        ("sittings_page", _("Phòng thi"), Permission.BUILD_QUIZ),
    )
    return [
        (label, url_for(f"quizzes.{name}", uid=quiz.uid), name == here, None)
        for name, label, permission in every
        if allows(actor, permission, quiz)
    ]


def rule_tabs_for(quiz: Quiz, here: str) -> list[Tab]:
    """The pages on which the rules of a draft stand, one subject each; `here` is the endpoint that is open."""
    every = (
        ("settings", _("Quy định chung")),
        ("behaviour", _("Kiểm tra hay luyện tập")),
        ("going_rules", _("Cách làm bài")),
        ("door", _("Vào phòng thi")),
        ("sittings_page", _("Phòng thi")),
        ("after_rules", _("Sau giờ làm")),
        ("marking_rules", _("Chấm tay")),
    )
    return [(label, url_for(f"quizzes.{name}", uid=quiz.uid), name == here, None) for name, label in every]
