"""The switches by which the parts of a quiz's results are let out, each by itself."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.base import clock
from lms.base.errors import Invalid, NotFound
from lms.base.forms import problems_of
from lms.base.i18n import _
from lms.base.i18n_marks import N_
from lms.base.web import current_actor, current_session, shows_again
from lms.quizzes import forms
from lms.quizzes.domain.states import QuizState
from lms.quizzes.domain.switches import PART_NAMES, Part
from lms.quizzes.service import releasing
from lms.quizzes.views.blueprint import bp
from lms.quizzes.views.tabs import tabs_for

WHAT = {
    Part.MARKS: N_("Tổng điểm và điểm từng câu. Điểm cũng vào sổ điểm; ở đó từng cột có công bố riêng."),
    Part.COMMENTS: N_("Lời thầy cô ghi cho từng câu và cho cả bài."),
    Part.KEY: N_("Đáp án đúng, lời giải và hình của lời giải."),
    Part.STATISTICS: N_("Cả lớp đạt bao nhiêu phần trăm ở từng câu, khi có từ 10 bài. Không có điểm của bạn khác."),
}


@bp.get("/quizzes/<uid>/releases")
def releases(uid: str) -> ResponseReturnValue:
    """What pupils and parents see of the results, part by part."""
    actor, at = current_actor(), clock.now()
    quiz, switches = releasing.switches_of(current_session(), actor, uid, at=at)
    return render_template(
        "lms/quizzes/releases.html",
        quiz=quiz,
        entries=tabs_for(actor, quiz, "releases"),
        switches=[(one, _(PART_NAMES[one.part]), _(WHAT[one.part]), problems_of(one.part)) for one in switches],
        closed=quiz.state == QuizState.CLOSED,
    )


@bp.post("/quizzes/<uid>/releases/<part>")
@shows_again(lambda uid, part: releases(uid))
def set_release(uid: str, part: str) -> ResponseReturnValue:
    """Let a part out now or at a moment, or hold it back."""
    if part not in PART_NAMES:
        raise NotFound
    at, act = clock.now(), request.form.get("act", "")
    if act not in {"now", "later", "hold"}:
        raise Invalid.at(part, N_("Có lựa chọn không hợp lệ. Hãy tải lại trang."))
    moments = {"now": at, "hold": None}
    out_at = forms.typed_moment(request.form.get("out_at", ""), part) if act == "later" else moments[act]
    releasing.set_part(current_session(), current_actor(), uid, Part(part), out_at=out_at, at=at)
    told = {"now": N_("Học sinh đã xem được."), "later": N_("Đã hẹn giờ."), "hold": N_("Đã ẩn với học sinh.")}
    flash(f"{_(PART_NAMES[Part(part)])}: {_(told[act])}")
    return redirect(url_for("quizzes.releases", uid=uid), code=303)
