"""Pages of taking over lists of pupils and of the staff."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.base import clock
from lms.base.forms import problems_of
from lms.base.i18n import _
from lms.base.uploads import MEGABYTE, receive, upload_route
from lms.base.web import current_actor, current_session, shows_again
from lms.school import importing, service, staff_importing

bp = Blueprint("roster", __name__, url_prefix="/school")

LIST_BYTES = 20 * MEGABYTE


@bp.get("/import")
def start() -> ResponseReturnValue:
    """Show where to upload a list."""
    service.may_import_or_refuse(current_actor())
    return render_template("lms/school/import_start.html", problems=problems_of("file") + problems_of())


@bp.post("/import")
@upload_route
@shows_again(start)
def upload() -> ResponseReturnValue:
    """Take in a list and go on to what it would do."""
    service.may_import_or_refuse(current_actor())
    received = receive(request, max_file_bytes=LIST_BYTES).file("file")
    batch = importing.start_import(current_session(), current_actor(), received.stored, received.name, at=clock.now())
    return redirect(url_for("roster.show", uid=batch.uid), code=303)


@bp.get("/import/<uid>")
def show(uid: str) -> ResponseReturnValue:
    """Show what taking over the list would do, line by line."""
    session, actor = current_session(), current_actor()
    batch = importing.get_import(session, actor, uid)
    return render_template(
        "lms/school/import_show.html", batch=batch, plan=importing.plan_import(session, actor, batch, at=clock.now())
    )


@bp.post("/import/<uid>")
def take_over(uid: str) -> ResponseReturnValue:
    """Take over the list."""
    batch = importing.apply_import(current_session(), current_actor(), uid, at=clock.now())
    flash(
        _(
            "Đã nhập danh sách: %(new)s học sinh mới, %(changed)s thay đổi.",
            new=batch.new_count,
            changed=batch.changed_count,
        )
    )
    return redirect(url_for("school.show"), code=303)


@bp.post("/import/<uid>/parents")
def make_parents(uid: str) -> ResponseReturnValue:
    """Make accounts for the parents that the list names."""
    made = importing.make_parents(current_session(), current_actor(), uid, at=clock.now())
    flash(_("Đã thêm %(count)s phụ huynh. Hãy xác nhận theo từng lớp.", count=made))
    return redirect(url_for("school.parents"), code=303)


staff_bp = Blueprint("staff_list", __name__, url_prefix="/school/staff/import")


@staff_bp.get("")
def staff_start() -> ResponseReturnValue:
    """Show where to upload a list of the staff."""
    service.may_administer_or_refuse(current_actor())
    return render_template("lms/school/staff_import_start.html", problems=problems_of("file") + problems_of())


@staff_bp.post("")
@upload_route
@shows_again(staff_start)
def staff_upload() -> ResponseReturnValue:
    """Take in a list of the staff and go on to what it would do."""
    actor = current_actor()
    service.may_administer_or_refuse(actor)
    received = receive(request, max_file_bytes=LIST_BYTES).file("file")
    batch = staff_importing.start_import(current_session(), actor, received.stored, received.name, at=clock.now())
    return redirect(url_for("staff_list.staff_show", uid=batch.uid), code=303)


@staff_bp.get("/<uid>")
def staff_show(uid: str) -> ResponseReturnValue:
    """Show what taking over the list of the staff would do, line by line."""
    batch, plan = staff_importing.plan_import(current_session(), current_actor(), uid)
    return render_template("lms/school/staff_import_show.html", batch=batch, plan=plan)


@staff_bp.post("/<uid>")
def staff_take_over(uid: str) -> ResponseReturnValue:
    """Take over the list of the staff."""
    batch = staff_importing.apply_import(current_session(), current_actor(), uid, at=clock.now())
    flash(
        _(
            "Đã nhập danh sách: %(new)s người mới, %(changed)s thay đổi.",
            new=batch.new_count,
            changed=batch.changed_count,
        )
    )
    return redirect(url_for("school.people"), code=303)


blueprints = (bp, staff_bp)
