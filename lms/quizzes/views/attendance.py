"""The list of those who sat a quiz, for print and signature: of the whole class, or of one room."""

from __future__ import annotations

from collections.abc import Sequence

from flask import render_template
from flask.typing import ResponseReturnValue

from lms.base import clock
from lms.base.i18n import local
from lms.base.web import current_actor, current_session
from lms.quizzes.models import Quiz, Sitting
from lms.quizzes.service import invigilating, sittings, watching
from lms.quizzes.views.blueprint import bp


@bp.get("/quizzes/<uid>/attendance")
def attendance(uid: str) -> ResponseReturnValue:
    """The whole class, each with the room."""
    session = current_session()
    board = watching.board(session, current_actor(), uid)
    rooms = {
        pupil_id: sitting.room.name
        for sitting in sittings.list_sittings(session, board.quiz)
        if sitting.room
        for pupil_id in invigilating.pupil_ids_of(session, sitting, [row.pupil.id for row in board.rows])
    }
    return _page(board.quiz, board.rows, rooms)


@bp.get("/sittings/<uid>/attendance")
def sitting_attendance(uid: str) -> ResponseReturnValue:
    """The pupils of one room."""
    board = invigilating.board(current_session(), current_actor(), uid)
    return _page(board.sitting.quiz, board.rows, {}, board.sitting)


def _page(
    quiz: Quiz, rows: Sequence[watching.Row], rooms: dict[int, str], sitting: Sitting | None = None
) -> ResponseReturnValue:
    def hour(at: object) -> str:
        return f"{local(at):%H:%M:%S}" if at else ""  # type: ignore[arg-type]  # a moment or nothing

    return render_template(
        "lms/quizzes/attendance.html",
        quiz=quiz,
        sitting=sitting,
        rows=[(row, hour(row.started_at), hour(row.handed_in_at), rooms.get(row.pupil.id, "")) for row in rows],
        with_rooms=bool(rooms),
        begun=sum(1 for row in rows if row.started_at),
        handed_in=sum(1 for row in rows if row.handed_in_at),
        printed_at=clock.now(),
    )
