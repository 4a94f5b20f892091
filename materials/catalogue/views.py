"""Pages of a material: deposit, description, its own page, files and preview."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.base.clock import now
from lms.base.downloads import send_blob
from lms.base.errors import NotFound
from lms.base.forms import problems_of
from lms.base.i18n import _
from lms.base.paging import PageRequest
from lms.base.subjects import list_subjects
from lms.base.uploads import MEGABYTE, Upload, receive, upload_route
from lms.base.web import current_actor, current_session, settings, shows_again
from materials import permissions
from materials.catalogue import service
from materials.catalogue.domain import (
    GRADES,
    GRADES_OF_LEVEL,
    KINDS,
    LICENCES,
    MOST_FILES,
    RIGHTS_NAMES,
    STATE_NAMES,
    Description,
)
from materials.catalogue.models import Edition
from materials.permissions import Permission
from question_bank.api import Outcome, find_outcomes, get_outcomes

bp = Blueprint("library", __name__, url_prefix="/library")
ENDINGS = frozenset(
    "pdf pptx ppt docx doc xlsx xls odt odp ods epub png jpg jpeg gif webp mp4 webm mp3 m4a ogg wav zip h5p ggb".split()
)
MOST_OUTCOMES = 200  # offered at once
FIELDS = (
    "title",
    "summary",
    "kind",
    "subject",
    "grades",
    "licence",
    "rights",
    "credit",
    "outcomes",
    "changes",
    "files",
)


@bp.get("/deposit")
def deposit_form() -> ResponseReturnValue:
    """Ask for the files of a new material."""
    permissions.require(current_actor(), Permission.DEPOSIT)
    return render_template(
        "materials/catalogue/deposit.html",
        limit=_size(settings().max_upload_mb),
        most=MOST_FILES,
        accept=",".join(f".{ending}" for ending in sorted(ENDINGS)),
        problems={name: problems_of(name) for name in ("", "files")},
    )


def _size(megabytes: int) -> str:
    whole = megabytes >= 1024 and megabytes % 1024 == 0
    return f"{megabytes // 1024} GB" if whole else f"{megabytes} MB"


@bp.post("/deposit")
@upload_route
@shows_again(deposit_form)
def deposit() -> ResponseReturnValue:
    """Take the files in and go on to describe them."""
    permissions.require(current_actor(), Permission.DEPOSIT)
    upload = _received()
    edition = service.deposit(current_session(), current_actor(), _incoming(upload), at=now())
    return redirect(url_for("library.describe_form", uid=edition.uid), code=303)


def _received() -> Upload:
    limit = settings().max_upload_mb * MEGABYTE
    return receive(request, max_file_bytes=limit, max_files=MOST_FILES, endings=ENDINGS)


def _incoming(upload: Upload) -> list[service.Incoming]:
    return [service.Incoming(file.stored, file.name) for file in upload.all("files")]


@bp.get("/mine")
def mine() -> ResponseReturnValue:
    """List the actor's own materials."""
    number = request.args.get("page", "1")
    page = PageRequest(int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1)
    editions = service.list_own(current_session(), current_actor(), page)
    return render_template("materials/catalogue/mine.html", page=editions, states=STATE_NAMES, kinds=KINDS)


@bp.get("/<uid>")
def show(uid: str) -> ResponseReturnValue:
    """Show a material."""
    session, actor = current_session(), current_actor()
    edition = service.get_edition(session, actor, uid)
    live = service.live_edition(session, actor, edition)
    outcomes = get_outcomes(session, actor.school_id, edition.outcomes)
    author = actor.user_id == edition.author_id
    return render_template(
        "materials/catalogue/show.html",
        edition=edition,
        live=live if live is not None and live.id != edition.id else None,
        outcomes=list(outcomes.values()),
        licence=LICENCES.get(edition.licence),
        kinds=KINDS,
        states=STATE_NAMES,
        classes=len(edition.class_ids),
        author=author,
        may_edit=author and edition.state in permissions.EDITABLE,
        may_renew=permissions.can(actor, Permission.RENEW, edition) and edition.state not in service.UNFINISHED,
        may_see_review=edition.state != "draft" and permissions.can(actor, Permission.COMMENT, edition),
        may_use=permissions.can(actor, Permission.USE, edition),
    )


@bp.get("/<uid>/describe")
def describe_form(uid: str) -> ResponseReturnValue:
    """Show the form that says what a material is."""
    session, actor = current_session(), current_actor()
    edition = service.get_editable(session, actor, uid)
    return render_template(
        "materials/catalogue/describe.html",
        edition=edition,
        typed=_typed(edition),
        subjects=[(subject.uid, subject.name) for subject in list_subjects(session, actor.school_id)],
        grades=[(grade, _("Lớp %(grade)s", grade=grade)) for grade in _grades(edition)],
        kinds=[(code, _(name)) for code, name in KINDS.items()],
        licences=[(one.code, f"{_(one.name)}: {_(one.meaning)}") for one in LICENCES.values()],
        rights=[(code.value, _(name)) for code, name in RIGHTS_NAMES.items()],
        offered=[(one.reference, f"{one.code} {one.statement}") for one in _offered(edition)],
        accept=",".join(f".{ending}" for ending in sorted(ENDINGS)),
        problems={name: problems_of(name) for name in ("", *FIELDS)},
    )


def _grades(edition: Edition) -> list[str]:
    """The grades of the school's level, and whatever is chosen already."""
    of_level = GRADES_OF_LEVEL.get(edition.author.school.level, GRADES)
    return [grade for grade in GRADES if grade in of_level or grade in edition.grades]


def _offered(edition: Edition) -> list[Outcome]:
    """The outcomes of the saved subject and grades, and whatever is chosen already."""
    session, actor = current_session(), current_actor()
    if edition.subject is None:
        return []
    offered: list[Outcome] = []
    for grade in edition.grades:
        room = MOST_OUTCOMES - len(offered)
        offered += find_outcomes(session, actor, subject_code=edition.subject.code, grade=grade, limit=room)
    known = {one.reference for one in offered}
    chosen = get_outcomes(session, actor.school_id, [one for one in edition.outcomes if one not in known])
    return [*chosen.values(), *offered]


def _typed(edition: Edition) -> Description:
    """What stands in the form: what was typed and refused, else what is kept."""
    if request.method == "POST" and "title" in request.form:
        return _described()
    return Description(
        title=edition.title,
        summary=edition.summary,
        kind=edition.kind,
        subject_uid=edition.subject.uid if edition.subject else "",
        grades=tuple(edition.grades),
        licence=edition.licence,
        rights=edition.rights,
        credit=edition.credit,
        outcomes=edition.outcomes,
        changes=edition.changes,
    )


def _described() -> Description:
    form = request.form
    return Description(
        title=form.get("title", ""),
        summary=form.get("summary", ""),
        kind=form.get("kind", ""),
        subject_uid=form.get("subject", ""),
        grades=tuple(form.getlist("grades")),
        licence=form.get("licence", ""),
        rights=form.get("rights", ""),
        credit=form.get("credit", ""),
        outcomes=tuple(dict.fromkeys(form.getlist("outcomes"))),
        changes=form.get("changes", ""),
    )


@bp.post("/<uid>/describe")
@shows_again(describe_form)
def describe(uid: str) -> ResponseReturnValue:
    """Keep the description; stay here, or go on to hand the material in."""
    service.describe(current_session(), current_actor(), uid, _described(), at=now())
    if request.form.get("act") == "next":
        return redirect(url_for("material_review.show", uid=uid), code=303)
    flash(_("Đã lưu phần giới thiệu."))
    return redirect(url_for("library.describe_form", uid=uid), code=303)


@bp.post("/<uid>/files")
@upload_route
@shows_again(describe_form)
def add_files(uid: str) -> ResponseReturnValue:
    """Add files to a material that is still being written."""
    service.get_editable(current_session(), current_actor(), uid)  # before the files are sent, not after
    upload = _received()
    service.add_files(current_session(), current_actor(), uid, _incoming(upload), at=now())
    return redirect(url_for("library.describe_form", uid=uid), code=303)


@bp.post("/<uid>/files/<file_uid>/delete")
def remove_file(uid: str, file_uid: str) -> ResponseReturnValue:
    """Take a file out of a material that is still being written."""
    service.remove_file(current_session(), current_actor(), uid, file_uid, at=now())
    return redirect(url_for("library.describe_form", uid=uid), code=303)


@bp.get("/<uid>/files/<file_uid>")
def download(uid: str, file_uid: str) -> ResponseReturnValue:
    """Send a file; in place of a download where that was asked and the type is harmless."""
    file = service.get_file(current_session(), current_actor(), uid, file_uid)
    return send_blob(
        file.sha256,
        name=file.name,
        media_type=file.media_type,
        inline=request.args.get("open") == "y",
        cache_seconds=600,
    )


@bp.get("/<uid>/preview")
def preview(uid: str) -> ResponseReturnValue:
    """Send the preview picture of a material."""
    edition = service.get_edition(current_session(), current_actor(), uid)
    if edition.preview_sha256 is None:
        raise NotFound
    return send_blob(
        edition.preview_sha256, name="preview.webp", media_type="image/webp", inline=True, cache_seconds=86_400
    )


@bp.post("/<uid>/new-edition")
def new_edition(uid: str) -> ResponseReturnValue:
    """Begin the next edition of a material."""
    edition = service.new_edition(current_session(), current_actor(), uid, at=now())
    return redirect(url_for("library.describe_form", uid=edition.uid), code=303)


@bp.post("/<uid>/delete")
def delete(uid: str) -> ResponseReturnValue:
    """Throw a draft away."""
    service.delete_draft(current_session(), current_actor(), uid)
    flash(_("Đã bỏ bản nháp."))
    return redirect(url_for("library.mine"), code=303)
