"""Pages of the school's rooms."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.base import clock
from lms.base.forms import problems_of
from lms.base.i18n import _
from lms.base.web import current_actor, current_session, shows_again
from lms.school import service
from lms.school.views.blueprint import bp

FIELDS = ("name", "networks")


@bp.get("/rooms")
def rooms() -> ResponseReturnValue:
    """List the rooms, with the form for one more."""
    actor = current_actor()
    return render_template(
        "lms/school/rooms.html",
        rooms=service.rooms_page(current_session(), actor),
        may_arrange=service.may_arrange(actor),
        here=request.remote_addr or "",
        typed={name: request.form.get(name, "") for name in FIELDS},
        problems={name: problems_of(name) for name in FIELDS},
    )


@bp.post("/rooms")
@shows_again(rooms)
def add_room() -> ResponseReturnValue:
    """Add a room."""
    room = service.add_room(current_session(), current_actor(), *_typed())
    flash(_("Đã thêm phòng %(name)s.", name=room.name))
    return redirect(url_for("school.rooms"), code=303)


@bp.get("/rooms/<uid>")
def room(uid: str) -> ResponseReturnValue:
    """Show a room's form."""
    actor = current_actor()
    found = service.get_room(current_session(), actor, uid)
    kept = {"name": found.name, "networks": "\n".join(found.networks)}
    return render_template(
        "lms/school/room.html",
        room=found,
        may_arrange=service.may_arrange(actor),
        here=request.remote_addr or "",
        typed={name: request.form.get(name, kept[name]) for name in FIELDS},
        problems={name: problems_of(name) for name in FIELDS},
    )


@bp.post("/rooms/<uid>")
@shows_again(room)
def change_room(uid: str) -> ResponseReturnValue:
    """Write a room's name and networks."""
    changed = service.change_room(current_session(), current_actor(), uid, *_typed())
    flash(_("Đã lưu phòng %(name)s.", name=changed.name))
    return redirect(url_for("school.rooms"), code=303)


@bp.post("/rooms/<uid>/close")
def close_room(uid: str) -> ResponseReturnValue:
    """Take a room out of use."""
    service.close_room(current_session(), current_actor(), uid, at=clock.now())
    flash(_("Phòng không còn dùng cho bài kiểm tra mới."))
    return redirect(url_for("school.rooms"), code=303)


def _typed() -> tuple[str, str]:
    return request.form.get("name", ""), request.form.get("networks", "")
