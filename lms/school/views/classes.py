"""Pages of classes and their homeroom teachers."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.base.forms import problems_of
from lms.base.i18n import _
from lms.base.web import current_actor, current_session, shows_again
from lms.school import service
from lms.school.views.blueprint import bp


@bp.get("/classes")
def classes() -> ResponseReturnValue:
    """List the classes of the running year, with the form for a new one."""
    session, actor = current_session(), current_actor()
    service.may_see_people_or_refuse(actor)
    return render_template(
        "lms/school/classes.html",
        year=service.find_current_year(session, actor.school_id),
        classes=service.list_classes(session, actor),
        teachers=[(one.uid, one.full_name) for one in service.list_teachers(session, actor)],
        may_arrange=service.may_arrange(actor),
        typed=request.form,
        problems={name: problems_of(name) for name in ("", "name", "homeroom")},
    )


@bp.post("/classes")
@shows_again(classes)
def add_class() -> ResponseReturnValue:
    """Make a class."""
    found = service.add_class(
        current_session(), current_actor(), request.form.get("name", ""), request.form.get("homeroom", "")
    )
    flash(_("Đã tạo lớp %(name)s.", name=found.name))
    return redirect(url_for("school.classes"), code=303)


@bp.post("/classes/<uid>/homeroom")
@shows_again(lambda uid: classes())
def set_homeroom(uid: str) -> ResponseReturnValue:
    """Say who is the homeroom teacher of a class."""
    found = service.set_homeroom_teacher(current_session(), current_actor(), uid, request.form.get("homeroom", ""))
    flash(_("Đã lưu chủ nhiệm lớp %(name)s.", name=found.name))
    return redirect(url_for("school.classes"), code=303)
