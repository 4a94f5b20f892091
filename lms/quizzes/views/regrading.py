"""Pages for marking a finished quiz again: propose, look at what changes, agree."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.base import clock
from lms.base.errors import Invalid
from lms.base.forms import problems_of
from lms.base.i18n import _
from lms.base.i18n_marks import N_
from lms.base.marks import TENTH, round_half_up
from lms.base.web import current_actor, current_session, shows_again
from lms.permissions import Permission, allows
from lms.quizzes.domain.regrading import Policy, RegradeState, Standing, Turn
from lms.quizzes.domain.results import on_ten
from lms.quizzes.domain.runs import Cause
from lms.quizzes.domain.states import QuizState
from lms.quizzes.service import regrading as service
from lms.quizzes.views import papers
from lms.quizzes.views.blueprint import bp
from lms.quizzes.views.tabs import tabs_for
from question_bank import api as bank

STATES = {
    RegradeState.PROPOSED.value: (N_("Chờ duyệt"), "wait"),
    RegradeState.IN_FORCE.value: (N_("Đã có hiệu lực"), "good"),
    RegradeState.REFUSED.value: (N_("Không duyệt"), "bad"),
}
POLICIES = (
    (Policy.KEY.value, N_("Đáp án bị sai"), N_("Chấm lại theo câu trả lời đúng ghi ở trên, đáp án cũ không còn đúng.")),
    (
        Policy.SEVERAL.value,
        N_("Có thêm đáp án đúng"),
        N_("Câu trả lời ghi ở trên cũng được tính đúng, đáp án cũ vẫn đúng."),
    ),
    (
        Policy.FULL_CREDIT.value,
        N_("Mọi học sinh được trọn điểm"),
        N_("Câu có sai sót, ai có câu này cũng được đủ điểm."),
    ),
    (Policy.DROP.value, N_("Bỏ câu này"), N_("Câu không tính nữa; điểm 10 chia lại trên các câu còn lại.")),
)
NAMES = {value: label for value, label, _hint in POLICIES}
TURNS = {
    Turn.UP.value: (N_("Tăng"), "good"),
    Turn.DOWN.value: (N_("Giảm"), "bad"),
    Turn.SAME.value: (N_("Giữ nguyên"), ""),
}
CAUSES = {
    Cause.PUBLISHED.value: N_("Chấm lần đầu"),
    Cause.REGRADE.value: N_("Chấm lại"),
    Cause.LATE.value: N_("Câu đến muộn được tính"),
}
PREFIX = "key-"


def mark_of(standing: Standing) -> object:
    """The mark of a total on the scale of ten; None while answers wait for marking."""
    if standing.waiting or not standing.worth:
        return None
    return round_half_up(on_ten(standing.points, standing.worth), TENTH)


@bp.get("/quizzes/<uid>/regrades")
def regrades(uid: str) -> ResponseReturnValue:
    """The proposals to mark a quiz again, and the runs that were in force."""
    actor = current_actor()
    quiz, found, runs = service.list_regrades(current_session(), actor, uid)
    return render_template(
        "lms/quizzes/regrades.html",
        quiz=quiz,
        entries=tabs_for(actor, quiz, "regrades"),
        regrades=found,
        runs=runs,
        causes=CAUSES,
        states=STATES,
        may_propose=allows(actor, Permission.REGRADE_QUIZ, quiz) and quiz.state == QuizState.CLOSED,
    )


@bp.get("/quizzes/<uid>/regrades/new")
def regrade_questions(uid: str) -> ResponseReturnValue:
    """Choose the question that is to be marked again."""
    quiz, questions = service.list_questions(current_session(), current_actor(), uid)
    return render_template(
        "lms/quizzes/regrade_questions.html",
        quiz=quiz,
        questions=[(one, papers.prompt(one.item)) for one in questions],
        names=NAMES,
    )


@bp.get("/quizzes/<uid>/regrades/new/<version_uid>")
def new_regrade(uid: str, version_uid: str) -> ResponseReturnValue:
    """Say what is wrong with a question and how it is to be marked."""
    quiz, question = service.get_question(current_session(), current_actor(), uid, version_uid)
    item = question.item
    essay = item.type is bank.ItemType.ESSAY
    known = {Policy.FULL_CREDIT.value, Policy.DROP.value} if essay else set(NAMES)
    return render_template(
        "lms/quizzes/regrade_new.html",
        quiz=quiz,
        presented=bank.present(item.body, papers.staff_picture_url),
        key=bank.present_keys(item.body, question.keys, papers.staff_picture_url) if question.keys else None,
        answer=bank.response_from_form(item.body, request.form, PREFIX),
        prefix=PREFIX,
        essay=essay,
        policies=[one for one in POLICIES if one[0] in known],
        typed={"policy": request.form.get("policy", ""), "reason": request.form.get("reason", "")},
        problems={name: problems_of(name) for name in ("", "policy", "key", "reason")},
    )


@bp.post("/quizzes/<uid>/regrades/new/<version_uid>")
@shows_again(new_regrade)
def propose_regrade(uid: str, version_uid: str) -> ResponseReturnValue:
    """Mark the quiz on trial by what the form says."""
    session, actor = current_session(), current_actor()
    _quiz, question = service.get_question(session, actor, uid, version_uid)
    chosen = request.form.get("policy", "")
    if chosen not in NAMES:
        raise Invalid.at("policy", N_("Hãy chọn cách chấm lại."))
    regrade = service.propose(
        session,
        actor,
        uid,
        version_uid,
        Policy(chosen),
        answer=bank.response_from_form(question.item.body, request.form, PREFIX),
        reason=request.form.get("reason", ""),
        at=clock.now(),
    )
    flash(_("Đã chấm thử. Điểm chưa đổi cho đến khi người thứ hai duyệt."))
    return redirect(url_for("quizzes.regrade", uid=uid, regrade_uid=regrade.uid), code=303)


@bp.get("/quizzes/<uid>/regrades/<regrade_uid>")
def regrade(uid: str, regrade_uid: str) -> ResponseReturnValue:
    """What a proposal changes for each pupil."""
    actor = current_actor()
    found = service.get_dry_run(current_session(), actor, uid, regrade_uid)
    quiz, own = found.quiz, found.regrade.proposed_by_id == actor.user_id
    question = found.question
    return render_template(
        "lms/quizzes/regrade.html",
        quiz=quiz,
        found=found,
        rows=[(attempt, one, mark_of(one.before), mark_of(one.after)) for attempt, one in found.changes],
        prompt=papers.prompt(question.item) if question else "",
        policy=NAMES[question.decided.policy.value] if question and question.decided else "",
        states=STATES,
        turns=TURNS,
        own=own,
        may_decide=allows(actor, Permission.APPROVE_REGRADE, quiz) and not own,
        may_run=allows(actor, Permission.REGRADE_QUIZ, quiz) and quiz.state == QuizState.CLOSED,
    )


@bp.post("/quizzes/<uid>/regrades/<regrade_uid>/again")
def run_regrade_again(uid: str, regrade_uid: str) -> ResponseReturnValue:
    """Make the dry run of a proposal anew."""
    service.run_again(current_session(), current_actor(), uid, regrade_uid, at=clock.now())
    flash(_("Đã chấm thử lại."))
    return redirect(url_for("quizzes.regrade", uid=uid, regrade_uid=regrade_uid), code=303)


@bp.post("/quizzes/<uid>/regrades/<regrade_uid>")
def decide_regrade(uid: str, regrade_uid: str) -> ResponseReturnValue:
    """Put a proposal in force or refuse it, as the button says."""
    agree = request.form.get("act") == "agree"
    service.decide(current_session(), current_actor(), uid, regrade_uid, agree=agree, at=clock.now())
    flash(_("Điểm mới đã có hiệu lực.") if agree else _("Đã ghi là không duyệt."))
    return redirect(url_for("quizzes.regrade", uid=uid, regrade_uid=regrade_uid), code=303)


@bp.get("/quizzes/<uid>/runs/<run_uid>")
def run(uid: str, run_uid: str) -> ResponseReturnValue:
    """The totals that one run gave, whether it is in force or not."""
    quiz, found, rows = service.get_run(current_session(), current_actor(), uid, run_uid)
    return render_template(
        "lms/quizzes/run.html",
        quiz=quiz,
        run=found,
        cause=_(CAUSES[found.cause]),
        rows=[(attempt, standing, mark_of(standing)) for attempt, standing in rows],
    )
