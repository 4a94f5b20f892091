"""Pages on which a teacher sets the door of a quiz: its rules, and its sittings in rooms."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.base import clock
from lms.base.forms import problems_of
from lms.base.i18n import _
from lms.base.web import current_actor, current_session, public, shows_again
from lms.quizzes.domain.states import QuizState
from lms.quizzes.models import Quiz
from lms.quizzes.service import admission, sittings
from lms.quizzes.views.blueprint import bp
from lms.quizzes.views.doors import site
from lms.quizzes.views.tabs import Tab, rule_tabs_for, tabs_for

YES = "y"


def _tabs(quiz: Quiz, here: str) -> list[Tab]:
    if quiz.state == QuizState.DRAFT:
        return rule_tabs_for(quiz, here)
    return tabs_for(current_actor(), quiz, "sittings_page")


@bp.get("/quizzes/<uid>/door")
def door(uid: str) -> ResponseReturnValue:
    """What a quiz asks of those who come in."""
    quiz, rules = admission.rules_for_editing(current_session(), current_actor(), uid)
    if request.method == "POST":
        rules = _typed_rules()
    return render_template(
        "lms/quizzes/door.html",
        quiz=quiz,
        rules=rules,
        entries=_tabs(quiz, "door"),
        problems={
            name: problems_of(name)
            for name in ("", "password", "seb_config_keys", "seb_exam_keys", "seb_quit_password")
        },
    )


@bp.post("/quizzes/<uid>/door")
@shows_again(door)
def save_door(uid: str) -> ResponseReturnValue:
    """Write what a quiz asks of those who come in."""
    quiz = admission.save_rules(current_session(), current_actor(), uid, _typed_rules(), at=clock.now())
    flash(_("Đã lưu quy định vào phòng thi."))
    where = "edit" if quiz.state == QuizState.DRAFT else "sittings_page"
    return redirect(url_for(f"quizzes.{where}", uid=uid), code=303)


def _typed_rules() -> admission.Rules:
    return admission.Rules(
        password=request.form.get("password", ""),
        code_required=request.form.get("code_required") == YES,
        network_required=request.form.get("network_required") == YES,
        seb_required=request.form.get("seb_required") == YES,
        seb_own=request.form.get("seb_own") == YES,
        seb_config_keys=request.form.get("seb_config_keys", ""),
        seb_exam_keys=request.form.get("seb_exam_keys", ""),
        seb_quit_password=request.form.get("seb_quit_password", ""),
    )


@bp.get("/quizzes/<uid>/exam.seb")
@public
def seb_file(uid: str) -> ResponseReturnValue:
    """The settings of Safe Exam Browser for a quiz; SEB fetches them itself, before anybody has signed in."""
    data = admission.seb_file(current_session(), uid, site())
    response = Response(data, content_type="application/seb")
    response.headers.set("Content-Disposition", "attachment", filename="bai-kiem-tra.seb")
    return response


@bp.get("/seb/quit")
@public
def seb_quit() -> ResponseReturnValue:
    """The address at which Safe Exam Browser ends itself; any other browser sees this page."""
    return render_template("lms/quizzes/seb_quit.html")


@bp.get("/quizzes/<uid>/sittings")
def sittings_page(uid: str) -> ResponseReturnValue:
    """The sittings of a quiz, with the form for one more."""
    plan = sittings.plan_of(current_session(), current_actor(), uid)
    return render_template(
        "lms/quizzes/sittings.html",
        plan=plan,
        quiz=plan.quiz,
        entries=_tabs(plan.quiz, "sittings_page"),
        over=plan.quiz.state == QuizState.CLOSED,
        **_form_context(plan, _typed_sitting()),
    )


@bp.post("/quizzes/<uid>/sittings")
@shows_again(sittings_page)
def add_sitting(uid: str) -> ResponseReturnValue:
    """Add a sitting."""
    sittings.add_sitting(current_session(), current_actor(), uid, _typed_sitting(), at=clock.now())
    flash(_("Đã thêm ca thi."))
    return redirect(url_for("quizzes.sittings_page", uid=uid), code=303)


@bp.get("/sittings/<uid>/edit")
def edit_sitting(uid: str) -> ResponseReturnValue:
    """The form of a sitting."""
    session, actor = current_session(), current_actor()
    sitting = sittings.get_sitting_of(session, actor, uid)
    plan = sittings.plan_of(session, actor, sitting.quiz.uid)
    line = next(one for one in plan.sittings if one.sitting is sitting)
    kept = sittings.Wanted(
        sitting.room.uid if sitting.room else "",
        [one.uid for one in line.invigilators],
        [one.uid for one in line.pupils],
    )
    return render_template(
        "lms/quizzes/sitting_edit.html",
        plan=plan,
        quiz=plan.quiz,
        sitting=sitting,
        **_form_context(plan, _typed_sitting() if request.method == "POST" else kept, sitting.room),
    )


@bp.post("/sittings/<uid>/edit")
@shows_again(edit_sitting)
def save_sitting(uid: str) -> ResponseReturnValue:
    """Write a sitting, or take it away, as the button says."""
    session, actor = current_session(), current_actor()
    if request.form.get("act") == "remove":
        quiz = sittings.remove_sitting(session, actor, uid)
        flash(_("Đã bỏ ca thi."))
    else:
        quiz = sittings.change_sitting(session, actor, uid, _typed_sitting()).quiz
        flash(_("Đã lưu ca thi."))
    return redirect(url_for("quizzes.sittings_page", uid=quiz.uid), code=303)


def _typed_sitting() -> sittings.Wanted:
    form = request.form
    return sittings.Wanted(form.get("room", ""), form.getlist("invigilators"), form.getlist("pupils"))


def _form_context(plan: sittings.Plan, typed: sittings.Wanted, own: object = None) -> dict[str, object]:
    rooms = list(plan.rooms)
    return {
        "typed": typed,
        "rooms": [(one.uid, one.name) for one in rooms if one is not own]
        + ([(own.uid, own.name)] if own is not None else []),  # type: ignore[attr-defined]  # a room
        "teachers": [(one.uid, one.full_name) for one in plan.teachers],
        "pupils": [(one.uid, one.full_name) for one in plan.pupils],
        "problems": {name: problems_of(name) for name in ("", "pupils")},
    }
