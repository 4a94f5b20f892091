"""Pages about what happens after the end: answers that came late, and the rule for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.base import clock
from lms.base.errors import Invalid
from lms.base.forms import problems_of
from lms.base.i18n import _, ngettext
from lms.base.i18n_marks import N_
from lms.base.web import current_actor, current_session, shows_again
from lms.permissions import Permission, allows
from lms.quizzes.domain.states import QuizState, Standing
from lms.quizzes.service import deliveries as service
from lms.quizzes.service import panels
from lms.quizzes.service.deliveries import Delivery, Parcel
from lms.quizzes.views import papers
from lms.quizzes.views.blueprint import bp
from lms.quizzes.views.saying import said
from lms.quizzes.views.tabs import rule_tabs_for, tabs_for
from question_bank import api as bank

WHY = {
    Standing.LATE.value: (N_("Đến sau khi bài kết thúc"), "wait"),
    Standing.OTHER_DEVICE.value: (N_("Từ máy đã bị thay"), "wait"),
    Standing.PASSED.value: (N_("Câu đã qua, không quay lại được"), ""),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A kept answer in words, beside the one that stands."""

    delivery: Delivery
    label: str
    came: str
    stands: str


def _lines(parcel: Parcel, *, nameless: bool) -> Iterator[Line]:
    """Each kept answer; where marking is nameless, no essay stands beside the name of who wrote it."""
    form = parcel.form
    labels = {slot["number"]: slot["label"] for slot in form.document}
    for one in parcel.deliveries:
        number = one.event.slot or 0
        presented = bank.present(form.bodies[number], lambda sha256: papers.picture_url(form, sha256))
        if nameless and presented.type == bank.ItemType.ESSAY.value:
            hidden = _("Ẩn khi chấm ẩn danh")
            yield Line(one, labels[number], hidden, hidden)
        else:
            yield Line(one, labels[number], said(presented, one.came), said(presented, one.stands))


@bp.get("/quizzes/<uid>/deliveries")
def deliveries(uid: str) -> ResponseReturnValue:
    """The answers that came late or from another device, by pupil."""
    session, actor = current_session(), current_actor()
    quiz, parcels = service.list_deliveries(session, actor, uid)
    nameless = panels.panel_of(session, quiz).hides_names
    return render_template(
        "lms/quizzes/deliveries.html",
        quiz=quiz,
        entries=tabs_for(actor, quiz, "deliveries"),
        parcels=[(parcel, list(_lines(parcel, nameless=nameless))) for parcel in parcels],
        waiting=sum(parcel.waiting for parcel in parcels),
        late_minutes=service.rules_of(session, quiz).late_minutes,
        why=WHY,
        may_decide=allows(actor, Permission.MARK_QUIZ, quiz),
        may_set=allows(actor, Permission.BUILD_QUIZ, quiz) and quiz.state != QuizState.CLOSED,
        problems={name: problems_of(name) for name in ("", "reason", "event")},
        tried=request.view_args["attempt_uid"] if request.method == "POST" and request.view_args else "",
    )


def _again(uid: str, attempt_uid: str) -> ResponseReturnValue:
    return deliveries(uid)


@bp.post("/quizzes/<uid>/deliveries/<attempt_uid>")
@shows_again(_again)
def decide_deliveries(uid: str, attempt_uid: str) -> ResponseReturnValue:
    """Let the ticked answers of an attempt count, or leave them, as the button says."""
    counts = request.form.get("act") == "apply"
    decided = service.decide(
        current_session(),
        current_actor(),
        uid,
        attempt_uid,
        [int(text) for text in request.form.getlist("event") if text.isascii() and text.isdigit()],
        counts=counts,
        reason=request.form.get("reason", ""),
        at=clock.now(),
    )
    if counts:
        flash(ngettext("Đã tính %(num)s câu và chấm lại bài.", "Đã tính %(num)s câu và chấm lại bài.", decided))
    else:
        flash(ngettext("Đã ghi là không tính %(num)s câu.", "Đã ghi là không tính %(num)s câu.", decided))
    return redirect(url_for("quizzes.deliveries", uid=uid), code=303)


def _whole(name: str, refusal: str) -> int:
    text = request.form.get(name, "").strip()
    if not text.isascii() or not text.isdigit():
        raise Invalid.at(name, refusal)
    return int(text[:6])


@bp.get("/quizzes/<uid>/after")
def after_rules(uid: str) -> ResponseReturnValue:
    """What happens after the end without anybody's word."""
    quiz, rules = service.get_rules(current_session(), current_actor(), uid)
    draft = quiz.state == QuizState.DRAFT
    return render_template(
        "lms/quizzes/after.html",
        quiz=quiz,
        entries=rule_tabs_for(quiz, "after_rules") if draft else (),
        back=url_for("quizzes.edit" if draft else "quizzes.deliveries", uid=uid),
        late_minutes=request.form.get("late_minutes", str(rules.late_minutes)),
        request_days=request.form.get("request_days", str(rules.request_days)),
        closed=quiz.state == QuizState.CLOSED,
        problems={name: problems_of(name) for name in ("", "late_minutes", "request_days")},
    )


@bp.post("/quizzes/<uid>/after")
@shows_again(after_rules)
def save_after_rules(uid: str) -> ResponseReturnValue:
    """Save what happens after the end."""
    quiz, _rules = service.get_rules(current_session(), current_actor(), uid)
    service.set_rules(
        current_session(),
        current_actor(),
        uid,
        late_minutes=_whole("late_minutes", N_("Hãy ghi số phút từ 0 đến 1440.")),
        request_days=_whole("request_days", N_("Hãy ghi số ngày từ 0 đến 60.")),
    )
    flash(_("Đã lưu quy định sau giờ làm bài."))
    draft = quiz.state == QuizState.DRAFT
    return redirect(url_for("quizzes.edit" if draft else "quizzes.deliveries", uid=uid), code=303)
