"""Pages of the teaching assignment: the whole grid, one class, one teacher."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.base.forms import problems_of
from lms.base.i18n import _
from lms.base.web import current_actor, current_session, shows_again
from lms.school import service
from lms.school.views.blueprint import bp

KEEP = "="  # of a subject that several teachers share: leave it so


@bp.get("/assignments")
def assignments() -> ResponseReturnValue:
    """Show who teaches what: everything, or the form of one class (`class`) or teacher (`teacher`)."""
    session, actor = current_session(), current_actor()
    grid = service.assignment_grid(session, actor)
    teachers = service.list_teachers(session, actor)
    class_uid, teacher_uid = request.args.get("class", ""), request.args.get("teacher", "")
    found = service.get_class(session, actor, class_uid) if class_uid else None
    person = service.get_colleague(session, actor, teacher_uid) if teacher_uid and not found else None
    return render_template(
        "lms/school/assignments.html",
        grid=grid,
        found=found,
        person=person,
        shown=service.subjects_for(session, grid, person) if person else [],
        teachers=[(one.uid, one.full_name) for one in teachers],
        may_arrange=service.may_arrange(actor),
        keep=KEEP,
        problems=problems_of() or problems_of("teacher"),
    )


@bp.post("/assignments/class/<uid>")
@shows_again(lambda uid: assignments())
def assign_class(uid: str) -> ResponseReturnValue:
    """Write who teaches each subject to a class."""
    wanted = {
        name.removeprefix("subject-"): teacher
        for name, teacher in request.form.items()
        if name.startswith("subject-") and teacher != KEEP
    }
    found = service.assign_class(current_session(), current_actor(), uid, wanted)
    flash(_("Đã lưu phân công của lớp %(name)s.", name=found.name))
    return redirect(url_for("school.assignments"), code=303)


@bp.post("/assignments/teacher/<uid>")
@shows_again(lambda uid: assignments())
def assign_teacher(uid: str) -> ResponseReturnValue:
    """Write all that a teacher teaches."""
    pairs = [(first, second) for first, _bar, second in (cell.partition("|") for cell in request.form.getlist("cell"))]
    person = service.assign_teacher(current_session(), current_actor(), uid, pairs)
    flash(_("Đã lưu phân công của %(name)s.", name=person.full_name))
    return redirect(url_for("school.assignments"), code=303)
