"""Pages of the subject head: the queue, and one question after the other."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.base.clock import now
from lms.base.forms import problems_of
from lms.base.i18n import _
from lms.base.paging import PageRequest
from lms.base.web import current_actor, current_session, shows_again
from question_bank.items.cards import card_of, outcome_names
from question_bank.items.domain import LEVELS
from question_bank.items.service import reading, reviewing, soundness
from question_bank.items.side_by_side import base_of, compared
from question_bank.permissions import Permission, can, require

bp = Blueprint("bank_review", __name__, url_prefix="/bank/review")


@bp.get("")
def queue() -> ResponseReturnValue:
    """List what waits for review, with the keys."""
    session, actor = current_session(), current_actor()
    page = reviewing.list_queue(session, actor, PageRequest(request.args.get("page", 1, type=int)))
    return render_template(
        "question_bank/items/queue.html",
        page=page,
        cards={version.uid: card_of(version) for version in page.rows},
        may_approve={row.uid for row in page.rows if can(actor, Permission.APPROVE, row)},
        checked=soundness.check_versions(session, actor, page.rows),
        outcomes=outcome_names(session, actor.school_id, page.rows),
        levels=LEVELS,
        problems=problems_of("chosen"),
    )


@bp.post("/approve")
@shows_again(queue)
def approve_many() -> ResponseReturnValue:
    """Let the chosen questions into use; those in which the checks found something only when asked to."""
    even_found = bool(request.form.get("even_found"))
    chosen = request.form.getlist("chosen")
    sweep = reviewing.approve_many(current_session(), current_actor(), chosen, even_found=even_found, at=now())
    if sweep.approved:
        flash(_("Đã duyệt %(count)s câu.", count=sweep.approved), "good")
    if sweep.held:
        flash(_("%(count)s câu còn điều cần xem nên chưa duyệt; hãy mở từng câu.", count=sweep.held), "wait")
    return redirect(url_for("bank_review.queue"), code=303)


@bp.get("/<uid>")
def show(uid: str) -> ResponseReturnValue:
    """Show one question that waits, with the way to the one before and the one after."""
    session, actor = current_session(), current_actor()
    version = reading.get_version(session, actor, uid)
    require(actor, Permission.REVIEW, version)
    waiting = reviewing.queue_uids(session, actor)
    place = waiting.index(uid) if uid in waiting else -1
    base = base_of(version, reading.visible_versions(version.item, actor))
    names = outcome_names(session, actor.school_id, [version, base] if base else [version])
    return render_template(
        "question_bank/items/review.html",
        version=version,
        card=card_of(version),
        place=place,
        total=len(waiting),
        before=waiting[place - 1] if place > 0 else "",
        after=waiting[place + 1] if -1 < place < len(waiting) - 1 else "",
        may_approve=can(actor, Permission.APPROVE, version),
        checked=soundness.check_versions(session, actor, [version])[uid],
        outcomes={one.outcome: names[one.outcome] for one in version.outcomes},
        base=base,
        differences=compared(base, version, names) if base else (),
        levels=LEVELS,
        problems=problems_of("comment"),
        typed=request.form.get("comment", ""),
    )


@bp.post("/<uid>/approve")
def approve(uid: str) -> ResponseReturnValue:
    """Let one question into use and go on to the next."""
    session, actor = current_session(), current_actor()
    after = reviewing.next_waiting(session, actor, uid)
    reviewing.approve(session, actor, [uid], at=now())
    flash(_("Đã duyệt."), "good")
    return redirect(url_for("bank_review.show", uid=after) if after else url_for("bank_review.queue"), code=303)


@bp.post("/<uid>/return")
@shows_again(show)
def send_back(uid: str) -> ResponseReturnValue:
    """Send one question back with what should change and go on to the next."""
    session, actor = current_session(), current_actor()
    after = reviewing.next_waiting(session, actor, uid)
    reviewing.request_changes(session, actor, uid, request.form.get("comment", ""), at=now())
    flash(_("Đã trả lại cho tác giả kèm lời nhắn."), "good")
    return redirect(url_for("bank_review.show", uid=after) if after else url_for("bank_review.queue"), code=303)


@bp.post("/<uid>/comment")
@shows_again(show)
def comment(uid: str) -> ResponseReturnValue:
    """Say something about a question and decide later."""
    session, actor = current_session(), current_actor()
    require(actor, Permission.REVIEW, reading.get_version(session, actor, uid))
    reviewing.comment(session, actor, uid, request.form.get("comment", ""), at=now())
    flash(_("Đã gửi lời nhắn. Câu vẫn chờ duyệt."), "good")
    return redirect(url_for("bank_review.show", uid=uid), code=303)
