"""Pages about the school's order: classes, people, groups."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.base import clock
from lms.base.i18n import _
from lms.base.web import current_actor, current_session
from lms.school import service

bp = Blueprint("school", __name__, url_prefix="/school")


@bp.get("")
def show() -> ResponseReturnValue:
    """Show the school: its year, classes and subject groups."""
    session, actor = current_session(), current_actor()
    overview = service.overview(session, actor)
    return render_template("lms/school/show.html", overview=overview)


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


@bp.post("/classes/<uid>/pupils/<pupil_uid>/password")
def reset_pupil_password(uid: str, pupil_uid: str) -> ResponseReturnValue:
    """Give a pupil a new first password and show it once."""
    pupil, password = service.reset_pupil_password(current_session(), current_actor(), uid, pupil_uid, at=clock.now())
    return render_template(
        "lms/school/first_password.html",
        person=pupil,
        password=password,
        back=url_for("school.show_class", uid=uid),
    )


@bp.get("/people")
def people() -> ResponseReturnValue:
    """List the staff of the school."""
    session, actor = current_session(), current_actor()
    return render_template("lms/school/people.html", staff=service.list_staff(session, actor), actor=actor)


@bp.post("/people/<uid>/password")
def reset_staff_password(uid: str) -> ResponseReturnValue:
    """Give a colleague a new first password and show it once."""
    person, password = service.reset_staff_password(current_session(), current_actor(), uid, at=clock.now())
    return render_template(
        "lms/school/first_password.html", person=person, password=password, back=url_for("school.people")
    )


@bp.post("/people/<uid>/disabled")
def set_disabled(uid: str) -> ResponseReturnValue:
    """Close or reopen a colleague's account."""
    disabled = request.form.get("disabled") == "y"
    person = service.set_disabled(current_session(), current_actor(), uid, disabled=disabled, at=clock.now())
    flash(
        _("Đã khoá tài khoản của %(name)s.", name=person.full_name)
        if disabled
        else _("Đã mở lại tài khoản của %(name)s.", name=person.full_name)
    )
    return redirect(url_for("school.people"), code=303)
