"""Bring in rescue files, by the pupil who saved one or by whoever watches the room."""

from __future__ import annotations

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.base import clock, storage
from lms.base.errors import Invalid
from lms.base.forms import problems_of
from lms.base.i18n import _, ngettext, say
from lms.base.uploads import receive, upload_route
from lms.base.web import current_actor, current_session, shows_again
from lms.quizzes.service import rescue
from lms.quizzes.service.rescue_files import MOST_BYTES
from lms.quizzes.views.blueprint import bp
from lms.quizzes.views.doors import visit

MOST_FILES = 50  # at once: a class


@bp.get("/rescue")
def rescue_form() -> ResponseReturnValue:
    """Ask for rescue files."""
    return render_template(
        "lms/quizzes/rescue.html", staff=current_actor().is_staff, problems={"file": problems_of("file")}
    )


@bp.post("/rescue")
@upload_route
@shows_again(rescue_form)
def take_rescue_files() -> ResponseReturnValue:
    """Store what the files hold; those that cannot be taken are named, the others are in all the same."""
    upload = receive(request, max_file_bytes=MOST_BYTES, max_files=MOST_FILES)
    upload.file("file")  # at least one
    session, actor, at = current_session(), current_actor(), clock.now()
    said: list[tuple[str, str]] = []
    refused: list[str] = []
    for file in upload.all("file"):
        try:
            found = rescue.take_file(
                session, actor, current_app.config["SECRET_KEY"], storage.get_bytes(file.sha256), at=at, visit=visit()
            )
        except Invalid as problem:
            refused.append(_("%(file)s: %(problem)s", file=file.name, problem=say(problem.fields["file"][0])))
            continue
        said.append((_said(found), "wait" if found.kept else "good"))
    if not said:
        raise Invalid({"file": refused})
    for words, look in [*said, *((words, "bad") for words in refused)]:
        flash(words, look)
    return redirect(url_for("quizzes.rescue_form"), code=303)


def _said(found: rescue.Rescued) -> str:
    names = {"name": found.pupil, "quiz": found.quiz}
    if not found.fresh:
        return str(_("Tệp của %(name)s (%(quiz)s) đã nhận trước đây, không có gì mới.", **names))
    words: str = ngettext(
        "Đã nhận %(num)s câu trả lời của %(name)s (%(quiz)s).",
        "Đã nhận %(num)s câu trả lời của %(name)s (%(quiz)s).",
        found.fresh,
        **names,
    )
    if not found.kept:
        return words
    late = ngettext(
        "%(num)s câu đến sau giờ hoặc từ máy đã thay, chờ thầy cô xét.",
        "%(num)s câu đến sau giờ hoặc từ máy đã thay, chờ thầy cô xét.",
        found.kept,
    )
    return f"{words} {late}"
