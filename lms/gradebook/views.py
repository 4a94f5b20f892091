"""Gradebooks for teachers and leaders: the list, the grid, publishing, locking, the class's own sheet."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass

from flask import Blueprint, flash, g, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from lms.base import clock
from lms.base.errors import Invalid, Message
from lms.base.forms import problems_of
from lms.base.i18n import N_, _, say
from lms.base.web import current_actor, current_session, shows_again
from lms.gradebook import service
from lms.gradebook.domain.cells import STATE_NAMES, Cell, State, shown
from lms.gradebook.models import Gradebook
from lms.gradebook.service import Change, Grid, GridRow
from lms.gradebook.service.files import File
from lms.gradebook.service.marks import COMMENT
from lms.permissions import Permission, allows

bp = Blueprint("gradebook", __name__, url_prefix="/gradebook")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SEMESTERS = {1: N_("Học kì I"), 2: N_("Học kì II")}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the grid: a cell or a comment, as the page shows it."""

    name: str
    label: str  # for those who do not see the table
    value: str
    error: str = ""
    look: str = ""  # classes of the cell
    title: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A pupil's line of the grid."""

    row: GridRow
    fields: tuple[Field, ...]
    comment: Field


def attachment(file: File, media_type: str = XLSX) -> ResponseReturnValue:
    """Answer with a file to save."""
    answer = send_file(io.BytesIO(file.data), mimetype=media_type, as_attachment=True, download_name=file.name)
    answer.headers["Cache-Control"] = "no-store"  # marks stay on no shared computer
    return answer


@bp.get("")
def index() -> ResponseReturnValue:
    """List the gradebooks of a semester that the person may open, and own classes without one yet."""
    session, actor = current_session(), current_actor()
    semester, semesters = service.pick_semester(session, actor, request.args.get("semester", ""), at=clock.now())
    return render_template(
        "lms/gradebook/index.html",
        semester=semester,
        semesters=semesters,
        names=SEMESTERS,
        lines=service.list_gradebooks(session, actor, semester) if semester else [],
        teaches=actor.teaches,
    )


@bp.post("/open")
def open_book() -> ResponseReturnValue:
    """Open the gradebook of a class, subject and semester."""
    form = request.form
    book = service.open_gradebook(
        current_session(),
        current_actor(),
        form.get("class", ""),
        form.get("subject", ""),
        form.get("semester", ""),
        at=clock.now(),
    )
    return redirect(url_for("gradebook.show", uid=book.uid), code=303)


@bp.get("/<uid>")
def show(uid: str) -> ResponseReturnValue:
    """Show the grid: to type in for its teacher, to read for the others."""
    session, actor = current_session(), current_actor()
    book = service.get_gradebook(session, actor, uid)
    grid = service.grid_of(session, book)
    chosen = request.args.get("column", "")
    columns = [column for column in book.columns if column.key == chosen] or list(book.columns)
    keys = [column.key for column in columns]
    lines = [_line(row, keys, book) for row in grid.rows]
    return render_template(
        "lms/gradebook/show.html",
        book=book,
        columns=columns,
        all_columns=book.columns,
        chosen=chosen if len(columns) == 1 else "",
        lines=lines,
        was=json.dumps(_was(grid, keys), ensure_ascii=False, separators=(",", ":")),
        names=SEMESTERS,
        may_edit=allows(actor, Permission.EDIT_MARKS, book) and not book.locked,
        may_lock=allows(actor, Permission.LOCK_MARKS, book),
        may_ask=allows(actor, Permission.ASK_UNLOCK_MARKS, book) and book.locked,
        may_export=allows(actor, Permission.EXPORT_MARKS, book),
        may_unlock=book.unlock_asked_by_id not in (None, actor.user_id),
        problems=problems_of("") + problems_of("column") + problems_of("regular") + problems_of("reason"),
        broken=[field for line in lines for field in (*line.fields, line.comment) if field.error],
        shown=shown,
    )


def _was(grid: Grid, keys: list[str]) -> dict[str, list[str]]:
    """What each field says now, by pupil: the cells of *keys* in order, then the comment."""
    return {row.pupil.uid: [*(shown(row.cells[key]) for key in keys), row.comment] for row in grid.rows}


def _line(row: GridRow, keys: list[str], book: Gradebook) -> Line:
    headings = {column.key: column.heading for column in book.columns}
    fields = tuple(
        _field(row, key, headings[key], shown(row.cells[key]), _look(row, key), _title(row.cells[key])) for key in keys
    )
    return Line(row, fields, _field(row, COMMENT, _("Nhận xét"), row.comment, "text", ""))


def _field(row: GridRow, key: str, heading: str, value: str, look: str, title: str) -> Field:
    name = f"{row.pupil.uid}:{key}"
    problem: Invalid | None = g.get("problem")
    messages = problem.fields.get(name, []) if problem else []
    typed = request.form.get(name, value) if problem else value
    meant = str(messages[0].params.get("meant", "")) if messages else ""
    error = " ".join(say(message) for message in messages)
    return Field(
        name, f"{heading}, {row.pupil.full_name}", meant or typed, error, f"{look} bad" if error else look, title
    )


def _look(row: GridRow, key: str) -> str:
    return "from" if key in row.sources else ""


def _title(cell: Cell) -> str:
    if cell.state is State.ZERO_BY_RULE:
        return say(Message(N_("0 theo quy định: %(reason)s"), {"reason": cell.reason}))
    return "" if cell.state in (State.MARK, State.NOT_YET) else say(STATE_NAMES[cell.state])


@bp.post("/<uid>")
@shows_again(show)
def save(uid: str) -> ResponseReturnValue:
    """Save what was typed into the grid."""
    try:
        was = json.loads(request.form.get("was", "{}"))
        keys = [*request.form.get("keys", "").split(), COMMENT]
        changes = {
            (pupil, key): Change(request.form[f"{pupil}:{key}"], text)
            for pupil, texts in was.items()
            for key, text in zip(keys, texts, strict=True)
            if f"{pupil}:{key}" in request.form
        }
    except (ValueError, AttributeError, TypeError):
        raise Invalid.at("", N_("Trang này mở đã lâu. Hãy tải lại trang rồi làm lại; chưa có gì được lưu.")) from None
    saved = service.save_grid(current_session(), current_actor(), uid, changes, at=clock.now())
    flash(
        _("Đã lưu %(marks)s ô điểm, %(comments)s nhận xét.", marks=saved.marks, comments=saved.comments)
        if saved.marks or saved.comments
        else _("Không có gì thay đổi.")
    )
    return redirect(url_for("gradebook.show", uid=uid, column=request.form.get("column") or None), code=303)


@bp.post("/<uid>/columns")
@shows_again(show)
def set_columns(uid: str) -> ResponseReturnValue:
    """Open or close regular columns."""
    typed = request.form.get("regular", "")
    service.set_columns(current_session(), current_actor(), uid, int(typed) if typed.isdecimal() else 0)
    return redirect(url_for("gradebook.show", uid=uid), code=303)


@bp.post("/<uid>/publish")
@shows_again(show)
def publish(uid: str) -> ResponseReturnValue:
    """Show the chosen columns to pupils and parents, or hide them again, as the button says."""
    session, actor = current_session(), current_actor()
    chosen = request.form.getlist("column")
    if request.form.get("act") == "withdraw":
        service.withdraw(session, actor, uid, chosen)
        flash(_("Đã ẩn các cột đã chọn khỏi học sinh và phụ huynh."))
    else:
        service.publish(session, actor, uid, chosen, at=clock.now())
        flash(_("Đã công bố. Học sinh và phụ huynh xem được ngay."))
    return redirect(url_for("gradebook.show", uid=uid), code=303)


@bp.post("/<uid>/lock")
def lock(uid: str) -> ResponseReturnValue:
    """Lock the gradebook."""
    service.lock(current_session(), current_actor(), uid, at=clock.now())
    flash(_("Đã khoá sổ điểm."))
    return redirect(url_for("gradebook.show", uid=uid), code=303)


@bp.post("/<uid>/unlock-request")
@shows_again(show)
def ask_unlock(uid: str) -> ResponseReturnValue:
    """Ask for the gradebook to be opened."""
    service.ask_unlock(current_session(), current_actor(), uid, request.form.get("reason", ""))
    flash(_("Đã gửi đề nghị mở khoá. Một người khác trong ban giám hiệu sẽ quyết định."))
    return redirect(url_for("gradebook.show", uid=uid), code=303)


@bp.post("/<uid>/unlock")
def unlock(uid: str) -> ResponseReturnValue:
    """Open a locked gradebook as the second person."""
    service.unlock(current_session(), current_actor(), uid)
    flash(_("Đã mở khoá sổ điểm."))
    return redirect(url_for("gradebook.show", uid=uid), code=303)


@bp.get("/<uid>/pupils/<pupil_uid>")
def pupil(uid: str, pupil_uid: str) -> ResponseReturnValue:
    """Show a pupil's line with every change of its cells."""
    session, actor = current_session(), current_actor()
    book, changes = service.history_of(session, actor, uid, pupil_uid)
    row = service.grid_of(session, book).row(pupil_uid)
    return render_template(
        "lms/gradebook/pupil.html",
        book=book,
        row=row,
        changes=changes,
        names=SEMESTERS,
        headings={column.key: column.heading for column in book.columns},
        may_edit=allows(actor, Permission.EDIT_MARKS, book) and not book.locked,
        problems={name: problems_of(name) for name in ("reason", "column")},
        typed={name: request.form.get(name, "") for name in ("reason", "column")},
        shown=shown,
        state_names=STATE_NAMES,
    )


@bp.post("/<uid>/pupils/<pupil_uid>")
@shows_again(pupil)
def set_zero(uid: str, pupil_uid: str) -> ResponseReturnValue:
    """Give the zero of the rules, with its reason."""
    form = request.form
    service.set_zero_by_rule(
        current_session(),
        current_actor(),
        uid,
        pupil_uid,
        form.get("column", ""),
        form.get("reason", ""),
        at=clock.now(),
    )
    flash(_("Đã ghi 0 theo quy định cùng lí do."))
    return redirect(url_for("gradebook.pupil", uid=uid, pupil_uid=pupil_uid), code=303)


@bp.post("/<uid>/export")
def export(uid: str) -> ResponseReturnValue:
    """Hand out the class's own sheet. A POST, since who took marks away is noted."""
    session, actor = current_session(), current_actor()
    if request.form.get("kind") == "csv":
        return attachment(service.export_csv(session, actor, uid), "text/csv; charset=utf-8")
    return attachment(service.export_xlsx(session, actor, uid))
