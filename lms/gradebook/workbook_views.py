"""Filling a portal's own workbook: bring it in, look at each cell, take it away filled."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.base import clock
from lms.base.forms import problems_of
from lms.base.i18n import N_
from lms.base.uploads import MEGABYTE, receive, upload_route
from lms.base.web import current_actor, current_session, shows_again
from lms.gradebook import service
from lms.gradebook.views import SEMESTERS, attachment
from lms.gradebook.workbook import By, CellPlan, Verdict

bp = Blueprint("portal_workbook", __name__, url_prefix="/gradebook")

WORKBOOK_BYTES = 20 * MEGABYTE
VERDICTS = {
    Verdict.WRITE: N_("ghi vào ô trống"),
    Verdict.REPLACE: N_("ghi đè"),
    Verdict.SAME: N_("giống nhau"),
    Verdict.KEPT: N_("giữ của tệp"),
    Verdict.FORMULA: N_("công thức"),
    Verdict.LOCKED: N_("ô khoá"),
    Verdict.COVERED: N_("ô gộp"),
}
BY = {By.MINISTRY_ID: N_("mã định danh"), By.CODE: N_("mã học sinh"), By.NAME: N_("tên và ngày sinh")}


@bp.get("/<uid>/workbook")
def start(uid: str) -> ResponseReturnValue:
    """Show where to upload the portal's file."""
    session, actor = current_session(), current_actor()
    return render_template(
        "lms/gradebook/workbook_start.html",
        book=service.may_export_or_refuse(session, actor, uid),
        names=SEMESTERS,
        problems=problems_of("file") + problems_of(),
    )


@bp.post("/<uid>/workbook")
@upload_route
@shows_again(start)
def bring(uid: str) -> ResponseReturnValue:
    """Take the portal's file in and go on to what would be written."""
    service.may_export_or_refuse(current_session(), current_actor(), uid)
    file = receive(request, max_file_bytes=WORKBOOK_BYTES, endings={"xlsx", "xlsm", "xls"}).file("file")
    workbook = service.bring_workbook(current_session(), current_actor(), uid, file.stored, file.name, at=clock.now())
    return redirect(url_for("portal_workbook.show", uid=workbook.uid), code=303)


@bp.get("/workbooks/<uid>")
def show(uid: str) -> ResponseReturnValue:
    """Show each cell before and after."""
    workbook, planned = service.plan_workbook(current_session(), current_actor(), uid)
    lines: dict[int, dict[str, CellPlan]] = {match.row.row: {} for match in planned.matching.matches}
    for cell in planned.cells:
        lines[cell.row][cell.key] = cell
    return render_template(
        "lms/gradebook/workbook_show.html",
        workbook=workbook,
        book=workbook.gradebook,
        plan=planned,
        matches=[(match, lines[match.row.row]) for match in planned.matching.matches],
        keys=list(planned.headings),
        plan_headings=planned.headings,
        kept=planned.count(Verdict.KEPT),
        verdicts=VERDICTS,
        by=BY,
        names=SEMESTERS,
    )


@bp.post("/workbooks/<uid>")
def fill(uid: str) -> ResponseReturnValue:
    """Hand out the file, filled; cells of others are written over only where ticked."""
    file = service.fill_workbook(
        current_session(), current_actor(), uid, replace=request.form.getlist("replace"), at=clock.now()
    )
    return attachment(file)
