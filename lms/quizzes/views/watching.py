"""A quiz by its address: what each person does with it; the live board of a running one."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.base import clock
from lms.base.errors import Invalid
from lms.base.forms import problems_of
from lms.base.i18n import _, local
from lms.base.i18n_marks import N_
from lms.base.permissions import Role
from lms.base.web import current_actor, current_session, reads_only, shows_again
from lms.permissions import Permission, allows
from lms.quizzes.domain.states import QuizState
from lms.quizzes.service import deliveries, reading, releasing, watching
from lms.quizzes.views.blueprint import bp
from lms.quizzes.views.tabs import tabs_for
from lms.quizzes.views.taking import pupil_start

DOING = {
    watching.Doing.NOT_BEGUN: N_("Chưa bắt đầu"),
    watching.Doing.WORKING: N_("Đang làm"),
    watching.Doing.SILENT: N_("Mất liên lạc"),
    watching.Doing.PAUSED: N_("Đang tạm dừng"),
    watching.Doing.HANDED_IN: N_("Đã nộp"),
}
LOOKS = {
    watching.Doing.NOT_BEGUN: "",
    watching.Doing.WORKING: "info",
    watching.Doing.SILENT: "bad",
    watching.Doing.PAUSED: "wait",
    watching.Doing.HANDED_IN: "good",
}


@bp.get("/quizzes/<uid>")
@reads_only
def show(uid: str) -> ResponseReturnValue:
    """Lead each person to their side of the quiz: build, watch, results, take, or the child's results."""
    session, actor = current_session(), current_actor()
    if actor.roles == {Role.PUPIL}:
        return pupil_start(uid)
    quiz = reading.get_quiz(session, actor, uid)
    if allows(actor, Permission.TAKE_QUIZ, quiz):
        return pupil_start(uid)
    if quiz.state == QuizState.DRAFT:
        return redirect(url_for("quizzes.edit", uid=uid), code=303)
    if quiz.state == QuizState.PUBLISHED and allows(actor, Permission.WATCH_QUIZ, quiz):
        return redirect(url_for("quizzes.board", uid=uid), code=303)
    if allows(actor, Permission.SEE_QUIZ_RESULTS, quiz):
        return redirect(url_for("quizzes.results", uid=uid), code=303)
    return redirect("/", code=303)


@bp.get("/quizzes/<uid>/board")
def board(uid: str) -> ResponseReturnValue:
    """Who has not begun, who works, who has handed in; refreshes itself while the quiz runs."""
    actor = current_actor()
    session = current_session()
    found = watching.board(session, actor, uid)
    quiz = found.quiz
    return render_template(
        "lms/quizzes/board.html",
        quiz=quiz,
        board=found,
        entries=tabs_for(actor, quiz, "board"),
        left_last={row.attempt_uid: f"{local(row.left_last):%H:%M:%S}" for row in found.rows if row.left_last},
        doing={key.value: name for key, name in DOING.items()},
        looks={key.value: look for key, look in LOOKS.items()},
        now=clock.now(),
        late_waiting=deliveries.count_waiting(session, quiz) if allows(actor, Permission.READ_ATTEMPTS, quiz) else 0,
        may_give_time=allows(actor, Permission.GIVE_EXTRA_TIME, quiz) and quiz.state == QuizState.PUBLISHED,
        may_reopen=allows(actor, Permission.REOPEN_ATTEMPT, quiz) and quiz.released_at is None,
        may_end=allows(actor, Permission.END_QUIZ, quiz) and quiz.state == QuizState.PUBLISHED,
        may_see_results=allows(actor, Permission.SEE_QUIZ_RESULTS, quiz),
        problems={name: problems_of(name) for name in ("", "reason", "minutes", "pupil", "confirm")},
    )


@bp.post("/quizzes/<uid>/end")
@shows_again(board)
def end(uid: str) -> ResponseReturnValue:
    """End the quiz now, for everyone."""
    if request.form.get("confirm", "").strip().lower() != _("kết thúc"):
        raise Invalid.at("confirm", N_("Hãy gõ đúng chữ để xác nhận."))
    releasing.end_now(current_session(), current_actor(), uid, at=clock.now())
    flash(_("Đã kết thúc và thu bài của cả lớp."))
    return redirect(url_for("quizzes.results", uid=uid), code=303)
