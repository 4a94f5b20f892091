"""Pages of the school's people: accounts, first passwords, cards."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.accounts.passwords import FirstPassword, draw_first_password
from lms.base import clock
from lms.base.i18n import _
from lms.base.users import User
from lms.base.web import current_actor, current_session, leave_queue
from lms.school import service
from lms.school.views.blueprint import bp


def show_first_password(person: User, first: FirstPassword, *, back: str) -> str:
    """The page that shows a first password this once."""
    return render_template("lms/school/first_password.html", person=person, password=first.text, back=back)


@bp.post("/classes/<uid>/cards")
def cards(uid: str) -> ResponseReturnValue:
    """Give first passwords to the pupils of a class who have none, and show the cards to print."""
    session, actor = current_session(), current_actor()
    needed = service.count_without_password(session, actor, uid)
    leave_queue()
    drawn = [draw_first_password() for _pupil in range(needed)]
    found, issued = service.class_cards(session, actor, uid, drawn, at=clock.now())
    return render_template("lms/school/cards.html", school_class=found, cards=issued)


@bp.post("/classes/<uid>/pupils/<pupil_uid>/password")
def reset_pupil_password(uid: str, pupil_uid: str) -> ResponseReturnValue:
    """Give a pupil a new first password and show it once."""
    actor = current_actor()
    leave_queue()
    first = draw_first_password()
    pupil = service.reset_pupil_password(current_session(), actor, uid, pupil_uid, first, at=clock.now())
    return show_first_password(pupil, first, back=url_for("school.show_class", uid=uid))


@bp.get("/people")
def people() -> ResponseReturnValue:
    """List the staff of the school."""
    session, actor = current_session(), current_actor()
    return render_template("lms/school/people.html", staff=service.list_staff(session, actor), actor=actor)


@bp.post("/people/<uid>/password")
def reset_staff_password(uid: str) -> ResponseReturnValue:
    """Give a colleague a new first password and show it once."""
    actor = current_actor()
    leave_queue()
    first = draw_first_password()
    person = service.reset_staff_password(current_session(), actor, uid, first, at=clock.now())
    return show_first_password(person, first, back=url_for("school.people"))


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
