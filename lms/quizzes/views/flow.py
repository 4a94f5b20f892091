"""What the page of a running test asks all the time, and what its teacher decides meanwhile."""

from __future__ import annotations

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.base import clock
from lms.base.errors import Invalid
from lms.base.forms import problems_of
from lms.base.i18n import _, ngettext
from lms.base.i18n_marks import N_
from lms.base.web import current_actor, current_session, public, shows_again
from lms.permissions import Permission, allows
from lms.quizzes.domain.flow import ReopeningState
from lms.quizzes.hot import endpoint, pulse, tokens
from lms.quizzes.service import extra_time as extra
from lms.quizzes.service import pausing, reopening
from lms.quizzes.views.blueprint import bp
from lms.quizzes.views.doors import visit
from lms.quizzes.views.tabs import tabs_for
from lms.quizzes.views.watching import board

STATES = {
    ReopeningState.ASKED.value: (N_("Chờ duyệt"), "wait"),
    ReopeningState.DONE.value: (N_("Đã mở lại"), "good"),
    ReopeningState.REFUSED.value: (N_("Không duyệt"), "bad"),
}


@bp.get("/exam/<uid>/pulse")
@public
def pulse_of(uid: str) -> Response:
    """Whether something was decided since the page last heard; the token in the header says whose page.

    `lms.quizzes.hot.shortcut` answers before Flask is asked; this stands in the table of routes.
    """
    token, known = (request.headers.get(name, "") for name in (tokens.HEADER, pulse.HEADER))
    status, ask_ms, body = endpoint.take_pulse(current_app.config["SECRET_KEY"], uid, token, known, visit)
    return Response(body, status, {pulse.ASK_HEADER: str(ask_ms)}, content_type="application/json")


def _whom() -> list[str] | None:
    """The ticked pupils; None for the whole class."""
    return None if request.form.get("whom") == "all" else request.form.getlist("pupil")


def _whole(name: str) -> int | None:
    text = request.form.get(name, "").strip().replace("−", "-")
    if not text:
        return None
    digits = text.removeprefix("-")
    if not digits.isascii() or not digits.isdigit():
        raise Invalid.at("minutes", N_("Hãy ghi một số nguyên."))
    return int(text[:6])


@bp.post("/quizzes/<uid>/extra-time")
@shows_again(board)
def extra_time(uid: str) -> ResponseReturnValue:
    """Give the ticked pupils, or all, extra time; running attempts get it at once."""
    given = extra.give_extra_time(
        current_session(),
        current_actor(),
        uid,
        _whom(),
        minutes=_whole("minutes") or 0,
        percent=_whole("percent"),
        reason=request.form.get("reason", ""),
        at=clock.now(),
    )
    flash(ngettext("Đã thêm giờ cho %(num)s học sinh.", "Đã thêm giờ cho %(num)s học sinh.", given))
    return redirect(url_for("quizzes.board", uid=uid), code=303)


@bp.post("/quizzes/<uid>/pause")
@shows_again(board)
def pause(uid: str) -> ResponseReturnValue:
    """Stop the clock for the ticked pupils, or all."""
    reason = request.form.get("reason", "")
    stopped = pausing.pause(current_session(), current_actor(), uid, _whom(), reason=reason, at=clock.now())
    flash(ngettext("Đã tạm dừng %(num)s bài đang làm.", "Đã tạm dừng %(num)s bài đang làm.", stopped))
    return redirect(url_for("quizzes.board", uid=uid), code=303)


@bp.post("/quizzes/<uid>/resume")
@shows_again(board)
def resume(uid: str) -> ResponseReturnValue:
    """Let the clock go on for the ticked pupils, or all."""
    going = pausing.resume(current_session(), current_actor(), uid, _whom(), at=clock.now())
    flash(ngettext("%(num)s bài được làm tiếp.", "%(num)s bài được làm tiếp.", going))
    return redirect(url_for("quizzes.board", uid=uid), code=303)


@bp.get("/quizzes/<uid>/attempts/<attempt_uid>/reopen")
def reopening_form(uid: str, attempt_uid: str) -> ResponseReturnValue:
    """The form that gives a handed-in attempt back to its pupil."""
    quiz, attempt, submission = reopening.find_for_reopening(
        current_session(), current_actor(), uid, attempt_uid, at=clock.now()
    )
    left = attempt.deadline_at - submission.handed_in_at
    return render_template(
        "lms/quizzes/reopen.html",
        quiz=quiz,
        attempt=attempt,
        submission=submission,
        left_minutes=max(0, int(left.total_seconds()) // 60),
        problems={name: problems_of(name) for name in ("", "minutes", "reason")},
    )


@bp.post("/quizzes/<uid>/attempts/<attempt_uid>/reopen")
@shows_again(reopening_form)
def reopen(uid: str, attempt_uid: str) -> ResponseReturnValue:
    """Give it back, or ask for it once the quiz is closed."""
    made = reopening.reopen(
        current_session(),
        current_actor(),
        uid,
        attempt_uid,
        minutes=_whole("minutes"),
        reason=request.form.get("reason", ""),
        at=clock.now(),
    )
    done = made.state == ReopeningState.DONE
    flash(
        _("Đã mở lại bài. Học sinh mở trang bài kiểm tra và bấm Làm tiếp.")
        if done
        else _("Đã gửi đề nghị mở lại. Tổ trưởng hoặc ban giám hiệu duyệt thì bài mới mở.")
    )
    return redirect(url_for("quizzes.board" if done else "quizzes.reopenings", uid=uid), code=303)


@bp.get("/quizzes/<uid>/reopenings")
def reopenings(uid: str) -> ResponseReturnValue:
    """The attempts that were given back or are asked for."""
    actor = current_actor()
    quiz, found = reopening.list_reopenings(current_session(), actor, uid)
    return render_template(
        "lms/quizzes/reopenings.html",
        quiz=quiz,
        entries=tabs_for(actor, quiz, "reopenings"),
        reopenings=found,
        states=STATES,
        may_decide=allows(actor, Permission.APPROVE_REOPENING, quiz),
        own=actor.user_id,
    )


@bp.post("/quizzes/<uid>/reopenings/<reopening_uid>")
def decide_reopening(uid: str, reopening_uid: str) -> ResponseReturnValue:
    """Agree to a reopening, or not, as the button says."""
    agree = request.form.get("act") == "agree"
    reopening.decide(current_session(), current_actor(), uid, reopening_uid, agree=agree, at=clock.now())
    flash(_("Đã mở lại bài.") if agree else _("Đã ghi là không duyệt."))
    return redirect(url_for("quizzes.reopenings", uid=uid), code=303)
