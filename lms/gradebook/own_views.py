"""What pupils see of their marks, and parents of their child's."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.base import clock
from lms.base.web import current_actor, current_session
from lms.gradebook import service
from lms.gradebook.domain.cells import STATE_NAMES, shown
from lms.gradebook.views import SEMESTERS
from lms.school import service as school

bp = Blueprint("marks", __name__)


@bp.get("/marks")
def index() -> ResponseReturnValue:
    """Show a pupil's own marks; lead parents to their children and teachers to the gradebooks."""
    session, actor = current_session(), current_actor()
    if actor.is_pupil:
        semester, semesters = service.pick_semester(session, actor, request.args.get("semester", ""), at=clock.now())
        return render_template(
            "lms/gradebook/own.html",
            child=None,
            subjects=service.own_marks(session, actor, semester) if semester else [],
            semester=semester,
            semesters=semesters,
            names=SEMESTERS,
            shown=shown,
            state_names=STATE_NAMES,
        )
    if actor.is_parent:
        children = school.list_children(session, actor)
        if len(children) == 1:
            return redirect(url_for("marks.child", uid=children[0][0].uid), code=303)
        return render_template("lms/gradebook/children.html", children=children)
    return redirect(url_for("gradebook.index"), code=303)


@bp.get("/children/<uid>/marks")
def child(uid: str) -> ResponseReturnValue:
    """Show a child's marks to its parent."""
    session, actor = current_session(), current_actor()
    found = school.get_child(session, actor, uid)
    semester, semesters = service.pick_semester(session, actor, request.args.get("semester", ""), at=clock.now())
    return render_template(
        "lms/gradebook/own.html",
        child=found,
        subjects=service.marks_of_child(session, actor, uid, semester)[1] if semester else [],
        semester=semester,
        semesters=semesters,
        names=SEMESTERS,
        shown=shown,
        state_names=STATE_NAMES,
    )
