"""Pages on which a teacher builds a quiz."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from lms.base import clock
from lms.base.errors import Invalid
from lms.base.forms import problems_of
from lms.base.i18n import _
from lms.base.paging import PageRequest
from lms.base.web import current_actor, current_session, shows_again
from lms.courses.models import Course
from lms.gradebook import service as gradebook
from lms.quizzes import forms
from lms.quizzes.domain.states import QuizState
from lms.quizzes.models import Quiz
from lms.quizzes.service import building, freezing, reading
from lms.quizzes.service.assembling import find_assembly
from lms.quizzes.service.behaviours import behaviour_of
from lms.quizzes.views import papers
from lms.quizzes.views.behaving import BEHAVIOURS
from lms.quizzes.views.blueprint import bp
from lms.quizzes.views.tabs import rule_tabs_for, tabs_for
from question_bank import api as bank

_FIELDS = (
    "title instructions opens_at closes_at minutes grace_seconds attempts_allowed counts form_count release_policy "
    "column scheme"
).split()
_PER_PAGE = 20


def _settings_context(course: Course, quiz: Quiz | None) -> dict[str, object]:
    typed = forms.shown_settings(quiz)
    if request.method == "POST":
        typed = {name: request.form.get(name, "") for name in typed}
    year = course.school_class.year.starts_on.year
    columns = gradebook.columns_for_quiz(course.school_class.grade, year)
    return {
        "typed": typed,
        "problems": {name: problems_of(name) for name in ("", *_FIELDS, "duration_seconds", "column_key")},
        "columns": [
            (f"{semester}:{column.key}", _("Học kì %(number)s · %(column)s", number=semester, column=column.heading))
            for semester in (1, 2)
            for column in columns
        ],
        "releases": forms.RELEASES,
        "counts": forms.COUNTS,
        "schemes": forms.SCHEMES,
    }


@bp.get("/courses/<uid>/quizzes/new")
def new(uid: str) -> ResponseReturnValue:
    """The form of a new quiz."""
    course = building.course_for_quiz(current_session(), current_actor(), uid)
    return render_template(
        "lms/quizzes/new.html",
        course=course,
        section=request.args.get("section", ""),
        **_settings_context(course, None),
    )


@bp.post("/courses/<uid>/quizzes/new")
@shows_again(new)
def create(uid: str) -> ResponseReturnValue:
    """Begin a quiz and go on to choose its questions."""
    session, actor = current_session(), current_actor()
    course = building.course_for_quiz(session, actor, uid)
    settings = forms.typed_settings(request.form)
    quiz = building.create_quiz(
        session, actor, course, settings, at=clock.now(), section_uid=request.form.get("section", "")
    )
    return redirect(url_for("quizzes.questions", uid=quiz.uid), code=303)


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A place of the plan and its question as HTML."""

    line: building.PlanLine
    prompt: Markup


@bp.get("/quizzes/<uid>/edit")
def edit(uid: str) -> ResponseReturnValue:
    """The plan of a draft: its questions in order, what is missing, and the button to publish."""
    session, actor = current_session(), current_actor()
    quiz = building.draft_for_editing(session, actor, uid)
    lines = building.plan_of(session, actor, quiz)
    kept = behaviour_of(session, quiz)
    return render_template(
        "lms/quizzes/edit.html",
        quiz=quiz,
        behaviour=next(name for value, name, _hint in BEHAVIOURS if value == kept.behaviour),
        practice=kept.conduct.is_practice,
        assembled=find_assembly(session, quiz) is not None,
        lines=[PlanRow(line, papers.prompt(line.item) if line.item else Markup()) for line in lines],
        total=sum(line.worth for line in lines),
        question_count=sum(line.count for line in lines),
        type_names=bank.TYPE_NAMES,
        level_names=bank.LEVELS,
        problems={name: problems_of(name) for name in ("", "worth", "count")},
    )


@bp.get("/quizzes/<uid>/settings")
def settings(uid: str) -> ResponseReturnValue:
    """The rules of a draft."""
    quiz = building.draft_for_editing(current_session(), current_actor(), uid)
    return render_template(
        "lms/quizzes/settings.html",
        quiz=quiz,
        entries=rule_tabs_for(quiz, "settings"),
        **_settings_context(quiz.course, quiz),
    )


@bp.post("/quizzes/<uid>/settings")
@shows_again(settings)
def save_settings(uid: str) -> ResponseReturnValue:
    """Save the rules of a draft."""
    building.change_settings(current_session(), current_actor(), uid, forms.typed_settings(request.form))
    flash(_("Đã lưu quy định của bài."))
    return redirect(url_for("quizzes.edit", uid=uid), code=303)


@bp.get("/quizzes/<uid>/questions")
def questions(uid: str) -> ResponseReturnValue:
    """The bank's questions to choose from, with filters, and the draw that the same filters would make."""
    session, actor = current_session(), current_actor()
    quiz = building.draft_for_editing(session, actor, uid)
    wanted = forms.typed_filter(request.args, quiz.subject_id)
    number = request.args.get("page", "1")
    page = building.list_choosable(
        session, actor, uid, wanted, PageRequest(int(number) if number.isdigit() else 1, _PER_PAGE)
    )
    rule = bank.DrawRule(
        subject_id=quiz.subject_id, grade=wanted.grade, types=wanted.types, level=wanted.level, topic=wanted.topic
    )
    kept = {name: request.args.get(name, "") for name in ("q", "grade", "type", "level", "topic")}
    return render_template(
        "lms/quizzes/questions.html",
        quiz=quiz,
        page=page,
        shown=[(item, papers.prompt(item)) for item in page.rows],
        chosen={version for slot in quiz.slots for version in slot.chosen},
        kept=kept,
        more=f"{url_for('quizzes.questions', uid=uid)}?{urlencode(kept)}",
        matching=building.count_for_draw(session, actor, quiz, rule),
        type_names=bank.TYPE_NAMES,
        level_names=bank.LEVELS,
        grades=range(6, 13),
        problems={name: problems_of(name) for name in ("", "count", "worth")},
    )


@bp.post("/quizzes/<uid>/questions")
@shows_again(questions)
def add_questions(uid: str) -> ResponseReturnValue:
    """Put the ticked questions into the draft."""
    session, actor = current_session(), current_actor()
    worth = forms.typed_points(request.form.get("worth", ""), "worth")
    building.add_questions(session, actor, uid, request.form.getlist("version"), worth)
    flash(_("Đã thêm câu hỏi vào bài."))
    return redirect(url_for("quizzes.edit", uid=uid), code=303)


@bp.post("/quizzes/<uid>/draws")
@shows_again(questions)
def add_draw(uid: str) -> ResponseReturnValue:
    """Put a random draw into the draft."""
    session, actor = current_session(), current_actor()
    quiz = building.draft_for_editing(session, actor, uid)
    worth = forms.typed_points(request.form.get("worth", ""), "worth")
    if worth is None:
        raise Invalid.at("worth", _("Hãy ghi điểm mỗi câu."))
    building.add_draw(session, actor, uid, forms.typed_draw(request.form, quiz.subject_id), worth)
    flash(_("Đã thêm lượt rút ngẫu nhiên."))
    return redirect(url_for("quizzes.edit", uid=uid), code=303)


@bp.post("/quizzes/<uid>/slots/<slot_uid>")
def change_slot(uid: str, slot_uid: str) -> ResponseReturnValue:
    """Move a place, weigh it anew, or take it out, as the button says."""
    session, actor = current_session(), current_actor()
    act = request.form.get("act", "")
    if act == "remove":
        building.remove_slot(session, actor, uid, slot_uid)
    elif act in {"up", "down"}:
        building.change_slot(session, actor, uid, slot_uid, up=act == "up")
    else:
        worth = forms.typed_points(request.form.get("worth", ""), "worth")
        building.change_slot(session, actor, uid, slot_uid, worth=worth)
    return redirect(url_for("quizzes.edit", uid=uid), code=303)


@bp.post("/quizzes/<uid>/publish")
@shows_again(edit)
def publish(uid: str) -> ResponseReturnValue:
    """Freeze the forms and give the quiz to the class."""
    quiz = building.publish(current_session(), current_actor(), uid, at=clock.now())
    flash(_("Đã giao bài kiểm tra cho lớp %(name)s.", name=quiz.course.school_class.name))
    return redirect(url_for("quizzes.show", uid=uid), code=303)


@bp.get("/quizzes/<uid>/preview")
def preview(uid: str) -> ResponseReturnValue:
    """A form as its pupils see it; of a draft one that is made for looking and not kept."""
    session, actor = current_session(), current_actor()
    forms_of = reading.forms_for_teacher(session, actor, uid)
    quiz = reading.get_quiz(session, actor, uid)
    code = request.args.get("form", "")
    if quiz.state == QuizState.DRAFT:
        forms_of = freezing.trial_forms(session, actor, quiz)
    form = next((one for one in forms_of if one.code == code), forms_of[0])
    return render_template(
        "lms/quizzes/preview.html",
        quiz=quiz,
        entries=[] if quiz.state == QuizState.DRAFT else tabs_for(actor, quiz, "preview"),
        assembled=find_assembly(session, quiz) is not None,
        form=form,
        codes=[one.code for one in forms_of],
        questions=list(papers.shown(form)),
    )
