"""The school's own page, and a class with its pupils."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from lms.base.web import current_actor, current_session
from lms.school import service
from lms.school.views.blueprint import bp
from lms.school.views.first_steps import first_steps


@bp.get("")
def show() -> ResponseReturnValue:
    """Show the school: its year, classes and subject groups."""
    session, actor = current_session(), current_actor()
    overview = service.overview(session, actor)
    return render_template("lms/school/show.html", overview=overview, steps=first_steps(overview))


@bp.get("/classes/<uid>")
def show_class(uid: str) -> ResponseReturnValue:
    """Show a class: its pupils and teachers."""
    session, actor = current_session(), current_actor()
    found, pupils = service.class_list(session, actor, uid)
    return render_template(
        "lms/school/class.html",
        school_class=found,
        pupils=pupils,
        assignments=service.list_assignments(session, found.id),
        may_reset=service.may_reset_passwords(actor, found),
    )
