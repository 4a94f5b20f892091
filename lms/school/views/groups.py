"""Pages of subject groups."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.base.forms import problems_of
from lms.base.i18n import _
from lms.base.web import current_actor, current_session, shows_again
from lms.school import service
from lms.school.views.blueprint import bp


@bp.get("/groups")
def groups() -> ResponseReturnValue:
    """List the subject groups."""
    session, actor = current_session(), current_actor()
    service.may_see_people_or_refuse(actor)
    return render_template(
        "lms/school/groups.html",
        groups=service.list_groups(session, actor),
        may_arrange=service.may_arrange(actor),
        typed=request.form.get("name", ""),
        problems=problems_of("name"),
    )


@bp.post("/groups")
@shows_again(groups)
def add_group() -> ResponseReturnValue:
    """Make a subject group and go on to its members."""
    group = service.add_group(current_session(), current_actor(), request.form.get("name", ""))
    return redirect(url_for("school.group", uid=group.uid), code=303)


@bp.get("/groups/<uid>")
def group(uid: str) -> ResponseReturnValue:
    """Show a subject group: its members, heads and subjects."""
    session, actor = current_session(), current_actor()
    return render_template(
        "lms/school/group.html",
        page=service.group_page(session, actor, uid),
        may_arrange=service.may_arrange(actor),
        problems=problems_of("name"),
    )


@bp.post("/groups/<uid>")
@shows_again(group)
def save_group(uid: str) -> ResponseReturnValue:
    """Write a group's name, members, heads and subjects."""
    saved = service.save_group(
        current_session(),
        current_actor(),
        uid,
        name=request.form.get("name", ""),
        members=request.form.getlist("members"),
        heads=request.form.getlist("heads"),
        subjects=request.form.getlist("subjects"),
    )
    flash(_("Đã lưu tổ %(name)s.", name=saved.name))
    return redirect(url_for("school.groups"), code=303)
