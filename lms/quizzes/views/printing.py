"""A quiz for paper, as Word and PDF files."""

from __future__ import annotations

from flask import Response, request
from flask.typing import ResponseReturnValue

from lms.base.documents import typst, word
from lms.base.errors import NotFound
from lms.base.text import slug
from lms.base.web import current_actor, current_session
from lms.quizzes.models import Quiz
from lms.quizzes.service import printing
from lms.quizzes.views.blueprint import bp


@bp.post("/quizzes/<uid>/print/<sheet>")
def print_sheet(uid: str, sheet: str) -> ResponseReturnValue:
    """The paper of one form or of all, the teacher's copy, the sheet of keys or the answer sheets."""
    if sheet not in set(printing.Sheet):
        raise NotFound
    session, actor, code = current_session(), current_actor(), request.form.get("form", "")
    if sheet == printing.Sheet.ANSWERS:
        quiz, data = printing.print_answer_sheets(session, actor, uid, code)
        return _sent(quiz, sheet, code, data, "pdf")
    quiz, document = printing.print_quiz(session, actor, uid, printing.Sheet(sheet), code)
    if request.form.get("format") == "pdf":
        return _sent(quiz, sheet, code, typst.pdf(document), "pdf")
    return _sent(quiz, sheet, code, word.word(document), "docx")


def _sent(quiz: Quiz, sheet: str, code: str, data: bytes, ending: str) -> Response:
    answer = Response(data, mimetype=typst.MEDIA_TYPE if ending == "pdf" else word.MEDIA_TYPE)
    name = "-".join(part for part in (slug(quiz.title) or "de", sheet, code) if part)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    answer.headers["Cache-Control"] = "no-store"  # keys stay on no shared computer
    return answer
