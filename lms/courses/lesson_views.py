"""Pages of lessons: read, write, attach."""

from __future__ import annotations

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.base import clock, richtext
from lms.base.downloads import send_blob
from lms.base.forms import problems_of
from lms.base.i18n import _
from lms.base.uploads import MEGABYTE, receive, upload_route
from lms.base.web import current_actor, current_session, settings, shows_again, wants_json
from lms.courses import domain, service

bp = Blueprint("lessons", __name__, url_prefix="/lessons")

PICTURE_BYTES = 20 * MEGABYTE


@bp.get("/<uid>")
def show(uid: str) -> ResponseReturnValue:
    """Show a lesson as pupils read it."""
    session, actor = current_session(), current_actor()
    lesson, line = service.get_lesson(session, actor, uid, at=clock.now())
    return render_template(
        "lms/courses/lesson.html",
        lesson=lesson,
        line=line,
        body=richtext.render(lesson.html, lambda sha: url_for("lessons.file", uid=uid, sha256=sha)),
        files=[file for file in lesson.files if not file.inline],
        embed=domain.video_embed(lesson.video_url),
        may_edit=service.may_edit(actor, lesson.course),
    )


@bp.post("/in-section/<uid>")
def create(uid: str) -> ResponseReturnValue:
    """Begin a lesson in a section and go on to write it."""
    lesson = service.new_lesson(current_session(), current_actor(), uid, request.form.get("title", ""), at=clock.now())
    return redirect(url_for("lessons.edit", uid=lesson.uid), code=303)


@bp.get("/<uid>/edit")
def edit(uid: str) -> ResponseReturnValue:
    """Show the form to write a lesson."""
    session, actor, at = current_session(), current_actor(), clock.now()
    lesson = service.lesson_for_editing(session, actor, uid, at=at)
    _lesson, line = service.get_lesson(session, actor, uid, at=at)
    return render_template(
        "lms/courses/lesson_edit.html",
        lesson=lesson,
        line=line,
        typed={name: request.form.get(name, getattr(lesson, name)) for name in ("title", "html", "video_url")},
        files=[file for file in lesson.files if not file.inline],
        pictures=[file for file in lesson.files if file.inline],
        problems={name: problems_of(name) for name in ("title", "html", "video_url", "file", "picture", "")},
    )


@bp.post("/<uid>")
@shows_again(edit)
def save(uid: str) -> ResponseReturnValue:
    """Save a lesson; publish it too when that button was pressed."""
    session, actor, at = current_session(), current_actor(), clock.now()
    lesson = service.save_lesson(
        session,
        actor,
        uid,
        title=request.form.get("title", ""),
        html=request.form.get("html", ""),
        video_url=request.form.get("video_url", ""),
        keep_files=request.form.getlist("keep"),
        at=at,
    )
    if request.form.get("act") == "publish":
        _lesson, line = service.get_lesson(session, actor, uid, at=at)
        if line is not None:
            service.publish_activity(session, actor, line.uid, at=at)
        flash(_("Đã lưu và giao bài học cho lớp."))
    else:
        flash(_("Đã lưu bài học."))
    return redirect(url_for("lessons.show", uid=lesson.uid), code=303)


@bp.post("/<uid>/files")
@upload_route
@shows_again(edit)
def attach(uid: str) -> ResponseReturnValue:
    """Attach a file, or take in a picture for the text."""
    inline = request.args.get("picture") == "y"
    name = "picture" if inline else "file"
    limit = PICTURE_BYTES if inline else settings().max_upload_mb * MEGABYTE
    service.lesson_for_editing(current_session(), current_actor(), uid, at=clock.now())  # before the file is read
    upload = receive(request, max_file_bytes=limit)
    received = upload.file(name)
    file = service.attach_file(
        current_session(), current_actor(), uid, received.stored, received.name, inline=inline, at=clock.now()
    )
    if wants_json():
        return jsonify(
            {"sha256": file.sha256, "name": file.name, "url": url_for("lessons.file", uid=uid, sha256=file.sha256)}
        )
    return redirect(url_for("lessons.edit", uid=uid), code=303)


@bp.get("/<uid>/files/<sha256>")
def file(uid: str, sha256: str) -> ResponseReturnValue:
    """Send a file or picture of a lesson."""
    found = service.lesson_file(current_session(), current_actor(), uid, sha256, at=clock.now())
    return send_blob(
        found.sha256,
        name=found.name,
        media_type=found.media_type,
        inline=found.inline or request.args.get("open") == "y",
        cache_seconds=86_400,
    )
