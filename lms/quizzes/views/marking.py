"""Pages for marking by hand, one question across all pupils."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.base import clock
from lms.base.forms import problems_of
from lms.base.i18n import _
from lms.base.web import current_actor, current_session, shows_again
from lms.quizzes import forms
from lms.quizzes.domain.sheets import neighbours, next_waiting
from lms.quizzes.service import marking
from lms.quizzes.service.sheets import Desk, Sheet, open_desk, open_sheet
from lms.quizzes.views import papers
from lms.quizzes.views.blueprint import bp
from lms.quizzes.views.tabs import tabs_for
from question_bank import api as bank

WAITING = "waiting"


@bp.get("/quizzes/<uid>/marking")
def tasks(uid: str) -> ResponseReturnValue:
    """The questions that a person marks, and how many answers wait."""
    actor = current_actor()
    quiz, found = marking.list_tasks(current_session(), actor, uid)
    return render_template(
        "lms/quizzes/marking.html",
        quiz=quiz,
        entries=tabs_for(actor, quiz, "tasks"),
        tasks=[(task, papers.prompt(task.item)) for task in found],
        waiting=sum(task.waiting for task in found),
    )


@bp.get("/quizzes/<uid>/marking/<version_uid>")
def mark(uid: str, version_uid: str) -> ResponseReturnValue:
    """One pupil's answer to a question, the next that waits unless the address names one, and the form to mark it."""
    session = current_session()
    desk = open_desk(session, current_actor(), uid, version_uid)
    sheet = _chosen(desk)
    opened = open_sheet(session, sheet)
    typed = request.form if request.method == "POST" else None
    only = request.values.get("show") == WAITING and desk.waiting > 0
    shown = [one for one in desk.sheets if one.waits or one.uid == sheet.uid] if only else desk.sheets
    before, behind = neighbours(shown, sheet.uid)
    return render_template(
        "lms/quizzes/mark.html",
        quiz=desk.quiz,
        item=desk.item,
        desk=desk,
        sheet=sheet,
        opened=opened,
        shown=shown,
        only=only,
        before=before,
        behind=behind,
        next=next_waiting(desk.sheets, sheet.uid),
        presented=bank.present(desk.item.body, papers.staff_picture_url),
        key=bank.present_key(desk.item.body, desk.item.key, papers.staff_picture_url),
        points=typed.get("points", "") if typed else sheet.points,
        comment=typed.get("comment", "") if typed else opened.comment,
        problems={name: problems_of(name) for name in ("", "points")},
    )


def _chosen(desk: Desk) -> Sheet:
    name = request.values.get("sheet", "")
    return desk.sheet(name) if name else next_waiting(desk.sheets) or desk.sheets[0]


@bp.post("/quizzes/<uid>/marking/<version_uid>")
@shows_again(mark)
def save_mark(uid: str, version_uid: str) -> ResponseReturnValue:
    """Mark the open sheet and go on to the next that waits."""
    name, seen = request.form.get("sheet", ""), request.form.get("seen", "")
    desk = marking.mark_sheet(
        current_session(),
        current_actor(),
        uid,
        version_uid,
        name,
        points=forms.typed_points(request.form.get("points", "")),
        comment=request.form.get("comment", ""),
        seen=int(seen) if seen.isascii() and seen.isdigit() else 0,
        at=clock.now(),
    )
    behind = next_waiting(desk.sheets, name)
    flash(_("Đã lưu điểm.") if behind else _("Đã lưu điểm. Câu này đã chấm hết."))
    here = url_for(
        "quizzes.mark",
        uid=uid,
        version_uid=version_uid,
        sheet=behind.uid if behind else name,
        show=request.form.get("show") or None,
    )
    return redirect(here, code=303)
