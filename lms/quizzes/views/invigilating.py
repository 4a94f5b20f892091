"""Pages of an invigilator: the sittings to watch, the board of one, its code on the wall."""

from __future__ import annotations

from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.base import clock
from lms.base.forms import problems_of
from lms.base.i18n import _, ngettext
from lms.base.web import current_actor, current_session, shows_again
from lms.permissions import Permission, require
from lms.quizzes.domain.resuming import GOOD_FOR
from lms.quizzes.service import invigilating, resuming
from lms.quizzes.service.watching import Doing
from lms.quizzes.views.blueprint import bp
from lms.quizzes.views.doors import resume_address
from lms.quizzes.views.watching import DOING, LOOKS


@bp.get("/sittings")
def my_sittings() -> ResponseReturnValue:
    """The sittings that the person invigilates."""
    actor = current_actor()
    require(actor, Permission.SEE_SCHOOL)
    found = invigilating.list_mine(current_session(), actor, at=clock.now())
    return render_template("lms/quizzes/my_sittings.html", sittings=found)


@bp.get("/sittings/<uid>")
def sitting(uid: str) -> ResponseReturnValue:
    """Who of a sitting has not begun, who works, who has handed in; counts only."""
    board = invigilating.board(current_session(), current_actor(), uid)
    return render_template(
        "lms/quizzes/sitting.html",
        board=board,
        sitting=board.sitting,
        quiz=board.sitting.quiz,
        doing={key.value: name for key, name in DOING.items()},
        looks={key.value: look for key, look in LOOKS.items()},
        pupils=[(row.pupil.uid, row.pupil.full_name) for row in board.rows],
        working=[(row.pupil.uid, row.pupil.full_name) for row in board.rows if row.doing is Doing.WORKING],
        resume_address=resume_address(),
        typed={name: request.form.get(name, "") for name in ("pupil", "reason", "pause_reason")},
        problems={name: problems_of(name) for name in ("", "pupil")},
        problems_of_reason={request.endpoint: problems_of("reason")},
    )


@bp.get("/sittings/<uid>/code")
def sitting_code(uid: str) -> ResponseReturnValue:
    """The code of a sitting, large, for the projector."""
    found = invigilating.get_sitting(current_session(), current_actor(), uid)
    return render_template("lms/quizzes/sitting_code.html", sitting=found, quiz=found.quiz)


@bp.post("/sittings/<uid>/code")
def change_code(uid: str) -> ResponseReturnValue:
    """Give a sitting a new code and go back to where the button stood."""
    invigilating.change_code(current_session(), current_actor(), uid, at=clock.now())
    flash(_("Đã đổi mã phòng. Mã cũ không vào được nữa."))
    where = "sitting_code" if request.form.get("from") == "wall" else "sitting"
    return redirect(url_for(f"quizzes.{where}", uid=uid), code=303)


@bp.post("/sittings/<uid>/pause")
@shows_again(sitting)
def pause_sitting(uid: str) -> ResponseReturnValue:
    """Stop the clocks of the room."""
    reason = request.form.get("pause_reason", "")
    stopped = invigilating.pause(current_session(), current_actor(), uid, reason=reason, at=clock.now())
    flash(ngettext("Đã tạm dừng %(num)s bài đang làm.", "Đã tạm dừng %(num)s bài đang làm.", stopped))
    return redirect(url_for("quizzes.sitting", uid=uid), code=303)


@bp.post("/sittings/<uid>/resume")
@shows_again(sitting)
def resume_sitting(uid: str) -> ResponseReturnValue:
    """Let the clocks of the room go on."""
    going = invigilating.resume(current_session(), current_actor(), uid, at=clock.now())
    flash(ngettext("%(num)s bài được làm tiếp.", "%(num)s bài được làm tiếp.", going))
    return redirect(url_for("quizzes.sitting", uid=uid), code=303)


@bp.post("/sittings/<uid>/let-in")
@shows_again(sitting)
def let_in(uid: str) -> ResponseReturnValue:
    """Let one pupil in past the rules of the door."""
    form = request.form
    invigilating.let_in(
        current_session(), current_actor(), uid, form.get("pupil", ""), form.get("reason", ""), at=clock.now()
    )
    flash(_("Em đã vào được. Việc này có trong nhật kí."))
    return redirect(url_for("quizzes.sitting", uid=uid), code=303)


@bp.post("/sittings/<uid>/resume-code")
@shows_again(sitting)
def make_resume_code(uid: str) -> ResponseReturnValue:
    """Make a code by which one pupil goes on elsewhere, and show it this once."""
    made = resuming.make_code(current_session(), current_actor(), uid, request.form.get("pupil", ""), at=clock.now())
    found, pupil, code = made
    minutes = GOOD_FOR // timedelta(minutes=1)
    return render_template(
        "lms/quizzes/resume_code.html",
        sitting=found,
        quiz=found.quiz,
        pupil=pupil,
        code=code,
        minutes=minutes,
        resume_address=resume_address(),
    )
