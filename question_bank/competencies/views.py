"""Pages of competency frameworks: the list, the tree with its search, import and export."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.http import dump_options_header

from lms.base import storage
from lms.base.clock import now
from lms.base.forms import problems_of
from lms.base.i18n import _
from lms.base.subjects import list_subjects
from lms.base.text import nfc, slug
from lms.base.uploads import receive, upload_route
from lms.base.web import current_actor, current_session, settings, shows_again
from question_bank.competencies import service
from question_bank.competencies.case_json import LARGEST
from question_bank.competencies.domain import LEVEL_SCHEMES
from question_bank.permissions import Permission, can, require

bp = Blueprint("competencies", __name__, url_prefix="/frameworks")
_TYPES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


@bp.get("")
def index() -> ResponseReturnValue:
    """List the school's frameworks and the schemes of levels."""
    session, actor = current_session(), current_actor()
    return render_template(
        "question_bank/competencies/index.html",
        frameworks=service.list_frameworks(session, actor),
        schemes=list(LEVEL_SCHEMES.values()),
        may_import=can(actor, Permission.IMPORT_FRAMEWORK),
    )


@bp.get("/<uid>")
def show(uid: str) -> ResponseReturnValue:
    """Show a framework as a tree, narrowed by grade and words."""
    session, actor = current_session(), current_actor()
    wanted = service.Filter(request.args.get("grade", "")[:20], nfc(request.args.get("q", ""))[:200])
    framework = service.get_framework(session, actor, uid)
    return render_template(
        "question_bank/competencies/show.html",
        framework=framework,
        items=service.tree(session, actor, uid, wanted),
        grades=service.grades_of(session, framework),
        wanted=wanted,
    )


@bp.get("/import")
def import_form() -> ResponseReturnValue:
    """Ask for a framework file."""
    session, actor = current_session(), current_actor()
    require(actor, Permission.IMPORT_FRAMEWORK)
    return render_template(
        "question_bank/competencies/import.html",
        subjects=[(subject.code, subject.name) for subject in list_subjects(session, actor.school_id)],
        problems={name: problems_of(name) for name in ("title", "file", "")},
        title=request.form.get("title", ""),
        subject=request.form.get("subject", ""),
    )


@bp.post("/import")
@upload_route
@shows_again(import_form)
def bring_in() -> ResponseReturnValue:
    """Take a framework file in and show the framework."""
    actor = current_actor()
    require(actor, Permission.IMPORT_FRAMEWORK)
    upload = receive(request, max_file_bytes=LARGEST, endings={"json", "csv"})
    file = upload.file("file")
    change = service.import_framework(
        current_session(),
        actor,
        storage.get_bytes(file.sha256),
        name=file.name,
        title=upload.get("title"),
        subject_code=upload.get("subject"),
        at=now(),
    )
    flash(
        _(
            "Đã nhập khung năng lực: %(added)d mục mới, %(changed)d mục thay đổi, %(retired)d mục thôi dùng.",
            added=change.added,
            changed=change.changed,
            retired=change.retired,
        )
    )
    return redirect(url_for("competencies.show", uid=change.framework.uid), code=303)


@bp.get("/<uid>/export.<form>")
def export(uid: str, form: str) -> ResponseReturnValue:
    """Hand out a framework as CASE JSON or CSV."""
    session, actor = current_session(), current_actor()
    base_url = settings().base_url or request.url_root
    ending, data = service.export_framework(session, actor, uid, form=form, base_url=base_url, at=now())
    name = slug(service.get_framework(session, actor, uid).title) or "khung-nang-luc"
    response = Response(data, content_type=_TYPES[ending])
    response.headers["Content-Disposition"] = dump_options_header("attachment", {"filename": f"{name}.{ending}"})
    return response
