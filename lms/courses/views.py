"""Course pages: the list, one course, its sections and lines."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.base import clock
from lms.base.forms import problems_of
from lms.base.i18n import _
from lms.base.web import current_actor, current_session, shows_again
from lms.courses import service
from lms.courses.domain import ActivityKind
from lms.courses.models import Activity
from materials import api as materials

bp = Blueprint("courses", __name__, url_prefix="/courses")


def href_of(activity: Activity) -> str:
    """The page that a line of a course leads to."""
    if activity.kind == ActivityKind.LINK:
        return activity.url
    endpoints = {
        ActivityKind.LESSON: "lessons.show",
        ActivityKind.QUIZ: "quizzes.show",
        ActivityKind.MATERIAL: "library.show",
    }
    return url_for(endpoints[ActivityKind(activity.kind)], uid=activity.target_uid)


@bp.get("")
def index() -> ResponseReturnValue:
    """List one's courses; leaders may look at all of them."""
    session, actor = current_session(), current_actor()
    everything = request.args.get("all") == "y" or not actor.is_teacher
    return render_template(
        "lms/courses/index.html",
        courses=service.list_courses(session, actor, taught_only=not everything),
        counts=service.count_published(session, actor),
        everything=everything,
        is_teacher=actor.is_teacher,
        may_see_school=actor.is_staff,
    )


@bp.get("/<uid>")
def show(uid: str) -> ResponseReturnValue:
    """Show a course with its sections."""
    session, actor, at = current_session(), current_actor(), clock.now()
    course, sections = service.course_page(session, actor, uid, at=at)
    return render_template(
        "lms/courses/show.html",
        course=course,
        sections=service.shown_activities(session, actor, course, sections, at=at),
        may_edit=service.may_edit(actor, course),
        is_staff=actor.is_staff,
        href_of=href_of,
        problems=problems_of("title") + problems_of("url"),
    )


@bp.post("/<uid>/sections")
@shows_again(show)
def add_section(uid: str) -> ResponseReturnValue:
    """Add a section."""
    service.add_section(current_session(), current_actor(), uid, request.form.get("title", ""))
    return redirect(url_for("courses.show", uid=uid), code=303)


@bp.post("/sections/<uid>")
def change_section(uid: str) -> ResponseReturnValue:
    """Rename, move or remove a section, as the button says."""
    session, actor = current_session(), current_actor()
    act = request.form.get("act", "rename")
    if act == "remove":
        course = service.remove_section(session, actor, uid)
    elif act in {"up", "down"}:
        course = service.move_section(session, actor, uid, -1 if act == "up" else 1).course
    else:
        course = service.rename_section(session, actor, uid, request.form.get("title", "")).course
    return redirect(url_for("courses.show", uid=course.uid), code=303)


@bp.post("/sections/<uid>/links")
def add_link(uid: str) -> ResponseReturnValue:
    """Put a link into a section."""
    session, actor = current_session(), current_actor()
    activity = service.add_activity(
        session,
        actor,
        uid,
        ActivityKind.LINK,
        request.form.get("title", ""),
        url=request.form.get("url", ""),
        published_at=clock.now(),
    )
    return redirect(url_for("courses.show", uid=activity.section.course.uid), code=303)


@bp.post("/activities/<uid>")
def change_activity(uid: str) -> ResponseReturnValue:
    """Publish, hide, move or take off a line, as the button says."""
    session, actor = current_session(), current_actor()
    act = request.form.get("act", "")
    if act == "remove":
        course = service.remove_activity(session, actor, uid)
        flash(_("Đã gỡ khỏi trang lớp học. Nội dung gốc vẫn còn."))
    elif act in {"up", "down"}:
        course = service.move_activity(session, actor, uid, -1 if act == "up" else 1).section.course
    elif act == "hide":
        course = service.hide_activity(session, actor, uid).section.course
    else:
        course = service.publish_activity(session, actor, uid, at=clock.now()).section.course
    return redirect(url_for("courses.show", uid=course.uid), code=303)


@bp.get("/place/<uid>")
def choose_place(uid: str) -> ResponseReturnValue:
    """Ask where in one's courses a material of the library shall stand."""
    session, actor = current_session(), current_actor()
    return render_template(
        "lms/courses/place.html",
        material=materials.get_usable_for(session, actor, uid),
        courses=service.list_sections(session, actor),
        problems=problems_of(),
    )


@bp.post("/place/<uid>")
@shows_again(choose_place)
def place(uid: str) -> ResponseReturnValue:
    """Put a material of the library into a section, or into a course without sections yet."""
    session, actor = current_session(), current_actor()
    chosen = request.form.get("section", "")
    if chosen.startswith("course:"):
        chosen = service.first_section(session, actor, chosen.removeprefix("course:")).uid
    line = service.place_material(session, actor, chosen, uid, at=clock.now())
    flash(_("Đã đưa vào lớp học và giao cho học sinh."))
    return redirect(url_for("courses.show", uid=line.section.course.uid), code=303)
