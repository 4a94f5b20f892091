"""A quiz for paper, as Word files."""

from __future__ import annotations

from flask import Response, request
from flask.typing import ResponseReturnValue

from lms.base.documents.word import MEDIA_TYPE, word
from lms.base.errors import NotFound
from lms.base.text import slug
from lms.base.web import current_actor, current_session
from lms.quizzes.service import printing
from lms.quizzes.views.blueprint import bp


@bp.post("/quizzes/<uid>/print/<sheet>")
def print_sheet(uid: str, sheet: str) -> ResponseReturnValue:
    """The paper of one form or of all, the teacher's copy, or the sheet of keys."""
    if sheet not in set(printing.Sheet):
        raise NotFound
    code = request.form.get("form", "")
    quiz, document = printing.print_quiz(current_session(), current_actor(), uid, printing.Sheet(sheet), code)
    answer = Response(word(document), mimetype=MEDIA_TYPE)
    name = "-".join(part for part in (slug(quiz.title) or "de", sheet, code) if part)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.docx"'
    answer.headers["Cache-Control"] = "no-store"  # keys stay on no shared computer
    return answer
