"""Pages of reports: the school in figures, and the audit log."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from lms.base.clock import now
from lms.base.i18n import _
from lms.base.paging import PageRequest
from lms.base.web import current_actor, current_session
from lms.reports import audit_log, figures, stuck_reviews
from lms.reports.audit_words import ACTS, RIGHTS

bp = Blueprint("reports", __name__, url_prefix="/reports")


@bp.get("")
def show() -> ResponseReturnValue:
    """Show the school in figures to those who answer for it; to others the way to their own acts."""
    session, actor = current_session(), current_actor()
    return render_template(
        "lms/reports/show.html",
        figures=figures.find_figures(session, actor),
        sees_stuck=stuck_reviews.may_see_stuck(actor),
    )


@bp.get("/waiting")
def stuck() -> ResponseReturnValue:
    """Show which questions wait too long in review, and for whom."""
    days = request.args.get("days", stuck_reviews.CHOICES[1], type=int)
    if days not in stuck_reviews.CHOICES:
        days = stuck_reviews.CHOICES[1]
    found = stuck_reviews.stuck_reviews(current_session(), current_actor(), days, at=now())
    return render_template("lms/reports/stuck.html", stuck=found, days_to_choose=stuck_reviews.CHOICES)


@bp.get("/acts")
def acts() -> ResponseReturnValue:
    """Show who did what."""
    session, actor = current_session(), current_actor()
    filters = audit_log.Filters(
        who=request.args.get("who", ""),
        kind=request.args.get("kind", ""),
        about=request.args.get("about", ""),
        day=_day(request.args.get("day", "")),
    )
    everything = audit_log.may_read_all(actor)
    number = request.args.get("page", 1, type=int)
    return render_template(
        "lms/reports/acts.html",
        page=audit_log.list_acts(session, actor, filters, PageRequest(number, audit_log.PAGE)),
        filters=filters,
        everything=everything,
        people=audit_log.list_actors(session, actor) if everything else [],
        kinds={RIGHTS: _("mọi thay đổi về tài khoản và quyền"), **{kind: _(act) for kind, act in ACTS.items()}},
        kept={name: value for name, value in request.args.items() if name != "page" and value},
    )


@bp.get("/acts/chain")
def chain() -> ResponseReturnValue:
    """Check the chain of the audit log and say what came of it."""
    return render_template("lms/reports/chain.html", verdict=audit_log.check_chain(current_session(), current_actor()))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
