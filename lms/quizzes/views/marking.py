"""Pages for marking by hand, one question across all pupils."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.base import clock
from lms.base.forms import problems_of
from lms.base.i18n import _
from lms.base.web import current_actor, current_session, shows_again
from lms.quizzes import forms
from lms.quizzes.service import marking
from lms.quizzes.views import papers
from lms.quizzes.views.blueprint import bp
from lms.quizzes.views.tabs import tabs_for
from question_bank import api as bank


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
    """All pupils' answers to one question, those that wait first."""
    quiz, item, answers = marking.answers_to(current_session(), current_actor(), uid, version_uid)
    return render_template(
        "lms/quizzes/mark.html",
        quiz=quiz,
        item=item,
        presented=bank.present(item.body, papers.staff_picture_url),
        key=bank.present_key(item.body, item.key, papers.staff_picture_url),
        answers=answers,
        waiting=sum(1 for answer in answers if answer.points is None),
        problems=problems_of("points"),
        tried=request.form.get("attempt", "") if request.method == "POST" else "",
    )


@bp.post("/quizzes/<uid>/marking/<version_uid>")
@shows_again(mark)
def save_mark(uid: str, version_uid: str) -> ResponseReturnValue:
    """Give one pupil's answer its points and a comment, and go on to the next."""
    slot = request.form.get("slot", "")
    marking.give_points(
        current_session(),
        current_actor(),
        uid,
        request.form.get("attempt", ""),
        int(slot) if slot.isascii() and slot.isdigit() else 0,
        points=forms.typed_points(request.form.get("points", "")),
        comment=request.form.get("comment", ""),
        at=clock.now(),
    )
    flash(_("Đã lưu điểm."))
    return redirect(url_for("quizzes.mark", uid=uid, version_uid=version_uid), code=303)
