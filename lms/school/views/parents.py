"""Pages of parents: who stands for which pupil, accounts, cards."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.accounts.passwords import draw_first_password
from lms.base import clock
from lms.base.forms import problems_of
from lms.base.i18n import _, pgettext
from lms.base.web import current_actor, current_session, leave_queue, shows_again
from lms.school import service
from lms.school.views.blueprint import bp
from lms.school.views.people import show_cards, show_first_password


@bp.get("/parents")
def parents() -> ResponseReturnValue:
    """Choose a class whose parents to see."""
    session, actor = current_session(), current_actor()
    service.may_see_people_or_refuse(actor)
    return render_template("lms/school/parents.html", classes=service.list_classes(session, actor))


@bp.get("/classes/<uid>/parents")
def class_parents(uid: str) -> ResponseReturnValue:
    """Show the pupils of a class with their parents."""
    session, actor = current_session(), current_actor()
    found, families = service.list_families(session, actor, uid)
    return render_template(
        "lms/school/class_parents.html", found=found, families=families, may_arrange=service.may_arrange(actor)
    )


@bp.get("/classes/<uid>/parents/<child_uid>")
def child(uid: str, child_uid: str) -> ResponseReturnValue:
    """Show a pupil's parents, with the forms to add one."""
    session, actor = current_session(), current_actor()
    found, family = service.get_family(session, actor, uid, child_uid)
    return render_template(
        "lms/school/child.html",
        found=found,
        family=family,
        may_arrange=service.may_arrange(actor),
        typed=request.form,
        problems={name: problems_of(name) for name in ("", "full_name", "sign_in_name")},
    )


def _back(uid: str, child_uid: str) -> ResponseReturnValue:
    return redirect(url_for("school.child", uid=uid, child_uid=child_uid), code=303)


@bp.post("/classes/<uid>/parents/<child_uid>")
@shows_again(child)
def add_parent(uid: str, child_uid: str) -> ResponseReturnValue:
    """Make an account for a parent and show its first password once."""
    actor = current_actor()
    leave_queue()
    first = draw_first_password()
    parent = service.add_parent(
        current_session(),
        actor,
        uid,
        child_uid,
        full_name=request.form.get("full_name", ""),
        phone=request.form.get("phone", ""),
        first=first,
        at=clock.now(),
    )
    return show_first_password(parent, first, back=url_for("school.child", uid=uid, child_uid=child_uid))


@bp.post("/classes/<uid>/parents/<child_uid>/link")
@shows_again(child)
def link_parent(uid: str, child_uid: str) -> ResponseReturnValue:
    """Link somebody who has an account."""
    parent = service.link_parent(
        current_session(), current_actor(), uid, child_uid, request.form.get("sign_in_name", ""), at=clock.now()
    )
    flash(_("Đã liên kết %(name)s.", name=parent.full_name))
    return _back(uid, child_uid)


@bp.post("/classes/<uid>/parents/<child_uid>/<parent_uid>/confirm")
def confirm_parent(uid: str, child_uid: str, parent_uid: str) -> ResponseReturnValue:
    """Confirm a parent."""
    parent = service.confirm_parent(current_session(), current_actor(), uid, child_uid, parent_uid, at=clock.now())
    flash(_("Đã xác nhận %(name)s.", name=parent.full_name))
    return redirect(url_for("school.class_parents", uid=uid), code=303)


@bp.post("/classes/<uid>/parents/<child_uid>/<parent_uid>/unlink")
def unlink_parent(uid: str, child_uid: str, parent_uid: str) -> ResponseReturnValue:
    """Take a parent's link back."""
    parent = service.unlink_parent(current_session(), current_actor(), uid, child_uid, parent_uid)
    flash(_("Đã bỏ liên kết với %(name)s.", name=parent.full_name))
    return _back(uid, child_uid)


@bp.post("/classes/<uid>/parent-cards")
def parent_cards(uid: str) -> ResponseReturnValue:
    """Give first passwords to the confirmed parents of a class who have none."""
    session, actor = current_session(), current_actor()
    needed = service.count_parents_without_password(session, actor, uid)
    leave_queue()
    drawn = [draw_first_password() for _parent in range(needed)]
    found, issued = service.parent_cards(session, actor, uid, drawn, at=clock.now())
    back = url_for("school.class_parents", uid=uid)
    return show_cards(
        _("Phiếu đăng nhập của phụ huynh lớp %(name)s", name=found.name),
        issued,
        [(pgettext("trang", "Phụ huynh"), back)],
    )
