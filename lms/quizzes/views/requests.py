"""Pages of requests for review: of a pupil or parent, and the queue of the teacher."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.base import clock
from lms.base.errors import Invalid
from lms.base.forms import problems_of
from lms.base.i18n import _
from lms.base.i18n_marks import N_
from lms.base.web import current_actor, current_self, current_session, shows_again
from lms.permissions import Permission, allows
from lms.quizzes import forms
from lms.quizzes.domain.regrading import Standing
from lms.quizzes.domain.requests import OPEN, Outcome, RequestState
from lms.quizzes.models import ReviewRequest
from lms.quizzes.service import requests as service
from lms.quizzes.views.blueprint import bp
from lms.quizzes.views.regrading import mark_of
from lms.quizzes.views.tabs import tabs_for

STATES = {
    RequestState.SENT.value: (N_("Đã gửi"), "wait"),
    RequestState.TAKEN_UP.value: (N_("Đang xem lại"), "info"),
    RequestState.ANSWERED.value: (N_("Đã trả lời"), "good"),
    RequestState.CLOSED.value: (N_("Đã xong"), ""),
    RequestState.WITHDRAWN.value: (N_("Đã rút"), ""),
}
OUTCOMES = {Outcome.KEPT.value: N_("Giữ nguyên điểm"), Outcome.CHANGED.value: N_("Đổi điểm")}


def _marks(one: ReviewRequest) -> tuple[object, object]:
    """The marks on the scale of ten before and after; None while there is none."""
    after = None
    if one.points_after is not None and one.worth_after is not None:
        after = mark_of(Standing(one.points_after, one.worth_after))
    return mark_of(Standing(one.points_before, one.worth_before)), after


def _family_page(uid: str, child_uid: str, here: str, review: str) -> ResponseReturnValue:
    actor = current_actor() if child_uid else current_self()
    found = service.asking(current_session(), actor, uid, child_uid, at=clock.now())
    return render_template(
        "lms/quizzes/own_requests.html",
        quiz=found.quiz,
        found=found,
        rows=[(one, *_marks(one)) for one in found.requests],
        here=here,
        review=review,
        own=actor.user_id,
        states=STATES,
        outcomes=OUTCOMES,
        reason=request.form.get("reason", ""),
        problems={name: problems_of(name) for name in ("", "reason")},
    )


def _answer_of_family(uid: str, request_uid: str, child_uid: str = "") -> None:
    session, actor = current_session(), current_actor()
    if request.form.get("act") == "close":
        service.close(session, actor, uid, request_uid, child_uid)
        flash(_("Đã ghi là em đã xem câu trả lời.") if not child_uid else _("Đã ghi là đã xem câu trả lời."))
    else:
        service.withdraw(session, actor, uid, request_uid, child_uid)
        flash(_("Đã rút đơn phúc khảo."))


@bp.get("/exam/<uid>/requests")
def own_requests(uid: str) -> ResponseReturnValue:
    """What a pupil has asked about an own paper, and the form to ask."""
    return _family_page(uid, "", url_for("quizzes.own_requests", uid=uid), url_for("quizzes.review", uid=uid))


@bp.post("/exam/<uid>/requests")
@shows_again(own_requests)
def send_own_request(uid: str) -> ResponseReturnValue:
    """Ask that an own paper is looked at again."""
    service.send(current_session(), current_actor(), uid, reason=request.form.get("reason", ""), at=clock.now())
    flash(_("Đã gửi đơn phúc khảo."))
    return redirect(url_for("quizzes.own_requests", uid=uid), code=303)


@bp.post("/exam/<uid>/requests/<request_uid>")
def end_own_request(uid: str, request_uid: str) -> ResponseReturnValue:
    """Withdraw an own request, or say that its answer was read."""
    _answer_of_family(uid, request_uid)
    return redirect(url_for("quizzes.own_requests", uid=uid), code=303)


@bp.get("/children/<child_uid>/quizzes/<uid>/requests")
def child_requests(child_uid: str, uid: str) -> ResponseReturnValue:
    """What was asked about a child's paper, and the form to ask."""
    here = url_for("quizzes.child_requests", child_uid=child_uid, uid=uid)
    review = url_for("quizzes.child_review", child_uid=child_uid, uid=uid)
    return _family_page(uid, child_uid, here, review)


@bp.post("/children/<child_uid>/quizzes/<uid>/requests")
@shows_again(child_requests)
def send_child_request(child_uid: str, uid: str) -> ResponseReturnValue:
    """Ask that a child's paper is looked at again."""
    reason = request.form.get("reason", "")
    service.send(current_session(), current_actor(), uid, child_uid, reason=reason, at=clock.now())
    flash(_("Đã gửi đơn phúc khảo."))
    return redirect(url_for("quizzes.child_requests", child_uid=child_uid, uid=uid), code=303)


@bp.post("/children/<child_uid>/quizzes/<uid>/requests/<request_uid>")
def end_child_request(child_uid: str, uid: str, request_uid: str) -> ResponseReturnValue:
    """Withdraw a request about a child's paper, or say that its answer was read."""
    _answer_of_family(uid, request_uid, child_uid)
    return redirect(url_for("quizzes.child_requests", child_uid=child_uid, uid=uid), code=303)


@bp.get("/quizzes/<uid>/requests")
def requests(uid: str) -> ResponseReturnValue:
    """The requests about a quiz, open ones first."""
    actor = current_actor()
    quiz, found = service.list_requests(current_session(), actor, uid)
    return render_template(
        "lms/quizzes/requests.html",
        quiz=quiz,
        entries=tabs_for(actor, quiz, "requests"),
        rows=[(one, *_marks(one.request)) for one in found],
        waiting=sum(1 for one in found if one.request.state in OPEN),
        states=STATES,
        outcomes=OUTCOMES,
        may_answer=allows(actor, Permission.REGRADE_QUIZ, quiz),
        answer=request.form.get("answer", ""),
        problems={name: problems_of(name) for name in ("", "answer", "points")},
        tried=request.view_args["request_uid"] if request.method == "POST" and request.view_args else "",
    )


def _again(uid: str, request_uid: str) -> ResponseReturnValue:
    return requests(uid)


@bp.post("/quizzes/<uid>/requests/<request_uid>")
@shows_again(_again)
def answer_request(uid: str, request_uid: str) -> ResponseReturnValue:
    """Take a request up, answer that the mark stays, or propose another one, as the button says."""
    session, actor, at = current_session(), current_actor(), clock.now()
    act, answer = request.form.get("act", ""), request.form.get("answer", "")
    if act == "take":
        service.take_up(session, actor, uid, request_uid)
        flash(_("Đã nhận đơn phúc khảo."))
    elif act == "keep":
        service.keep(session, actor, uid, request_uid, answer=answer, at=at)
        flash(_("Đã trả lời: giữ nguyên điểm."))
    elif act == "change":
        typed = {
            int(name.removeprefix("points-")): forms.typed_points(text)
            for name, text in request.form.items()
            if name.removeprefix("points-").isdecimal() and name.isascii() and len(name) <= 12
        }
        points = {slot: given for slot, given in typed.items() if given is not None}
        regrade = service.change(session, actor, uid, request_uid, points, answer=answer, at=at)
        flash(_("Đã đề nghị đổi điểm. Người thứ hai duyệt thì điểm mới có hiệu lực."))
        return redirect(url_for("quizzes.regrade", uid=uid, regrade_uid=regrade.uid), code=303)
    else:
        raise Invalid.at("", N_("Hãy chọn cách trả lời đơn."))
    return redirect(url_for("quizzes.requests", uid=uid), code=303)
