"""Pages of the school's people: accounts, first passwords, cards."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.accounts.passwords import FirstPassword, draw_first_password
from lms.base import clock
from lms.base.forms import problems_of
from lms.base.i18n import _
from lms.base.permissions import Role
from lms.base.users import User
from lms.base.web import current_actor, current_session, leave_queue, shows_again
from lms.school import service
from lms.school.domain import ROLE_NAMES
from lms.school.views.blueprint import bp


def show_first_password(person: User, first: FirstPassword, *, back: str) -> str:
    """The page that shows a first password this once."""
    return render_template("lms/school/first_password.html", person=person, password=first.text, back=back)


def show_cards(title: str, cards: Sequence[service.Card], way: list[tuple[str, str]]) -> str:
    """The page of cards, shown this once."""
    return render_template("lms/school/cards.html", title=title, cards=cards, way=way)


def role_names() -> dict[Role, str]:
    """What the roles are called, in the reader's language."""
    return {role: _(name) for role, name in ROLE_NAMES.items()}


@bp.post("/classes/<uid>/cards")
def cards(uid: str) -> ResponseReturnValue:
    """Give first passwords to the pupils of a class who have none, and show the cards to print."""
    session, actor = current_session(), current_actor()
    needed = service.count_without_password(session, actor, uid)
    leave_queue()
    drawn = [draw_first_password() for _pupil in range(needed)]
    found, issued = service.class_cards(session, actor, uid, drawn, at=clock.now())
    return show_cards(
        _("Phiếu đăng nhập lớp %(name)s", name=found.name),
        issued,
        [(found.name, url_for("school.show_class", uid=uid))],
    )


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
    return render_template(
        "lms/school/people.html",
        staff=service.list_colleagues(session, actor),
        actor=actor,
        role_names=role_names(),
        waiting=service.count_waiting(session, actor),
        led=service.get_school(session, actor).led_since is not None,
    )


@bp.get("/staff/new")
def staff_form() -> ResponseReturnValue:
    """Ask for a new colleague."""
    session, actor = current_session(), current_actor()
    service.may_administer_or_refuse(actor)
    return render_template(
        "lms/school/staff_new.html",
        typed=request.form,
        chosen=request.form.getlist("roles") or ["teacher"],
        roles=[(role.value, role_names()[role]) for role in service.STAFF_ROLES],
        groups=[(group.uid, group.name) for group, _heads, _count in service.list_groups(session, actor)],
        problems={name: problems_of(name) for name in ("", "full_name", "sign_in_name", "code", "roles")},
    )


@bp.post("/staff/new")
@shows_again(staff_form)
def add_colleague() -> ResponseReturnValue:
    """Add a colleague; show the first password once where it is the administrator's to hand out."""
    actor = current_actor()
    service.may_administer_or_refuse(actor)
    leave_queue()
    first = draw_first_password()
    person = service.add_colleague(
        current_session(),
        actor,
        full_name=request.form.get("full_name", ""),
        sign_in_name=request.form.get("sign_in_name", ""),
        code=request.form.get("code", ""),
        email=request.form.get("email", ""),
        roles=request.form.getlist("roles"),
        group_uid=request.form.get("group", ""),
        first=first,
        at=clock.now(),
    )
    if person.waits_for_password:
        flash(
            _(
                "Đã tạo tài khoản %(sign_in)s cho %(name)s. Lãnh đạo trường phát mật khẩu lần đầu.",
                sign_in=person.sign_in_name,
                name=person.full_name,
            )
        )
        return redirect(url_for("school.people"), code=303)
    return show_first_password(person, first, back=url_for("school.people"))


@bp.post("/people/cards")
def staff_cards() -> ResponseReturnValue:
    """Give first passwords to the colleagues who wait for one, and show the cards to print."""
    session, actor = current_session(), current_actor()
    needed = service.count_waiting(session, actor)
    leave_queue()
    drawn = [draw_first_password() for _person in range(needed)]
    issued = service.staff_cards(session, actor, drawn, at=clock.now())
    return show_cards(_("Phiếu đăng nhập của nhân sự"), issued, [(_("Nhân sự"), url_for("school.people"))])


@bp.get("/people/<uid>")
def person(uid: str) -> ResponseReturnValue:
    """Show a colleague's account and roles."""
    found = service.get_colleague(current_session(), current_actor(), uid)
    return render_template(
        "lms/school/person.html",
        person=found,
        actor=current_actor(),
        chosen=request.form.getlist("roles") or [role.value for role in found.roles],
        roles=[(role.value, role_names()[role]) for role in service.STAFF_ROLES],
        problems=problems_of("roles"),
    )


@bp.post("/people/<uid>")
@shows_again(person)
def set_roles(uid: str) -> ResponseReturnValue:
    """Write which roles a colleague holds."""
    found = service.set_roles(current_session(), current_actor(), uid, request.form.getlist("roles"), at=clock.now())
    flash(
        _("Đã lưu vai trò của %(name)s. Lãnh đạo trường phát mật khẩu mới.", name=found.full_name)
        if found.password_hash is None
        else _("Đã lưu vai trò của %(name)s.", name=found.full_name)
    )
    return redirect(url_for("school.people"), code=303)


@bp.post("/people/<uid>/password")
def hand_out_password(uid: str) -> ResponseReturnValue:
    """Give a colleague a new first password and show it once."""
    actor = current_actor()
    leave_queue()
    first = draw_first_password()
    person = service.hand_out_password(current_session(), actor, uid, first, at=clock.now())
    return show_first_password(person, first, back=url_for("school.people"))


@bp.post("/people/<uid>/password/ask")
def ask_password(uid: str) -> ResponseReturnValue:
    """Ask a leader to hand out a new first password to a colleague."""
    person = service.ask_password(current_session(), current_actor(), uid, at=clock.now())
    flash(_("Đã chuyển đề nghị tới lãnh đạo trường. %(name)s nhận mật khẩu mới từ lãnh đạo.", name=person.full_name))
    return redirect(url_for("school.people"), code=303)


@bp.post("/people/<uid>/password/decline")
def decline_password(uid: str) -> ResponseReturnValue:
    """Drop a request for a new first password."""
    person = service.decline_password(current_session(), current_actor(), uid)
    flash(_("Đã bỏ đề nghị. %(name)s vẫn dùng mật khẩu cũ.", name=person.full_name))
    return redirect(url_for("school.people"), code=303)


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
