"""The answers of a quiz as a file, made while it is sent."""

from __future__ import annotations

from flask import Response
from flask.typing import ResponseReturnValue

from lms.base.errors import NotFound
from lms.base.text import slug
from lms.base.web import current_actor, current_session
from lms.quizzes import exports
from lms.quizzes.service import exporting
from lms.quizzes.views.blueprint import bp

TYPES = {"csv": ("text/csv; charset=utf-8", "csv"), "qti": ("application/zip", "zip")}


@bp.post("/quizzes/<uid>/responses/<kind>")
def export_responses(uid: str, kind: str) -> ResponseReturnValue:
    """Every handed-in attempt with its answers and points, as CSV or QTI results."""
    if kind not in TYPES:
        raise NotFound
    quiz = exporting.open_export(current_session(), current_actor(), uid, kind)
    attempts = exporting.handed_in(quiz.id, quiz.current_run_id)
    media_type, ending = TYPES[kind]
    pieces = exports.as_csv(attempts) if kind == "csv" else exports.as_qti(attempts, quiz.uid)
    answer = Response(pieces, mimetype=media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{slug(quiz.title) or "bai-lam"}.{ending}"'
    answer.headers["Cache-Control"] = "no-store"  # names and marks stay on no shared computer
    return answer
