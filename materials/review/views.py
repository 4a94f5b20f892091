"""Pages of review: the queue, the page where an edition is checked and decided, and its acts."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.base.clock import now
from lms.base.errors import NotFound
from lms.base.forms import problems_of
from lms.base.i18n import _
from lms.base.paging import PageRequest
from lms.base.web import current_actor, current_session, shows_again
from materials import permissions
from materials.catalogue.domain import KINDS, LICENCES, RIGHTS_NAMES, STATE_NAMES, Rights, State
from materials.catalogue.service import get_edition
from materials.permissions import Permission
from materials.review import service
from materials.review.domain import ACT_KINDS, ACT_NAMES, Act
from question_bank.api import get_outcomes

bp = Blueprint("material_review", __name__, url_prefix="/library")


@bp.get("/review")
def queue() -> ResponseReturnValue:
    """List the editions that wait for a decision."""
    number = request.args.get("page", "1")
    page = PageRequest(int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 1)
    waiting = service.queue(current_session(), current_actor(), page)
    return render_template("materials/review/queue.html", page=waiting, kinds=KINDS)


@bp.get("/<uid>/review")
def show(uid: str) -> ResponseReturnValue:
    """Show an edition as its reviewer needs it: files, description, checks, what happened so far, the acts."""
    session, actor = current_session(), current_actor()
    edition = get_edition(session, actor, uid)
    decides = permissions.can(actor, Permission.APPROVE, edition)
    author = permissions.can(actor, Permission.SUBMIT, edition)
    if not (decides or author or (actor.is_leader and edition.state in permissions.REVIEWED)):
        raise NotFound
    return render_template(
        "materials/review/show.html",
        edition=edition,
        findings=service.check(edition),
        outcomes=list(get_outcomes(session, actor.school_id, edition.outcomes).values()),
        events=service.timeline(session, edition),
        licence=LICENCES.get(edition.licence),
        rights=RIGHTS_NAMES[Rights(edition.rights)] if edition.rights else "",
        kinds=KINDS,
        states=STATE_NAMES,
        act_names={act.value: ACT_NAMES[act] for act in Act},
        act_kinds={act.value: ACT_KINDS.get(act, "") for act in Act},
        decides=decides and edition.stage is State.SUBMITTED,
        may_withdraw=permissions.can(actor, Permission.WITHDRAW, edition) and edition.stage is State.APPROVED,
        may_submit=author and edition.state in permissions.EDITABLE,
        may_take_back=author and edition.stage is State.SUBMITTED,
        may_comment=permissions.can(actor, Permission.COMMENT, edition),
        note=request.form.get("note", ""),
        problems={name: problems_of(name) for name in ("", "note")},
    )


@bp.post("/<uid>/submit")
@shows_again(show)
def submit(uid: str) -> ResponseReturnValue:
    """Hand an edition in."""
    service.submit(current_session(), current_actor(), uid, at=now(), note=request.form.get("note", ""))
    flash(_("Đã gửi duyệt. Tổ trưởng chuyên môn sẽ xem và trả lời ở đây."))
    return redirect(url_for("material_review.show", uid=uid), code=303)


@bp.post("/<uid>/take-back")
def take_back(uid: str) -> ResponseReturnValue:
    """Take a submitted edition back."""
    service.take_back(current_session(), current_actor(), uid, at=now())
    return redirect(url_for("library.describe_form", uid=uid), code=303)


@bp.post("/<uid>/approve")
@shows_again(show)
def approve(uid: str) -> ResponseReturnValue:
    """Approve a submitted edition and go on to the next one waiting."""
    edition = service.approve(current_session(), current_actor(), uid, at=now(), note=request.form.get("note", ""))
    flash(_("Đã duyệt “%(title)s”. Học liệu đã có trong thư viện.", title=edition.title))
    return redirect(url_for("material_review.queue"), code=303)


@bp.post("/<uid>/request-changes")
@shows_again(show)
def request_changes(uid: str) -> ResponseReturnValue:
    """Send a submitted edition back and go on to the next one waiting."""
    edition = service.request_changes(
        current_session(), current_actor(), uid, note=request.form.get("note", ""), at=now()
    )
    flash(_("Đã trả lại “%(title)s” cho tác giả.", title=edition.title))
    return redirect(url_for("material_review.queue"), code=303)


@bp.post("/<uid>/withdraw")
@shows_again(show)
def withdraw(uid: str) -> ResponseReturnValue:
    """Take an approved edition out of the library."""
    service.withdraw(current_session(), current_actor(), uid, note=request.form.get("note", ""), at=now())
    flash(_("Đã rút học liệu khỏi thư viện."))
    return redirect(url_for("material_review.show", uid=uid), code=303)


@bp.post("/<uid>/comment")
@shows_again(show)
def comment(uid: str) -> ResponseReturnValue:
    """Say something about an edition."""
    service.comment(current_session(), current_actor(), uid, note=request.form.get("note", ""), at=now())
    return redirect(url_for("material_review.show", uid=uid), code=303)
